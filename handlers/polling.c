#include "handlers/polling.h"

#include <stdlib.h>

#include "handlers/dispatch.h"
#include "handlers/socket.h"
#include "io/rnd.h"
#include "proto/eio_handshake.h"
#include "proto/eio_payload.h"

/* Engine.IO's own error body; the code is the contract. */
static int
refuse(struct ctx *c, enum eio_error error, const char *message)
{
	c->res->status = eio_error_status(error);
	http_header(c->res, "Content-Type", "application/json");
	http_header(c->res, "Cache-Control", "no-store");
	eio_handshake_error(&c->res->body, error, message);
	return 0;
}

/* The empty 400 of an overlap. */
static int
bad(struct ctx *c)
{
	c->res->status = 400;
	http_header(c->res, "Cache-Control", "no-store");
	return 0;
}

static int
answer(struct ctx *c, struct slice payload)
{
	http_header(c->res, "Content-Type", "text/plain; charset=UTF-8");
	http_header(c->res, "Cache-Control", "no-store");
	buf_add_slice(&c->res->body, payload);
	return 0;
}

static int
handshake(struct ctx *c, const struct eio_query *q, struct err *e)
{
	char *sid = arena_alloc(&c->arena, EIO_SID_LENGTH + 1);
	struct eio_command command;
	struct eio_answer a;

	dispatch_visitor(c);
	rnd_id(sid, EIO_SID_LENGTH);
	c->sid = (struct slice){ sid, EIO_SID_LENGTH };
	eio_store_open(&command, &c->eio, c->sid, q->version, c->who.id);
	if (eio_store_run(c->rds, &c->eio, &command, &a, e) != 0)
		return -1;
	eio_answer_fini(&a);
	metrics_add(c->metrics, METRIC_SESSIONS_OPENED, 1);
	(void)answer(c, SLICE_EMPTY);
	eio_handshake_open(&c->res->body, c->sid, (int)c->eio.ping_interval_ms,
	    (int)c->eio.ping_timeout_ms, (int)c->conf->max_payload);
	return 0;
}

static int
poll_answer(struct ctx *c, const struct eio_answer *a)
{
	socket_ended(c, a->text);
	if (a->verdict == VERDICT_OVERLAP)
		return bad(c);
	if (a->verdict != VERDICT_PACKETS)
		return refuse(c, EIO_SESSION_UNKNOWN, NULL);
	(void)answer(c, SLICE_EMPTY);
	eio_answer_payload(a, &c->res->body);
	metrics_add(c->metrics, METRIC_POLLS, 1);
	return 0;
}

static int
poll(struct ctx *c, struct err *e)
{
	const struct wake *wake = c->eio.wake;
	uint64_t token = wake->arm(wake->cookie, c->sid);
	struct eio_command command;
	struct eio_answer a;
	int rc;

	if (token == 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "This process holds as many polls as it can.");
	eio_store_poll(&command, &c->eio, c->sid, token);
	if (eio_store_run(c->rds, &c->eio, &command, &a, e) != 0) {
		wake->disarm(wake->cookie, token);
		return -1;
	}
	if (a.verdict == VERDICT_PARK) {
		c->parked = (struct parked){ token, a.ms };
		(void)answer(c, SLICE_EMPTY);
		rc = HANDLER_PARKED;
	} else {
		wake->disarm(wake->cookie, token);
		rc = poll_answer(c, &a);
	}
	eio_answer_fini(&a);
	return rc;
}

static int
data(struct ctx *c, struct err *e)
{
	switch (socket_post(c, e)) {
	case SOCKET_POST_OK:
		http_header(c->res, "Content-Type", "text/html");
		http_header(c->res, "Cache-Control", "no-store");
		buf_adds(&c->res->body, "ok");
		return 0;
	case SOCKET_POST_GONE:
		return refuse(c, EIO_SESSION_UNKNOWN, NULL);
	case SOCKET_POST_INVALID:
		return refuse(c, EIO_BAD_REQUEST, NULL);
	case SOCKET_POST_OVERLAP:
		return bad(c);
	case SOCKET_POST_TOO_LARGE:
		c->res->status = 413;
		http_header(c->res, "Cache-Control", "no-store");
		return 0;
	case SOCKET_POST_FAILED:
		return -1;
	}
	abort();
}

int
polling_run(struct ctx *c, struct err *e)
{
	const struct http_request *req = c->req;
	struct eio_query q;
	enum eio_error error;

	eio_query_parse(req->query, &c->arena, &q);
	error =
	    eio_handshake_check(&q, req->method, req->origin, c->app->versions);
	if (error != EIO_NO_ERROR)
		return refuse(c, error, NULL);
	if (c->cors == CORS_FOREIGN &&
	    (q.sid.n == 0 || req->method == HTTP_POST))
		return refuse(c, EIO_FORBIDDEN, NULL);
	if (q.sid.n == 0)
		return handshake(c, &q, e);
	c->sid = q.sid;
	if (req->method == HTTP_GET)
		return poll(c, e);
	if (req->method == HTTP_POST)
		return data(c, e);
	c->res->status = 405;
	http_header(c->res, "Allow", "GET, POST, OPTIONS");
	http_header(c->res, "Cache-Control", "no-store");
	return 0;
}
