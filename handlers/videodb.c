#include "handlers/videodb.h"

#include <stdio.h>

#include "io/hash.h"
#include "io/rnd.h"
#include "io/store_media.h"
#include "io/store_video.h"
#include "proto/jval.h"

/* Lists that somebody looks at are read so many times as often. */
#define LOOK_FACTOR 10
/* Polls that fail one after the other; the delay doubles with each. */
#define POLL_FAILURES 8
/* Attempts of one job: an hour of polls, and as much again. */
#define ROUNDS_MAX 1500

/* ---- wanting jobs ---------------------------------------------------------- */

/* Without its ticket the store's sweep finds it. */
static int
add_job(struct store *s, const struct queue *q, const char *type,
    struct json_object *payload, char job[static 37], struct err *e)
{
	struct err later = ERR_INIT;
	int ticket = 0;

	rnd_uuid(job);
	if (store_job_add(s, slice_from(job), type, payload, 0, e) != 0)
		return -1;
	if (q != NULL)
		ticket = queue_add(q, slice_from(job), 0, &later);
	(void)ticket;
	return 0;
}

int
videodb_want(
    struct store *s, const struct queue *q, int64_t every_ms, struct err *e)
{
	char job[37];
	bool due = false;

	if (store_videodb_ask(s, every_ms, &due, e) != 0)
		return -1;
	return due ? add_job(s, q, JOB_VIDEODB_MIRROR, NULL, job, e) : 0;
}

int
videodb_transcript_want(struct store *s, const struct queue *q,
    struct slice video, char job[static 37], struct err *e)
{
	struct json_object *payload = json_object_new_object();
	struct store_job_new new = { .type = JOB_VIDEODB_TRANSCRIPT,
		.payload = payload };
	struct err later = ERR_INIT;
	struct buf key = BUF_INIT;
	char live[STORE_JOB_ID];
	int rc, ticket = 0;

	rnd_uuid(job);
	jval_put_str(payload, "video_id", video);
	buf_addf(&key, "transcript:%.*s", SLICE_ARG(video));
	new.id = slice_from(job);
	new.key = slice_sub(buf_slice(&key), 0, STORE_JOB_KEY);
	rc = store_job_add_new(s, &new, live, e);
	if (rc == 0 && *live != '\0')
		(void)snprintf(job, 37, "%s", live);
	else if (rc == 0)
		ticket = queue_add(q, slice_from(job), 0, &later);
	(void)ticket;
	buf_fini(&key);
	(void)json_object_put(payload);
	return rc;
}

int
videodb_has(struct store *s, enum store_videodb_kind kind,
    struct slice local_id, bool *has, struct err *e)
{
	struct store_videodb_key key = { kind, local_id, true };
	struct store_videodb_rows rows;
	struct arena a = ARENA_INIT;
	int rc = store_videodb_get(s, &key, &a, &rows, e);

	*has = rc == 0 && rows.n > 0 && !rows.row[0].deleted;
	arena_fini(&a);
	return rc;
}

void
videodb_look(struct ctx *c)
{
	struct err e = ERR_INIT;
	struct store *s;

	if (!videodb_configured(c->conf))
		return;
	s = ctx_store(c, &e);
	if (s == NULL ||
	    videodb_want(s, &c->queue, c->conf->videodb_mirror_ms / LOOK_FACTOR,
		&e) != 0)
		metrics_error(c->metrics, e.code);
}

int
videodb_bury(struct ctx *c, enum store_videodb_kind kind, struct slice local_id,
    struct videodb_drop *drop, struct err *e)
{
	bool theirs = false;

	*drop = (struct videodb_drop){ .job = "" };
	if (store_videodb_bury(c->store, kind, local_id, &theirs, e) != 0)
		return -1;
	if (!theirs || !videodb_configured(c->conf))
		return 0;
	return add_job(c->store, NULL, JOB_VIDEODB_DELETE, NULL, drop->job, e);
}

void
videodb_buried(struct ctx *c, const struct videodb_drop *drop)
{
	struct err e = ERR_INIT;

	if (*drop->job != '\0' &&
	    queue_add(&c->queue, slice_from(drop->job), 0, &e) != 0)
		metrics_error(c->metrics, e.code);
}

/* ---- what a job asks with --------------------------------------------------- */

