/**
 * The parking lot: polls that are held until there is something to say, all on
 * one event loop. A held poll is a descriptor, a request id, a deadline and a
 * token; the lease in Redis is the session's side of it.
 *
 *      FREE -> ARMING -> HANDED -> PARKED -> WRITING -> FREE
 *               (thread works)       |  ^
 *                                    +--+ a take that found nothing
 *
 * A wake-up (from Redis) or packets (from a push in this process) for an entry
 * that is ARMING or HANDED are left on it; when it arrives on the loop it
 * answers instead of parking. Pub/sub is only a hint: after every
 * (re)subscription, and every SWEEP_S, all entries look for themselves.
 *
 * Ownership: the lot owns the connections handed to it.
 * Threads: arm, disarm, deliver, hold and drain from any; the rest is the
 * loop's.
 * Layer:  fcgi
 */
#ifndef FCGI_PARK_H
#define FCGI_PARK_H

#include "fcgi/request.h"
#include "io/eio_store.h"
#include "io/metrics.h"
#include "io/wake.h"

struct park;

struct park_setup {
	const struct eio_store *eio;
	const char *redis_url;
	struct metrics *metrics;
	/** A session ended: `left` as in eio_answer.text. */
	void (*ended)(void *cookie, struct slice left);
	void *cookie;
};

/** A poll to hold; the slices are copied. */
struct park_poll {
	uint64_t token;
	struct connection connection;
	int64_t wait_ms;
	struct slice headers;    /* of the answer, complete lines */
	struct slice request_id; /* for the log line */
	int64_t started_us;
};

struct park *park_new(const struct park_setup *setup) MUST_CHECK;
/** Fills in everything but `process`. */
void park_wake(struct park *p, struct wake *out);
void park_hold(struct park *p, const struct park_poll *poll);
/** Runs until drained. */
void park_run(struct park *p);
/** Answer all with what there is, at most DRAIN_MS; then park_run returns. */
void park_drain(struct park *p);
void park_free(struct park *p);

#endif
