#include "handlers/socket_post.h"

#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/num.h"
#include "io/rnd.h"

/*
 * How long a binary packet may be incomplete. Its client sends the rest at
 * once, in the next POST: half a minute is a slow line, not a client.
 */
#define PARTS_MS 30000

void
socket_post_session(struct socket_post *p, struct slice text)
{
	struct slice line = SLICE_EMPTY, speech = SLICE_EMPTY;
	int64_t number;

	(void)slice_cut(&text, '\n', &line);
	(void)slice_cut(&line, ' ', &speech);
	if (!num_parse(speech, 0, INT32_MAX, &number))
		number = EIO_V4;
	p->speech = eio_session_speech(number);
	p->principal = arena_dup(&p->c->arena, line.p ? line : SLICE_EMPTY);
	if (text.p != NULL)
		buf_add_slice(&p->ns, text);
}

/* What is there of a binary packet: the packet itself, then attachments. */
static void
read_parts(struct socket_post *p, const struct eio_answer *a)
{
	struct sio_packet packet;
	struct slice header;

	if (a->n == 0 || a->n > SIO_ATTACHMENTS_MAX)
		return;
	header = arena_dup(&p->c->arena, eio_answer_packet(a, 0));
	if (sio_packet_decode(header, &packet) != SIO_OK ||
	    packet.attachments < a->n)
		return;
	p->parts.header = header;
	p->parts.wanted = packet.attachments;
	for (size_t i = 1; i < a->n; i++)
		p->parts.part[p->parts.n++] =
		    arena_dup(&p->c->arena, eio_answer_packet(a, i));
}

enum socket_post_result
socket_post_result(enum eio_verdict verdict)
{
	if (verdict == VERDICT_OVERLAP || verdict == VERDICT_STALE)
		return SOCKET_POST_OVERLAP;
	if (verdict == VERDICT_GONE || verdict == VERDICT_OVERFLOW)
		return SOCKET_POST_GONE;
	return SOCKET_POST_OK;
}

static void
count_end(struct ctx *c, const struct eio_answer *a)
{
	if (eio_answer_ended(a))
		metrics_add(c->metrics, METRIC_SESSIONS_CLOSED, 1);
}

enum socket_post_result
socket_post_begin(struct socket_post *p, struct slice *text, struct err *e)
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
	result = socket_post_result(a.verdict);
	if (a.verdict == VERDICT_OK) {
		socket_post_session(p, a.text);
		read_parts(p, &a);
		*text = arena_dup(&c->arena, a.text);
	}
	count_end(c, &a);
	eio_answer_fini(&a);
	return result;
}

/* The parts behind the packets, and for how long they are kept. */
static void
add_parts(struct socket_post *p, struct eio_push *push)
{
	push->parts_ms = EIO_PARTS_AS_THEY_ARE;
	if (p->end != EIO_END_NOT || !p->parts.changed)
		return;
	push->parts_ms = p->parts.header.n == 0 ? 0 : PARTS_MS;
	if (push->parts_ms == 0)
		return;
	push->n_parts = (int)p->parts.n + 1;
	socket_post_packet(p, p->parts.header);
	for (unsigned i = 0; i < p->parts.n; i++)
		socket_post_packet(p, p->parts.part[i]);
}

static struct eio_push
gathered(struct socket_post *p)
{
	struct eio_push push = {
		.post = p->token,
		.alive = p->alive,
		.ns = buf_slice(&p->changes),
		.end = p->end,
		.n = (int)p->n,
	};

	add_parts(p, &push);
	push.packet = p->packet;
	return push;
}

/* Of the socket whose event this is. */
static bool
emit_again(struct socket_post *p, struct slice event, struct err *e)
{
	struct sio_emit emit = { .n_rooms = 1, .packet = event };
	struct slice head =
	    slice_sub(event, 1, slice_chr(event, EIO_SEPARATOR) - 1);
	struct sio_packet packet;
	struct sio_socket so;
	int reached;

	if (sio_packet_decode(head, &packet) != SIO_OK ||
	    !sio_adapter_socket(buf_slice(&p->ns), packet.nsp, &so))
		return true;
	emit.nsp = packet.nsp;
	emit.room[0] = so.ssid;
	return sio_adapter_emit(&p->c->sockets, &emit, &reached, e) == 0;
}

/*
 * The session ended while its POST was run. Its sockets may be recovered, or be
 * in another session by now: what was emitted to them is theirs all the same.
 */
static void
emit_after_end(struct socket_post *p)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; i < p->n; i++)
		if (p->packet[i].n > 1 && p->packet[i].p[0] == EIO_LOGGED &&
		    !emit_again(p, slice_from_at(p->packet[i], 1), &e))
			metrics_error(p->c->metrics, e.code);
}