static bool
is_interrupted(void *cookie)
{
	return jobs_interrupted(cookie);
}

void
videodb_work_init(struct videodb_work *w, struct job_ctx *j)
{
	*w = (struct videodb_work){ .j = j,
		.limits = { j->queue.rds, j->queue.prefix, j->conf } };
	w->v = (struct videodb){ .conf = j->conf,
		.client =
		    http_client_new(j->conf->proxy, j->conf->private_hosts),
		.limits = &w->limits,
		.cancelled = is_interrupted,
		.cookie = j };
}

void
videodb_work_fini(struct videodb_work *w)
{
	http_client_free(w->v.client);
	w->v.client = NULL;
}

enum job_end
videodb_failed(struct videodb_work *w, struct err *e)
{
	if (e->code == ERR_UNAVAILABLE || e->code == ERR_INTERNAL) {
		w->j->retry_after_ms = w->v.retry_after_ms;
		if (w->v.waits)
			return JOB_LATER;
	}
	return jobs_failed(w->j, videodb_give_up, e);
}

int
videodb_give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	if (!j->ended &&
	    store_job_finish(
		j->store, j->job, jobs_failure(j), jobs_sentence(why), e) != 0)
		return -1;
	metrics_add(j->metrics, METRIC_JOBS_ERROR, 1);
	return 0;
}

int
videodb_repeat(struct job_ctx *j, struct err *e)
{
	(void)j;
	(void)e;
	return 0;
}

/* ---- what takes its time ----------------------------------------------------- */

static enum videodb_step_end
later(struct videodb_work *w, int64_t failures)
{
	int64_t delay = w->j->conf->videodb_poll_ms << failures;

	w->j->retry_after_ms =
	    delay > w->v.retry_after_ms ? delay : w->v.retry_after_ms;
	return VIDEODB_STEP_LATER;
}

static enum videodb_step_end
begin(struct videodb_work *w, const struct videodb_step *step,
    struct videodb_reply *r, struct err *e)
{
	if (step->begin(&w->v, step->cookie, r, e) != 0)
		return VIDEODB_STEP_FAILED;
	if (r->kind == VIDEODB_READY)
		return VIDEODB_STEP_DONE;
	if (r->output_url.n == 0) {
		(void)err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB works at it, but does not say where to ask for "
		    "it.");
		return VIDEODB_STEP_FAILED;
	}
	if (store_videodb_call_put(w->j->store, slice_from(w->j->job->id),
		step->name, r->output_url, e) != 0)
		return VIDEODB_STEP_FAILED;
	return later(w, 0);
}

/* Broken answers may pass: the work is done elsewhere. */
static enum videodb_step_end
poll_failed(struct videodb_work *w, const struct store_videodb_call *call,
    struct err *e)
{
	if (e->code == ERR_NOT_FOUND)
		(void)err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB knows nothing of this any more.");
	if (e->code != ERR_UNAVAILABLE)
		return VIDEODB_STEP_FAILED;
	if (call->failures + 1 >= POLL_FAILURES) {
		e->code = ERR_UNPROCESSABLE;
		return VIDEODB_STEP_FAILED;
	}
	if (store_videodb_call_failed(w->j->store, slice_from(w->j->job->id),
		call->failures + 1, e) != 0)
		return VIDEODB_STEP_FAILED;
	*e = ERR_INIT;
	return later(w, call->failures + 1);
}

static enum videodb_step_end
ask(struct videodb_work *w, const struct store_videodb_call *call,
    struct videodb_reply *r, struct err *e)
{
	if (videodb_poll(&w->v, call->output_url, r, e) != 0)
		return poll_failed(w, call, e);
	if (r->kind == VIDEODB_READY)
		return VIDEODB_STEP_DONE;
	if (call->age_ms > w->j->conf->fetch_timeout_ms) {
		(void)err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB worked at this for too long.");
		return VIDEODB_STEP_FAILED;
	}
	if (call->failures != 0 &&
	    store_videodb_call_failed(
		w->j->store, slice_from(w->j->job->id), 0, e) != 0)
		return VIDEODB_STEP_FAILED;
	return later(w, 0);
}

enum videodb_step_end
videodb_step(struct videodb_work *w, const struct videodb_step *step,
    struct videodb_reply *r, struct err *e)
{
	struct store_videodb_call call;

