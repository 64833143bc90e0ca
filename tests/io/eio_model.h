/**
 * A plain model of two Engine.IO sessions and the sockets in them, for
 * test_eio_model.c: what each script must answer, written from the rules and not
 * from the scripts.
 */
#ifndef TESTS_IO_EIO_MODEL_H
#define TESTS_IO_EIO_MODEL_H

#include "eio_model_state.h"

static struct expected
model_open(struct session *s, enum eio_speech speech, bool joins)
{
	forget(s);
	s->life = OPEN;
	s->speech = speech;
	s->awaits = speech != EIO_V4;
	s->connected = !joins;
	return says(VERDICT_OK);
}

static struct expected
model_poll(struct session *s, enum process who, uint64_t token)
{
	struct expected x = says(VERDICT_PACKETS);

	if (s->life == NEVER || s->life == FOR_HELD || s->life == DORMANT ||
	    (s->life == FOR_NEXT && s->lease != 0))
		return says(VERDICT_GONE);
	if (s->life == FOR_NEXT) {
		leftovers(&x, s);
	} else if (is_over(s)) {
		x.verdict = VERDICT_GONE;
		end(&x, s, '1', true);
	} else if (s->lease != 0) {
		x.verdict = VERDICT_OVERLAP;
		end(&x, s, '1', true);
	} else if (s->n != 0) {
		take_packets(&x, s);
	} else if (ping_is_due(s)) {
		ping(s);
		says_number(&x, s->speech);
		says_packet(&x, control('2'));
	} else {
		s->lease = token;
		s->holder = who;
		x.verdict = VERDICT_PARK;
	}
	return x;
}

static struct expected
model_take(
    struct session *s, enum process who, uint64_t token, enum eio_why why)
{
	struct expected x = says(VERDICT_PACKETS);
	enum eio_speech speech = s->speech;

	if (s->life == NEVER)
		return says(VERDICT_GONE);
	if (s->lease != token || s->holder != who)
		return says(VERDICT_STALE);
	says_number(&x, speech);
	if (s->life != OPEN) {
		leftovers(&x, s);
	} else if (why == EIO_ABORT) {
		x.verdict = VERDICT_CLOSED;
		x.has_number = false;
		end(&x, s, '\0', true);
	} else if (is_over(s)) {
		end(&x, s, '\0', true);
		says_packet(&x, control('1'));
	} else if (s->n != 0) {
		s->lease = 0;
		take_packets(&x, s);
	} else if (ping_is_due(s)) {
		s->lease = 0;
		ping(s);
		says_packet(&x, control('2'));
	} else if (why == EIO_DRAIN) {
		s->lease = 0;
		says_packet(&x, control('6'));
	} else {
		x.verdict = VERDICT_WAIT;
		x.has_number = false;
	}
	return x;
}

static struct expected
model_begin(struct session *s, uint64_t token)
{
	struct expected x = says(VERDICT_OK);
	int n;

	if (s->life != OPEN)
		return says(VERDICT_GONE);
	if (is_over(s)) {
		x.verdict = VERDICT_GONE;
		end(&x, s, '1', true);
	} else if (s->post != 0) {
		x.verdict = VERDICT_OVERLAP;
		end(&x, s, '1', true);
	} else {
		s->post = token;
		n = snprintf(
		    x.text, sizeof(x.text), "%d who\n", (int)s->speech);
		list_sockets(s, x.text + n, sizeof(x.text) - (size_t)n);
		x.has_text = true;
		for (int i = 0; i < s->n_parts; i++)
			says_packet(&x,
			    (struct packet){
				.kind = PART, .serial = s->part[i] });
	}
	return x;
}

/* A push, as the step describes it. */
struct push {
	uint64_t post;
	bool whole, alive, is_volatile;
	enum eio_speech speech;
	struct {
		bool join;
		int nsp, socket;
	} change[3];
	int n_changes;
	int demand; /* a socket that must be joined; -1: none */
	int absent; /* a namespace that must not; -1: none */
	enum eio_end end;
	int message; /* -1: none */
	int64_t rev;
	bool again;
	int n_parts; /* of an incomplete packet; -1: as they are */
	int n;
	struct packet packet; /* the first; the others count on */
};

