/* budget.h on a private Redis, and what llm.h counts with it. */
#include "io/budget.h"

#include <stdlib.h>
#include <unistd.h>

#include "harness/check.h"

#include "engine_fixture.h"
#include "io/llm.h"
#include "proto/jval.h"
#include "redis_fixture.h"

#define DAY_MS INT64_C(86400000)

static struct redis redis;
static struct rds_breaker *breaker;
static struct rds *rds;

static struct budget
budget_of(const char *job, int64_t per_job, int64_t per_day)
{
	struct budget b;

	conf.tokens_per_job = per_job;
	conf.tokens_per_day = per_day;
	budget_init(&b, &conf, rds, "p", job);
	return b;
}

static enum err_code
check(const struct budget *b, int64_t tokens, int64_t *after)
{
	struct err e = ERR_INIT;

	CHECK(
	    (budget_check(b, tokens, after, &e) == 0) == (e.code == ERR_NONE));
	return e.code;
}

static void
test_budget_job(void)
{
	struct budget b = budget_of("job-1", 100, 0), other;
	int64_t after;

	CHECK(check(&b, 100, &after) == ERR_NONE);
	CHECK(check(&b, 101, &after) == ERR_UNPROCESSABLE && after == 0);
	budget_spend(&b, 60);
	CHECK(check(&b, 40, &after) == ERR_NONE);
	CHECK(check(&b, 41, &after) == ERR_UNPROCESSABLE);
	/* Another try of the same job; another job. */
	other = budget_of("job-1", 100, 0);
	CHECK(check(&other, 41, &after) == ERR_UNPROCESSABLE);
	other = budget_of("job-2", 100, 0);
	CHECK(check(&other, 100, &after) == ERR_NONE);
	/* More than there is. */
	budget_spend(&b, 1000);
	CHECK(check(&b, 0, &after) == ERR_UNPROCESSABLE);
}

static void
test_budget_day(void)
{
	struct budget b = budget_of("job-3", 0, 1000);
	struct budget other = budget_of("job-4", 0, 1000);
	int64_t after;

	CHECK(check(&b, 1000, &after) == ERR_NONE);
	budget_spend(&b, 700);
	budget_spend(&other, 200);
	CHECK(check(&other, 100, &after) == ERR_NONE);
	CHECK(check(&other, 101, &after) == ERR_UNAVAILABLE);
	CHECK(after > 0 && after <= DAY_MS);
}

/* Neither is kept for ever. */
static void
test_budget_ends(void)
{
	struct rds_command c = rds_command("KEYS", "{p:q}:tokens:*", NULL);
	struct err e = ERR_INIT;
	struct redisReply *keys = rds_call(rds, &c, &e);

	CHECK(rds_count(keys) >= 2);
	for (size_t i = 0; i < rds_count(keys); i++) {
		struct rds_command ttl = rds_command("TTL", NULL);
		struct redisReply *left;

		rds_word(&ttl, rds_text(rds_at(keys, i)));
		left = rds_call(rds, &ttl, &e);
		CHECK(rds_int(left) > 86400 && rds_int(left) <= 172800);
		rds_reply_free(left);
	}
	rds_reply_free(keys);
}

/* Where nothing is limited, no Redis is asked. */
static void
test_budget_none(void)
{
	struct rds_breaker *none_breaker = rds_breaker_new();
	struct rds *none = rds_new("unix:/nowhere", 100, none_breaker);
	struct budget b = budget_of("job-5", 0, 0), limited;
	int64_t after;

	b.rds = none;
	CHECK(check(&b, INT64_C(1) << 40, &after) == ERR_NONE);
	budget_spend(&b, 5);
	/* Where something is, what cannot be asked is not allowed. */
	limited = budget_of("job-5", 10, 0);
	limited.rds = none;
	CHECK(check(&limited, 1, &after) == ERR_UNAVAILABLE);
	budget_spend(&limited, 5);
	rds_free(none);
	rds_breaker_free(none_breaker);
}

