/*
 * The parking lot, with socket pairs as the web server's connections: a poll
 * is armed, its script run, and handed over, as a request thread does it; what
 * the web server would read is taken apart. The lot's own sweep is off unless
 * a case wants it, so a lost wake-up shows as a poll that is never answered.
 */
#include <sys/resource.h>

#include "park_fixture.h"

#define S1 "session-0000000000-1"

static void
test_deliver(void)
{
	struct lot l;
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	clock_sleep_ms(20);
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_DELIVER);
	CHECK_REPLY(&g, 200, "4a");
	CHECK(settles(&l.metrics.parked, 0));
	lot_fini(&l);
}

/* Packets come before the poll was handed over. */
static void
test_deliver_while_arming(void)
{
	struct lot l;
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	CHECK(get_ask(&g, f.rds, &l, S1) == VERDICT_PARK);
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_DELIVER);
	clock_sleep_ms(20);
	get_hold(&g, &l, 25000);
	CHECK_REPLY(&g, 200, "4a");
	lot_fini(&l);
}

/* And so near to it that the loop has both in one go. */
static void
test_deliver_while_handed(void)
{
	struct lot l;
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	for (int i = 0; i < 200; i++) {
		CHECK(get_ask(&g, f.rds, &l, S1) == VERDICT_PARK);
		get_hold(&g, &l, 25000);
		CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_DELIVER);
		CHECK_REPLY(&g, 200, "4a");
		if (check_failed)
			break;
	}
	lot_fini(&l);
}

static void
test_wake(void)
{
	struct lot l;
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	clock_sleep_ms(20);
	CHECK(push_on(f.rds, &f.store[PROC_W], S1, "4a") == VERDICT_OK);
	CHECK_REPLY(&g, 200, "4a");
	lot_fini(&l);
}

/* The wake-up has come and gone before the poll was handed over. */
static void
test_wake_while_arming(void)
{
	struct lot l;
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	CHECK(get_ask(&g, f.rds, &l, S1) == VERDICT_PARK);
	CHECK(push_on(f.rds, &f.store[PROC_W], S1, "4a") == VERDICT_OK);
	clock_sleep_ms(50);
	get_hold(&g, &l, 25000);
	CHECK_REPLY(&g, 200, "4a");
	lot_fini(&l);
}

static void
test_wake_while_handed(void)
{
	struct lot l;
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	for (int i = 0; i < 200; i++) {
		CHECK(get_ask(&g, f.rds, &l, S1) == VERDICT_PARK);
		get_hold(&g, &l, 25000);
		CHECK(push_on(f.rds, &f.store[PROC_W], S1, "4a") == VERDICT_OK);
		CHECK_REPLY(&g, 200, "4a");
		if (check_failed)
			break;
	}
	lot_fini(&l);
}

/* A place given back: its old token reaches nobody, not even its successor. */
static void
test_disarm(void)
{
	struct lot l;
	struct get g, h;
	uint64_t old;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	old = l.wake.arm(l.wake.cookie, SLICE(S1));
	CHECK(old != 0 && atomic_load(&l.metrics.parked) == 1);
	l.wake.disarm(l.wake.cookie, old);
	l.wake.disarm(l.wake.cookie, old);
	CHECK(atomic_load(&l.metrics.parked) == 0);
	l.wake.deliver(l.wake.cookie, old, SLICE("4old"));
	g = get_park(&l, S1);
	CHECK(g.token != old);
	l.wake.deliver(l.wake.cookie, old, SLICE("4old"));
	l.wake.deliver(l.wake.cookie, 12345, SLICE("4odd"));
	l.wake.disarm(l.wake.cookie, old);
	/* A second GET: both are over. */
	CHECK(get_ask(&h, f.rds, &l, S1) == VERDICT_OVERLAP);
	get_give_up(&h, &l);
	CHECK_REPLY(&g, 200, "1");
	lot_fini(&l);
}

/* An id that is too long for a session's is given no place, and costs none. */
static void
test_long_esid(void)
{
	struct lot l;
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_DELIVER);
	CHECK_REPLY(&g, 200, "4a");
	for (int i = 0; i < 3; i++)
		CHECK(
		    l.wake.arm(l.wake.cookie,
			SLICE("01234567890123456789012345678901234567")) == 0);
	CHECK(settles(&l.metrics.parked, 0));
	(void)pthread_mutex_lock(&l.park->table.lock);
	CHECK(l.park->table.n == 1 && l.park->table.free != NULL);
	(void)pthread_mutex_unlock(&l.park->table.lock);
	lot_fini(&l);
}

