#include "handlers/polling.h"

#include <stdlib.h>

#include "handlers/dispatch.h"
#include "handlers/socket.h"
#include "io/rnd.h"
#include "proto/eio_handshake.h"
#include "proto/problem.h"

static void
no_store(struct http_response *res)
{
	http_header(res, "Cache-Control", "no-store");
}

/* Engine.IO's own error body; the code is the contract. */
static int
refuse(struct http_response *res, enum eio_error error)
{
	res->status = eio_error_status(error);
	http_header(res, "Content-Type", "application/json");
	no_store(res);
	eio_handshake_error(&res->body, error, NULL);
	return 0;
}

/* The empty 400 of an overlap. */
static int
bad(struct http_response *res)
{
	res->status = 400;
	no_store(res);
	return 0;
}

void
polling_packets(struct http_response *res, struct slice payload, bool binary)
{
	http_header(res, "Content-Type",
	    binary ? "application/octet-stream" : "text/plain; charset=UTF-8");
	no_store(res);
	buf_add_slice(&res->body, payload);
}

static void
data_answer(struct http_response *res, enum socket_post_result result)
{
	switch (result) {
	case SOCKET_POST_OK:
		http_header(res, "Content-Type", "text/html");
		no_store(res);
		buf_adds(&res->body, "ok");
		return;
	case SOCKET_POST_GONE:
		(void)refuse(res, EIO_SESSION_UNKNOWN);
		return;
	case SOCKET_POST_INVALID:
		(void)refuse(res, EIO_BAD_REQUEST);
		return;
	case SOCKET_POST_OVERLAP:
		(void)bad(res);
		return;
	case SOCKET_POST_TOO_LARGE:
		res->status = 413;
		no_store(res);
		return;
	case SOCKET_POST_FAILED:
	case SOCKET_POST_LATER:
		break;
	}
	abort();
}

static void
poll_answer(struct http_response *res, const struct eio_answer *a)
{
	struct buf payload = BUF_INIT;
	bool binary;

	if (a->verdict == VERDICT_OVERLAP) {
		(void)bad(res);
	} else if (a->verdict == VERDICT_PACKETS) {
		binary = eio_answer_payload(a, &payload);
		polling_packets(res, buf_slice(&payload), binary);
		buf_fini(&payload);
	} else {
		(void)refuse(res, EIO_SESSION_UNKNOWN);
	}
}

void
polling_reply(enum later_kind kind, struct slice body,
    const struct eio_answer *a, struct http_response *res)
{
	struct err e = ERR_INIT;

	if (a == NULL) {
		(void)err_set(&e, ERR_UNAVAILABLE,
		    "Redis does not answer. Please try again in a moment.");
		problem_write(res, &e, SLICE("/socket.io/"));
	} else if (kind == LATER_OPEN) {
		polling_packets(res, body, false);
	} else if (kind == LATER_POLL) {
		poll_answer(res, a);
	} else {
		data_answer(res, socket_post_result(a->verdict));
	}
}

static enum eio_speech
speech_of(const struct eio_query *q)
{
	if (q->version == 4)
		return EIO_V4;
	return q->b64 ? EIO_V3_BASE64 : EIO_V3;
}

/* An old browser's script tag must not be given what it would run. */
static void
no_script(struct ctx *c, const struct eio_query *q)
{
	if (q->has_j)
		http_header(c->res, "X-Content-Type-Options", "nosniff");
}

/*
 * A session belongs to its path: the id of one without Socket.IO starts with
 * this, no other does.
 */
#define RAW_MARK '-'

static bool
is_raw(const struct ctx *c)
{
	return c->route->flags & ROUTE_RAW;
}

static void
mark(const struct ctx *c, char *sid)
{
	if (is_raw(c))
		sid[0] = RAW_MARK;
	else if (sid[0] == RAW_MARK)
		sid[0] = '_';
}