static enum err_code
ask(struct budget *b, struct llm_answer *a)
{
	struct engine en = engine_new();
	struct llm_chat q = { .messages = json(
				  "[{\"role\":\"user\",\"content\":\"Hello, "
				  "what does it cost?\"}]") };
	struct err e = ERR_INIT;

	en.budget = b;
	(void)!llm_chat(&en, &q, a, &e);
	json_object_put(q.messages);
	return e.code;
}

static int64_t
requests(void)
{
	struct json_object *all = double_tell(&server, "/requests", "");
	size_t n = json_object_array_length(at(all, "requests"));

	json_object_put(all);
	return (int64_t)n;
}

static void
test_budget_of_llm(void)
{
	struct budget b = budget_of("job-6", 60, 0);
	struct llm_answer a;
	int64_t used = 0, after, asked = 0;

	double_do(&server, "/reset", "");
	while (ask(&b, &a) == ERR_NONE && asked < 100) {
		used += a.usage.prompt_tokens + a.usage.completion_tokens;
		asked++;
		llm_answer_fini(&a);
	}
	llm_answer_fini(&a);
	/* Some went; then none, before it was sent. */
	CHECK(asked > 0 && requests() == asked && used > 0);
	/* As much as the server said. */
	b = budget_of("job-6", used + 1, 0);
	CHECK(check(&b, 1, &after) == ERR_NONE);
	CHECK(check(&b, 2, &after) == ERR_UNPROCESSABLE);
	/* What broke off in the middle was paid, too. */
	b = budget_of("job-7", 100000, 0);
	double_do(&server, "/fault", "{\"kind\":\"cut\"}");
	CHECK(ask(&b, &a) == ERR_UNAVAILABLE);
	llm_answer_fini(&a);
	CHECK(check(&b, 100000, &after) == ERR_UNPROCESSABLE);
	/* What was refused was not. */
	b = budget_of("job-8", 100000, 0);
	double_do(&server, "/fault", "{\"kind\":\"status\",\"status\":500}");
	CHECK(ask(&b, &a) == ERR_UNAVAILABLE);
	llm_answer_fini(&a);
	CHECK(check(&b, 100000, &after) == ERR_NONE);
}

/* What a recording costs counts as well, though nobody says how much. */
static void
test_budget_of_transcripts(void)
{
	struct budget b = budget_of("job-9", 200, 0);
	struct engine en = engine_new();
	struct llm_transcript t;
	struct err e = ERR_INIT;
	char path[] = "/tmp/budget-XXXXXX";
	int fd = mkstemp(path);
	int64_t after;

	CHECK(fd != -1 && write(fd, "a recording", 11) == 11 && close(fd) == 0);
	double_do(&server, "/reset", "");
	en.budget = &b;
	/* 9.5 seconds, and the words. */
	CHECK(llm_transcribe(&en, path, "call.mp3", &t, &e) == 0);
	CHECK(t.duration_s == 9.5 && t.tokens == -1);
	llm_transcript_fini(&t);
	CHECK(check(&b, 105, &after) == ERR_UNPROCESSABLE);
	CHECK(check(&b, 50, &after) == ERR_NONE);
	CHECK(llm_transcribe(&en, path, "call.mp3", &t, &e) == 0);
	llm_transcript_fini(&t);
	/* Nothing is left: the server is not asked. */
	CHECK(llm_transcribe(&en, path, "call.mp3", &t, &e) == -1);
	CHECK(e.code == ERR_UNPROCESSABLE && requests() == 2);
	llm_transcript_fini(&t);
	CHECK(unlink(path) == 0);
}

int
main(void)
{
	static const struct check_case CASES[] = { CHECK_CASE(test_budget_job),
		CHECK_CASE(test_budget_day), CHECK_CASE(test_budget_ends),
		CHECK_CASE(test_budget_none), CHECK_CASE(test_budget_of_llm),
		CHECK_CASE(test_budget_of_transcripts), { NULL, NULL } };
	int rc;

	redis_start(&redis);
	engine_start();
	breaker = rds_breaker_new();
	rds = rds_new(redis.url, 10000, breaker);
	rc = check_main(CASES);
	rds_free(rds);
	rds_breaker_free(breaker);
	engine_stop();
	redis_stop(&redis);
	return rc;
}
