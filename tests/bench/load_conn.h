/**
 * One HTTP/1.1 connection of the load generator: non-blocking, keep-alive, one
 * request at a time. What the server closes while nothing is asked of it is
 * opened again by the next request; a request that met such a close (no byte of
 * an answer on a used connection) is sent once more and counted.
 *
 * Ownership: a connection owns its descriptor and buffers.
 * Layer:  tests
 * Spec:   RFC 9112
 */
#ifndef BENCH_LOAD_CONN_H
#define BENCH_LOAD_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct client;

struct conn {
	struct client *client;
	struct buf out; /* the request, kept until it is answered */
	struct buf in;
	size_t sent;      /* bytes of `out` */
	int64_t since_us; /* of the request */
	int fd;           /* -1: closed */
	bool busy;        /* an answer is due */
	bool used;        /* an answer came over this connection */
};

/** Where connections go and come from. */
struct conn_net {
	int epoll_fd;
	uint16_t port;
	int sources; /* addresses 127.0.0.2 and on to take in turn */
	int next_source;
	int64_t resent; /* requests that met a close */
};

/** What an answer's end gives; `body` lives until the next request. */
struct conn_answer {
	int status;
	struct slice body;
};

enum conn_event {
	CONN_NOTHING,
	CONN_ANSWERED,
	CONN_BROKEN
};

void conn_init(struct conn *x, struct client *client);
void conn_close(struct conn *x);
/** Send what stands in `x->out`. False: no connection can be had. */
bool conn_send(struct conn *x, struct conn_net *net, int64_t now_us);
/** Go on after epoll said `events`. */
enum conn_event conn_go_on(struct conn *x, struct conn_net *net,
    uint32_t events, struct conn_answer *answer);

#endif