/* The client goes away: the session ends. */
static void
test_abort(void)
{
	struct lot l;
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	clock_sleep_ms(20);
	(void)close(g.fd);
	CHECK(settles(&l.metrics.parked, 0));
	CHECK(atomic_load(&l.ended) == 1);
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_GONE);
	/* It was gone before it was handed over. */
	open_session(&l.eio, S1);
	CHECK(get_ask(&g, f.rds, &l, S1) == VERDICT_PARK);
	(void)close(g.fd);
	get_hold(&g, &l, 25000);
	CHECK(settles(&l.metrics.parked, 0));
	CHECK(push_on(f.rds, &l.eio, S1, "4a") == VERDICT_GONE);
	lot_fini(&l);
}

/* Abort and packets at the same time: one of the two, and the place is free. */
static void
test_abort_races(void)
{
	struct lot l;
	struct get g;

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
	struct get g;
	int64_t from;

	lot_init(&l, false);
	l.eio.ping_interval_ms = 150;
	l.eio.ping_timeout_ms = 400;
	l.eio.connect_timeout_ms = 0;
	open_session(&l.eio, S1);
	from = clock_mono_ms();
	CHECK(get_ask(&g, f.rds, &l, S1) == VERDICT_PARK);
	get_hold(&g, &l, 150);
	CHECK_REPLY(&g, 200, "2");
	CHECK(clock_mono_ms() - from >= 100 && clock_mono_ms() - from < 400);
	CHECK(get_ask(&g, f.rds, &l, S1) == VERDICT_PARK);
	get_hold(&g, &l, 400);
	CHECK_REPLY(&g, 200, "1");
	CHECK(clock_mono_ms() - from < 1500);
	CHECK(atomic_load(&l.ended) == 1);
	lot_fini(&l);
}

/* An answer far larger than the socket takes at once. */
static void
test_big_answer(void)
{
	struct lot l;
	struct get g;
	struct reply r;
	char *packet = ck_malloc(1000001);

	memset(packet, '4', 1000000);
	packet[1000000] = '\0';
	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	clock_sleep_ms(20);
	CHECK(push_on(f.rds, &l.eio, S1, packet) == VERDICT_DELIVER);
	/* Delivered to one that is writing: dropped, not mixed in. */
	clock_sleep_ms(50);
	l.wake.deliver(l.wake.cookie, g.token, SLICE("4late"));
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
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	clock_sleep_ms(20);
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
	struct get g;

	lot_init(&l, false);
	l.eio.ping_interval_ms = 300;
	open_session(&l.eio, S1);
	CHECK(get_ask(&g, f.rds, &l, S1) == VERDICT_PARK);
	get_hold(&g, &l, 300);
	clock_sleep_ms(20);
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
	struct get g;

	lot_init(&l, false);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	clock_sleep_ms(20);
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
	struct get g[100];
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
	struct get g;

	lot_init(&l, true);
	open_session(&l.eio, S1);
	g = get_park(&l, S1);
	clock_sleep_ms(20);
	rds_reply_free(eio_fixture_redis(&f, "RPUSH {t:03}:o:" S1 " 4quiet"));
	CHECK('s' % 16 == 3);
	CHECK_REPLY(&g, 200, "4quiet");
	lot_fini(&l);
}

