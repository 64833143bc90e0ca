/* Connections to Redis: what happens when Redis is not as one would like. */
#include "io/rds.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/ck.h"
#include "harness/check.h"
#include "redis_fixture.h"

#define DEADLINE_MS 500
/* A machine that does ten other things: half as long again. */
#define SOON_MS 750

static struct redis redis;

struct client {
	struct rds_breaker *breaker;
	struct rds *r;
	struct err e;
};

static struct client
client_new(void)
{
	struct client c = { rds_breaker_new(), NULL, ERR_INIT };

	c.r = rds_new(redis.url, DEADLINE_MS, c.breaker);
	return c;
}

static void
client_free(struct client *c)
{
	rds_free(c->r);
	rds_breaker_free(c->breaker);
}

/* PING; how long it took goes to `*ms` if that is wanted. */
static int
ping(struct client *c, int64_t *ms)
{
	struct rds_command command = rds_command("PING", NULL);
	int64_t from = clock_mono_ms();
	struct redisReply *reply = rds_call(c->r, &command, &c->e);
	int rc = reply == NULL ? -1 : 0;

	if (ms != NULL)
		*ms = clock_mono_ms() - from;
	rds_reply_free(reply);
	return rc;
}

/* Until it answers again, as a client that comes back would. */
static bool
comes_back(struct client *c, int64_t within_ms)
{
	int64_t until = clock_mono_ms() + within_ms;

	while (ping(c, NULL) != 0) {
		if (clock_mono_ms() > until)
			return false;
		clock_sleep_ms(10);
	}
	return true;
}

static void
test_urls(void)
{
	static const struct {
		int line;
		const char *url;
		bool good;
	} CASES[] = {
		{ __LINE__, "redis://127.0.0.1:6379", true },
		{ __LINE__, "redis://host", true },
		{ __LINE__, "unix:/a path/with spaces.sock", true },
		{ __LINE__, "redis://host:0", false },
		{ __LINE__, "redis://host:65536", false },
		{ __LINE__, "redis://host:x", false },
		{ __LINE__, "redis://host:", false },
		{ __LINE__, "redis://:6379", false },
		{ __LINE__, "redis://", false },
		{ __LINE__, "http://host", false },
		{ __LINE__, "", false },
	};

	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct err e = ERR_INIT;
		int rc = rds_url_check(CASES[i].url, &e);

		CHECK_ROW(CASES[i].line, (rc == 0) == CASES[i].good);
		CHECK_ROW(CASES[i].line, rc == 0 || strlen(e.msg) > 20);
	}
}

static void
test_nobody_there(void)
{
	struct client c = { rds_breaker_new(), NULL, ERR_INIT };

	c.r = rds_new("unix:/nowhere/redis.sock", DEADLINE_MS, c.breaker);
	CHECK(rds_breaker_closed(c.breaker));
	CHECK(ping(&c, NULL) == -1);
	CHECK(c.e.code == ERR_UNAVAILABLE && c.e.msg[0] != '\0');
	CHECK(!rds_breaker_closed(c.breaker));
	client_free(&c);
}

static void
test_reconnect(void)
{
	struct client c = client_new();

	CHECK(ping(&c, NULL) == 0);
	redis_kill(&redis);
	CHECK(ping(&c, NULL) == -1);
	CHECK(c.e.code == ERR_UNAVAILABLE);
	redis_launch(&redis);
	CHECK(comes_back(&c, 3000));
	CHECK(rds_breaker_closed(c.breaker));
	client_free(&c);
}

/* Redis was restarted while the connection was idle: nobody sees an error. */
static void
test_idle_restart(void)
{
	struct client c = client_new();

	CHECK(ping(&c, NULL) == 0);
	redis_kill(&redis);
	redis_launch(&redis);
	clock_sleep_ms(150);
	CHECK(ping(&c, NULL) == 0);
	client_free(&c);
}

/* A script that needs no session: it answers how many tickets were due. */
static int64_t
promote(struct client *c)
{
	struct rds_command command = { .script = RDS_PROMOTE };
	struct redisReply *reply;
	int64_t n = -1;

	rds_word(&command, SLICE("2"));
	rds_word(&command, SLICE("{t:q}:later"));
	rds_word(&command, SLICE("{t:q}:jobs"));
	rds_word(&command, SLICE("10"));
	reply = rds_call(c->r, &command, &c->e);
	if (reply != NULL)
		n = rds_int(reply);
	rds_reply_free(reply);
	return n;
}

static int
plain(struct client *c, struct rds_command command)
{
	struct redisReply *reply = rds_call(c->r, &command, &c->e);
	int rc = reply == NULL ? -1 : 0;

	rds_reply_free(reply);
	return rc;
}

