/*
 * The parking lot, with socket pairs as the web server's connections: requests
 * are handed over as a request thread does it; what the web server would read
 * is taken apart. The lot's own sweep is off unless a case wants it, so a lost
 * wake-up shows as a poll that is never answered.
 */
#include <sys/resource.h>

#include "park_fixture.h"

#define S1 "session-0000000000-1"

static void
test_deliver(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_DELIVER);
	CHECK_REPLY(&g, 200, "4a");
	CHECK(settles(&l.metrics.parked, 0));
	lot_fini(&l);
}

/*
 * Packets come while the poll is on its way to the loop, or its script to
 * Redis: they are what the script finds, or are left on the entry.
 */
static void
race(bool same_process)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	for (int i = 0; i < 200 && !check_failed; i++) {
		enum eio_verdict v;

		g = get_hand(&l, S1);
		for (int spin = 0; spin < i * 100; spin++)
			atomic_signal_fence(memory_order_seq_cst);
		v = push_on(
		    f.rds, same_process ? &l.eio : &f.store[PROC_W], S1, "4a");
		CHECK(
		    v == VERDICT_OK || (same_process && v == VERDICT_DELIVER));
		CHECK_REPLY(&g, 200, "4a");
	}
	lot_fini(&l);
}

static void
test_deliver_on_its_way(void)
{
	race(true);
}

static void
test_wake_on_its_way(void)
{
	race(false);
}

static void
test_wake(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	CHECK(push_on(f.rds, &f.store[PROC_W], S1, "4a") == VERDICT_OK);
	CHECK_REPLY(&g, 200, "4a");
	lot_fini(&l);
}

/* An old token reaches nobody, not even its successor in the place. */
static void
test_old_token(void)
{
	struct lot l;
	struct client g, h;
	struct wake_payload late = { BUF_INIT, false };
	const uint64_t ODD[] = { 0, 12345, UINT64_MAX };

	lot_init(&l, false);
	open_session(&l.eio, S1);
	h = get_park(&l, S1);
	CHECK(atomic_load(&l.metrics.parked) == 1);
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_DELIVER);
	CHECK_REPLY(&h, 200, "4a");
	CHECK(settles(&l.metrics.parked, 0));
	g = get_park(&l, S1);
	CHECK(g.token != h.token);
	buf_adds(&late.body, "4late");
	l.wake.deliver(l.wake.cookie, h.token, &late);
	for (size_t i = 0; i < COUNT(ODD); i++)
		l.wake.deliver(l.wake.cookie, ODD[i], &late);
	/* Nobody took them over. */
	CHECK_SLICE(buf_slice(&late.body), "4late");
	buf_fini(&late.body);
	/* A second GET: both are over. */
	h = get_hand(&l, S1);
	CHECK_REPLY(&h, 400, "");
	CHECK_REPLY(&g, 200, "1");
	lot_fini(&l);
}

/* An id that is too long for a session's is given no place, and costs none. */
static void
test_long_esid(void)
{
	const struct later later = { .kind = LATER_POLL };
	struct lot l;

	lot_init(&l, false);
	for (int i = 0; i < 3; i++)
		CHECK(!park_hold(l.park,
		    &(struct park_request){ .later = &later,
			.route = &ROUTE,
			.esid = SLICE("012345678901234567890123"),
			.connection = { -1, REQUEST_ID } }));
	CHECK(atomic_load(&l.metrics.parked) == 0);
	lot_fini(&l);
}

