/* Tickets: added, delayed, taken once, acked, reclaimed; a lost group. */
#include "io/queue.h"

#include "eio_fixture.h"
#include "io/rnd.h"

#define JOB1 "11111111-1111-4111-8111-111111111111"
#define JOB2 "22222222-2222-4222-8222-222222222222"

static struct eio_fixture f;
static struct queue q;

static void
fresh(void)
{
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	q = (struct queue){ f.rds, "t", QUEUE_JOBS };
}

static bool
add(const char *job, int64_t delay_ms)
{
	struct err e = ERR_INIT;

	return queue_add(&q, slice_from(job), delay_ms, &e) == 0;
}

/* The job of the next ticket within 20 ms, "" when there is none. */
static struct queue_ticket
reserve(const char *consumer)
{
	struct queue_ticket t = { "", "" };
	struct err e = ERR_INIT;
	bool got = false;

	if (queue_reserve(&q, slice_from(consumer), 20, &t, &got, &e) != 0) {
		(void)printf("# %s\n", e.msg);
		CHECK(!"queue_reserve");
	}
	if (!got)
		t.job[0] = '\0';
	return t;
}

static int64_t
depth(void)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	CHECK(queue_depth(&q, &n, &e) == 0);
	return n;
}

static bool
is_job(const struct queue_ticket *t, const char *job)
{
	return strcmp(t->job, job) == 0;
}

static void
test_one(void)
{
	struct err e = ERR_INIT;
	struct queue_ticket t;

	fresh();
	/* The first reserve finds no group and makes it. */
	t = reserve("c");
	CHECK(is_job(&t, ""));
	CHECK(add(JOB1, 0) && add(JOB2, 0));
	CHECK(depth() == 2);
	t = reserve("c");
	CHECK(is_job(&t, JOB1));
	CHECK(queue_ack(&q, &t, &e) == 0);
	CHECK(depth() == 1);
	t = reserve("d");
	CHECK(is_job(&t, JOB2));
	/* Taken: nobody else gets it. */
	t = reserve("c");
	CHECK(is_job(&t, ""));
}

/* Tickets that were there before the group was made (again) are not lost. */
static void
test_lost_group(void)
{
	struct queue_ticket t;

	fresh();
	CHECK(add(JOB1, 0));
	t = reserve("c");
	CHECK(is_job(&t, ""));
	t = reserve("c");
	CHECK(is_job(&t, JOB1));
	CHECK(eio_fixture_int(&f, "XGROUP DESTROY {t:q}:jobs workers") == 1);
	t = reserve("c");
	CHECK(is_job(&t, ""));
	t = reserve("c");
	CHECK(is_job(&t, JOB1));
}

static void
test_delay(void)
{
	struct err e = ERR_INIT;
	struct queue_ticket t;

	fresh();
	(void)reserve("c");
	CHECK(add(JOB1, 60000) && add(JOB2, 100000));
	CHECK(queue_promote(&q, &e) == 0);
	CHECK(depth() == 0);
	/* A minute is over. */
	rds_reply_free(eio_fixture_redis(&f, "ZADD {t:q}:later:jobs 1 " JOB1));
	CHECK(queue_promote(&q, &e) == 0);
	CHECK(depth() == 1);
	t = reserve("c");
	CHECK(is_job(&t, JOB1));
	CHECK(eio_fixture_int(&f, "ZCARD {t:q}:later:jobs") == 1);
	/* The same job again: one ticket, at the newer time. */
	CHECK(add(JOB2, 1));
	clock_sleep_ms(5);
	CHECK(queue_promote(&q, &e) == 0);
	CHECK(queue_promote(&q, &e) == 0);
	CHECK(depth() == 2);
}

/* 1: a ticket, 0: none, -1: Redis does not answer. */
static int
reclaim(int64_t idle_ms, struct queue_ticket *t)
{
	struct err e = ERR_INIT;
	bool got = false;

	if (queue_reclaim(&q, SLICE("live"), idle_ms, t, &got, &e) != 0)
		return -1;
	return got;
}

static void
test_reclaim(void)
{
	struct err e = ERR_INIT;
	struct queue_ticket t;

	fresh();
	(void)reserve("dead");
	CHECK(add(JOB1, 0));
	t = reserve("dead");
	CHECK(is_job(&t, JOB1));
	/* Not idle for long enough. */
	CHECK(reclaim(60000, &t) == 0);
	clock_sleep_ms(20);
	CHECK(reclaim(10, &t) == 1 && is_job(&t, JOB1));
	/* Claimed just now: not idle again yet. Left alone, it comes back. */
	CHECK(reclaim(60000, &t) == 0 && depth() == 1);
	clock_sleep_ms(20);
	CHECK(reclaim(10, &t) == 1 && is_job(&t, JOB1));
	CHECK(queue_ack(&q, &t, &e) == 0);
	CHECK(depth() == 0 && reclaim(0, &t) == 0);
	/* The dead one was only slow: its ack does no harm. */
	CHECK(queue_ack(&q, &t, &e) == 0);
	/* Without a group there is nothing to reclaim; it is made. */
	CHECK(eio_fixture_int(&f, "XGROUP DESTROY {t:q}:jobs workers") == 1);
	CHECK(reclaim(10, &t) == 0);
	CHECK(reclaim(10, &t) == 0);
}

