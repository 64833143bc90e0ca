/**
 * Jobs: what runs in the worker for a type, as a table.
 *
 *   ticket -> store_job_start -> job table -> run -> JOB_… -> XACK
 *
 * A job's `run` ends its own row, in the transaction that writes its result;
 * the worker does the rest (retry, give back, give up).
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
#include "io/metrics.h"
#include "io/queue.h"
#include "io/store_job.h"

struct job_ctx {
	const struct conf *conf;
	struct store *store;
	struct queue queue;
	struct chat_room room;
	struct metrics *metrics;
	struct arena arena; /* of the job */
	const struct store_job *job;
	/* Set by `run`: the next try, or JOB_LATER, comes no sooner. */
	int64_t retry_after_ms;
	bool ended; /* its row is final already: too many deaths */
	const _Atomic bool *lost; /* the lease is another's: stop at once */
	const _Atomic bool *stop; /* the worker stops: give it back */
};

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
};

/** NULL for an unknown type. */
const struct job_type *jobs_find(const char *name);

#endif
