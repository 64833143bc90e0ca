#include "handlers/socket.h"

#include <stdio.h>

#include "base/num.h"
#include "handlers/socket_post.h"
#include "io/log.h"
#include "io/rnd.h"
#include "proto/eio_handshake.h"
#include "proto/eio_payload.h"
#include "proto/eio_session.h"
#include "proto/jval.h"
#include "proto/sio_namespace.h"

static const struct socket_namespace *
find_namespace(const struct app *app, struct slice name)
{
	for (size_t i = 0; i < app->n_namespaces; i++)
		if (slice_eqs(name, app->namespaces[i].name))
			return &app->namespaces[i];
	return NULL;
}

static const struct socket_event *
find_event(const struct app *app, struct slice nsp, struct slice name)
{
	for (size_t i = 0; i < app->n_events; i++)
		if (slice_eqs(nsp, app->events[i].nsp) &&
		    slice_eqs(name, app->events[i].name))
			return &app->events[i];
	return NULL;
}

static const struct socket_ack *
find_ack(const struct app *app, struct slice name)
{
	for (size_t i = 0; i < app->n_acks; i++)
		if (slice_eqs(name, app->acks[i].name))
			return &app->acks[i];
	return NULL;
}

static struct socket_call
call_of(struct socket_post *p, struct slice nsp, struct json_object *args)
{
	struct slice ssid = sio_adapter_ssid(buf_slice(&p->ns), nsp);

	return (struct socket_call){
		.c = p->c,
		.socket = { arena_dup(&p->c->arena, nsp),
		    arena_dup(&p->c->arena, ssid), p->c->sid, p->principal },
		.args = args,
		.ack_id = -1,
		.post = p,
	};
}

/* A handler that failed: the client hears nothing of it, the log does. */
static void
complain(const struct socket_call *call, const char *what, const struct err *e)
{
	struct log_line l = log_begin(LOG_WARN, what);

	log_sid(&l, "sid", call->socket.esid);
	log_str(&l, "error", slice_from(err_name(e->code)));
	log_str(&l, "why", slice_from(e->msg));
	log_end(&l);
	metrics_error(call->c->metrics, e->code);
}

static void
refuse_connect(struct socket_post *p, struct slice nsp, const char *why)
{
	struct json_object *o = json_object_new_object();
	struct buf json = BUF_INIT;

	jval_put_str(o, "message", slice_from(why));
	jval_print(&json, o);
	socket_post_packet(p, SIO_CONNECT_ERROR, nsp, -1, buf_slice(&json));
	buf_fini(&json);
	(void)json_object_put(o);
}

static void
connect_namespace(
    struct socket_post *p, struct slice nsp, struct json_object *auth)
{
	const struct socket_namespace *ns = find_namespace(p->c->app, nsp);
	struct json_object *args = json_object_new_array();
	struct socket_call call;
	struct err e = ERR_INIT;
	char ssid[EIO_SID_LENGTH + 1];

	(void)json_object_array_add(
	    args, auth ? json_object_get(auth) : json_object_new_object());
	call = call_of(p, nsp, args);
	if (ns->allow != NULL && ns->allow(&call, &e) != 0) {
		refuse_connect(p, nsp, e.msg);
		goto out;
	}
	rnd_id(ssid, EIO_SID_LENGTH);
	socket_post_join(p, nsp, ssid);
	call = call_of(p, nsp, args);
	if (ns->connected != NULL && ns->connected(&call, &e) != 0) {
		/* Half joined is worse than not at all: it comes back. */
		complain(&call, "connect handler failed", &e);
		p->end = EIO_END_CLOSE;
	}
out:
	(void)json_object_put(args);
}

/* The event's name is its first argument; what is left are the arguments. */
static void
run_event(struct socket_post *p, const struct sio_packet *packet,
    struct json_object *args)
{
	const char *text =
	    json_object_get_string(json_object_array_get_idx(args, 0));
	struct slice name = arena_dup(&p->c->arena, slice_from(text));
	const struct socket_event *event =
	    find_event(p->c->app, packet->nsp, name);
	struct socket_call call;
	struct err e = ERR_INIT;

	metrics_add(p->c->metrics, METRIC_EVENTS_IN, 1);
	if (event == NULL)
		return;
	(void)json_object_array_del_idx(args, 0, 1);
	call = call_of(p, packet->nsp, args);
	call.ack_id = packet->id;
	if (event->run(&call, &e) != 0)
		complain(&call, "event handler failed", &e);
}

static void
run_ack(struct socket_post *p, const struct sio_packet *packet,
    struct json_object *args)
{
	struct socket_call call = call_of(p, packet->nsp, args);
	struct err e = ERR_INIT;
	struct eio_command command;
	struct eio_answer a;
	const struct socket_ack *ack;
	struct slice name;