	*r = (struct videodb_reply){ .kind = VIDEODB_UNREADABLE };
	if (w->j->job->token > ROUNDS_MAX) {
		(void)err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB was asked for this too often.");
		return VIDEODB_STEP_FAILED;
	}
	if (store_videodb_call_get(w->j->store, slice_from(w->j->job->id),
		step->name, &w->j->arena, &call, e) != 0)
		return VIDEODB_STEP_FAILED;
	return call.output_url.n > 0 ? ask(w, &call, r, e)
				     : begin(w, step, r, e);
}

/* ---- collections -------------------------------------------------------------- */

/* One that was made here: it is made there, too. */
static int
make_collection(struct videodb_work *w, struct slice local_id,
    struct videodb_reply *r, struct err *e)
{
	struct json_object *row = NULL, *body;
	int rc;

	if (store_collection_get(
		w->j->store, &PRINCIPAL_ANONYMOUS, local_id, &row, e) != 0)
		return -1;
	body = json_object_new_object();
	jval_put_str(body, "name", jval_str(row, "name"));
	jval_put_str(body, "description", jval_str(row, "description"));
	rc = videodb_post(&w->v, "collection", body, r, e);
	(void)json_object_put(body);
	(void)json_object_put(row);
	return rc;
}

int
videodb_collection(struct videodb_work *w, struct slice local_id,
    struct slice *id, struct err *e)
{
	struct store_videodb_key key = { STORE_VIDEODB_COLLECTION, local_id,
		true };
	struct store_videodb_rows rows;
	struct videodb_reply r = { .kind = VIDEODB_UNREADABLE };
	int rc;

	if (store_videodb_get(w->j->store, &key, &w->j->arena, &rows, e) != 0)
		return -1;
	if (rows.n > 0) {
		*id = rows.row[0].id;
		return 0;
	}
	rc = slice_eqs(local_id, STORE_DEFAULT_COLLECTION)
	    ? videodb_get(&w->v, "collection/default", &r, e)
	    : make_collection(w, local_id, &r, e);
	*id = arena_dup(&w->j->arena, videodb_reply_id(&r, "id"));
	videodb_reply_fini(&r);
	if (rc == 0 && id->n == 0)
		rc = err_set(e, ERR_UNAVAILABLE,
		    "What VideoDB answered has no collection in it.");
	return rc != 0 ? rc : store_videodb_map(w->j->store, *id, local_id, e);
}

/* ---- rows ---------------------------------------------------------------------- */

enum store_videodb_kind
videodb_kind_of(enum media_kind kind)
{
	return kind == MEDIA_AUDIO ? STORE_VIDEODB_AUDIO
	    : kind == MEDIA_IMAGE  ? STORE_VIDEODB_IMAGE
				   : STORE_VIDEODB_VIDEO;
}

static void
put_known(struct json_object *to, const char *key, struct slice value)
{
	if (value.n > 0)
		jval_put_str(to, key, value);
}

void
videodb_item(const struct videodb_medium *m, struct slice collection_id,
    char hash[static 33], struct store_videodb_item *item)
{
	struct json_object *o = json_object_new_object();
	struct buf json = BUF_INIT;

	if (m->kind == MEDIA_VIDEO)
		put_known(o, "name", m->name);
	put_known(o, "description", m->description);
	if (m->length_s >= 0)
		(void)json_object_object_add(
		    o, "length", json_object_new_double(m->length_s));
	put_known(o, "stream_url", m->stream_url);
	put_known(o, "player_url", m->player_url);
	put_known(o, "thumbnail_url", m->thumbnail_url);
	put_known(o, "url", m->url);
	*item = (struct store_videodb_item){
		.kind = videodb_kind_of(m->kind),
		.id = m->id,
		.collection_id = collection_id,
		.name = m->name.n > 0 ? m->name : m->id,
		.metadata = o,
	};
	jval_print(&json, o);
	buf_addc(&json, '\n');
	buf_add_slice(&json, collection_id);
	hash_hex(buf_slice(&json), item->name, hash);
	item->hash = slice_from(hash);
	buf_fini(&json);
}

void
videodb_item_fini(struct store_videodb_item *item)
{
	(void)json_object_put(item->metadata);
	item->metadata = NULL;
}
