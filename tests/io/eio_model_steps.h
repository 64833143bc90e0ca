/**
 * Random steps for test_eio_model.c: what is done, as a command for Redis and to
 * the model.
 */
#ifndef TESTS_IO_EIO_MODEL_STEPS_H
#define TESTS_IO_EIO_MODEL_STEPS_H

#include "eio_model.h"

#define BIG_MAX 700000

static struct eio_fixture f;
static const char *const ESID[SESSIONS] = { "m0", "m1" };
static const char *const ROOM[ROOMS] = { "r", "room" };

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

/*
 * A ping that was due in 1970 is not late with a timeout beyond all clocks, so
 * that deadlines can be set without knowing the time.
 */
#define TIMEOUT_MS INT64_C(10000000000000)
#define LATE       "-100000000000000"

/* A history: each step a command, what it must answer, and the state then. */

struct after {
	enum life life;
	uint64_t lease, post;
	size_t queued, bytes;
	char list[TEXT_SIZE];
	bool parts;
};

struct step {
	struct eio_command c;
	struct rds_command plain; /* instead, moves a deadline */
	struct arena arena;       /* what the command borrows */
	struct expected x;
	char what[160];
	struct after after[SESSIONS];
	int keys;
};

static struct step step[STEPS];
static uint32_t serial;

/* Where it happens: a session, and who asks. */
struct where {
	int i;
	struct session *s;
	struct slice esid;
	enum process who;
};

static struct slice
text_of(struct arena *a, const struct packet *p, bool logged)
{
	struct buf b = BUF_INIT;
	struct slice text;

	if (logged)
		buf_addc(&b, EIO_LOGGED);
	packet_write(&b, p);
	text = arena_dup(a, buf_slice(&b));
	buf_fini(&b);
	return text;
}

/* A push: chosen, then made. */

static void
any_changes(struct push *p)
{
	while (p->n_changes < 3 && chance(60)) {
		int nsp = (int)any(NSPS);

		p->change[p->n_changes].nsp = nsp;
		p->change[p->n_changes].join = chance(65);
		p->change[p->n_changes++].socket = new_socket(nsp, chance(80));
	}
}

static void
any_packets(struct push *p, bool big)
{
	p->packet = (struct packet){ .serial = serial,
		.kind = chance(30) ? MESSAGE
		    : chance(80)   ? EVENT
				   : BINARY,
		.nsp = (int)any(NSPS) };
	p->n = (int)any(4);
	if (p->message >= 0 && p->n > 1)
		p->n = 1;
	if (big && chance(40))
		p->packet.pad = any(BIG_MAX);
	else if (p->message < 0 && chance(2))
		p->n = (int)any(PUSHED_MAX);
	packet_measure(&p->packet);
	serial += (uint32_t)p->n + PARTS_MAX;
}

/* What a POST brings, or what comes from elsewhere. */
static void
any_origin(struct push *p, const struct session *s)
{
	if (chance(30))
		p->post =
		    s->post != 0 && chance(85) ? s->post : 1 + any(TOKENS);
	else if (chance(30))
		p->whole = true;
	else if (p->message < 0 && chance(15))
		p->is_volatile = true;
	if (p->whole && chance(50))
		p->speech = chance(90) ? s->speech : EIO_V3;
	if (p->post == 0 && chance(10))
		p->absent = (int)any(NSPS);
	if (p->post == 0 && n_sockets > 0 && chance(60))
		p->demand = s->n_joined > 0 && chance(80)
		    ? s->joined[any((uint32_t)s->n_joined)]
		    : (int)any((uint32_t)n_sockets);
}

static struct push
any_push(const struct session *s, bool big)
{
	struct push p = {
		.message = -1, .demand = -1, .absent = -1, .n_parts = -1
	};

	if (chance(30)) {
		p.message = (int)any(MESSAGES);
		p.rev = any(6);
		p.again = chance(20);
	}
	any_origin(&p, s);
	any_packets(&p, big);
	if (p.is_volatile)
		return p;
	p.alive = chance(25);
	if (p.post != 0 || p.whole) {
		if (chance(30))
			any_changes(&p);
		if (chance(15))
			p.n_parts = (int)any(PARTS_MAX + 1);
	}
	if (chance(8))
		p.end = (enum eio_end)(1 + any(EIO_END_SOFT));
	return p;
}

static struct slice
socket_words(struct arena *a, int k)
{
	return slice_from(arena_printf(a, "%s s%d", NSP[sockets[k].nsp], k));
}

