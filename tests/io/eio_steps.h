/**
 * Histories of a few sessions as text, for the tests of the session scripts. A
 * history is steps divided by ';', each with what it must answer:
 *
 *      [A|B|W][1-9:]VERB ARGS… = VERDICT [#NUMBER] [(TEXT)] [PACKET…]
 *
 * "B2:poll 7" is a GET for the session s2 that process B holds; without a
 * prefix it is process A and s1. In words '|' stands for a line's end, '$' for
 * a space and '^' for the separator of packets.
 *
 * Steps that are no script: `due|cto|bin|ad|keep MS` put a deadline MS from now
 * (in the past when negative) into the session; `sleep MS`; `leased T` (0:
 * none); `queued N`; `keys N` counts what Redis holds; `wake T` says that a
 * wake-up for a token was published since the last such step (0: none);
 * `redis COMMAND KEY… = REPLY` looks at anything, REPLY "-" being none. A step
 * `x N STEP` does it N times.
 */
#ifndef TESTS_IO_EIO_STEPS_H
#define TESTS_IO_EIO_STEPS_H

#include "base/num.h"
#include "eio_fixture.h"
#include "io/rds_keys.h"

/* Test code may reach into hiredis' replies: it makes hostile ones. */
#include <hiredis/hiredis.h>

#define ESID "s1"
#define E    SLICE(ESID)
/* 's' is 115: shard 3 of 16. */
#define SHARD       3
#define KEY(kind)   "{t}:" kind ":" ESID
#define ARGS_MAX    16
#define MAX_PACKETS 1000

static struct eio_fixture f;
static redisContext *listener;

struct step {
	struct slice arg[ARGS_MAX]; /* the verb first */
	int n;
	struct slice verdict, number, text;
	struct slice packet[ARGS_MAX];
	int packets;
	struct eio_store *store;
	char esid[3];
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
	[VERDICT_CHANGED] = "changed",
	[VERDICT_ASKS] = "asks",
	[VERDICT_FULL] = "full",
};

/* Who does it and to which session; what is left is the verb. */
static struct slice
parse_prefix(struct step *s, struct slice text)
{
	struct slice rest = text, prefix;

	s->store = &f.store[PROC_A];
	(void)snprintf(s->esid, sizeof(s->esid), "%s", ESID);
	if (text.n < 3 || (text.p[1] != ':' && text.p[2] != ':'))
		return text;
	(void)slice_cut(&rest, ':', &prefix);
	for (size_t i = 0; i < prefix.n; i++)
		if (prefix.p[i] >= '0' && prefix.p[i] <= '9')
			s->esid[1] = prefix.p[i];
		else
			s->store = &f.store[prefix.p[i] == 'A' ? PROC_A
				: prefix.p[i] == 'B'           ? PROC_B
							       : PROC_W];
	return rest;
}

static void
parse_answer(struct step *s, struct slice left)
{
	struct slice word;

	(void)slice_cut(&left, ' ', &s->verdict);
	while (slice_cut(&left, ' ', &word)) {
		if (word.n > 1 && word.p[0] == '(')
			s->text = slice_sub(word, 1, word.n - 2);
		else if (word.n > 1 && word.p[0] == '#')
			s->number = slice_from_at(word, 1);
		else if (word.n != 0 && s->packets < ARGS_MAX)
			s->packet[s->packets++] = word;
	}
}

/* `text` is written to: the words of the history become what they stand for. */
static struct step
parse(char *text, size_t n)
{
	struct step s = { .n = 0 };
	struct slice left, word;

	left = parse_prefix(&s, slice_trim((struct slice){ text, n }));
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] == '|' ? '\n'
		    : text[i] == '^'     ? EIO_SEPARATOR
					 : text[i];
	while (slice_cut(&left, ' ', &word)) {
		if (slice_eq(word, SLICE("=")))
			break;
		if (word.n != 0 && s.n < ARGS_MAX)
			s.arg[s.n++] = word;
	}
	if (left.p != NULL)
		parse_answer(&s, left);
	/* Last, for until here a space has divided the words. */
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] == '$' ? ' ' : text[i];
	return s;
}

