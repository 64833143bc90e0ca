/*
 * The side of the worker that runs jobs.
 *
 *   ticket -> store_job_start -> job_type.run -> XACK
 */
#include <stdio.h>

#include "base/ck.h"
#include "fcgi/worker.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/rnd.h"

/* A thread waits so long for a ticket before it looks at its flags. */
#define BLOCK_MS 1000
/*
 * A ticket not acked for a lease and this belongs to a worker that died,
 * perhaps between the end of a job and telling it, or to a long job; it is
 * looked at again. Some of these are looked for every RECLAIM_EVERY_MS.
 */
#define RECLAIM_SLACK_MS 2000
#define RECLAIM_EVERY_MS 2000
/* A failed job is tried again after a random part of this, doubling. */
#define RETRY_FIRST_MS 1000
/* A slow job for which there is no thread comes back within twice this. */
#define PUT_OFF_MS 500
/* Who asks for more patience gets so much. */
#define RETRY_AFTER_MAX_MS 3600000
/* A job of a type that only other workers know, newer ones: for them. It comes back
 * soon, and ever later, so that it finds one of few, and many cost little if there
 * is none. A roll-out that takes longer than the patience has stopped. */
#define UNKNOWN_MS          500
#define UNKNOWN_PART        8
#define UNKNOWN_MAX_MS      30000
#define UNKNOWN_PATIENCE_MS 3600000
/* Redis or the store does not answer: ask again. */
#define DOWN_MS 200

void
worker_log(
    const struct slot *s, const char *end, const struct err *e, int64_t us)
{
	const struct store_job *job = s->ctx.job;
	struct log_line l =
	    log_begin(e->code >= ERR_UNAVAILABLE ? LOG_WARN : LOG_INFO, "job");

	log_str(&l, "job", slice_from(job->id));
	log_str(&l, "type", slice_from(job->type));
	log_int(&l, "attempt", job->token);
	log_str(&l, "status", slice_from(end));
	log_int(&l, "ms", us / 1000);
	if (e->code != ERR_NONE) {
		log_str(&l, "error", slice_from(err_name(e->code)));
		/* What a user did wrong may quote what the user wrote. */
		if (e->code >= ERR_UNAVAILABLE)
			log_str(&l, "why", slice_from(e->msg));
	}
	log_end(&l);
}

/* ---- what follows from the end of a run ------------------------------------ */

static void
warn(const struct slot *s, const char *what, const struct err *e)
{
	log_warnx("job %s: cannot %s: %s", s->ctx.job->id, what, e->msg);
}

/* Full jitter: failures of many do not come back together. */
static int64_t
retry_delay(int tries)
{
	uint32_t random;

	rnd_bytes(&random, sizeof(random));
	return random % (RETRY_FIRST_MS << (tries < 10 ? tries : 10)) + 50;
}

/* False: it could not be told, and is to be tried again. */
static bool
give_up(struct slot *s, const struct job_type *type, const struct err *why)
{
	struct err e = ERR_INIT;

	s->ctx.dead = true;
	if (type->give_up(&s->ctx, why, &e) != 0 && e.code != ERR_STALE) {
		warn(s, "end it", &e);
		return false;
	}
	jobs_follow(&s->ctx);
	return true;
}

static void
cancel(struct slot *s, const struct job_type *type)
{
	struct err e = ERR_INIT;

	atomic_store(&s->cancelled, true);
	/* Should that fail, the lease runs out and it is tried again. */
	if (jobs_cancel(&s->ctx, type, &e) != 0)
		warn(s, "cancel it", &e);
	else
		jobs_follow(&s->ctx);
}

/* Its ticket, due after `delay`. */
static int
ticket(
    struct slot *s, const struct job_type *type, int64_t delay, struct err *e)
{
	struct queue lane = jobs_lane(&s->ctx, type);

	return queue_add(&lane, slice_from(s->ctx.job->id), delay, e);
}

