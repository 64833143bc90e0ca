/**
 * A FastCGI request of one thread: taken from libfcgi, read, and let go of. The
 * only file that knows fcgiapp.h.
 *
 * libfcgi reads; we write. Once the request was read its connection is taken
 * over (request_release) and answered with our own records (fcgi_record.h): a
 * held poll keeps a descriptor and an id instead of two stream buffers, and
 * an answer is one write and one close.
 *
 * Ownership: what request_http() gives is in the arena.
 * Layer:  fcgi
 * Spec:   FastCGI 1.0; RFC 3875 for the names of the parameters
 */
#ifndef FCGI_REQUEST_H
#define FCGI_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "proto/http.h"

struct request;

/** What an answer needs. */
struct connection {
	int fd;
	uint16_t id;
};

/** Once, before any thread: is the listening socket there? */
int request_init(int listen_fd) MUST_CHECK;
struct request *request_new(int listen_fd) MUST_CHECK;
void request_free(struct request *r);
/** Wait for a connection; false: a signal came, or there is no descriptor left. */
bool request_accept(struct request *r) MUST_CHECK;
/** Take one that waits already; false: none does, or who listens on TCP cannot
 *  tell. */
bool request_accept_more(struct request *r) MUST_CHECK;
/** Has it something to read? */
bool request_begun(const struct request *r) MUST_CHECK;
/** Read the request of the connection that was accepted. */
bool request_read(struct request *r) MUST_CHECK;
/** All of it, copied into the arena. */
void request_http(struct request *r, struct arena *a, struct http_request *out);
/** A struct body_source: `cookie` is the request. All of it, or piece by piece. */
int request_body(void *cookie, size_t max, struct buf *out, struct err *e);
int request_piece(void *cookie, size_t max, struct slice *piece, struct err *e);
/** Read off what is left of the body and take over the connection. */
struct connection request_release(struct request *r);
/** Write a whole answer and close. False when the web server went away, or
 *  there was no more where more was to be. */
bool request_answer(
    struct connection to, const struct http_response *res, bool head_only);

#endif
