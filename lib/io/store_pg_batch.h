/**
 * Questions of several requests in one round trip: what they ask is gathered,
 * sent as a pipeline with one end, and each takes its own answer. A backend
 * that is woken once for eight single rows takes half of the time for each, and
 * so does who asks.
 *
 *   add, add, add -> run -> take, take, take
 *
 * Whatever does not come back as rows is asked again alone, by who takes it: an
 * error of one ends those behind it, too.
 *
 * Ownership: what is asked points to its owner's; results are whose who takes
 * them.
 * Layer:  io (store, the PostgreSQL driver only)
 * Spec:   libpq, "Pipeline Mode"
 */
#ifndef IO_STORE_PG_BATCH_H
#define IO_STORE_PG_BATCH_H

#include <stdbool.h>

#include "io/store_pg_value.h"
#include "io/store_pg_wait.h"

/** What a thread looks at together. More gain little, and all wait for all. */
#define PG_BATCH_MAX 8
#define PG_NAME_SIZE 32

struct pg_asked {
	const struct store_made *made; /* NULL: taken */
	char name[PG_NAME_SIZE];       /* of the prepared statement */
	PGresult *result;              /* NULL: none */
};

struct pg_batch {
	struct pg_asked asked[PG_BATCH_MAX];
	int n;
	bool sent;
};

/** False when there is no place. What nobody took of an earlier one goes. */
bool pg_batch_add(struct pg_batch *b, const struct store_made *made,
    const char *name) MUST_CHECK;
/** Send and read all, unless it is one. False: the connection is of no use any
 *  more. `params` is for use in here. */
bool pg_batch_run(
    struct pg_batch *b, struct pg_wait *w, struct pg_params *params) MUST_CHECK;
/** The rows of one; NULL: ask it alone. */
PGresult *pg_batch_take(struct pg_batch *b, const struct store_made *made);
void pg_batch_clear(struct pg_batch *b);

#endif
