/*
 * The session scripts against a plain model: two sessions in memory, between
 * which sockets move, written from the rules (lua/prelude.lua, the polling
 * protocol's C, D, E, L) and not from the scripts. Both are driven with the same
 * random histories and must agree on every verdict, on the packets and their
 * order, and after each step on the leases, the POSTs in progress, the sockets,
 * what is queued, and how many keys there are.
 *
 * In the first family nothing ever falls due; in the second deadlines are moved
 * into the past now and then; in the third packets are large. A history is sent
 * as one pipeline. On a difference the history is printed, with the seed that
 * makes it again:
 *
 *      SEED=n HISTORIES=1 build/release/tests/io/test_eio_model
 */
#include "eio_model_steps.h"

#define HISTORIES 1000

static const char *
differs(const struct step *st, const struct eio_answer *a)
{
	const struct expected *x = &st->x;
	struct buf want = BUF_INIT;
	const char *why = NULL;

	if (a->verdict != x->verdict)
		return "verdict";
	if (x->has_text && !slice_eqs(a->text, x->text))
		return "text";
	if (x->has_number && a->number != x->number)
		return "number";
	if (a->n != x->n)
		return "number of packets";
	for (size_t i = 0; i < a->n && why == NULL; i++) {
		buf_clear(&want);
		packet_write(&want, &expect_packet[x->from + i]);
		if (!slice_eq(eio_answer_packet(a, i), buf_slice(&want)))
			why = "packets";
	}
	buf_fini(&want);
	if ((a->verdict == VERDICT_PARK || a->verdict == VERDICT_WAIT) &&
	    (a->number <= 0 || a->number > 2 * TIMEOUT_MS))
		why = "time to wait";
	return why;
}

/* `state`: HMGET of FIELDS; `queued`: LLEN of the outbox. */
#define FIELDS "v", "st", "lt", "post", "ob", "ns", "bin"
static const char *
state_differs(
    const struct after *want, const struct redisReply *state, int64_t queued)
{
	static const char *const ST[] = { "", "", "x", "l", "d" };

	if (rds_is_null(rds_at(state, 0)) != (want->life == NEVER))
		return "life";
	if (!slice_eqs(rds_text(rds_at(state, 1)), ST[want->life]))
		return "state";
	if ((uint64_t)rds_int(rds_at(state, 2)) != want->lease)
		return "lease";
	if ((uint64_t)rds_int(rds_at(state, 3)) != want->post)
		return "POST";
	if ((size_t)queued != want->queued)
		return "what is queued";
	if (want->life == OPEN &&
	    (size_t)rds_int(rds_at(state, 4)) != want->bytes)
		return "bytes queued";
	if (!slice_eqs(rds_text(rds_at(state, 5)), want->list))
		return "sockets";
	if (want->life == OPEN &&
	    (rds_int(rds_at(state, 6)) > 0) != want->parts)
		return "parts";
	return NULL;
}

/* The command, then two for the state of each session, and DBSIZE. */
#define PER_STEP (2 + 2 * SESSIONS)
/* At the end: who is in each room, and each recoverable socket. */
#define LAST (NSPS * (ROOMS + 1) + SOCKETS)
static struct rds_command commands[1 + STEPS * PER_STEP + LAST];
static struct redisReply *replies[1 + STEPS * PER_STEP + LAST];

static const char *
judge(int i)
{
	struct eio_answer a = { .verdict = VERDICT_GONE };
	struct redisReply **reply = &replies[1 + i * PER_STEP];
	const char *why = NULL;

	if (step[i].plain.n == 0) {
		if (rds_is_error(reply[0]))
			(void)printf("# the script %s failed\n", step[i].what);
		eio_answer_read(&a, reply[0]);
		why = differs(&step[i], &a);
	}
	for (int k = 0; k < SESSIONS && why == NULL; k++)
		why = state_differs(&step[i].after[k], reply[1 + 2 * k],
		    rds_int(reply[2 + 2 * k]));
	if (why == NULL && rds_int(reply[PER_STEP - 1]) != step[i].keys)
		why = "number of keys";
	return why;
}

/* The members of a room are its sockets, where they are. */
static bool
room_differs(const struct redisReply *all, int nsp, int room)
{
	size_t members = 0;

	for (int k = 0; k < n_sockets; k++)
		members += is_member(&sockets[k], nsp, room);
	if (rds_count(all) != 2 * members)
		return true;
	for (size_t i = 0; i < members; i++) {
		struct slice ssid = rds_text(rds_at(all, 2 * i));
		int64_t k = -1;

		if (!num_parse(slice_from_at(ssid, 1), 0, n_sockets - 1, &k) ||
		    !is_member(&sockets[k], nsp, room) ||
		    !slice_eqs(rds_text(rds_at(all, 2 * i + 1)),
			ESID[sockets[k].session]))
			return true;
	}
	return false;
}

