#include "handlers/media.h"

#include "handlers/media_view.h"
#include "handlers/videodb.h"
#include "io/store_media.h"
#include "io/store_video.h"
#include "proto/jval.h"

/* One list without pages, as the Director page asks for it. */
#define LIST_MAX 10000

static struct store_media_key
key_of(const struct ctx *c, enum media_kind kind)
{
	return (struct store_media_key){ media_view_collection(c), kind,
		c->params.n > 1 ? c->params.value[1] : SLICE_EMPTY };
}

/* Rows as the page's list; they are dropped. */
static struct json_object *
listed(struct ctx *c, struct json_object *rows, enum media_kind kind)
{
	struct json_object *list = json_object_new_array();
	size_t n = json_object_array_length(rows);

	for (size_t i = 0; i < n; i++)
		(void)json_object_array_add(list,
		    media_view_item(
			c, json_object_array_get_idx(rows, i), kind, true));
	(void)json_object_put(rows);
	return list;
}

static int
list(struct ctx *c, enum media_kind kind, struct err *e)
{
	struct store_media_key of = key_of(c, kind);
	struct json_object *row = NULL, *rows = NULL;
	struct store *s;

	videodb_look(c);
	s = ctx_store(c, e);
	if (s == NULL ||
	    store_collection_get(s, &c->who, of.collection_id, &row, e) != 0)
		return -1;
	(void)json_object_put(row);
	if (store_media_list(s, &c->who, &of, LIST_MAX, &rows, e) != 0)
		return -1;
	return ctx_json(c, 200, listed(c, rows, kind));
}

static int
row_of(struct ctx *c, enum media_kind kind, struct json_object **row,
    struct err *e)
{
	struct store_media_key key = key_of(c, kind);
	struct store *s = ctx_store(c, e);

	return s == NULL ? -1 : store_media_get(s, &c->who, &key, row, e);
}

static int
get(struct ctx *c, enum media_kind kind, struct err *e)
{
	struct json_object *row = NULL, *item;

	if (row_of(c, kind, &row, e) != 0)
		return -1;
	item = media_view_item(c, row, kind, false);
	(void)json_object_put(row);
	return ctx_json(c, 200, item);
}

/* The page takes the whole body for the address: plain text, no quotes. */
static int
url(struct ctx *c, enum media_kind kind, struct err *e)
{
	struct json_object *row = NULL;
	struct slice address;
	bool theirs;
	int rc;

	if (c->waiting.n > 0)
		return videodb_url_again(c, e);
	if (row_of(c, kind, &row, e) != 0)
		return -1;
	rc = videodb_url_answer(c, kind, row, &theirs, e);
	if (rc != 0 || theirs) {
		(void)json_object_put(row);
		return rc;
	}
	address = media_view_url(c, jval_str(row, "file"));
	(void)json_object_put(row);
	if (address.p == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no file of this one.");
	http_header(c->res, "Content-Type", "text/plain; charset=utf-8");
	http_header(c->res, "Cache-Control", "no-store");
	buf_add_slice(&c->res->body, address);
	return 0;
}

static int
drop_row(struct ctx *c, enum media_kind kind, struct json_object **row,
    struct videodb_drop *theirs, struct err *e)
{
	struct store_media_key key = key_of(c, kind);

	if (store_begin(c->store, e) != 0)
		return -1;
	if (store_media_remove(c->store, &c->who, &key, row, e) == 0 &&
	    videodb_bury(c, videodb_kind_of(kind), key.id, theirs, e) == 0)
		return store_commit(c->store, e);
	store_rollback(c->store);
	return -1;
}

static int
drop(struct ctx *c, enum media_kind kind, const char *message, struct err *e)
{
	struct videodb_drop theirs;
	struct json_object *row = NULL;

	if (ctx_store(c, e) == NULL ||
	    drop_row(c, kind, &row, &theirs, e) != 0) {
		(void)json_object_put(row);
		return -1;
	}
	ctx_store_leave(c);
	videodb_buried(c, &theirs);
	media_view_drop_file(c, jval_str(row, "id"));
	(void)json_object_put(row);
	return media_view_deleted(c, message);
}

int
media_audio_list(struct ctx *c, struct err *e)
{
	return list(c, MEDIA_AUDIO, e);
}

int
media_audio_get(struct ctx *c, struct err *e)
{
	return get(c, MEDIA_AUDIO, e);
}

int
media_audio_url(struct ctx *c, struct err *e)
{
	return url(c, MEDIA_AUDIO, e);
}

int
media_audio_delete(struct ctx *c, struct err *e)
{
	return drop(c, MEDIA_AUDIO, "The audio was deleted.", e);
}

int
media_image_list(struct ctx *c, struct err *e)
{
	return list(c, MEDIA_IMAGE, e);
}

int
media_image_get(struct ctx *c, struct err *e)
{
	return get(c, MEDIA_IMAGE, e);
}

int
media_image_url(struct ctx *c, struct err *e)
{
	return url(c, MEDIA_IMAGE, e);
}

int
media_image_delete(struct ctx *c, struct err *e)
{
	return drop(c, MEDIA_IMAGE, "The image was deleted.", e);
}
