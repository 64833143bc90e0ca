/**
 * The parking lot: requests whose thread has gone on, all on one event loop. The
 * thread leaves a script to run (handlers.h, struct later); the loop sends it,
 * and answers by what it says, or holds the poll until there is something to
 * say. A held poll is a descriptor, a request id, a deadline and a token; the
 * lease in Redis is the session's side of it.
 *
 *      FREE -> MAKING -> HANDED -> ASKING -> PARKED -> WRITING -> FREE
 *               (thread)              |       |  ^       ^
 *                                     |       +--+ a take that found nothing
 *                                     +------------------+
 *
 * A POST that only acks may wait for its client's next poll, HANDED, and take it
 * along: that one is ALONG instead of ASKING (pair.h).
 *
 * What waits for something else (LATER_WAIT) is PARKED without a script, and runs
 * again by another thread when its word comes, or its time.
 *
 * A wake-up (from Redis) or packets (from a push in this process) for a poll
 * that is not PARKED yet are left on its entry; then it answers instead of
 * parking. Pub/sub is only a hint: after every (re)subscription, and every
 * SWEEP_S, all entries look for themselves.
 *
 * Ownership: the lot owns the connections handed to it.
 * Threads: deliver, hold and drain from any; the rest is the loop's.
 * Layer:  fcgi
 */
#ifndef FCGI_PARK_H
#define FCGI_PARK_H

#include "fcgi/request.h"
#include "handlers/handlers.h"
#include "io/eio_store.h"
#include "io/metrics.h"
#include "io/wake.h"

struct park;

/** A POST whose session was not as its thread had thought, or a request that
 *  waited: it has to be run again. Slices are borrowed for the call. */
struct park_again {
	const struct route *route;
	struct connection connection;
	struct slice esid, headers, identity, body;
	bool octets; /* as struct later has it */
	bool last;   /* the process stops: no more waiting */
	int64_t started_us;
};

struct park_setup {
	const struct eio_store *eio;
	const char *redis_url;
	struct rds_breaker *breaker; /* of the threads that ask Redis */
	struct metrics *metrics;
	/** The answer that a script's answer means; NULL: Redis is away. */
	void (*reply)(enum later_kind kind, struct slice body,
	    const struct eio_answer *a, struct http_response *res);
	/** Takes over the connection. */
	void (*again)(void *cookie, const struct park_again *post);
	void *cookie;
};

/** A request to go on with; all of it is copied. */
struct park_request {
	const struct later *later;
	const struct route *route;
	struct slice esid;
	struct connection connection;
	struct slice headers;  /* of the answer, complete lines */
	struct slice identity; /* for the log line */
	int64_t started_us;
};

struct park *park_new(const struct park_setup *setup) MUST_CHECK;
/** Fills in everything but `process`. */
void park_wake(struct park *p, struct wake *out);
/** False when the lot is full, or is drained and would have to wait: the
 *  connection is still the caller's. */
bool park_hold(struct park *p, const struct park_request *request) MUST_CHECK;
/** A POST of this session is about to be run in steps: a poll that waits for one
 *  goes on first. */
void park_post_begins(struct park *p, struct slice esid);
/** Runs until drained. */
void park_run(struct park *p);
/** Answer all with what there is, at most DRAIN_MS; then park_run returns. */
void park_drain(struct park *p);
void park_free(struct park *p);

#endif
