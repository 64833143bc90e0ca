#include "handlers/media_view.h"

#include "io/log.h"
#include "io/media_file.h"
#include "io/store_video.h"
#include "proto/jval.h"
#include "proto/message.h"
#include "text/harmless.h"

struct slice
media_view_collection(const struct ctx *c)
{
	if (slice_eq(c->params.value[0], SLICE("default")))
		return SLICE(STORE_DEFAULT_COLLECTION);
	return c->params.value[0];
}

void
media_view_text(struct json_object *object, const char *key, struct slice text)
{
	struct buf safe = BUF_INIT;

	harmless_name(text, &safe);
	jval_put_str(object, key, buf_slice(&safe));
	buf_fini(&safe);
}

struct slice
media_view_base(struct ctx *c)
{
	const struct http_request *req = c->req;
	struct slice name, port;

	if (*c->conf->url != '\0')
		return slice_from(c->conf->url);
	/* Without a good Host there is no better address than a path. */
	if (!http_host_split(req->host, &name, &port))
		return SLICE_EMPTY;
	return slice_from(arena_printf(&c->arena, "%.*s://%.*s",
	    SLICE_ARG(req->scheme), SLICE_ARG(req->host)));
}

struct slice
media_view_url(struct ctx *c, struct slice file)
{
	if (!media_file_name(file))
		return (struct slice){ NULL, 0 };
	return slice_from(arena_printf(&c->arena, "%.*s/media/%.*s",
	    SLICE_ARG(media_view_base(c)), SLICE_ARG(file)));
}

static void
copy(struct json_object *to, const char *key, struct json_object *from)
{
	struct json_object *value = json_object_object_get(from, key);

	(void)json_object_object_add(to, key, json_object_get(value));
}

/* `url` where it is one, else null. */
static void
put_url(struct json_object *to, const char *key, struct slice url)
{
	(void)json_object_object_add(to, key,
	    url.n != 0 && message_url_safe(url) ? jval_new_str(url) : NULL);
}

/* Seconds, a number or null. */
static void
put_length(struct json_object *to, struct json_object *metadata)
{
	struct json_object *length = json_object_object_get(metadata, "length");

	(void)json_object_object_add(to, "length",
	    json_object_is_type(length, json_type_int) ||
		    json_object_is_type(length, json_type_double)
		? json_object_get(length)
		: NULL);
}

/* A stream of its own, else the file that was uploaded. */
static struct slice
stream_of(struct ctx *c, struct json_object *metadata)
{
	struct slice url = jval_str(metadata, "stream_url");

	return url.n != 0 ? url : media_view_url(c, jval_str(metadata, "file"));
}

struct json_object *
media_view_video(struct ctx *c, struct json_object *row)
{
	static const char *const URLS[] = { "external_url", "player_url",
		"thumbnail_url" };
	struct json_object *o = json_object_new_object();
	struct json_object *metadata = json_object_object_get(row, "metadata");
	struct slice name = jval_str(metadata, "name");

	jval_put_str(o, "id", jval_str(row, "video_id"));
	media_view_text(
	    o, "name", name.n != 0 ? name : jval_str(row, "video_id"));
	copy(o, "collection_id", row);
	media_view_text(o, "description", jval_str(metadata, "description"));
	put_url(o, "stream_url", stream_of(c, metadata));
	for (size_t i = 0; i < COUNT(URLS); i++)
		put_url(o, URLS[i], jval_str(metadata, URLS[i]));
	put_length(o, metadata);
	jval_put_str(o, "type", SLICE("video"));
	return o;
}

/* Of its file, or where VideoDB has it. */
static struct slice
url_of(struct ctx *c, struct json_object *row)
{
	struct slice url = media_view_url(c, jval_str(row, "file"));

	return url.n > 0
	    ? url
	    : jval_str(json_object_object_get(row, "metadata"), "url");
}

struct json_object *
media_view_item(
    struct ctx *c, struct json_object *row, enum media_kind kind, bool listed)
{
	struct json_object *o = json_object_new_object();
	struct json_object *metadata = json_object_object_get(row, "metadata");

	copy(o, "id", row);
	media_view_text(o, "name", jval_str(row, "name"));
	copy(o, "collection_id", row);
	if (kind == MEDIA_AUDIO)
		put_length(o, metadata);
	if (kind == MEDIA_IMAGE || !listed)
		put_url(o, "url", url_of(c, row));
	if (kind == MEDIA_IMAGE && !listed)
		media_view_text(
		    o, "description", jval_str(metadata, "description"));
	if (listed)
		jval_put_str(o, "type", slice_from(media_kind_name(kind)));
	return o;
}

struct json_object *
media_view_new(struct ctx *c, struct json_object *row, enum media_kind kind)
{
	return kind == MEDIA_VIDEO ? media_view_video(c, row)
				   : media_view_item(c, row, kind, true);
}

int
media_view_deleted(struct ctx *c, const char *message)
{
	struct json_object *o = json_object_new_object();

	(void)json_object_object_add(o, "success", json_object_new_boolean(1));
	jval_put_str(o, "message", slice_from(message));
	return ctx_json(c, 200, o);
}

struct slice
media_view_owner(struct ctx *c, struct json_object *video)
{
	char owner[MEDIA_FILE_OWNER];

	media_file_owner(
	    owner, media_kind_letter(MEDIA_VIDEO), jval_str(video, "id"));
	return arena_dup(&c->arena, slice_from(owner));
}

void
media_view_drop_file(struct ctx *c, struct slice owner)
{
	struct err e = ERR_INIT;

	if (media_file_remove(c->conf->media, owner, &e) != 0)
		log_warnx("a file of media stays: %s", e.msg);
}
