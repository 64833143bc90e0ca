/**
 * Parameters of a header's value: what stands behind its first word.
 *
 *      form-data; name="file"; filename="a \"b\".mp4"
 *               ^------------------------------------ from here on
 *
 * Layer:  proto (pure)
 * Spec:   RFC 9110, 5.6
 */
#ifndef PROTO_HTTP_PARAM_H
#define PROTO_HTTP_PARAM_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"

enum http_param_found {
	HTTP_PARAM_NONE, /* the end */
	HTTP_PARAM_ONE,
	HTTP_PARAM_MALFORMED,
};

/**
 * Take the next parameter off `*rest`, both parts borrowed. A quoted value comes
 * without its quotes and with its backslashes: http_param_unquote().
 */
enum http_param_found http_param_next(struct slice *rest, struct slice *name,
    struct slice *value) MUST_CHECK NONNULL(1, 2, 3);
/**
 * A quoted value without the backslashes that stand before a quote or another
 * backslash; others stay, since browsers send a file's name as it is. `to` has
 * room for value.n bytes, and may be where they are.
 */
struct slice http_param_unquote(struct slice value, char *to) NONNULL(2);
/** Is it a token: not empty, visible ASCII without separators? */
bool http_param_token(struct slice s);

#endif