static void
retry(struct slot *s, const struct job_type *type, const struct err *why)
{
	const struct store_job *job = s->ctx.job;
	int64_t delay = retry_delay(job->tries);
	int64_t after = s->ctx.retry_after_ms;
	struct err e = ERR_INIT;

	if (job->tries + 1 >= STORE_JOB_TRIES) {
		/* Should that fail, the lease runs out and it is tried again. */
		(void)give_up(s, type, why);
		return;
	}
	if (delay < after)
		delay = after < RETRY_AFTER_MAX_MS ? after : RETRY_AFTER_MAX_MS;
	metrics_add(&s->program->metrics, METRIC_JOBS_RETRIED, 1);
	/* Should the store fail too, the lease runs out and the sweep helps. */
	if (store_job_retry(s->ctx.store, job, delay, why->msg, &e) != 0 ||
	    ticket(s, type, delay, &e) != 0)
		warn(s, "queue it again", &e);
}

static void
give_back(struct slot *s, const struct job_type *type, int64_t delay)
{
	struct err e = ERR_INIT;

	if (delay > RETRY_AFTER_MAX_MS)
		delay = RETRY_AFTER_MAX_MS;
	if (store_job_release(s->ctx.store, s->ctx.job, delay, &e) != 0 ||
	    ticket(s, type, delay, &e) != 0)
		warn(s, "give it back", &e);
}

void
worker_end(struct slot *s, const struct job_type *type, enum job_end end,
    struct err *e)
{
	if (end == JOB_DONE)
		jobs_follow(&s->ctx);
	else if (atomic_load(&s->lost))
		return;
	else if (atomic_load(&s->cancelled))
		cancel(s, type);
	else if (end == JOB_RETRY)
		retry(s, type, e);
	else if (end == JOB_GIVEN)
		give_back(s, type, 0);
	else if (end == JOB_LATER)
		give_back(s, type, s->ctx.retry_after_ms);
}

/* ---- a run ------------------------------------------------------------------ */

void
worker_hold(struct slot *s, const struct store_job *jobs, size_t n)
{
	(void)pthread_mutex_lock(&s->program->lock);
	s->jobs = jobs;
	s->n_jobs = n;
	(void)pthread_mutex_unlock(&s->program->lock);
}

void
worker_begin(struct slot *s, const struct store_job *job, bool ended)
{
	atomic_store(&s->lost, false);
	atomic_store(&s->cancelled, job->cancel);
	s->ctx.arena = ARENA_INIT;
	s->ctx.retry_after_ms = 0;
	s->ctx.job = job;
	s->ctx.ended = ended;
	s->ctx.dead = false;
	s->ctx.result = NULL;
	s->ctx.shown_ms = 0;
}

/* A quick one that came alone: what it leaves to the worker. */
static enum job_end
end_quick(struct slot *s, struct err *e)
{
	int rc = store_job_succeed(s->ctx.store, s->ctx.job, s->ctx.result, e);

	(void)json_object_put(s->ctx.result);
	s->ctx.result = NULL;
	return rc == 0 ? JOB_DONE : e->code == ERR_STALE ? JOB_LOST : JOB_RETRY;
}

static void
run_started(struct slot *s, const struct job_type *type)
{
	static const char *const END[] = {
		[JOB_DONE] = "done",
		[JOB_RETRY] = "retry",
		[JOB_GIVEN] = "given back",
		[JOB_LATER] = "put off",
		[JOB_LOST] = "lost",
	};
	int64_t started = clock_mono_us();
	struct err e = ERR_INIT;
	enum job_end end = JOB_LOST;
	bool cancelled;

	worker_hold(s, s->ctx.job, 1);
	if (!atomic_load(&s->cancelled)) {
		end = type->run(&s->ctx, &e);
		if (type->quick && end == JOB_DONE)
			end = end_quick(s, &e);
	}
	cancelled = end != JOB_DONE && atomic_load(&s->cancelled) &&
	    !atomic_load(&s->lost);
	worker_log(s, cancelled ? "cancelled" : END[end], &e,
	    clock_mono_us() - started);
	worker_end(s, type, end, &e);
	worker_hold(s, NULL, 0);
}

