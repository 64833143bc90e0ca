/**
 * The parking lot's inside, for park.c (the loop: what is asked, held, woken),
 * park_pair.c (what is asked in one) and park_answer.c (what is answered, and the
 * end of an entry).
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
struct pair;

struct park {
	struct park_setup setup;
	struct park_table table;
	struct park_entry *waiting; /* of LATER_WAIT, PARKED */
	struct ev_loop *loop;
	struct rds_async *redis;
	ev_async poke;
	pthread_mutex_t awake; /* held by the loop unless it sleeps */
	_Atomic bool left;     /* a thread could not write all of a command */
	struct pair *pair;
	ev_io late;           /* a timer for those that wait in `pair` */
	_Atomic bool late_on; /* it runs */
	ev_timer sweep, drain_end;
	uint32_t sweep_at, sweep_step; /* places of the table */
	int drain_ticks;
	_Atomic bool draining;
};

/** What is sent to Redis for an entry, and who gets the answer. */
struct park_question {
	struct slice command;
	struct buf made; /* what it was made in */
	void (*done)(void *cookie, uint64_t token, struct redisReply *got);
};

/** Sends the script of an entry, on the loop. */
void park_ask(struct park *p, struct park_entry *en);
/** Its packets are gone and nobody has them: better no session than a gap. Its
 *  sockets can be recovered. */
void park_end_session(struct park *p, const struct park_entry *en);

/* park_pair.c: polls and POSTs that arrive together. */

void park_pair_init(struct park *p);
void park_pair_fini(struct park *p);
/** By the thread of a new request: the entry to go on with, and before it
 *  `first`, if that is not NULL. NULL: it waits for the other one of a pair, and
 *  is not the caller's any more. */
struct park_entry *
park_pair(struct park *p, struct park_entry *en, struct park_entry **first);
/** What is asked for both; park_question.made is the caller's to free. */
struct park_question
park_pair_question(struct park *p, const struct park_entry *post);

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
