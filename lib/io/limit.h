/**
 * How much may be asked of a provider, by all workers together: calls at once,
 * and calls a minute. The state is in Redis, its clock the only one.
 *
 *      if (limit_enter(l, LIMIT_LLM, &slot, &wait_ms, e) != 0)
 *              return -1;
 *      if (wait_ms > 0)
 *              … come back after so long, in this thread or as JOB_LATER
 *      … the call; its `cancelled` calls limit_keep(l, &slot)
 *      limit_leave(l, &slot);
 *
 * A slot is a lease: that of a worker that was killed comes back by itself. In no
 * minute are there more calls than were allowed; a few may come at once
 * (LIMIT_BURST). limit_pause() holds also where no limit was set.
 *
 * Ownership: a struct limit_slot is its caller's, for one call at a time.
 * Units: milliseconds.
 * Failure: -1 with ERR_UNAVAILABLE: Redis does not answer.
 * Layer:  io (Redis)
 */
#ifndef IO_LIMIT_H
#define IO_LIMIT_H

#include "io/conf.h"
#include "io/rds.h"

enum limit_provider {
	LIMIT_LLM,
	LIMIT_EDGE,
	LIMIT_VIDEODB,
	LIMIT__MAX
};

/** One in so many of a minute's calls may come at once. */
#define LIMIT_BURST 10

struct limits {
	struct rds *rds; /* of the calling thread */
	const char *prefix;
	const struct conf *conf;
};

struct limit_slot {
	enum limit_provider provider;
	char holder[24]; /* "": no slot is held */
	int64_t keep_ms; /* when to renew it, of this process's clock */
};

/**
 * A call to the provider wants to begin. `*wait_ms` 0: it may, and holds a slot;
 * else it may not yet, and is to ask again after so long.
 */
int limit_enter(const struct limits *l, enum limit_provider provider,
    struct limit_slot *slot, int64_t *wait_ms, struct err *e) MUST_CHECK;
/** The call still runs: as often as one likes, it is told in time. */
void limit_keep(const struct limits *l, struct limit_slot *slot);
/** The call ended. Should Redis be away, the lease ends. */
void limit_leave(const struct limits *l, struct limit_slot *slot);
/** The provider said "not before" (Retry-After): to all workers. */
void
limit_pause(const struct limits *l, enum limit_provider provider, int64_t ms);

#endif
