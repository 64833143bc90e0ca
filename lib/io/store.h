/**
 * The store: what must last. One interface, two drivers chosen by the URL:
 * "sqlite:PATH" (embedded, WAL) or "postgresql://…" (13 and newer, Supabase
 * too; "?prepare=off" behind a pooler that shares connections between
 * transactions).
 *
 * Statements live in sql/query/ under names and are used by index (STORE_…,
 * generated into store_queries_DIALECT.inc): no SQL text passes this interface.
 * The typed calls are in store_video.h, store_chat.h and store_job.h.
 *
 * A struct store is one connection for one thread. A call outside
 * store_begin() is its own transaction. A connection that was lost is made
 * again; what was not sent yet, or only read, is tried again.
 *
 * Failure: 0 / -1 or pointer / NULL, with the caller's struct err filled:
 * ERR_NOT_FOUND, ERR_CONFLICT (a unique row is there), ERR_STALE (a lease or a
 * revision was overtaken), ERR_UNAVAILABLE (busy, locked, full, gone: nothing
 * was written), ERR_INTERNAL (a bug).
 * Layer:  io (store)
 */
#ifndef IO_STORE_H
#define IO_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

struct store;

enum store_query {
#define X(id, name, reads, sql) id,
#include "store_queries_sqlite.inc"
#undef X
	STORE_QUERY__MAX
};

/** Is it of a store that there is? */
int store_url_check(const char *url, struct err *e) MUST_CHECK;
struct store *store_open(const char *url, struct err *e) MUST_CHECK;
void store_close(struct store *s);
/**
 * `wait` is called before a statement waits for long: for the writer's lock, the
 * disk, a server that does not answer within STORE_PATIENCE_US. Never, once or
 * often.
 */
void store_on_wait(struct store *s, void (*wait)(void *cookie), void *cookie);
#define STORE_PATIENCE_US 1000
/** Apply what is missing, once, under a lock; refuse a newer store. */
int store_migrate(struct store *s, struct err *e) MUST_CHECK;
/** Is the schema there and of this version, and does the store answer? */
int store_ready(struct store *s, struct err *e) MUST_CHECK;
/** The store's own UUID, made by the first migration. */
int store_uuid(struct store *s, char out[static 37], struct err *e) MUST_CHECK;

/** A write transaction: takes the writer's lock at once (no late upgrade). */
int store_begin(struct store *s, struct err *e) MUST_CHECK;
int store_commit(struct store *s, struct err *e) MUST_CHECK;
/** Never fails as the caller sees it. */
void store_rollback(struct store *s);
/**
 * A transaction has failed: may all of it be run again, for the `try`-th time
 * (from 1 on), since it was undone for others' sake (a deadlock)? Waits a little
 * before it says yes.
 */
bool store_again(const struct store *s, int try);

/* The driver-neutral way to run a named statement; for store_*.c only. */

enum store_type {
	STORE_NULL,
	STORE_INT,
	STORE_REAL, /* in rows only */
	STORE_TEXT, /* also a uuid, a time (RFC 3339), JSON */
	STORE_BLOB,
	STORE_FLOATS, /* an embedding: floats of this machine */
};

struct store_value {
	enum store_type type;
	union {
		int64_t number;
		double real;
	};
	struct slice bytes; /* borrowed until the next row */
};

#define STORE_NULL_VALUE \
	((struct store_value){ STORE_NULL, { 0 }, SLICE_EMPTY })
struct store_value store_int(int64_t number);
struct store_value store_text(struct slice text);
/** Empty becomes NULL. */
struct store_value store_text_or_null(struct slice text);
struct store_value store_blob(const void *bytes, size_t n);
/** `n` numbers; NULL when there are none. */
struct store_value store_floats(const float *numbers, size_t n);

/** A row: columns by position, with their names. */
struct store_row {
	int n;
	const char *const *names;
	const struct store_value *values;
};

/** What to do with each row; returns 0 to go on. */
struct store_sink {
	int (*row)(const struct store_row *row, void *cookie);
	void *cookie;
	int64_t count; /* out: rows returned, or changed by a write */
};

/** Run a statement; `sink` may be NULL. */
int
store_run(struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct store_sink *sink, struct err *e) MUST_CHECK;

/**
 * A row as a JSON object with the columns' names: JSON columns (metadata,
 * agents, actions, conversation content) decoded, the rest text or integer.
 * New reference.
 */
struct json_object *store_row_json(const struct store_row *row);
/** All rows into the JSON array `cookie`: an `each` for store_run(). */
int store_row_append(const struct store_row *row, void *cookie);

#endif