static struct slice
pid_of(struct arena *a, int k)
{
	return sockets[k].recoverable
	    ? slice_from(arena_printf(a, "%06d-secret", k))
	    : SLICE_EMPTY;
}

static struct slice
demands_text(struct arena *a, const struct push *p)
{
	struct slice joined =
	    p->demand < 0 ? SLICE_EMPTY : socket_words(a, p->demand);

	if (p->absent < 0)
		return joined;
	return slice_from(
	    arena_printf(a, "!%s\n%.*s", NSP[p->absent], SLICE_ARG(joined)));
}

static struct slice
changes_text(struct arena *a, const struct push *p)
{
	struct buf b = BUF_INIT;
	struct slice text;

	for (int i = 0; i < p->n_changes; i++) {
		int k = p->change[i].socket;
		struct slice pid = pid_of(a, k);

		buf_addc(&b, p->change[i].join ? '+' : '-');
		if (p->change[i].join) {
			buf_add_slice(&b, socket_words(a, k));
			buf_adds(&b, pid.n == 0 ? "" : " ");
			buf_add_slice(&b, pid);
		} else {
			buf_adds(&b, NSP[p->change[i].nsp]);
		}
		buf_addc(&b, '\n');
	}
	text = arena_dup(a, buf_slice(&b));
	buf_fini(&b);
	return text;
}

/* Its packets, and then what came of an incomplete one. */
static const struct slice *
push_words(struct arena *a, const struct push *p)
{
	int parts = p->n_parts > 0 ? p->n_parts : 0;
	struct slice *word =
	    arena_alloc(a, (size_t)(p->n + parts + 1) * sizeof(*word));

	for (int i = 0; i < p->n; i++) {
		struct packet one = p->packet;

		one.serial += (uint32_t)i;
		word[i] =
		    text_of(a, &one, one.kind != MESSAGE && !p->is_volatile);
	}
	for (int i = 0; i < parts; i++)
		word[p->n + i] = text_of(a,
		    &(struct packet){ .kind = PART,
			.serial = p->packet.serial + (uint32_t)i },
		    false);
	return word;
}

static void
step_push(struct step *st, const struct where *w, bool big)
{
	static const char *const NAME[MESSAGES] = { "ma", "mb", "mc" };
	const struct push p = any_push(w->s, big);
	struct slice changes = changes_text(&st->arena, &p);

	(void)snprintf(st->what, sizeof(st->what),
	    "push post=%" PRIu64 "%s%s%s v=%d ns=%.*s end=%d demand=%d,!%d "
	    "msg=%d rev=%d parts=%d n=%d kind=%d nsp=%d pad=%zu",
	    p.post, p.whole ? " whole" : "", p.alive ? " alive" : "",
	    p.is_volatile ? " volatile" : "", (int)p.speech, SLICE_ARG(changes),
	    (int)p.end, p.demand, p.absent, p.message, (int)p.rev, p.n_parts,
	    p.n, (int)p.packet.kind, p.packet.nsp, p.packet.pad);
	eio_store_push(&st->c, &f.store[w->who], w->esid,
	    &(struct eio_push){
		.post = p.post,
		.whole = p.whole,
		.speech = p.speech,
		.alive = p.alive,
		.ns = changes,
		.joined = demands_text(&st->arena, &p),
		.end = p.end,
		.message =
		    p.message < 0 ? SLICE_EMPTY : slice_from(NAME[p.message]),
		.rev = p.rev,
		.again = p.again,
		.is_volatile = p.is_volatile,
		.parts_ms = p.n_parts < 0 ? EIO_PARTS_AS_THEY_ARE
		    : p.n_parts == 0      ? 0
					  : 10000000,
		.packet = push_words(&st->arena, &p),
		.n = p.n,
		.n_parts = p.n_parts < 0 ? 0 : p.n_parts,
	    });
	st->x = model_push(w->s, w->who, &p);
}

/* Deadlines. */

static void
set_past(
    struct step *st, const struct where *w, const char *field, const char *when)
{
	st->plain = rds_command("HSET",
	    arena_printf(&st->arena, "{t}:e:%s", ESID[w->i]), field, when,
	    NULL);
	(void)snprintf(st->what, sizeof(st->what), "past %s %s", field, when);
}