static int64_t
number(struct slice s)
{
	int64_t n = 0;

	return num_parse(s, INT64_MIN, INT64_MAX, &n) ? n : 0;
}

static bool
takes(struct slice arg, const char *name, struct slice *value)
{
	if (!slice_starts(arg, slice_from(name)))
		return false;
	*value = slice_from_at(arg, strlen(name));
	return true;
}

static enum eio_end
end_of(struct slice name)
{
	static const struct {
		const char *name;
		enum eio_end end;
	} ENDS[] = {
		{ "noop", EIO_END_NOOP },
		{ "close", EIO_END_CLOSE },
		{ "lost", EIO_END_LOST },
		{ "soft", EIO_END_SOFT },
	};

	for (size_t i = 0; i < COUNT(ENDS); i++)
		if (slice_eqs(name, ENDS[i].name))
			return ENDS[i].end;
	return EIO_END_NOT;
}

/* A word of a push; false: it is a packet. */
static bool
push_word(struct eio_push *push, struct slice arg)
{
	struct slice v;

	if (takes(arg, "post=", &v))
		push->post = (uint64_t)number(v);
	else if (takes(arg, "v=", &v))
		push->speech = (enum eio_speech)number(v);
	else if (takes(arg, "ns=", &v))
		push->ns = v;
	else if (takes(arg, "joined=", &v))
		push->joined = v;
	else if (takes(arg, "end=", &v))
		push->end = end_of(v);
	else if (takes(arg, "msg=", &v))
		push->message = v;
	else if (takes(arg, "rev=", &v))
		push->rev = number(v);
	else if (takes(arg, "parts=", &v))
		push->parts_ms = number(v);
	else if (slice_eqs(arg, "whole"))
		push->whole = true;
	else if (slice_eqs(arg, "again"))
		push->again = true;
	else if (slice_eqs(arg, "alive"))
		push->alive = true;
	else if (slice_eqs(arg, "volatile"))
		push->is_volatile = true;
	else
		return false;
	return true;
}

/* Its packets, then, as "part=X", what came of an incomplete one. */
static void
make_push(struct eio_command *c, const struct step *s)
{
	static struct slice packets[ARGS_MAX];
	struct eio_push push = { .parts_ms = EIO_PARTS_AS_THEY_ARE,
		.packet = packets };
	struct slice v;

	for (int i = 1; i < s->n; i++)
		if (takes(s->arg[i], "part=", &v))
			packets[push.n + push.n_parts++] = v;
		else if (!push_word(&push, s->arg[i]))
			packets[push.n++] = s->arg[i];
	eio_store_push(c, s->store, slice_from(s->esid), &push);
}

/* open [v=3|30] [raw] [PRINCIPAL]; raw: it need not join a namespace. */
static void
make_open(struct eio_command *c, const struct step *s)
{
	enum eio_speech speech = EIO_V4;
	struct slice who = SLICE_EMPTY, v;
	bool joins = true;

	for (int i = 1; i < s->n; i++)
		if (takes(s->arg[i], "v=", &v))
			speech = (enum eio_speech)number(v);
		else if (slice_eqs(s->arg[i], "raw"))
			joins = false;
		else
			who = s->arg[i];
	eio_store_open(c, s->store, slice_from(s->esid), speech, joins, who);
}

/* join|leave NSP SSID ROOM [PID] */
static void
make_room(struct eio_command *c, const struct step *s)
{
	const struct sio_socket socket = { .nsp = s->arg[1],
		.ssid = s->arg[2],
		.pid = s->n > 4 ? s->arg[4] : SLICE_EMPTY,
		.esid = slice_from(s->esid),
		.fresh = true };

	eio_store_room(
	    c, s->store, slice_eqs(s->arg[0], "join"), &socket, s->arg[3]);
}