static void
test_scripts_forgotten(void)
{
	struct client c = client_new();

	CHECK(promote(&c) == 0);
	CHECK(plain(&c, rds_command("FUNCTION", "FLUSH", NULL)) == 0);
	CHECK(plain(&c,
		  rds_command(
		      "ZADD", "{t:q}:later", "1", "a", "2", "b", NULL)) == 0);
	CHECK(promote(&c) == 2);
	/* And over a restart: a new Redis has none. */
	redis_kill(&redis);
	redis_launch(&redis);
	CHECK(comes_back(&c, 3000));
	CHECK(promote(&c) == 0);
	client_free(&c);
}

/* Forgotten in the middle of a pipeline: every answer is the right one. */
static void
test_pipeline_forgotten(void)
{
	struct client c = client_new();
	struct rds_command commands[5];
	struct redisReply *replies[5];

	CHECK(promote(&c) == 0);
	for (int i = 0; i < 5; i++)
		commands[i] = (struct rds_command){ .script = RDS_PROMOTE };
	for (int i = 0; i < 5; i += 2) {
		rds_word(&commands[i], SLICE("2"));
		rds_word(&commands[i], SLICE("{t:q}:later"));
		rds_word(&commands[i], SLICE("{t:q}:jobs"));
		rds_word(&commands[i], SLICE("10"));
	}
	commands[1] = rds_command("FUNCTION", "FLUSH", NULL);
	commands[3] = rds_command("ECHO", "three", NULL);
	CHECK(rds_pipeline(c.r, commands, 5, replies, &c.e) == 0);
	CHECK_SLICE(rds_text(replies[1]), "OK");
	CHECK_SLICE(rds_text(replies[3]), "three");
	for (int i = 0; i < 5; i++) {
		CHECK(!rds_is_error(replies[i]));
		rds_reply_free(replies[i]);
	}
	client_free(&c);
}

static void
test_frozen(void)
{
	struct client c = client_new();
	int64_t ms;

	CHECK(ping(&c, NULL) == 0);
	redis_freeze(&redis);
	CHECK(ping(&c, &ms) == -1);
	CHECK(c.e.code == ERR_UNAVAILABLE);
	CHECK(ms >= DEADLINE_MS - 20 && ms < SOON_MS);
	/* The breaker is open: the next fails at once. */
	CHECK(!rds_breaker_closed(c.breaker));
	CHECK(ping(&c, &ms) == -1);
	CHECK(ms < 30);
	redis_thaw(&redis);
	CHECK(comes_back(&c, 3000));
	CHECK(rds_breaker_closed(c.breaker));
	client_free(&c);
}

/* A frozen Redis holds one thread at a time, not all of them. */
#define THREADS 8
static atomic_int held, calls;
static atomic_bool stop;
static struct rds_breaker *shared;

static void *
hammer(void *cookie)
{
	struct client c = { shared, rds_new(redis.url, DEADLINE_MS, shared),
		ERR_INIT };

	(void)cookie;
	while (!atomic_load(&stop)) {
		int64_t ms = 0;

		(void)ping(&c, &ms);
		/* Those who fail at once are not held. */
		if (ms > 100)
			(void)atomic_fetch_add(&held, 1);
		(void)atomic_fetch_add(&calls, 1);
		clock_sleep_ms(5);
	}
	rds_free(c.r);
	return NULL;
}

static void
test_one_prober(void)
{
	pthread_t thread[THREADS];

	shared = rds_breaker_new();
	redis_freeze(&redis);
	atomic_store(&stop, false);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, hammer, NULL) != 0)
			abort();
	/* All eight run into the first deadline together. */
	clock_sleep_ms(DEADLINE_MS + 100);
	atomic_store(&held, 0);
	clock_sleep_ms(2000);
	/* In two seconds: at most four tries of half a second. */
	CHECK(atomic_load(&held) <= 4 + 1);
	CHECK(atomic_load(&calls) > 100);
	atomic_store(&stop, true);
	redis_thaw(&redis);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(thread[i], NULL);
	rds_breaker_free(shared);
}

/* All or none: on -1 nothing is handed out, and the next call is in step. */
static void
test_pipeline_all_or_none(void)
{
	struct client c = client_new();
	struct rds_command commands[3];
	struct redisReply *replies[3];
	struct redisReply *reply;

	commands[0] = rds_command("ECHO", "0", NULL);
	commands[1] = rds_command(
	    "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no", NULL);
	commands[2] = rds_command("ECHO", "2", NULL);
	CHECK(rds_pipeline(c.r, commands, 3, replies, &c.e) == -1);
	CHECK(c.e.code == ERR_UNAVAILABLE);
	CHECK(comes_back(&c, 1000));
	commands[0] = rds_command("ECHO", "again", NULL);
	reply = rds_call(c.r, &commands[0], &c.e);
	CHECK_SLICE(rds_text(reply), "again");
	rds_reply_free(reply);
	client_free(&c);
}

