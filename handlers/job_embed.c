#include "handlers/job_embed.h"

#include "base/base64.h"
#include "handlers/stage.h"
#include "proto/jval.h"

/* Whoever waits looks by itself later. */
static void
tell(struct job_ctx *j)
{
	struct err e = ERR_INIT;

	if (queue_tell(&j->queue, jval_str(j->job->payload, "process"),
		slice_from(j->job->id), &e) != 0)
		metrics_error(j->metrics, e.code);
}

static struct json_object *
result_of(const float vector[static STORE_DIMENSIONS])
{
	const struct slice bytes = { (const char *)vector,
		STORE_DIMENSIONS * sizeof(*vector) };
	struct json_object *o = json_object_new_object();
	struct buf text = BUF_INIT;

	base64_encode(&text, bytes);
	jval_put_str(o, "vector", buf_slice(&text));
	buf_fini(&text);
	return o;
}

static enum job_end
end_of(struct agent_run *run, struct err *e)
{
	struct err second = ERR_INIT;

	if (e->code == ERR_STALE)
		return run->later               ? JOB_LATER
		    : atomic_load(run->j->stop) ? JOB_GIVEN
						: JOB_LOST;
	if (e->code == ERR_UNAVAILABLE || e->code == ERR_INTERNAL)
		return JOB_RETRY;
	if (job_embed_give_up(run->j, e, &second) == 0)
		return JOB_DONE;
	*e = second;
	return second.code == ERR_STALE ? JOB_LOST : JOB_RETRY;
}

enum job_end
job_embed_run(struct job_ctx *j, struct err *e)
{
	struct agent_run run = { .j = j, .name = "search" };
	struct slice query = jval_str(
	    json_object_object_get(j->job->payload, "request"), "query");
	float vector[STORE_DIMENSIONS];
	struct json_object *result;
	int rc;

	if (stage_embed(&run, &query, 1, vector, e) != 0)
		return end_of(&run, e);
	result = result_of(vector);
	rc = store_job_succeed(j->store, j->job, result, e);
	(void)json_object_put(result);
	if (rc != 0)
		return e->code == ERR_STALE ? JOB_LOST : JOB_RETRY;
	tell(j);
	return JOB_DONE;
}

int
job_embed_give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	/* What went wrong inside is for the log. */
	const char *sentence = why->code == ERR_INTERNAL
	    ? "Something failed on the server."
	    : why->msg;

	if (!j->ended &&
	    store_job_finish(j->store, j->job, jobs_failure(j), sentence, e) !=
		0)
		return -1;
	tell(j);
	return 0;
}

int
job_embed_repeat(struct job_ctx *j, struct err *e)
{
	(void)e;
	tell(j);
	return 0;
}
