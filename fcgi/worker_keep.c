/*
 * The keeper: renews the leases of what runs, writes tickets for jobs that have
 * none, moves delayed ones to the stream and adds the counters to Redis.
 */
#include <stdlib.h>

#include "base/ck.h"
#include "fcgi/worker.h"
#include "handlers/videodb.h"
#include "io/clock.h"
#include "io/log.h"

/* What nobody has a ticket for gets one within this, and a bit of quiet. */
#define SWEEP_MS 3000
#define QUIET_MS 5000
/* The same while tickets wait: those of a long queue are on their way. */
#define QUIET_LONG_MS 60000
#define SWEEP_LIMIT   100
/* When the queue is empty all that is there is swept, 100,000 jobs at most. */
#define SWEEP_TURNS 1000
/* A delayed ticket is late by at most this, and so is a cancellation. */
#define TURN_MS 250
/* Counters go to Redis so often. */
#define FLUSH_MS 1000
/* Jobs that ended long ago are looked for so often, by one of all workers; while
 * there are more, in each turn. */
#define TIDY_MS 60000
#define DAY_MS  INT64_C(86400000)
/* A worker asks Redis each second; one that is gone has another name when it is
 * back. */
#define CONSUMER_MS INT64_C(3600000)
/* Who waits for the embedding of a search has it after seconds, or goes without. */
#define VECTORS_MS 60000
/* Jobs of all threads: those of the quick lane, and a few. */
#define HELD_MAX (QUEUE_BATCH + 64)
/* What runs and was asked to give back its job has so long to do it. */
#define LEAVE_MS 1500

struct keeper_job {
	int64_t every_ms, next_ms;
};

struct keeper {
	struct program *p;
	struct store *store;
	struct queue queue;
	int64_t cancels; /* as we saw it last */
	bool seen;       /* it */
	int64_t stop_ms; /* when we were told to stop; 0: not yet */
	struct keeper_job renewing, sweeping, flushing, mirroring, tidying;
	bool more; /* to tidy */
	struct store_job_lease lease[HELD_MAX];
	struct slot *of[HELD_MAX]; /* whose it is */
};

/* ---- leases ----------------------------------------------------------------- */

static void
note(struct slot *s, const struct store_job_lease *lease)
{
	/* What is quick is over before it would notice. */
	if (s->n_jobs != 1)
		return;
	if (!lease->held)
		atomic_store(&s->lost, true);
	else if (lease->cancel)
		atomic_store(&s->cancelled, true);
}

static void
renew(struct keeper *k)
{
	struct err e = ERR_INIT;
	size_t n = 0;

	(void)pthread_mutex_lock(&k->p->lock);
	for (size_t i = 0; i < k->p->n_slots; i++)
		for (size_t j = 0; j < k->p->slot[i].n_jobs && n < HELD_MAX;
		     j++) {
			k->of[n] = &k->p->slot[i];
			k->lease[n++].job = &k->p->slot[i].jobs[j];
		}
	if (n != 0 &&
	    store_job_renew(k->store, k->lease, n, k->p->conf->lease_ms, &e) ==
		0)
		for (size_t i = 0; i < n; i++)
			note(k->of[i], &k->lease[i]);
	(void)pthread_mutex_unlock(&k->p->lock);
}

/* ---- tickets ---------------------------------------------------------------- */

static int
add_swept(struct keeper *k, const struct store_job_swept *jobs, int n)
{
	struct slice ids[QUEUE_LANE__MAX][SWEEP_LIMIT];
	size_t count[QUEUE_LANE__MAX] = { 0 };
	struct err e = ERR_INIT;

	for (int i = 0; i < n; i++) {
		const struct job_type *type = k->p->find(jobs[i].type);
		enum queue_lane lane =
		    type != NULL && type->quick ? QUEUE_QUICK : QUEUE_JOBS;

		ids[lane][count[lane]++] = slice_from(jobs[i].id);
	}
	for (int lane = 0; lane < QUEUE_LANE__MAX; lane++) {
		const struct queue q = { k->queue.rds, k->queue.prefix,
			(enum queue_lane)lane };

		if (queue_add_many(&q, ids[lane], count[lane], &e) != 0)
			return -1; /* the next sweep writes it */
	}
	return 0;
}

