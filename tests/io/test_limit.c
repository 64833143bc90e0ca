/* Calls to a provider: at once, in a minute, after a word of its own. */
#include "io/limit.h"

#include "eio_fixture.h"

static struct eio_fixture f;
static struct conf conf;
static struct limits l;

static void
fresh(int64_t concurrency, int64_t per_minute)
{
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	conf = (struct conf){ .llm_concurrency = concurrency,
		.llm_per_minute = per_minute };
	l = (struct limits){ f.rds, "t", &conf };
}

/* 0: entered; else how long to wait; -1: Redis does not answer. */
static int64_t
enter(enum limit_provider provider, struct limit_slot *slot)
{
	struct err e = ERR_INIT;
	int64_t wait_ms = -1;

	if (limit_enter(&l, provider, slot, &wait_ms, &e) != 0)
		return e.code == ERR_UNAVAILABLE ? -1 : -2;
	return wait_ms;
}

static void
test_no_limit(void)
{
	struct limit_slot slot[100];

	fresh(0, 0);
	for (size_t i = 0; i < COUNT(slot); i++)
		CHECK(enter(LIMIT_LLM, &slot[i]) == 0);
	CHECK(eio_fixture_int(&f, "DBSIZE") == 0);
	limit_leave(&l, &slot[0]);
}

static void
test_at_once(void)
{
	struct limit_slot slot[4];
	int64_t wait_ms;

	fresh(3, 0);
	for (int i = 0; i < 3; i++)
		CHECK(enter(LIMIT_LLM, &slot[i]) == 0);
	wait_ms = enter(LIMIT_LLM, &slot[3]);
	CHECK(wait_ms > 0 && wait_ms < 1000);
	CHECK(*slot[3].holder == '\0');
	/* Of others there is no limit; leaving what one has not does no harm. */
	CHECK(enter(LIMIT_EDGE, &slot[3]) == 0);
	limit_leave(&l, &slot[3]);
	CHECK(eio_fixture_int(&f, "ZCARD {t:q}:slots:llm") == 3);
	limit_leave(&l, &slot[1]);
	limit_leave(&l, &slot[1]);
	CHECK(enter(LIMIT_LLM, &slot[1]) == 0);
	CHECK(enter(LIMIT_LLM, &slot[3]) > 0);
}

/* The slot of a worker that was killed comes back; a live one keeps its own. */
static void
test_lease(void)
{
	struct limit_slot dead, live, next;

	fresh(2, 0);
	CHECK(enter(LIMIT_LLM, &dead) == 0);
	CHECK(enter(LIMIT_LLM, &live) == 0);
	CHECK(enter(LIMIT_LLM, &next) > 0);
	/* Not yet time to renew. */
	limit_keep(&l, &live);
	CHECK(eio_fixture_int(&f, "ZCARD {t:q}:slots:llm") == 2);
	/* Both leases run out in Redis, one holder is late, not dead. */
	rds_reply_free(eio_fixture_redis(&f, "DEL {t:q}:slots:llm"));
	live.keep_ms = 0;
	limit_keep(&l, &live);
	CHECK(live.keep_ms > clock_mono_ms());
	CHECK(enter(LIMIT_LLM, &next) == 0);
	CHECK(enter(LIMIT_LLM, &dead) > 0);
	CHECK(eio_fixture_int(&f, "PTTL {t:q}:slots:llm") > 1000);
	limit_leave(&l, &live);
	limit_leave(&l, &next);
	CHECK(eio_fixture_int(&f, "EXISTS {t:q}:slots:llm") == 0);
}

static void
test_lease_ends(void)
{
	struct limit_slot slot;

	fresh(1, 0);
	rds_reply_free(
	    eio_fixture_redis(&f, "ZADD {t:q}:slots:llm 1000 long-dead"));
	CHECK(enter(LIMIT_LLM, &slot) == 0);
	CHECK(eio_fixture_int(&f, "ZCARD {t:q}:slots:llm") == 1);
}

/* 60 a minute: 6 at once, and one each 60/55 s after that. */
static void
test_rate(void)
{
	struct limit_slot slot;
	int64_t wait_ms;

	/* Two at once, then one in three seconds: no machine is slower. */
	fresh(0, 20);
	for (int i = 0; i < 2; i++)
		CHECK(enter(LIMIT_LLM, &slot) == 0);
	wait_ms = enter(LIMIT_LLM, &slot);
	CHECK(wait_ms > 0 && wait_ms < 3158 + 790 + 20);
	CHECK(eio_fixture_int(&f, "PTTL {t:q}:rate:llm") > 0);
	/* The bucket fills up by itself: a minute ago it was full. */
	rds_reply_free(
	    eio_fixture_redis(&f, "HSET {t:q}:rate:llm full 1000000"));
	for (int i = 0; i < 2; i++)
		CHECK(enter(LIMIT_LLM, &slot) == 0);
	CHECK(enter(LIMIT_LLM, &slot) > 0);
}

static void
test_one_a_minute(void)
{
	struct limit_slot slot;

	fresh(0, 1);
	CHECK(enter(LIMIT_LLM, &slot) == 0);
	CHECK(enter(LIMIT_LLM, &slot) > 55000);
	/* A refusal takes nothing of the rate. */
	fresh(1, 1000);
	CHECK(enter(LIMIT_LLM, &slot) == 0);
	for (int i = 0; i < 200; i++) {
		struct limit_slot none;

		CHECK(enter(LIMIT_LLM, &none) > 0);
	}
	limit_leave(&l, &slot);
	CHECK(enter(LIMIT_LLM, &slot) == 0);
}

static void
test_pause(void)
{
	struct limit_slot slot;
	int64_t wait_ms;

	fresh(0, 0);
	limit_pause(&l, LIMIT_LLM, 0);
	CHECK(enter(LIMIT_LLM, &slot) == 0);
	limit_pause(&l, LIMIT_LLM, 30000);
	wait_ms = enter(LIMIT_LLM, &slot);
	CHECK(wait_ms > 20000 && wait_ms <= 30000 + 7500 + 20);
	/* A shorter one takes nothing back; others are not meant. */
	limit_pause(&l, LIMIT_LLM, 10);
	CHECK(enter(LIMIT_LLM, &slot) > 20000);
	CHECK(enter(LIMIT_EDGE, &slot) == 0);
	CHECK(eio_fixture_int(&f, "PTTL {t:q}:rate:llm") > 30000);
	limit_pause(&l, LIMIT_VIDEODB, INT64_MAX);
	CHECK(enter(LIMIT_VIDEODB, &slot) < 7200000);
	limit_pause(&l, LIMIT_EDGE, 1);
	clock_sleep_ms(5);
	CHECK(enter(LIMIT_EDGE, &slot) == 0);
}

static void
test_no_redis(void)
{
	struct limit_slot slot = { .provider = LIMIT_LLM, .holder = "x" };

	fresh(1, 1);
	redis_kill(&f.redis);
	limit_keep(&l, &slot);
	limit_pause(&l, LIMIT_LLM, 5);
	limit_leave(&l, &slot);
	CHECK(enter(LIMIT_LLM, &slot) == -1);
	redis_launch(&f.redis);
}

int
main(void)
{
	int rc;

	eio_fixture_init(&f);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_no_limit),
	    CHECK_CASE(test_at_once), CHECK_CASE(test_lease),
	    CHECK_CASE(test_lease_ends), CHECK_CASE(test_rate),
	    CHECK_CASE(test_one_a_minute), CHECK_CASE(test_pause),
	    CHECK_CASE(test_no_redis), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}