/* A POST in one step: what it is answered, and what it leaves to others. */
static void
test_post(void)
{
	struct lot l;
	struct client p;

	lot_init(&l, false);
	p = post_hand(&l, S1, "", "4a");
	CHECK_REPLY(&p, 400, "");
	open_session(&l.eio, S1);
	p = post_hand(&l, S1, "", "");
	CHECK_REPLY(&p, 200, "ok");
	p = post_hand(&l, S1, "", "4a");
	CHECK_REPLY(&p, 200, "ok");
	CHECK(eio_fixture_int(&f, "LLEN {t}:o:" S1) == 1);
	CHECK(eio_fixture_int(&f, "HSET {t}:e:" S1 " post 9") == 1);
	p = post_hand(&l, S1, "", "4a");
	CHECK_REPLY(&p, 400, "");
	CHECK(eio_fixture_int(&f, "DBSIZE") == 0);
	CHECK(atomic_load(&l.metrics.counter[METRIC_SESSIONS_CLOSED]) == 1);
	CHECK(atomic_load(&l.metrics.counter[METRIC_POLLS]) == 1);
	CHECK(atomic_load(&l.n_again) == 0);
	lot_fini(&l);
}

/* What it brings goes to the GET that the lot holds, at once. */
static void
test_post_delivers(void)
{
	struct lot l;
	struct client g, p;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	for (int i = 0; i < 100 && !check_failed; i++) {
		g = i % 2 ? get_park(&l, S1) : get_hand(&l, S1);
		p = post_hand(&l, S1, "", "4a");
		CHECK_REPLY(&p, 200, "ok");
		CHECK_REPLY(&g, 200, "4a");
	}
	CHECK(settles(&l.metrics.parked, 0));
	lot_fini(&l);
}

/* The session is not as the thread had thought: all of the POST goes on. */
static void
test_post_again(void)
{
	struct lot l;
	struct client p;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	p = post_hand(&l, S1, "/n ssid", "4a");
	CHECK(settles(&l.n_again, 1));
	CHECK(slice_eq(buf_slice(&l.again),
	    SLICE(S1 "X-Test: yes\r\nr-14\0body octets /socket.io/")));
	(void)close(p.fd);
	CHECK(eio_fixture_int(&f, "EXISTS {t}:o:" S1) == 0);
	/* Its place is free again. */
	p = post_hand(&l, S1, "", "4a");
	CHECK_REPLY(&p, 200, "ok");
	lot_fini(&l);
}

static void
test_post_without_redis(void)
{
	struct lot l;
	struct client p;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	redis_kill(&f.redis);
	p = post_hand(&l, S1, "", "4a");
	CHECK_REPLY(&p, 503, "");
	redis_launch(&f.redis);
	lot_fini(&l);
	/* The next case finds that its connection is an old one. */
	clock_sleep_ms(200);
}

/* What a client of version 3 is answered. */
static void
test_version_3(void)
{
	static const struct {
		int line;
		enum eio_speech speech;
		const char *packet, *type;
		struct slice body;
	} CASES[] = {
		{ __LINE__, EIO_V3, "4\xc3\xa4", "text/plain; charset=UTF-8",
		    SLICE_INIT("2:4\xc3\xa4") },
		{ __LINE__, EIO_V3, "bAQI=", "application/octet-stream",
		    SLICE_INIT("\1\3\xff\4\1\2") },
		{ __LINE__, EIO_V3_BASE64, "bAQI=", "text/plain; charset=UTF-8",
		    SLICE_INIT("6:b4AQI=") },
		{ __LINE__, EIO_V4, "bAQI=", "text/plain; charset=UTF-8",
		    SLICE_INIT("bAQI=") },
	};

	for (size_t i = 0; i < 2 * COUNT(CASES); i++) {
		const struct eio_store *st = &f.store[PROC_W];
		size_t k = i / 2;
		struct lot l;
		struct client g;
		struct reply r;

		/* By this process, and by another. */
		lot_init(&l, false);
		CHECK(
		    open_by(f.rds, &l.eio, S1, CASES[k].speech) == VERDICT_OK);
		g = get_park(&l, S1);
		(void)push_on(f.rds, i % 2 ? &l.eio : st, S1, CASES[k].packet);
		r = get_reply(&g, SOON_MS);
		CHECK_ROW(CASES[k].line, slice_eq(r.body, CASES[k].body));
		CHECK_ROW(CASES[k].line,
		    slice_find(buf_slice(&r.text), slice_from(CASES[k].type)) >=
			0);
		buf_fini(&r.text);
		lot_fini(&l);
	}
}