/* `got`: HMGET of esid seq lost n bytes of its pid. */
static bool
socket_differs(const struct redisReply *got, const struct socket *k)
{
	if (!k->there || !k->recoverable)
		return !rds_is_null(rds_at(got, 0));
	return !slice_eqs(rds_text(rds_at(got, 0)), ESID[k->session]) ||
	    rds_int(rds_at(got, 1)) != k->seq ||
	    rds_int(rds_at(got, 2)) != k->lost ||
	    (size_t)rds_int(rds_at(got, 3)) != k->n ||
	    (size_t)rds_int(rds_at(got, 4)) != log_bytes(k);
}

static const char *
judge_end(void)
{
	struct redisReply **reply = &replies[1 + STEPS * PER_STEP];

	for (int nsp = 0; nsp < NSPS; nsp++)
		for (int room = 0; room <= ROOMS; room++)
			if (room_differs(*reply++, nsp, room))
				return "who is in a room";
	for (int k = 0; k < n_sockets; k++)
		if (socket_differs(*reply++, &sockets[k]))
			return "the log of a socket";
	return NULL;
}

/* A history is made, sent and judged. */

static int
make_steps(bool deadlines, bool big)
{
	int n = 0;

	commands[n++] = rds_command("FLUSHALL", NULL);
	for (int i = 0; i < STEPS; i++) {
		step_make(&step[i], deadlines, big);
		commands[n++] =
		    step[i].plain.n != 0 ? step[i].plain : step[i].c.c;
		for (int k = 0; k < SESSIONS; k++) {
			struct arena *a = &step[i].arena;

			commands[n++] = rds_command("HMGET",
			    arena_printf(a, "{t}:e:%s", ESID[k]), FIELDS, NULL);
			commands[n++] = rds_command(
			    "LLEN", arena_printf(a, "{t}:o:%s", ESID[k]), NULL);
		}
		commands[n++] = rds_command("DBSIZE", NULL);
	}
	return n;
}

static int
make_end(int n, struct arena *a)
{
	for (int nsp = 0; nsp < NSPS; nsp++)
		for (int room = 0; room <= ROOMS; room++)
			commands[n++] = rds_command("HGETALL",
			    arena_printf(a, "{t}:room:%s,%s", NSP[nsp],
				room == ROOMS ? "" : ROOM[room]),
			    NULL);
	for (int k = 0; k < n_sockets; k++)
		commands[n++] = rds_command("HMGET",
		    arena_printf(a, "{t}:p:%06d-secret", k), "esid", "seq",
		    "lost", "n", "bytes", NULL);
	return n;
}

static void
report(uint64_t seed, int last, const char *why)
{
	(void)printf(
	    "# SEED=%" PRIu64 " differs at step %d: %s\n", seed, last, why);
	for (int i = 0; i <= last && i < STEPS; i++) {
		for (char *p = step[i].what; *p != '\0'; p++)
			if (*p == '\n')
				*p = '|';
		(void)printf("#   %2d %s -> %d (%zu packets)\n", i,
		    step[i].what, (int)step[i].x.verdict, step[i].x.n);
	}
}

static bool
run_history(uint64_t seed, bool deadlines, bool big)
{
	struct arena arena = ARENA_INIT;
	struct err e = ERR_INIT;
	const char *why = NULL;
	int n;

	random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	for (int i = 0; i < 8; i++)
		(void)any(2);
	model_reset();
	serial = 1;
	n = make_end(make_steps(deadlines, big), &arena);
	if (rds_pipeline(f.rds, commands, n, replies, &e) != 0) {
		(void)printf("# %s\n", e.msg);
		return false;
	}
	for (int i = 0; i < STEPS && why == NULL; i++) {
		why = judge(i);
		if (why != NULL)
			report(seed, i, why);
	}
	if (why == NULL && (why = judge_end()) != NULL)
		report(seed, STEPS, why);
	for (int i = 0; i < n; i++)
		rds_reply_free(replies[i]);
	for (int i = 0; i < STEPS; i++)
		arena_fini(&step[i].arena);
	arena_fini(&arena);
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

/* Packets of up to 700 KB: the bounds of outbox, answer and log. */
static void
test_big_packets(void)
{
	run_family(true, true, 40);
}

/* Any script, alone. */
static bool
sweep_once(void)
{
	struct eio_command c;
	struct eio_answer a = { .verdict = VERDICT_GONE };
	struct err e = ERR_INIT;

	eio_store_sweep(&c, &f.store[PROC_A], 0, 1, 1);
	if (eio_store_run(f.rds, &f.store[PROC_A], &c, &a, &e) != 0)
		return false;
	eio_answer_fini(&a);
	return true;
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
		f.store[i].recovery_ms = 10000000;
	}
	/* A pipeline is in order once Redis has the scripts. */
	if (!sweep_once())
		redis_give_up("no scripts");
	rc = check_main((struct check_case[]){
	    CHECK_CASE(test_without_deadlines), CHECK_CASE(test_with_deadlines),
	    CHECK_CASE(test_big_packets), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}
