/**
 * Rows that REST clients write: insert, change, remove, one statement or one
 * transaction each, and what is written comes back as JSON text in the form of
 * store_list.h.
 *
 * A row's values are the parameters of its statements, in the order of the
 * list's columns: the id first, created_at left out.
 *
 * Failure and threads: as store.h.
 * Layer:  io (store)
 */
#ifndef IO_STORE_REST_H
#define IO_STORE_REST_H

#include <json-c/json.h>

#include "io/store_list.h"

/** The id and the fields; more than any has. */
#define STORE_FIELDS_MAX 8

struct store_fields {
	struct store_value value[STORE_FIELDS_MAX];
	int n;
};

/**
 * `*inserted` is false, and nothing written, when a row of the same unique value
 * is there, or what the row belongs to is not. The row is appended to `json`.
 */
int store_rest_insert(struct store *s, enum store_list_id list,
    const struct store_fields *fields, bool *inserted, struct buf *json,
    struct err *e) MUST_CHECK;

/** What to do with a row, inside the transaction that locks it. */
struct store_edit {
	/** Sees the row as it is (`json`, for its ETag, and parsed) and fills
	 *  the fields, NULL for what stays; -1 with `e` refuses. `fields` is NULL where the row is to
	 *  be removed. What the fields point to lives as long as `cookie`. */
	int (*edit)(void *cookie, struct slice json, struct json_object *row,
	    struct store_fields *fields, struct err *e);
	void *cookie;
};

/** Which row. */
struct store_address {
	const struct store_view *view;
	enum store_list_id list;
	struct slice key;
};

/** `json`: the row as it is then. ERR_NOT_FOUND, ERR_CONFLICT. */
int store_rest_change(struct store *s, const struct store_address *at,
    const struct store_edit *edit, struct buf *json, struct err *e) MUST_CHECK;
/** `json`: the row as it was. */
int store_rest_remove(struct store *s, const struct store_address *at,
    const struct store_edit *edit, struct buf *json, struct err *e) MUST_CHECK;

/**
 * A request that takes effect once: within store_begin(). The first call with a
 * key reserves it; store_once_keep() leaves the answer there, in the same
 * transaction. A later one gets that answer appended to `answer`, the first
 * nothing. ERR_UNPROCESSABLE: the key was used for another request.
 */
int store_once(struct store *s, const struct principal *who, struct slice key,
    struct slice fingerprint, struct buf *answer, struct err *e) MUST_CHECK;
int store_once_keep(struct store *s, const struct principal *who,
    struct slice key, struct slice answer, struct err *e) MUST_CHECK;

#endif
