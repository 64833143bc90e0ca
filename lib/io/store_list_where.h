/**
 * A list's statement while it is put together, and what of it depends on the
 * request: terms, filters, where the last page ended. Included by store_list*.c.
 *
 * Layer:  io (store)
 */
#ifndef IO_STORE_LIST_WHERE_H
#define IO_STORE_LIST_WHERE_H

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

/** Its place among the columns of all lists. */
unsigned
store_list_column(const struct store_list_sql *l, const struct rest_term *term);
/** May it be NULL? */
bool store_list_nullable(
    const struct store_list_sql *l, const struct rest_term *term);
/** What ordering takes. */
const char *
store_list_compared(struct store_list_sql *l, const struct rest_term *term);
/** Append " AND (…)" for each filter. */
void store_list_filters(struct store_list_sql *l);
/** Append " AND (…)": behind q->after in the order. */
void store_list_after(struct store_list_sql *l);

#endif
