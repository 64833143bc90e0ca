/**
 * Leaders and followers: of all request threads only a few, the leaders, wait
 * in accept(). What they do for most requests waits for nothing, so they are
 * back at once: few threads that stay awake, with warm caches, instead of one
 * woken for each request. A leader that is about to wait (for Redis, the store, a
 * large body) lets a follower take its place first.
 *
 *      follower --lead_enter--> leader --lead_leave--> (waits) --lead_enter--> …
 *
 * Measured with 64 clients on two cores: 8 threads in accept() took 150 us of
 * director.fcgi's time for an event, 2 leaders 90.
 *
 * Threads: any.
 * Layer:  fcgi
 */
#ifndef FCGI_LEAD_H
#define FCGI_LEAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/attr.h"

struct lead {
	pthread_mutex_t lock;
	pthread_cond_t place;
	int leaders, most;
	bool stopping;
};

/** As many leaders as there are processors, two at least. */
void lead_init(struct lead *l);
void lead_fini(struct lead *l);
/** Wait for a place among the leaders. False: the process stops. */
bool lead_enter(struct lead *l) MUST_CHECK;
/** Give it to a follower. */
void lead_leave(struct lead *l);
/** Nobody waits any more. */
void lead_stop(struct lead *l);

#endif
