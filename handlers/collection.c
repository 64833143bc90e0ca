#include "handlers/collection.h"

#include "io/store_video.h"
#include "proto/jval.h"
#include "proto/message.h"
#include "text/harmless.h"

/* One list without pages, as the Director page asks for it. */
#define LIST_MAX 10000

/* "default" is the page's name for the first one, before it knows its id. */
static struct slice
collection_id(const struct ctx *c)
{
	if (slice_eq(c->params.value[0], SLICE("default")))
		return SLICE(STORE_DEFAULT_COLLECTION);
	return c->params.value[0];
}

int
collection_list(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *rows = NULL;

	if (s == NULL || store_collection_list(s, &c->who, &rows, e) != 0)
		return -1;
	return ctx_json(c, 200, rows);
}

static int
get(struct ctx *c, struct json_object **row, struct err *e)
{
	struct store *s = ctx_store(c, e);

	if (s == NULL)
		return -1;
	return store_collection_get(s, &c->who, collection_id(c), row, e);
}

int
collection_get(struct ctx *c, struct err *e)
{
	struct json_object *row = NULL;

	if (get(c, &row, e) != 0)
		return -1;
	return ctx_json(c, 200, row);
}

static void
copy(struct json_object *to, const char *key, struct json_object *from)
{
	struct json_object *value = json_object_object_get(from, key);

	(void)json_object_object_add(to, key, json_object_get(value));
}

/* Metadata is anybody's: pages open and load these addresses, so what is no
 * web address becomes null. */
static void
copy_url(struct json_object *to, const char *key, struct json_object *from)
{
	struct slice url = jval_str(from, key);

	if (url.n != 0 && message_url_safe(url))
		copy(to, key, from);
	else
		(void)json_object_object_add(to, key, NULL);
}

/* Pages insert it as HTML in some places and as text in others. */
static void
put_text(struct json_object *to, const char *key, struct slice text)
{
	struct buf safe = BUF_INIT;

	harmless_name(text, &safe);
	jval_put_str(to, key, buf_slice(&safe));
	buf_fini(&safe);
}

/* A row of videos as the page reads it; what metadata lacks is null. */
static struct json_object *
as_media(struct json_object *row)
{
	static const char *const URLS[] = { "stream_url", "external_url",
		"player_url", "thumbnail_url" };
	struct json_object *o = json_object_new_object();
	struct json_object *metadata = json_object_object_get(row, "metadata");
	struct json_object *length;
	struct slice name = jval_str(metadata, "name");

	jval_put_str(o, "id", jval_str(row, "video_id"));
	put_text(o, "name", name.n != 0 ? name : jval_str(row, "video_id"));
	copy(o, "collection_id", row);
	put_text(o, "description", jval_str(metadata, "description"));
	for (size_t i = 0; i < COUNT(URLS); i++)
		copy_url(o, URLS[i], metadata);
	length = json_object_object_get(metadata, "length");
	(void)json_object_object_add(o, "length",
	    json_object_is_type(length, json_type_int) ||
		    json_object_is_type(length, json_type_double)
		? json_object_get(length)
		: NULL);
	jval_put_str(o, "type", SLICE("video"));
	return o;
}

int
collection_videos(struct ctx *c, struct err *e)
{
	struct json_object *rows = NULL, *list, *row = NULL;
	size_t n;

	if (get(c, &row, e) != 0)
		return -1;
	(void)json_object_put(row);
	if (store_video_list(
		c->store, &c->who, collection_id(c), LIST_MAX, &rows, e) != 0)
		return -1;
	list = json_object_new_array();
	n = json_object_array_length(rows);
	for (size_t i = 0; i < n; i++)
		(void)json_object_array_add(
		    list, as_media(json_object_array_get_idx(rows, i)));
	(void)json_object_put(rows);
	return ctx_json(c, 200, list);
}

int
collection_video(struct ctx *c, struct err *e)
{
	struct json_object *row = NULL, *media;
	struct store *s = ctx_store(c, e);

	if (s == NULL ||
	    store_video_get(s, &c->who, c->params.value[1], &row, e) != 0)
		return -1;
	if (!slice_eq(jval_str(row, "collection_id"), collection_id(c))) {
		(void)json_object_put(row);
		return err_set(
		    e, ERR_NOT_FOUND, "This collection has no such video.");
	}
	media = as_media(row);
	json_object_object_del(media, "type");
	(void)json_object_put(row);
	return ctx_json(c, 200, media);
}

int
collection_empty(struct ctx *c, struct err *e)
{
	struct json_object *row = NULL;

	if (get(c, &row, e) != 0)
		return -1;
	(void)json_object_put(row);
	return ctx_json(c, 200, json_object_new_array());
}
