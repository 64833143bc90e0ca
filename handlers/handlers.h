/**
 * The application's side of everything: what runs for a route, a namespace, an
 * event, an ack. An application is one struct app of const tables; the
 * transport (fcgi/, dispatch.c, polling.c, socket.c) knows only these shapes,
 * so the echo server of tests/conformance is the same code with other tables.
 *
 * A request, from left to right:
 *
 *   fcgi/request -> dispatch_run -> route table -> handler -> response
 *                                     polling -> socket -> event table
 *
 * Ownership: a struct ctx belongs to one thread; what lives as long as the
 * request is in its arena.
 * Failure: handlers return -1 with struct err filled, the dispatcher answers
 * with a problem document.
 * Layer:  handlers
 */
#ifndef HANDLERS_HANDLERS_H
#define HANDLERS_HANDLERS_H

#include <semaphore.h>
#include <stdbool.h>

#include <json-c/json.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/principal.h"
#include "io/conf.h"
#include "io/eio_memo.h"
#include "io/eio_store.h"
#include "io/metrics.h"
#include "io/queue.h"
#include "io/sio_adapter.h"
#include "io/store.h"
#include "proto/cors.h"
#include "proto/http.h"
#include "proto/route.h"

struct ctx;
struct app;

/** Beyond 0 (answered) and -1 (struct err is filled): ctx.later says how the
 *  event loop goes on; it answers. */
#define HANDLER_LATER 1
/** Its question to the store may share a round trip with those of other requests:
 *  dispatch_then() once these have asked, too. See ctx_share(). */
#define HANDLER_SHARES 2

/** Bits of struct route.flags. */
enum {
	ROUTE_LOOPBACK = 1 << 0,  /* only for clients on this machine */
	ROUTE_TRANSPORT = 1 << 1, /* gets all methods, makes its errors */
	ROUTE_PROBE = 1 << 2,     /* asked by machines: no cookie, no key */
	ROUTE_RAW = 1 << 3,       /* Engine.IO without Socket.IO: app.message */
	ROUTE_STREAM =
	    1 << 4, /* the handler reads the body, a file: body.next */
	ROUTE_QUICK = 1 << 5, /* whatever waits calls ctx_wait(): the store
	                         does where it takes long */
	ROUTE_BARE =
	    1 << 6, /* takes no parameters: a query with any is refused */
	ROUTE_ANYONE = 1 << 7, /* nothing depends on who asks: no cookie */
	ROUTE_SHARES = 1 << 8, /* the handler calls ctx_share() */
};

struct route {
	unsigned methods;    /* mask of enum http_method */
	const char *pattern; /* see route.h */
	int (*run)(struct ctx *c, struct err *e);
	size_t body_max;   /* bytes; 0: no body */
	const char *media; /* accepted types, space between; NULL: any */
	unsigned flags;
	unsigned what; /* for the handler: what it is about */
};

/** How the body is read, once; filled in by fcgi/. */
struct body_source {
	void *cookie;
	/** All of it into `out`; ERR_TOO_LARGE beyond `max`. */
	int (*read)(void *cookie, size_t max, struct buf *out, struct err *e);
	/** Instead: the next piece of it, borrowed until the next call; the
	 *  empty one at its end. ERR_TOO_LARGE once it is beyond `max` in all. */
	int (*next)(
	    void *cookie, size_t max, struct slice *piece, struct err *e);
};

/** What is left to do for a request, without a thread: one script, and an
 *  answer by what it says (polling_reply()); or waiting for something else. */