/* The close packet that the lot makes itself is in the client's framing. */
static void
test_close_of_version_3(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, true);
	CHECK(open_by(f.rds, &l.eio, S1, EIO_V3) == VERDICT_OK);
	g = get_park(&l, S1);
	CHECK(eio_fixture_int(&f, "DEL {t}:e:" S1) == 1);
	CHECK_REPLY(&g, 200, "1:1");
	lot_fini(&l);
}

/* The client goes away: the session ends. */
static void
test_abort(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	(void)close(g.fd);
	CHECK(settles(&l.metrics.parked, 0));
	CHECK(atomic_load(&l.metrics.counter[METRIC_SESSIONS_CLOSED]) == 1);
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_GONE);
	/* It is gone while it is on its way. */
	open_session(&l.eio, S1);
	g = get_hand(&l, S1);
	(void)close(g.fd);
	CHECK(settles(&l.metrics.parked, 0));
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_GONE);
	lot_fini(&l);
}

/* Abort and packets at the same time: one of the two, and the place is free. */
static void
test_abort_races(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	for (int i = 0; i < 200; i++) {
		open_session(&l.eio, S1);
		g = get_park(&l, S1);
		if (i % 2 == 0) {
			(void)close(g.fd);
			(void)push_on(f.rds,
			    i % 4 == 0 ? &l.eio : &f.store[PROC_W], S1, "4a");
		} else {
			(void)push_on(f.rds,
			    i % 4 == 1 ? &l.eio : &f.store[PROC_W], S1, "4a");
			(void)close(g.fd);
		}
		CHECK(settles(&l.metrics.parked, 0));
		rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
		if (check_failed)
			break;
	}
	lot_fini(&l);
}

/* The ping is due, the pong does not come: both on time. */
static void
test_deadlines(void)
{
	struct lot l;
	struct client g;
	int64_t from;

	lot_init(&l, false);
	l.eio.ping_interval_ms = 150;
	l.eio.ping_timeout_ms = 400;
	l.eio.connect_timeout_ms = 0;
	open_session(&l.eio, S1);
	from = clock_mono_ms();
	g = get_hand(&l, S1);
	CHECK_REPLY(&g, 200, "2");
	CHECK(clock_mono_ms() - from >= 100 && clock_mono_ms() - from < 400);
	g = get_hand(&l, S1);
	CHECK_REPLY(&g, 200, "1");
	CHECK(clock_mono_ms() - from < 1500);
	CHECK(atomic_load(&l.metrics.counter[METRIC_SESSIONS_CLOSED]) == 1);
	lot_fini(&l);
}

/* An answer far larger than the socket takes at once. */
static void
test_big_answer(void)
{
	struct lot l;
	struct client g;
	struct reply r;
	struct wake_payload late = { BUF_INIT, false };
	char *packet = ck_malloc(1000001);

	memset(packet, '4', 1000000);
	packet[1000000] = '\0';
	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	CHECK(push_on(f.rds, &l.eio, S1, packet) == VERDICT_DELIVER);
	/* Delivered to one that is writing: dropped, not mixed in. */
	clock_sleep_ms(50);
	buf_adds(&late.body, "4late");
	l.wake.deliver(l.wake.cookie, g.token, &late);
	buf_fini(&late.body);
	r = get_reply(&g, SOON_MS);
	CHECK(r.status == 200);
	CHECK(slice_eq(r.body, (struct slice){ packet, 1000000 }));
	buf_fini(&r.text);
	/* A client that goes away in the middle of it. */
	g = get_park(&l, S1);
	CHECK(push_on(f.rds, &f.store[PROC_W], S1, packet) == VERDICT_OK);
	clock_sleep_ms(50);
	(void)close(g.fd);
	CHECK(settles(&l.metrics.parked, 0));
	lot_fini(&l);
	free(packet);
}

