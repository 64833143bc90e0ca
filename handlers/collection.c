#include "handlers/collection.h"

#include "base/utf8.h"
#include "handlers/changes.h"
#include "handlers/media_view.h"
#include "handlers/once.h"
#include "handlers/pages.h"
#include "handlers/videodb.h"
#include "io/store_media.h"
#include "io/store_video.h"
#include "proto/jval.h"

/* One list without pages, as the Director page asks for it. */
#define LIST_MAX 10000
/* Characters: a line on the page, and a paragraph. */
#define NAME_MAX        200
#define DESCRIPTION_MAX 2000

/* ---- collections ---------------------------------------------------------- */

static struct json_object *
show(struct ctx *c, struct json_object *row)
{
	struct json_object *o = json_object_new_object();

	(void)c;
	jval_put_str(o, "id", jval_str(row, "id"));
	media_view_text(o, "name", jval_str(row, "name"));
	media_view_text(o, "description", jval_str(row, "description"));
	return o;
}

/* A row as the page reads it; it is dropped. */
static struct json_object *
shown(struct json_object *row)
{
	struct json_object *o = show(NULL, row);

	(void)json_object_put(row);
	return o;
}

/* The first one of the list is the page's default. */
int
collection_list(struct ctx *c, struct err *e)
{
	struct pages all = { .list = STORE_LIST_COLLECTIONS,
		.query = SLICE("select=id,name,description&order=created_at"
			       "&id=neq." STORE_DEFAULT_COLLECTION),
		.show = show,
		.max = LIST_MAX };
	struct json_object *row = NULL;
	struct store *s;

	videodb_look(c);
	s = ctx_store(c, e);
	if (s == NULL)
		return -1;
	if (store_collection_get(
		s, &c->who, SLICE(STORE_DEFAULT_COLLECTION), &row, e) == 0)
		all.first = shown(row);
	else if (e->code != ERR_NOT_FOUND)
		return -1;
	*e = ERR_INIT;
	return pages_answer(c, &all, e);
}

static int
get(struct ctx *c, struct json_object **row, struct err *e)
{
	struct store *s = ctx_store(c, e);

	if (s == NULL)
		return -1;
	return store_collection_get(
	    s, &c->who, media_view_collection(c), row, e);
}

int
collection_get(struct ctx *c, struct err *e)
{
	struct json_object *row = NULL;

	if (get(c, &row, e) != 0)
		return -1;
	return ctx_json(c, 200, shown(row));
}

/* A string of the body, not empty; the page sends a space for none. */
static int
read_text(struct json_object *body, const char *key, size_t max,
    struct slice *out, struct err *e)
{
	*out = jval_str(body, key);
	if (out->n == 0)
		return err_field(e, ERR_BAD_REQUEST, key,
		    "Both a name and a description are required.");
	if (utf8_units(*out) > max)
		return err_field(e, ERR_BAD_REQUEST, key,
		    "%s may have %zu characters at most.", key, max);
	return 0;
}

/* {message, data: {success, message, collection}}: what the page looks into. */
static int
answer_added(struct ctx *c, struct json_object *collection)
{
	static const struct slice MESSAGE =
	    SLICE_INIT("The collection was created.");
	struct json_object *data = json_object_new_object();
	struct json_object *o = json_object_new_object();

	(void)json_object_object_add(
	    data, "success", json_object_new_boolean(1));
	jval_put_str(data, "message", MESSAGE);
	(void)json_object_object_add(data, "collection", collection);
	jval_put_str(o, "message", MESSAGE);
	(void)json_object_object_add(o, "data", data);
	return ctx_json(c, 201, o);
}

/* As printed before, or now. */
static int
print_added(struct ctx *c, struct slice name, struct slice description,
    struct buf *out, struct err *e)
{
	struct json_object *row = NULL;

	if (out->n > 0)
		return 0;
	if (store_collection_add(
		c->store, &c->who, name, description, &row, e) != 0)
		return -1;
	jval_print(out, row);
	(void)json_object_put(row);
	return 0;
}

static int
add_once(struct ctx *c, struct slice name, struct slice description,
    struct json_object **row, struct err *e)
{
	struct buf answer = BUF_INIT;
	struct slice key;
	int rc = once_key(c, &key, e);

	if (rc == 0)
		rc = once_begin(c, key, c->req->body, &answer, e);
	if (rc == 0)
		rc = once_end(c, key, &answer,
		    print_added(c, name, description, &answer, e), e);
	if (rc == 0 && jval_parse(buf_slice(&answer), row) != JVAL_OK)
		rc = err_set(e, ERR_INTERNAL, "an answer kept is no JSON");
	buf_fini(&answer);
	return rc;
}

