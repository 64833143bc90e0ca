/**
 * What the model of eio_model.h knows: two sessions, the sockets in them, what
 * is queued and what is kept for those that come back.
 */
#ifndef TESTS_IO_EIO_MODEL_STATE_H
#define TESTS_IO_EIO_MODEL_STATE_H

#include <inttypes.h>

#include "base/ck.h"
#include "base/num.h"
#include "eio_fixture.h"
#include "io/rds_keys.h"

#define STEPS         40
#define SESSIONS      2
#define NSPS          2
#define ROOMS         2
#define SOCKETS       (4 * STEPS)
#define PUSHED_MAX    600 /* two of these are over the outbox's bound */
#define PARTS_MAX     2
#define MESSAGES      3
#define TOKENS        4
#define ASK_NSP       1
#define BOUND_PACKETS 1000
#define BOUND_BYTES   2000000
#define BOUND_ANSWER  1000000
#define LOG_PACKETS   900
#define LOG_BYTES     900000
/* An outbox that is full, one push more, and what two sockets have missed. */
#define PACKETS_ROOM (BOUND_PACKETS + PUSHED_MAX + 2 * LOG_PACKETS)
#define TEXT_SIZE    256

static const char *const NSP[NSPS] = { "/", "/chat" };

/* Packets. */

enum kind {
	CONTROL, /* one character */
	MESSAGE, /* what cannot be recovered */
	EVENT,   /* of a socket, numbered when that can be recovered */
	BINARY,  /* an event with an attachment */
	PART,    /* of an incomplete one of the client */
	OVERDUE, /* an ack, as tick names it */
	CONNECT, /* of a socket that came back */
};

struct packet {
	enum kind kind;
	char control;
	uint32_t serial;
	size_t pad;
	int nsp;
	int socket; /* with seq: whose number it is */
	int64_t seq;
	size_t size; /* of all that, packet_measure() */
};

static int
packet_head(const struct packet *p, char out[static 64])
{
	const char *nsp = p->nsp == 0 ? "" : "/chat,";

	switch (p->kind) {
	case CONTROL:
		return snprintf(out, 64, "%c", p->control);
	case MESSAGE:
		return snprintf(out, 64, "4%08" PRIu32, p->serial);
	case EVENT:
		return snprintf(out, 64, "42%s[\"%08" PRIu32, nsp, p->serial);
	case BINARY:
		return snprintf(out, 64, "451-%s[\"%08" PRIu32, nsp, p->serial);
	case PART:
		return snprintf(out, 64, "part%08" PRIu32, p->serial);
	case OVERDUE:
		return snprintf(
		    out, 64, "/chat %" PRIu32 " waiting", p->serial);
	case CONNECT:
		return snprintf(out, 64,
		    "40%s{\"sid\":\"s%d\",\"pid\":\"%06d-secret\"}", nsp,
		    p->socket, p->socket);
	}
	abort();
}

static int
packet_tail(const struct packet *p, char out[static 64])
{
	char number[40] = "";

	if (p->kind != EVENT && p->kind != BINARY)
		return 0;
	if (p->seq != 0)
		(void)snprintf(number, sizeof(number), ",\"%06d.%" PRId64 "\"",
		    p->socket, p->seq);
	return snprintf(out, 64, "\"%s]%s", number,
	    p->kind == BINARY ? "\x1e"
				"bAQID"
			      : "");
}

static void
packet_measure(struct packet *p)
{
	char scratch[64];

	p->size = (size_t)packet_head(p, scratch) + p->pad +
	    (size_t)packet_tail(p, scratch);
}

static void
packet_write(struct buf *out, const struct packet *p)
{
	char scratch[64];

	buf_add(out, scratch, (size_t)packet_head(p, scratch));
	memset(buf_room(out, p->pad), '.', p->pad);
	out->n += p->pad;
	buf_add(out, scratch, (size_t)packet_tail(p, scratch));
}

/* The model. */

enum life {
	NEVER,
	OPEN,
	FOR_HELD, /* closed, a word is left for the held GET */
	FOR_NEXT, /* closed, packets are left for the next GET */
	DORMANT   /* closed, its sockets can be recovered */
};

