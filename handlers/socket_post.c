#include "handlers/socket_post.h"

#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/num.h"
#include "io/rnd.h"
#include "proto/jval.h"

/* "VERSION PRINCIPAL\n" and the namespaces. */
static void
read_session(struct socket_post *p, struct slice text)
{
	struct slice line = SLICE_EMPTY, version = SLICE_EMPTY;
	int64_t number = 4;

	(void)slice_cut(&text, '\n', &line);
	(void)slice_cut(&line, ' ', &version);
	if (!num_parse(version, 3, 4, &number))
		number = 4;
	p->version = (int)number;
	p->principal = arena_dup(&p->c->arena, line.p ? line : SLICE_EMPTY);
	if (text.p != NULL)
		buf_add_slice(&p->ns, text);
}

void
socket_ended(struct ctx *c, struct slice left)
{
	if (left.n == 0)
		return;
	metrics_add(c->metrics, METRIC_SESSIONS_CLOSED, 1);
	sio_adapter_clean(&c->sockets, left);
}

static enum socket_post_result
result_of(enum eio_verdict verdict)
{
	if (verdict == VERDICT_OVERLAP || verdict == VERDICT_STALE)
		return SOCKET_POST_OVERLAP;
	if (verdict == VERDICT_GONE || verdict == VERDICT_OVERFLOW)
		return SOCKET_POST_GONE;
	return SOCKET_POST_OK;
}

enum socket_post_result
socket_post_begin(struct socket_post *p, struct err *e)
{
	struct ctx *c = p->c;
	struct eio_command command;
	struct eio_answer a;
	enum socket_post_result result;

	rnd_bytes(&p->token, sizeof(p->token));
	p->token |= 1; /* never 0, which means none */
	eio_store_begin(&command, &c->eio, c->sid, p->token);
	if (eio_store_run(c->rds, &c->eio, &command, &a, e) != 0)
		return SOCKET_POST_FAILED;
	result = result_of(a.verdict);
	if (a.verdict == VERDICT_OK)
		read_session(p, a.text);
	else
		socket_ended(c, a.text);
	eio_answer_fini(&a);
	return result;
}

enum socket_post_result
socket_post_end(struct socket_post *p, struct err *e)
{
	struct ctx *c = p->c;
	const struct eio_push push = {
		.post = p->token,
		.pong = p->pong,
		.ns_changed = p->ns_changed,
		.ns = buf_slice(&p->ns),
		.end = p->end,
		.packet = p->packet,
		.n = (int)p->n,
	};
	struct eio_command command;
	struct eio_answer a;
	enum socket_post_result result;

	eio_store_push(&command, &c->eio, c->sid, &push);
	if (eio_store_run(c->rds, &c->eio, &command, &a, e) != 0)
		return SOCKET_POST_FAILED;
	result = result_of(a.verdict);
	if (a.verdict == VERDICT_CLOSED || a.verdict == VERDICT_OVERFLOW)
		socket_ended(c, a.text);
	eio_answer_fini(&a);
	return result;
}

void
socket_post_fini(struct socket_post *p)
{
	buf_fini(&p->ns);
	buf_fini(&p->left);
	free(p->packet);
}

void
socket_post_packet(struct socket_post *p, enum sio_type type, struct slice nsp,
    int64_t id, struct slice json)
{
	struct buf b = BUF_INIT;

	buf_addc(&b, '4');
	sio_packet_encode(&b, type, nsp, id, json);
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 8;
		p->packet = ck_realloc(p->packet, p->cap * sizeof(*p->packet));
	}
	p->packet[p->n++] = arena_dup(&p->c->arena, buf_slice(&b));
	buf_fini(&b);
}

static size_t
lines(struct slice list)
{
	size_t n = 0;

	for (size_t i = 0; i < list.n; i++)
		n += list.p[i] == '\n';
	return n;
}

void
socket_post_join(struct socket_post *p, struct slice nsp, const char *ssid)
{
	struct buf json = BUF_INIT;

	if (lines(buf_slice(&p->ns)) >= SOCKET_NAMESPACES_MAX) {
		p->end = EIO_END_CLOSE;
		return;
	}
	buf_addf(&p->ns, "%.*s %s\n", SLICE_ARG(nsp), ssid);
	p->ns_changed = true;
	buf_addf(&json, "{\"sid\":\"%s\"}", ssid);
	socket_post_packet(p, SIO_CONNECT, nsp, -1, buf_slice(&json));
	buf_fini(&json);
}

