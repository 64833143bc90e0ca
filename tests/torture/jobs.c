/*
 * Jobs to be tortured: a worker with a table of its own, and who adds them.
 *
 *      jobs worker              runs them, as director-worker does
 *      jobs add N SESSIONS      adds N, until they are accepted
 *      jobs deaf                adds one that does not hear that it is to stop
 *      jobs counts              {"queued": n, "running": n, …}
 *
 * A "work" job pauses for PAUSE_MS at most, fails now and then, and writes a row (a
 * collection, named after the job and its attempt) in the transaction of its end.
 * A "brief" one is quick. Each tenth belongs to one of SESSIONS.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "fcgi/worker.h"
#include "handlers/app.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/rnd.h"
#include "io/store_rest.h"
#include "proto/jval.h"

#define PAUSE_MS 500
/* One in so many fails at first. */
#define FAILS 20
/* One in so many is quick; of a session. */
#define BRIEF    5
#define SESSION  10
#define AGAIN_MS 100
#define DEAF_MS  60000
#define DEAF_ID  "00000000-0000-4000-8000-00000000deaf"

/* ---- the jobs --------------------------------------------------------------- */

static uint32_t
below(uint32_t n)
{
	uint32_t random;

	rnd_bytes(&random, sizeof(random));
	return random % n;
}

/* The row that says that it was done, by this attempt. */
static int
write_effect(struct job_ctx *j, struct err *e)
{
	char id[64];
	struct buf json = BUF_INIT;
	bool inserted = false;
	struct store_fields fields = { .n = 3 };
	int rc;

	(void)snprintf(
	    id, sizeof(id), "%s.%lld", j->job->id, (long long)j->job->token);
	fields.value[0] = store_text(slice_from(id));
	fields.value[1] = store_text(slice_from(j->job->id));
	fields.value[2] = store_text(SLICE(""));
	rc = store_rest_insert(
	    j->store, STORE_LIST_COLLECTIONS, &fields, &inserted, &json, e);
	buf_fini(&json);
	return rc;
}

static int
write_end(struct job_ctx *j, struct err *e)
{
	struct json_object *result = json_object_new_object();
	int rc = store_begin(j->store, e);

	jval_put_int(result, "token", j->job->token);
	if (rc == 0) {
		rc = write_effect(j, e);
		if (rc == 0)
			rc = store_job_succeed(j->store, j->job, result, e);
		if (rc == 0)
			rc = store_commit(j->store, e);
		else
			store_rollback(j->store);
	}
	(void)json_object_put(result);
	return rc;
}

static enum job_end
work_run(struct job_ctx *j, struct err *e)
{
	jobs_pause(j, below(PAUSE_MS));
	if (atomic_load(j->lost))
		return JOB_LOST;
	if (atomic_load(j->stop))
		return JOB_GIVEN;
	if (j->job->tries == 0 && below(FAILS) == 0) {
		(void)err_set(e, ERR_UNAVAILABLE, "Not this time.");
		return JOB_RETRY;
	}
	if (write_end(j, e) == 0)
		return JOB_DONE;
	return e->code == ERR_STALE ? JOB_LOST : JOB_RETRY;
}

static enum job_end
deaf_run(struct job_ctx *j, struct err *e)
{
	(void)j;
	(void)e;
	clock_sleep_ms(DEAF_MS);
	return JOB_DONE;
}

static enum job_end
brief_run(struct job_ctx *j, struct err *e)
{
	(void)e;
	j->result = json_object_new_object();
	jval_put_int(j->result, "token", j->job->token);
	return JOB_DONE;
}

static int
give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	if (j->ended)
		return 0;
	return store_job_finish(j->store, j->job, jobs_failure(j), why->msg, e);
}

static int
repeat(struct job_ctx *j, struct err *e)
{
	(void)j;
	(void)e;
	return 0;
}

static const struct job_type *
find(const char *name)
{
	static const struct job_type TABLE[] = {
		{ "work", work_run, give_up, repeat, false, false, NULL },
		{ "deaf", deaf_run, give_up, repeat, false, false, NULL },
		{ "brief", brief_run, give_up, repeat, false, true, NULL },
	};

	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (strcmp(name, TABLE[i].name) == 0)
			return &TABLE[i];
	return NULL;
}

/* ---- adding ----------------------------------------------------------------- */

struct adding {
	struct store *s;
	struct queue queue;
	int64_t sessions;
};

static bool
is_brief(int64_t i)
{
	return i % BRIEF == 0;
}

