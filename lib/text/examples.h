/**
 * Training examples as an engine wrote them, looked through: complete, distinct,
 * diverse.
 *
 *      {"examples": [{"input": "…", "output": "…", "context": "…"}, …]}
 *
 * Kept are those with words on both sides, an answer that is not cut off, and
 * that are not nearly another one. `context` is optional, other members go.
 *
 * Ownership: the result is the caller's.
 * Failure: none. Whatever is not of that shape is left out.
 * Layer:  text (pure)
 */
#ifndef TEXT_EXAMPLES_H
#define TEXT_EXAMPLES_H

#include <json-c/json.h>
#include <stddef.h>

#include "base/attr.h"

/** More than one call has; bounds the comparing, which is each with each. */
#define EXAMPLES_MAX 60
/** A turn of a conversation, bytes: who speaks longer lectures. */
#define EXAMPLES_TEXT_MAX 4000

struct examples_counts {
	size_t kept;
	size_t incomplete; /* no words, or cut off, or of another shape */
	size_t repeated;   /* the same or nearly the same as one before */
};

/** Of a value that should be as above, or the array alone. */
struct json_object *examples_check(struct json_object *value,
    struct examples_counts *counts) MUST_CHECK NONNULL(2);

#endif