enum socket_post_result
socket_post_end(struct socket_post *p, struct err *e)
{
	struct ctx *c = p->c;
	const struct eio_push push = gathered(p);
	struct eio_command command;
	struct eio_answer a;
	enum socket_post_result result;

	if (p->changes.n != 0)
		eio_memo_put(c->memo, c->sid, SLICE_EMPTY);
	eio_store_push(&command, &c->eio, c->sid, &push);
	if (eio_store_run(c->rds, &c->eio, &command, &a, e) != 0)
		return SOCKET_POST_FAILED;
	result = socket_post_result(a.verdict);
	if (a.verdict == VERDICT_GONE || a.verdict == VERDICT_STALE)
		emit_after_end(p);
	count_end(c, &a);
	eio_answer_fini(&a);
	return result;
}

/* What begin will say once the push has been run; should it refuse, so will
 * the next that is run by this. */
static void
remember(const struct socket_post *p)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "%d %.*s\n", (int)p->speech, SLICE_ARG(p->principal));
	buf_add_slice(&text, buf_slice(&p->ns));
	eio_memo_put(p->c->memo, p->c->sid, buf_slice(&text));
	buf_fini(&text);
}

const struct eio_push *
socket_post_push(struct socket_post *p)
{
	struct arena *a = &p->c->arena;
	struct eio_push *push = arena_alloc(a, sizeof(*push));
	struct slice *packet = arena_alloc(a, (p->n + 1) * sizeof(*packet));

	*push = gathered(p);
	push->whole = true;
	push->speech = p->speech;
	push->joined = arena_dup(a, buf_slice(&p->relied));
	push->ns = arena_dup(a, push->ns);
	if (p->n != 0)
		memcpy(packet, p->packet, p->n * sizeof(*packet));
	push->packet = packet;
	if (p->changes.n != 0)
		remember(p);
	return push;
}

void
socket_post_fini(struct socket_post *p)
{
	buf_fini(&p->ns);
	buf_fini(&p->left);
	buf_fini(&p->changes);
	buf_fini(&p->relied);
	free(p->packet);
}

void
socket_post_packet(struct socket_post *p, struct slice packet)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 8;
		p->packet = ck_realloc(p->packet, p->cap * sizeof(*p->packet));
	}
	p->packet[p->n++] = arena_dup(&p->c->arena, packet);
}

void
socket_post_sio(struct socket_post *p, enum sio_type type, struct slice nsp,
    int64_t id, struct slice json)
{
	struct buf b = BUF_INIT;

	buf_addc(&b, '4');
	sio_packet_encode(&b, type, nsp, id, json);
	socket_post_packet(p, buf_slice(&b));
	buf_fini(&b);
}

/* "NSP SSID\n" or "NSP SSID PID\n" */
static void
add_line(struct buf *to, const struct sio_socket *so)
{
	buf_addf(to, "%.*s %.*s", SLICE_ARG(so->nsp), SLICE_ARG(so->ssid));
	if (so->pid.n != 0)
		buf_addf(to, " %.*s", SLICE_ARG(so->pid));
	buf_addc(to, '\n');
}

void
socket_post_rely(struct socket_post *p, const struct sio_socket *so)
{
	struct slice changes = buf_slice(&p->changes), line;
	struct slice ssid = so->ssid;

	/* Unless this POST itself has joined it. */
	while (slice_cut(&changes, '\n', &line))
		if (line.n != 0 && line.p[0] == '+' &&
		    slice_find(line, ssid) >= 0)
			return;
	buf_addf(
	    &p->relied, "%.*s %.*s\n", SLICE_ARG(so->nsp), SLICE_ARG(ssid));
}

void
socket_post_rely_not(struct socket_post *p, struct slice nsp)
{
	buf_addf(&p->relied, "!%.*s\n", SLICE_ARG(nsp));
}

void
socket_post_note(struct socket_post *p, const struct sio_socket *so)
{
	add_line(&p->ns, so);
}

bool
socket_post_join(struct socket_post *p, const struct sio_socket *so)
{
	if (slice_count(buf_slice(&p->ns), '\n') >= SOCKET_NAMESPACES_MAX)
		return false;
	add_line(&p->ns, so);
	buf_addc(&p->changes, '+');
	add_line(&p->changes, so);
	return true;
}

void
socket_post_leave(struct socket_post *p, struct slice nsp)
{
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
	buf_addf(&p->changes, "-%.*s\n", SLICE_ARG(nsp));
}

bool
socket_post_left(const struct socket_post *p, struct slice nsp)
{
	struct sio_socket so;

	return sio_adapter_socket(buf_slice(&p->left), nsp, &so);
}
