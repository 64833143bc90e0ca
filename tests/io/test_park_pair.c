/*
 * A poll and a POST that arrive together in the parking lot: both are answered
 * after one look at the session, and if that finds it otherwise, as if they had
 * come one after the other.
 */
/* The fixture is test_park.c's, too. */
#pragma GCC diagnostic ignored "-Wunused-function"
#include "park_fixture.h"

#define S1   "session-0000000000-1"
#define S2   "session-0000000000-2"
#define HELD "HEXISTS {t}:e:" S1 " lt"
#define OPEN "EXISTS {t}:e:" S1

/* A POST that acks, as a thread leaves it. */
static struct client
ack_hand_of(
    struct lot *l, const char *esid, const char *joined, const char *packet)
{
	const struct slice one = slice_from(packet);
	const struct eio_push push = { .whole = true,
		.speech = EIO_V4,
		.joined = slice_from(joined),
		.parts_ms = EIO_PARTS_AS_THEY_ARE,
		.packet = &one,
		.n = 1 };

	return request_hand(l, esid,
	    &(struct later){
		.kind = LATER_POST, .push = &push, .body = SLICE("4body") });
}

static struct client
ack_hand(struct lot *l, const char *joined, const char *packet)
{
	return ack_hand_of(l, S1, joined, packet);
}

/* The lot knows by now that the session's polls and POSTs come together. */
static void
know_pairs_of(struct lot *l, const char *esid)
{
	struct pair *p = l->park->pair;
	struct place *at =
	    &p->place[slice_hash(slice_from(esid)) % PAIR_PLACES];

	(void)pthread_mutex_lock(&p->lock);
	CHECK(at->token == 0);
	*at = (struct place){ .worthwhile = true };
	memcpy(at->esid, esid, strlen(esid));
	(void)pthread_mutex_unlock(&p->lock);
}

static void
know_pairs(struct lot *l)
{
	know_pairs_of(l, S1);
}

static int64_t
scripts_run(void)
{
	struct redisReply *r = eio_fixture_redis(&f, "INFO commandstats");
	struct slice text = rds_text(r), calls;
	long at = slice_find(text, SLICE("cmdstat_fcall:calls="));
	int64_t n = 0;

	if (at >= 0) {
		text = slice_from_at(text, (size_t)at + 20);
		(void)slice_cut(&text, ',', &calls);
		CHECK(num_parse(calls, 0, INT64_MAX, &n));
	}
	rds_reply_free(r);
	return n;
}

static void
pair_lot_init(struct lot *l)
{
	lot_init(l, false);
	l->eio.connect_timeout_ms = 0;
	open_session(&l->eio, S1);
	know_pairs(l);
}

static void
set_ns(const char *ns)
{
	struct rds_command c = { .script = RDS_SCRIPT__MAX };
	struct err e = ERR_INIT;
	struct redisReply *reply;

	c = rds_command("HSET", "{t}:e:" S1, "ns", ns, NULL);
	reply = rds_call(f.rds, &c, &e);
	CHECK(rds_int(reply) == 0);
	rds_reply_free(reply);
}

/* Which comes first does not matter. Time does: a test's thread may be kept off
 * for longer than the first waits. Then scripts do it, with the same end. */
static void
meets(const char *ns, const char *joined)
{
	struct lot l;
	int met = 0;

	pair_lot_init(&l);
	set_ns(ns);
	for (int i = 0; i < 400 && !check_failed; i++) {
		int64_t before = scripts_run();
		bool post_first = i % 2;
		struct client g, p;

		if (post_first)
			p = ack_hand(&l, joined, "4a");
		g = get_hand(&l, S1);
		if (!post_first)
			p = ack_hand(&l, joined, "4a");
		CHECK_REPLY(&g, 200, "4a");
		CHECK_REPLY(&p, 200, "ok");
		met += scripts_run() == before;
		if (met > 20 && i > 40)
			break;
		if (scripts_run() != before)
			know_pairs(&l);
	}
	CHECK(met > 20);
	CHECK(eio_fixture_int(&f, "HEXISTS {t}:e:" S1 " lt") == 0);
	CHECK(settles(&l.metrics.parked, 0));
	lot_fini(&l);
}

