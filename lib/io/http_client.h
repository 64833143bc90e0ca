/**
 * Asking other servers by HTTP: one call is one request with its redirects. What
 * is asked for may come from anybody, so:
 *
 *  - http and https only, also where a redirect leads; from https not to http;
 *    at most three redirects, with headers of the caller's only to the same
 *    server, of a POST only those that say to repeat it (307, 308);
 *  - connections are made to public addresses only (net_address.h), decided on
 *    the address itself, for each redirect again, unless the caller allows more
 *    or the operator has the host on a list (host_list.h);
 *  - nothing lasts: connecting, silence and the whole call have their times,
 *    the answer its size, and the caller can cancel, heard within half a second;
 *  - certificates are verified; no proxy, cookies or files of the environment.
 *
 * A struct http_client is one thread's: it keeps connections for the next call,
 * those that may be private apart from the others, so that none serves a call
 * which could not have made it.
 *
 * Where there is a proxy, all but the listed hosts are asked through it. It
 * resolves names, so it has to keep them off private networks; addresses that
 * are written as such are refused here as ever.
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
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct http_client;

struct http_client_reply {
	int status;             /* of the last answer */
	char content_type[128]; /* "" when it has none */
	int64_t retry_after_s;  /* 0 when it says nothing; a day at most */
	int64_t size;           /* bytes of the body */
};

/** A field of multipart/form-data: text, or a file with its name and type. */
struct http_client_part {
	const char *name;
	struct slice text; /* p == NULL: a file */
	const char *path, *filename, *type;
};

struct http_client_request {
	const char *url;
	const char *method; /* NULL: GET, or POST with a body */
	const char *const
	    *headers;      /* "Name: value", NULL at the end; or NULL */
	struct slice body; /* p == NULL: none */
	const struct http_client_part *parts; /* a body of these; or NULL */
	size_t n_parts;
	int64_t max; /* bytes of the answer */
	int64_t connect_ms;
	int64_t silence_s;   /* hardly a byte for so long; 0: no matter */
	int64_t deadline_ms; /* of all of it */
	bool private;        /* any address may be asked */
	/** The next piece of the answer; -1 ends the call. */
	int (*piece)(void *cookie, const struct http_client_reply *reply,
	    struct slice piece, struct err *e);
	/* Redirects stay with one server, headers or not. */
	bool one_origin;
	struct buf *into; /* without `piece`: the answer is added here */
	/** Asked some times a second; may be NULL. */
	bool (*cancelled)(void *cookie);
	void *cookie;
};

/** `proxy` is an address or "", `private_hosts` a host_list or "": who may be
 *  asked wherever it is. Both are copied. */
struct http_client *http_client_new(
    const char *proxy, const char *private_hosts) MUST_CHECK NONNULL(1, 2);
void http_client_free(struct http_client *c);
/** `*reply` is filled as far as it came, also on failure. */
int http_client_run(struct http_client *c,
    const struct http_client_request *request, struct http_client_reply *reply,
    struct err *e) MUST_CHECK NONNULL(1, 2, 3, 4);

#endif