int
collection_add(struct ctx *c, struct err *e)
{
	static const char *const KNOWN[] = { "name", "description", NULL };
	struct json_object *body = NULL, *row = NULL;
	struct slice name, description;
	int rc = -1;

	if (ctx_body_json(c, &body, e) != 0)
		return -1;
	if (jval_only(body, KNOWN, e) == 0 &&
	    read_text(body, "name", NAME_MAX, &name, e) == 0 &&
	    read_text(body, "description", DESCRIPTION_MAX, &description, e) ==
		0)
		rc = add_once(c, name, description, &row, e);
	(void)json_object_put(body);
	if (rc != 0)
		return -1;
	http_header(c->res, "Location", "/videodb/collection/%.*s",
	    SLICE_ARG(jval_str(row, "id")));
	ctx_store_leave(c);
	changes_tell_collections(c);
	return answer_added(c, shown(row));
}

static int
drop(struct ctx *c, struct videodb_drop *theirs, struct err *e)
{
	struct slice id = media_view_collection(c);

	if (store_begin(c->store, e) != 0)
		return -1;
	if (store_collection_remove(c->store, &c->who, id, e) == 0 &&
	    videodb_bury(c, STORE_VIDEODB_COLLECTION, id, theirs, e) == 0)
		return store_commit(c->store, e);
	store_rollback(c->store);
	return -1;
}

int
collection_delete(struct ctx *c, struct err *e)
{
	struct videodb_drop theirs;

	if (ctx_store(c, e) == NULL || drop(c, &theirs, e) != 0)
		return -1;
	ctx_store_leave(c);
	videodb_buried(c, &theirs);
	changes_tell_collections(c);
	return media_view_deleted(c, "The collection was deleted.");
}

/* ---- their videos --------------------------------------------------------- */

int
collection_videos(struct ctx *c, struct err *e)
{
	struct pages videos = { .list = STORE_LIST_VIDEOS,
		.show = media_view_video,
		.max = LIST_MAX };
	struct json_object *row = NULL;
	struct buf query = BUF_INIT;

	videodb_look(c);
	if (get(c, &row, e) != 0)
		return -1;
	(void)json_object_put(row);
	buf_adds(&query,
	    "select=video_id,collection_id,metadata&order=created_at.desc"
	    "&collection_id=eq.");
	http_encode(&query, media_view_collection(c));
	videos.query = arena_dup(&c->arena, buf_slice(&query));
	buf_fini(&query);
	return pages_answer(c, &videos, e);
}

/* The row of the video that the address names. */
static int
get_video(struct ctx *c, struct json_object **row, struct err *e)
{
	struct store *s = ctx_store(c, e);

	if (s == NULL ||
	    store_video_get(s, &c->who, c->params.value[1], row, e) != 0)
		return -1;
	if (slice_eq(jval_str(*row, "collection_id"), media_view_collection(c)))
		return 0;
	(void)json_object_put(*row);
	*row = NULL;
	return err_set(e, ERR_NOT_FOUND, "This collection has no such video.");
}

int
collection_video(struct ctx *c, struct err *e)
{
	struct json_object *row = NULL, *media;

	if (get_video(c, &row, e) != 0)
		return -1;
	media = media_view_video(c, row);
	json_object_object_del(media, "type");
	(void)json_object_put(row);
	return ctx_json(c, 200, media);
}

static int
drop_video(struct ctx *c, struct json_object *row, struct videodb_drop *theirs,
    struct err *e)
{
	if (store_begin(c->store, e) != 0)
		return -1;
	if (store_video_remove(c->store, &c->who, jval_str(row, "id"), e) ==
		0 &&
	    videodb_bury(c, STORE_VIDEODB_VIDEO, jval_str(row, "video_id"),
		theirs, e) == 0)
		return store_commit(c->store, e);
	store_rollback(c->store);
	return -1;
}

int
collection_video_delete(struct ctx *c, struct err *e)
{
	struct json_object *row = NULL;
	struct videodb_drop theirs;
	int rc;

	if (get_video(c, &row, e) != 0)
		return -1;
	rc = drop_video(c, row, &theirs, e);
	if (rc == 0) {
		ctx_store_leave(c);
		videodb_buried(c, &theirs);
		media_view_drop_file(c, media_view_owner(c, row));
		changes_tell_videos(c, jval_str(row, "collection_id"));
	}
	(void)json_object_put(row);
	if (rc != 0)
		return -1;
	return media_view_deleted(c, "The video was deleted.");
}