static bool
is_old(const struct session *s, const struct push *p)
{
	const struct revision *r = &s->newest[p->message < 0 ? 0 : p->message];

	return p->message >= 0 &&
	    (p->rev < r->rev || (p->rev == r->rev && !p->again));
}

static void
change_namespaces(struct session *s, const struct push *p)
{
	for (int i = 0; i < p->n_changes; i++) {
		int k = socket_in(s, p->change[i].nsp);

		if (p->change[i].join && k < 0)
			enter(s, p->change[i].socket);
		else if (!p->change[i].join && k >= 0)
			drop(s, k);
	}
}

static void
come_alive(struct session *s)
{
	s->awaits = s->speech != EIO_V4;
	s->due_past = s->late = false;
}

static void
keep_parts(struct session *s, const struct push *p)
{
	s->n_parts = p->n_parts;
	s->parts_past = false;
	for (int i = 0; i < s->n_parts; i++)
		s->part[i] = p->packet.serial + (uint32_t)i;
}

/* The packets as they go out, behind what is queued; how many bytes. */
static size_t
make_packets(struct session *s, const struct push *p)
{
	struct revision *r = p->message < 0 ? NULL : &s->newest[p->message];
	struct revision last = { p->rev, 0, 0 };
	size_t bytes = 0;

	for (int i = 0; i < p->n; i++) {
		struct packet *to = &s->out[s->n + (size_t)i];

		*to = p->packet;
		to->serial += (uint32_t)i;
		if (to->kind != MESSAGE && !p->is_volatile)
			number(s, to, r);
		bytes += to->size;
		last.seq = to->seq;
		last.socket = to->socket;
	}
	if (r != NULL)
		*r = last;
	return bytes;
}

static bool
as_demanded(const struct session *s, const struct push *p)
{
	return (p->demand < 0 ||
		   socket_in(s, sockets[p->demand].nsp) == p->demand) &&
	    (p->absent < 0 || socket_in(s, p->absent) < 0);
}

/* A whole POST is made of what its process remembers of the session. */
static bool
has_changed(const struct session *s, const struct push *p)
{
	return (p->speech != EIO_ANY && p->speech != s->speech) ||
	    s->n_parts > 0 || !as_demanded(s, p);
}

/* May it be done at all? True: x says why not. */
static bool
refused(struct expected *x, struct session *s, const struct push *p)
{
	if (p->whole && is_over(s)) {
		x->verdict = VERDICT_GONE;
		end(x, s, '1', true);
	} else if (p->whole && s->post != 0) {
		x->verdict = VERDICT_OVERLAP;
		end(x, s, '1', true);
	} else if (p->whole && has_changed(s, p)) {
		x->verdict = VERDICT_CHANGED;
	} else if (!p->whole && p->post != 0 && p->post != s->post) {
		x->verdict = VERDICT_STALE;
	} else if (!p->whole && p->post == 0 && !as_demanded(s, p)) {
		x->verdict = VERDICT_GONE;
	} else {
		return false;
	}
	return true;
}

/* Its sockets may come back: their events are kept for them. */
static struct expected
push_to_closed(struct session *s, const struct push *p)
{
	if (s->life == NEVER || p->whole || p->post != 0 ||
	    (p->demand < 0 && p->absent < 0) || !as_demanded(s, p))
		return says(VERDICT_GONE);
	if (is_old(s, p))
		return says(VERDICT_OLD);
	(void)make_packets(s, p);
	return says(VERDICT_OK);
}