/* The acks that were asked for must come now. */
static bool
past_ask(struct step *st, const struct where *w)
{
	struct session *s = w->s;

	if (s->asks_past || s->asked == 0 || !s->waits[s->asked - 1])
		return false;
	s->asks_past = true;
	s->overdue = s->asked - 1;
	set_past(st, w, "ad", "1");
	rds_word(&st->plain,
	    slice_from(
		arena_printf(&st->arena, "a:/chat:%d", (int)s->overdue)));
	rds_word(&st->plain, SLICE("1 waiting"));
	return true;
}

/* A deadline of now, or one so long ago that nothing can be made good. Only
 * what is a deadline still is moved. */
static void
step_deadline(struct step *st, const struct where *w)
{
	struct session *s = w->s;

	if (s->kept) {
		s->keep_past = true;
		set_past(st, w, "keep", "1");
	} else if (!s->connected && chance(30)) {
		s->connect_past = true;
		set_past(st, w, "cto", "1");
	} else if (s->n_parts > 0 && chance(30)) {
		s->parts_past = true;
		set_past(st, w, "bin", "1");
	} else if (!chance(30) || !past_ask(st, w)) {
		s->due_past = true;
		s->late = chance(15);
		set_past(st, w, "due", s->late ? LATE : "1");
	}
}

/* The other commands. */

static void
step_take(struct step *st, struct where w)
{
	/* Mostly what a holder does; sometimes a stranger or an old token. */
	uint64_t token =
	    w.s->lease != 0 && chance(80) ? w.s->lease : 1 + any(TOKENS);
	enum eio_why why = chance(70) ? EIO_LOOK
	    : chance(60)              ? EIO_DRAIN
				      : EIO_ABORT;

	if (w.s->lease != 0 && chance(80))
		w.who = w.s->holder;
	(void)snprintf(st->what, sizeof(st->what), "%c take %" PRIu64 " why=%d",
	    "ABW"[w.who], token, (int)why);
	eio_store_take(&st->c, &f.store[w.who], w.esid, token, why);
	st->x = model_take(w.s, w.who, token, why);
}

static void
step_poll(struct step *st, const struct where *w)
{
	uint64_t token = 1 + any(TOKENS);

	(void)snprintf(st->what, sizeof(st->what), "%c poll %" PRIu64,
	    "ABW"[w->who], token);
	eio_store_poll(&st->c, &f.store[w->who], w->esid, token);
	st->x = model_poll(w->s, w->who, token);
}

static void
step_begin(struct step *st, const struct where *w)
{
	uint64_t token = 1 + any(TOKENS);

	(void)snprintf(st->what, sizeof(st->what), "begin %" PRIu64, token);
	eio_store_begin(&st->c, &f.store[w->who], w->esid, token);
	st->x = model_begin(w->s, token);
}

static void
step_open(struct step *st, const struct where *w)
{
	enum eio_speech speech = chance(70) ? EIO_V4
	    : chance(60)                    ? EIO_V3
					    : EIO_V3_BASE64;
	bool joins = chance(80);

	(void)snprintf(st->what, sizeof(st->what), "open v=%d joins=%d",
	    (int)speech, joins);
	eio_store_open(
	    &st->c, &f.store[w->who], w->esid, speech, joins, SLICE("who"));
	st->x = model_open(w->s, speech, joins);
}

static void
step_room(struct step *st, const struct where *w)
{
	int nsp = (int)any(NSPS), room = (int)any(ROOMS);
	int k = socket_in(w->s, nsp);
	bool join = chance(70);

	/* One that is about to be connected, or was before. */
	if (k < 0 || chance(5))
		k = new_socket(nsp, chance(80));
	(void)snprintf(st->what, sizeof(st->what), "room %d %s s%d %s", join,
	    NSP[nsp], k, ROOM[room]);
	eio_store_room(&st->c, &f.store[w->who], join,
	    &(struct sio_socket){
		.nsp = slice_from(NSP[nsp]),
		.ssid = slice_from(arena_printf(&st->arena, "s%d", k)),
		.pid = pid_of(&st->arena, k),
		.esid = w->esid,
		.fresh = true,
	    },
	    slice_from(ROOM[room]));
	st->x = model_room(w->s, join, k, room);
}

/* A socket that could come back to this session; -1: there is none. */
static int
any_lost_socket(const struct session *s)
{
	int found = -1, n = 0;

	for (int k = 0; k < n_sockets; k++)
		if (sockets[k].there && sockets[k].recoverable &&
		    &session[sockets[k].session] != s &&
		    socket_in(s, sockets[k].nsp) < 0 && any((uint32_t)++n) == 0)
			found = k;
	return found;
}

