/*
 * An upload by address, where there is a key: VideoDB fetches it, which may
 * take a while, and what it made of it is read from its answer.
 */
#include "handlers/videodb.h"
#include "proto/http_url.h"
#include "proto/jval.h"

struct upload {
	struct videodb_work *w;
	struct videodb_upload *up;
	struct slice remote; /* VideoDB's collection */
};

/* What kind of thing it is, VideoDB sees; a known ending is worth more. */
static int
begin(struct videodb *v, void *cookie, struct videodb_reply *r, struct err *e)
{
	struct upload *u = cookie;
	struct json_object *body = json_object_new_object();
	struct buf path = BUF_INIT;
	struct media_type type;
	struct http_url url;
	int rc;

	jval_put_str(body, "url", u->up->source);
	jval_put_str(body, "name", u->up->name);
	if (http_url_parse(u->up->source, &url) &&
	    media_type_find(SLICE_EMPTY, url.path, &type))
		jval_put_str(
		    body, "media_type", slice_from(media_kind_name(type.kind)));
	buf_addf(&path, "collection/%.*s/upload", SLICE_ARG(u->remote));
	rc = videodb_post(v, buf_cstr(&path), body, r, e);
	buf_fini(&path);
	(void)json_object_put(body);
	return rc;
}

/* Without it nothing plays; the next mirroring may know it. */
static struct slice
stream_of(struct videodb_work *w, struct slice id)
{
	struct json_object *body = json_object_new_object();
	struct buf path = BUF_INIT;
	struct videodb_reply r;
	struct err ignored = ERR_INIT;
	struct slice url = SLICE_EMPTY;

	buf_addf(&path, "video/%.*s/stream", SLICE_ARG(id));
	if (videodb_post(&w->v, buf_cstr(&path), body, &r, &ignored) == 0)
		url = arena_dup(
		    &w->j->arena, videodb_reply_url(&r, "stream_url"));
	videodb_reply_fini(&r);
	buf_fini(&path);
	(void)json_object_put(body);
	return url;
}

/* The row and the end of the job, in one transaction that is begun. */
static int
write_rows(struct upload *u, const struct videodb_medium *m, struct err *e)
{
	struct store *s = u->w->j->store;
	struct slice job = slice_from(u->w->j->job->id);
	struct json_object *result = json_object_new_object();
	struct store_videodb_item item;
	char hash[33];
	bool kept = false;
	int rc;

	videodb_item(m, u->up->collection_id, hash, &item);
	item.uuid = job;
	rc = store_videodb_keep(s, &item, &kept, e);
	videodb_item_fini(&item);
	if (rc == 0 && !kept)
		rc = err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB gave it the id of something else.");
	if (rc == 0)
		rc = store_videodb_call_drop(s, job, e);
	jval_put_str(result, "type", slice_from(media_kind_name(m->kind)));
	jval_put_str(result, "id", m->id);
	jval_put_str(result, "collection_id", u->up->collection_id);
	if (rc == 0)
		rc = store_job_succeed(s, u->w->j->job, result, e);
	(void)json_object_put(result);
	return rc;
}

static int
keep(struct upload *u, const struct videodb_reply *r, struct err *e)
{
	struct store *s = u->w->j->store;
	struct videodb_medium m;

	if (!videodb_medium_read(r->data, MEDIA_KIND__MAX, &m))
		return err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB does not say what it made of this.");
	if (m.name.n == 0)
		m.name = u->up->name;
	if (m.kind == MEDIA_VIDEO && m.stream_url.n == 0)
		m.stream_url = stream_of(u->w, m.id);
	u->up->kind = m.kind;
	u->up->id = arena_dup(&u->w->j->arena, m.id);
	if (store_begin(s, e) != 0)
		return -1;
	if (write_rows(u, &m, e) == 0)
		return store_commit(s, e);
	store_rollback(s);
	return -1;
}

enum videodb_step_end
videodb_upload_run(
    struct videodb_work *w, struct videodb_upload *up, struct err *e)
{
	struct upload u = { w, up, SLICE_EMPTY };
	const struct videodb_step step = { "upload", begin, &u };
	struct videodb_reply r;
	enum videodb_step_end end;

	if (videodb_collection(w, up->collection_id, &u.remote, e) != 0)
		return VIDEODB_STEP_FAILED;
	end = videodb_step(w, &step, &r, e);
	if (end == VIDEODB_STEP_DONE && keep(&u, &r, e) != 0)
		end = VIDEODB_STEP_FAILED;
	videodb_reply_fini(&r);
	return end;
}
