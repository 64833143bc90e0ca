/**
 * Asking other servers by HTTP: one call is one request with its redirects, on a
 * connection of its own. What is asked for may come from anybody, so:
 *
 *  - http and https only, also where a redirect leads; from https not to http;
 *    at most three redirects;
 *  - connections are made to public addresses only (net_address.h), decided on
 *    the address itself, for each redirect again, unless the caller allows more;
 *  - nothing lasts: connecting, silence and the whole call have their times,
 *    the answer its size, and the caller can cancel;
 *  - certificates are verified; no proxy, cookies or files of the environment.
 *
 * For workers: it blocks. Nothing of an address is logged, or stands in an error.
 *
 * Ownership: all is borrowed for the call.
 * Failure: -1 and struct err: ERR_UNAVAILABLE what may go better later (no
 * connection, a time-out, an answer cut off), ERR_FORBIDDEN an address that is
 * not to be asked, ERR_TOO_LARGE, ERR_UNPROCESSABLE what will not go better,
 * ERR_STALE cancelled; what the sink has said. A status is no failure.
 * Layer:  io (libcurl)
 */
#ifndef IO_HTTP_CLIENT_H
#define IO_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

struct http_client_reply {
	int status;             /* of the last answer */
	char content_type[128]; /* "" when it has none */
	int64_t retry_after_s;  /* 0 when it says nothing */
	int64_t size;           /* bytes of the body */
};

struct http_client_request {
	const char *url;
	const char *const
	    *headers;      /* "Name: value", NULL at the end; or NULL */
	struct slice body; /* p == NULL: a GET; else a POST */
	int64_t max;       /* bytes of the answer */
	int64_t connect_ms;
	int64_t silence_s;   /* hardly a byte for so long */
	int64_t deadline_ms; /* of all of it */
	bool private;        /* any address may be asked */
	/** The next piece of the answer; -1 ends the call. */
	int (*piece)(void *cookie, const struct http_client_reply *reply,
	    struct slice piece, struct err *e);
	/** Asked about once a second; may be NULL. */
	bool (*cancelled)(void *cookie);
	void *cookie;
};

/** `*reply` is filled as far as it came, also on failure. */
int http_client_run(const struct http_client_request *request,
    struct http_client_reply *reply, struct err *e) MUST_CHECK NONNULL(1, 2, 3);

#endif
