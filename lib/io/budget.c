#include "io/budget.h"

#include <stdio.h>

#include "base/attr.h"
#include "base/num.h"
#include "io/conf.h"
#include "io/log.h"
#include "io/rds.h"
#include "io/rds_keys.h"

#define DAY_MS INT64_C(86400000)
/* Both outlive what they count: a day, or a job's tries. Who has a job tried
 * again a day later, by hand, gives it a new budget. */
#define KEPT_S   "172800"
#define KEY_SIZE 160

struct counter {
	char key[KEY_SIZE];
	int64_t limit;
	int64_t used;
};

/* Those that have a limit. */
struct counters {
	int n;
	struct counter job, day;
	struct counter *has[2];
	int64_t left_ms; /* of the day */
};

void
budget_init(struct budget *b, const struct conf *conf, struct rds *rds,
    const char *prefix, const char *job)
{
	*b = (struct budget){
		.rds = rds,
		.prefix = prefix,
		.job = job,
		.per_job = conf->tokens_per_job,
		.per_day = conf->tokens_per_day,
	};
}

static int
counters_init(const struct budget *b, struct counters *c, struct err *e)
{
	char day[NUM_TEXT_SIZE];
	int64_t now;

	*c = (struct counters){ .n = 0 };
	if (b->per_job > 0) {
		c->job.limit = b->per_job;
		(void)snprintf(
		    c->job.key, KEY_SIZE, KEYS_TOKENS, b->prefix, b->job);
		c->has[c->n++] = &c->job;
	}
	if (b->per_day > 0) {
		/* One clock for all workers. */
		if (rds_now(b->rds, &now, e) != 0)
			return -1;
		c->day.limit = b->per_day;
		c->left_ms = DAY_MS - now % DAY_MS;
		(void)num_text(now / DAY_MS, day);
		(void)snprintf(
		    c->day.key, KEY_SIZE, KEYS_TOKENS, b->prefix, day);
		c->has[c->n++] = &c->day;
	}
	return 0;
}

static int
read_used(const struct budget *b, struct counters *c, struct err *e)
{
	struct rds_command commands[2];
	struct redisReply *replies[2];

	if (c->n == 0)
		return 0;
	for (int i = 0; i < c->n; i++)
		commands[i] = rds_command("GET", c->has[i]->key, NULL);
	if (rds_pipeline(b->rds, commands, c->n, replies, e) != 0)
		return -1;
	for (int i = 0; i < c->n; i++) {
		c->has[i]->used = rds_int(replies[i]);
		rds_reply_free(replies[i]);
	}
	return 0;
}

static bool
is_over(const struct counter *c, int64_t tokens)
{
	return c->limit > 0 && c->used > c->limit - tokens;
}

int
budget_check(const struct budget *b, int64_t tokens, int64_t *retry_after_ms,
    struct err *e)
{
	struct counters c;

	*retry_after_ms = 0;
	if (counters_init(b, &c, e) != 0 || read_used(b, &c, e) != 0)
		return -1;
	if (is_over(&c.job, tokens))
		return err_set(e, ERR_UNPROCESSABLE,
		    "This needs more than the %lld tokens of a language model "
		    "that one request may use (DIRECTOR_TOKENS_PER_JOB).",
		    (long long)b->per_job);
	if (!is_over(&c.day, tokens))
		return 0;
	*retry_after_ms = c.left_ms;
	return err_set(e, ERR_UNAVAILABLE,
	    "The language model's tokens of today are used up "
	    "(DIRECTOR_TOKENS_PER_DAY).");
}

static int
add(const struct budget *b, int64_t tokens, struct err *e)
{
	struct rds_command commands[4];
	struct redisReply *replies[4];
	char number[24];
	struct counters c;

	if (counters_init(b, &c, e) != 0)
		return -1;
	if (c.n == 0)
		return 0;
	for (int i = 0; i < c.n; i++) {
		commands[i] = rds_command("INCRBY", c.has[i]->key, NULL);
		rds_word_int(&commands[i], tokens, number);
		commands[c.n + i] =
		    rds_command("EXPIRE", c.has[i]->key, KEPT_S, NULL);
	}
	if (rds_pipeline(b->rds, commands, 2 * c.n, replies, e) != 0)
		return -1;
	for (int i = 0; i < 2 * c.n; i++)
		rds_reply_free(replies[i]);
	return 0;
}

void
budget_spend(const struct budget *b, int64_t tokens)
{
	struct err e = ERR_INIT;

	if (tokens > 0 && add(b, tokens, &e) != 0)
		log_warnx("%lld tokens of job %s are not counted: %s",
		    (long long)tokens, b->job, e.msg);
}