static void
step_recover(struct step *st, const struct where *w)
{
	int k = any_lost_socket(w->s);
	int nsp;
	int64_t seen;

	/* Nobody is lost: one that is gone, or is here. */
	if (k < 0 || chance(5))
		k = n_sockets > 0 ? (int)any((uint32_t)n_sockets)
				  : new_socket(0, true);
	if (sockets[k].there && &session[sockets[k].session] != w->s &&
	    socket_in(w->s, sockets[k].nsp) >= 0) {
		/* A CONNECT to a namespace that is joined never comes here. */
		step_begin(st, w);
		return;
	}
	nsp = chance(95) ? sockets[k].nsp : 1 - sockets[k].nsp;
	seen = chance(30) ? 0
	    : chance(30)  ? sockets[k].seq
			  : (int64_t)any((uint32_t)sockets[k].seq + 2);
	(void)snprintf(st->what, sizeof(st->what), "recover s%d %s seen=%d", k,
	    NSP[nsp], (int)seen);
	eio_store_recover(&st->c, &f.store[w->who], w->esid,
	    slice_from(arena_printf(&st->arena, "%06d-secret", k)),
	    slice_from(NSP[nsp]), seen);
	st->x = model_recover(w->s, k, nsp, seen);
}

static void
step_ask(struct step *st, const struct where *w)
{
	(void)snprintf(st->what, sizeof(st->what), "ask");
	eio_store_ask(&st->c, &f.store[w->who], w->esid,
	    slice_from(NSP[ASK_NSP]), SLICE("waiting"),
	    chance(50) ? 0 : 10000000);
	st->x = model_ask(w->s);
}

static void
step_acked(struct step *st, const struct where *w)
{
	int64_t id = any(w->s->asked + 1);

	(void)snprintf(st->what, sizeof(st->what), "acked %d", (int)id);
	eio_store_acked(
	    &st->c, &f.store[w->who], w->esid, slice_from(NSP[ASK_NSP]), id);
	st->x = model_acked(w->s, id);
}

static void
step_tick(struct step *st, const struct where *w)
{
	(void)snprintf(st->what, sizeof(st->what), "tick");
	eio_store_tick(&st->c, &f.store[w->who], w->esid);
	st->x = model_tick(w->s);
}

static struct after
after(const struct session *s)
{
	struct after a = {
		.life = s->life,
		.lease = s->lease,
		.post = s->post,
		.queued = s->n,
		/* Of what is left of a closed session nobody counts them. */
		.bytes = s->life == OPEN ? queued_bytes(s) : 0,
		.parts = s->n_parts > 0,
	};

	list_sockets(s, a.list, sizeof(a.list));
	return a;
}

static void
step_choose(struct step *st, struct where w, bool deadlines, bool big)
{
	uint32_t what = any(100);

	if (w.s->life == NEVER && chance(70)) {
		step_open(st, &w);
	} else if (deadlines && what < 12 && (w.s->life == OPEN || w.s->kept)) {
		step_deadline(st, &w);
	} else if (what < 40) {
		if (chance(30))
			w.who = PROC_W;
		step_push(st, &w, big);
	} else if (what < 54) {
		/* A second GET at once ends the session: not too often. */
		if (w.s->lease != 0 && chance(75))
			step_take(st, w);
		else
			step_poll(st, &w);
	} else if (what < 67) {
		step_take(st, w);
	} else if (what < 75) {
		if (w.s->post != 0 && chance(75))
			step_push(st, &w, big);
		else
			step_begin(st, &w);
	} else if (what < 83) {
		step_recover(st, &w);
	} else if (what < 90) {
		step_room(st, &w);
	} else if (what < 94) {
		step_ask(st, &w);
	} else if (what < 96) {
		step_acked(st, &w);
	} else {
		step_tick(st, &w);
	}
}

static void
step_make(struct step *st, bool deadlines, bool big)
{
	int i = (int)any(SESSIONS);
	const struct where w = { i, &session[i], slice_from(ESID[i]),
		chance(50) ? PROC_A : PROC_B };
	size_t n;

	st->c.c.n = st->plain.n = 0;
	st->arena = ARENA_INIT;
	step_choose(st, w, deadlines, big);
	n = strlen(st->what);
	(void)snprintf(st->what + n, sizeof(st->what) - n, " @%d", i);
	for (int k = 0; k < SESSIONS; k++)
		st->after[k] = after(&session[k]);
	st->keys = model_keys();
}

#endif
