/**
 * Rows as JSON text, and what the calls that write them share with the lists.
 *
 * Layer:  io (store)
 */
#ifndef IO_STORE_LIST_ROW_H
#define IO_STORE_LIST_ROW_H

#include "io/store_list.h"

/** What stands at a row's position. */
struct store_list_member {
	struct slice name; /* as JSON, with what stands before and its colon */
	enum rest_type type;
};

/** Append a row; `doubts`: what is to be JSON may be none, and becomes null. */
void store_list_members_print(struct buf *out,
    const struct store_list_member *members, unsigned n, bool doubts,
    const struct store_row *row);
/** Append a value of a column as JSON. */
void store_list_value_print(
    struct buf *out, enum rest_type type, const struct store_value *v);
/** Append a row that has the list's columns, in their order. */
void store_list_row_print(
    struct buf *out, enum store_list_id list, const struct store_row *row);
/** store_list_get() that keeps others from changing the row until the end of
 *  the transaction. */
int store_list_get_locked(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, struct buf *json,
    struct err *e) MUST_CHECK;

#endif