static bool
due(struct keeper_job *job)
{
	int64_t now = clock_mono_ms();

	if (now < job->next_ms)
		return false;
	job->next_ms = now + job->every_ms;
	return true;
}

/* At most `turns` times SWEEP_LIMIT. */
static void
sweep(struct keeper *k, int64_t quiet_ms, int64_t turns)
{
	struct store_job_swept jobs[SWEEP_LIMIT];
	struct err e = ERR_INIT;
	int n = SWEEP_LIMIT;

	for (int64_t i = 0; i < turns && n == SWEEP_LIMIT; i++) {
		/* It may take long, and leases run out meanwhile. */
		if (due(&k->renewing))
			renew(k);
		if (store_job_sweep(
			k->store, quiet_ms, SWEEP_LIMIT, jobs, &n, &e) != 0) {
			log_warnx("sweep: %s", e.msg);
			return;
		}
		if (add_swept(k, jobs, n) != 0)
			return;
	}
}

/* So many that each job that is not ended gets one ticket, and none a second. */
static int64_t
turns_for_all(struct keeper *k)
{
	static const char *const OPEN[] = { "queued", "running" };
	struct json_object *counts = NULL;
	struct err e = ERR_INIT;
	int64_t n = 0;

	if (store_job_counts(k->store, &counts, &e) != 0) {
		log_warnx("sweep: %s", e.msg);
		return 0; /* the slow sweep writes them */
	}
	for (size_t i = 0; i < COUNT(OPEN); i++)
		n += json_object_get_int64(
		    json_object_object_get(counts, OPEN[i]));
	(void)json_object_put(counts);
	return n / SWEEP_LIMIT + 1;
}

/* While tickets wait, a job without one is likely just in the queue. */
static void
sweep_by_depth(struct keeper *k)
{
	struct err e = ERR_INIT;
	int64_t depth, all = 0;

	for (int lane = 0; lane < QUEUE_LANE__MAX; lane++) {
		const struct queue q = { k->queue.rds, k->queue.prefix,
			(enum queue_lane)lane };

		if (queue_depth(&q, &depth, &e) != 0)
			return;
		all += depth;
	}
	if (all > 0)
		sweep(k, QUIET_LONG_MS, 1);
	else
		sweep(k, QUIET_MS, SWEEP_TURNS);
}

static int
promote(struct keeper *k, struct err *e)
{
	for (int lane = 0; lane < QUEUE_LANE__MAX; lane++) {
		const struct queue q = { k->queue.rds, k->queue.prefix,
			(enum queue_lane)lane };

		if (queue_promote(&q, e) != 0)
			return -1;
	}
	return 0;
}

/* What others said: a job was cancelled; Redis has lost what it had. */
static int
listen(struct keeper *k, struct err *e)
{
	int64_t cancels = k->cancels;
	bool fresh = false;

	if (queue_cancels(&k->queue, &cancels, &fresh, e) != 0)
		return -1;
	/* What was cancelled while it was away is not counted. */
	if (cancels != k->cancels || fresh)
		renew(k);
	k->cancels = cancels;
	if (fresh && k->seen)
		sweep(k, 0, turns_for_all(k));
	k->seen = true;
	return 0;
}

/* ---- what is over ----------------------------------------------------------- */

static void
tidy_lanes(struct keeper *k)
{
	struct err e = ERR_INIT;

	for (int lane = 0; lane < QUEUE_LANE__MAX; lane++) {
		const struct queue q = { k->queue.rds, k->queue.prefix,
			(enum queue_lane)lane };

		if (queue_tidy(&q, CONSUMER_MS, &e) != 0)
			metrics_error(&k->p->metrics, e.code);
	}
}