/* Redis forgot the session: the poll is told, once it is back. */
static void
test_redis_restart(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	redis_kill(&f.redis);
	clock_sleep_ms(700);
	redis_launch(&f.redis);
	CHECK_REPLY(&g, 200, "1");
	/* And the next poll is parked and woken as ever. */
	clock_sleep_ms(600);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	CHECK(push_on(f.rds, &f.store[PROC_W], S1, "4a") == VERDICT_OK);
	CHECK_REPLY(&g, 200, "4a");
	lot_fini(&l);
}

/* Redis is away when the poll is due: 503, try again. */
static void
test_redis_away(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	l.eio.ping_interval_ms = 300;
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	redis_kill(&f.redis);
	CHECK_REPLY(&g, 503, "");
	redis_launch(&f.redis);
	lot_fini(&l);
}

/* Drained without Redis: nobody is left waiting. */
static void
test_drain_without_redis(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	redis_kill(&f.redis);
	clock_sleep_ms(50);
	lot_fini(&l);
	CHECK_REPLY(&g, 503, "");
	redis_launch(&f.redis);
	clock_sleep_ms(200);
}

static void
test_drain(void)
{
	struct lot l;
	struct client g[100];
	char esid[24];

	lot_init(&l, false);
	for (size_t i = 0; i < COUNT(g); i++) {
		(void)snprintf(esid, sizeof(esid), "session-%012zu", i);
		open_session(&l.eio, esid);
		g[i] = get_park(&l, esid);
	}
	CHECK(push_on(f.rds, &f.store[PROC_W], "session-000000000000", "4a") ==
	    VERDICT_OK);
	/* The last was handed over just now. */
	lot_fini(&l);
	CHECK_REPLY(&g[0], 200, "4a");
	for (size_t i = 1; i < COUNT(g); i++)
		CHECK_REPLY(&g[i], 200, "6");
	/* The sessions live on, elsewhere. */
	CHECK(push_on(f.rds, &f.store[PROC_W], esid, "4b") == VERDICT_OK);
}

/* A hint that was lost: the sweep finds it. */
static void
test_sweep(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, true);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	rds_reply_free(eio_fixture_redis(&f, "RPUSH {t}:o:" S1 " 4quiet"));
	CHECK(eio_fixture_int(&f, "HSET {t}:e:" S1 " ob 6") == 0);
	CHECK_REPLY(&g, 200, "4quiet");
	lot_fini(&l);
}

/* Wake-ups that are no tokens. */
static void
test_odd_messages(void)
{
	static const char *const ODD[] = { "PUBLISH {t}:wake:lot x",
		"PUBLISH {t}:wake:lot 0", "PUBLISH {t}:wake:lot -1",
		"PUBLISH {t}:wake:lot 1048576", "PUBLISH {t}:wake:lot 1",
		"PUBLISH {t}:wake:lot 9223372036854775807",
		"PUBLISH {t}:wake:lot 99999999999999999999999" };
	struct lot l;
	struct client g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	for (size_t i = 0; i < COUNT(ODD); i++)
		CHECK(eio_fixture_int(&f, ODD[i]) == 1);
	CHECK(push_on(f.rds, &f.store[PROC_W], S1, "4a") == VERDICT_OK);
	CHECK_REPLY(&g, 200, "4a");
	lot_fini(&l);
}

/*
 * Many sessions. Pollers hold a GET for each of theirs and take numbered
 * packets; pushers push them, as the lot's process or as a worker. Every
 * session gets every packet, once and in order.
 */
#define PACKETS 10
#define POLLERS 4
#define PUSHERS 2

struct crowd {
	struct lot *lot;
	int first, n;
	unsigned seed;
	int wrong; /* sessions that saw another packet than the next */
	int left;  /* sessions not done in time */
};

