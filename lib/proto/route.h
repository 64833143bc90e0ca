/**
 * Matching a request path against a pattern such as
 * "/api/v1/videos/{id}/transcript".
 *
 * A pattern is a list of segments; "{name}" takes one whole segment that is not
 * empty. Segments are compared after %XX decoding; one that decodes to '/',
 * NUL or invalid UTF-8 matches nothing, so a parameter is always text that may
 * be kept. Case counts, double slashes count.
 *
 * Ownership: parameters live in the arena, or in the path where nothing had to
 * be decoded.
 * Failure: no match is false; what `*out` then holds is not defined.
 * Layer:  proto (pure)
 * Spec:   RFC 3986, sections 3.3 and 6.2.2.2; director contract, part B
 */
#ifndef PROTO_ROUTE_H
#define PROTO_ROUTE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

/** The longest route has two; room for a level or two more. */
#define ROUTE_PARAMS_MAX 4

struct route_params {
	size_t n;
	struct slice value[ROUTE_PARAMS_MAX]; /* decoded, in pattern order */
};

/**
 * Does `path` (raw, no query) match `pattern`? A pattern that ends in "/?"
 * takes the path with and without a slash at its end. A pattern with more than
 * ROUTE_PARAMS_MAX parameters never matches.
 */
bool route_match(const char *pattern, struct slice path, struct arena *a,
    struct route_params *out) MUST_CHECK NONNULL(1, 3, 4);

#endif