static void
queue_packets(struct expected *x, struct session *s, enum process who,
    const struct push *p)
{
	size_t waiting = s->n, before = queued_bytes(s);
	size_t bytes = make_packets(s, p);
	bool here = s->lease != 0 && s->holder == who && p->end == EIO_END_NOT;

	s->n += (size_t)p->n;
	/* Straight to a GET an answer may be of any number of packets. */
	if (!(here && waiting == 0 && bytes <= BOUND_ANSWER) && p->n > 0 &&
	    (waiting >= BOUND_PACKETS || before + bytes > BOUND_BYTES)) {
		x->verdict = VERDICT_OVERFLOW;
		end(x, s, '1', true);
	} else if (p->end == EIO_END_SOFT) {
		x->verdict = VERDICT_CLOSED;
		says_text(x, "ended");
		retire(s, false);
		s->life = FOR_NEXT;
	} else if (here && s->n != 0) {
		x->verdict = VERDICT_DELIVER;
		(void)snprintf(x->text, sizeof(x->text), "%" PRIu64, s->lease);
		x->has_text = true;
		s->lease = 0;
		take_packets(x, s);
	}
}

static struct expected
model_push(struct session *s, enum process who, const struct push *p)
{
	struct expected x = says(VERDICT_OK);

	if (s->life != OPEN)
		return push_to_closed(s, p);
	if (refused(&x, s, p))
		return x;
	if (p->post != 0)
		s->post = 0;
	if (p->is_volatile && (s->lease == 0 || s->n != 0))
		return x;
	change_namespaces(s, p);
	if (p->alive)
		come_alive(s);
	if (p->end != EIO_END_NOT && p->end != EIO_END_SOFT) {
		/* Its sockets may come back for them. */
		if (!is_old(s, p))
			(void)make_packets(s, p);
		x.verdict = VERDICT_CLOSED;
		end(&x, s, p->end == EIO_END_NOOP ? '6' : '1',
		    p->end != EIO_END_CLOSE);
		return x;
	}
	if (p->n_parts >= 0)
		keep_parts(s, p);
	if (is_old(s, p))
		x.verdict = VERDICT_OLD;
	else
		queue_packets(&x, s, who, p);
	return x;
}

static void
overdue_ask(struct expected *x, struct session *s)
{
	s->asks_past = false;
	if (s->overdue < 0)
		return;
	says_packet(x,
	    (struct packet){ .kind = OVERDUE, .serial = (uint32_t)s->overdue });
	s->waits[s->overdue] = false;
	s->overdue = -1;
}

static struct expected
model_tick(struct session *s)
{
	struct expected x = says(VERDICT_WAIT);

	if (s->life != OPEN && s->kept && !s->keep_past)
		return x;
	if (s->life != OPEN) {
		retire(s, false);
		if (s->life == DORMANT)
			forget(s);
		return says(VERDICT_GONE);
	}
	if (is_over(s)) {
		x.verdict = VERDICT_CLOSED;
		end(&x, s, '1', true);
	} else if (s->asks_past) {
		x.verdict = VERDICT_ASKS;
		overdue_ask(&x, s);
	} else if (ping_is_due(s)) {
		x.verdict = VERDICT_OK;
		ping(s);
		s->out[s->n++] = control('2');
	}
	return x;
}

/* `k`: the socket that it is, or was, or that it becomes by this. */
static struct expected
model_room(struct session *s, bool join, int k, int room)
{
	int mine = socket_in(s, sockets[k].nsp);

	if (s->life != OPEN || (mine >= 0 && mine != k))
		return says(VERDICT_GONE);
	if (mine < 0 && join)
		enter(s, k);
	sockets[k].in[room] = join;
	return says(VERDICT_OK);
}

static struct expected
model_ask(struct session *s)
{
	struct expected x = says(VERDICT_OK);

	if (s->life != OPEN)
		return says(VERDICT_GONE);
	says_number(&x, s->asked);
	s->waits[s->asked++] = true;
	return x;
}

static struct expected
model_acked(struct session *s, int64_t id)
{
	struct expected x = says(VERDICT_OK);

	if (!s->waits[id] || s->overdue == id)
		return says(VERDICT_GONE);
	s->waits[id] = false;
	says_text(&x, "waiting");
	return x;
}