/* ---- slow jobs: one thread is kept free of them ---------------------------- */

static int64_t
once_or_twice(uint32_t ms)
{
	uint32_t random;

	rnd_bytes(&random, sizeof(random));
	return ms + random % ms;
}

/* Adds `n` to those that run; false: there is no thread for one more. */
static bool
count_slow(struct program *p, int64_t n)
{
	int64_t most = p->conf->worker_threads;
	bool room;

	if (most > 1)
		most--;
	(void)pthread_mutex_lock(&p->lock);
	room = p->n_slow + n <= most;
	if (room)
		p->n_slow += n;
	(void)pthread_mutex_unlock(&p->lock);
	return room;
}

static void
run_slow(struct slot *s, const struct job_type *type)
{
	if (!count_slow(s->program, 1)) {
		give_back(s, type, once_or_twice(PUT_OFF_MS));
		return;
	}
	run_started(s, type);
	(void)count_slow(s->program, -1);
}

/* While it cannot be run it is not started: that would write a row each time. */
static bool
put_off(struct slot *s, const struct queue_ticket *t)
{
	struct slice id = slice_from(t->job);
	const struct job_type *type;
	struct err e = ERR_INIT;
	char name[32];

	if (count_slow(s->program, 1)) {
		(void)count_slow(s->program, -1);
		return false;
	}
	if (store_job_type(s->ctx.store, id, name, &e) != 0)
		return false;
	type = s->program->find(name);
	return type != NULL && type->slow &&
	    queue_add(&s->ctx.queue, id, once_or_twice(PUT_OFF_MS), &e) == 0;
}

/* ---- a ticket --------------------------------------------------------------- */

static void
end_unknown(struct slot *s)
{
	const struct store_job *job = s->ctx.job;
	char why[128];
	struct err e = ERR_INIT;

	(void)snprintf(why, sizeof(why),
	    "No worker knows jobs of the type \"%s\". Start one of the version "
	    "that added it, and run it again.",
	    job->type);
	/* Should that fail, the lease runs out and it is tried again. */
	if (store_job_finish(s->ctx.store, job,
		job->cancel ? "cancelled" : "dead",
		job->cancel ? "It was cancelled." : why, &e) != 0) {
		if (e.code != ERR_STALE)
			warn(s, "end it", &e);
		return;
	}
	log_warnx("job %s: %s", job->id, job->cancel ? "cancelled" : why);
	jobs_follow(&s->ctx);
}

/* What a newer program has added is for workers that know it. */
static void
run_unknown(struct slot *s)
{
	const struct store_job *job = s->ctx.job;
	int64_t delay =
	    once_or_twice(UNKNOWN_MS) + job->unknown_ms / UNKNOWN_PART;
	struct err e = ERR_INIT;

	if (job->cancel || job->unknown_ms > UNKNOWN_PATIENCE_MS) {
		end_unknown(s);
		return;
	}
	if (delay > UNKNOWN_MAX_MS)
		delay = UNKNOWN_MAX_MS;
	worker_log(s, "not known", &e, 0);
	if (store_job_unknown(s->ctx.store, job, delay, &e) != 0 ||
	    ticket(s, NULL, delay, &e) != 0)
		warn(s, "give it back", &e);
}

