/**
 * Chat sessions and their messages.
 *
 * Each output message carries a revision that only grows: an older one, and
 * anything after a final status, is refused with ERR_STALE, so a worker that
 * lost its lease cannot write. Times of sessions and messages are unix seconds
 * in the rows (the frontend multiplies), milliseconds inside, and RFC 3339 where
 * said so.
 *
 * Failure, rows and threads: as store.h.
 * Layer:  io (store)
 */
#ifndef IO_STORE_CHAT_H
#define IO_STORE_CHAT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/principal.h"
#include "io/store.h"

/** What chat hands over, all in one transaction. Everything is borrowed. */
struct store_chat_new {
	struct slice session_id, conv_id, msg_id, output_id;
	struct slice collection_id, video_id; /* may be empty */
	struct slice name;                    /* of a new session */
	struct json_object *agents, *content; /* arrays, of the input */
	struct json_object *output_actions, *output_content;
	struct slice job_id;
	const char *job_type;
	struct json_object *job_payload;
};

/**
 * Session (made if new, touched), input message, output message in progress
 * and the job row. A (session_id, msg_id) that is there already changes
 * nothing: `*duplicate` is set and `output_id` gets the first one's output.
 */
int store_chat_accept(struct store *s, const struct principal *who,
    const struct store_chat_new *new, bool *duplicate,
    char output_id[static 80], struct err *e) MUST_CHECK;

/** A snapshot of an output message. */
struct store_snapshot {
	struct slice session_id, msg_id;
	struct slice status; /* progress, success, error */
	struct json_object *actions, *agents, *content; /* borrowed arrays */
	int64_t rev;
};

/** Write it if `rev` is newer and the message not final, else ERR_STALE. */
int store_chat_snapshot(struct store *s, const struct store_snapshot *snap,
    struct err *e) MUST_CHECK;
/** A final one is in progress again: its job is run once more. */
int store_chat_reopen(struct store *s, struct slice session_id,
    struct slice msg_id, struct err *e) MUST_CHECK;
/** The stored output message as a row; for emitting it again. */
int store_chat_output(struct store *s, struct slice session_id,
    struct slice msg_id, struct json_object **row, struct err *e) MUST_CHECK;
/** The same of the newest output of a conversation. */
int store_chat_newest(struct store *s, struct slice session_id,
    struct slice conv_id, struct json_object **row, struct err *e) MUST_CHECK;
/**
 * Was the session's history read while this message was in progress? Set by
 * store_session_get() and _print(), in the same transaction as its reading.
 */
int store_chat_watched(struct store *s, struct slice session_id,
    struct slice msg_id, bool *watched, struct err *e) MUST_CHECK;

/**
 * Newest updated first: session_id, video_id, collection_id, created_at,
 * updated_at, name, metadata. Those of `who`; with `shared` also those of
 * anonymous principals: only where all of them are the same person.
 */
int
store_session_list(struct store *s, const struct principal *who, bool shared,
    int limit, struct json_object **rows, struct err *e) MUST_CHECK;
/** The row with `conversation`: messages oldest first, an input before its
 *  output; all columns of the contract's section D. ERR_NOT_FOUND. */
int store_session_get(struct store *s, const struct principal *who,
    struct slice session_id, struct json_object **row,
    struct err *e) MUST_CHECK;
/** The same as JSON text into `json`, rows as store_list.h has them. */
int store_session_print(struct store *s, const struct principal *who,
    struct slice session_id, struct buf *json, struct err *e) MUST_CHECK;
/** ERR_NOT_FOUND when there was none. Jobs of it end as cancelled. */
int store_session_delete(struct store *s, const struct principal *who,
    struct slice session_id, struct err *e) MUST_CHECK;
/** Whose is it? Copies the principal's id; "" when anonymous or unknown. */
int store_session_principal(struct store *s, struct slice session_id,
    char out[static 64], struct err *e) MUST_CHECK;

#endif