static void
test_park_pair_meets(void)
{
	meets("", "");
}

static void
test_park_pair_meets_socket(void)
{
	meets("/ other\n/n ssid pid\n", "/n ssid\n!/chat\n");
}

/* The session is not as it must be: what both are told then. */
static const struct {
	int line;
	const char *redis;  /* makes it so */
	const char *joined; /* where the session has "/n ssid pid" */
	int poll, post;     /* status; 0: it is run again, or held */
	const char *text;   /* of the poll */
} APART[] = {
	/* Something waits for a GET; the ack comes behind it, or next. */
	{ __LINE__, "RPUSH {t}:o:" S1 " 4b", "", 200, 200, "4b" },
	{ __LINE__, "HSET {t}:e:" S1 " post 5", "", 200, 400, "1" },
	{ __LINE__, "HSET {t}:e:" S1 " st d keep 0", "", 400, 400, "" },
	{ __LINE__, "DEL {t}:e:" S1, "", 400, 400, "" },
	{ __LINE__, "SET {t}:e:" S1 " x", "", 503, 503, "" },
	{ __LINE__, "HSET {t}:e:" S1 " v 3", "", 0, 0, "" },
	{ __LINE__, "PING", "/n other\n", 0, 0, "" },
	{ __LINE__, "PING", "/n ssi\n", 0, 0, "" },
	{ __LINE__, "PING", "/ ssid\n", 0, 0, "" },
	{ __LINE__, "PING", "!/n\n", 0, 0, "" },
	{ __LINE__, "HSET {t}:e:" S1 " bin 9999999999999999", "", 0, 0, "" },
	/* Another GET is held elsewhere: the session is closed. */
	{ __LINE__, "HSET {t}:e:" S1 " lt 5 lp other", "", 400, 400, "" },
};

static void
test_park_pair_apart(void)
{
	for (size_t i = 0; i < COUNT(APART); i++) {
		int line = APART[i].line;
		struct lot l;
		struct client g, p;
		struct reply r;

		pair_lot_init(&l);
		set_ns("/n ssid pid\n");
		rds_reply_free(eio_fixture_redis(&f, APART[i].redis));
		if (strncmp(APART[i].redis, "RPUSH", 5) == 0)
			CHECK(
			    eio_fixture_int(&f, "HSET {t}:e:" S1 " ob 2") == 0);
		g = get_hand(&l, S1);
		p = ack_hand(&l, APART[i].joined, "4a");
		if (APART[i].post == 0) {
			CHECK_ROW(line, settles(&l.n_again, 1));
			(void)close(p.fd);
		} else {
			r = get_reply(&p, SOON_MS);
			CHECK_ROW(line, r.status == APART[i].post);
			buf_fini(&r.text);
		}
		if (APART[i].poll == 0) {
			CHECK_ROW(line, settles(&l.metrics.parked, 1));
			(void)close(g.fd);
		} else {
			r = get_reply(&g, SOON_MS);
			CHECK_ROW(line, r.status == APART[i].poll);
			if (r.status == 200)
				CHECK_SLICE_ROW(line, r.body, APART[i].text);
			buf_fini(&r.text);
		}
		CHECK_ROW(line, settles(&l.metrics.parked, 0));
		lot_fini(&l);
	}
}

/* Nobody comes: it goes on by itself, a poll and a POST alike. */
static void
test_park_pair_alone(void)
{
	struct lot l;
	struct client g, p;

	pair_lot_init(&l);
	g = get_park(&l, S1);
	CHECK(eio_fixture_int(&f, "HEXISTS {t}:e:" S1 " lt") == 1);
	CHECK(push_on(f.rds, &f.store[PROC_W], S1, "4b") == VERDICT_OK);
	CHECK_REPLY(&g, 200, "4b");
	know_pairs(&l);
	p = ack_hand(&l, "", "4a");
	CHECK_REPLY(&p, 200, "ok");
	CHECK(eio_fixture_int(&f, "LLEN {t}:o:" S1) == 1);
	lot_fini(&l);
}