void
socket_post_leave(struct socket_post *p, struct slice nsp)
{
	struct err e = ERR_INIT;
	struct slice rest = buf_slice(&p->ns), line;
	struct buf kept = BUF_INIT;

	while (slice_cut(&rest, '\n', &line)) {
		size_t at = slice_chr(line, ' ');
		struct buf *to = &kept;

		if (line.n == 0)
			continue;
		if (slice_eq(slice_sub(line, 0, at), nsp))
			to = &p->left;
		buf_add_slice(to, line);
		buf_addc(to, '\n');
	}
	buf_fini(&p->ns);
	p->ns = kept;
	p->ns_changed = true;
	/* A room that could not be left is: by the next emit, at the end. */
	if (sio_adapter_quit(&p->c->sockets, p->c->sid, nsp, &e) != 0)
		metrics_error(p->c->metrics, e.code);
}

bool
socket_post_left(const struct socket_post *p, struct slice nsp)
{
	return sio_adapter_ssid(buf_slice(&p->left), nsp).p != NULL;
}

/* What handlers may do to the calling socket. */

static void
queue_event(struct socket_call *call, int64_t id, const char *event,
    struct json_object *args)
{
	struct json_object *all = json_object_new_array();
	struct buf json = BUF_INIT;
	size_t n = json_object_array_length(args);

	(void)json_object_array_add(all, json_object_new_string(event));
	for (size_t i = 0; i < n; i++)
		(void)json_object_array_add(
		    all, json_object_get(json_object_array_get_idx(args, i)));
	jval_print(&json, all);
	socket_post_packet(
	    call->post, SIO_EVENT, call->socket.nsp, id, buf_slice(&json));
	metrics_add(call->c->metrics, METRIC_EVENTS_OUT, 1);
	buf_fini(&json);
	(void)json_object_put(all);
	(void)json_object_put(args);
}

void
socket_emit(
    struct socket_call *call, const char *event, struct json_object *args)
{
	queue_event(call, -1, event, args);
}

void
socket_ack(struct socket_call *call, struct json_object *args)
{
	struct buf json = BUF_INIT;

	if (call->ack_id >= 0) {
		jval_print(&json, args);
		socket_post_packet(call->post, SIO_ACK, call->socket.nsp,
		    call->ack_id, buf_slice(&json));
		buf_fini(&json);
	}
	call->ack_id = -1;
	(void)json_object_put(args);
}

int
socket_ask(struct socket_call *call, const char *event,
    struct json_object *args, const char *continuation, struct slice state,
    struct err *e)
{
	struct ctx *c = call->c;
	struct eio_command command;
	struct eio_answer a;
	struct buf waiting = BUF_INIT;
	int rc;

	buf_addf(&waiting, "%s ", continuation);
	buf_add_slice(&waiting, state);
	eio_store_ask(
	    &command, &c->eio, c->sid, call->socket.nsp, buf_slice(&waiting));
	rc = eio_store_run(c->rds, &c->eio, &command, &a, e);
	buf_fini(&waiting);
	if (rc != 0 || a.verdict != VERDICT_OK) {
		(void)json_object_put(args);
		if (rc == 0)
			eio_answer_fini(&a);
		return rc;
	}
	queue_event(call, a.ms, event, args);
	eio_answer_fini(&a);
	return 0;
}

static void
disconnect(struct socket_post *p, struct slice nsp)
{
	socket_post_packet(p, SIO_DISCONNECT, nsp, -1, SLICE_EMPTY);
	socket_post_leave(p, nsp);
}

/* Of those joined; false when there is none left. */
static bool
first_namespace(struct socket_post *p, struct slice *nsp)
{
	struct slice list = buf_slice(&p->ns);

	if (list.n == 0)
		return false;
	*nsp =
	    arena_dup(&p->c->arena, slice_sub(list, 0, slice_chr(list, ' ')));
	return true;
}

void
socket_kick(struct socket_call *call, bool close)
{
	struct slice nsp;

	if (!close) {
		disconnect(call->post, call->socket.nsp);
		return;
	}
	/* Each namespace is told, or its client would come back by itself. */
	while (first_namespace(call->post, &nsp))
		disconnect(call->post, nsp);
	call->post->end = EIO_END_SOFT;
}

struct json_object *
socket_arg(const struct socket_call *call, size_t i)
{
	if (i >= json_object_array_length(call->args))
		return NULL;
	return json_object_array_get_idx(call->args, i);
}
