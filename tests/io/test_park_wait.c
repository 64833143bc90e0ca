/*
 * Requests in the parking lot that wait for a word: it comes, its time comes, the
 * client leaves, the process stops. None needs a thread or asks Redis.
 */
/* The fixture is test_park.c's, too. */
#pragma GCC diagnostic ignored "-Wunused-function"
#include "park_fixture.h"

#define WORD  "b69f2d41-4d1a-4298-b7f4-266860c4e411"
#define OTHER "c69f2d41-4d1a-4298-b7f4-266860c4e412"
#define KEPT  "\n/upload\nhttp\nhost"

static struct client
wait_hand(struct lot *l, const char *body, int64_t ms)
{
	return request_hand(l, "",
	    &(struct later){
		.kind = LATER_WAIT, .body = slice_from(body), .wait_ms = ms });
}

/* One that is held. */
static struct client
wait_park(struct lot *l, const char *body, int64_t ms)
{
	struct client g = wait_hand(l, body, ms);
	int64_t until = clock_mono_ms() + SOON_MS;

	while ((g.token = newest_token(l)) == 0 && clock_mono_ms() < until)
		clock_sleep_ms(1);
	CHECK(g.token != 0);
	return g;
}

static void
say(const char *word)
{
	struct queue q = { f.rds, f.store[PROC_A].prefix, QUEUE_JOBS };
	struct err e = ERR_INIT;

	CHECK(queue_tell(&q, SLICE("lot"), slice_from(word), &e) == 0);
}

static uint32_t
held(struct lot *l)
{
	uint32_t n;

	(void)pthread_mutex_lock(&l->park->table.lock);
	n = l->park->table.used;
	(void)pthread_mutex_unlock(&l->park->table.lock);
	return n;
}

static bool
empties(struct lot *l)
{
	int64_t until = clock_mono_ms() + SOON_MS;

	while (held(l) != 0 && clock_mono_ms() < until)
		clock_sleep_ms(1);
	return held(l) == 0;
}

static bool
again_has(struct lot *l, const char *text)
{
	return slice_find(buf_slice(&l->again), slice_from(text)) >= 0;
}

static void
test_park_wait_word(void)
{
	struct lot l;
	struct client one, two, other;

	lot_init(&l, false);
	one = wait_park(&l, WORD KEPT, 60000);
	two = wait_park(&l, WORD KEPT, 60000);
	other = wait_park(&l, OTHER KEPT, 60000);
	say("no word");
	say("");
	say(WORD "x");
	say(WORD);
	CHECK(settles(&l.n_again, 2));
	CHECK(again_has(&l, "X-Test: yes\r\n"));
	CHECK(again_has(&l, "r-1" WORD KEPT));
	CHECK(!again_has(&l, "last"));
	CHECK(held(&l) == 1);
	/* Who waits no more is not run again. */
	say(WORD);
	say(OTHER);
	CHECK(settles(&l.n_again, 3) && held(&l) == 0);
	(void)close(one.fd);
	(void)close(two.fd);
	(void)close(other.fd);
	lot_fini(&l);
}

static void
test_park_wait_time(void)
{
	struct lot l;
	struct client g;
	int64_t from;

	lot_init(&l, false);
	from = clock_mono_ms();
	g = wait_hand(&l, WORD KEPT, 200);
	CHECK(settles(&l.n_again, 1));
	CHECK(clock_mono_ms() - from >= 195);
	(void)close(g.fd);
	lot_fini(&l);
}

static void
test_park_wait_client_leaves(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	g = wait_park(&l, WORD KEPT, 60000);
	(void)close(g.fd);
	CHECK(empties(&l));
	say(WORD);
	g = wait_park(&l, OTHER KEPT, 60000);
	say(OTHER);
	CHECK(settles(&l.n_again, 1));
	(void)close(g.fd);
	lot_fini(&l);
}

/* Who cannot hear looks when it can. */
static void
test_park_wait_redis_restarts(void)
{
	struct lot l;
	struct client g;

	lot_init(&l, false);
	g = wait_park(&l, WORD KEPT, 60000);
	redis_kill(&f.redis);
	clock_sleep_ms(50);
	CHECK(atomic_load(&l.n_again) == 0);
	redis_launch(&f.redis);
	CHECK(settles(&l.n_again, 1));
	(void)close(g.fd);
	lot_fini(&l);
}

static void
test_park_wait_drain(void)
{
	const struct later later = {
		.kind = LATER_WAIT, .body = SLICE(OTHER KEPT), .wait_ms = 60000
	};
	struct park_request request = { .later = &later,
		.route = &ROUTE,
		.esid = SLICE(""),
		.headers = SLICE(""),
		.identity = SLICE("") };
	struct lot l;
	struct client g;

	lot_init(&l, false);
	g = wait_park(&l, WORD KEPT, 60000);
	park_drain(l.park);
	CHECK(settles(&l.n_again, 1));
	CHECK(again_has(&l, "last"));
	/* Nobody may begin to wait. */
	CHECK(!park_hold(l.park, &request));
	CHECK(held(&l) == 0);
	(void)close(g.fd);
	lot_fini(&l);
}

/* Words, times, clients that leave, all at once: none is lost, none is left. */
static void
test_park_wait_many(void)
{
	enum {
		N = 300
	};
	static struct client g[N];
	struct lot l;
	char body[64];
	int left = 0;

	lot_init(&l, true);
	for (int i = 0; i < N; i++) {
		(void)snprintf(body, sizeof(body), "word %d\n/\n\n", i);
		g[i] = wait_hand(&l, body, i % 3 == 0 ? i : 60000);
	}
	for (int i = 0; i < N; i++) {
		(void)snprintf(body, sizeof(body), "word %d", i);
		if (i % 3 == 1)
			say(body);
		if (i % 3 == 2) {
			(void)close(g[i].fd);
			left++;
		}
	}
	/* What was said too early comes with the sweep. */
	CHECK(empties(&l));
	CHECK(atomic_load(&l.n_again) >= N - left);
	for (int i = 0; i < N; i++)
		if (i % 3 != 2)
			(void)close(g[i].fd);
	lot_fini(&l);
}

int
main(void)
{
	int rc;

	log_set_level(LOG_ERROR);
	eio_fixture_init(&f);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_park_wait_word),
	    CHECK_CASE(test_park_wait_time),
	    CHECK_CASE(test_park_wait_client_leaves),
	    CHECK_CASE(test_park_wait_redis_restarts),
	    CHECK_CASE(test_park_wait_drain), CHECK_CASE(test_park_wait_many),
	    { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}
