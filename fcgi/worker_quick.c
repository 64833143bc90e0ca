/*
 * The quick lane: many tickets are taken at once, their jobs started by one
 * statement, run one after the other, and ended by one statement.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "fcgi/worker.h"
#include "io/clock.h"
#include "io/log.h"

#define BLOCK_MS 1000
#define DOWN_MS  200

struct batch {
	struct queue_ticket ticket[QUEUE_BATCH];
	struct slice id[QUEUE_BATCH]; /* its job */
	bool used[QUEUE_BATCH];       /* the ticket */
	size_t n;
	struct store_job job[QUEUE_BATCH];
	size_t n_jobs;
	/* Those that are done; the others have ended by themselves. */
	struct store_job done[QUEUE_BATCH];
	struct json_object *result[QUEUE_BATCH];
	size_t n_done;
};

static struct queue
lane_of(const struct slot *s)
{
	return (struct queue){ s->rds, s->program->prefix, QUEUE_QUICK };
}

/* The ticket of this job is used up. They mostly come in the same order: the one
 * behind the last one found is looked at first. */
static void
use(struct batch *b, const char *id, size_t *next)
{
	for (size_t i = 0; i < b->n; i++) {
		size_t at = (*next + i) % b->n;

		if (strcmp(b->ticket[at].job, id) == 0) {
			b->used[at] = true;
			*next = at + 1;
			return;
		}
	}
}

/* Those that could not be started with the others: why? */
static void
use_rest(struct slot *s, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (!b->used[i])
			b->used[i] = worker_use(s, &b->ticket[i], false);
}

static void
run_one(struct slot *s, struct batch *b, const struct store_job *job)
{
	const struct job_type *type = s->program->find(job->type);
	struct err e = ERR_INIT;
	enum job_end end;

	worker_begin(s, job, false);
	end = type->run(&s->ctx, &e);
	if (end == JOB_DONE) {
		b->result[b->n_done] = s->ctx.result;
		b->done[b->n_done++] = *job;
	} else {
		worker_log(s, "failed", &e, 0);
		worker_end(s, type, end, &e);
	}
	arena_fini(&s->ctx.arena);
}

/* One that is not for many at once, or for nobody: back to its own lane. */
static bool
is_quick(struct slot *s, const struct store_job *job)
{
	const struct job_type *type = s->program->find(job->type);
	struct err e = ERR_INIT;

	if (type != NULL && type->quick && !job->cancel)
		return true;
	if (store_job_release(s->ctx.store, job, 0, &e) != 0 ||
	    queue_add(&s->ctx.queue, slice_from(job->id), 0, &e) != 0)
		log_warnx("job %s: %s", job->id, e.msg);
	return false;
}

static void
end_all(struct slot *s, struct batch *b)
{
	struct err e = ERR_INIT;
	size_t ended = 0;

	/* Should that fail, the leases run out. */
	if (b->n_done != 0 &&
	    store_job_succeed_many(s->ctx.store, b->done,
		(struct json_object *const *)b->result, b->n_done, &ended,
		&e) != 0)
		log_warnx("%zu jobs: cannot end them: %s", b->n_done, e.msg);
	for (size_t i = 0; i < b->n_done; i++)
		(void)json_object_put(b->result[i]);
}

static void
run_batch(struct slot *s, struct batch *b)
{
	struct store_job_many many = { b->job, 0 };
	struct err e = ERR_INIT;
	size_t next = 0;

	for (size_t i = 0; i < b->n; i++) {
		b->used[i] = false;
		b->id[i] = slice_from(b->ticket[i].job);
	}
	many.n = b->n_jobs = b->n_done = 0;
	if (store_job_start_many(s->ctx.store, b->id, b->n,
		s->program->conf->lease_ms, &many, &e) != 0) {
		log_warnx("%zu jobs: %s", b->n, e.msg);
		return;
	}
	b->n_jobs = many.n;
	for (size_t i = 0; i < b->n_jobs; i++)
		use(b, b->job[i].id, &next);
	if (b->n_jobs < b->n)
		use_rest(s, b);
	worker_hold(s, b->job, b->n_jobs);
	for (size_t i = 0; i < b->n_jobs; i++)
		if (is_quick(s, &b->job[i]))
			run_one(s, b, &b->job[i]);
	worker_hold(s, NULL, 0);
	end_all(s, b);
	for (size_t i = 0; i < b->n_jobs; i++)
		store_job_fini(&b->job[i]);
}

/* All tickets that were used up, in one go. */
static void
ack(struct slot *s, struct batch *b)
{
	const struct queue q = lane_of(s);
	struct err e = ERR_INIT;
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->used[i])
			b->ticket[n++] = b->ticket[i];
	if (queue_ack_many(&q, b->ticket, n, &e) != 0)
		metrics_error(&s->program->metrics, e.code);
}

static void
pass_on(struct slot *s, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		worker_pass_on(s, &b->ticket[i]);
}

static int
take(struct slot *s, struct batch *b, struct err *e)
{
	const struct queue q = lane_of(s);
	struct next next;

	if (worker_left_behind(s, &next, e) != 0)
		return -1;
	if (next.got && worker_use(s, &next.ticket, true))
		return queue_ack(&q, &next.ticket, e);
	return queue_reserve_many(&q, slice_from(s->program->consumer),
	    BLOCK_MS, b->ticket, &b->n, e);
}

void *
worker_quick(void *cookie)
{
	struct slot *s = cookie;
	struct batch *b = ck_calloc(1, sizeof(*b));
	struct err e = ERR_INIT;

	while (!atomic_load(&s->program->stop)) {
		b->n = 0;
		if (take(s, b, &e) != 0)
			clock_sleep_ms(DOWN_MS);
		else if (atomic_load(&s->program->stop))
			pass_on(s, b);
		else if (b->n != 0) {
			run_batch(s, b);
			ack(s, b);
		}
	}
	free(b);
	(void)atomic_fetch_sub(&s->program->alive, 1);
	return NULL;
}
