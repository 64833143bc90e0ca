#include "fcgi/keeper.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/ck.h"
#include "io/clock.h"
#include "io/rds_keys.h"

/* Sessions that one round claims of a shard; the next one takes what is left. */
#define CLAIM_LIMIT 200
/* A claimer that dies leaves its sessions to others after this. */
#define CLAIM_MS 2000
/* Rounds are this far apart, less where the heartbeat is faster: an ack that does
 * not come in time is told so late at most. */
#define ROUND_MS 250
#define FLUSH_MS 1000

struct keeper {
	struct keeper_setup setup;
	struct rds *rds;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t poke;
	bool stop;
};

static int
tick(struct keeper *k, struct slice esid)
{
	struct eio_command c;
	struct eio_answer a;
	struct err e = ERR_INIT;

	eio_store_tick(&c, k->setup.eio, esid);
	if (eio_store_run(k->rds, k->setup.eio, &c, &a, &e) != 0)
		return -1;
	if (eio_answer_ended(&a))
		metrics_add(k->setup.metrics, METRIC_SESSIONS_CLOSED, 1);
	for (size_t i = 0; a.verdict == VERDICT_ASKS && i < a.n; i++)
		k->setup.overdue(
		    k->setup.cookie, esid, a.text, eio_answer_packet(&a, i));
	eio_answer_fini(&a);
	return 0;
}

static int
sweep_shard(struct keeper *k, unsigned shard)
{
	struct eio_command c;
	struct eio_answer a;
	struct err e = ERR_INIT;
	int rc = 0;

	eio_store_sweep(&c, k->setup.eio, shard, CLAIM_MS, CLAIM_LIMIT);
	if (eio_store_run(k->rds, k->setup.eio, &c, &a, &e) != 0)
		return -1;
	for (size_t i = 0; i < a.n && rc == 0; i++)
		rc = tick(k, eio_answer_packet(&a, i));
	eio_answer_fini(&a);
	return rc;
}

static void
sweep(struct keeper *k)
{
	for (unsigned shard = 0; shard < KEYS_SHARDS; shard++)
		if (sweep_shard(k, shard) != 0)
			return;
}

static void
flush(struct keeper *k)
{
	struct err e = ERR_INIT;

	/* What could not be added is added with the next flush. */
	if (metrics_flush(k->setup.metrics, k->rds, k->setup.eio->prefix,
		k->setup.eio->wake->process, &e) != 0)
		metrics_error(k->setup.metrics, e.code);
}

/* Sleep until poked or `ms` are over; false: stop. */
static bool
nap(struct keeper *k, int64_t ms)
{
	int64_t at = clock_mono_ms() + ms;
	struct timespec until = { at / 1000, (long)(at % 1000) * 1000000 };
	bool go;

	(void)pthread_mutex_lock(&k->lock);
	if (!k->stop)
		(void)pthread_cond_timedwait(&k->poke, &k->lock, &until);
	go = !k->stop;
	(void)pthread_mutex_unlock(&k->lock);
	return go;
}

static void *
run(void *cookie)
{
	struct keeper *k = cookie;
	int64_t round = k->setup.eio->ping_timeout_ms / 4;
	int64_t next_sweep = 0, next_flush = 0;

	if (round > ROUND_MS)
		round = ROUND_MS;
	while (nap(k, round)) {
		int64_t now = clock_mono_ms();

		if (now >= next_sweep) {
			sweep(k);
			next_sweep = now + round;
		}
		if (now >= next_flush) {
			flush(k);
			next_flush = now + FLUSH_MS;
		}
	}
	flush(k);
	return NULL;
}

struct keeper *
keeper_new(const struct keeper_setup *setup)
{
	struct keeper *k = ck_calloc(1, sizeof(*k));
	pthread_condattr_t clock;

	k->setup = *setup;
	k->rds =
	    rds_new(setup->redis_url, setup->redis_timeout_ms, setup->breaker);
	(void)pthread_mutex_init(&k->lock, NULL);
	/* The wall clock may be set back: pings would wait for it. */
	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&k->poke, &clock);
	(void)pthread_condattr_destroy(&clock);
	if (pthread_create(&k->thread, NULL, run, k) != 0)
		abort();
	return k;
}

void
keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	(void)pthread_mutex_lock(&k->lock);
	k->stop = true;
	(void)pthread_cond_signal(&k->poke);
	(void)pthread_mutex_unlock(&k->lock);
	(void)pthread_join(k->thread, NULL);
	(void)pthread_mutex_destroy(&k->lock);
	(void)pthread_cond_destroy(&k->poke);
	rds_free(k->rds);
	free(k);
}