struct later {
	enum later_kind {
		LATER_POLL, /* a GET: held until there is something to say */
		LATER_POST, /* a whole POST in one push */
		LATER_OPEN, /* a handshake of version 4: a session is made */
		LATER_WAIT, /* the handler is run again (ctx.waiting) when its
		             word was said on the process's channel (wake.h),
		             or `wait_ms` are over */
	} kind;
	const struct eio_push *push; /* of a LATER_POST, in the arena */
	/* Of a LATER_POST, should the session have changed; of a LATER_OPEN,
	 * the answer; of a LATER_WAIT, the word. */
	struct slice body;
	int64_t wait_ms;
	bool octets; /* a body that came as application/octet-stream */
	bool joins;  /* of a LATER_OPEN: as eio_store_open() has it */
	struct slice principal;
};

/** A place in the store, of a thread: all its requests share one. */
struct store_place {
	sem_t *gate;
	int users;
};

struct ctx {
	/* Of the thread. */
	const struct app *app;
	const struct conf *conf;
	struct eio_store eio;
	struct eio_memo *memo;
	struct rds *rds;
	struct sio_adapter sockets;
	struct queue queue;
	struct store *store; /* use ctx_store() */
	struct store_place *place;
	struct metrics *metrics;
	/* Of the request. */
	struct arena arena;
	const struct http_request *req;
	struct http_response *res;
	struct body_source body;
	const struct route *route;
	struct route_params params;
	enum cors_verdict cors;
	struct principal who;
	struct later later;
	/* A handler run again: what it waits for; for how long it has by now;
	 * whether it may wait no more. Empty: the request is new. */
	struct slice waiting;
	int64_t waited_ms;
	bool waits_no_more;
	struct slice sid; /* for the log line */
	struct err error; /* what went wrong, for the log line */
	bool holds_place;
	/* Of a handler that shares: how it goes on, with what. */
	int (*then)(struct ctx *c, struct err *e);
	void *asked;
	/* What follows takes longer than computing: requests of this thread that
	 * wait for others to share with are answered first. NULL: nothing is
	 * shared. Use ctx_alone(). */
	void (*alone)(void *cookie);
	/* What follows may wait: another thread goes on accepting. NULL: there
	 * is none to tell. Use ctx_wait(). */
	void (*wait)(void *cookie);
	void *cookie; /* of both */
};

/** Call it before whatever may take longer than computing does: Redis, the
 *  store, a large body. Once for a request is enough, more does no harm. */
void ctx_wait(struct ctx *c);

/** Before whatever else than a shared question may take longer than computing. */
void ctx_alone(struct ctx *c);
/** May a question of this request share? */
bool ctx_shares(const struct ctx *c);
/**
 * How a handler ends that has asked the store: `then` goes on with `state`, which
 * is ctx.asked by then. At once, unless the question `waits` for others to share
 * its round trip; only where ctx_shares() may it.
 *
 *   rest_list -> store_list_ask --waits--> HANDLER_SHARES … dispatch_then -> then
 *                               '--------> then
 */
int ctx_share(struct ctx *c, bool waits,
    int (*then)(struct ctx *c, struct err *e), void *state, struct err *e);

/**
 * The store, once a place in it is free: at most three in four request threads
 * are inside at once, so that a slow store does not starve the rest. Given
 * back at the end of the request.
 */
struct store *ctx_store(struct ctx *c, struct err *e) MUST_CHECK;
/** Give its place back before the end, for what takes long without it. */
void ctx_store_leave(struct ctx *c);
/** The largest body that the route takes. */
size_t ctx_body_max(const struct ctx *c);
/** Answer with a JSON value (its reference is taken). */
int ctx_json(struct ctx *c, int status, struct json_object *value);
/** The body as JSON; an object is required. New reference. */
int ctx_body_json(
    struct ctx *c, struct json_object **out, struct err *e) MUST_CHECK;
/** The same of a body that the handler has read. */
int ctx_json_object(struct ctx *c, struct slice body, struct json_object **out,
    struct err *e) MUST_CHECK;
/** The same of any value; the failure's details say where. */
int ctx_json_value(struct ctx *c, struct slice body, struct json_object **out,
    struct err *e) MUST_CHECK;

/* Socket.IO. */