static void
tidy(struct keeper *k)
{
	const struct conf *conf = k->p->conf;
	const struct store_job_keep keep = { conf->jobs_keep_days * DAY_MS,
		conf->jobs_dead_keep_days * DAY_MS, VECTORS_MS };
	struct err e = ERR_INIT;

	if (store_job_forget(
		k->store, &keep, k->more ? 0 : TIDY_MS, &k->more, &e) != 0)
		log_warnx("cannot forget jobs that ended: %s", e.msg);
}

/* ---- stopping --------------------------------------------------------------- */

/* What does not hear: its job is for others. */
static void
take_away(struct keeper *k)
{
	struct err e = ERR_INIT;

	(void)pthread_mutex_lock(&k->p->lock);
	for (size_t i = 0; i < k->p->n_slots; i++) {
		struct slot *s = &k->p->slot[i];

		for (size_t j = 0; j < s->n_jobs; j++) {
			struct slice id = slice_from(s->jobs[j].id);

			if (store_job_release(k->store, &s->jobs[j], 0, &e) !=
				0 ||
			    queue_add(&k->queue, id, 0, &e) != 0)
				log_warnx("job %s: %s", s->jobs[j].id, e.msg);
			else
				log_info("job %s: taken away", s->jobs[j].id);
		}
	}
	(void)pthread_mutex_unlock(&k->p->lock);
}

/* False: the time is over. */
static bool
stopping(struct keeper *k)
{
	int64_t now = clock_mono_ms(), leave;

	if (k->stop_ms == 0)
		k->stop_ms = now;
	leave = k->stop_ms + k->p->conf->stop_ms;
	if (now >= leave)
		atomic_store(&k->p->leave, true);
	return now < leave + LEAVE_MS;
}

/* ---- all the time ----------------------------------------------------------- */

/* At the start, then as often as it says, of all workers. */
static void
mirror(struct keeper *k, struct err *e)
{
	const struct conf *conf = k->p->conf;

	if (videodb_configured(conf) && due(&k->mirroring) &&
	    videodb_want(k->store, &k->queue, conf->videodb_mirror_ms, e) != 0)
		metrics_error(&k->p->metrics, e->code);
}

static void
turn(struct keeper *k)
{
	struct program *p = k->p;
	struct err e = ERR_INIT;

	if (due(&k->renewing))
		renew(k);
	if (due(&k->sweeping))
		sweep_by_depth(k);
	if (due(&k->tidying)) {
		tidy_lanes(k);
		tidy(k);
	} else if (k->more) {
		tidy(k);
	}
	mirror(k, &e);
	if (promote(k, &e) != 0 || listen(k, &e) != 0 ||
	    (due(&k->flushing) &&
		metrics_flush(&p->metrics, k->queue.rds, p->prefix, "", &e) !=
		    0))
		metrics_error(&p->metrics, e.code);
}

bool
worker_keep(struct program *p, struct store *store, struct rds *rds)
{
	struct keeper *k = ck_calloc(1, sizeof(*k));
	bool ended = true;

	k->p = p;
	k->store = store;
	k->queue = (struct queue){ rds, p->prefix, QUEUE_JOBS };
	k->renewing.every_ms = p->conf->lease_ms / 4;
	k->sweeping.every_ms = SWEEP_MS;
	k->flushing.every_ms = FLUSH_MS;
	k->tidying.every_ms = TIDY_MS;
	k->mirroring.every_ms = p->conf->videodb_mirror_ms / 4;
	while (ended && atomic_load(&p->alive) > 0) {
		ended = !atomic_load(&p->stop) || stopping(k);
		turn(k);
		clock_sleep_ms(atomic_load(&p->stop) ? TURN_MS / 10 : TURN_MS);
	}
	if (!ended)
		take_away(k);
	free(k);
	return ended;
}
