/**
 * SQL functions that make SQLite answer as PostgreSQL does. All are
 * deterministic and innocuous: they may stand in indexes, triggers and views
 * while trusted_schema is off.
 *
 *      json_path_text(json, path)   json::jsonb #>> path   (proto/jsonb.h)
 *      json_path(json, path)        json::jsonb #> path
 *      json_path_canon(json, path)  the same as a text by which values are equal
 *                                   when they are as jsonb
 *      json_canon(json)             the same of all of it
 *      json_number_order(json)      a text for the order of numbers, of any size
 *                                   and precision; NULL for what is no number
 *      like_text(pattern, text)     text LIKE pattern, 1 or 0 (base/like.h)
 *      ilike_text(pattern, text)    text ILIKE pattern
 *      vector_cosine(a, b)          1 - (a <=> b) of pgvector (text/vector.h); `b`
 *                                   is best the same for all rows
 *      words_match(text)            what FTS5 is to MATCH for what was typed
 *                                   (text/words_query.h); NULL: nothing
 *
 * `path` is a JSON array of strings: '["a","0"]'. An argument that is NULL, and
 * whatever jsonb.h calls NULL, gives NULL. Numbers count as their text; a blob
 * as the bytes it has.
 *
 * Layer:  io
 */
#ifndef IO_STORE_SQLITE_FN_H
#define IO_STORE_SQLITE_FN_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#include "base/attr.h"

/**
 * Who is asked now and then whether to go on: to SQLite a call is one step,
 * however long it takes. False ends the statement with SQLITE_INTERRUPT.
 */
struct store_sqlite_watch {
	bool (*go_on)(void *cookie); /* or NULL */
	void *cookie;
	size_t work; /* since it was asked, in bytes looked at */
};

/** Give them to one connection, which `watch` outlives; SQLITE_OK, or what
 *  SQLite has against it. */
int store_sqlite_fn_register(
    sqlite3 *db, struct store_sqlite_watch *watch) MUST_CHECK NONNULL(1, 2);

#endif
