/**
 * A plain model of one Engine.IO session, for test_eio_model.c: what each
 * script must answer, written from the rules and not from the scripts.
 */
#ifndef TESTS_IO_EIO_MODEL_H
#define TESTS_IO_EIO_MODEL_H

#include <inttypes.h>

#include "base/ck.h"
#include "base/num.h"
#include "eio_fixture.h"
#include "io/rds_keys.h"

#define STEPS          40
#define HISTORIES      2000
#define PACKETS_ROOM   1100 /* above the outbox's bound */
#define PUSHED_MAX     600  /* two of these are over it */
#define MESSAGES       3
#define TOKENS         4
#define MESSAGE_BIG    700000
#define BOUND_PACKETS  1000
#define BOUND_BYTES    2000000
#define BOUND_ANSWER   1000000
#define ESID           "m123456789abcdefghij"
#define KEY(kind)      "{t:13}:" kind ":" ESID
#define LEFT_TEXT_SIZE 512

static struct eio_fixture f;

/* A small random number generator: histories must be the same everywhere. */
static uint64_t random_state;

static uint32_t
any(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 33) % below;
}

static bool
chance(uint32_t percent)
{
	return any(100) < percent;
}

/* The model. */

enum life {
	NEVER,
	OPEN,
	FOR_HELD,
	FOR_NEXT
};

struct packet {
	uint32_t serial; /* of a message; 0: a control packet */
	char control;
	size_t size;
};

struct model {
	enum life life;
	bool awaits_pong;
	bool due_past, late, connect_past, connected;
	uint64_t lease; /* 0: none */
	enum process holder;
	uint64_t post;
	char ns[64], rooms[128];
	struct packet out[PACKETS_ROOM];
	size_t n;
	int64_t newest[MESSAGES];
	int64_t asked;
	bool waits[STEPS + 1];
};

/* What the model says a command answers. */
struct expected {
	enum eio_verdict verdict;
	char text[LEFT_TEXT_SIZE];
	bool has_text;
	size_t from, n; /* in `packets` */
};

static struct model m;
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

static void
says_control(struct expected *x, char c)
{
	says_packet(x, (struct packet){ 0, c, 1 });
}

static void
forget(void)
{
	memset(&m, 0, sizeof(m));
	for (int i = 0; i < MESSAGES; i++)
		m.newest[i] = -1;
}

static void
leave_behind(struct expected *x)
{
	(void)snprintf(x->text, sizeof(x->text), "%s\n%s", m.ns, m.rooms);
	x->has_text = true;
}

/* Ended at once; a held GET is told `last`. */
static void
end(struct expected *x, char last)
{
	leave_behind(x);
	if (m.lease == 0 || last == '\0') {
		forget();
		return;
	}
	m.n = 1;
	m.out[0] = (struct packet){ 0, last, 1 };
	m.life = FOR_HELD;
	m.ns[0] = m.rooms[0] = '\0';
}

static void
end_softly(struct expected *x)
{
	leave_behind(x);
	m.life = FOR_NEXT;
	m.ns[0] = m.rooms[0] = '\0';
}

static void
take_packets(struct expected *x)
{
	size_t bytes = 0, n = 0;

	while (n < m.n && (n == 0 || bytes + m.out[n].size <= BOUND_ANSWER)) {
		bytes += m.out[n].size;
		says_packet(x, m.out[n++]);
	}
	m.n -= n;
	memmove(m.out, m.out + n, m.n * sizeof(m.out[0]));
}

/* What is left of a closed session, then, alone, the close packet. */
static void
leftovers(struct expected *x)
{
	bool last = m.n == 0 || m.life == FOR_HELD;

	if (m.n == 0)
		says_control(x, '1');
	take_packets(x);
	m.lease = 0;
	if (last)
		forget();
}

static size_t
queued_bytes(void)
{
	size_t bytes = 0;

	for (size_t i = 0; i < m.n; i++)
		bytes += m.out[i].size;
	return bytes;
}

static bool
is_over(void)
{
	return (m.awaits_pong && m.due_past) || m.late ||
	    (!m.connected && m.connect_past);
}

static bool
ping_is_due(void)
{
	return !m.awaits_pong && m.due_past;
}

static void
ping(void)
{
	m.awaits_pong = true;
	m.due_past = false;
}

static struct expected
model_open(void)
{
	forget();
	m.life = OPEN;
	return says(VERDICT_OK);
}

static struct expected
model_poll(enum process who, uint64_t token)
{
	struct expected x = says(VERDICT_PACKETS);

	if (m.life == NEVER || m.life == FOR_HELD ||
	    (m.life == FOR_NEXT && m.lease != 0))
		return says(VERDICT_GONE);
	if (m.life == FOR_NEXT) {
		leftovers(&x);
		return x;
	}
	if (is_over()) {
		x.verdict = VERDICT_GONE;
		end(&x, '1');
	} else if (m.lease != 0) {
		x.verdict = VERDICT_OVERLAP;
		end(&x, '1');
	} else if (m.n != 0) {
		take_packets(&x);
	} else if (ping_is_due()) {
		ping();
		says_control(&x, '2');
	} else {
		m.lease = token;
		m.holder = who;
		x.verdict = VERDICT_PARK;
	}
	return x;
}

