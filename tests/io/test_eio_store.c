/* The session scripts at their bounds, in real time, and hostile replies. */
#include "eio_steps.h"

static void
fresh(void)
{
	struct eio_command c;

	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	eio_store_open(&c, &f.store[PROC_A], E, EIO_V4, true, SLICE_EMPTY);
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
}

/* `n` packets of `size` bytes. */
static enum eio_verdict
push_many(int n, size_t size)
{
	static struct slice packets[MAX_PACKETS + 1];
	static char bytes[2100000];
	struct eio_command c;

	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < n; i++)
		packets[i] = (struct slice){ bytes, size };
	eio_store_push(&c, &f.store[PROC_W], E,
	    &(struct eio_push){
		.packet = packets, .n = n, .parts_ms = EIO_PARTS_AS_THEY_ARE });
	return verdict(&c, PROC_W);
}

static struct eio_answer
poll_now(uint64_t token)
{
	struct eio_command c;

	eio_store_poll(&c, &f.store[PROC_A], E, token);
	return run(&c, PROC_A);
}

static void
test_bounds(void)
{
	static const struct {
		int line;
		int n1;
		size_t size1;
		int n2;
		size_t size2;
		enum eio_verdict second;
	} CASES[] = {
		{ __LINE__, 1000, 1, 0, 0, VERDICT_OK },
		{ __LINE__, 1000, 1, 1, 1, VERDICT_OVERFLOW },
		{ __LINE__, 999, 1, 1, 1, VERDICT_OK },
		{ __LINE__, 1, 1, 1000, 1, VERDICT_OK },
		{ __LINE__, 1, 1999999, 1, 1, VERDICT_OK },
		{ __LINE__, 1, 1999999, 1, 2, VERDICT_OVERFLOW },
		{ __LINE__, 1, 1000000, 1, 1000000, VERDICT_OK },
		{ __LINE__, 0, 0, 1001, 1, VERDICT_OK },
		{ __LINE__, 0, 0, 1, 2000001, VERDICT_OVERFLOW },
	};

	for (size_t i = 0; i < COUNT(CASES); i++) {
		enum eio_verdict v;

		fresh();
		CHECK_ROW(CASES[i].line,
		    push_many(CASES[i].n1, CASES[i].size1) == VERDICT_OK);
		v = push_many(CASES[i].n2, CASES[i].size2);
		CHECK_ROW(CASES[i].line, v == CASES[i].second);
		/* An overflow closes the session. */
		CHECK_ROW(CASES[i].line,
		    (eio_fixture_int(&f, "EXISTS " KEY("e")) == 0) ==
			(v == VERDICT_OVERFLOW));
	}
}

/* An answer carries 1,000,000 bytes, or one packet; the rest comes next. */
static void
test_answer_bound(void)
{
	static const struct {
		int line;
		int n;
		size_t size, first, second;
	} CASES[] = {
		{ __LINE__, 4, 500000, 2, 2 },
		{ __LINE__, 2, 500001, 1, 1 },
		{ __LINE__, 1, 1500000, 1, 0 },
		{ __LINE__, 3, 600000, 1, 1 },
		{ __LINE__, 1000, 1000, 1000, 0 },
		{ __LINE__, 1000, 1001, 999, 1 },
	};

	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct eio_answer a;

		fresh();
		CHECK_ROW(CASES[i].line,
		    push_many(CASES[i].n, CASES[i].size) == VERDICT_OK);
		a = poll_now(1);
		CHECK_ROW(CASES[i].line, a.n == CASES[i].first);
		eio_answer_fini(&a);
		/* What is counted is what is there. */
		CHECK_ROW(CASES[i].line,
		    eio_fixture_int(&f, "HGET " KEY("e") " ob") ==
			((int64_t)CASES[i].n - (int64_t)CASES[i].first) *
			    (int64_t)CASES[i].size);
		a = poll_now(2);
		CHECK_ROW(CASES[i].line, a.n == CASES[i].second);
		CHECK_ROW(CASES[i].line,
		    (a.verdict == VERDICT_PARK) == (CASES[i].second == 0));
		eio_answer_fini(&a);
	}
}