/* Two sessions wait, one a little longer. */
static void
test_park_pair_two(void)
{
	struct lot l;
	struct client g, h;

	pair_lot_init(&l);
	open_session(&l.eio, S2);
	for (int i = 0; i < 50 && !check_failed; i++) {
		know_pairs_of(&l, S1);
		know_pairs_of(&l, S2);
		g = ack_hand_of(&l, S1, "", "4a");
		for (int spin = 0; spin < i * 1000; spin++)
			atomic_signal_fence(memory_order_seq_cst);
		h = ack_hand_of(&l, S2, "", "4a");
		CHECK_REPLY(&g, 200, "ok");
		CHECK_REPLY(&h, 200, "ok");
	}
	lot_fini(&l);
}

/* Another POST of the session: the poll is held by then. */
static void
test_park_pair_other_post(void)
{
	struct lot l;
	struct client g, p;

	pair_lot_init(&l);
	for (int i = 0; i < 50 && !check_failed; i++) {
		know_pairs(&l);
		g = get_hand(&l, S1);
		if (i % 2 == 0) {
			/* Without a word of a speech it does not fit. */
			p = post_hand(&l, S1, "", "4a");
			CHECK_REPLY(&p, 200, "ok");
			CHECK_REPLY(&g, 200, "4a");
			continue;
		}
		park_post_begins(l.park, slice_from(S1));
		for (int k = 0; k < 1000 && eio_fixture_int(&f, HELD) == 0; k++)
			clock_sleep_ms(1);
		CHECK(eio_fixture_int(&f, HELD) == 1);
		CHECK(push_on(f.rds, &l.eio, S1, "4b") == VERDICT_DELIVER);
		CHECK_REPLY(&g, 200, "4b");
	}
	lot_fini(&l);
}

/* The client leaves at any time: its session ends. */
static void
test_park_pair_client_leaves(void)
{
	struct lot l;
	struct client g, p;

	pair_lot_init(&l);
	for (int i = 0; i < 60 && !check_failed; i++) {
		know_pairs(&l);
		g = get_hand(&l, S1);
		if (i % 3 == 0)
			(void)close(g.fd);
		p = ack_hand(&l, "", "4a");
		if (i % 3 == 1)
			(void)close(g.fd);
		(void)close(p.fd);
		if (i % 3 == 2) {
			CHECK_REPLY(&g, 200, "4a");
			continue;
		}
		/* Its last answer may have gone out just before. */
		for (int k = 0; k < 100 && eio_fixture_int(&f, OPEN) == 1; k++)
			clock_sleep_ms(1);
		CHECK(i % 3 == 1 || eio_fixture_int(&f, OPEN) == 0);
		CHECK(settles(&l.metrics.parked, 0));
		rds_reply_free(eio_fixture_redis(&f, "DEL {t}:o:" S1));
		rds_reply_free(eio_fixture_redis(&f, "DEL {t}:e:" S1));
		open_session(&l.eio, S1);
	}
	lot_fini(&l);
}

/* Two polls at once end the session, whether the first waited or not. */
static void
test_park_pair_twice(void)
{
	struct lot l;
	struct client g, h;

	pair_lot_init(&l);
	g = get_hand(&l, S1);
	h = get_hand(&l, S1);
	CHECK_REPLY(&h, 400, "");
	CHECK_REPLY(&g, 200, "1");
	CHECK(push_on(f.rds, &f.store[PROC_W], S1, "4a") == VERDICT_GONE);
	lot_fini(&l);
}

static void
test_park_pair_without_redis(void)
{
	struct lot l;
	struct client g, p;

	pair_lot_init(&l);
	redis_kill(&f.redis);
	g = get_hand(&l, S1);
	p = ack_hand(&l, "", "4a");
	CHECK_REPLY(&p, 503, "");
	CHECK_REPLY(&g, 503, "");
	redis_launch(&f.redis);
	lot_fini(&l);
	/* The next case finds that its connection is an old one. */
	clock_sleep_ms(200);
}

