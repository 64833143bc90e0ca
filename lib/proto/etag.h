/**
 * Entity tags: printed from a hash of the row, compared with what a client has.
 *
 *      If-Match      = "*" / list of entity-tag    (compared strongly)
 *      If-None-Match = "*" / list of entity-tag    (compared weakly)
 *      entity-tag    = [ "W/" ] DQUOTE *etagc DQUOTE
 *
 * Layer:  proto (pure)
 * Spec:   RFC 9110, 8.8.3, 13.1.1, 13.1.2; lists 5.6.1
 */
#ifndef PROTO_ETAG_H
#define PROTO_ETAG_H

#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

#define ETAG_HASH 16
/** Two quotes, 22 characters of base64url and the NUL. */
#define ETAG_SIZE 25

enum etag_answer {
	ETAG_NONE, /* none of the list is the tag */
	ETAG_MATCH,
	ETAG_MALFORMED, /* not by the grammar above: a bad request */
};

/** A strong one. */
void etag_print(const uint8_t hash[static ETAG_HASH],
    char out[static ETAG_SIZE]) NONNULL(1, 2);
/**
 * Is `tag`, with its quotes, in the header's list? Strongly, so that weak ones
 * equal nothing. "*" matches any tag; an empty `tag` says that there is nothing
 * that could have one, so nothing matches.
 */
enum etag_answer
etag_if_match(struct slice header, struct slice tag) MUST_CHECK;
/** The same weakly: W/"1" equals "1". */
enum etag_answer
etag_if_none_match(struct slice header, struct slice tag) MUST_CHECK;

#endif
