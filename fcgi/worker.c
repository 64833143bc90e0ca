/*
 * director-worker: drains the job queue. Some threads run jobs; one renews the
 * leases of what runs, writes tickets for jobs that have none, moves delayed
 * ones to the stream and adds the counters to Redis.
 *
 *   ticket -> store_job_start -> job_type.run -> XACK
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "handlers/app.h"
#include "handlers/jobs.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/rnd.h"
#include "io/store_job.h"

#define PURPOSE "runs the jobs of Director's queue"

/* A thread waits so long for a ticket before it looks at its flags. */
#define BLOCK_MS 1000
/* What nobody has a ticket for gets one within this, and a bit of quiet. */
#define SWEEP_MS 3000
#define QUIET_MS 5000
/* The same while tickets wait: those of a long queue are on their way. */
#define QUIET_LONG_MS 60000
#define SWEEP_LIMIT   100
/*
 * A ticket not acked for a lease and this belongs to a worker that died,
 * perhaps between the end of a job and telling it, or to a long job; it is
 * looked at again. Some of these are looked for every RECLAIM_EVERY_MS.
 */
#define RECLAIM_SLACK_MS 2000
#define RECLAIM_EVERY_MS 2000
/* A delayed ticket is late by at most this. */
#define PROMOTE_MS 250
/* A failed job is tried again after a random part of this, doubling. */
#define RETRY_FIRST_MS 1000
/* A slow job for which there is no thread comes back within twice this. */
#define PUT_OFF_MS 500
/* Who asks for more patience gets so much. */
#define RETRY_AFTER_MAX_MS 3600000

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
	type = jobs_find(name);
	return type != NULL && type->slow &&
	    queue_add(&s->ctx.queue, id, put_off_delay(), &e) == 0;
}

/* The row decides what the ticket is worth. False: it is needed again. */
static bool
run_found(struct slot *s, enum store_job_start what, bool left_behind)
{
	static const struct err DEAD = { .code = ERR_INTERNAL,
		.msg = "the work was interrupted too often." };
	const struct job_type *type = jobs_find(s->job.type);
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

static void *
run_slot(void *cookie)
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

/* The keeper's side: leases, tickets, counters. */

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

static void
keep(struct program *p, struct store *store, struct rds *rds)
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

static void
slot_init(struct slot *s, struct program *p)
{
	struct err e = ERR_INIT;

	s->program = p;
	s->rds =
	    rds_new(p->conf->redis_url, p->conf->redis_timeout_ms, p->breaker);
	s->ctx = (struct job_ctx){
		.conf = p->conf,
		.store = store_open(p->conf->database_url, &e),
		.queue = { s->rds, p->prefix },
		.room = { { s->rds, &p->eio }, &p->metrics },
		.metrics = &p->metrics,
		.lost = &s->lost,
		.stop = &p->stop,
	};
	if (s->ctx.store == NULL)
		log_fatal("%s", e.msg);
}

static void
slot_fini(struct slot *s)
{
	store_close(s->ctx.store);
	rds_free(s->rds);
}

static struct program *the_program; /* for the signal handler alone */

static void
on_signal(int number)
{
	(void)number;
	atomic_store(&the_program->stop, true);
}

static void
take_signals(struct program *p)
{
	struct sigaction stop = { .sa_handler = on_signal };

	the_program = p;
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void
work(const struct conf *conf, const char *prefix)
{
	struct program *p = ck_calloc(1, sizeof(*p));
	struct rds *rds;
	struct store *store;
	struct err e = ERR_INIT;

	p->conf = conf;
	p->prefix = prefix;
	p->eio = (struct eio_store){ prefix, &p->wake, conf->ping_interval_ms,
		conf->ping_timeout_ms, conf->connect_timeout_ms,
		conf->recovery_ms };
	p->breaker = rds_breaker_new();
	rnd_id(p->consumer, 10);
	(void)pthread_mutex_init(&p->lock, NULL);
	p->slot = ck_calloc((size_t)conf->worker_threads, sizeof(*p->slot));
	take_signals(p);
	rds = rds_new(conf->redis_url, conf->redis_timeout_ms, p->breaker);
	store = store_open(conf->database_url, &e);
	if (store == NULL)
		log_fatal("%s", e.msg);
	for (int64_t i = 0; i < conf->worker_threads; i++)
		slot_init(&p->slot[i], p);
	for (int64_t i = 0; i < conf->worker_threads; i++)
		if (pthread_create(
			&p->slot[i].thread, NULL, run_slot, &p->slot[i]) != 0)
			abort();
	rds_warn_policy(rds);
	log_info("started, consumer %s", p->consumer);
	keep(p, store, rds);
	for (int64_t i = 0; i < conf->worker_threads; i++) {
		(void)pthread_join(p->slot[i].thread, NULL);
		slot_fini(&p->slot[i]);
	}
	store_close(store);
	rds_free(rds);
	rds_breaker_free(p->breaker);
	log_info("stopped");
	free(p->slot);
	free(p);
}

int
main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : "";
	struct conf conf;
	struct err e = ERR_INIT;
	char *prefix = NULL;
	int rc = 0;

	if (strcmp(option, "--help") == 0) {
		conf_help("director-worker", PURPOSE);
		return 0;
	}
	if (conf_load(&conf, &e) != 0 ||
	    rds_url_check(conf.redis_url, &e) != 0) {
		(void)fprintf(stderr, "director-worker: %s\n", e.msg);
		return 1;
	}
	log_set_level(log_level_parse(conf.log_level));
	if (strcmp(option, "-t") == 0) {
		rc = puts("The configuration is good.") < 0;
	} else if ((prefix = app_prefix(&conf, &e)) == NULL) {
		(void)fprintf(stderr, "director-worker: %s\n", e.msg);
		rc = 1;
	} else {
		work(&conf, prefix);
	}
	free(prefix);
	conf_fini(&conf);
	return rc;
}