/* One that waits when the process stops is answered. */
static void
test_park_pair_drain(void)
{
	struct lot l;
	struct client g;

	pair_lot_init(&l);
	g = get_hand(&l, S1);
	lot_fini(&l);
	CHECK_REPLY(&g, 200, "6");
}

/* What does not fit: it has to be kept, or more is changed. */
static void
test_park_pair_fits(void)
{
	const struct slice ack = SLICE("430[1]"), event = SLICE("+42[\"a\"]");
	const struct slice two[] = { ack, SLICE("431[]") };
	static char large[EIO_PAYLOAD_MAX + 1];
	const struct slice most = { large, EIO_PAYLOAD_MAX };
	const struct slice more = { large, sizeof(large) };
#define PUSH                                                     \
	.whole = true, .speech = EIO_V4, .packet = &ack, .n = 1, \
	.parts_ms = EIO_PARTS_AS_THEY_ARE
	const struct {
		int line;
		struct eio_push push;
		const char *payload; /* NULL: it does not */
	} CASES[] = {
		{ __LINE__, { PUSH }, "430[1]" },
		{ __LINE__,
		    { .whole = true,
			.speech = EIO_V4,
			.packet = two,
			.n = 2,
			.parts_ms = EIO_PARTS_AS_THEY_ARE },
		    "430[1]\x1e"
		    "431[]" },
		{ __LINE__,
		    { .speech = EIO_V4,
			.packet = &ack,
			.n = 1,
			.parts_ms = EIO_PARTS_AS_THEY_ARE },
		    NULL },
		{ __LINE__, { PUSH, .alive = true }, NULL },
		{ __LINE__, { PUSH, .ns = SLICE("-/a\n") }, NULL },
		{ __LINE__, { PUSH, .end = EIO_END_SOFT }, NULL },
		{ __LINE__, { PUSH, .message = SLICE("m") }, NULL },
		{ __LINE__, { PUSH, .is_volatile = true }, NULL },
		{ __LINE__,
		    { .whole = true, .speech = EIO_V4, .packet = &ack, .n = 1 },
		    NULL },
		{ __LINE__,
		    { .whole = true,
			.speech = EIO_V3,
			.packet = &ack,
			.n = 1,
			.parts_ms = EIO_PARTS_AS_THEY_ARE },
		    NULL },
		{ __LINE__,
		    { .whole = true,
			.speech = EIO_V4,
			.packet = &event,
			.n = 1,
			.parts_ms = EIO_PARTS_AS_THEY_ARE },
		    NULL },
		{ __LINE__,
		    { .whole = true,
			.speech = EIO_V4,
			.parts_ms = EIO_PARTS_AS_THEY_ARE },
		    NULL },
	};

	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct buf out = BUF_INIT;
		bool fits = eio_look_fits(&CASES[i].push, &out);

		CHECK_ROW(CASES[i].line, fits == (CASES[i].payload != NULL));
		if (CASES[i].payload != NULL)
			CHECK_SLICE_ROW(
			    CASES[i].line, buf_slice(&out), CASES[i].payload);
		buf_fini(&out);
	}
	for (int i = 0; i < 2; i++) {
		struct eio_push push = CASES[0].push;
		struct buf out = BUF_INIT;

		memset(large, '4', sizeof(large));
		push.packet = i == 0 ? &most : &more;
		CHECK(eio_look_fits(&push, &out) == (i == 0));
		buf_fini(&out);
	}
}

int
main(void)
{
	int rc;

	log_set_level(LOG_ERROR);
	eio_fixture_init(&f);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_park_pair_fits),
	    CHECK_CASE(test_park_pair_meets),
	    CHECK_CASE(test_park_pair_meets_socket),
	    CHECK_CASE(test_park_pair_apart), CHECK_CASE(test_park_pair_alone),
	    CHECK_CASE(test_park_pair_two),
	    CHECK_CASE(test_park_pair_other_post),
	    CHECK_CASE(test_park_pair_client_leaves),
	    CHECK_CASE(test_park_pair_twice),
	    CHECK_CASE(test_park_pair_without_redis),
	    CHECK_CASE(test_park_pair_drain), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}
