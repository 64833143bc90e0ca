/**
 * The parking lot's inside, for park.c (the loop: what is asked, held, woken) and
 * park_answer.c (what is answered, and the end of an entry).
 *
 * Layer:  fcgi
 */
#ifndef FCGI_PARK_INTERNAL_H
#define FCGI_PARK_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "fcgi/park.h"
#include "fcgi/park_entry.h"

struct rds_async;

struct park {
	struct park_setup setup;
	struct park_table table;
	struct park_entry *waiting; /* of LATER_WAIT, PARKED */
	struct ev_loop *loop;
	struct rds_async *redis;
	ev_async poke;
	pthread_mutex_t awake; /* held by the loop unless it sleeps */
	_Atomic bool left;     /* a thread could not write all of a command */
	ev_timer sweep, drain_end;
	uint32_t sweep_at, sweep_step; /* places of the table */
	int drain_ticks;
	_Atomic bool draining;
};

/* All of these end the entry, or leave it WRITING. */

/** By what a script has said; NULL: Redis does not answer. */
void
park_reply(struct park *p, struct park_entry *en, const struct eio_answer *a);
/** With the packets left for a held poll. */
void park_answer_payload(
    struct park *p, struct park_entry *en, const struct wake_payload *payload);
/** The session of a held poll has ended without a word. */
void park_answer_close(struct park *p, struct park_entry *en);
/** Without an answer; `status` is for the log. */
void park_finish(struct park *p, struct park_entry *en, int status);
/** A LATER_WAIT waits no more. */
void park_forget(struct park *p, struct park_entry *en);
/** Its connection is not ours any more. */
void park_release(struct park *p, struct park_entry *en);

#endif
