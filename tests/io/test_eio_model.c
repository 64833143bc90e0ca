/*
 * The session scripts against a plain model: one session in memory, written
 * from the rules (lua/prelude.lua, the polling protocol's C, D, E) and not from
 * the scripts. Both are driven with the same random histories and must agree on
 * every verdict, on the packets and their order, and after each step on the
 * lease, the POST in progress and what is queued.
 *
 * In the first family nothing ever falls due; in the second deadlines are moved
 * into the past now and then. A history is sent as one pipeline. On a
 * difference the history is printed, with the seed that makes it again:
 *
 *      SEED=n HISTORIES=1 build/release/tests/io/test_eio_model
 */
#include "eio_model.h"

/*
 * A ping that was due in 1970 is not late with a timeout beyond all clocks, so
 * that deadlines can be set without knowing the time.
 */
#define TIMEOUT_MS INT64_C(10000000000000)
#define LATE       "100000000000000"

/* A history: each step a command, what it must answer, and the state then. */

struct step {
	struct eio_command c;
	struct rds_command plain; /* instead, moves a deadline */
	struct expected x;
	struct buf bytes; /* the packets pushed */
	struct slice *packet;
	char what[120];
	struct {
		enum life life;
		uint64_t lease, post;
		size_t queued, bytes;
	} after;
};

static struct step step[STEPS];
static uint32_t serial;

static void
step_packets(struct step *s, const struct push *p)
{
	s->packet = ck_calloc((size_t)p->n + 1, sizeof(*s->packet));
	s->bytes.n = 0;
	(void)buf_room(&s->bytes, (size_t)p->n * p->size + 16);
	for (int i = 0; i < p->n; i++) {
		char *at = s->bytes.p + (size_t)i * p->size;
		int n =
		    snprintf(at, 16, "4%08" PRIu32, p->serial + (uint32_t)i);

		memset(at + n, '.', p->size - (size_t)n);
		s->packet[i] = (struct slice){ at, p->size };
	}
}

static const char *const SPACES[] = { "", "/chat s1\n", "/ s0\n/chat s1\n" };
static const char *const LINES[] = { "/chat r1\n", "/chat room2\n" };

static struct push
any_push(bool big)
{
	struct push p = { .message = -1, .serial = serial, .size = 9 };

	if (chance(40))
		p.post = m.post != 0 && chance(85) ? m.post : 1 + any(TOKENS);
	p.pong = chance(25);
	if (chance(20))
		p.ns = SPACES[any(COUNT(SPACES))];
	if (chance(6))
		p.end = (enum eio_end)(1 + any(3));
	if (chance(40)) {
		p.message = (int)any(MESSAGES);
		p.rev = any(6);
		p.again = chance(20);
	}
	p.n = (int)any(4);
	if (big && chance(40))
		p.size = 9 + any(MESSAGE_BIG);
	else if (chance(2))
		p.n = (int)any(PUSHED_MAX);
	serial += (uint32_t)p.n;
	return p;
}

static void
step_push(struct step *s, enum process who, bool big)
{
	static const char *const MESSAGE[MESSAGES] = { "ma", "mb", "mc" };
	const struct push p = any_push(big);

	(void)snprintf(s->what, sizeof(s->what),
	    "push post=%" PRIu64 " pong=%d ns=%s end=%d msg=%d rev=%d n=%d "
	    "size=%zu",
	    p.post, p.pong, p.ns ? p.ns : "-", (int)p.end, p.message,
	    (int)p.rev, p.n, p.size);
	step_packets(s, &p);
	eio_store_push(&s->c, &f.store[who], SLICE(ESID),
	    &(struct eio_push){
		.post = p.post,
		.pong = p.pong,
		.ns_changed = p.ns != NULL,
		.ns = slice_from(p.ns),
		.end = p.end,
		.message = p.message < 0 ? SLICE_EMPTY
					 : slice_from(MESSAGE[p.message]),
		.rev = p.rev,
		.again = p.again,
		.packet = s->packet,
		.n = p.n,
	    });
	s->x = model_push(who, &p);
}

/* A deadline of now, or one so long ago that nothing can be made good. */
static void
step_deadline(struct step *s)
{
	/* One that is no deadline any more is not moved. */
	bool connect = !m.connected && chance(30);
	bool late = !connect && chance(15);

	(void)snprintf(s->what, sizeof(s->what), "past %s%s",
	    connect ? "cto" : "due", late ? ", late" : "");
	s->plain = rds_command("HSET", KEY("e"), connect ? "cto" : "due",
	    late ? "-" LATE : "1", NULL);
	if (connect) {
		m.connect_past = true;
		return;
	}
	m.due_past = true;
	m.late = late;
}

static void
step_take(struct step *s, enum process who)
{
	/* Mostly what a holder does; sometimes a stranger or an old token. */
	uint64_t token = m.lease != 0 && chance(80) ? m.lease : 1 + any(TOKENS);
	enum eio_why why = chance(70) ? EIO_LOOK
	    : chance(60)              ? EIO_DRAIN
				      : EIO_ABORT;

	if (m.lease != 0 && chance(80))
		who = m.holder;
	(void)snprintf(s->what, sizeof(s->what), "%c:take %" PRIu64 " why=%d",
	    "ABW"[who], token, (int)why);
	eio_store_take(&s->c, &f.store[who], SLICE(ESID), token, why);
	s->x = model_take(who, token, why);
}

