/**
 * Columns, and what JSON paths find in them: as text and back.
 *
 *      term = column *( "->" step ) [ "->>" step ]
 *      step = index | key | DQUOTE key DQUOTE
 *
 * A key is text without control characters, '"' and '\', which SQLite's paths
 * cannot say; one that holds "->", ',' or ':' is put into quotes. Digits are an
 * index.
 *
 * Ownership: slices point into the text that was read.
 * Layer:  proto (pure)
 * Spec:   PostgREST, "Tables and Views", "JSON Columns"
 */
#ifndef PROTO_REST_TERM_H
#define PROTO_REST_TERM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "proto/rest_query.h"

/** Whoever reads a parameter: errors are of `field`. */
struct rest_reader {
	const struct rest_table *table;
	struct arena *arena;
	const char *field;
	struct err *e;
};

/** A column or path of the table, whatever the column's flags are. */
int rest_term_parse(const struct rest_reader *r, struct slice text,
    struct rest_term *out) MUST_CHECK NONNULL(1, 3);
/** rest_term_parse() reads it back; the same term always gives the same. */
void rest_term_print(struct buf *b, const struct rest_table *table,
    const struct rest_term *term) NONNULL(1, 2, 3);
bool rest_term_equal(const struct rest_term *a, const struct rest_term *b);
/** What is compared: a path gives REST_TEXT or REST_JSON. */
enum rest_type
rest_term_type(const struct rest_table *table, const struct rest_term *term);
bool rest_term_has(const struct rest_table *table, const struct rest_term *term,
    unsigned flag);
/** What a step may be, and an alias. */
bool rest_term_is_key(struct slice key);
/** slice_cut() that leaves what stands in quotes whole, ends trimmed. */
bool
rest_term_cut(struct slice *rest, char sep, struct slice *piece) NONNULL(1, 3);

#endif