static void
esid_of(int i, char out[static 24])
{
	(void)snprintf(out, 24, "%c-session-%d", 'a' + i % 26, i);
}

static void *
push_crowd(void *cookie)
{
	struct crowd *c = cookie;
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *r = rds_new(f.redis.url, 10000, breaker);
	char esid[24], packet[24];

	for (int k = 0; k < PACKETS; k++)
		for (int i = c->first; i < c->first + c->n; i++) {
			const struct eio_store *st = rand_r(&c->seed) % 2
			    ? &c->lot->eio
			    : &f.store[PROC_W];
			enum eio_verdict v;

			esid_of(i, esid);
			(void)snprintf(packet, sizeof(packet), "4%d", k);
			v = push_on(r, st, esid, packet);
			if (v != VERDICT_OK && v != VERDICT_DELIVER)
				c->wrong++;
		}
	rds_free(r);
	rds_breaker_free(breaker);
	return NULL;
}

/* The packets of a payload are the next ones; false when not. */
static bool
take_in_order(struct slice payload, int *next)
{
	struct slice one;
	char want[24];

	while (slice_cut(&payload, '\x1e', &one)) {
		(void)snprintf(want, sizeof(want), "4%d", *next);
		/* A noop says nothing. */
		if (slice_eq(one, SLICE("6")))
			continue;
		if (!slice_eqs(one, want)) {
			(void)printf(
			    "# got %.*s, want %s\n", SLICE_ARG(one), want);
			return false;
		}
		(*next)++;
	}
	return true;
}

static struct client
crowd_get(struct crowd *c, int i)
{
	char esid[24];

	esid_of(i, esid);
	return get_hand(c->lot, esid);
}

/* One poller's sessions: wait for answers, poll again until all has come. */
static void *
poll_crowd(void *cookie)
{
	struct crowd *c = cookie;
	struct client *g = ck_calloc((size_t)c->n, sizeof(*g));
	struct pollfd *p = ck_calloc((size_t)c->n, sizeof(*p));
	int *next = ck_calloc((size_t)c->n, sizeof(*next));
	int64_t until = clock_mono_ms() + 60000;
	int open = c->n;

	for (int i = 0; i < c->n; i++) {
		g[i] = crowd_get(c, c->first + i);
		p[i] = (struct pollfd){ .fd = g[i].fd, .events = POLLIN };
	}
	while (open > 0 && clock_mono_ms() < until && c->wrong == 0) {
		(void)poll(p, (nfds_t)c->n, 100);
		for (int i = 0; i < c->n; i++) {
			struct reply reply;

			if (p[i].fd < 0 || p[i].revents == 0)
				continue;
			reply = get_reply(&g[i], SOON_MS);
			if (reply.status != 200 ||
			    !take_in_order(reply.body, &next[i]))
				c->wrong++;
			buf_fini(&reply.text);
			if (next[i] < PACKETS && c->wrong == 0)
				g[i] = crowd_get(c, c->first + i);
			else
				open--, g[i].fd = -1;
			p[i].fd = g[i].fd;
		}
	}
	for (int i = 0; i < c->n; i++) {
		if (next[i] < PACKETS)
			c->left++;
		if (g[i].fd >= 0)
			(void)close(g[i].fd);
	}
	free(next);
	free(p);
	free(g);
	return NULL;
}

