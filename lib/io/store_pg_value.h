/**
 * Values on their way to and from PostgreSQL.
 *
 * Layer:  io (store)
 * Spec:   the types' send and receive functions; pg_type.dat for their numbers
 */
#ifndef IO_STORE_PG_VALUE_H
#define IO_STORE_PG_VALUE_H

#include <libpq-fe.h>

#include "base/buf.h"
#include "io/store.h"

/** No statement takes more. */
#define PG_PARAMS_MAX 256
/** No statement returns more. */
#define PG_COLUMNS_MAX 64

/** Parameters as libpq wants them; `bytes` holds what had to be made. */
struct pg_params {
	int n;
	const char *value[PG_PARAMS_MAX];
	int length[PG_PARAMS_MAX];
	int format[PG_PARAMS_MAX];
	struct buf bytes;
};

/** Fill; ERR_INTERNAL when there are too many. pg_params_fini() in any case. */
int pg_params_set(struct pg_params *p, const struct store_value *values, int n,
    struct err *e) MUST_CHECK;
void pg_params_fini(struct pg_params *p);

/**
 * The fields of a row in the binary format; their bytes are the result's or
 * `scratch`'s. False for a type that no statement should return.
 */
bool pg_row(const PGresult *result, int row, struct buf *scratch,
    struct store_value out[static PG_COLUMNS_MAX]) MUST_CHECK;

#endif
