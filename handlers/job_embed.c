#include "handlers/job_embed.h"

#include "base/base64.h"
#include "handlers/stage.h"
#include "proto/jval.h"

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

enum job_end
job_embed_run(struct job_ctx *j, struct err *e)
{
	struct agent_run run = { .j = j, .name = "search" };
	struct slice query = jval_str(
	    json_object_object_get(j->job->payload, "request"), "query");
	float vector[STORE_DIMENSIONS];
	struct json_object *result;
	int rc;

	if (stage_embed(&run, &query, 1, vector, e) != 0) {
		enum job_end end = jobs_failed(j, job_embed_give_up, e);

		return end == JOB_LOST && run.later && !atomic_load(j->lost)
		    ? JOB_LATER
		    : end;
	}
	result = result_of(vector);
	rc = store_job_succeed(j->store, j->job, result, e);
	(void)json_object_put(result);
	if (rc != 0)
		return e->code == ERR_STALE ? JOB_LOST : JOB_RETRY;
	jobs_tell(j);
	return JOB_DONE;
}

int
job_embed_give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	if (!j->ended &&
	    store_job_finish(
		j->store, j->job, jobs_failure(j), jobs_sentence(why), e) != 0)
		return -1;
	jobs_tell(j);
	return 0;
}

int
job_embed_repeat(struct job_ctx *j, struct err *e)
{
	(void)e;
	jobs_tell(j);
	return 0;
}