/* What is no ticket is thrown away, and stops nobody. */
static void
test_strange_entries(void)
{
	static const char *const STRANGE[] = {
		"XADD {t:q}:jobs * id short",
		"XADD {t:q}:jobs * id " JOB1 "x",
		"XADD {t:q}:jobs 99999999999999-18446744073709551615 a b c d",
	};
	struct queue_ticket t;

	fresh();
	(void)reserve("c");
	for (size_t i = 0; i < COUNT(STRANGE); i++)
		rds_reply_free(eio_fixture_redis(&f, STRANGE[i]));
	for (size_t i = 0; i < COUNT(STRANGE); i++) {
		t = reserve("c");
		CHECK(is_job(&t, ""));
	}
	CHECK(depth() == 0);
	CHECK(eio_fixture_int(&f, "XLEN {t:q}:jobs") == 0);
}

/* Strange entries that a dead consumer took are cleared away too. */
static void
test_strange_reclaim(void)
{
	struct queue_ticket t;

	fresh();
	(void)reserve("c");
	rds_reply_free(eio_fixture_redis(&f, "XADD {t:q}:jobs * id strange"));
	rds_reply_free(eio_fixture_redis(
	    &f, "XREADGROUP GROUP workers dead COUNT 1 STREAMS {t:q}:jobs >"));
	clock_sleep_ms(5);
	CHECK(reclaim(1, &t) == 0);
	CHECK(depth() == 0);
}

/* Waiting for a ticket is cut short by one. */
static void
test_waiting(void)
{
	struct err e = ERR_INIT;
	struct queue_ticket t;
	bool got = true;
	int64_t from;

	fresh();
	(void)reserve("c");
	from = clock_mono_ms();
	CHECK(queue_reserve(&q, SLICE("c"), 200, &t, &got, &e) == 0 && !got);
	CHECK(clock_mono_ms() - from >= 190);
	CHECK(add(JOB1, 0));
	from = clock_mono_ms();
	CHECK(queue_reserve(&q, SLICE("c"), 5000, &t, &got, &e) == 0 && got);
	CHECK(clock_mono_ms() - from < 4000);
}

/* Lanes know nothing of each other. */
static void
test_lanes(void)
{
	const struct queue quick = { f.rds, "t", QUEUE_QUICK };
	static struct queue_ticket t[QUEUE_BATCH];
	struct err e = ERR_INIT;
	int64_t taken = -1, later = -1;
	size_t n = 1;

	fresh();
	CHECK(queue_taken(&quick, &taken, &later, &e) == 0);
	CHECK(taken == 0 && later == 0);
	CHECK(queue_reserve_many(&quick, SLICE("c"), 5, t, &n, &e) == 0);
	CHECK(n == 0);
	CHECK(queue_add(&quick, SLICE(JOB1), 0, &e) == 0);
	CHECK(queue_add(&quick, SLICE(JOB2), 60000, &e) == 0);
	CHECK(depth() == 0);
	t[0] = reserve("c");
	CHECK(is_job(&t[0], ""));
	CHECK(queue_reserve_many(&quick, SLICE("c"), 5, t, &n, &e) == 0);
	CHECK(n == 1 && is_job(&t[0], JOB1));
	CHECK(queue_taken(&quick, &taken, &later, &e) == 0);
	CHECK(taken == 1 && later == 1);
	CHECK(queue_taken(&q, &taken, &later, &e) == 0);
	CHECK(taken == 0 && later == 0);
}

static void
test_many(void)
{
	static char ids[QUEUE_BATCH + 44][37];
	static struct slice jobs[COUNT(ids)];
	static struct queue_ticket t[QUEUE_BATCH];
	struct err e = ERR_INIT;
	size_t n = 0;

	fresh();
	(void)reserve("c");
	for (size_t i = 0; i < COUNT(jobs); i++) {
		rnd_uuid(ids[i]);
		jobs[i] = slice_from(ids[i]);
	}
	CHECK(queue_add_many(&q, jobs, 0, &e) == 0 && depth() == 0);
	CHECK(queue_add_many(&q, jobs, COUNT(jobs), &e) == 0);
	rds_reply_free(eio_fixture_redis(&f, "XADD {t:q}:jobs * id strange"));
	CHECK(depth() == QUEUE_BATCH + 45);
	CHECK(queue_reserve_many(&q, SLICE("c"), 5, t, &n, &e) == 0);
	CHECK(n == QUEUE_BATCH);
	for (size_t i = 0; i < n; i++)
		CHECK(is_job(&t[i], ids[i]));
	CHECK(queue_ack_many(&q, t, 0, &e) == 0 && depth() == QUEUE_BATCH + 45);
	CHECK(queue_ack_many(&q, t, n, &e) == 0 && depth() == 45);
	CHECK(eio_fixture_int(&f, "XLEN {t:q}:jobs") == 45);
	CHECK(queue_reserve_many(&q, SLICE("c"), 5, t, &n, &e) == 0);
	CHECK(n == 44 && depth() == 44);
}

