/*
 * The keeper: renews the leases of what runs, writes tickets for jobs that have
 * none, moves delayed ones to the stream and adds the counters to Redis.
 */
#include "fcgi/worker.h"
#include "io/clock.h"
#include "io/log.h"

/* What nobody has a ticket for gets one within this, and a bit of quiet. */
#define SWEEP_MS 3000
#define QUIET_MS 5000
/* The same while tickets wait: those of a long queue are on their way. */
#define QUIET_LONG_MS 60000
#define SWEEP_LIMIT   100
/* A delayed ticket is late by at most this. */
#define PROMOTE_MS 250
static void
renew(struct slot *s, struct store *store)
{
	struct err e = ERR_INIT;

	(void)pthread_mutex_lock(&s->program->lock);
	if (s->busy &&
	    store_job_renew(store, &s->job, s->program->conf->lease_ms, &e) !=
		0 &&
	    e.code == ERR_STALE)
		atomic_store(&s->lost, true);
	(void)pthread_mutex_unlock(&s->program->lock);
}

static void
sweep(struct store *store, const struct queue *q)
{
	char ids[SWEEP_LIMIT][37];
	struct err e = ERR_INIT;
	int64_t depth = 0, quiet;
	int n = 0;

	/* While tickets wait, a job without one is likely just in the queue. */
	if (queue_depth(q, &depth, &e) != 0)
		return;
	quiet = depth > 0 ? QUIET_LONG_MS : QUIET_MS;
	if (store_job_sweep(store, quiet, SWEEP_LIMIT, ids, &n, &e) != 0) {
		log_warnx("sweep: %s", e.msg);
		return;
	}
	for (int i = 0; i < n; i++)
		if (queue_add(q, slice_from(ids[i]), 0, &e) != 0)
			return; /* the next sweep writes it */
}

struct keeper_job {
	int64_t every_ms, next_ms;
};

static bool
due(struct keeper_job *job)
{
	int64_t now = clock_mono_ms();

	if (now < job->next_ms)
		return false;
	job->next_ms = now + job->every_ms;
	return true;
}

void
worker_keep(struct program *p, struct store *store, struct rds *rds)
{
	struct keeper_job renewing = { p->conf->lease_ms / 4, 0 };
	struct keeper_job sweeping = { SWEEP_MS, 0 };
	struct keeper_job flushing = { 1000, 0 };
	const struct queue q = { rds, p->prefix };
	struct err e = ERR_INIT;

	while (!atomic_load(&p->stop)) {
		if (due(&renewing))
			for (int64_t i = 0; i < p->conf->worker_threads; i++)
				renew(&p->slot[i], store);
		if (due(&sweeping))
			sweep(store, &q);
		if (queue_promote(&q, &e) != 0 ||
		    (due(&flushing) &&
			metrics_flush(&p->metrics, rds, p->prefix, "", &e) !=
			    0))
			metrics_error(&p->metrics, e.code);
		clock_sleep_ms(PROMOTE_MS);
	}
}
