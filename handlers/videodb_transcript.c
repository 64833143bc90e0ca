/*
 * The job "videodb_transcript": a video's words, with their times, become its
 * transcript. What VideoDB has not heard yet it is told to hear.
 *
 *   read -> (none: make -> read again) -> WebVTT -> the transcript's row
 */
#include "handlers/videodb.h"

#include <stdio.h>

#include "io/store_video.h"
#include "proto/jval.h"
#include "proto/videodb_words.h"
#include "text/transcript.h"

/* Of longer ones sentences are asked for: their words are too many for one
 * answer (JVAL_CONTAINERS_MAX). */
#define WORDS_MAX_S (4.0 * 3600)

#define SOURCE "videodb"

struct hearing {
	struct videodb_work w;
	struct slice video;
	double length_s;
};

static int
begin_read(
    struct videodb *v, void *cookie, struct videodb_reply *r, struct err *e)
{
	const struct hearing *h = cookie;
	struct buf path = BUF_INIT;
	int rc;

	buf_addf(&path, "video/%.*s/transcription?segmenter=%s",
	    SLICE_ARG(h->video),
	    h->length_s > WORDS_MAX_S ? "sentence" : "word");
	rc = videodb_get(v, buf_cstr(&path), r, e);
	buf_fini(&path);
	return rc;
}

static int
begin_make(
    struct videodb *v, void *cookie, struct videodb_reply *r, struct err *e)
{
	const struct hearing *h = cookie;
	struct json_object *body = json_object_new_object();
	struct buf path = BUF_INIT;
	int rc;

	(void)json_object_object_add(body, "force", json_object_new_boolean(0));
	buf_addf(&path, "video/%.*s/transcription", SLICE_ARG(h->video));
	rc = videodb_post(v, buf_cstr(&path), body, r, e);
	buf_fini(&path);
	(void)json_object_put(body);
	return rc;
}

/* ---- the row ---------------------------------------------------------------- */

/* What somebody wrote here is worth more than what a machine heard. */
static int
check_old(struct hearing *h, struct err *e)
{
	struct json_object *row = NULL;
	bool own;

	if (store_transcript_get(
		h->w.j->store, &PRINCIPAL_ANONYMOUS, h->video, &row, e) != 0) {
		if (e->code != ERR_NOT_FOUND)
			return -1;
		*e = ERR_INIT;
		return 0;
	}
	own = !slice_eqs(
	    jval_str(json_object_object_get(row, "metadata"), "source"),
	    SOURCE);
	(void)json_object_put(row);
	if (!own)
		return 0;
	return err_set(e, ERR_CONFLICT,
	    "This video has a transcript that is not VideoDB's. Delete it "
	    "first.");
}

static int
write_rows(struct hearing *h, struct slice vtt, size_t cues, struct err *e)
{
	struct store *s = h->w.j->store;
	struct json_object *metadata = json_object_new_object();
	struct json_object *result = json_object_new_object(), *row = NULL;
	int rc;

	jval_put_str(metadata, "format", SLICE("vtt"));
	jval_put_int(metadata, "cues", (int64_t)cues);
	jval_put_str(metadata, "source", SLICE(SOURCE));
	jval_put_str(result, "video_id", h->video);
	jval_put_int(result, "cues", (int64_t)cues);
	rc = check_old(h, e);
	if (rc == 0)
		rc = store_transcript_put(
		    s, &PRINCIPAL_ANONYMOUS, h->video, vtt, metadata, &row, e);
	if (rc == 0)
		rc = store_videodb_call_drop(s, slice_from(h->w.j->job->id), e);
	if (rc == 0)
		rc = store_job_succeed(s, h->w.j->job, result, e);
	(void)json_object_put(row);
	(void)json_object_put(result);
	(void)json_object_put(metadata);
	return rc;
}

static int
write_transcript(struct hearing *h, struct slice vtt, struct err *e)
{
	struct store *s = h->w.j->store;
	struct transcript t;
	enum transcript_status status =
	    transcript_parse(vtt, TRANSCRIPT_VTT, &h->w.j->arena, &t);

	if (status != TRANSCRIPT_OK)
		return err_set(
		    e, ERR_UNPROCESSABLE, "%s", transcript_strerror(status));
	if (store_begin(s, e) != 0)
		return -1;
	if (write_rows(h, vtt, t.n, e) == 0)
		return store_commit(s, e);
	store_rollback(s);
	return -1;
}

/* Of the words of an answer; `*n` is 0 when it has none. */
static int
keep(struct hearing *h, const struct videodb_reply *r, size_t *n, struct err *e)
{
	struct buf vtt = BUF_INIT;
	int rc = 0;

	*n = videodb_words_vtt(videodb_reply_words(r), &vtt);
	if (*n > 0)
		rc = write_transcript(h, buf_slice(&vtt), e);
	buf_fini(&vtt);
	return rc;
}

/* ---- the request ------------------------------------------------------------ */

