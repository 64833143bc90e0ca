/* Redis on the event loop: messages, coming back, a frozen Redis. */
#include "io/rds_async.h"

#include <ev.h>

#include "harness/check.h"
#include "redis_fixture.h"

#define CHANNEL "t:wake:p"

static struct redis redis;

/* One loop with one rds_async, and all it said. */
struct watcher {
	struct rds_breaker *breaker;
	struct ev_loop *loop;
	struct rds_async *ra;
	int listening, messages, answers, failures;
	char last[64];
	uint64_t token;
};

static void
on_message(void *cookie, struct slice text)
{
	struct watcher *w = cookie;

	w->messages++;
	(void)snprintf(w->last, sizeof(w->last), "%.*s", SLICE_ARG(text));
}

static void
on_listening(void *cookie)
{
	((struct watcher *)cookie)->listening++;
}

static void
on_answer(void *cookie, uint64_t token, struct redisReply *reply)
{
	struct watcher *w = cookie;

	w->token = token;
	if (reply == NULL)
		w->failures++;
	else
		w->answers++;
	(void)snprintf(
	    w->last, sizeof(w->last), "%.*s", SLICE_ARG(rds_text(reply)));
}

static void
watcher_init(struct watcher *w)
{
	struct rds_async_events events = { w, on_message, on_listening, NULL };

	memset(w, 0, sizeof(*w));
	w->breaker = rds_breaker_new();
	events.breaker = w->breaker;
	w->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	w->ra = rds_async_new(w->loop, redis.url, CHANNEL, &events);
}

static void
watcher_fini(struct watcher *w)
{
	rds_async_free(w->ra);
	ev_loop_destroy(w->loop);
	rds_breaker_free(w->breaker);
}

/* Run the loop until `*what` reaches `n`, or time is up. */
static bool
reaches(struct watcher *w, const int *what, int n, int64_t within_ms)
{
	int64_t until = clock_mono_ms() + within_ms;

	while (*what < n && clock_mono_ms() < until) {
		(void)ev_run(w->loop, EVRUN_NOWAIT);
		clock_sleep_ms(1);
	}
	return *what >= n;
}

static bool
comes_up(struct watcher *w, bool up, int64_t within_ms)
{
	int64_t until = clock_mono_ms() + within_ms;

	while (rds_async_up(w->ra) != up && clock_mono_ms() < until) {
		(void)ev_run(w->loop, EVRUN_NOWAIT);
		clock_sleep_ms(1);
	}
	return rds_async_up(w->ra) == up;
}

static void
publish(const char *text)
{
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *r = rds_new(redis.url, 2000, breaker);
	struct rds_command c = rds_command("PUBLISH", CHANNEL, text, NULL);
	struct err e = ERR_INIT;
	struct redisReply *reply = rds_call(r, &c, &e);

	CHECK(rds_int(reply) == 1);
	rds_reply_free(reply);
	rds_free(r);
	rds_breaker_free(breaker);
}

static void
echo(struct watcher *w, const char *text, uint64_t token)
{
	struct rds_command c = rds_command("ECHO", text, NULL);

	rds_async_call(w->ra, &c, on_answer, w, token);
}

static void
test_messages(void)
{
	struct watcher w = { 0 };

	watcher_init(&w);
	CHECK(reaches(&w, &w.listening, 1, 3000));
	for (int i = 1; i <= 100; i++)
		publish(i == 100 ? "last" : "17");
	CHECK(reaches(&w, &w.messages, 100, 3000));
	CHECK(strcmp(w.last, "last") == 0);
	CHECK(w.messages == 100 && w.listening == 1);
	watcher_fini(&w);
}

static void
test_commands(void)
{
	struct watcher w = { 0 };

	watcher_init(&w);
	/* While it connects: it waits. */
	CHECK(!rds_async_up(w.ra));
	echo(&w, "early", 1);
	CHECK(reaches(&w, &w.answers, 1, 3000));
	CHECK(w.token == 1 && strcmp(w.last, "early") == 0);
	echo(&w, "one", UINT64_C(1) << 52);
	CHECK(reaches(&w, &w.answers, 2, 3000));
	CHECK(w.token == UINT64_C(1) << 52 && strcmp(w.last, "one") == 0);
	watcher_fini(&w);
}

/* An error reply is no reply. */
static void
test_errors(void)
{
	struct rds_command c = rds_command("NOSUCHCOMMAND", NULL);
	struct watcher w = { 0 };

	watcher_init(&w);
	CHECK(comes_up(&w, true, 3000));
	rds_async_call(w.ra, &c, on_answer, &w, 5);
	CHECK(reaches(&w, &w.failures, 1, 3000));
	CHECK(w.token == 5 && w.answers == 0);
	watcher_fini(&w);
}

