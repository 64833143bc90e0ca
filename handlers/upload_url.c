#include "handlers/upload_url.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "handlers/await.h"
#include "handlers/job_fetch.h"
#include "handlers/media_add.h"
#include "handlers/media_view.h"
#include "handlers/once.h"
#include "io/hash.h"
#include "io/rnd.h"
#include "io/store_job.h"
#include "io/store_media.h"
#include "io/store_video.h"
#include "io/wake.h"
#include "proto/http_url.h"
#include "proto/jval.h"

#define NAME_BYTES 255
/* An address, a name, and what clients add. */
#define BODY_MAX ((size_t)64 * 1024)
/* The job's end is told, but that may be lost. */
#define LOOK_MS 2000

/* ---- the job -------------------------------------------------------------- */

static int
read_body(
    struct ctx *c, struct slice *text, struct json_object **body, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = c->body.read(c->body.cookie, BODY_MAX, &b, e);

	if (rc == 0) {
		*text = arena_dup(&c->arena, buf_slice(&b));
		rc = ctx_json_object(c, *text, body, e);
	}
	buf_fini(&b);
	return rc;
}

static int
check_body(struct json_object *body, struct err *e)
{
	static const char *const KNOWN[] = { "source", "source_type", "name",
		NULL };
	struct json_object *name = json_object_object_get(body, "name");

	if (name != NULL && !json_object_is_type(name, json_type_string))
		return err_field(
		    e, ERR_BAD_REQUEST, "name", "name must be a string.");
	return jval_only(body, KNOWN, e);
}

static int
check_source(struct json_object *body, struct http_url *url, struct err *e)
{
	if (!slice_eqs(jval_str(body, "source_type"), "url") ||
	    jval_str(body, "source").n == 0)
		return err_field(
		    e, ERR_BAD_REQUEST, "source", "No valid source provided");
	if (!http_url_parse(jval_str(body, "source"), url))
		return err_field(e, ERR_BAD_REQUEST, "source",
		    "source must be an absolute http or https address of at "
		    "most %d ASCII characters.",
		    HTTP_URL_MAX);
	return check_body(body, e);
}

/* The name that was given, else that of the file, else of the server. */
static struct slice
name_of(struct ctx *c, struct json_object *body, const struct http_url *url)
{
	struct slice path = SLICE_EMPTY,
		     name = utf8_trim(jval_str(body, "name"));

	if (name.n > 0)
		return utf8_prefix(name, NAME_BYTES);
	if (!http_path_decode(url->path, &c->arena, &path) || !utf8_valid(path))
		path = url->path;
	name = media_add_name(path);
	return name.n > 0 ? name : url->host;
}

static struct json_object *
payload_of(struct ctx *c, struct json_object *body, const struct http_url *url)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "source", jval_str(body, "source"));
	jval_put_str(o, "name", name_of(c, body, url));
	jval_put_str(o, "collection_id", media_view_collection(c));
	jval_put_str(o, "process", slice_from(c->eio.wake->process));
	return o;
}

/* The request's own job, or the one it is given. */
struct work {
	struct slice key; /* of the request; empty: none */
	struct json_object *payload;
	char id[STORE_JOB_ID];
	bool is_new;
};

/* Of two that try a failed one again, one does. */
static struct slice
job_key(struct ctx *c, struct slice key)
{
	char digest[HASH_SIZE];

	if (key.n == 0)
		return SLICE_EMPTY;
	hash_hex(c->who.id, key, digest);
	return slice_from(arena_printf(&c->arena, JOB_FETCH ":%s", digest));
}

static int
add_job(struct ctx *c, struct work *w, struct err *e)
{
	struct store_job_new job = { .type = JOB_FETCH,
		.payload = w->payload,
		.key = job_key(c, w->key) };
	char live[STORE_JOB_ID];

	rnd_uuid(w->id);
	job.id = slice_from(w->id);
	if (store_job_add_new(c->store, &job, live, e) != 0)
		return -1;
	w->is_new = *live == '\0';
	if (!w->is_new)
		memcpy(w->id, live, sizeof(live));
	return 0;
}

/* Did the job of the same request before end without a file? */
static int
has_failed(struct ctx *c, struct slice id, bool *failed, struct err *e)
{
	struct json_object *job = NULL;
	struct slice state;

	if (store_job_outcome(c->store, id, &job, e) != 0)
		return -1;
	state = jval_str(job, "state");
	*failed = slice_eqs(state, "error") || slice_eqs(state, "cancelled");
	(void)json_object_put(job);
	return 0;
}

/* `answer`: the id of the job before, if there was one; then of this one. */
static int
find_job(struct ctx *c, struct work *w, struct buf *answer, struct err *e)
{
	bool failed = true;

	if (answer->n > 0 && has_failed(c, buf_slice(answer), &failed, e) != 0)
		return -1;
	if (!failed) {
		(void)snprintf(w->id, sizeof(w->id), "%s", buf_cstr(answer));
		return 0;
	}
	buf_clear(answer);
	if (add_job(c, w, e) != 0)
		return -1;
	buf_adds(answer, w->id);
	return 0;
}

static int
check_collection(struct ctx *c, struct err *e)
{
	struct json_object *collection = NULL;
	int rc = store_collection_get(
	    c->store, &c->who, media_view_collection(c), &collection, e);

	(void)json_object_put(collection);
	return rc;
}

