/**
 * A list's statement: what is selected, from where, in which order, how much of
 * it. Included by store_list*.c.
 *
 * Layer:  io (store)
 */
#ifndef IO_STORE_LIST_SQL_H
#define IO_STORE_LIST_SQL_H

#include "io/store_list_row.h"
#include "io/store_sql.h"

struct store_list_sql {
	struct store_sql sql;
	const struct rest_query *q;
	const struct store_list_source *source;
	const struct store_dialect *dialect;
	/*
	 * An index leads to its rows, whatever the values are. PostgreSQL makes
	 * a plan for a statement and keeps it, or one for each set of values
	 * when it takes those for cheaper; here they are not, and planning would
	 * be a third of the work. So it is not shown the values.
	 */
	bool quick;
};

/** sql/list/: the caller, and whose rows are everybody's. */
#define STORE_LIST_BOUND_MAX 2

/** Begin one with the parameters of `from`. */
void store_list_sql_init(struct store_list_sql *l, const struct store *s,
    const struct store_view *view, enum store_list_id id,
    const struct rest_query *q);
/** What `from` takes; how many. */
int store_list_bound(const struct store_list_source *source,
    const struct store_view *view,
    struct store_value out[static STORE_LIST_BOUND_MAX]);
/** What is selected, then what else the order needs for a cursor. */
void store_list_put_columns(struct store_list_sql *l, bool count);
/** The place of a term among what is selected; n_select: it is not there. */
unsigned
store_list_shown_at(const struct rest_query *q, const struct rest_term *term);
/** From where, with the filters. */
void store_list_put_source(struct store_list_sql *l);
void store_list_put_order(struct store_list_sql *l);
/** One row more than asked for tells whether there is a next page. */
void store_list_put_page(struct store_list_sql *l);
/** The members of a row, in the statement's arena; how many. */
unsigned
store_list_members(struct store_list_sql *l, struct store_list_member *out);

/** Many rows, or any that may be long. */
bool store_list_is_large(const struct rest_query *q);
/** A page of few rows that an index leads to, one after the other. */
bool store_list_is_quick(const struct store_list_sql *l);
/** All columns but the extra ones, where none was named. */
void store_list_select_all(struct rest_query *q);

#endif
