/**
 * What somebody types into a search box, as an expression for FTS5's MATCH. It
 * is read as PostgreSQL's websearch_to_tsquery() reads it:
 *
 *      beach sunset         both words
 *      "beach at sunset"    these words, one behind the other
 *      beach or sunset      either; binds less than what stands side by side
 *      beach -sunset        the first and not the second
 *
 * becomes ("beach" AND "sunset"), ("beach") NOT ("sunset") and so on: every word and phrase is quoted, so
 * nothing typed is FTS5's syntax. ! & | ( ) : are white space, as there. A word
 * with a mark inside (foo-bar, o'neil) is a phrase of its parts. No text is an
 * error.
 *
 * Not as there: FTS5 cannot look for rows without a word only, so an
 * alternative which has nothing but -words is left out. Words beyond
 * WORDS_QUERY_MAX are ignored. What PostgreSQL takes for a host, a number with
 * a point, a path or an address is the phrase of its parts here; so it gets what
 * words_query_web() makes.
 *
 * Layer:  text (pure)
 * Spec:   PostgreSQL 15, 12.3.2, "Parsing Queries"; SQLite, "FTS5 Extension",
 *         3, "Full-text Query Syntax"
 */
#ifndef TEXT_WORDS_QUERY_H
#define TEXT_WORDS_QUERY_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** Each word costs a look into the index; nobody types as many. */
#define WORDS_QUERY_MAX 64

/**
 * Append the expression for `text` (UTF-8), NUL-terminated behind it. False,
 * and nothing appended, when there is no word to look for: then nothing
 * matches.
 */
bool words_query(struct slice text, struct buf *out) MUST_CHECK NONNULL(2);
/**
 * The same for websearch_to_tsquery(), where marks of ASCII within a word are
 * spaces: `node.js` is "node js", as in an index whose text was cut so.
 */
bool words_query_web(struct slice text, struct buf *out) MUST_CHECK NONNULL(2);

#endif