/* The answer to a handshake. */
static struct slice
open_payload(struct ctx *c, enum eio_speech speech)
{
	struct buf open = BUF_INIT, payload = BUF_INIT;
	struct slice packet, copy;

	eio_handshake_open(&open, c->sid, (int)c->eio.ping_interval_ms,
	    (int)c->eio.ping_timeout_ms, (int)c->conf->max_payload);
	packet = buf_slice(&open);
	(void)eio_payload_join(
	    &payload, eio_session_framing(speech), &packet, 1);
	copy = arena_dup(&c->arena, buf_slice(&payload));
	buf_fini(&open);
	buf_fini(&payload);
	return copy;
}

/* In version 3 the main namespace is joined by this: more than one step. */
static int
handshake_v3(struct ctx *c, enum eio_speech speech, struct err *e)
{
	struct eio_command command;
	struct eio_answer a;

	ctx_wait(c);
	eio_store_open(
	    &command, &c->eio, c->sid, speech, !is_raw(c), c->who.id);
	if (eio_store_run(c->rds, &c->eio, &command, &a, e) != 0)
		return -1;
	eio_answer_fini(&a);
	metrics_add(c->metrics, METRIC_SESSIONS_OPENED, 1);
	if (!is_raw(c) && socket_welcome(c, speech, e) != 0)
		return -1;
	polling_packets(c->res, open_payload(c, speech), false);
	return 0;
}

static int
handshake(struct ctx *c, const struct eio_query *q, struct err *e)
{
	char *sid = arena_alloc(&c->arena, EIO_SID_LENGTH + 1);
	enum eio_speech speech = speech_of(q);

	dispatch_visitor(c);
	rnd_id(sid, EIO_SID_LENGTH);
	mark(c, sid);
	c->sid = (struct slice){ sid, EIO_SID_LENGTH };
	socket_opened(c, speech);
	if (speech != EIO_V4)
		return handshake_v3(c, speech, e);
	c->later = (struct later){
		.kind = LATER_OPEN,
		.body = open_payload(c, speech),
		.joins = !is_raw(c),
		.principal = c->who.id,
	};
	return HANDLER_LATER;
}

static int
data(struct ctx *c, struct err *e)
{
	enum socket_post_result result = socket_post(c, e);

	if (result == SOCKET_POST_FAILED)
		return -1;
	if (result == SOCKET_POST_LATER)
		return HANDLER_LATER;
	data_answer(c->res, result);
	return 0;
}

int
polling_again(struct ctx *c, struct slice body, struct err *e)
{
	enum socket_post_result result = socket_post_again(c, body, e);

	if (result == SOCKET_POST_FAILED)
		return -1;
	data_answer(c->res, result);
	return 0;
}

int
polling_run(struct ctx *c, struct err *e)
{
	const struct http_request *req = c->req;
	struct eio_query q;
	enum eio_error error;

	eio_query_parse(req->query, &c->arena, &q);
	no_script(c, &q);
	error =
	    eio_handshake_check(&q, req->method, req->origin, c->app->versions);
	if (error != EIO_NO_ERROR)
		return refuse(c->res, error);
	if (c->cors == CORS_FOREIGN &&
	    (q.sid.n == 0 || req->method == HTTP_POST))
		return refuse(c->res, EIO_FORBIDDEN);
	if (q.sid.n == 0)
		return handshake(c, &q, e);
	if ((q.sid.p[0] == RAW_MARK) != is_raw(c))
		return refuse(c->res, EIO_SESSION_UNKNOWN);
	c->sid = q.sid;
	if (req->method == HTTP_GET) {
		c->later = (struct later){ .kind = LATER_POLL };
		return HANDLER_LATER;
	}
	if (req->method == HTTP_POST)
		return data(c, e);
	c->res->status = 405;
	http_header(c->res, "Allow", "GET, POST, OPTIONS");
	no_store(c->res);
	return 0;
}