static struct packet
connect_packet(int k)
{
	struct packet p = {
		.kind = CONNECT, .nsp = sockets[k].nsp, .socket = k
	};

	packet_measure(&p);
	return p;
}

/* Does what `k` missed fit into one answer, with what waits already? */
static bool
fits(const struct session *s, int k, int64_t seen)
{
	size_t bytes = queued_bytes(s) + connect_packet(k).size, n = s->n + 1;

	for (size_t i = 0; i < sockets[k].n; i++)
		if (sockets[k].log[i].seq > seen) {
			bytes += sockets[k].log[i].size;
			n++;
		}
	return bytes <= BOUND_ANSWER && n < BOUND_PACKETS;
}

/* Does `k` have to start anew? */
static bool
is_lost(
    const struct session *from, const struct session *to, int k, int64_t seen)
{
	return from->keep_past || seen < sockets[k].lost ||
	    seen > sockets[k].seq || !fits(to, k, seen);
}

static void
move(struct session *from, struct session *to, int k)
{
	take_out(from, k);
	enter(to, k);
	if (from->asked > to->asked)
		to->asked = from->asked;
	for (int i = 0; i < MESSAGES; i++)
		if (to->newest[i].rev < 0)
			to->newest[i] = from->newest[i];
}

/* What its client has not seen, again; how many. */
static int64_t
replay(struct session *s, const struct socket *k, int64_t seen)
{
	size_t before = s->n;

	for (size_t i = 0; i < k->n; i++)
		if (k->log[i].seq > seen)
			s->out[s->n++] = k->log[i];
	return (int64_t)(s->n - before);
}

static struct expected
model_recover(struct session *s, int k, int nsp, int64_t seen)
{
	struct expected x = says(VERDICT_GONE), ended = says(VERDICT_GONE);
	struct socket *so = &sockets[k];
	struct session *from = &session[so->session];
	int64_t missed;

	if (s->life != OPEN || !so->there || !so->recoverable ||
	    so->nsp != nsp || from == s)
		return x;
	if (from->life == OPEN)
		end(&ended, from, '1', true);
	if (is_lost(from, s, k, seen)) {
		drop(from, k);
		x = ended;
	} else {
		move(from, s, k);
		missed = replay(s, so, seen);
		s->out[s->n++] = connect_packet(k);
		x.verdict = VERDICT_OK;
		says_number(&x, missed);
		(void)snprintf(x.text, sizeof(x.text), "s%d%s", k,
		    ended.has_text ? " ended" : "");
		x.has_text = true;
	}
	from->kept = from->n_joined > 0;
	if (!from->kept && from->life == DORMANT)
		forget(from);
	return x;
}

/* All keys that there are: nothing is left behind, and nothing missing. */

static bool
is_member(const struct socket *k, int nsp, int room)
{
	return k->there && k->nsp == nsp && (room == ROOMS || k->in[room]);
}

static int
session_keys(const struct session *s)
{
	bool notes = false;

	for (int i = 0; i < MESSAGES; i++)
		notes = notes || s->newest[i].rev >= 0;
	return (s->life != NEVER) + (s->n > 0) + (s->n_parts > 0) + notes;
}

static int
model_keys(void)
{
	bool members[NSPS][ROOMS + 1] = { { false } }, due = false;
	int n = 0;

	for (int i = 0; i < SESSIONS; i++) {
		n += session_keys(&session[i]);
		due = due || session[i].life == OPEN || session[i].kept;
	}
	for (int k = 0; k < n_sockets; k++) {
		n += sockets[k].there && sockets[k].recoverable;
		for (int r = 0; r <= ROOMS; r++)
			if (is_member(&sockets[k], sockets[k].nsp, r))
				members[sockets[k].nsp][r] = true;
	}
	for (int i = 0; i < NSPS; i++)
		for (int r = 0; r <= ROOMS; r++)
			n += members[i][r];
	return n + due;
}

#endif