static void
step_poll(struct step *s, enum process who)
{
	uint64_t token = 1 + any(TOKENS);

	(void)snprintf(
	    s->what, sizeof(s->what), "%c:poll %" PRIu64, "ABW"[who], token);
	eio_store_poll(&s->c, &f.store[who], SLICE(ESID), token);
	s->x = model_poll(who, token);
}

static void
step_begin(struct step *s, enum process who)
{
	uint64_t token = 1 + any(TOKENS);

	(void)snprintf(s->what, sizeof(s->what), "begin %" PRIu64, token);
	eio_store_begin(&s->c, &f.store[who], SLICE(ESID), token);
	s->x = model_begin(token);
}

static void
step_rare(struct step *s, enum process who)
{
	const struct eio_store *st = &f.store[who];
	const char *line = LINES[any(COUNT(LINES))];
	bool join = chance(70);
	int64_t id;

	switch (any(6)) {
	case 4:
		(void)snprintf(s->what, sizeof(s->what), "quit");
		eio_store_quit(&s->c, st, SLICE(ESID), SLICE("/chat"));
		s->x = model_quit();
		break;
	case 0:
	case 1:
		(void)snprintf(
		    s->what, sizeof(s->what), "room %d %s", join, line);
		eio_store_room(&s->c, st, SLICE(ESID), join, slice_from(line));
		s->x = model_room(join, line);
		break;
	case 2:
		(void)snprintf(s->what, sizeof(s->what), "ask");
		eio_store_ask(
		    &s->c, st, SLICE(ESID), SLICE("/chat"), SLICE("waiting"));
		s->x = model_ask();
		break;
	case 3:
		id = any((uint32_t)m.asked + 1);
		(void)snprintf(s->what, sizeof(s->what), "acked %d", (int)id);
		eio_store_acked(&s->c, st, SLICE(ESID), SLICE("/chat"), id);
		s->x = model_acked(id);
		break;
	default:
		(void)snprintf(s->what, sizeof(s->what), "tick");
		eio_store_tick(&s->c, st, SLICE(ESID));
		s->x = model_tick();
		break;
	}
}

static void
step_make(struct step *s, bool deadlines, bool big)
{
	enum process who = chance(50) ? PROC_A : PROC_B;
	uint32_t what = any(100);

	s->c.c.n = s->plain.n = 0;
	s->packet = NULL;
	if (m.life == NEVER && chance(70)) {
		(void)snprintf(s->what, sizeof(s->what), "open");
		eio_store_open(
		    &s->c, &f.store[who], SLICE(ESID), 4, SLICE("who"));
		s->x = model_open();
	} else if (deadlines && m.life == OPEN && what < 12) {
		step_deadline(s);
	} else if (what < 40) {
		step_push(s, chance(30) ? PROC_W : who, big);
	} else if (what < 58) {
		/* A second GET at once ends the session: not too often. */
		if (m.lease != 0 && chance(75))
			step_take(s, who);
		else
			step_poll(s, who);
	} else if (what < 75) {
		step_take(s, who);
	} else if (what < 85) {
		if (m.post != 0 && chance(75))
			step_push(s, who, big);
		else
			step_begin(s, who);
	} else {
		step_rare(s, who);
	}
	s->after.life = m.life;
	s->after.lease = m.lease;
	s->after.post = m.post;
	s->after.queued = m.n;
	/* Of what is left of a closed session nobody counts the bytes. */
	s->after.bytes = m.life == OPEN ? queued_bytes() : 0;
}

/* Comparison. */

static bool
same_packet(struct slice got, struct packet want)
{
	int64_t n = 0;

	if (got.n != want.size || got.p[0] != want.control)
		return false;
	if (want.control != '4')
		return true;
	return got.n >= 9 &&
	    num_parse(slice_sub(got, 1, 8), 0, UINT32_MAX, &n) &&
	    n == want.serial;
}

static const char *
differs(const struct step *s, const struct eio_answer *a)
{
	if (a->verdict != s->x.verdict)
		return "verdict";
	if (s->x.has_text && !slice_eqs(a->text, s->x.text))
		return "text";
	if (a->n != s->x.n)
		return "number of packets";
	for (size_t i = 0; i < a->n; i++)
		if (!same_packet(
			eio_answer_packet(a, i), expect_packet[s->x.from + i]))
			return "packets";
	if ((a->verdict == VERDICT_PARK || a->verdict == VERDICT_WAIT) &&
	    (a->ms <= 0 || a->ms > 2 * TIMEOUT_MS))
		return "time to wait";
	return NULL;
}

