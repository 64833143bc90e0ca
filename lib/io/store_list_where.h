/**
 * A list's statement while it is put together, and what of it depends on the
 * request: terms, filters, where the last page ended. Included by store_list*.c.
 *
 * Layer:  io (store)
 */
#ifndef IO_STORE_LIST_WHERE_H
#define IO_STORE_LIST_WHERE_H

#include "io/store_list_sql.h"

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
