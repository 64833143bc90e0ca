/**
 * Lists of rows as REST clients ask for them, and single rows by their address,
 * straight into JSON text. What may be asked stands in sql/list/; a request
 * (proto/rest_query.h) becomes one statement of parts from sql/part/ with all
 * values bound, and one round trip.
 *
 *      { "id": "…", "video_id": "…", "metadata": {…},
 *        "created_at": "2026-01-02T03:04:05.678901Z" }
 *
 * Rows of sessions, messages and jobs are those of `who` (and, with `shared`,
 * of anonymous principals: store_chat.h).
 *
 * Failure and threads: as store.h; what a request asks and nobody can answer
 * (an order by JSON that is not text) is ERR_BAD_REQUEST.
 * Layer:  io (store)
 * Spec:   RFC 3339 for times, as precise as they are stored
 */
#ifndef IO_STORE_LIST_H
#define IO_STORE_LIST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/principal.h"
#include "io/store.h"
#include "proto/rest_query.h"

enum store_list_id {
#define R(id, name, one, first, n, bound, order, ordered, from, uuid, key) id,
#include "store_lists_sqlite.inc"
#undef R
	STORE_LIST__MAX
};

/** Whose rows. */
struct store_view {
	const struct principal *who;
	bool shared;
};

/**
 * A page ends with the row that fills so many bytes, whatever its limit is: as
 * much as the largest rows of a request have, and memory for each that reads.
 */
#define STORE_PAGE_BYTES ((size_t)8 * 1000 * 1000)

/** A page of a list. store_page_fini() drops it. */
struct store_page {
	struct buf json; /* an array of rows */
	int64_t n;
	int64_t total;     /* rows of all pages; -1: not asked for */
	struct buf cursor; /* where the next page begins; empty: none */
};

/** Its columns, for rest_query_parse(). */
const struct rest_table *store_list_table(enum store_list_id id);

/**
 * A page, and a row, asked for so that the question may share a round trip with
 * those of others (store_ask_made()): where it waits, others may ask the store
 * before its answer is read, and it is, with theirs, once the first answer is.
 *
 *      question = store_list_ask(…, share, e);       NULL: -1
 *      (others ask, where store_list_waits(question))
 *      store_list_answer(question, &page, e);        frees it
 *
 * The key, the principal and the query's text stay until the answer.
 */
struct store_page_question;
struct store_page_question *
store_list_ask(struct store *s, const struct store_view *view,
    enum store_list_id id, const struct rest_query *q, bool count, bool share,
    struct err *e) MUST_CHECK; // NOLINT
bool store_list_waits(const struct store_page_question *question);
int store_list_answer(struct store_page_question *question,
    struct store_page *page, struct err *e) MUST_CHECK;

struct store_row_question;
struct store_row_question *
store_list_ask_one(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, bool share) MUST_CHECK;
bool store_list_one_waits(const struct store_row_question *question);
int store_list_answer_one(struct store_row_question *question, struct buf *json,
    struct err *e) MUST_CHECK;

int store_list(struct store *s, const struct store_view *view,
    enum store_list_id id, const struct rest_query *q, bool count,
    struct store_page *page, struct err *e) MUST_CHECK;
void store_page_fini(struct store_page *page);

/** What is done with each row; it is gone when that is over. */
struct store_each {
	void (*row)(void *cookie, struct slice json);
	void *cookie;
};
/** The same row by row: page->json stays empty. */
int store_list_each(struct store *s, const struct store_view *view,
    enum store_list_id id, const struct rest_query *q,
    const struct store_each *each, struct store_page *page,
    struct err *e) MUST_CHECK; // NOLINT

/** The whole row into `json` (appended); ERR_NOT_FOUND. */
int store_list_get(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, struct buf *json,
    struct err *e) MUST_CHECK;

#endif
