/**
 * Jobs: what runs in the worker for a type, as a table.
 *
 *   ticket -> store_job_start -> job table -> run -> JOB_… -> XACK
 *
 * A job's `run` ends its own row, in the transaction that writes its result;
 * the worker does the rest (retry, give back, give up). What takes long asks
 * jobs_interrupted() and leaves with ERR_STALE.
 *
 * Ownership: a struct job_ctx belongs to one thread.
 * Layer:  handlers
 */
#ifndef HANDLERS_JOBS_H
#define HANDLERS_JOBS_H

#include <stdatomic.h>

#include "base/arena.h"
#include "io/chat_room.h"
#include "io/conf.h"
#include "io/http_client.h"
#include "io/metrics.h"
#include "io/queue.h"
#include "io/store_job.h"

struct job_ctx {
	const struct conf *conf;
	struct store *store;
	struct queue queue;
	struct chat_room room;
	struct metrics *metrics;
	struct http_client *http; /* for engines; of this thread */
	struct arena arena;       /* of the job */
	const struct store_job *job;
	/* Set by `run`: the next try, or JOB_LATER, comes no sooner. */
	int64_t retry_after_ms;
	bool ended; /* its row is final already: too many deaths */
	bool dead;  /* of give_up: nobody could do it */
	/* What a quick job has made, for its row; may be NULL. */
	struct json_object *result;
	const _Atomic bool *lost; /* the lease is another's: stop at once */
	const _Atomic bool *stop; /* the worker stops: give it back */
	const _Atomic bool *cancelled; /* it is to end: stop at once */
	int64_t shown_ms;              /* when progress was told last */
};

/** Is the job to be left, for one of these reasons? The worker knows which. */
static inline bool
jobs_interrupted(const struct job_ctx *j)
{
	return atomic_load(j->lost) || atomic_load(j->stop) ||
	    atomic_load(j->cancelled);
}

/** As what a job ends that does not succeed: for store_job_finish(). */
static inline const char *
jobs_failure(const struct job_ctx *j)
{
	return atomic_load(j->cancelled) ? "cancelled"
	    : j->dead                    ? "dead"
					 : "error";
}

/** How a run ended. */
enum job_end {
	JOB_DONE,  /* the row is finished */
	JOB_RETRY, /* may go better later: struct err says why */
	JOB_GIVEN, /* the worker stops: give the job back */
	JOB_LATER, /* it has to wait its turn (limit.h): give it back until
	              retry_after_ms; uses no try */
	JOB_LOST,  /* the lease is another's: nothing more to do */
};

struct job_type {
	const char *name;
	enum job_end (*run)(struct job_ctx *j, struct err *e);
	/** It will not be tried again: tell whoever waits. Ends the row. */
	int (*give_up)(struct job_ctx *j, const struct err *why, struct err *e);
	/** Its row was final already (a ticket came twice): say it again. */
	int (*repeat)(struct job_ctx *j, struct err *e);
	/** It waits for others, perhaps for long: of a worker's threads one is
	 *  kept free of these. */
	bool slow;
	/** Many are started and ended at once, in a lane of their own: `run`
	 *  does not touch its row, JOB_DONE ends it with `result`. */
	bool quick;
	/** It ended and is to be run again: what waits for it is open again, in
	 *  the same transaction. May be NULL. */
	int (*revive)(struct job_ctx *j, struct err *e);
};

/** NULL for an unknown type. */
const struct job_type *jobs_find(const char *name);

/** The queue of its lane. */
struct queue jobs_lane(const struct job_ctx *j, const struct job_type *type);
/** A job of a session has ended: the next one gets its ticket. */
void jobs_follow(struct job_ctx *j);
/** It ends as cancelled. */
int jobs_cancel(
    struct job_ctx *j, const struct job_type *type, struct err *e) MUST_CHECK;

/** The end of one whose request waits is told to its process, which the payload
 *  names. A hint: whoever waits looks by itself, too. */
void jobs_tell(struct job_ctx *j);
/** Of a failure, for whoever asked: what went wrong inside is for the log. */
const char *jobs_sentence(const struct err *why);
/** What a failure means for the job; one that will not pass is ended by `end`. */
typedef int jobs_end(struct job_ctx *j, const struct err *why, struct err *e);
enum job_end
jobs_failed(struct job_ctx *j, jobs_end *end, struct err *e) MUST_CHECK;

/** How far it is; `total` 0: nobody knows. As often as one likes: it is told now
 *  and then, in the row and, of a job of no session, to everybody. */
void jobs_progress(struct job_ctx *j, int64_t done, int64_t total);
/** Sleep, but not when the job is to be left. */
void jobs_pause(const struct job_ctx *j, int64_t ms);

#endif