/* More is left than one answer carries when the session is closed. */
static void
test_close_in_parts(void)
{
	struct eio_command c;
	struct eio_answer a;

	fresh();
	CHECK(push_many(3, 600000) == VERDICT_OK);
	eio_store_push(&c, &f.store[PROC_W], E,
	    &(struct eio_push){
		.end = EIO_END_SOFT, .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_W) == VERDICT_CLOSED);
	/* The close packet comes alone. */
	for (uint64_t token = 1; token <= 4; token++) {
		a = poll_now(token);
		CHECK(a.verdict == VERDICT_PACKETS);
		CHECK(a.n == 1);
		CHECK((eio_answer_packet(&a, 0).n == 1) == (token == 4));
		eio_answer_fini(&a);
	}
	a = poll_now(5);
	CHECK(a.verdict == VERDICT_GONE);
	eio_answer_fini(&a);
	CHECK(eio_fixture_int(&f, "DBSIZE") == 0);
}

/* A held GET takes the first part, the next GET the rest. */
static void
test_close_in_parts_held(void)
{
	struct eio_command c;
	struct eio_answer a;

	fresh();
	a = poll_now(1);
	CHECK(a.verdict == VERDICT_PARK);
	eio_answer_fini(&a);
	CHECK(push_many(3, 600000) == VERDICT_OK);
	eio_store_push(&c, &f.store[PROC_W], E,
	    &(struct eio_push){
		.end = EIO_END_SOFT, .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_W) == VERDICT_CLOSED);
	eio_store_take(&c, &f.store[PROC_A], E, 1, EIO_LOOK);
	a = run(&c, PROC_A);
	CHECK(a.verdict == VERDICT_PACKETS && a.n == 1);
	eio_answer_fini(&a);
	a = poll_now(2);
	CHECK(a.verdict == VERDICT_PACKETS && a.n == 1);
	eio_answer_fini(&a);
	a = poll_now(3);
	CHECK(a.verdict == VERDICT_PACKETS && a.n == 1);
	eio_answer_fini(&a);
	a = poll_now(4);
	CHECK(a.verdict == VERDICT_PACKETS && a.n == 1);
	CHECK_SLICE(eio_answer_packet(&a, 0), "1");
	eio_answer_fini(&a);
	CHECK(eio_fixture_int(&f, "DBSIZE") == 0);
}

static void
test_delivery(void)
{
	struct eio_command c;
	struct eio_answer a;
	const struct slice packets[] = { SLICE("4a"), SLICE("4b") };

	fresh();
	a = poll_now(42);
	eio_answer_fini(&a);
	f.deliveries = 0;
	eio_store_push(&c, &f.store[PROC_A], E,
	    &(struct eio_push){
		.packet = packets, .n = 2, .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_A) == VERDICT_DELIVER);
	CHECK(f.deliveries == 1 && f.token == 42);
	CHECK_SLICE(buf_slice(&f.payload),
	    "4a\x1e"
	    "4b");
}

/* Every key of a session has an end, whatever happens to it. */
static void
test_every_key_expires(void)
{
	static const char *const KEYS[] = { "PTTL " KEY("e"), "PTTL " KEY("o"),
		"PTTL " KEY("r") };
	struct eio_command c;

	fresh();
	eio_store_push(&c, &f.store[PROC_W], E,
	    &(struct eio_push){ .message = SLICE("m"),
		.rev = 1,
		.packet = &SLICE("4a"),
		.n = 1,
		.parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_W) == VERDICT_OK);
	for (size_t i = 0; i < COUNT(KEYS); i++)
		CHECK(eio_fixture_int(&f, KEYS[i]) > 60000);
	eio_store_push(&c, &f.store[PROC_W], E,
	    &(struct eio_push){
		.end = EIO_END_SOFT, .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_W) == VERDICT_CLOSED);
	for (size_t i = 0; i < 2; i++) {
		CHECK(eio_fixture_int(&f, KEYS[i]) > 0);
		CHECK(eio_fixture_int(&f, KEYS[i]) <= 30000);
	}
}