static void
test_many(void)
{
	struct lot l;
	struct crowd poller[POLLERS], pusher[PUSHERS];
	pthread_t polling[POLLERS], pushing[PUSHERS];
	char esid[24];

	lot_init(&l, false);
	for (int i = 0; i < MANY; i++) {
		esid_of(i, esid);
		open_session(&l.eio, esid);
	}
	for (int i = 0; i < POLLERS; i++) {
		poller[i] = (struct crowd){ .lot = &l,
			.first = i * (MANY / POLLERS),
			.n = MANY / POLLERS };
		if (pthread_create(&polling[i], NULL, poll_crowd, &poller[i]) !=
		    0)
			abort();
	}
	for (int i = 0; i < PUSHERS; i++) {
		pusher[i] = (struct crowd){ .lot = &l,
			.first = i * (MANY / PUSHERS),
			.n = MANY / PUSHERS,
			.seed = (unsigned)i + 1 };
		if (pthread_create(&pushing[i], NULL, push_crowd, &pusher[i]) !=
		    0)
			abort();
	}
	for (int i = 0; i < PUSHERS; i++) {
		(void)pthread_join(pushing[i], NULL);
		CHECK(pusher[i].wrong == 0);
	}
	for (int i = 0; i < POLLERS; i++) {
		(void)pthread_join(polling[i], NULL);
		CHECK(poller[i].wrong == 0 && poller[i].left == 0);
	}
	CHECK(settles(&l.metrics.parked, 0));
	lot_fini(&l);
}

/* Threads that do anything in any order; at the end every place is free. */
static void *
chaos(void *cookie)
{
	struct crowd *c = cookie;
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *r = rds_new(f.redis.url, 10000, breaker);
	char esid[24];

	for (int i = 0; i < MANY / POLLERS; i++) {
		struct client g;

		/* Sessions are shared by all: overlaps, too. */
		esid_of(rand_r(&c->seed) % 20, esid);
		if (rand_r(&c->seed) % 8 == 0)
			(void)open_by(r, &c->lot->eio, esid, EIO_V4);
		g = get_hand(c->lot, esid);
		if (rand_r(&c->seed) % 2)
			(void)push_on(r,
			    rand_r(&c->seed) % 2 ? &c->lot->eio
						 : &f.store[PROC_W],
			    esid, "4x");
		if (rand_r(&c->seed) % 4 == 0)
			(void)close(g.fd);
		if (rand_r(&c->seed) % 2)
			(void)push_on(r, &c->lot->eio, esid, "4y");
		/* What is not closed above is left to the end: its client
		 * just never reads. A dup keeps no place in the lot. */
	}
	rds_free(r);
	rds_breaker_free(breaker);
	return NULL;
}

static void
test_chaos(void)
{
	struct lot l;
	struct crowd c[POLLERS];
	pthread_t thread[POLLERS];

	lot_init(&l, false);
	for (int i = 0; i < POLLERS; i++) {
		c[i] = (struct crowd){ .lot = &l, .seed = (unsigned)i + 77 };
		if (pthread_create(&thread[i], NULL, chaos, &c[i]) != 0)
			abort();
	}
	for (int i = 0; i < POLLERS; i++)
		(void)pthread_join(thread[i], NULL);
	lot_fini(&l);
}

int
main(void)
{
	struct rlimit files = { 0, 0 };
	int rc;

	(void)getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	log_set_level(LOG_ERROR);
	eio_fixture_init(&f);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_deliver),
	    CHECK_CASE(test_deliver_on_its_way), CHECK_CASE(test_wake),
	    CHECK_CASE(test_wake_on_its_way), CHECK_CASE(test_old_token),
	    CHECK_CASE(test_long_esid), CHECK_CASE(test_post),
	    CHECK_CASE(test_post_delivers), CHECK_CASE(test_post_again),
	    CHECK_CASE(test_post_without_redis), CHECK_CASE(test_version_3),
	    CHECK_CASE(test_close_of_version_3), CHECK_CASE(test_abort),
	    CHECK_CASE(test_abort_races), CHECK_CASE(test_deadlines),
	    CHECK_CASE(test_big_answer), CHECK_CASE(test_redis_restart),
	    CHECK_CASE(test_redis_away), CHECK_CASE(test_drain_without_redis),
	    CHECK_CASE(test_drain), CHECK_CASE(test_sweep),
	    CHECK_CASE(test_odd_messages), CHECK_CASE(test_many),
	    CHECK_CASE(test_chaos), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}
