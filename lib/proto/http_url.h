/**
 * An address of the web, taken apart as far as a server needs it that is to fetch
 * from there.
 *
 * Layer:  proto (pure)
 * Spec:   RFC 3986; RFC 9110, 4.2
 */
#ifndef PROTO_HTTP_URL_H
#define PROTO_HTTP_URL_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"

/** Longer ones are no addresses that anybody uses. */
#define HTTP_URL_MAX 4000

struct http_url {
	struct slice scheme; /* http or https, in the case it had */
	struct slice host;   /* a name or an address, no port */
	struct slice path;   /* raw; "" or from its first '/' */
};

/**
 * Absolute, http or https, with a host, in visible ASCII without backslashes
 * (which clients read in different ways). Parts are borrowed.
 */
bool
http_url_parse(struct slice text, struct http_url *url) MUST_CHECK NONNULL(2);

#endif