/* Real time: ping, pong, and the end of a session that does not answer. */
static void
test_heartbeat(void)
{
	struct eio_store fast = f.store[PROC_A];
	struct eio_command c;
	struct eio_answer a;

	fast.ping_interval_ms = 60;
	/* A loaded machine may look late. */
	fast.ping_timeout_ms = 400;
	fast.connect_timeout_ms = 0;
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	eio_store_open(&c, &fast, E, EIO_V4, true, SLICE_EMPTY);
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	a = poll_now(1);
	CHECK(a.verdict == VERDICT_PARK && a.number > 0 && a.number <= 60);
	eio_answer_fini(&a);
	clock_sleep_ms(70);
	eio_store_take(&c, &fast, E, 1, EIO_LOOK);
	a = run(&c, PROC_A);
	CHECK(a.verdict == VERDICT_PACKETS && a.n == 1);
	CHECK_SLICE(eio_answer_packet(&a, 0), "2");
	eio_answer_fini(&a);
	eio_store_push(&c, &fast, E,
	    &(struct eio_push){
		.alive = true, .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	clock_sleep_ms(70);
	eio_store_tick(&c, &fast, E);
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	clock_sleep_ms(fast.ping_timeout_ms + 10);
	eio_store_tick(&c, &fast, E);
	CHECK(verdict(&c, PROC_A) == VERDICT_CLOSED);
	CHECK(eio_fixture_int(&f, "DBSIZE") == 0);
}

static struct eio_answer
sweep(int64_t claim_ms, int limit)
{
	struct eio_command c;

	eio_store_sweep(&c, &f.store[PROC_A], SHARD, claim_ms, limit);
	return run(&c, PROC_A);
}

static void
test_sweep(void)
{
	struct eio_answer a;

	fresh();
	a = sweep(1000, 10);
	CHECK(a.verdict == VERDICT_OK && a.n == 0);
	eio_answer_fini(&a);
	rds_reply_free(eio_fixture_redis(
	    &f, "ZADD {t}:due:03 5 " ESID " 6 second 7 third"));
	/* Not more than asked for, the oldest first, and each once. */
	a = sweep(40, 2);
	CHECK(a.n == 2);
	CHECK_SLICE(eio_answer_packet(&a, 0), ESID);
	CHECK_SLICE(eio_answer_packet(&a, 1), "second");
	eio_answer_fini(&a);
	a = sweep(40, 10);
	CHECK(a.n == 1);
	CHECK_SLICE(eio_answer_packet(&a, 0), "third");
	eio_answer_fini(&a);
	/* The claimer died: after the claim they are due again. */
	clock_sleep_ms(60);
	a = sweep(40, 10);
	CHECK(a.n == 3);
	eio_answer_fini(&a);
}

/* What a session follows is bounded: the list of revisions starts anew. */
static void
test_many_messages(void)
{
	struct eio_command c;
	char message[24];

	fresh();
	for (int i = 0; i < 600; i++) {
		(void)snprintf(message, sizeof(message), "m%d", i);
		eio_store_push(&c, &f.store[PROC_W], E,
		    &(struct eio_push){ .message = slice_from(message),
			.rev = 1,
			.parts_ms = EIO_PARTS_AS_THEY_ARE });
		CHECK(verdict(&c, PROC_W) == VERDICT_OK);
	}
	CHECK(eio_fixture_int(&f, "HLEN " KEY("r")) <= 501);
}

/* Packets are bytes: NUL, line ends and the separator's neighbours. */
static void
test_bytes(void)
{
	const struct slice packet = { "4\0\n\r\x1d\xff $", 8 };
	struct eio_command c;
	struct eio_answer a;

	fresh();
	eio_store_push(&c, &f.store[PROC_W], E,
	    &(struct eio_push){
		.packet = &packet, .n = 1, .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_W) == VERDICT_OK);
	a = poll_now(1);
	CHECK(a.n == 1 && slice_eq(eio_answer_packet(&a, 0), packet));
	eio_answer_fini(&a);
}

/* A socket may be in so many rooms, and its session's sockets together. */
static void
test_rooms_full(void)
{
	struct sio_socket so = { .nsp = SLICE("/n"),
		.ssid = SLICE("S"),
		.pid = SLICE_EMPTY,
		.esid = E,
		.fresh = true };
	struct eio_command c;
	char room[24];
	int n = 0;

	fresh();
	for (enum eio_verdict v = VERDICT_OK; v == VERDICT_OK; n++) {
		(void)snprintf(room, sizeof(room), "r%d", n);
		eio_store_room(
		    &c, &f.store[PROC_A], true, &so, slice_from(room));
		v = verdict(&c, PROC_A);
		CHECK(v == VERDICT_OK || v == VERDICT_FULL);
	}
	CHECK(n == 1001);
	CHECK(eio_fixture_int(&f, "EXISTS {t}:room:/n,r1000") == 0);
	/* The one it is in is none too many. */
	eio_store_room(&c, &f.store[PROC_A], true, &so, SLICE("r7"));
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	eio_store_room(&c, &f.store[PROC_A], false, &so, SLICE("r7"));
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	eio_store_room(&c, &f.store[PROC_A], true, &so, SLICE("r1000"));
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	eio_store_push(&c, &f.store[PROC_A], E,
	    &(struct eio_push){
		.end = EIO_END_CLOSE, .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_A) == VERDICT_CLOSED);
	CHECK(eio_fixture_int(&f, "DBSIZE") == 0);
}

/* A client may owe some 1,000 acks, until its socket leaves. */
static void
test_asks_full(void)
{
	struct eio_command c;
	int n = 0;

	fresh();
	eio_store_push(&c, &f.store[PROC_A], E,
	    &(struct eio_push){
		.ns = SLICE("+/n S\n"), .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	for (enum eio_verdict v = VERDICT_OK; v == VERDICT_OK; n++) {
		eio_store_ask(&c, &f.store[PROC_A], E, SLICE("/n"),
		    SLICE("waiting"), n % 2 ? 60000 : 0);
		v = verdict(&c, PROC_A);
		CHECK(v == VERDICT_OK || v == VERDICT_FULL);
	}
	CHECK(n > 950 && n <= 1001);
	eio_store_acked(&c, &f.store[PROC_A], E, SLICE("/n"), 500);
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	eio_store_ask(
	    &c, &f.store[PROC_A], E, SLICE("/n"), SLICE("waiting"), 0);
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	eio_store_push(&c, &f.store[PROC_A], E,
	    &(struct eio_push){
		.ns = SLICE("-/n\n"), .parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(verdict(&c, PROC_A) == VERDICT_OK);
	CHECK(eio_fixture_int(&f, "HLEN " KEY("e")) < 50);
}

/* Many in one round trip, and what an error reply among them does. */
static void
test_batch(void)
{
	static struct eio_command c[EIO_BATCH_MAX];
	struct eio_answer a[EIO_BATCH_MAX];
	struct err e = ERR_INIT;
	const struct slice one = SLICE("4a");

	fresh();
	for (int i = 0; i < EIO_BATCH_MAX; i++)
		eio_store_push(&c[i], &f.store[PROC_W], E,
		    &(struct eio_push){ .packet = &one,
			.n = 1,
			.parts_ms = EIO_PARTS_AS_THEY_ARE });
	CHECK(eio_store_run_many(
		  f.rds, &f.store[PROC_W], c, EIO_BATCH_MAX, a, &e) == 0);
	for (int i = 0; i < EIO_BATCH_MAX; i++) {
		CHECK(a[i].verdict == VERDICT_OK);
		eio_answer_fini(&a[i]);
	}
	CHECK(eio_fixture_int(&f, "LLEN " KEY("o")) == EIO_BATCH_MAX);
	rds_reply_free(eio_fixture_redis(&f, "CONFIG SET maxmemory 1"));
	CHECK(eio_store_run_many(f.rds, &f.store[PROC_W], c, 2, a, &e) == -1);
	CHECK(e.code == ERR_UNAVAILABLE);
	CHECK(eio_store_run(f.rds, &f.store[PROC_W], &c[0], &a[0], &e) == -1);
	CHECK(e.code == ERR_UNAVAILABLE);
	rds_reply_free(eio_fixture_redis(&f, "CONFIG SET maxmemory 0"));
	CHECK(verdict(&c[0], PROC_W) == VERDICT_OK);
}

/* Replies of every odd shape, written in RESP. */
static const struct {
	int line;
	const char *resp;
	enum eio_verdict verdict;
	int64_t number;
	const char *text;
	size_t n;
} REPLIES[] = {
	{ __LINE__, "*3\r\n$2\r\nok\r\n:7\r\n$1\r\nx\r\n", VERDICT_OK, 7, "x",
	    0 },
	{ __LINE__, "*4\r\n+park\r\n$2\r\n12\r\n$0\r\n\r\n$1\r\np\r\n",
	    VERDICT_PARK, 12, "", 1 },
	{ __LINE__, "$-1\r\n", VERDICT_GONE, 0, "", 0 },
	{ __LINE__, "*-1\r\n", VERDICT_GONE, 0, "", 0 },
	{ __LINE__, "*0\r\n", VERDICT_GONE, 0, "", 0 },
	{ __LINE__, ":5\r\n", VERDICT_GONE, 0, "", 0 },
	{ __LINE__, "+ok\r\n", VERDICT_GONE, 0, "", 0 },
	{ __LINE__, "$2\r\nok\r\n", VERDICT_GONE, 0, "", 0 },
	{ __LINE__, "-ERR no\r\n", VERDICT_GONE, 0, "", 0 },
	{ __LINE__, "*1\r\n$2\r\nok\r\n", VERDICT_OK, 0, "", 0 },
	{ __LINE__, "*3\r\n:1\r\n:2\r\n:3\r\n", VERDICT_GONE, 2, "", 0 },
	{ __LINE__, "*3\r\n$-1\r\n$-1\r\n$-1\r\n", VERDICT_GONE, 0, "", 0 },
	{ __LINE__, "*3\r\n*1\r\n$2\r\nok\r\n*0\r\n*0\r\n", VERDICT_GONE, 0, "",
	    0 },
	{ __LINE__, "*3\r\n$2\r\nOK\r\n:1\r\n+t\r\n", VERDICT_GONE, 1, "t", 0 },
	{ __LINE__, "*3\r\n$2\r\nok\r\n$3\r\n1x2\r\n:9\r\n", VERDICT_OK, 0, "",
	    0 },
	{ __LINE__,
	    "*3\r\n$2\r\nok\r\n$20\r\n99999999999999999999\r\n$1\r\na\r\n",
	    VERDICT_OK, 0, "a", 0 },
	{ __LINE__, "*5\r\n$7\r\npackets\r\n:0\r\n$-1\r\n:4\r\n*0\r\n",
	    VERDICT_PACKETS, 0, "", 2 },
	{ __LINE__, "*3\r\n$7\r\ndeliver\r\n:0\r\n$2\r\n-1\r\n",
	    VERDICT_DELIVER, 0, "-1", 0 },
};

static void
test_hostile_replies(void)
{
	for (size_t i = 0; i < COUNT(REPLIES); i++) {
		redisReader *reader = redisReaderCreate();
		struct eio_answer a;
		struct buf payload = BUF_INIT;
		void *reply = NULL;

		(void)redisReaderFeed(
		    reader, REPLIES[i].resp, strlen(REPLIES[i].resp));
		CHECK_ROW(REPLIES[i].line,
		    redisReaderGetReply(reader, &reply) == REDIS_OK &&
			reply != NULL);
		eio_answer_read(&a, reply);
		CHECK_ROW(REPLIES[i].line, a.verdict == REPLIES[i].verdict);
		CHECK_ROW(REPLIES[i].line, a.number == REPLIES[i].number);
		CHECK_SLICE_ROW(REPLIES[i].line, a.text, REPLIES[i].text);
		CHECK_ROW(REPLIES[i].line, a.n == REPLIES[i].n);
		(void)eio_answer_payload(&a, &payload);
		(void)eio_answer_packet(&a, a.n + 5);
		buf_fini(&payload);
		eio_answer_fini(&a);
		redisReaderFree(reader);
	}
}

/* An answer that was never read, and one read twice over. */
static void
test_no_reply(void)
{
	struct eio_answer a;

	eio_answer_read(&a, NULL);
	CHECK(a.verdict == VERDICT_GONE && a.n == 0 && a.text.n == 0);
	eio_answer_fini(&a);
	eio_answer_fini(&a);
}

int
main(void)
{
	int rc;

	steps_init();
	rc = check_main((struct check_case[]){ CHECK_CASE(test_rooms_full),
	    CHECK_CASE(test_asks_full), CHECK_CASE(test_bounds),
	    CHECK_CASE(test_answer_bound), CHECK_CASE(test_close_in_parts),
	    CHECK_CASE(test_close_in_parts_held), CHECK_CASE(test_delivery),
	    CHECK_CASE(test_every_key_expires), CHECK_CASE(test_heartbeat),
	    CHECK_CASE(test_sweep), CHECK_CASE(test_many_messages),
	    CHECK_CASE(test_bytes), CHECK_CASE(test_batch),
	    CHECK_CASE(test_hostile_replies), CHECK_CASE(test_no_reply),
	    { NULL, NULL } });
	steps_fini();
	return rc;
}