/* What was said of a chat message last. */
struct revision {
	int64_t rev; /* -1: nothing */
	int64_t seq; /* its number in the log of `socket`; 0: not there */
	int socket;
};

struct session {
	enum life life;
	enum eio_speech speech;
	bool awaits; /* a sign of life; in version 3 always */
	bool due_past, late, connect_past, connected, parts_past;
	uint64_t lease; /* 0: none */
	enum process holder;
	uint64_t post;
	int joined[NSPS], n_joined; /* sockets, in the order they came */
	bool kept, keep_past;       /* closed, sockets can be recovered */
	struct packet out[PACKETS_ROOM];
	size_t n;
	uint32_t part[PARTS_MAX];
	int n_parts;
	struct revision newest[MESSAGES];
	uint32_t asked;
	bool waits[STEPS + 1];
	bool asks_past;  /* somebody must look for overdue acks */
	int64_t overdue; /* the one that is; -1: none */
};

struct socket {
	bool there, recoverable;
	int nsp, session;
	bool in[ROOMS];
	int64_t seq, lost;
	struct packet log[LOG_PACKETS + 1];
	size_t n;
};

/* What the model says a command answers. */
struct expected {
	enum eio_verdict verdict;
	char text[TEXT_SIZE];
	bool has_text;
	int64_t number;
	bool has_number;
	size_t from, n; /* in expect_packet */
};

static struct session session[SESSIONS];
static struct socket sockets[SOCKETS];
static int n_sockets;
/* Packets expected of one history, step after step. */
static struct packet expect_packet[STEPS * PACKETS_ROOM];
static size_t expect_n;

static struct expected
says(enum eio_verdict verdict)
{
	return (struct expected){ .verdict = verdict, .from = expect_n };
}

static void
says_packet(struct expected *x, struct packet p)
{
	expect_packet[expect_n++] = p;
	x->n++;
}

static struct packet
control(char c)
{
	return (struct packet){ .kind = CONTROL, .control = c, .size = 1 };
}

static void
says_text(struct expected *x, const char *text)
{
	(void)snprintf(x->text, sizeof(x->text), "%s", text);
	x->has_text = true;
}

static void
says_number(struct expected *x, int64_t number)
{
	x->number = number;
	x->has_number = true;
}

static void
forget(struct session *s)
{
	memset(s, 0, sizeof(*s));
	s->overdue = -1;
	for (int i = 0; i < MESSAGES; i++)
		s->newest[i].rev = -1;
}

static void
model_reset(void)
{
	for (int i = 0; i < SESSIONS; i++)
		forget(&session[i]);
	n_sockets = 0;
	expect_n = 0;
}

/* Sockets. */

/* Its socket of a namespace; -1: none. */
static int
socket_in(const struct session *s, int nsp)
{
	for (int i = 0; i < s->n_joined; i++)
		if (sockets[s->joined[i]].nsp == nsp)
			return s->joined[i];
	return -1;
}

/* Its sockets, a line each, as begin says them. */
static void
list_sockets(const struct session *s, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; i < s->n_joined; i++) {
		int k = s->joined[i];

		n += (size_t)snprintf(
		    out + n, size - n, "%s s%d", NSP[sockets[k].nsp], k);
		if (sockets[k].recoverable)
			n += (size_t)snprintf(
			    out + n, size - n, " %06d-secret", k);
		n += (size_t)snprintf(out + n, size - n, "\n");
	}
}

/* A number that the next socket has; it is nowhere yet. */
static int
new_socket(int nsp, bool recoverable)
{
	struct socket *k = &sockets[n_sockets];

	k->there = false;
	k->recoverable = recoverable;
	k->nsp = nsp;
	memset(k->in, 0, sizeof(k->in));
	k->seq = k->lost = 0;
	k->n = 0;
	return n_sockets++;
}

static void
enter(struct session *s, int k)
{
	s->joined[s->n_joined++] = k;
	s->connected = true;
	sockets[k].there = true;
	sockets[k].session = (int)(s - session);
}

