/*
 * queue N: adds N no-op jobs, then runs them, as director-worker would with a job
 * type that does nothing. Prints {"add_ms": …, "run_ms": …}: until the last job's
 * row says success.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/num.h"
#include "fcgi/worker.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/rnd.h"

#define MANY 10000000

static int64_t jobs;
static _Atomic int64_t begun;

/* ---- the job ---------------------------------------------------------------- */

static enum job_end
noop_run(struct job_ctx *j, struct err *e)
{
	(void)j;
	(void)e;
	(void)atomic_fetch_add(&begun, 1);
	return JOB_DONE;
}

static int
noop_give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	return store_job_finish(j->store, j->job, "dead", why->msg, e);
}

static int
noop_repeat(struct job_ctx *j, struct err *e)
{
	(void)j;
	(void)e;
	return 0;
}

static const struct job_type *
find(const char *name)
{
	static const struct job_type NOOP = { "noop", noop_run, noop_give_up,
		noop_repeat, false, true, NULL };

	return strcmp(name, NOOP.name) == 0 ? &NOOP : NULL;
}

/* ---- adding ----------------------------------------------------------------- */

static void
add_piece(struct store *s, const struct queue *q, size_t n)
{
	static char ids[STORE_JOB_BATCH][STORE_JOB_ID];
	static struct slice tickets[STORE_JOB_BATCH];
	static struct store_job_new new[STORE_JOB_BATCH];
	struct err e = ERR_INIT;

	for (size_t i = 0; i < n; i++) {
		rnd_uuid(ids[i]);
		tickets[i] = slice_from(ids[i]);
		new[i] =
		    (struct store_job_new){ .id = tickets[i], .type = "noop" };
	}
	if (store_job_add_many(s, new, n, &e) != 0 ||
	    queue_add_many(q, tickets, n, &e) != 0)
		log_fatal("%s", e.msg);
}

static void
add(const struct conf *conf)
{
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *rds =
	    rds_new(conf->redis_url, conf->redis_timeout_ms, breaker);
	const struct queue q = { rds, conf->redis_prefix, QUEUE_QUICK };
	struct err e = ERR_INIT;
	struct store *s = store_open(conf->database_url, &e);

	if (s == NULL)
		log_fatal("%s", e.msg);
	for (int64_t left = jobs; left > 0; left -= STORE_JOB_BATCH)
		add_piece(s, &q,
		    left < STORE_JOB_BATCH ? (size_t)left : STORE_JOB_BATCH);
	store_close(s);
	rds_free(rds);
	rds_breaker_free(breaker);
}

/* ---- the end ---------------------------------------------------------------- */

struct watch {
	const struct conf *conf;
	int64_t ended_us;
};

static bool
all_ended(struct store *s)
{
	struct json_object *counts = NULL, *n = NULL;
	struct err e = ERR_INIT;
	bool all;

	if (store_job_counts(s, &counts, &e) != 0)
		log_fatal("%s", e.msg);
	(void)json_object_object_get_ex(counts, "success", &n);
	all = json_object_get_int64(n) >= jobs;
	(void)json_object_put(counts);
	return all;
}

/* Asks the store only when all jobs have begun: it costs the store nothing. */
static void *
watch(void *cookie)
{
	struct watch *w = cookie;
	struct err e = ERR_INIT;
	struct store *s = store_open(w->conf->database_url, &e);

	if (s == NULL)
		log_fatal("%s", e.msg);
	while (atomic_load(&begun) < jobs || !all_ended(s))
		clock_sleep_ms(1);
	w->ended_us = clock_mono_us();
	store_close(s);
	(void)kill(getpid(), SIGTERM);
	return NULL;
}

int
main(int argc, char **argv)
{
	struct conf conf;
	struct err e = ERR_INIT;
	struct watch w = { &conf, 0 };
	pthread_t watcher;
	int64_t from, added;

	if (argc != 2 || !num_parse(slice_from(argv[1]), 1, MANY, &jobs) ||
	    conf_load(&conf, &e) != 0)
		log_fatal("queue N %s", e.msg);
	log_set_level(log_level_parse(conf.log_level));
	from = clock_mono_us();
	add(&conf);
	added = clock_mono_us();
	if (pthread_create(&watcher, NULL, watch, &w) != 0)
		abort();
	worker_run(&conf, conf.redis_prefix, find);
	(void)pthread_join(watcher, NULL);
	(void)printf("{\"add_ms\": %.1f, \"run_ms\": %.1f}\n",
	    (double)(added - from) / 1000, (double)(w.ended_us - added) / 1000);
	conf_fini(&conf);
	return 0;
}
