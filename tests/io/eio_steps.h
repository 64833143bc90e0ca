/**
 * Histories of one session as text, for test_eio_store.c. A history is steps
 * divided by ';', each with what it must answer:
 *
 *      [A|B|W:]VERB ARGS… = VERDICT [(TEXT)] [PACKET…]
 *
 * The process is A when not named. In TEXT '/' stands for a line's end and '$'
 * for a space. Steps that are no script: `due N` and `cto N` put a deadline N
 * ms from now (in the past when negative) into the session; `keys N` counts
 * what Redis holds of the session; `leased T` (0: none); `queued N`; `duelist
 * N`; `wake T` says that a wake-up for a token was published since the last
 * such step (0: none).
 */
#ifndef TESTS_IO_EIO_STEPS_H
#define TESTS_IO_EIO_STEPS_H

#include "base/num.h"
#include "eio_fixture.h"
#include "io/rds_keys.h"

/* Test code may reach into hiredis' replies: it makes hostile ones. */
#include <hiredis/hiredis.h>

#define ESID "0123456789abcdefghij"
#define E    SLICE(ESID)
/* '0' is 48: shard 0 of 16. */
#define KEY(kind)   "{t:00}:" kind ":" ESID
#define ARGS_MAX    12
#define MAX_PACKETS 1000

static struct eio_fixture f;
static redisContext *listener;

struct step {
	struct slice arg[ARGS_MAX]; /* the verb first */
	int n;
	struct slice verdict, text;
	struct slice packet[ARGS_MAX];
	int packets;
	struct eio_store *store;
};

static const char *const VERDICTS[] = {
	[VERDICT_GONE] = "gone",
	[VERDICT_OK] = "ok",
	[VERDICT_PACKETS] = "packets",
	[VERDICT_PARK] = "park",
	[VERDICT_WAIT] = "wait",
	[VERDICT_STALE] = "stale",
	[VERDICT_OVERLAP] = "overlap",
	[VERDICT_CLOSED] = "closed",
	[VERDICT_DELIVER] = "deliver",
	[VERDICT_OVERFLOW] = "overflow",
	[VERDICT_OLD] = "old",
};

static struct step
parse(struct slice text)
{
	struct step s = { .store = &f.store[PROC_A] };
	struct slice rest = slice_trim(text), word, left;

	if (rest.n > 2 && rest.p[1] == ':') {
		s.store = &f.store[rest.p[0] == 'A' ? PROC_A
			: rest.p[0] == 'B'          ? PROC_B
						    : PROC_W];
		rest = slice_from_at(rest, 2);
	}
	left = rest;
	while (slice_cut(&left, ' ', &word)) {
		if (slice_eq(word, SLICE("=")))
			break;
		if (word.n != 0 && s.n < ARGS_MAX)
			s.arg[s.n++] = word;
	}
	if (left.p == NULL || !slice_cut(&left, ' ', &s.verdict))
		return s;
	while (slice_cut(&left, ' ', &word)) {
		if (word.n > 1 && word.p[0] == '(')
			s.text = slice_sub(word, 1, word.n - 2);
		else if (word.n != 0 && s.packets < ARGS_MAX)
			s.packet[s.packets++] = word;
	}
	return s;
}

static uint64_t
number(struct slice s)
{
	int64_t n = 0;

	return num_parse(s, INT64_MIN, INT64_MAX, &n) ? (uint64_t)n : 0;
}

