#include "handlers/jobs.h"

#include <string.h>

#include "handlers/job_chat.h"
#include "handlers/job_embed.h"
#include "handlers/job_fetch.h"
#include "handlers/videodb.h"
#include "io/clock.h"
#include "proto/jval.h"

/* What people see moving. */
#define PROGRESS_MS 500
/* A job that sleeps looks so often whether it is to be left. */
#define NAP_MS 50

/* clang-format off */
static const struct job_type TABLE[] = {
	{ "chat",      job_chat_run, job_chat_give_up, job_chat_repeat,
	  false, false, job_chat_revive },
	{ "chat_echo", job_echo_run, job_echo_give_up, job_echo_repeat,
	  false, true, NULL },
	{ JOB_FETCH,   job_fetch_run, job_fetch_give_up, job_fetch_repeat,
	  true, false, NULL },
	{ JOB_VIDEODB_MIRROR, videodb_mirror_run, videodb_give_up,
	  videodb_repeat, true, false, NULL },
	{ JOB_VIDEODB_DELETE, videodb_delete_run, videodb_give_up,
	  videodb_repeat, true, false, NULL },
	{ JOB_VIDEODB_TRANSCRIPT, videodb_transcript_run, videodb_give_up,
	  videodb_repeat, true, false, NULL },
	{ JOB_VIDEODB_URL, videodb_url_run, videodb_url_give_up,
	  videodb_url_repeat, true, false, NULL },
	{ JOB_EMBED,   job_embed_run, job_embed_give_up, job_embed_repeat,
	  false, false, NULL },
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
jobs_lane(const struct job_ctx *j, const struct job_type *type)
{
	struct queue q = j->queue;

	q.lane = type != NULL && type->quick ? QUEUE_QUICK : QUEUE_JOBS;
	return q;
}

void
jobs_follow(struct job_ctx *j)
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
jobs_cancel(struct job_ctx *j, const struct job_type *type, struct err *e)
{
	static const struct err WHY = { .code = ERR_UNAVAILABLE,
		.msg = "It was cancelled." };

	return type->give_up(j, &WHY, e);
}

void
jobs_tell(struct job_ctx *j)
{
	struct err e = ERR_INIT;

	if (queue_tell(&j->queue, jval_str(j->job->payload, "process"),
		slice_from(j->job->id), &e) != 0)
		metrics_error(j->metrics, e.code);
}

const char *
jobs_sentence(const struct err *why)
{
	return why->code == ERR_INTERNAL ? "Something failed on the server."
					 : why->msg;
}

enum job_end
jobs_failed(struct job_ctx *j, jobs_end *end, struct err *e)
{
	struct err second = ERR_INIT;

	if (e->code == ERR_STALE)
		return !atomic_load(j->lost) && atomic_load(j->stop) ? JOB_GIVEN
								     : JOB_LOST;
	if (e->code == ERR_UNAVAILABLE || e->code == ERR_INTERNAL)
		return JOB_RETRY;
	if (end(j, e, &second) == 0)
		return JOB_DONE;
	*e = second;
	return second.code == ERR_STALE ? JOB_LOST : JOB_RETRY;
}

/* Everybody sees the jobs of no session, as in the list of jobs. */
static void
announce(struct job_ctx *j, struct json_object *progress)
{
	struct json_object *o = NULL;
	struct err e = ERR_INIT;

	if (*j->job->session_id != '\0' ||
	    json_object_deep_copy(progress, &o, NULL) != 0)
		return;
	jval_put_str(o, "event_type", SLICE("job_progress"));
	jval_put_str(o, "job_id", slice_from(j->job->id));
	jval_put_str(o, "job_type", slice_from(j->job->type));
	if (chat_room_announce(&j->room, o, &e) != 0)
		metrics_error(j->metrics, e.code);
	(void)json_object_put(o);
}

void
jobs_progress(struct job_ctx *j, int64_t done, int64_t total)
{
	int64_t now = clock_mono_ms();
	struct json_object *o;
	struct err e = ERR_INIT;

	if (j->shown_ms != 0 && now - j->shown_ms < PROGRESS_MS)
		return;
	j->shown_ms = now;
	o = json_object_new_object();
	jval_put_int(o, "done", done);
	jval_put_int(o, "total", total);
	/* A hint: what matters fails by itself. */
	if (store_job_progress(j->store, j->job, o, &e) != 0)
		metrics_error(j->metrics, e.code);
	else
		announce(j, o);
	(void)json_object_put(o);
}

void
jobs_pause(const struct job_ctx *j, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms;

	for (int64_t left = ms; left > 0 && !jobs_interrupted(j);
	     left = until - clock_mono_ms())
		clock_sleep_ms(left < NAP_MS ? left : NAP_MS);
}