	eio_store_acked(
	    &command, &p->c->eio, p->c->sid, packet->nsp, packet->id);
	if (eio_store_run(p->c->rds, &p->c->eio, &command, &a, &e) != 0) {
		complain(&call, "ack lost", &e);
		return;
	}
	call.state = a.text;
	/* Unknown or repeated ids are ignored (K10). */
	if (a.verdict == VERDICT_OK && slice_cut(&call.state, ' ', &name)) {
		ack = find_ack(p->c->app, name);
		if (ack != NULL && ack->run(&call, &e) != 0)
			complain(&call, "ack handler failed", &e);
	}
	eio_answer_fini(&a);
}

static void
run_action(struct socket_post *p, enum sio_action action,
    const struct sio_packet *packet, struct json_object *value)
{
	switch (action) {
	case SIO_DO_CONNECT:
		connect_namespace(p, packet->nsp, value);
		break;
	case SIO_DO_REFUSE:
		socket_post_packet(p, SIO_CONNECT_ERROR, packet->nsp, -1,
		    SLICE(SIO_REFUSED_JSON));
		break;
	case SIO_DO_EVENT:
		run_event(p, packet, value);
		break;
	case SIO_DO_ACK:
		run_ack(p, packet, value);
		break;
	case SIO_DO_LEAVE:
		socket_post_leave(p, packet->nsp);
		break;
	case SIO_DO_CLOSE:
		p->end = EIO_END_CLOSE;
		break;
	case SIO_DO_IGNORE:
		break;
	}
}

/* One Socket.IO packet; any error in it ends the session (J6). */
static void
run_message(struct socket_post *p, struct slice raw)
{
	struct sio_packet packet;
	struct json_object *value = NULL;
	bool known, joined;
	enum sio_action action;

	if (sio_packet_decode(raw, &packet) != SIO_OK ||
	    sio_packet_payload(&packet, &value) != SIO_OK ||
	    packet.attachments != 0) {
		p->end = EIO_END_CLOSE;
		goto out;
	}
	known = find_namespace(p->c->app, packet.nsp) != NULL;
	joined = sio_adapter_ssid(buf_slice(&p->ns), packet.nsp).p != NULL;
	action = sio_namespace_receive(
	    &packet, known, joined, socket_post_left(p, packet.nsp));
	run_action(p, action, &packet, value);
out:
	if (value != NULL)
		(void)json_object_put(value);
}

static void
run_packet(struct socket_post *p, const struct eio_packet *packet)
{
	switch (eio_session_receive(p->version, packet)) {
	case EIO_DO_NOTHING:
		break;
	case EIO_DO_PONG:
		p->pong = true;
		break;
	case EIO_DO_MESSAGE:
		if (packet->binary)
			p->end = EIO_END_CLOSE;
		else
			run_message(p, packet->data);
		break;
	case EIO_DO_CLOSE:
		p->end = EIO_END_NOOP;
		break;
	case EIO_DO_REJECT:
		p->end = EIO_END_CLOSE;
		break;
	case EIO_DO_ANSWER_PING:
		p->pong = true;
		break;
	}
}

/* False: the payload is not Engine.IO; what stood before it was run (D6). */
static bool
run_payload(struct socket_post *p, struct slice body)
{
	struct eio_payload_iter it = eio_payload_begin(body, EIO_RS);
	struct eio_packet packet;
	bool end = false;

	if (eio_payload_check(body, EIO_RS) != EIO_OK)
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

/* Version 4 has no binary framing: the type would mean something else (D4). */
static bool
is_octets(const struct ctx *c)
{
	return slice_eqs(c->req->content_type, "application/octet-stream");
}

enum socket_post_result
socket_post(struct ctx *c, struct err *e)
{
	struct socket_post p = { .c = c };
	enum socket_post_result result;
	struct buf body = BUF_INIT;
	bool valid;

	/* Counted as received; the session survives it (D2). */
	if (c->req->content_length > c->conf->max_payload)
		return SOCKET_POST_TOO_LARGE;
	if (c->body.read(
		c->body.cookie, (size_t)c->conf->max_payload, &body, e) != 0) {
		result = e->code == ERR_TOO_LARGE ? SOCKET_POST_TOO_LARGE
						  : SOCKET_POST_FAILED;
		goto out_body;
	}
	result = socket_post_begin(&p, e);
	if (result != SOCKET_POST_OK)
		goto out_body;
	valid = !is_octets(c) && run_payload(&p, buf_slice(&body));
	if (!valid)
		p.end = EIO_END_CLOSE;
	result = socket_post_end(&p, e);
	if (result == SOCKET_POST_OK && !valid)
		result = SOCKET_POST_INVALID;
	socket_post_fini(&p);
out_body:
	buf_fini(&body);
	return result;
}
