/**
 * The worker: some threads run jobs, the main thread keeps (leases, tickets,
 * counters).
 *
 *   worker.c       threads and signals
 *   worker_run.c   a ticket -> the job's row -> its type's run -> what follows
 *   worker_keep.c  what is done all the time, beside the jobs
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
	struct job_ctx ctx;
	struct rds *rds;
	pthread_t thread;
	struct store_job job;
	bool busy; /* under the program's lock: `job` is running */
	_Atomic bool lost;
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
	int64_t n_slow; /* under the lock: slow jobs that run */
	_Atomic bool stop;
};

/** A thread that runs jobs until the program stops; `cookie`: its slot. */
void *worker_slot(void *cookie);
/** The keeper's loop, until the program stops. */
void worker_keep(struct program *p, struct store *store, struct rds *rds);

#endif