/* `state`: HMGET of v st lt post ob; `queued`: LLEN of the outbox. */
static const char *
state_differs(
    const struct step *s, const struct redisReply *state, int64_t queued)
{
	static const char *const ST[] = { "", "", "x", "l" };

	if (rds_is_null(rds_at(state, 0)) != (s->after.life == NEVER))
		return "life";
	if (!slice_eqs(rds_text(rds_at(state, 1)), ST[s->after.life]))
		return "state";
	if ((uint64_t)rds_int(rds_at(state, 2)) != s->after.lease)
		return "lease";
	if ((uint64_t)rds_int(rds_at(state, 3)) != s->after.post)
		return "POST";
	if ((size_t)queued != s->after.queued)
		return "what is queued";
	if (s->after.life == OPEN &&
	    (size_t)rds_int(rds_at(state, 4)) != s->after.bytes)
		return "bytes queued";
	return NULL;
}

#define PER_STEP 3
static struct rds_command commands[STEPS * PER_STEP + 1];
static struct redisReply *replies[STEPS * PER_STEP + 1];

static void
report(uint64_t seed, int last, const char *why)
{
	(void)printf(
	    "# SEED=%" PRIu64 " differs at step %d: %s\n", seed, last, why);
	for (int i = 0; i <= last; i++) {
		for (char *p = step[i].what; *p != '\0'; p++)
			if (*p == '\n')
				*p = '|';
		(void)printf("#   %2d %s -> %d (%zu packets)\n", i,
		    step[i].what, (int)step[i].x.verdict, step[i].x.n);
	}
}

static const char *
judge(int i)
{
	struct eio_answer a = { .verdict = VERDICT_GONE };
	const char *why = NULL;
	int at = 1 + i * PER_STEP;

	if (step[i].plain.n == 0) {
		eio_answer_read(&a, replies[at]);
		why = differs(&step[i], &a);
		if (rds_is_error(replies[at]))
			(void)printf("# the script %s failed\n", step[i].what);
	}
	if (why == NULL)
		why = state_differs(
		    &step[i], replies[at + 1], rds_int(replies[at + 2]));
	return why;
}

static bool
run_history(uint64_t seed, bool deadlines, bool big)
{
	struct err e = ERR_INIT;
	const char *why = NULL;

	random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	for (int i = 0; i < 8; i++)
		(void)any(2);
	forget();
	expect_n = 0;
	serial = 1;
	commands[0] = rds_command("FLUSHALL", NULL);
	for (int i = 0; i < STEPS; i++) {
		int at = 1 + i * PER_STEP;

		step_make(&step[i], deadlines, big);
		commands[at] =
		    step[i].plain.n != 0 ? step[i].plain : step[i].c.c;
		commands[at + 1] = rds_command(
		    "HMGET", KEY("e"), "v", "st", "lt", "post", "ob", NULL);
		commands[at + 2] = rds_command("LLEN", KEY("o"), NULL);
	}
	if (rds_pipeline(f.rds, commands, COUNT(commands), replies, &e) != 0) {
		(void)printf("# %s\n", e.msg);
		return false;
	}
	for (int i = 0; i < STEPS && why == NULL; i++) {
		why = judge(i);
		if (why != NULL)
			report(seed, i, why);
	}
	for (size_t i = 0; i < COUNT(replies); i++)
		rds_reply_free(replies[i]);
	for (int i = 0; i < STEPS; i++)
		free(step[i].packet);
	return why == NULL;
}

static int64_t
number_from(const char *variable, int64_t usual)
{
	const char *text = getenv(variable);
	int64_t n;

	if (text == NULL || !num_parse(slice_from(text), 0, INT64_MAX, &n))
		return usual;
	return n;
}

static void
run_family(bool deadlines, bool big, int64_t share)
{
	int64_t seed = number_from("SEED", clock_wall_ms());
	int64_t n = number_from("HISTORIES", HISTORIES) / share;

	(void)printf("# SEED=%lld HISTORIES=%lld\n", (long long)seed,
	    (long long)(n > 0 ? n : 1));
	for (int64_t i = 0; i < n || i == 0; i++) {
		CHECK(run_history((uint64_t)(seed + i), deadlines, big));
		if (check_failed)
			return;
	}
}

static void
test_without_deadlines(void)
{
	run_family(false, false, 2);
}

static void
test_with_deadlines(void)
{
	run_family(true, false, 2);
}

/* Packets of up to 700 KB: the bounds of outbox and answer. */
static void
test_big_packets(void)
{
	run_family(true, true, 40);
}

int
main(void)
{
	int rc;

	eio_fixture_init(&f);
	/* Nothing falls due by itself. */
	for (int i = 0; i < PROC__MAX; i++) {
		f.store[i].ping_interval_ms = 10000000;
		f.store[i].ping_timeout_ms = TIMEOUT_MS;
		f.store[i].connect_timeout_ms = 10000000;
	}
	rc = check_main((struct check_case[]){
	    CHECK_CASE(test_without_deadlines), CHECK_CASE(test_with_deadlines),
	    CHECK_CASE(test_big_packets), { NULL, NULL } });
	for (int i = 0; i < STEPS; i++)
		buf_fini(&step[i].bytes);
	eio_fixture_fini(&f);
	return rc;
}
