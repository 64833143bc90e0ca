/**
 * The job queue's tickets: a Redis stream with a consumer group, and a sorted
 * set for those whose time has not come; of either one for each lane, so that
 * what is done at once does not wait behind what takes long. A ticket only says
 * "look at this job": the row in the store decides (store_job.h), so a ticket
 * twice or never, or in the other lane, costs nothing but time.
 *
 * Failure: -1 with ERR_UNAVAILABLE.
 * Layer:  io (Redis)
 */
#ifndef IO_QUEUE_H
#define IO_QUEUE_H

#include "io/rds.h"

enum queue_lane {
	QUEUE_JOBS,
	QUEUE_QUICK, /* jobs that are run many at once */
	QUEUE_LANE__MAX
};

struct queue {
	struct rds *rds;
	const char *prefix;
	enum queue_lane lane;
};

struct queue_ticket {
	char entry[40]; /* id of the stream entry */
	char job[37];
};

/** Tickets that are taken or acked at once: their jobs are started and ended by a
 *  statement each, and the disk is waited for twice, not so many times. */
#define QUEUE_BATCH 1000

/** A ticket, due at once or after `delay_ms`. */
int queue_add(const struct queue *q, struct slice job, int64_t delay_ms,
    struct err *e) MUST_CHECK;
/** `n` of them, due at once. */
int queue_add_many(const struct queue *q, const struct slice *jobs, size_t n,
    struct err *e) MUST_CHECK;
/** Wait up to `block_ms` for one; `*got` tells. Makes a lost group again. */
int
queue_reserve(const struct queue *q, struct slice consumer, int64_t block_ms,
    struct queue_ticket *t, bool *got, struct err *e) MUST_CHECK;
/** The same for all there are, QUEUE_BATCH at most; `*n` tells. */
int queue_reserve_many(const struct queue *q, struct slice consumer,
    int64_t block_ms, struct queue_ticket *t, size_t *n,
    struct err *e) MUST_CHECK;
/** Done with it: it leaves the stream. */
int queue_ack(const struct queue *q, const struct queue_ticket *t,
    struct err *e) MUST_CHECK;
int queue_ack_many(const struct queue *q, const struct queue_ticket *t,
    size_t n, struct err *e) MUST_CHECK;
/** Tickets whose time has come go to the stream. */
int queue_promote(const struct queue *q, struct err *e) MUST_CHECK;
/**
 * A ticket that a consumer took and has not acked for `idle_ms`: it died, or it
 * runs something long. Look at the job again; ack what is of no more use, leave
 * the rest, it comes back after `idle_ms`.
 */
int queue_reclaim(const struct queue *q, struct slice consumer, int64_t idle_ms,
    struct queue_ticket *t, bool *got, struct err *e) MUST_CHECK;
/** Consumers of workers that have been gone for `idle_ms` are forgotten. */
int
queue_tidy(const struct queue *q, int64_t idle_ms, struct err *e) MUST_CHECK;
/** The job has ended: to the process that may wait for it, a hint. */
int queue_tell(const struct queue *q, struct slice process, struct slice job,
    struct err *e) MUST_CHECK;
/** A running job was cancelled: workers look at their leases, a hint. */
int queue_cancel(const struct queue *q, struct err *e) MUST_CHECK;
/** How often that was done. `*fresh`: Redis knew nothing of it: it is new, or has
 *  forgotten all; said to one caller. */
int queue_cancels(const struct queue *q, int64_t *cancels, bool *fresh,
    struct err *e) MUST_CHECK;
/** Tickets in the stream. */
int
queue_depth(const struct queue *q, int64_t *depth, struct err *e) MUST_CHECK;
/** Of those, how many were taken; and how many wait for their time. */
int queue_taken(const struct queue *q, int64_t *taken, int64_t *later,
    struct err *e) MUST_CHECK;

#endif