static bool
make(struct eio_command *c, const struct step *s)
{
	struct slice verb = s->arg[0], esid = slice_from(s->esid);
	uint64_t token = s->n > 1 ? (uint64_t)number(s->arg[1]) : 0;

	if (slice_eqs(verb, "open"))
		make_open(c, s);
	else if (slice_eqs(verb, "poll"))
		eio_store_poll(c, s->store, esid, token);
	else if (slice_eqs(verb, "look"))
		eio_store_take(c, s->store, esid, token, EIO_LOOK);
	else if (slice_eqs(verb, "drain"))
		eio_store_take(c, s->store, esid, token, EIO_DRAIN);
	else if (slice_eqs(verb, "abort"))
		eio_store_take(c, s->store, esid, token, EIO_ABORT);
	else if (slice_eqs(verb, "begin"))
		eio_store_begin(c, s->store, esid, token);
	else if (slice_eqs(verb, "push"))
		make_push(c, s);
	else if (slice_eqs(verb, "tick"))
		eio_store_tick(c, s->store, esid);
	else if (slice_eqs(verb, "join") || slice_eqs(verb, "leave"))
		make_room(c, s);
	else if (slice_eqs(verb, "recover"))
		eio_store_recover(
		    c, s->store, esid, s->arg[1], s->arg[2], number(s->arg[3]));
	else if (slice_eqs(verb, "ask"))
		eio_store_ask(c, s->store, esid, s->arg[1], s->arg[2],
		    s->n > 3 ? number(s->arg[3]) : 0);
	else if (slice_eqs(verb, "acked"))
		eio_store_acked(
		    c, s->store, esid, s->arg[1], number(s->arg[2]));
	else
		return false;
	return true;
}

static void
set_deadline(const struct step *s)
{
	struct redisReply *now = eio_fixture_redis(&f, "TIME");
	char words[200];

	(void)snprintf(words, sizeof(words), "HSET {t}:e:%s %.*s %lld", s->esid,
	    SLICE_ARG(s->arg[0]),
	    (long long)(rds_int(rds_at(now, 0)) * 1000 +
		rds_int(rds_at(now, 1)) / 1000 + number(s->arg[1])));
	rds_reply_free(now);
	/* It is there already: it is a deadline of this session. */
	CHECK(eio_fixture_int(&f, words) == 0);
}