static int
find_asked(struct ctx *c, struct store *s, char id[static 200], struct err *e)
{
	struct json_object *row = NULL;
	bool theirs = false;
	int rc;

	if (store_video_get(s, &c->who, c->params.value[0], &row, e) != 0)
		return -1;
	(void)snprintf(id, 200, "%.*s", SLICE_ARG(jval_str(row, "video_id")));
	(void)json_object_put(row);
	rc = videodb_has(s, STORE_VIDEODB_VIDEO, slice_from(id), &theirs, e);
	if (rc != 0 || (theirs && videodb_configured(c->conf)))
		return rc;
	return err_set(e, ERR_UNPROCESSABLE,
	    "This video is not one of VideoDB's, or there is no key for it. "
	    "Send its transcript with PUT.");
}

int
videodb_transcript_post(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *o;
	char id[200], job[37];

	if (s == NULL || find_asked(c, s, id, e) != 0 ||
	    videodb_transcript_want(s, &c->queue, slice_from(id), job, e) != 0)
		return -1;
	ctx_store_leave(c);
	http_header(c->res, "Location", "/api/v1/jobs/%s", job);
	o = json_object_new_object();
	jval_put_str(o, "job", slice_from(job));
	return ctx_json(c, 202, o);
}

/* ---- the job ---------------------------------------------------------------- */

enum heard {
	HEARD,
	HEARD_NOTHING, /* there is no transcript, or nobody says a word */
	HEARD_LATER,
	HEARD_FAILED
};

static enum heard
hear(struct hearing *h, const struct videodb_step *step, struct err *e)
{
	struct videodb_reply r;
	enum heard heard = HEARD_FAILED;
	size_t n = 0;

	switch (videodb_step(&h->w, step, &r, e)) {
	case VIDEODB_STEP_DONE:
		if (keep(h, &r, &n, e) == 0)
			heard = n > 0 ? HEARD : HEARD_NOTHING;
		break;
	case VIDEODB_STEP_LATER:
		heard = HEARD_LATER;
		break;
	case VIDEODB_STEP_FAILED:
		/* VideoDB's word for "not yet", but for the key. */
		if (e->word == NULL &&
		    (e->code == ERR_NOT_FOUND || e->code == ERR_UNPROCESSABLE))
			heard = HEARD_NOTHING;
		break;
	}
	videodb_reply_fini(&r);
	return heard;
}

/* Does it work at that already? Then the step before is over. */
static int
is_making(struct hearing *h, bool *making, struct err *e)
{
	struct store_videodb_call call;
	int rc = store_videodb_call_get(h->w.j->store,
	    slice_from(h->w.j->job->id), "make", &h->w.j->arena, &call, e);

	*making = call.output_url.n > 0;
	return rc;
}

static enum heard
hear_all(struct hearing *h, struct err *e)
{
	const struct videodb_step read = { "read", begin_read, h };
	const struct videodb_step make = { "make", begin_make, h };
	enum heard heard = HEARD_NOTHING;
	bool making = false;
	struct err why;

	if (is_making(h, &making, e) != 0)
		return HEARD_FAILED;
	if (!making)
		heard = hear(h, &read, e);
	if (heard != HEARD_NOTHING)
		return heard;
	*e = ERR_INIT;
	heard = hear(h, &make, e);
	/* It says why, if it does. */
	why = *e;
	if (heard != HEARD_NOTHING)
		return heard;
	if (why.code != ERR_NONE)
		return HEARD_FAILED;
	heard = hear(h, &read, e);
	if (heard != HEARD_NOTHING)
		return heard;
	if (e->code == ERR_NONE)
		(void)err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB heard nobody say a word in this video.");
	return HEARD_FAILED;
}

static int
find_video(struct hearing *h, struct err *e)
{
	struct json_object *row = NULL, *metadata;
	bool theirs = false;

	if (store_video_get(h->w.j->store, &PRINCIPAL_ANONYMOUS,
		jval_str(h->w.j->job->payload, "video_id"), &row, e) != 0)
		return -1;
	h->video = arena_dup(&h->w.j->arena, jval_str(row, "video_id"));
	metadata = json_object_object_get(row, "metadata");
	h->length_s =
	    videodb_seconds(json_object_object_get(metadata, "length"));
	(void)json_object_put(row);
	if (videodb_has(
		h->w.j->store, STORE_VIDEODB_VIDEO, h->video, &theirs, e) != 0)
		return -1;
	if (theirs && videodb_configured(h->w.j->conf))
		return 0;
	return err_set(e, ERR_UNPROCESSABLE,
	    "This video is not one of VideoDB's, or there is no key for it.");
}

enum job_end
videodb_transcript_run(struct job_ctx *j, struct err *e)
{
	struct hearing h = { .length_s = -1 };
	enum heard heard = HEARD_FAILED;
	enum job_end end = JOB_DONE;

	videodb_work_init(&h.w, j);
	if (find_video(&h, e) == 0)
		heard = hear_all(&h, e);
	if (heard == HEARD_LATER)
		end = JOB_LATER;
	else if (heard == HEARD)
		metrics_add(j->metrics, METRIC_JOBS_SUCCESS, 1);
	else
		end = videodb_failed(&h.w, e);
	videodb_work_fini(&h.w);
	return end;
}