/* An error is a reply among others in a pipeline, a failure of a call. */
static void
test_error_replies(void)
{
	struct client c = client_new();
	struct rds_command commands[3];
	struct redisReply *replies[3];

	CHECK(plain(&c, rds_command("SET", "text", "x", NULL)) == 0);
	CHECK(plain(&c, rds_command("LPUSH", "text", "x", NULL)) == -1);
	CHECK(c.e.code == ERR_UNAVAILABLE);
	CHECK(strstr(c.e.msg, "WRONGTYPE") != NULL);
	CHECK(rds_breaker_closed(c.breaker));
	commands[0] = rds_command("GET", "text", NULL);
	commands[1] = rds_command("NOSUCHCOMMAND", NULL);
	commands[2] = rds_command("INCR", "n", NULL);
	CHECK(rds_pipeline(c.r, commands, 3, replies, &c.e) == 0);
	CHECK_SLICE(rds_text(replies[0]), "x");
	CHECK(rds_is_error(replies[1]) && rds_text(replies[1]).n == 0);
	CHECK(rds_int(replies[1]) == 0 && rds_count(replies[1]) == 0);
	CHECK(rds_int(replies[2]) == 1 && rds_text(replies[2]).n == 0);
	for (int i = 0; i < 3; i++)
		rds_reply_free(replies[i]);
	client_free(&c);
}

static void
test_big_values(void)
{
	static const size_t SIZES[] = { 0, 1, 16384, 1000000, 16000000 };
	struct client c = client_new();

	for (size_t i = 0; i < COUNT(SIZES); i++) {
		char *bytes = ck_malloc(SIZES[i] + 1);
		struct rds_command command = rds_command("SET", "big", NULL);
		struct redisReply *reply;

		for (size_t at = 0; at < SIZES[i]; at++)
			bytes[at] = (char)at;
		rds_word(&command, (struct slice){ bytes, SIZES[i] });
		CHECK(plain(&c, command) == 0);
		command = rds_command("GET", "big", NULL);
		reply = rds_call(c.r, &command, &c.e);
		CHECK(slice_eq(
		    rds_text(reply), (struct slice){ bytes, SIZES[i] }));
		rds_reply_free(reply);
		free(bytes);
	}
	client_free(&c);
}

/* What blocks in Redis has a longer deadline, and only that. */
static void
test_blocking(void)
{
	struct client c = client_new();
	struct rds_command pop = rds_command("BLPOP", "nothing", "0.8", NULL);
	struct redisReply *reply;
	int64_t ms;

	CHECK(ping(&c, NULL) == 0);
	reply = rds_call_blocking(c.r, &pop, 3000, &c.e);
	CHECK(reply != NULL && rds_is_null(reply));
	rds_reply_free(reply);
	CHECK(plain(&c, pop) == -1);
	CHECK(comes_back(&c, 2000));
	redis_freeze(&redis);
	CHECK(ping(&c, &ms) == -1 && ms < SOON_MS);
	redis_thaw(&redis);
	client_free(&c);
}

/* Replies that are none, or of another type, are empty and zero. */
static void
test_null_replies(void)
{
	CHECK(rds_text(NULL).n == 0);
	CHECK(rds_int(NULL) == 0);
	CHECK(rds_count(NULL) == 0);
	CHECK(rds_at(NULL, 0) == NULL);
	CHECK(rds_is_null(NULL));
	CHECK(!rds_is_error(NULL));
	rds_reply_free(NULL);
	rds_free(NULL);
	rds_breaker_free(NULL);
}

int
main(void)
{
	int rc;

	redis_start(&redis);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_urls),
	    CHECK_CASE(test_nobody_there), CHECK_CASE(test_reconnect),
	    CHECK_CASE(test_idle_restart), CHECK_CASE(test_scripts_forgotten),
	    CHECK_CASE(test_pipeline_forgotten), CHECK_CASE(test_frozen),
	    CHECK_CASE(test_one_prober), CHECK_CASE(test_pipeline_all_or_none),
	    CHECK_CASE(test_error_replies), CHECK_CASE(test_big_values),
	    CHECK_CASE(test_blocking), CHECK_CASE(test_null_replies),
	    { NULL, NULL } });
	redis_stop(&redis);
	return rc;
}
