/* One Socket.IO packet: the namespace it is for, the event, the ack. */
#include "base/num.h"
#include "base/utf8.h"
#include "handlers/socket_post.h"
#include "io/log.h"
#include "io/rnd.h"
#include "proto/eio_handshake.h"
#include "proto/sio_binary.h"
#include "proto/sio_namespace.h"

/* Of a pid, in offsets: as lua/prelude.lua has it. */
#define TAG_SIZE 6

const struct socket_namespace *
socket_namespace(const struct app *app, struct slice name)
{
	for (size_t i = 0; i < app->n_namespaces; i++)
		if (slice_eqs(name, app->namespaces[i].name))
			return &app->namespaces[i];
	return NULL;
}

const struct socket_event *
socket_event(const struct app *app, struct slice nsp, struct slice name)
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
	struct arena *a = &p->c->arena;
	struct sio_socket so = { .nsp = nsp };

	(void)sio_adapter_socket(buf_slice(&p->ns), nsp, &so);
	return (struct socket_call){
		.c = p->c,
		.socket = { .nsp = arena_dup(a, nsp),
		    .ssid = arena_dup(a, so.ssid),
		    .pid = arena_dup(a, so.pid),
		    .esid = p->c->sid,
		    .principal = p->principal },
		.args = args,
		.buffer = p->parts.part,
		.n_buffers = p->parts.header.n == 0 ? 0 : p->parts.n,
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

/* ---- CONNECT -------------------------------------------------------------- */

/* Version 5 sends an object, version 3 what there is to say alone (K1). */
static void
refuse_connect(const struct socket_call *call, const char *why)
{
	struct json_object *message = json_object_new_string(why);
	struct json_object *o = json_object_new_object();
	struct buf json = BUF_INIT;

	if (call->post->speech != EIO_V4) {
		jval_print(&json, call->refusal ? call->refusal : message);
	} else {
		jval_put_str(o, "message", slice_from(why));
		if (call->refusal != NULL)
			(void)json_object_object_add(
			    o, "data", json_object_get(call->refusal));
		jval_print(&json, o);
	}
	socket_post_sio(call->post, SIO_CONNECT_ERROR, call->socket.nsp, -1,
	    buf_slice(&json));
	buf_fini(&json);
	(void)json_object_put(o);
	(void)json_object_put(message);
}

/* The number of the last event seen; of another pid none counts as seen. */
static int64_t
seen_of(struct slice pid, struct slice offset)
{
	struct slice tag;
	int64_t n;

	if (!slice_cut(&offset, '.', &tag) || offset.p == NULL ||
	    !slice_eq(tag, slice_sub(pid, 0, TAG_SIZE)) ||
	    !num_parse(offset, 0, NUM_JS_MAX, &n))
		return 0;
	return n;
}

/*
 * The socket of a pid, with what it missed and its CONNECT packet, if there is
 * one: call->recovered. Not knowing is a failure: a new socket would have a gap.
 */
static int
recover(struct socket_call *call, struct json_object *auth, struct err *e)
{
	struct ctx *c = call->c;
	struct slice pid = jval_str(auth, "pid"), text;
	struct eio_command command;
	struct eio_answer a;

	if (!eio_sid_valid(pid))
		return 0;
	eio_store_recover(&command, &c->eio, c->sid, pid, call->socket.nsp,
	    seen_of(pid, jval_str(auth, "offset")));
	if (eio_store_run(c->rds, &c->eio, &command, &a, e) != 0)
		return -1;
	text = a.text;
	call->recovered = a.verdict == VERDICT_OK &&
	    slice_cut(&text, ' ', &call->socket.ssid);
	if (call->recovered) {
		call->socket.ssid = arena_dup(&c->arena, call->socket.ssid);
		call->socket.pid = arena_dup(&c->arena, pid);
		socket_post_note(call->post, &call->socket);
		eio_memo_put(c->memo, c->sid, SLICE_EMPTY);
	}
	if (slice_eqs(text, "ended") || eio_answer_ended(&a))
		metrics_add(c->metrics, METRIC_SESSIONS_CLOSED, 1);
	eio_answer_fini(&a);
	return 0;
}

static struct slice
new_id(struct ctx *c)
{
	char id[EIO_SID_LENGTH + 1];

	rnd_id(id, EIO_SID_LENGTH);
	return arena_dup(&c->arena, slice_from(id));
}

/* A new socket; false: the session is in too many namespaces. */
static bool
join(struct socket_call *call, bool recoverable)
{
	call->socket.fresh = true;
	call->socket.ssid = new_id(call->c);
	if (recoverable)
		call->socket.pid = new_id(call->c);
	return socket_post_join(call->post, &call->socket);
}

static void
say_connected(const struct socket_call *call)
{
	const struct sio_socket *so = &call->socket;
	struct buf json = BUF_INIT;

	if (call->post->speech == EIO_V4) {
		buf_addf(&json, "{\"sid\":\"%.*s\"", SLICE_ARG(so->ssid));
		if (so->pid.n != 0)
			buf_addf(
			    &json, ",\"pid\":\"%.*s\"", SLICE_ARG(so->pid));
		buf_addc(&json, '}');
	}
	socket_post_sio(call->post, SIO_CONNECT, so->nsp, -1, buf_slice(&json));
	buf_fini(&json);
}

/* False: it may not. */
static bool
connect_new(struct socket_call *call, const struct socket_namespace *ns,
    bool recoverable)
{
	struct err e = ERR_INIT;

	if (ns->allow != NULL && ns->allow(call, &e) != 0) {
		refuse_connect(call, e.msg);
		return false;
	}
	if (!join(call, recoverable)) {
		call->post->end = EIO_END_CLOSE;
		return false;
	}
	say_connected(call);
	return true;
}

/* Half joined is worse than not at all: it comes back. */
static void
come_back(struct socket_call *call, const char *what, const struct err *e)
{
	complain(call, what, e);
	call->post->end = EIO_END_LOST;
}

static void
connect_socket(struct socket_call *call, const struct socket_namespace *ns,
    struct json_object *auth)
{
	bool recoverable = ns->flags & SOCKET_RECOVER &&
	    call->c->conf->recovery_ms > 0 && call->post->speech == EIO_V4;
	struct err e = ERR_INIT;

	if (recoverable && recover(call, auth, &e) != 0) {
		come_back(call, "no recovery", &e);
		return;
	}
	if (!call->recovered && !connect_new(call, ns, recoverable))
		return;
	if (ns->connected != NULL && ns->connected(call, &e) != 0)
		come_back(call, "connect handler failed", &e);
}

void
socket_run_connect(
    struct socket_post *p, struct slice nsp, struct json_object *auth)
{
	const struct socket_namespace *ns = socket_namespace(p->c->app, nsp);
	struct json_object *args = json_object_new_array();
	struct socket_call call;

	(void)json_object_array_add(
	    args, auth ? json_object_get(auth) : json_object_new_object());
	call = call_of(p, nsp, args);
	call.n_buffers = 0;
	connect_socket(&call, ns, json_object_array_get_idx(args, 0));
	(void)json_object_put(call.refusal);
	(void)json_object_put(args);
}

/* ---- EVENT and ACK -------------------------------------------------------- */

/* The event's name is its first argument; what is left are the arguments. */
static void
run_event(struct socket_post *p, const struct sio_packet *packet,
    struct json_object *args)
{
	const char *text =
	    json_object_get_string(json_object_array_get_idx(args, 0));
	struct slice name = arena_dup(&p->c->arena, slice_from(text));
	const struct socket_event *event =
	    socket_event(p->c->app, packet->nsp, name);
	struct socket_call call = call_of(p, packet->nsp, args);
	struct err e = ERR_INIT;

	metrics_add(p->c->metrics, METRIC_EVENTS_IN, 1);
	if (event == NULL)
		return;
	(void)json_object_array_del_idx(args, 0, 1);
	call.ack_id = packet->id;
	if (event->run(&call, &e) != 0)
		complain(&call, "event handler failed", &e);
}

void
socket_run_continuation(struct socket_post *p, struct slice nsp,
    struct slice waiting, struct json_object *args)
{
	struct json_object *none = json_object_new_array();
	struct socket_call call = call_of(p, nsp, args ? args : none);
	const struct socket_ack *ack;
	struct err e = ERR_INIT;
	struct slice name;

	call.timed_out = args == NULL;
	call.state = waiting;
	if (slice_cut(&call.state, ' ', &name)) {
		ack = find_ack(p->c->app, name);
		if (ack != NULL && ack->run(&call, &e) != 0)
			complain(&call, "ack handler failed", &e);
	}
	(void)json_object_put(none);
}

static void
run_ack(struct socket_post *p, const struct sio_packet *packet,
    struct json_object *args)
{
	struct socket_call call = call_of(p, packet->nsp, args);
	struct err e = ERR_INIT;
	struct eio_command command;
	struct eio_answer a;

	eio_store_acked(
	    &command, &p->c->eio, p->c->sid, packet->nsp, packet->id);
	if (eio_store_run(p->c->rds, &p->c->eio, &command, &a, &e) != 0) {
		complain(&call, "ack lost", &e);
		return;
	}
	/* Unknown or repeated ids are ignored (K10). */
	if (a.verdict == VERDICT_OK)
		socket_run_continuation(p, packet->nsp, a.text, args);
	eio_answer_fini(&a);
}

/* ---- any packet ----------------------------------------------------------- */

static void
run_action(struct socket_post *p, enum sio_action action,
    const struct sio_packet *packet, struct json_object *value)
{
	switch (action) {
	case SIO_DO_CONNECT:
		socket_run_connect(p, packet->nsp, value);
		break;
	case SIO_DO_REFUSE:
		socket_post_sio(p, SIO_CONNECT_ERROR, packet->nsp, -1,
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

static bool
is_text(struct slice s)
{
	return utf8_valid(s) && slice_chr(s, '\0') == s.n;
}

static struct json_object *
query_object(struct slice query, struct arena *a)
{
	struct json_object *o = json_object_new_object();
	struct slice name, value;

	while (http_query_next(&query, a, &name, &value))
		if (is_text(name) && is_text(value))
			jval_put_str(o, arena_strdup(a, name), value);
	return o;
}

/* In version 3 a query may follow the name: it is the auth payload (K4). */
static void
cut_query(struct socket_post *p, struct sio_packet *packet,
    struct json_object **value)
{
	struct slice query = packet->nsp;
	struct slice name;

	if (p->speech == EIO_V4 || !slice_cut(&query, '?', &name) ||
	    query.p == NULL)
		return;
	packet->nsp = name;
	if (packet->type == SIO_CONNECT && *value == NULL)
		*value = query_object(query, &p->c->arena);
}

static enum sio_action
action_of(struct socket_post *p, const struct sio_packet *packet)
{
	struct sio_socket so;
	bool known = socket_namespace(p->c->app, packet->nsp) != NULL;
	bool joined = sio_adapter_socket(buf_slice(&p->ns), packet->nsp, &so);

	/* Run by what is remembered: true only if that is. */
	if (p->whole && joined)
		socket_post_rely(p, &so);
	else if (p->whole)
		socket_post_rely_not(p, packet->nsp);
	return sio_namespace_receive(
	    packet, known, joined, socket_post_left(p, packet->nsp));
}

/* It is wanted that more comes: not from one who may not send it (J7). */
static void
wait_for_parts(
    struct socket_post *p, const struct sio_packet *packet, struct slice raw)
{
	if (action_of(p, packet) == SIO_DO_CLOSE) {
		p->end = EIO_END_CLOSE;
		return;
	}
	p->parts.changed = true;
	p->parts.header = arena_dup(&p->c->arena, raw);
	p->parts.n = 0;
	p->parts.wanted = packet->attachments;
}

/* Decode, with all that may be wrong with it (J6). */
static bool
decode(struct socket_post *p, struct slice raw, struct sio_packet *packet,
    struct json_object **value)
{
	if (sio_packet_decode(raw, packet) != SIO_OK ||
	    sio_packet_payload(packet, value) != SIO_OK)
		return false;
	cut_query(p, packet, value);
	return sio_binary_check(*value, packet->attachments) == SIO_OK;
}

void
socket_run_text(struct socket_post *p, struct slice raw)
{
	struct sio_packet packet;
	struct json_object *value = NULL;

	/* No text between a packet and its attachments (J7). */
	if (p->parts.header.n != 0 || !decode(p, raw, &packet, &value))
		p->end = EIO_END_CLOSE;
	else if (packet.attachments != 0)
		wait_for_parts(p, &packet, raw);
	else
		run_action(p, action_of(p, &packet), &packet, value);
	(void)json_object_put(value);
}

static void
run_complete(struct socket_post *p)
{
	struct sio_packet packet;
	struct json_object *value = NULL;

	if (decode(p, p->parts.header, &packet, &value))
		run_action(p, action_of(p, &packet), &packet, value);
	else
		p->end = EIO_END_CLOSE;
	(void)json_object_put(value);
	p->parts.header = SLICE_EMPTY;
	p->parts.n = 0;
}

void
socket_run_bytes(struct socket_post *p, struct slice base64)
{
	if (p->parts.header.n == 0) {
		p->end = EIO_END_CLOSE;
		return;
	}
	p->parts.changed = true;
	p->parts.part[p->parts.n++] = arena_dup(&p->c->arena, base64);
	if (p->parts.n == p->parts.wanted)
		run_complete(p);
}
