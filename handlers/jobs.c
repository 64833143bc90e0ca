#include "handlers/jobs.h"

#include <string.h>

#include "handlers/job_chat.h"
#include "handlers/job_fetch.h"

/* clang-format off */
static const struct job_type TABLE[] = {
	{ "chat",      job_chat_run, job_chat_give_up, job_chat_repeat,
	  false, false, job_chat_revive },
	{ "chat_echo", job_echo_run, job_echo_give_up, job_echo_repeat,
	  false, false, NULL },
	{ JOB_FETCH,   job_fetch_run, job_fetch_give_up, job_fetch_repeat,
	  true, false, NULL },
};
/* clang-format on */

const struct job_type *
jobs_find(const char *name)
{
	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (strcmp(name, TABLE[i].name) == 0)
			return &TABLE[i];
	return NULL;
}

struct queue
job_lane(const struct job_ctx *j, const struct job_type *type)
{
	struct queue q = j->queue;

	q.lane = type != NULL && type->quick ? QUEUE_QUICK : QUEUE_JOBS;
	return q;
}

void
job_follow(struct job_ctx *j)
{
	struct slice session_id = slice_from(j->job->session_id);
	char next[STORE_JOB_ID] = "";
	struct err e = ERR_INIT;

	if (session_id.n == 0)
		return;
	/* Should that fail, the sweep does it. */
	if (store_job_next(j->store, session_id, next, &e) != 0 ||
	    (*next != '\0' &&
		queue_add(&j->queue, slice_from(next), 0, &e) != 0))
		metrics_error(j->metrics, e.code);
}

int
job_cancel(struct job_ctx *j, const struct job_type *type, struct err *e)
{
	static const struct err WHY = { .code = ERR_UNAVAILABLE,
		.msg = "It was cancelled." };

	return type->give_up(j, &WHY, e);
}