/* '/' in the history is a line's end, '$' a space. */
static struct slice
lines(struct arena *a, struct slice s)
{
	struct slice out = arena_dup(a, s);
	char *p = arena_strdup(a, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = p[i] == '/' ? '\n' : p[i] == '$' ? ' ' : p[i];
	out.p = p;
	return out;
}

static bool
takes(struct slice arg, const char *name, struct slice *value)
{
	if (!slice_starts(arg, slice_from(name)))
		return false;
	*value = slice_from_at(arg, strlen(name));
	return true;
}

static void
make_push(struct eio_command *c, const struct step *s, struct arena *a)
{
	static struct slice packets[MAX_PACKETS + 1];
	struct eio_push push = { .packet = packets };
	struct slice v;

	for (int i = 1; i < s->n; i++) {
		struct slice arg = s->arg[i];

		if (takes(arg, "post=", &v))
			push.post = number(v);
		else if (takes(arg, "ns=", &v)) {
			push.ns_changed = true;
			push.ns = lines(a, v);
		} else if (takes(arg, "end=", &v))
			push.end = slice_eqs(v, "noop") ? EIO_END_NOOP
			    : slice_eqs(v, "soft")      ? EIO_END_SOFT
							: EIO_END_CLOSE;
		else if (takes(arg, "msg=", &v))
			push.message = v;
		else if (takes(arg, "rev=", &v))
			push.rev = (int64_t)number(v);
		else if (slice_eqs(arg, "again"))
			push.again = true;
		else if (slice_eqs(arg, "pong"))
			push.pong = true;
		else
			packets[push.n++] = arg;
	}
	eio_store_push(c, s->store, E, &push);
}

static bool
make(struct eio_command *c, const struct step *s, struct arena *a)
{
	struct slice verb = s->arg[0];
	uint64_t token = s->n > 1 ? number(s->arg[1]) : 0;

	if (slice_eqs(verb, "open"))
		eio_store_open(
		    c, s->store, E, 4, s->n > 1 ? s->arg[1] : SLICE_EMPTY);
	else if (slice_eqs(verb, "poll"))
		eio_store_poll(c, s->store, E, token);
	else if (slice_eqs(verb, "look"))
		eio_store_take(c, s->store, E, token, EIO_LOOK);
	else if (slice_eqs(verb, "drain"))
		eio_store_take(c, s->store, E, token, EIO_DRAIN);
	else if (slice_eqs(verb, "abort"))
		eio_store_take(c, s->store, E, token, EIO_ABORT);
	else if (slice_eqs(verb, "begin"))
		eio_store_begin(c, s->store, E, token);
	else if (slice_eqs(verb, "push"))
		make_push(c, s, a);
	else if (slice_eqs(verb, "tick"))
		eio_store_tick(c, s->store, E);
	else if (slice_eqs(verb, "join") || slice_eqs(verb, "leave"))
		eio_store_room(c, s->store, E, slice_eqs(verb, "join"),
		    slice_from(arena_printf(a, "%.*s %.*s\n",
			SLICE_ARG(s->arg[1]), SLICE_ARG(s->arg[2]))));
	else if (slice_eqs(verb, "quit"))
		eio_store_quit(c, s->store, E, s->arg[1]);
	else if (slice_eqs(verb, "ask"))
		eio_store_ask(c, s->store, E, s->arg[1], s->arg[2]);
	else if (slice_eqs(verb, "acked"))
		eio_store_acked(
		    c, s->store, E, s->arg[1], (int64_t)number(s->arg[2]));
	else
		return false;
	return true;
}

static void
set_deadline(const char *field, int64_t ms)
{
	struct redisReply *now = eio_fixture_redis(&f, "TIME");
	char words[200];

	(void)snprintf(words, sizeof(words), "HSET %s %s %lld", KEY("e"), field,
	    (long long)(rds_int(rds_at(now, 0)) * 1000 +
		rds_int(rds_at(now, 1)) / 1000 + ms));
	rds_reply_free(now);
	(void)eio_fixture_int(&f, words);
}

/* The token of the last wake-up published since; 0: there was none. */
static uint64_t
woken(void)
{
	uint64_t token = 0;
	void *got = NULL;
	bool pong = false;

	/* Its own PING is answered behind whatever was published before. */
	(void)redisAppendCommand(listener, "PING");
	while (!pong && redisGetReply(listener, &got) == REDIS_OK) {
		struct slice kind = rds_text(rds_at(got, 0));

		if (slice_eqs(kind, "pmessage"))
			token = number(rds_text(rds_at(got, 3)));
		pong = slice_eqs(kind, "pong");
		freeReplyObject(got);
	}
	return token;
}

/* A step that looks at Redis or moves its clock. */
static void
look_step(int line, const struct step *s)
{
	uint64_t n = number(s->arg[1]);

	if (slice_eqs(s->arg[0], "due"))
		set_deadline("due", (int64_t)n);
	else if (slice_eqs(s->arg[0], "cto"))
		set_deadline("cto", (int64_t)n);
	else if (slice_eqs(s->arg[0], "keys"))
		CHECK_ROW(line,
		    eio_fixture_int(
			&f, "EXISTS " KEY("e") " " KEY("o") " " KEY("r")) ==
			(int64_t)n);
	else if (slice_eqs(s->arg[0], "leased"))
		CHECK_ROW(line,
		    (uint64_t)eio_fixture_int(&f, "HGET " KEY("e") " lt") == n);
	else if (slice_eqs(s->arg[0], "queued"))
		CHECK_ROW(
		    line, eio_fixture_int(&f, "LLEN " KEY("o")) == (int64_t)n);
	else if (slice_eqs(s->arg[0], "duelist"))
		CHECK_ROW(line,
		    eio_fixture_int(&f, "ZCARD {t:00}:due") == (int64_t)n);
	else if (slice_eqs(s->arg[0], "wake"))
		CHECK_ROW(line, woken() == n);
	else
		CHECK_ROW(line, !"a step that is known");
}

static void
compare(int line, const struct step *s, const struct eio_answer *a,
    struct arena *arena)
{
	const char *verdict = VERDICTS[a->verdict];

	if (!slice_eqs(s->verdict, verdict))
		(void)printf("# %.*s: %s\n", SLICE_ARG(s->arg[0]), verdict);
	CHECK_ROW(line, slice_eqs(s->verdict, verdict));
	if (s->text.n != 0 && !slice_eq(lines(arena, s->text), a->text))
		(void)printf("# text \"%.*s\"\n", SLICE_ARG(a->text));
	CHECK_ROW(
	    line, s->text.n == 0 || slice_eq(lines(arena, s->text), a->text));
	CHECK_ROW(line, (size_t)s->packets == a->n);
	for (int i = 0; i < s->packets; i++)
		CHECK_ROW(line,
		    slice_eq(s->packet[i], eio_answer_packet(a, (size_t)i)));
}

static void
run_step(int line, struct slice text)
{
	struct step s = parse(text);
	struct arena arena = ARENA_INIT;
	struct err e = ERR_INIT;
	struct eio_command c;
	struct eio_answer a;

	if (s.n == 0)
		return;
	if (!make(&c, &s, &arena)) {
		look_step(line, &s);
	} else if (eio_store_run(f.rds, s.store, &c, &a, &e) != 0) {
		(void)printf("# %.*s: %s\n", SLICE_ARG(text), e.msg);
		CHECK_ROW(line, !"Redis answers");
	} else {
		compare(line, &s, &a, &arena);
		eio_answer_fini(&a);
	}
	arena_fini(&arena);
}

#endif
