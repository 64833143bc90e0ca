/**
 * Tokens that language models may cost: so many a job, so many a day (UTC) for
 * all workers together. Both are counters in Redis, so that neither another try
 * nor another worker begins anew.
 *
 *      budget_init(&budget, conf, rds, prefix, job_id);
 *
 * Asked before each call; what calls that run at the same time take is counted
 * when they end, so the day's limit can be passed by that much.
 *
 * Ownership: all is borrowed. Of one thread, as its rds is.
 * Failure: ERR_UNPROCESSABLE when the job's are used up; ERR_UNAVAILABLE with
 * the time until midnight when the day's are, or when Redis does not answer.
 * Layer:  io (Redis)
 */
#ifndef IO_BUDGET_H
#define IO_BUDGET_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct conf;
struct rds;

struct budget {
	struct rds *rds;
	const char *prefix;
	const char *job;          /* its UUID */
	int64_t per_job, per_day; /* 0: no limit */
};

void budget_init(struct budget *b, const struct conf *conf, struct rds *rds,
    const char *prefix, const char *job) NONNULL(1, 2, 3, 4, 5);
/** Are `tokens` more within both? If not, `*retry_after_ms` says when. */
int budget_check(const struct budget *b, int64_t tokens,
    int64_t *retry_after_ms, struct err *e) MUST_CHECK NONNULL(1, 3, 4);
/** They were used. What cannot be counted is logged: the work is done. */
void budget_spend(const struct budget *b, int64_t tokens) NONNULL(1);

#endif