/* Wake-ups that are no tokens. */
static void
test_odd_messages(void)
{
	static const char *const ODD[] = { "PUBLISH t:wake:lot x",
		"PUBLISH t:wake:lot 0", "PUBLISH t:wake:lot -1",
		"PUBLISH t:wake:lot 1048576", "PUBLISH t:wake:lot 1",
		"PUBLISH t:wake:lot 9223372036854775807",
		"PUBLISH t:wake:lot 99999999999999999999999" };
	struct lot l;
	struct get g;

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

/* A GET for the session: answered at once or held. */
static bool
crowd_get(struct crowd *c, struct rds *r, int i, struct get *g, int *next)
{
	struct eio_command command;
	struct eio_answer a;
	struct err e = ERR_INIT;
	struct buf payload = BUF_INIT;
	char esid[24];
	int pair[2];
	bool good = true;

	esid_of(i, esid);
	do {
		g->token =
		    c->lot->wake.arm(c->lot->wake.cookie, slice_from(esid));
		eio_store_poll(
		    &command, &c->lot->eio, slice_from(esid), g->token);
		if (eio_store_run(r, &c->lot->eio, &command, &a, &e) != 0) {
			(void)printf("# %s\n", e.msg);
			return false;
		}
		if (a.verdict == VERDICT_PARK)
			break;
		c->lot->wake.disarm(c->lot->wake.cookie, g->token);
		eio_answer_payload(&a, &payload);
		good = a.verdict == VERDICT_PACKETS &&
		    take_in_order(buf_slice(&payload), next);
		buf_clear(&payload);
		eio_answer_fini(&a);
	} while (good && *next < PACKETS);
	buf_fini(&payload);
	g->fd = -1;
	if (!good || *next >= PACKETS)
		return good;
	eio_answer_fini(&a);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	g->fd = pair[0];
	g->theirs = pair[1];
	get_hold(g, c->lot, 25000);
	return true;
}

/* One poller's sessions: wait for answers, poll again until all has come. */
static void *
poll_crowd(void *cookie)
{
	struct crowd *c = cookie;
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *r = rds_new(f.redis.url, 10000, breaker);
	struct get *g = ck_calloc((size_t)c->n, sizeof(*g));
	struct pollfd *p = ck_calloc((size_t)c->n, sizeof(*p));
	int *next = ck_calloc((size_t)c->n, sizeof(*next));
	int64_t until = clock_mono_ms() + 60000;
	int open = 0;

	for (int i = 0; i < c->n; i++) {
		c->wrong += !crowd_get(c, r, c->first + i, &g[i], &next[i]);
		p[i] = (struct pollfd){ .fd = g[i].fd, .events = POLLIN };
		open += g[i].fd >= 0;
	}
	while (open > 0 && clock_mono_ms() < until && c->wrong == 0) {
		(void)poll(p, (nfds_t)c->n, 100);
		for (int i = 0; i < c->n; i++) {
			struct reply reply;

			if (p[i].fd < 0 || p[i].revents == 0)
				continue;
			reply = get_reply(&g[i], SOON_MS);
			open--;
			if (reply.status != 200 ||
			    !take_in_order(reply.body, &next[i]))
				c->wrong++;
			buf_fini(&reply.text);
			g[i].fd = -1;
			if (next[i] < PACKETS && c->wrong == 0)
				c->wrong += !crowd_get(
				    c, r, c->first + i, &g[i], &next[i]);
			p[i].fd = g[i].fd;
			open += g[i].fd >= 0;
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
	rds_free(r);
	rds_breaker_free(breaker);
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
		struct get g;

		/* Sessions are shared by all: overlaps, too. */
		esid_of(rand_r(&c->seed) % 20, esid);
		if (rand_r(&c->seed) % 8 == 0) {
			struct eio_command open;

			eio_store_open(&open, &c->lot->eio, slice_from(esid), 4,
			    SLICE_EMPTY);
			(void)run_on(r, &c->lot->eio, &open);
		}
		if (get_ask(&g, r, c->lot, esid) != VERDICT_PARK) {
			get_give_up(&g, c->lot);
			continue;
		}
		if (rand_r(&c->seed) % 2)
			(void)push_on(r,
			    rand_r(&c->seed) % 2 ? &c->lot->eio
						 : &f.store[PROC_W],
			    esid, "4x");
		if (rand_r(&c->seed) % 4 == 0)
			(void)close(g.fd);
		get_hold(&g, c->lot, 25000);
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
	    CHECK_CASE(test_deliver_while_arming),
	    CHECK_CASE(test_deliver_while_handed), CHECK_CASE(test_wake),
	    CHECK_CASE(test_wake_while_arming),
	    CHECK_CASE(test_wake_while_handed), CHECK_CASE(test_disarm),
	    CHECK_CASE(test_long_esid), CHECK_CASE(test_abort),
	    CHECK_CASE(test_abort_races), CHECK_CASE(test_deadlines),
	    CHECK_CASE(test_big_answer), CHECK_CASE(test_redis_restart),
	    CHECK_CASE(test_redis_away), CHECK_CASE(test_drain_without_redis),
	    CHECK_CASE(test_drain), CHECK_CASE(test_sweep),
	    CHECK_CASE(test_odd_messages), CHECK_CASE(test_many),
	    CHECK_CASE(test_chaos), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}
