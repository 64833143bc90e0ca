/*
 * The address of audio or an image that VideoDB has: it signs one when asked,
 * for a while. A request waits parked for the job that asks; what that got is
 * kept for a time, as the page asks for each card whenever it shows it.
 */
#include "handlers/await.h"
#include "handlers/media_view.h"
#include "handlers/videodb.h"
#include "io/clock.h"
#include "proto/jval.h"
#include "proto/message.h"

/* Such addresses hold for an hour or more; a page that has one uses it soon. */
#define KEEP_MS ((int64_t)10 * 60 * 1000)
/* The job's end is told, but that may be lost. */
#define LOOK_MS 2000
/* Members of the row's metadata. */
#define SIGNED_URL "signed_url"
#define SIGNED_MS  "signed_ms"

/* ---- the request --------------------------------------------------------------- */

/* The page takes the whole body for the address: plain text, no quotes. */
static int
answer(struct ctx *c, struct slice url)
{
	http_header(c->res, "Content-Type", "text/plain; charset=utf-8");
	http_header(c->res, "Cache-Control", "no-store");
	buf_add_slice(&c->res->body, url);
	return 0;
}

static int
none(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "There is no file of this one.");
}

static struct slice
kept_url(struct json_object *metadata)
{
	int64_t age = clock_wall_ms() -
	    json_object_get_int64(json_object_object_get(metadata, SIGNED_MS));
	struct slice url = jval_str(metadata, SIGNED_URL);

	if (url.n == 0 || age < 0 || age > KEEP_MS)
		url = jval_str(metadata, "url");
	return message_url_safe(url) ? url : SLICE_EMPTY;
}

static int
wait_for(struct ctx *c, struct slice job, int64_t waited_ms, struct err *e)
{
	int64_t left = c->conf->upload_wait_ms - waited_ms;

	if (left <= 0 || c->waits_no_more)
		return err_set(e, ERR_TIMEOUT,
		    "VideoDB was asked for the address and did not answer "
		    "yet. Ask again.");
	return await_job(c, job, left < LOOK_MS ? left : LOOK_MS);
}

static int
begin(struct ctx *c, enum media_kind kind, struct slice id, struct err *e)
{
	struct json_object *payload = json_object_new_object();
	char job[37];
	int rc;

	jval_put_str(payload, "type", slice_from(media_kind_name(kind)));
	jval_put_str(payload, "id", id);
	rc = await_add(c, JOB_VIDEODB_URL, payload, job, e);
	(void)json_object_put(payload);
	return rc == 0 ? wait_for(c, slice_from(job), 0, e) : -1;
}

int
videodb_url_answer(struct ctx *c, enum media_kind kind, struct json_object *row,
    bool *theirs, struct err *e)
{
	struct json_object *metadata = json_object_object_get(row, "metadata");
	struct slice url;

	*theirs = false;
	if (jval_str(row, "file").n > 0)
		return 0;
	if (videodb_has(c->store, videodb_kind_of(kind), jval_str(row, "id"),
		theirs, e) != 0)
		return -1;
	if (!*theirs)
		return 0;
	url = kept_url(metadata);
	if (url.n > 0)
		return answer(c, url);
	if (!videodb_configured(c->conf))
		return none(e);
	return begin(c, kind, jval_str(row, "id"), e);
}

static int
answer_by(struct ctx *c, struct json_object *job, struct err *e)
{
	struct slice state = jval_str(job, "state");
	struct slice url =
	    jval_str(json_object_object_get(job, "result"), "url");

	if (slice_eqs(state, "success"))
		return url.n > 0 && message_url_safe(url) ? answer(c, url)
							  : none(e);
	if (slice_eqs(state, "queued") || slice_eqs(state, "running"))
		return wait_for(c, c->waiting, c->waited_ms, e);
	return err_set(e, ERR_UNAVAILABLE, "%.*s",
	    SLICE_ARG(slice_sub(jval_str(job, "error"), 0, 200)));
}

int
videodb_url_again(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *job = NULL;
	int rc = -1;

	if (s != NULL && store_job_outcome(s, c->waiting, &job, e) == 0)
		rc = answer_by(c, job, e);
	(void)json_object_put(job);
	ctx_store_leave(c);
	return rc;
}

/* ---- the job ------------------------------------------------------------------- */

static int
ask(struct videodb_work *w, struct slice kind, struct slice id,
    struct videodb_reply *r, struct err *e)
{
	struct json_object *body = json_object_new_object();
	struct buf path = BUF_INIT;
	int rc;

	buf_addf(
	    &path, "%.*s/%.*s/generate_url", SLICE_ARG(kind), SLICE_ARG(id));
	rc = videodb_post(&w->v, buf_cstr(&path), body, r, e);
	buf_fini(&path);
	(void)json_object_put(body);
	return rc;
}

/* The address under either of its names. */
static struct slice
url_of(const struct videodb_reply *r)
{
	struct slice url = videodb_reply_url(r, "signed_url");

	return url.n > 0 ? url : videodb_reply_url(r, "stream_url");
}

static int
write_end(struct videodb_work *w, enum store_videodb_kind kind, struct slice id,
    struct slice url, struct err *e)
{
	struct store *s = w->j->store;
	struct json_object *note = json_object_new_object();
	struct json_object *result = json_object_new_object();
	int rc;

	jval_put_str(note, SIGNED_URL, url);
	jval_put_int(note, SIGNED_MS, clock_wall_ms());
	jval_put_str(result, "url", url);
	rc = store_videodb_note(s, kind, id, note, e);
	if (rc == 0)
		rc = store_job_succeed(s, w->j->job, result, e);
	(void)json_object_put(note);
	(void)json_object_put(result);
	return rc;
}

static int
get_url(struct videodb_work *w, struct err *e)
{
	struct json_object *payload = w->j->job->payload;
	struct slice type = jval_str(payload, "type"),
		     id = jval_str(payload, "id");
	enum store_videodb_kind kind =
	    slice_eqs(type, media_kind_name(MEDIA_AUDIO)) ? STORE_VIDEODB_AUDIO
							  : STORE_VIDEODB_IMAGE;
	struct videodb_reply r;
	int rc;

	if (!videodb_id_valid(id) || !videodb_configured(w->j->conf))
		return none(e);
	rc = ask(w, type, id, &r, e);
	if (rc == 0 && url_of(&r).n == 0)
		rc = err_set(
		    e, ERR_UNPROCESSABLE, "VideoDB has no address for this.");
	if (rc == 0)
		rc = write_end(w, kind, id, url_of(&r), e);
	videodb_reply_fini(&r);
	return rc;
}

enum job_end
videodb_url_run(struct job_ctx *j, struct err *e)
{
	struct videodb_work w;
	enum job_end end = JOB_DONE;

	videodb_work_init(&w, j);
	if (get_url(&w, e) != 0)
		end = videodb_failed(&w, e);
	else
		metrics_add(j->metrics, METRIC_JOBS_SUCCESS, 1);
	videodb_work_fini(&w);
	if (end == JOB_DONE)
		jobs_tell(j);
	return end;
}

int
videodb_url_give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	int rc = videodb_give_up(j, why, e);

	if (rc == 0)
		jobs_tell(j);
	return rc;
}

int
videodb_url_repeat(struct job_ctx *j, struct err *e)
{
	(void)e;
	jobs_tell(j);
	return 0;
}
