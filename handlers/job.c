/*
 * A queued job is ended here, as a worker would: it is taken, with a lease, and
 * its type tells whoever waits. Should this process die in between, the lease
 * runs out and a worker ends it.
 */
#include "handlers/job.h"

#include "handlers/jobs.h"
#include "handlers/rest.h"

/* The row as the caller sees it; ERR_NOT_FOUND. */
static int
read_job(struct ctx *c, struct slice id, struct buf *json, struct err *e)
{
	struct store_view view = rest_view(c);
	struct store *s = ctx_store(c, e);

	if (s == NULL)
		return -1;
	return store_list_get(s, &view, STORE_LIST_JOBS, id, json, e);
}

static int
check_seen(struct ctx *c, struct slice id, struct err *e)
{
	struct buf json = BUF_INIT;
	int rc = read_job(c, id, &json, e);

	buf_fini(&json);
	return rc;
}

static int
answer(struct ctx *c, int status, struct slice id, struct err *e)
{
	struct buf json = BUF_INIT;
	int rc = read_job(c, id, &json, e);

	if (rc == 0) {
		c->res->status = status;
		http_header(c->res, "Cache-Control", "no-store");
		http_header(c->res, "Content-Type", "application/json");
		buf_add_slice(&c->res->body, buf_slice(&json));
	}
	buf_fini(&json);
	return rc;
}

struct flags {
	_Atomic bool no, cancelled;
};

/* What a job's type needs, without a worker. */
static struct job_ctx
context(struct ctx *c, struct store *s, struct flags *flags,
    const struct store_job *job)
{
	return (struct job_ctx){
		.conf = c->conf,
		.store = s,
		.queue = c->queue,
		.room = { c->sockets, c->metrics },
		.metrics = c->metrics,
		.arena = ARENA_INIT,
		.job = job,
		.lost = &flags->no,
		.stop = &flags->no,
		.cancelled = &flags->cancelled,
	};
}

/* ---- cancel ----------------------------------------------------------------- */

static int
end_taken(
    struct ctx *c, struct store *s, const struct store_job *job, struct err *e)
{
	const struct job_type *type = jobs_find(job->type);
	struct flags flags = { false, true };
	struct job_ctx j = context(c, s, &flags, job);
	int rc;

	if (type == NULL)
		return store_job_finish(
		    s, job, "cancelled", "It was cancelled.", e);
	rc = jobs_cancel(&j, type, e);
	if (rc == 0)
		jobs_follow(&j);
	arena_fini(&j.arena);
	return rc;
}

/* Its worker looks now and then; sooner when it is told. */
static void
tell_worker(struct ctx *c)
{
	struct err e = ERR_INIT;

	if (queue_cancel(&c->queue, &e) != 0)
		metrics_error(c->metrics, e.code);
}

int
job_cancel(struct ctx *c, struct err *e)
{
	struct slice id = c->params.value[0];
	enum store_job_cancel what;
	struct store_job job;
	struct store *s;
	int rc;

	ctx_wait(c);
	s = ctx_store(c, e);
	if (s == NULL || check_seen(c, id, e) != 0 ||
	    store_job_cancel(s, id, c->conf->lease_ms, &job, &what, e) != 0)
		return -1;
	if (what == STORE_JOB_TOO_LATE)
		return err_set(e, ERR_CONFLICT, "This job has ended already.");
	if (what == STORE_JOB_TOLD) {
		tell_worker(c);
		return answer(c, 202, id, e);
	}
	rc = end_taken(c, s, &job, e);
	store_job_fini(&job);
	return rc == 0 ? answer(c, 200, id, e) : -1;
}

/* ---- retry ------------------------------------------------------------------ */

/* In one transaction with what waits for it. */
static int
revive(struct ctx *c, struct store *s, struct store_job *job, struct err *e)
{
	struct flags flags = { false, false };
	struct job_ctx j = context(c, s, &flags, job);
	const struct job_type *type;
	int rc;

	if (store_job_revive(s, c->params.value[0], job, e) != 0)
		return -1;
	type = jobs_find(job->type);
	rc = type == NULL          ? err_set(e, ERR_CONFLICT,
					 "Nobody knows this type of job any more.")
	    : type->revive != NULL ? type->revive(&j, e)
				   : 0;
	arena_fini(&j.arena);
	return rc;
}

static void
ticket(struct ctx *c, const struct store_job *job)
{
	const struct job_type *type = jobs_find(job->type);
	struct queue lane = c->queue;
	struct err e = ERR_INIT;

	lane.lane = type->quick ? QUEUE_QUICK : QUEUE_JOBS;
	/* Should that fail, a worker's sweep writes it. */
	if (queue_add(&lane, slice_from(job->id), 0, &e) != 0)
		metrics_error(c->metrics, e.code);
}

int
job_retry(struct ctx *c, struct err *e)
{
	struct slice id = c->params.value[0];
	struct store_job job = { .payload = NULL };
	struct store *s;
	int rc;

	ctx_wait(c);
	s = ctx_store(c, e);
	if (s == NULL || check_seen(c, id, e) != 0 || store_begin(s, e) != 0)
		return -1;
	rc = revive(c, s, &job, e);
	if (rc == 0)
		rc = store_commit(s, e);
	else
		store_rollback(s);
	if (rc == 0)
		ticket(c, &job);
	store_job_fini(&job);
	return rc == 0 ? answer(c, 202, id, e) : -1;
}

/* ---- delete ----------------------------------------------------------------- */

int
job_delete(struct ctx *c, struct err *e)
{
	struct slice id = c->params.value[0];
	struct store *s;

	ctx_wait(c);
	s = ctx_store(c, e);
	if (s == NULL || check_seen(c, id, e) != 0 ||
	    store_job_drop(s, id, e) != 0)
		return -1;
	c->res->status = 204;
	http_header(c->res, "Cache-Control", "no-store");
	return 0;
}