/* The token of the last wake-up published since; 0: there was none. */
static int64_t
woken(void)
{
	int64_t token = 0;
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

/* Any command; its second word is a key behind the prefix. */
static void
redis_step(int line, const struct step *s)
{
	struct rds_command c = { .script = RDS_SCRIPT__MAX };
	char key[EIO_KEY_SIZE], integer[24];
	struct err e = ERR_INIT;
	struct redisReply *reply;
	struct slice got;

	(void)snprintf(key, sizeof(key), "{t}:%.*s", SLICE_ARG(s->arg[2]));
	for (int i = 1; i < s->n; i++)
		rds_word(&c, i == 2 ? slice_from(key) : s->arg[i]);
	reply = rds_call(f.rds, &c, &e);
	got = rds_text(reply);
	if (got.n == 0 && reply != NULL && !rds_is_null(reply)) {
		(void)snprintf(integer, sizeof(integer), "%lld",
		    (long long)rds_int(reply));
		got = slice_from(integer);
	}
	if (reply == NULL || rds_is_null(reply))
		got = SLICE("-");
	if (!slice_eq(got, s->verdict))
		(void)printf("# %s: %.*s\n", key, SLICE_ARG(got));
	CHECK_ROW(line, slice_eq(got, s->verdict));
	rds_reply_free(reply);
}

/* A step that looks at Redis or moves its clock. */
static void
look_step(int line, const struct step *s)
{
	static const char *const DEADLINE[] = { "due", "cto", "bin", "ad",
		"keep" };
	int64_t n = number(s->arg[1]);
	char words[100];

	for (size_t i = 0; i < COUNT(DEADLINE); i++)
		if (slice_eqs(s->arg[0], DEADLINE[i])) {
			set_deadline(s);
			return;
		}
	if (slice_eqs(s->arg[0], "sleep")) {
		clock_sleep_ms(n);
	} else if (slice_eqs(s->arg[0], "redis")) {
		redis_step(line, s);
	} else if (slice_eqs(s->arg[0], "keys")) {
		int64_t keys = eio_fixture_int(&f, "DBSIZE");

		if (keys != n)
			(void)printf("# keys %lld\n", (long long)keys);
		CHECK_ROW(line, keys == n);
	} else if (slice_eqs(s->arg[0], "leased")) {
		(void)snprintf(
		    words, sizeof(words), "HGET {t}:e:%s lt", s->esid);
		CHECK_ROW(line, eio_fixture_int(&f, words) == n);
	} else if (slice_eqs(s->arg[0], "queued")) {
		(void)snprintf(words, sizeof(words), "LLEN {t}:o:%s", s->esid);
		CHECK_ROW(line, eio_fixture_int(&f, words) == n);
	} else if (slice_eqs(s->arg[0], "wake")) {
		CHECK_ROW(line, woken() == n);
	} else {
		CHECK_ROW(line, !"a step that is known");
	}
}

static bool
same(const struct step *s, const struct eio_answer *a)
{
	if (!slice_eqs(s->verdict, VERDICTS[a->verdict]) ||
	    (s->number.n != 0 && number(s->number) != a->number) ||
	    (s->text.p != NULL && !slice_eq(s->text, a->text)) ||
	    (size_t)s->packets != a->n)
		return false;
	for (int i = 0; i < s->packets; i++)
		if (!slice_eq(s->packet[i], eio_answer_packet(a, (size_t)i)))
			return false;
	return true;
}

static void
compare(int line, const struct step *s, const struct eio_answer *a)
{
	if (same(s, a))
		return;
	(void)printf("# %.*s: %s #%lld (%.*s)", SLICE_ARG(s->arg[0]),
	    VERDICTS[a->verdict], (long long)a->number, SLICE_ARG(a->text));
	for (size_t i = 0; i < a->n; i++)
		(void)printf(" %.*s", SLICE_ARG(eio_answer_packet(a, i)));
	(void)printf("\n");
	CHECK_ROW(line, !"the answer expected");
}

static void
run_step(int line, const struct step *s)
{
	struct err e = ERR_INIT;
	struct eio_command c;
	struct eio_answer a;

	if (!make(&c, s)) {
		look_step(line, s);
	} else if (eio_store_run(f.rds, s->store, &c, &a, &e) != 0) {
		(void)printf("# %.*s: %s\n", SLICE_ARG(s->arg[0]), e.msg);
		CHECK_ROW(line, !"Redis answers");
	} else {
		compare(line, s, &a);
		eio_answer_fini(&a);
	}
}

static void
run_text(int line, struct slice text)
{
	struct arena arena = ARENA_INIT;
	struct step s = parse(arena_strdup(&arena, text), text.n);
	int64_t times = 1;

	if (s.n > 2 && slice_eqs(s.arg[0], "x")) {
		times = number(s.arg[1]);
		s.n -= 2;
		memmove(s.arg, s.arg + 2, (size_t)s.n * sizeof(s.arg[0]));
	}
	for (int64_t i = 0; s.n > 0 && i < times; i++)
		run_step(line, &s);
	arena_fini(&arena);
}

/* A history and the line it stands in. */
struct row {
	int line;
	const char *history;
};
#define ROW(history)              \
	{                         \
		__LINE__, history \
	}

static inline void
run_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct slice rest = slice_from(rows[i].history), one;

		rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
		(void)woken();
		while (slice_cut(&rest, ';', &one))
			run_text(rows[i].line, one);
	}
}

#define TEST_ROWS(name, rows)                \
	static void name(void)               \
	{                                    \
		run_rows(rows, COUNT(rows)); \
	}

static void
steps_init(void)
{
	eio_fixture_init(&f);
	listener = redisConnectUnix(f.redis.socket);
	freeReplyObject(redisCommand(listener, "PSUBSCRIBE {t}:wake:*"));
}

static void
steps_fini(void)
{
	redisFree(listener);
	eio_fixture_fini(&f);
}

/* Run a command that must be answered. */
static inline struct eio_answer
run(const struct eio_command *c, enum process who)
{
	struct err e = ERR_INIT;
	struct eio_answer a = { .verdict = VERDICT_GONE };

	if (eio_store_run(f.rds, &f.store[who], c, &a, &e) != 0) {
		(void)printf("# %s\n", e.msg);
		CHECK(!"Redis answers");
	}
	return a;
}

static inline enum eio_verdict
verdict(const struct eio_command *c, enum process who)
{
	struct eio_answer a = run(c, who);
	enum eio_verdict v = a.verdict;

	eio_answer_fini(&a);
	return v;
}

#endif