static void
test_cancels(void)
{
	struct err e = ERR_INIT;
	int64_t cancels = -1;
	bool lost = false;

	fresh();
	CHECK(queue_cancels(&q, &cancels, &lost, &e) == 0);
	CHECK(cancels == 0 && lost);
	CHECK(queue_cancels(&q, &cancels, &lost, &e) == 0 && !lost);
	CHECK(queue_cancel(&q, &e) == 0);
	CHECK(queue_cancels(&q, &cancels, &lost, &e) == 0);
	CHECK(cancels == 1 && !lost);
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	CHECK(queue_cancels(&q, &cancels, &lost, &e) == 0);
	CHECK(cancels == 0 && lost);
}

/* A cancellation must not hide that Redis has forgotten all. */
static void
test_cancel_first(void)
{
	struct err e = ERR_INIT;
	int64_t cancels = -1;
	bool lost = false;

	fresh();
	CHECK(queue_cancel(&q, &e) == 0);
	CHECK(queue_cancels(&q, &cancels, &lost, &e) == 0 && lost);
	CHECK(queue_cancel(&q, &e) == 0 && queue_cancel(&q, &e) == 0);
	CHECK(queue_cancels(&q, &cancels, &lost, &e) == 0);
	CHECK(cancels == 2 && !lost);
}

static int64_t
consumers(void)
{
	struct redisReply *reply =
	    eio_fixture_redis(&f, "XINFO CONSUMERS {t:q}:jobs workers");
	int64_t n = (int64_t)rds_count(reply);

	rds_reply_free(reply);
	return n;
}

/* Those of workers that are gone, unless a ticket is still theirs. */
static void
test_tidy(void)
{
	struct err e = ERR_INIT;
	struct queue_ticket t, idle;

	fresh();
	CHECK(queue_tidy(&q, 0, &e) == 0);
	CHECK(add(JOB1, 0));
	CHECK(queue_tidy(&q, 0, &e) == 0);
	(void)reserve("none");
	t = reserve("holds");
	CHECK(is_job(&t, JOB1));
	CHECK(add(JOB2, 0));
	idle = reserve("idle");
	CHECK(is_job(&idle, JOB2) && queue_ack(&q, &idle, &e) == 0);
	CHECK(consumers() == 2);
	CHECK(queue_tidy(&q, 3600000, &e) == 0 && consumers() == 2);
	clock_sleep_ms(5);
	CHECK(queue_tidy(&q, 1, &e) == 0 && consumers() == 1);
	CHECK(queue_ack(&q, &t, &e) == 0);
	clock_sleep_ms(5);
	CHECK(queue_tidy(&q, 1, &e) == 0 && consumers() == 0);
	/* It is back. */
	CHECK(add(JOB2, 0));
	t = reserve("holds");
	CHECK(is_job(&t, JOB2) && consumers() == 1);
}

static void
test_no_redis(void)
{
	struct err e = ERR_INIT;
	struct queue_ticket t = { "1-1", JOB1 };
	struct slice job = SLICE(JOB1);
	int64_t n, later;
	bool got;

	fresh();
	redis_kill(&f.redis);
	CHECK(queue_add(&q, SLICE(JOB1), 0, &e) == -1);
	CHECK(queue_add(&q, SLICE(JOB1), 5, &e) == -1);
	CHECK(queue_reserve(&q, SLICE("c"), 10, &t, &got, &e) == -1);
	CHECK(queue_ack(&q, &t, &e) == -1);
	CHECK(queue_promote(&q, &e) == -1);
	CHECK(reclaim(10, &t) == -1);
	CHECK(queue_depth(&q, &n, &e) == -1);
	CHECK(queue_add_many(&q, &job, 1, &e) == -1);
	CHECK(queue_taken(&q, &n, &later, &e) == -1);
	CHECK(queue_cancel(&q, &e) == -1);
	CHECK(queue_tidy(&q, 1, &e) == -1);
	CHECK(queue_cancels(&q, &n, &got, &e) == -1);
	CHECK(e.code == ERR_UNAVAILABLE);
	redis_launch(&f.redis);
}

int
main(void)
{
	int rc;

	eio_fixture_init(&f);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_one),
	    CHECK_CASE(test_lost_group), CHECK_CASE(test_delay),
	    CHECK_CASE(test_reclaim), CHECK_CASE(test_strange_entries),
	    CHECK_CASE(test_strange_reclaim), CHECK_CASE(test_waiting),
	    CHECK_CASE(test_lanes), CHECK_CASE(test_many),
	    CHECK_CASE(test_cancels), CHECK_CASE(test_cancel_first),
	    CHECK_CASE(test_tidy), CHECK_CASE(test_no_redis), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}