/* What was committed and not confirmed is there when it is tried again. */
static bool
accepted(int rc, const struct err *e)
{
	if (rc == 0 || e->code == ERR_CONFLICT)
		return true;
	clock_sleep_ms(AGAIN_MS);
	return false;
}

static void
name(char id[static STORE_JOB_ID], int64_t i)
{
	(void)snprintf(id, STORE_JOB_ID, "00000000-0000-4000-8000-%012u",
	    (unsigned)(i % 1000000000));
}

static void
add_one(const struct adding *a, int64_t i)
{
	char id[STORE_JOB_ID], session[32];
	struct store_job_new job = { .type = is_brief(i) ? "brief" : "work" };
	struct queue q = a->queue;
	struct err e = ERR_INIT;

	name(id, i);
	job.id = slice_from(id);
	(void)snprintf(session, sizeof(session), "session-%lld",
	    (long long)(i / SESSION % a->sessions));
	if (i % SESSION == 1)
		job.session_id = slice_from(session);
	while (!accepted(store_job_add_new(a->s, &job, NULL, &e), &e))
		;
	q.lane = is_brief(i) ? QUEUE_QUICK : QUEUE_JOBS;
	if (queue_add(&q, job.id, 0, &e) != 0)
		return; /* the sweep writes it */
}

static void
add_brief(const struct adding *a, int64_t from, int64_t to)
{
	static char ids[STORE_JOB_BATCH][STORE_JOB_ID];
	static struct slice tickets[STORE_JOB_BATCH];
	static struct store_job_new jobs[STORE_JOB_BATCH];
	struct queue q = a->queue;
	struct err e = ERR_INIT;
	size_t n = 0;

	for (int64_t i = from; i < to && n < STORE_JOB_BATCH; i++)
		if (is_brief(i)) {
			name(ids[n], i);
			tickets[n] = slice_from(ids[n]);
			jobs[n] = (struct store_job_new){ .id = tickets[n],
				.type = "brief" };
			n++;
		}
	while (!accepted(store_job_add_many(a->s, jobs, n, &e), &e))
		;
	q.lane = QUEUE_QUICK;
	if (queue_add_many(&q, tickets, n, &e) != 0)
		return;
}

/* The brief ones of a thousand at once, of the others one by one. */
static void
add(const struct adding *a, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		if (i % 1000 == 0)
			add_brief(a, i, i + 1000 < n ? i + 1000 : n);
		if (!is_brief(i))
			add_one(a, i);
	}
}

/* ---- main ------------------------------------------------------------------- */

static int
print_counts(struct store *s, struct err *e)
{
	struct json_object *counts = NULL;

	if (store_job_counts(s, &counts, e) != 0)
		return -1;
	(void)puts(json_object_to_json_string(counts));
	(void)json_object_put(counts);
	return 0;
}

static int
with_store(const struct conf *conf, const char *prefix, int argc, char **argv)
{
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *rds =
	    rds_new(conf->redis_url, conf->redis_timeout_ms, breaker);
	struct err e = ERR_INIT;
	struct adding a = { store_open(conf->database_url, &e),
		{ rds, prefix, QUEUE_JOBS }, 1 };
	int64_t n = 0;
	int rc = 1;

	if (a.s == NULL)
		log_fatal("%s", e.msg);
	if (strcmp(argv[1], "counts") == 0)
		rc = print_counts(a.s, &e) != 0;
	else if (strcmp(argv[1], "deaf") == 0)
		rc = store_job_add(a.s, SLICE(DEAF_ID), "deaf", NULL, 0, &e) !=
		    0;
	else if (strcmp(argv[1], "add") == 0 && argc == 4 &&
	    num_parse(slice_from(argv[2]), 1, 10000000, &n) &&
	    num_parse(slice_from(argv[3]), 1, 10000, &a.sessions)) {
		add(&a, n);
		rc = 0;
	}
	store_close(a.s);
	rds_free(rds);
	rds_breaker_free(breaker);
	return rc;
}

int
main(int argc, char **argv)
{
	struct conf conf;
	struct err e = ERR_INIT;
	int rc = 0;

	if (argc < 2 || conf_load(&conf, &e) != 0)
		log_fatal(
		    "jobs worker | add N SESSIONS | deaf | counts %s", e.msg);
	log_set_level(log_level_parse(conf.log_level));
	(void)signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "worker") == 0)
		worker_run(&conf, conf.redis_prefix, find);
	else
		rc = with_store(&conf, conf.redis_prefix, argc, argv);
	conf_fini(&conf);
	return rc;
}
