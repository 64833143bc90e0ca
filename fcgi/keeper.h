/**
 * The housekeeping thread of a process that holds polls: claims the sessions
 * for which something is due (pings, time-outs) whoever held them, cleans up
 * after sessions that ended on the event loop, adds the counters to Redis.
 *
 * Layer:  fcgi
 */
#ifndef FCGI_KEEPER_H
#define FCGI_KEEPER_H

#include "io/eio_store.h"
#include "io/metrics.h"

struct keeper;

struct keeper_setup {
	const struct eio_store *eio;
	const char *redis_url;
	int64_t redis_timeout_ms;
	struct rds_breaker *breaker;
	struct metrics *metrics;
};

/** Starts the thread. */
struct keeper *keeper_new(const struct keeper_setup *setup) MUST_CHECK;
/** A session ended: clean up after it soon. Any thread; `left` is copied. */
void keeper_ended(void *keeper, struct slice left);
/** Stops and joins the thread. */
void keeper_free(struct keeper *k);

#endif
