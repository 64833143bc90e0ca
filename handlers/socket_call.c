/* What handlers may do to the calling socket. */
#include "handlers/socket_post.h"
#include "io/log.h"
#include "proto/sio_binary.h"

/* An event's name, then its arguments. */
static struct json_object *
named(const char *event, struct json_object *args)
{
	struct json_object *all = json_object_new_array();
	size_t n = json_object_array_length(args);

	(void)json_object_array_add(all, json_object_new_string(event));
	for (size_t i = 0; i < n; i++)
		(void)json_object_array_add(
		    all, json_object_get(json_object_array_get_idx(args, i)));
	return all;
}

/* What a handler sends back may name more attachments than a packet takes. */
static bool
write_packet(const struct socket_call *call, enum sio_type type, int64_t id,
    struct json_object *args, struct buf *out)
{
	const struct sio_message m = { type, call->socket.nsp, id, args,
		call->buffer, call->n_buffers };

	if (sio_binary_write(out, &m) == SIO_OK)
		return true;
	log_warnx("a packet with too many attachments was not sent");
	return false;
}

static void
queue_event(struct socket_call *call, int64_t id, const char *event,
    struct json_object *args)
{
	struct json_object *all = named(event, args);
	struct buf packet = BUF_INIT;

	if (call->socket.pid.n != 0 && id < 0)
		buf_addc(&packet, EIO_LOGGED);
	if (write_packet(call, SIO_EVENT, id, all, &packet)) {
		socket_post_packet(call->post, buf_slice(&packet));
		metrics_add(call->c->metrics, METRIC_EVENTS_OUT, 1);
	}
	buf_fini(&packet);
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
	struct buf packet = BUF_INIT;

	if (call->ack_id >= 0 &&
	    write_packet(call, SIO_ACK, call->ack_id, args, &packet))
		socket_post_packet(call->post, buf_slice(&packet));
	call->ack_id = -1;
	buf_fini(&packet);
	(void)json_object_put(args);
}

int
socket_ask(
    struct socket_call *call, const struct socket_question *q, struct err *e)
{
	struct ctx *c = call->c;
	struct eio_command command;
	struct eio_answer a;
	struct buf waiting = BUF_INIT;
	int rc;

	buf_addf(&waiting, "%s ", q->continuation);
	buf_add_slice(&waiting, q->state);
	eio_store_ask(&command, &c->eio, c->sid, call->socket.nsp,
	    buf_slice(&waiting), q->timeout_ms);
	rc = eio_store_run(c->rds, &c->eio, &command, &a, e);
	buf_fini(&waiting);
	if (rc != 0) {
		(void)json_object_put(q->args);
		return rc;
	}
	if (a.verdict == VERDICT_OK) {
		queue_event(call, a.number, q->event, q->args);
	} else {
		(void)json_object_put(q->args);
		if (a.verdict == VERDICT_FULL)
			rc = err_set(e, ERR_BAD_REQUEST,
			    "the client owes as many acks as it may");
	}
	eio_answer_fini(&a);
	return rc;
}

/* The calling socket gets it in its turn: behind what it was told before. */
static int
emit_to_others(struct socket_call *call, const struct sio_emit *to, bool *me,
    struct err *e)
{
	struct sio_emit others = *to;
	int reached = 0, rc;

	*me = false;
	if (to->except.n == 0 && !to->is_volatile) {
		others.except = call->socket.ssid;
		others.excepted = me;
	}
	rc = sio_adapter_emit(&call->c->sockets, &others, &reached, e);
	metrics_add(call->c->metrics, METRIC_EVENTS_OUT, reached);
	return rc;
}

int
socket_emit_to(struct socket_call *call, struct sio_emit *to, const char *event,
    struct json_object *args, struct err *e)
{
	struct json_object *all = named(event, args);
	struct buf packet = BUF_INIT;
	bool me = false;
	int rc = 0;

	to->nsp = call->socket.nsp;
	if (write_packet(call, SIO_EVENT, -1, all, &packet)) {
		to->packet = buf_slice(&packet);
		rc = emit_to_others(call, to, &me, e);
	}
	to->packet = SLICE_EMPTY;
	buf_fini(&packet);
	(void)json_object_put(all);
	if (me)
		queue_event(call, -1, event, args);
	else
		(void)json_object_put(args);
	return rc;
}

void
socket_send(struct socket_call *call, struct slice packet)
{
	socket_post_packet(call->post, packet);
}

static void
disconnect(struct socket_post *p, struct slice nsp)
{
	socket_post_sio(p, SIO_DISCONNECT, nsp, -1, SLICE_EMPTY);
	socket_post_leave(p, nsp);
}

/* Of those joined; false when there is none left. */
static bool
first_namespace(struct socket_post *p, struct slice *nsp)
{
	struct slice line = buf_slice(&p->ns);

	if (line.n == 0)
		return false;
	line = slice_sub(line, 0, slice_chr(line, '\n'));
	*nsp =
	    arena_dup(&p->c->arena, slice_sub(line, 0, slice_chr(line, ' ')));
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
