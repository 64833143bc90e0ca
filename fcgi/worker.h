/**
 * The worker: some threads run jobs, one of them those of the quick lane, the main
 * thread keeps (leases, tickets, counters).
 *
 *   worker.c        threads and signals
 *   worker_run.c    a ticket -> the job's row -> its type's run -> what follows
 *   worker_quick.c  the same of many at once
 *   worker_keep.c   what is done all the time, beside the jobs
 *
 * It stops in three steps: no more tickets are taken; after conf.stop_ms what runs
 * is asked to give back its job; what does not hear that loses it, and the process
 * ends under it.
 *
 * Layer:  fcgi
 */
#ifndef FCGI_WORKER_H
#define FCGI_WORKER_H

#include <pthread.h>

#include "handlers/jobs.h"

typedef const struct job_type *worker_find(const char *name);

/** Run the jobs of the table that `find` looks into, until TERM or INT. */
void worker_run(const struct conf *conf, const char *prefix, worker_find *find);

/* Between the files of the worker. */

struct slot {
	struct program *program;
	enum queue_lane lane;
	struct job_ctx ctx;
	struct rds *rds;
	pthread_t thread;
	/* Under the program's lock: what runs here, and is to be renewed. */
	const struct store_job *jobs;
	size_t n_jobs;
	/* Of the one job that runs. */
	_Atomic bool lost, cancelled;
	int64_t reclaim_ms; /* when to look for tickets left behind */
};

struct program {
	const struct conf *conf;
	const char *prefix;
	worker_find *find;
	char consumer[16];
	struct rds_breaker *breaker;
	struct wake wake; /* holds no polls */
	struct eio_store eio;
	struct metrics metrics;
	pthread_mutex_t lock;
	struct slot *slot;
	size_t n_slots;
	int64_t n_slow; /* under the lock: slow jobs that run */
	_Atomic int alive;
	_Atomic bool stop;  /* take no more tickets */
	_Atomic bool leave; /* give back what runs */
};

/** A thread that runs jobs until the program stops; `cookie`: its slot. */
void *worker_slot(void *cookie);
/** The same of the quick lane. */
void *worker_quick(void *cookie);
/** The keeper's loop, until all threads have ended; false: they do not, and what
 *  they run was given back. */
bool worker_keep(struct program *p, struct store *store, struct rds *rds);

/* What the lanes share (worker_run.c). */

struct next {
	struct queue_ticket ticket;
	bool got;
};

/** A ticket that another worker left; asked for now and then. */
int
worker_left_behind(struct slot *s, struct next *next, struct err *e) MUST_CHECK;
/** True: the ticket is used up. */
bool worker_use(struct slot *s, const struct queue_ticket *t, bool left_behind);
/** The worker stops: the ticket is for another one. */
void worker_pass_on(struct slot *s, const struct queue_ticket *t);
/** Around a run: what is renewed meanwhile. */
void worker_hold(struct slot *s, const struct store_job *jobs, size_t n);
/** The context is that of `job` now, which was started. */
void worker_begin(struct slot *s, const struct store_job *job, bool ended);
/** What follows from the end of a run, but for JOB_DONE of a quick job. */
void worker_end(struct slot *s, const struct job_type *type, enum job_end end,
    struct err *e);
/** A line in the log. */
void worker_log(
    const struct slot *s, const char *end, const struct err *e, int64_t us);

#endif