/* The row decides what the ticket is worth. False: it is needed again. */
static bool
run_found(struct slot *s, enum store_job_start what, bool left_behind)
{
	static const struct err DEAD = { .code = ERR_INTERNAL,
		.msg = "the work was interrupted too often." };
	const struct job_type *type = s->program->find(s->ctx.job->type);
	struct err e = ERR_INIT;

	if (type == NULL) {
		if (what == STORE_JOB_STARTED)
			run_unknown(s);
		return true;
	}
	if (what == STORE_JOB_STARTED) {
		if (type->slow)
			run_slow(s, type);
		else
			run_started(s, type);
		return true;
	}
	if (what == STORE_JOB_DEAD)
		return give_up(s, type, &DEAD);
	if (!left_behind)
		return true;
	/* Ended, and perhaps nobody was told. */
	if (type->repeat(&s->ctx, &e) != 0) {
		warn(s, "tell its end", &e);
		return false;
	}
	jobs_follow(&s->ctx);
	return true;
}

/*
 * `left_behind`: a worker took the ticket and never acked; if the job ended all
 * the same, perhaps nobody was told.
 */
bool
worker_use(struct slot *s, const struct queue_ticket *t, bool left_behind)
{
	struct store_job job;
	enum store_job_start what;
	struct err e = ERR_INIT;
	bool used;

	if (s->lane == QUEUE_JOBS && put_off(s, t))
		return true;
	if (store_job_start(s->ctx.store, slice_from(t->job),
		s->program->conf->lease_ms, &job, &what, &e) != 0) {
		log_warnx("job %s: %s", t->job, e.msg);
		return false;
	}
	/* Busy: should its worker die between the end and telling it, this
	 * ticket comes back (queue_reclaim) and finds the row final. */
	if (what == STORE_JOB_BUSY)
		return false;
	/* Waits: the end of the one before writes a new ticket. */
	if (what == STORE_JOB_GONE || what == STORE_JOB_WAITS)
		return true;
	worker_begin(s, &job, what != STORE_JOB_STARTED);
	used = run_found(s, what, left_behind);
	arena_fini(&s->ctx.arena);
	store_job_fini(&job);
	return used;
}

int
worker_left_behind(struct slot *s, struct next *next, struct err *e)
{
	const struct queue q = { s->rds, s->program->prefix, s->lane };
	int64_t idle = s->program->conf->lease_ms + RECLAIM_SLACK_MS;

	next->got = false;
	if (clock_mono_ms() < s->reclaim_ms)
		return 0;
	if (queue_reclaim(&q, slice_from(s->program->consumer), idle,
		&next->ticket, &next->got, e) != 0)
		return -1;
	if (!next->got)
		s->reclaim_ms = clock_mono_ms() + RECLAIM_EVERY_MS;
	return 0;
}

void
worker_pass_on(struct slot *s, const struct queue_ticket *t)
{
	const struct queue q = { s->rds, s->program->prefix, s->lane };
	struct err e = ERR_INIT;

	if (queue_add(&q, slice_from(t->job), 0, &e) != 0 ||
	    queue_ack(&q, t, &e) != 0)
		metrics_error(&s->program->metrics, e.code);
}

/* The next ticket: one that another worker left, or a fresh one. */
static int
next_ticket(struct slot *s, struct next *next, bool *left_behind, struct err *e)
{
	*left_behind = false;
	if (worker_left_behind(s, next, e) != 0)
		return -1;
	*left_behind = next->got;
	return next->got
	    ? 0
	    : queue_reserve(&s->ctx.queue, slice_from(s->program->consumer),
		  BLOCK_MS, &next->ticket, &next->got, e);
}

void *
worker_slot(void *cookie)
{
	struct slot *s = cookie;
	struct next next;
	struct err e = ERR_INIT;
	bool left_behind;

	while (!atomic_load(&s->program->stop)) {
		if (next_ticket(s, &next, &left_behind, &e) != 0) {
			clock_sleep_ms(DOWN_MS);
			continue;
		}
		if (!next.got)
			continue;
		if (atomic_load(&s->program->stop))
			worker_pass_on(s, &next.ticket);
		else if (worker_use(s, &next.ticket, left_behind) &&
		    queue_ack(&s->ctx.queue, &next.ticket, &e) != 0)
			metrics_error(&s->program->metrics, e.code);
	}
	(void)atomic_fetch_sub(&s->program->alive, 1);
	return NULL;
}
