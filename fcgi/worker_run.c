/*
 * The side of the worker that runs jobs.
 *
 *   ticket -> store_job_start -> job_type.run -> XACK
 */
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

static void
log_job(const struct slot *s, const char *end, const struct err *e, int64_t us)
{
	struct log_line l =
	    log_begin(e->code >= ERR_UNAVAILABLE ? LOG_WARN : LOG_INFO, "job");

	log_str(&l, "job", slice_from(s->job.id));
	log_str(&l, "type", slice_from(s->job.type));
	log_int(&l, "attempt", s->job.token);
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

	if (type->give_up(&s->ctx, why, &e) == 0 || e.code == ERR_STALE)
		return true;
	log_warnx("job %s: cannot end it: %s", s->job.id, e.msg);
	return false;
}

static void
retry(struct slot *s, const struct job_type *type, const struct err *why)
{
	int64_t delay = retry_delay(s->job.tries);
	int64_t after = s->ctx.retry_after_ms;
	struct err e = ERR_INIT;

	if (s->job.tries + 1 >= STORE_JOB_TRIES) {
		/* Should that fail, the lease runs out and it is tried again. */
		(void)give_up(s, type, why);
		return;
	}
	if (delay < after)
		delay = after < RETRY_AFTER_MAX_MS ? after : RETRY_AFTER_MAX_MS;
	metrics_add(&s->program->metrics, METRIC_JOBS_RETRIED, 1);
	/* Should the store fail too, the lease runs out and the sweep helps. */
	if (store_job_retry(s->ctx.store, &s->job, delay, why->msg, &e) != 0 ||
	    queue_add(&s->ctx.queue, slice_from(s->job.id), delay, &e) != 0)
		log_warnx(
		    "job %s: cannot queue it again: %s", s->job.id, e.msg);
}

static void
give_back(struct slot *s, int64_t delay)
{
	struct err e = ERR_INIT;

	if (store_job_release(s->ctx.store, &s->job, delay, &e) != 0 ||
	    queue_add(&s->ctx.queue, slice_from(s->job.id), delay, &e) != 0)
		log_warnx("job %s: cannot give it back: %s", s->job.id, e.msg);
}

static void
set_busy(struct slot *s, bool busy)
{
	(void)pthread_mutex_lock(&s->program->lock);
	s->busy = busy;
	(void)pthread_mutex_unlock(&s->program->lock);
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
	enum job_end end;

	atomic_store(&s->lost, false);
	set_busy(s, true);
	end = type->run(&s->ctx, &e);
	set_busy(s, false);
	log_job(s, END[end], &e, clock_mono_us() - started);
	if (end == JOB_RETRY)
		retry(s, type, &e);
	else if (end == JOB_GIVEN)
		give_back(s, 0);
	else if (end == JOB_LATER)
		give_back(s, s->ctx.retry_after_ms);
}

/* ---- slow jobs: one thread is kept free of them ---------------------------- */

static int64_t
put_off_delay(void)
{
	uint32_t random;

	rnd_bytes(&random, sizeof(random));
	return PUT_OFF_MS + random % PUT_OFF_MS;
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
		give_back(s, put_off_delay());
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
	    queue_add(&s->ctx.queue, id, put_off_delay(), &e) == 0;
}

/* The row decides what the ticket is worth. False: it is needed again. */
static bool
run_found(struct slot *s, enum store_job_start what, bool left_behind)
{
	static const struct err DEAD = { .code = ERR_INTERNAL,
		.msg = "the work was interrupted too often." };
	const struct job_type *type = s->program->find(s->job.type);
	struct err e = ERR_INIT;

	if (type == NULL) {
		log_warnx("job %s: unknown type", s->job.id);
		if (what == STORE_JOB_STARTED &&
		    store_job_finish(s->ctx.store, &s->job, "error",
			"unknown type", &e) != 0)
			log_warnx("job %s: %s", s->job.id, e.msg);
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
	if (!left_behind || type->repeat(&s->ctx, &e) == 0)
		return true;
	log_warnx("job %s: %s", s->job.id, e.msg);
	return false;
}

/*
 * True: the ticket is used up. `left_behind`: a worker took it and never acked;
 * if the job ended all the same, perhaps nobody was told.
 */
static bool
use_ticket(struct slot *s, const struct queue_ticket *t, bool left_behind)
{
	enum store_job_start what;
	struct err e = ERR_INIT;
	bool used;

	if (put_off(s, t))
		return true;
	if (store_job_start(s->ctx.store, slice_from(t->job),
		s->program->conf->lease_ms, &s->job, &what, &e) != 0) {
		log_warnx("job %s: %s", t->job, e.msg);
		return false;
	}
	/* Busy: should its worker die between the end and telling it, this
	 * ticket comes back (queue_reclaim) and finds the row final. */
	if (what == STORE_JOB_BUSY)
		return false;
	if (what == STORE_JOB_GONE)
		return true;
	s->ctx.arena = ARENA_INIT;
	s->ctx.retry_after_ms = 0;
	s->ctx.job = &s->job;
	s->ctx.ended = what != STORE_JOB_STARTED;
	used = run_found(s, what, left_behind);
	arena_fini(&s->ctx.arena);
	store_job_fini(&s->job);
	return used;
}

struct next {
	struct queue_ticket ticket;
	bool got;
	bool left_behind;
};

/* The next ticket: one that another worker left, or a fresh one. */
static int
next_ticket(
    struct slot *s, int64_t *reclaim_at, struct next *next, struct err *e)
{
	struct slice consumer = slice_from(s->program->consumer);
	int64_t idle = s->program->conf->lease_ms + RECLAIM_SLACK_MS;

	next->left_behind = false;
	if (clock_mono_ms() >= *reclaim_at) {
		if (queue_reclaim(&s->ctx.queue, consumer, idle, &next->ticket,
			&next->got, e) != 0)
			return -1;
		next->left_behind = next->got;
		if (next->got)
			return 0;
		*reclaim_at = clock_mono_ms() + RECLAIM_EVERY_MS;
	}
	return queue_reserve(
	    &s->ctx.queue, consumer, BLOCK_MS, &next->ticket, &next->got, e);
}

/* The worker stops: the ticket is for another one. */
static void
pass_on(struct slot *s, const struct queue_ticket *t)
{
	struct err e = ERR_INIT;

	if (queue_add(&s->ctx.queue, slice_from(t->job), 0, &e) != 0 ||
	    queue_ack(&s->ctx.queue, t, &e) != 0)
		metrics_error(&s->program->metrics, e.code);
}

void *
worker_slot(void *cookie)
{
	struct slot *s = cookie;
	struct next next;
	struct err e = ERR_INIT;
	int64_t reclaim_at = 0;

	while (!atomic_load(&s->program->stop)) {
		if (next_ticket(s, &reclaim_at, &next, &e) != 0) {
			clock_sleep_ms(200);
			continue;
		}
		if (!next.got)
			continue;
		if (atomic_load(&s->program->stop))
			pass_on(s, &next.ticket);
		else if (use_ticket(s, &next.ticket, next.left_behind) &&
		    queue_ack(&s->ctx.queue, &next.ticket, &e) != 0)
			metrics_error(&s->program->metrics, e.code);
	}
	return NULL;
}
