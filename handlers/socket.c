/* A POST: what is read of it, and how it is run. */
#include "handlers/socket.h"

#include "handlers/socket_post.h"
#include "io/log.h"
#include "proto/eio_payload.h"
#include "proto/eio_session.h"

/* As much of a body is there when its request is: the web server has all of it,
 * and a socket's buffer takes so much. */
#define BODY_AT_ONCE 65536

/* What is kept or sent back is in the form of version 4, as in an outbox. */
static void
run_message(struct socket_post *p, const struct eio_packet *packet)
{
	bool raw = p->c->route->flags & ROUTE_RAW;
	struct buf b = BUF_INIT;
	struct slice whole;

	if (!raw && !packet->binary) {
		socket_run_text(p, packet->data);
		return;
	}
	eio_packet_encode(&b, packet);
	whole = buf_slice(&b);
	if (raw) {
		struct socket_call call = { .c = p->c,
			.socket = { .esid = p->c->sid,
			    .principal = p->principal },
			.ack_id = -1,
			.post = p };

		p->c->app->message(&call, whole);
	} else {
		socket_run_bytes(p, slice_from_at(whole, 1));
	}
	buf_fini(&b);
}

static void
run_packet(struct socket_post *p, const struct eio_packet *packet)
{
	switch (eio_session_receive(p->speech, packet)) {
	case EIO_DO_NOTHING:
		break;
	case EIO_DO_PONG:
		p->alive = true;
		break;
	case EIO_DO_MESSAGE:
		run_message(p, packet);
		break;
	case EIO_DO_CLOSE:
		p->end = EIO_END_NOOP;
		break;
	case EIO_DO_REJECT:
		p->end = EIO_END_CLOSE;
		break;
	case EIO_DO_ANSWER_PING:
		p->alive = true;
		socket_post_packet(p, SLICE("3"));
		break;
	}
}

/* Exactly so: with a parameter it is text (D4). */
static bool
is_octets(const struct ctx *c)
{
	return slice_eqs(c->req->content_type, "application/octet-stream");
}

/* The framing of the body; false: the session's version has no such (D4). */
static bool
framing_of(enum eio_speech speech, bool octets, enum eio_framing *framing)
{
	if (speech == EIO_V4)
		*framing = EIO_RS;
	else
		*framing = octets ? EIO_BINARY : EIO_TEXT;
	return speech != EIO_V4 || !octets;
}

/* False: the payload is not Engine.IO; what stood before it was run (D6). */
static bool
run_payload(struct socket_post *p, struct slice body, enum eio_framing framing)
{
	struct eio_payload_iter it = eio_payload_begin(body, framing);
	struct eio_packet packet;
	bool end = false;

	if (eio_payload_check(body, framing) != EIO_OK)
		return false;
	while (p->end == EIO_END_NOT) {
		if (eio_payload_next(&it, &packet, &end) != EIO_OK)
			return false;
		if (end)
			break;
		run_packet(p, &packet);
	}
	return true;
}

/* Its name is looked at, not more: a packet that is not what it seems does no
 * harm either. */
static bool
is_pure_event(const struct ctx *c, const struct sio_packet *packet)
{
	const struct socket_event *event;
	struct slice name = slice_from_at(packet->json, 2);

	if (!slice_starts(packet->json, SLICE("[\"")))
		return false;
	name = slice_sub(name, 0, slice_chr(name, '"'));
	event = socket_event(c->app, packet->nsp, name);
	return event != NULL && event->flags & SOCKET_PURE;
}

/* A recovery asks Redis. An escape may hide one. */
static bool
is_pure_connect(const struct ctx *c, const struct sio_packet *packet)
{
	const struct socket_namespace *ns =
	    socket_namespace(c->app, packet->nsp);

	return ns != NULL && ns->flags & SOCKET_PURE &&
	    slice_find(packet->json, SLICE("\"pid\"")) < 0 &&
	    slice_chr(packet->json, '\\') == packet->json.n;
}

/* Does what is run for it only answer? */
static bool
is_pure_message(const struct ctx *c, const struct eio_packet *message)
{
	struct sio_packet packet;

	if (c->route->flags & ROUTE_RAW)
		return true;
	if (message->binary ||
	    sio_packet_decode(message->data, &packet) != SIO_OK)
		return false;
	return (packet.type == SIO_EVENT && is_pure_event(c, &packet)) ||
	    (packet.type == SIO_CONNECT && is_pure_connect(c, &packet));
}

/* Can all of it be run before the session was asked for, and again? */
static bool
is_pure(
    const struct socket_post *p, struct slice body, enum eio_framing framing)
{
	struct eio_payload_iter it = eio_payload_begin(body, framing);
	struct eio_packet packet;
	bool end = false;

	if (p->parts.header.n != 0)
		return false;
	while (eio_payload_next(&it, &packet, &end) == EIO_OK && !end) {
		enum eio_action action =
		    eio_session_receive(p->speech, &packet);

		if (action == EIO_DO_PONG || action == EIO_DO_ANSWER_PING ||
		    action == EIO_DO_CLOSE ||
		    (action == EIO_DO_MESSAGE &&
			is_pure_message(p->c, &packet)))
			continue;
		return false;
	}
	return end;
}

