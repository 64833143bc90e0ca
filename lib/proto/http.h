/**
 * HTTP as values: what a handler is given and what it gives back.
 *
 * Ownership: all of a request lives in the arena of the request. A response's
 * headers and body are buffers it owns; http_response_fini() frees them.
 * Layer:  proto (pure)
 * Spec:   RFC 9110; RFC 6750, 2.1; query strings as the URL standard's urlencoded parser;
 *         FastCGI/CGI meta-variables RFC 3875
 */
#ifndef PROTO_HTTP_H
#define PROTO_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

enum http_method {
	HTTP_GET = 1 << 0,
	HTTP_HEAD = 1 << 1,
	HTTP_POST = 1 << 2,
	HTTP_PUT = 1 << 3,
	HTTP_PATCH = 1 << 4,
	HTTP_DELETE = 1 << 5,
	HTTP_OPTIONS = 1 << 6,
	HTTP_OTHER = 1 << 7,
};

/** Absent headers are empty slices. */
struct http_request {
	enum http_method method;
	struct slice path;  /* raw, from REQUEST_URI, without the query */
	struct slice query; /* raw, without '?' */
	struct slice host;
	struct slice origin;
	struct slice cookie;
	struct slice authorization;
	struct slice content_type;
	struct slice accept;
	struct slice request_id;      /* X-Request-Id as the client sent it */
	struct slice traceparent;     /* as it was sent */
	struct slice request_headers; /* Access-Control-Request-Headers */
	struct slice if_match, if_none_match;
	struct slice prefer;
	struct slice range, range_unit;
	struct slice idempotency_key;
	struct slice remote_addr;
	struct slice scheme;    /* http or https */
	int64_t content_length; /* -1: unknown (chunked) */
	struct slice body;      /* set once it was read */
};

/** What a body goes on with, made piece by piece while it is sent. */
struct http_source {
	/** Append the next piece to `out`: 1, at the end 0; -1: the answer
	 *  breaks off. What it holds between calls dies with the request. */
	int (*next)(void *cookie, struct buf *out);
	void *cookie;
};

struct http_response {
	int status;
	struct buf headers; /* complete "Name: value\r\n" lines */
	struct buf body;
	struct http_source more; /* behind `body`; next NULL: nothing */
};

#define HTTP_RESPONSE_INIT \
	((struct http_response){ 200, BUF_INIT, BUF_INIT, { NULL, NULL } })

void http_response_fini(struct http_response *r) NONNULL(1);
/** Add a header; CR, LF and NUL in what is formatted are dropped. */
void http_header(struct http_response *r, const char *name, const char *format,
    ...) PRINTF(3, 4) NONNULL(1, 2);
/** The same with a value that is there already. */
void http_header_value(struct http_response *r, const char *name,
    struct slice value) NONNULL(1, 2);
/**
 * The head of a CGI response: "Status: 200 OK\r\n", the headers,
 * Content-Length (of `body_n`; not where the status has no body, RFC 9110,
 * 8.6, nor where more is to come) and the empty line.
 */
void http_head(struct buf *out, const struct http_response *r, size_t body_n)
    NONNULL(1, 2);
/** "Not Found"; "Unknown" for a status that is not in the list. */
const char *http_reason(int status);

/** Case counts; HTTP_OTHER for what is not in the list. */
enum http_method http_method_parse(struct slice name);
/** "GET"; "OTHER" for HTTP_OTHER. */
const char *http_method_name(enum http_method method);
/** Append "GET, HEAD, POST" from a mask, for Allow. */
void http_methods(struct buf *out, unsigned mask) NONNULL(1);

/**
 * The value of a query parameter, decoded ('+' and %XX; a bad % stays as it
 * is); the last duplicate wins. `*present` tells an empty value from none. Any
 * byte can come out, NUL and invalid UTF-8 too.
 */
struct slice http_query(struct slice query, const char *name, struct arena *a,
    bool *present) NONNULL(2, 3, 4);
/** The next parameter, name and value decoded; false: there is none left. */
bool http_query_next(struct slice *rest, struct arena *a, struct slice *name,
    struct slice *value) NONNULL(1, 2, 3, 4);
/**
 * %XX decoded; false when malformed, when a NUL would come out or when a '/'
 * is encoded (a raw one stays: it separates segments).
 */
bool http_path_decode(struct slice raw, struct arena *a,
    struct slice *out) MUST_CHECK NONNULL(2, 3);
/** As a segment of a path or in a query: RFC 3986, 2.1 and 2.3. */
void http_encode(struct buf *b, struct slice s) NONNULL(1);
/** The value of the first cookie `name`, borrowed; p == NULL when absent. */
struct slice http_cookie(struct slice header, const char *name) NONNULL(2);
/**
 * The token of "Bearer TOKEN", borrowed; p == NULL for any other scheme and for
 * what is no token68.
 */
struct slice http_bearer(struct slice authorization);
/** Media type without parameters, e.g. "text/vtt" of "text/vtt; charset=x". */
struct slice http_media_type(struct slice content_type);
/**
 * "name", "name:port" or "[v6]:port" into its parts. The name comes without its
 * trailing dot, with its brackets and in the case it had; no port gives the
 * empty one. False when it is none of these.
 */
bool http_host_split(struct slice host, struct slice *name,
    struct slice *port) MUST_CHECK NONNULL(2, 3);
/**
 * Is `host` (as in http_host_split) this machine's loopback: localhost,
 * 127.0.0.0/8 or [::1]? Names below .localhost are not: a resolver may ask the
 * network for them.
 */
bool http_host_is_loopback(struct slice host);
/**
 * Is the address (REMOTE_ADDR) loopback: 127.0.0.0/8, also mapped into IPv6, or
 * ::1? The empty one (Unix socket) is.
 */
bool http_addr_is_loopback(struct slice addr);

#endif