static void
call_script(struct watcher *w)
{
	struct rds_command c = { .script = RDS_PROMOTE };

	rds_word(&c, SLICE("2"));
	rds_word(&c, SLICE("{t:q}:later"));
	rds_word(&c, SLICE("{t:q}:jobs"));
	rds_word(&c, SLICE("10"));
	rds_async_call(w->ra, &c, on_answer, w, 1);
}

/* The first call after Redis forgot the scripts fails and loads, not more. */
static void
test_scripts_forgotten(void)
{
	struct rds_command flush = rds_command("FUNCTION", "FLUSH", NULL);
	struct watcher w = { 0 };

	watcher_init(&w);
	CHECK(comes_up(&w, true, 3000));
	call_script(&w);
	CHECK(reaches(&w, &w.answers, 1, 3000));
	rds_async_call(w.ra, &flush, on_answer, &w, 1);
	CHECK(reaches(&w, &w.answers, 2, 3000));
	call_script(&w);
	CHECK(reaches(&w, &w.failures, 1, 3000));
	call_script(&w);
	CHECK(reaches(&w, &w.answers, 3, 3000));
	CHECK(w.failures == 1);
	watcher_fini(&w);
}

static void
test_restart(void)
{
	struct watcher w = { 0 };
	int answered;

	watcher_init(&w);
	CHECK(reaches(&w, &w.listening, 1, 3000));
	CHECK(comes_up(&w, true, 3000));
	redis_kill(&redis);
	CHECK(comes_up(&w, false, 3000));
	/* While it is away: failed at once. */
	echo(&w, "x", 2);
	CHECK(w.failures == 1);
	redis_launch(&redis);
	CHECK(reaches(&w, &w.listening, 2, 3000));
	CHECK(comes_up(&w, true, 3000));
	publish("back");
	CHECK(reaches(&w, &w.messages, 1, 3000));
	answered = w.answers;
	echo(&w, "x", 3);
	CHECK(reaches(&w, &w.answers, answered + 1, 3000));
	watcher_fini(&w);
}

/* What was under way when Redis died is answered: as a failure. */
static void
test_under_way(void)
{
	struct rds_command c = rds_command("BLPOP", "nothing", "30", NULL);
	struct watcher w = { 0 };

	watcher_init(&w);
	CHECK(comes_up(&w, true, 3000));
	rds_async_call(w.ra, &c, on_answer, &w, 9);
	(void)ev_run(w.loop, EVRUN_NOWAIT);
	CHECK(w.failures == 0);
	redis_kill(&redis);
	CHECK(reaches(&w, &w.failures, 1, 3000));
	CHECK(w.token == 9);
	redis_launch(&redis);
	watcher_fini(&w);
}

/* A thread that asks a frozen Redis: from then on it is thought to be down. */
static void
ask_in_vain(struct rds_breaker *breaker)
{
	struct rds *r = rds_new(redis.url, 20, breaker);
	struct rds_command c = rds_command("PING", NULL);
	struct err e = ERR_INIT;

	CHECK(rds_call(r, &c, &e) == NULL);
	CHECK(!rds_breaker_closed(breaker));
	rds_free(r);
}

static void
test_frozen(void)
{
	struct watcher w = { 0 };

	watcher_init(&w);
	CHECK(reaches(&w, &w.listening, 1, 3000));
	CHECK(comes_up(&w, true, 3000));
	/* So that nothing of before is still on its way. */
	echo(&w, "warm", 3);
	CHECK(reaches(&w, &w.answers, 1, 3000));
	redis_freeze(&redis);
	ask_in_vain(w.breaker);
	echo(&w, "x", 4);
	CHECK(comes_up(&w, false, 3000));
	CHECK(w.failures == 1 && w.token == 4);
	CHECK(!rds_breaker_closed(w.breaker));
	redis_thaw(&redis);
	CHECK(comes_up(&w, true, 3000));
	CHECK(reaches(&w, &w.listening, 2, 3000));
	echo(&w, "after", 5);
	CHECK(reaches(&w, &w.answers, 2, 3000));
	/* No thread has asked in between: the loop has told. */
	CHECK(rds_breaker_closed(w.breaker));
	publish("thawed");
	CHECK(reaches(&w, &w.messages, 1, 3000));
	watcher_fini(&w);
}

/* Ended with commands under way, and before it ever connected. */
static void
test_free(void)
{
	struct watcher w = { 0 };

	watcher_init(&w);
	watcher_fini(&w);
	watcher_init(&w);
	CHECK(comes_up(&w, true, 3000));
	echo(&w, "never", 1);
	watcher_fini(&w);
	CHECK(w.failures == 1);
	rds_async_free(NULL);
}

int
main(void)
{
	int rc;

	redis_start(&redis);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_messages),
	    CHECK_CASE(test_commands), CHECK_CASE(test_errors),
	    CHECK_CASE(test_scripts_forgotten), CHECK_CASE(test_restart),
	    CHECK_CASE(test_under_way), CHECK_CASE(test_frozen),
	    CHECK_CASE(test_free), { NULL, NULL } });
	redis_stop(&redis);
	return rc;
}