/* A pong or a close alone needs to know nothing of the session but its version. */
static bool
remembered(struct socket_post *p, struct slice body)
{
	struct ctx *c = p->c;
	struct slice text;

	if (slice_eqs(body, "3") || slice_eqs(body, "1")) {
		p->speech = EIO_V4;
		return true;
	}
	if (!eio_memo_get(c->memo, c->sid, &c->arena, &text))
		return false;
	socket_post_session(p, text);
	return true;
}

/* All of it in one push, which the event loop runs; false: it does not do. */
static bool
run_whole(struct ctx *c, struct slice body)
{
	struct socket_post p = { .c = c, .whole = true };
	enum eio_framing framing;
	bool done = false;

	if (remembered(&p, body) &&
	    framing_of(p.speech, is_octets(c), &framing) &&
	    eio_payload_check(body, framing) == EIO_OK &&
	    is_pure(&p, body, framing) && run_payload(&p, body, framing)) {
		c->later = (struct later){
			.kind = LATER_POST,
			.push = socket_post_push(&p),
			.body = arena_dup(&c->arena, body),
			.octets = is_octets(c),
		};
		done = true;
	}
	socket_post_fini(&p);
	return done;
}

/* With a round trip before and one after. */
static enum socket_post_result
run_in_steps(struct ctx *c, struct slice body, struct err *e)
{
	struct socket_post p = { .c = c };
	struct slice text = SLICE_EMPTY;
	enum eio_framing framing;
	enum socket_post_result result;
	bool valid;

	ctx_wait(c);
	result = socket_post_begin(&p, &text, e);
	if (result == SOCKET_POST_OK) {
		valid = framing_of(p.speech, is_octets(c), &framing);
		if (valid && is_pure(&p, body, framing))
			eio_memo_put(c->memo, c->sid, text);
		valid = valid && run_payload(&p, body, framing);
		if (!valid)
			p.end = EIO_END_CLOSE;
		result = socket_post_end(&p, e);
		if (result == SOCKET_POST_OK && !valid)
			result = SOCKET_POST_INVALID;
	}
	socket_post_fini(&p);
	return result;
}

enum socket_post_result
socket_post(struct ctx *c, struct err *e)
{
	enum socket_post_result result;
	struct buf body = BUF_INIT;

	/* Counted as received; the session survives it (D2). */
	if (c->req->content_length > c->conf->max_payload)
		return SOCKET_POST_TOO_LARGE;
	if (c->req->content_length > BODY_AT_ONCE)
		ctx_wait(c);
	if (c->body.read(
		c->body.cookie, (size_t)c->conf->max_payload, &body, e) != 0)
		result = e->code == ERR_TOO_LARGE ? SOCKET_POST_TOO_LARGE
						  : SOCKET_POST_FAILED;
	else if (run_whole(c, buf_slice(&body)))
		result = SOCKET_POST_LATER;
	else
		result = run_in_steps(c, buf_slice(&body), e);
	buf_fini(&body);
	return result;
}

enum socket_post_result
socket_post_again(struct ctx *c, struct slice body, struct err *e)
{
	eio_memo_put(c->memo, c->sid, SLICE_EMPTY);
	return run_in_steps(c, body, e);
}

void
socket_opened(struct ctx *c, enum eio_speech speech)
{
	eio_memo_put(c->memo, c->sid,
	    slice_from(arena_printf(
		&c->arena, "%d %.*s\n", (int)speech, SLICE_ARG(c->who.id))));
}

int
socket_welcome(struct ctx *c, enum eio_speech speech, struct err *e)
{
	struct socket_post p = {
		.c = c,
		.speech = speech,
		.principal = c->who.id,
	};
	enum socket_post_result result;

	socket_run_connect(&p, SLICE("/"), NULL);
	result = socket_post_end(&p, e);
	socket_post_fini(&p);
	return result == SOCKET_POST_FAILED ? -1 : 0;
}

void
socket_overdue(struct ctx *c, struct slice session, struct slice ask)
{
	struct socket_post p = { .c = c };
	struct err e = ERR_INIT;
	struct slice nsp, id;

	socket_post_session(&p, session);
	if (slice_cut(&ask, ' ', &nsp) && slice_cut(&ask, ' ', &id) &&
	    ask.p != NULL)
		socket_run_continuation(&p, nsp, ask, NULL);
	if (socket_post_end(&p, &e) == SOCKET_POST_FAILED)
		log_warnx("what an overdue ack has caused was lost: %s", e.msg);
	socket_post_fini(&p);
}