static void
take_out(struct session *s, int k)
{
	int n = 0;

	for (int i = 0; i < s->n_joined; i++)
		if (s->joined[i] != k)
			s->joined[n++] = s->joined[i];
	s->n_joined = n;
	/* Nobody waits for its acks any more. */
	if (sockets[k].nsp == ASK_NSP) {
		memset(s->waits, 0, sizeof(s->waits));
		s->overdue = -1;
	}
}

static void
drop(struct session *s, int k)
{
	take_out(s, k);
	sockets[k].there = false;
}

static size_t
log_bytes(const struct socket *k)
{
	size_t bytes = 0;

	for (size_t i = 0; i < k->n; i++)
		bytes += k->log[i].size;
	return bytes;
}

static void
log_out(struct socket *k, size_t at)
{
	k->n--;
	memmove(k->log + at, k->log + at + 1, (k->n - at) * sizeof(k->log[0]));
}

/* An event goes to its socket: numbered and kept where that can come back. */
static void
number(struct session *s, struct packet *p, struct revision *r)
{
	int of = socket_in(s, p->nsp);
	struct socket *k = of < 0 ? NULL : &sockets[of];

	if (k == NULL || !k->recoverable)
		return;
	p->socket = of;
	p->seq = ++k->seq;
	packet_measure(p);
	k->log[k->n++] = *p;
	/* Snapshots of a message replace each other. */
	for (size_t i = 0; r != NULL && r->socket == of && i < k->n; i++)
		if (k->log[i].seq == r->seq && r->seq != 0) {
			log_out(k, i);
			break;
		}
	while (k->n > LOG_PACKETS || log_bytes(k) > LOG_BYTES) {
		k->lost = k->log[0].seq;
		log_out(k, 0);
	}
}

/* The ends. */

/* A closed session has nothing more to say. */
static void
settle(struct session *s)
{
	if (!s->kept) {
		forget(s);
		return;
	}
	s->life = DORMANT;
	s->lease = 0;
	s->n = 0;
}

static void
retire(struct session *s, bool keep)
{
	s->kept = s->keep_past = false;
	for (int i = s->n_joined - 1; i >= 0; i--)
		if (keep && sockets[s->joined[i]].recoverable)
			s->kept = true;
		else
			drop(s, s->joined[i]);
	s->n_parts = 0;
}

/* Ended at once; a held GET is told `last`. */
static void
end(struct expected *x, struct session *s, char last, bool keep)
{
	says_text(x, "ended");
	retire(s, keep);
	if (s->lease == 0 || last == '\0') {
		settle(s);
		return;
	}
	s->life = FOR_HELD;
	s->n = 1;
	s->out[0] = control(last);
}

static size_t
queued_bytes(const struct session *s)
{
	size_t bytes = 0;

	for (size_t i = 0; i < s->n; i++)
		bytes += s->out[i].size;
	return bytes;
}

static void
take_packets(struct expected *x, struct session *s)
{
	size_t bytes = 0, n = 0;

	says_number(x, s->speech);
	for (; n < s->n; n++) {
		bytes += s->out[n].size;
		if (n > 0 && bytes > BOUND_ANSWER)
			break;
		says_packet(x, s->out[n]);
	}
	s->n -= n;
	memmove(s->out, s->out + n, s->n * sizeof(s->out[0]));
}

/* What is left of a closed session, then, alone, the close packet. */
static void
leftovers(struct expected *x, struct session *s)
{
	bool last = s->n == 0 || s->life == FOR_HELD;

	says_number(x, s->speech);
	if (s->n == 0)
		says_packet(x, control('1'));
	take_packets(x, s);
	s->lease = 0;
	if (last)
		settle(s);
}

static bool
is_over(const struct session *s)
{
	return (s->awaits && s->due_past) || s->late || s->parts_past ||
	    (!s->connected && s->connect_past);
}

static bool
ping_is_due(const struct session *s)
{
	return !s->awaits && s->due_past;
}

static void
ping(struct session *s)
{
	s->awaits = true;
	s->due_past = false;
}

#endif