static int
write_job(struct ctx *c, struct work *w, struct slice text, struct err *e)
{
	struct buf answer = BUF_INIT;
	int rc = once_begin(c, w->key, text, &answer, e);

	if (rc == 0) {
		rc = check_collection(c, e);
		if (rc == 0)
			rc = find_job(c, w, &answer, e);
		rc = once_end(c, w->key, &answer, rc, e);
	}
	buf_fini(&answer);
	ctx_store_leave(c);
	return rc;
}

/* ---- waiting -------------------------------------------------------------- */

static int
name_job(struct ctx *c, struct slice id, struct err *e)
{
	http_header(c->res, "Location", "/api/v1/jobs/%.*s", SLICE_ARG(id));
	(void)err_set(e, ERR_TIMEOUT,
	    "The file is still being fetched by the job %.*s: see "
	    "/api/v1/jobs/%.*s.",
	    SLICE_ARG(id), SLICE_ARG(id));
	return err_more(e, "job-running",
	    arena_printf(&c->arena, "/api/v1/jobs/%.*s", SLICE_ARG(id)),
	    "Read the job until its state is success or error.");
}

static int
wait_for(struct ctx *c, struct slice id, int64_t waited_ms, struct err *e)
{
	int64_t left = c->conf->upload_wait_ms - waited_ms;

	if (left <= 0)
		return name_job(c, id, e);
	return await_job(c, id, left < LOOK_MS ? left : LOOK_MS);
}

/* ---- the answer ----------------------------------------------------------- */

/* What the job has made; it may have been deleted meanwhile. */
static int
read_row(struct ctx *c, struct json_object *result, enum media_kind *kind,
    struct json_object **row, struct err *e)
{
	struct slice type = jval_str(result, "type");
	struct store_media_key key = { jval_str(result, "collection_id"),
		MEDIA_AUDIO, jval_str(result, "id") };

	*kind = MEDIA_VIDEO;
	if (slice_eqs(type, media_kind_name(MEDIA_VIDEO)))
		return store_video_get(c->store, &c->who, key.id, row, e);
	if (slice_eqs(type, media_kind_name(MEDIA_IMAGE)))
		key.kind = MEDIA_IMAGE;
	*kind = key.kind;
	return store_media_get(c->store, &c->who, &key, row, e);
}

static int
answer_media(struct ctx *c, struct json_object *result, struct err *e)
{
	struct json_object *row = NULL;
	enum media_kind kind;
	int rc = read_row(c, result, &kind, &row, e);

	if (rc == 0)
		rc = ctx_json(c, 200, media_view_new(c, row, kind));
	(void)json_object_put(row);
	return rc;
}

static int
answer_error(struct slice why, struct err *e)
{
	/* Word of the store (job_bury). */
	if (slice_eqs(why, "dead"))
		why = SLICE("The work was interrupted too often.");
	return err_field(e, ERR_UNPROCESSABLE, "source", "%.*s",
	    SLICE_ARG(why.n > 0 ? why : SLICE("The job was cancelled.")));
}

static int
answer_by(struct ctx *c, struct json_object *job, struct err *e)
{
	struct slice state = jval_str(job, "state");

	if (slice_eqs(state, "success"))
		return answer_media(
		    c, json_object_object_get(job, "result"), e);
	if (slice_eqs(state, "error") || slice_eqs(state, "cancelled"))
		return answer_error(jval_str(job, "error"), e);
	if (c->waits_no_more)
		return name_job(c, c->waiting, e);
	return wait_for(c, c->waiting, c->waited_ms, e);
}

int
upload_url_again(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *job = NULL;
	int rc = -1;

	if (s != NULL && store_job_outcome(s, c->waiting, &job, e) == 0)
		rc = answer_by(c, job, e);
	(void)json_object_put(job);
	ctx_store_leave(c);
	/* The job goes on without us. */
	if (rc == -1 && e->code == ERR_UNAVAILABLE) {
		*e = ERR_INIT;
		return c->waits_no_more
		    ? name_job(c, c->waiting, e)
		    : wait_for(c, c->waiting, c->waited_ms, e);
	}
	return rc;
}

/* ---- a new request -------------------------------------------------------- */

static int
start(struct ctx *c, struct work *w, struct err *e)
{
	struct json_object *body = NULL;
	struct http_url url = { SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY };
	struct slice text;
	int rc;

	if (read_body(c, &text, &body, e) != 0)
		return -1;
	rc = check_source(body, &url, e);
	if (rc == 0) {
		w->payload = payload_of(c, body, &url);
		rc = write_job(c, w, text, e);
	}
	(void)json_object_put(w->payload);
	(void)json_object_put(body);
	return rc;
}

int
upload_url_run(struct ctx *c, struct slice key, struct err *e)
{
	struct work w = { .key = key };
	struct err later = ERR_INIT;

	if (start(c, &w, e) != 0)
		return -1;
	if (!w.is_new) {
		/* It may have ended long ago. */
		c->waiting = arena_dup(&c->arena, slice_from(w.id));
		c->waited_ms = 0;
		return upload_url_again(c, e);
	}
	/* Without its ticket the store's sweep finds it. */
	if (queue_add(&c->queue, slice_from(w.id), 0, &later) != 0)
		metrics_error(c->metrics, later.code);
	return wait_for(c, slice_from(w.id), 0, e);
}
