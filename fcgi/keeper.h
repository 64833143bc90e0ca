/**
 * The housekeeping thread of a process that holds polls: claims the sessions
 * for which something is due (pings, time-outs) whoever held them, adds the
 * counters to Redis.
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
	/** An ack did not come in time: "NSP ID STATE"; `session` is what is known
	 *  of the session (lua/begin.lua). On the keeper's thread. */
	void (*overdue)(void *cookie, struct slice esid, struct slice session,
	    struct slice ask);
	void *cookie;
};

/** Starts the thread. */
struct keeper *keeper_new(const struct keeper_setup *setup) MUST_CHECK;
/** Stops and joins the thread. */
void keeper_free(struct keeper *k);

#endif
