/**
 * A statement being put together: text from sql/ only, values only as
 * parameters. Included by store_list*.c.
 *
 * Ownership: the text and what the parameters point to are the statement's;
 * store_sql_fini() frees them.
 * Layer:  io (store)
 */
#ifndef IO_STORE_SQL_H
#define IO_STORE_SQL_H

#include "base/arena.h"
#include "io/store_dialect.h"
#include "io/store_driver.h"

/** A request's limits (rest_query.h), all reached, need 244: two for each filter,
 *  twice when counting; one for a path in select and order; 69 for a cursor. */
#define STORE_SQL_PARAMS_MAX 256

struct store_sql {
	const struct store_dialect *dialect;
	struct buf text;
	struct arena arena;
	struct store_value params[STORE_SQL_PARAMS_MAX];
	int n_params;
	bool stream; /* see struct store_made */
};

/** What a part's placeholders stand for; of those it has, none is NULL or 0. */
struct store_sql_part {
	const char *c; /* a column's expression */
	int p;         /* number of the parameter with a path */
	const char *x; /* what another part made */
	int v;         /* number of the parameter with a value */
};

void store_sql_init(struct store_sql *m, const struct store_dialect *d);
void store_sql_fini(struct store_sql *m);
/** Its number. */
int store_sql_param(struct store_sql *m, struct store_value value);
/** A parameter that is a list of text. */
int store_sql_array(struct store_sql *m, const struct slice *items, unsigned n);
/** Append a part. */
void store_sql_part(struct store_sql *m, enum store_part part,
    const struct store_sql_part *with);
/** The part as text in the arena. */
const char *store_sql_made(struct store_sql *m, enum store_part part,
    const struct store_sql_part *with);
/** Append text with @v in it. */
void store_sql_text(struct store_sql *m, const char *text, int v);
/** As it is now. */
struct store_made store_sql_statement(struct store_sql *m);
/** Run it. */
int store_sql_run(struct store *s, struct store_sql *m, struct store_sink *sink,
    struct err *e) MUST_CHECK;

#endif