struct socket_call; /* an event, ack or CONNECT being handled */

struct socket_namespace {
	const char *name;
	/** May refuse: -1, message and call->refusal go to the client. NULL: all
	 *  are welcome. Not run for a socket that is recovered. */
	int (*allow)(struct socket_call *call, struct err *e);
	/** Joined, or recovered; what it emits follows the CONNECT packet. May
	 *  be NULL. */
	int (*connected)(struct socket_call *call, struct err *e);
	unsigned flags;
};

/** Bits of struct socket_namespace.flags and struct socket_event.flags. */
enum {
	/** What it runs only answers (emits to its own socket, acks, refuses): it
	 *  may be run before the session was asked for, and again. Saves a round
	 *  trip. */
	SOCKET_PURE = 1 << 0,
	/** Of a namespace: its sockets can be recovered, where conf.recovery_ms is
	 *  not 0. */
	SOCKET_RECOVER = 1 << 1,
};

struct socket_event {
	const char *nsp;
	const char *name;
	int (*run)(struct socket_call *call, struct err *e);
	unsigned flags;
};

/** A continuation: what runs when the client acks, or call->timed_out; named
 *  in Redis. */
struct socket_ack {
	const char *name;
	int (*run)(struct socket_call *call, struct err *e);
};

struct app {
	const struct route *routes;
	size_t n_routes;
	const struct socket_namespace *namespaces;
	size_t n_namespaces;
	const struct socket_event *events;
	size_t n_events;
	const struct socket_ack *acks;
	size_t n_acks;
	/** A message of a ROUTE_RAW session, in the form of version 4 (`4text`,
	 *  `bBASE64`); pure, as SOCKET_PURE. */
	void (*message)(struct socket_call *call, struct slice packet);
	unsigned versions; /* Engine.IO versions spoken: 1 << 4 | 1 << 3 */
	bool visitors;     /* give visitors a cookie, their principal */
	bool wants_store;
};

struct socket_call {
	struct ctx *c;
	struct sio_socket socket;
	struct json_object *args;   /* array: the event's arguments without its
	                             name; of an ack; or {auth} of a CONNECT */
	const struct slice *buffer; /* what placeholders in args stand for */
	unsigned n_buffers;
	int64_t ack_id;     /* -1: the client asked for none */
	struct slice state; /* of a continuation */
	bool timed_out;     /* a continuation: the ack did not come in time */
	bool recovered;     /* connected: it has its rooms already */
	struct json_object *refusal; /* set by allow: data for the client */
	struct socket_post *post;
};

/** Emit to the calling socket; `args` (its reference is taken) are the
 *  arguments. Goes out with the end of the POST. */
void socket_emit(
    struct socket_call *call, const char *event, struct json_object *args);
/** Answer the event's ack, if one was asked and not yet answered. */
void socket_ack(struct socket_call *call, struct json_object *args);
/** An event that the client is to ack. */
struct socket_question {
	const char *event;
	struct json_object *args; /* its reference is taken */
	const char *continuation; /* runs when the client acks */
	struct slice state;       /* for that */
	int64_t timeout_ms; /* it runs after this at the latest; 0: never */
};
int socket_ask(struct socket_call *call, const struct socket_question *q,
    struct err *e) MUST_CHECK;
/** Emit to the sockets that `to` names (its rooms and the rest but the packet
 *  are set), at once; `args` as above. */
int socket_emit_to(struct socket_call *call, struct sio_emit *to,
    const char *event, struct json_object *args, struct err *e) MUST_CHECK;
/** Send a message of a ROUTE_RAW session, in the form of version 4. */
void socket_send(struct socket_call *call, struct slice packet);
/** Disconnect the calling socket; `close` ends the whole session. */
void socket_kick(struct socket_call *call, bool close);
/** Argument `i`, NULL when there is none. */
struct json_object *socket_arg(const struct socket_call *call, size_t i);

#endif
