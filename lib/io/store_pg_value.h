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

/** A field's bytes as a value; they are the bytes themselves, or `scratch`'s. */
typedef struct store_value
pg_read(struct slice bytes, const char *column, struct buf *scratch);

/** The columns of a result; the names are the result's. */
struct pg_columns {
	int n;
	const char *name[PG_COLUMNS_MAX];
	pg_read *read[PG_COLUMNS_MAX]; /* NULL: a type that nobody reads */
};

/** False when there are too many. */
bool
pg_columns_of(const PGresult *result, struct pg_columns *columns) MUST_CHECK;
/**
 * The fields of a row in the binary format; their bytes are the result's or
 * `scratch`'s. False for a type that no statement should return.
 */
bool pg_row(const PGresult *result, int row, const struct pg_columns *columns,
    struct buf *scratch,
    struct store_value out[static PG_COLUMNS_MAX]) MUST_CHECK;

#endif