static struct expected
model_take(enum process who, uint64_t token, enum eio_why why)
{
	struct expected x = says(VERDICT_PACKETS);

	if (m.life == NEVER)
		return says(VERDICT_GONE);
	if (m.lease != token || m.holder != who)
		return says(VERDICT_STALE);
	if (m.life != OPEN) {
		leftovers(&x);
	} else if (why == EIO_ABORT) {
		x.verdict = VERDICT_CLOSED;
		end(&x, '\0');
	} else if (is_over()) {
		end(&x, '\0');
		says_control(&x, '1');
	} else if (m.n != 0) {
		m.lease = 0;
		take_packets(&x);
	} else if (ping_is_due()) {
		m.lease = 0;
		ping();
		says_control(&x, '2');
	} else if (why == EIO_DRAIN) {
		m.lease = 0;
		says_control(&x, '6');
	} else {
		x.verdict = VERDICT_WAIT;
	}
	return x;
}

static struct expected
model_begin(uint64_t token)
{
	struct expected x = says(VERDICT_OK);

	if (m.life != OPEN)
		return says(VERDICT_GONE);
	if (is_over()) {
		x.verdict = VERDICT_GONE;
		end(&x, '1');
	} else if (m.post != 0) {
		x.verdict = VERDICT_OVERLAP;
		end(&x, '1');
	} else {
		m.post = token;
		(void)snprintf(x.text, sizeof(x.text), "4 who\n%s", m.ns);
		x.has_text = true;
	}
	return x;
}

/* A push, as the step describes it. */
struct push {
	uint64_t post;
	bool pong;
	const char *ns; /* NULL: as it is */
	enum eio_end end;
	int message; /* -1: none */
	int64_t rev;
	bool again;
	int n;
	uint32_t serial; /* of the first packet */
	size_t size;
};

static bool
is_old(const struct push *p)
{
	return p->message >= 0 &&
	    (p->rev < m.newest[p->message] ||
		(p->rev == m.newest[p->message] && !p->again));
}

/* What a push says besides its packets. */
static void
model_changes(const struct push *p)
{
	if (p->message >= 0)
		m.newest[p->message] = p->rev;
	if (p->ns != NULL) {
		(void)snprintf(m.ns, sizeof(m.ns), "%s", p->ns);
		m.connected = true;
	}
	if (p->pong) {
		m.awaits_pong = false;
		m.due_past = m.late = false;
	}
}

static struct expected
model_push(enum process who, const struct push *p)
{
	struct expected x = says(VERDICT_OK);

	if (m.life != OPEN)
		return says(VERDICT_GONE);
	if (p->post != 0 && p->post != m.post)
		return says(VERDICT_STALE);
	if (p->post != 0)
		m.post = 0;
	if (is_old(p))
		return says(VERDICT_OLD);
	model_changes(p);
	if (p->end == EIO_END_NOOP || p->end == EIO_END_CLOSE) {
		x.verdict = VERDICT_CLOSED;
		end(&x, p->end == EIO_END_NOOP ? '6' : '1');
		return x;
	}
	if (p->n > 0 &&
	    (m.n >= BOUND_PACKETS ||
		queued_bytes() + (size_t)p->n * p->size > BOUND_BYTES)) {
		x.verdict = VERDICT_OVERFLOW;
		end(&x, '1');
		return x;
	}
	for (int i = 0; i < p->n; i++)
		m.out[m.n++] =
		    (struct packet){ p->serial + (uint32_t)i, '4', p->size };
	if (p->end == EIO_END_SOFT) {
		x.verdict = VERDICT_CLOSED;
		end_softly(&x);
	} else if (m.lease != 0 && m.n != 0 && m.holder == who) {
		x.verdict = VERDICT_DELIVER;
		(void)snprintf(x.text, sizeof(x.text), "%" PRIu64, m.lease);
		x.has_text = true;
		m.lease = 0;
		take_packets(&x);
	}
	return x;
}

static struct expected
model_tick(void)
{
	struct expected x = says(VERDICT_WAIT);

	if (m.life != OPEN)
		return says(VERDICT_GONE);
	if (is_over()) {
		x.verdict = VERDICT_CLOSED;
		end(&x, '1');
	} else if (ping_is_due()) {
		x.verdict = VERDICT_OK;
		ping();
		m.out[m.n++] = (struct packet){ 0, '2', 1 };
	}
	return x;
}

static struct expected
model_room(bool join, const char *line)
{
	char *at;

	if (m.life != OPEN)
		return says(VERDICT_GONE);
	/* The rooms' names are such that none is part of another. */
	at = strstr(m.rooms, line);
	if (join && at == NULL)
		strcat(m.rooms, line);
	else if (!join && at != NULL)
		memmove(at, at + strlen(line), strlen(at + strlen(line)) + 1);
	return says(VERDICT_OK);
}

static struct expected
model_quit(void)
{
	struct expected x = says(VERDICT_OK);

	if (m.life != OPEN)
		return says(VERDICT_GONE);
	/* All the rooms are of this namespace; others may be joined. */
	(void)snprintf(x.text, sizeof(x.text), "%s\n%s",
	    strstr(m.ns, "/chat") != NULL ? "/chat s1\n" : "", m.rooms);
	x.has_text = true;
	m.rooms[0] = '\0';
	return x;
}

static struct expected
model_ask(void)
{
	if (m.life != OPEN)
		return says(VERDICT_GONE);
	m.waits[m.asked++] = true;
	return says(VERDICT_OK);
}

static struct expected
model_acked(int64_t id)
{
	struct expected x = says(VERDICT_OK);

	if (!m.waits[id])
		return says(VERDICT_GONE);
	m.waits[id] = false;
	(void)snprintf(x.text, sizeof(x.text), "waiting");
	x.has_text = true;
	return x;
}

#endif
