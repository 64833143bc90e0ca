/*
 * Transcripts of VideoDB's videos: what VideoDB heard, by a job of its own, which
 * may take minutes. The run is put off until then and holds no thread.
 */
#include <stdio.h>
#include <string.h>

#include "handlers/stage.h"
#include "handlers/videodb.h"
#include "proto/jval.h"

/* The hearing that this job waits for is kept as a stage's result of its own. */
#define WAITS "videodb_hearing"
/* Its end is looked for so often. */
#define LOOK_MS 1000

static int
is_theirs(struct stage_run *s, bool *theirs, struct err *e)
{
	*theirs = false;
	if (!videodb_configured(s->run->j->conf))
		return 0;
	return videodb_has(s->run->j->store, STORE_VIDEODB_VIDEO,
	    jval_str(s->video, "video_id"), theirs, e);
}

/* The job that hears it: the one this run began, or a new one. */
static int
hearing(struct stage_run *s, char job[static 37], struct err *e)
{
	struct store *store = s->run->j->store;
	struct slice video = jval_str(s->video, "id");
	struct json_object *kept = NULL;
	const struct store_job *own = s->run->j->job;
	const char *whose =
	    arena_printf(s->arena, "%s %lld", own->id, (long long)own->life);
	char key[HASH_SIZE];
	int rc;

	/* Who has it run again wants it to be asked again. */
	hash_hex(SLICE(WAITS), slice_from(whose), key);
	if (store_stage_get(store, video, WAITS, slice_from(key), &kept, e) !=
	    0)
		return -1;
	if (kept != NULL) {
		(void)snprintf(
		    job, 37, "%.*s", SLICE_ARG(jval_str(kept, "job")));
		(void)json_object_put(kept);
		return 0;
	}
	if (videodb_transcript_want(store, &s->run->j->queue,
		jval_str(s->video, "video_id"), job, e) != 0)
		return -1;
	kept = json_object_new_object();
	jval_put_str(kept, "job", slice_from(job));
	rc = store_stage_put(store, video, WAITS, slice_from(key), kept, e);
	(void)json_object_put(kept);
	return rc;
}

/* 0: it was heard. */
static int
check(struct stage_run *s, struct json_object *outcome, struct err *e)
{
	struct slice state = jval_str(outcome, "state");

	if (slice_eqs(state, "success"))
		return 0;
	if (slice_eqs(state, "error") || slice_eqs(state, "cancelled"))
		return err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB gave no transcript of this video: %.*s Add one "
		    "(WebVTT, SRT or plain text), then ask again.",
		    SLICE_ARG(slice_sub(jval_str(outcome, "error"), 0, 120)));
	s->run->later = true;
	s->run->j->retry_after_ms = LOOK_MS;
	return err_set(e, ERR_STALE, "it waits for VideoDB");
}

int
stage_videodb_transcript(struct stage_run *s, bool *heard, struct err *e)
{
	struct json_object *outcome = NULL;
	char job[37];
	int rc;

	if (is_theirs(s, heard, e) != 0)
		return -1;
	if (!*heard)
		return 0;
	if (agents_action(s->run, "Waiting for VideoDB's transcript", e) != 0 ||
	    hearing(s, job, e) != 0 ||
	    store_job_outcome(s->run->j->store, slice_from(job), &outcome, e) !=
		0)
		return -1;
	rc = check(s, outcome, e);
	(void)json_object_put(outcome);
	return rc;
}
