#include "handlers/video.h"

#include "base/num.h"
#include "base/utf8.h"
#include "io/store_video.h"
#include "proto/jval.h"
#include "proto/message.h"
#include "text/transcript.h"

#define LIST_MAX 1000

static int
list_limit(struct ctx *c, int *limit, struct err *e)
{
	bool present;
	struct slice text =
	    http_query(c->req->query, "limit", &c->arena, &present);
	int64_t number = LIST_MAX;

	if (present && !num_parse(text, 1, LIST_MAX, &number))
		return err_field(e, ERR_BAD_REQUEST, "limit",
		    "limit must be a whole number from 1 to %d.", LIST_MAX);
	*limit = (int)number;
	return 0;
}

int
video_list(struct ctx *c, struct err *e)
{
	struct json_object *rows = NULL;
	struct slice collection;
	struct store *s;
	bool present;
	int limit = LIST_MAX;

	if (list_limit(c, &limit, e) != 0)
		return -1;
	collection =
	    http_query(c->req->query, "collection_id", &c->arena, &present);
	if (present && !utf8_text(collection))
		return err_field(e, ERR_BAD_REQUEST, "collection_id",
		    "collection_id must be UTF-8 text.");
	s = ctx_store(c, e);
	if (s == NULL ||
	    store_video_list(s, &c->who, collection, limit, &rows, e) != 0)
		return -1;
	return ctx_json(c, 200, rows);
}

/* Ids are put into addresses and shown: visible ASCII, nothing that cuts. */
static int
check_id(
    struct json_object *body, const char *key, struct slice *out, struct err *e)
{
	struct json_object *value;

	*out = SLICE_EMPTY;
	if (!json_object_object_get_ex(body, key, &value) || value == NULL)
		return 0;
	*out = jval_slice(value);
	if (!json_object_is_type(value, json_type_string) || out->n == 0 ||
	    out->n > MESSAGE_MEDIA_ID_MAX)
		return err_field(e, ERR_BAD_REQUEST, key,
		    "%s must be a string of 1 to %d characters.", key,
		    MESSAGE_MEDIA_ID_MAX);
	/* Clients and proxies take these segments out of an address. */
	if (slice_eqs(*out, ".") || slice_eqs(*out, ".."))
		return err_field(e, ERR_BAD_REQUEST, key,
		    "%s cannot be \".\" or \"..\".", key);
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i] <= ' ' || out->p[i] > '~' || out->p[i] == '/')
			return err_field(e, ERR_BAD_REQUEST, key,
			    "%s may hold visible ASCII characters except '/' "
			    "only.",
			    key);
	return 0;
}

static int
check_metadata(
    struct json_object *body, struct json_object **out, struct err *e)
{
	*out = NULL;
	if (!json_object_object_get_ex(body, "metadata", out) || *out == NULL)
		return 0;
	if (!json_object_is_type(*out, json_type_object))
		return err_field(e, ERR_BAD_REQUEST, "metadata",
		    "metadata must be a JSON object.");
	return 0;
}

static int
check_new(struct json_object *body, struct store_video_new *new, struct err *e)
{
	static const char *const KNOWN[] = { "video_id", "collection_id",
		"metadata", NULL };
	struct json_object *metadata;

	if (jval_only(body, KNOWN, e) != 0 ||
	    check_id(body, "video_id", &new->video_id, e) != 0 ||
	    check_id(body, "collection_id", &new->collection_id, e) != 0 ||
	    check_metadata(body, &metadata, e) != 0)
		return -1;
	/* The page's alias must never become an id (contract 0, 4). */
	if (slice_eq(new->collection_id, SLICE("default")))
		new->collection_id = SLICE(STORE_DEFAULT_COLLECTION);
	new->metadata = metadata;
	return 0;
}

int
video_add(struct ctx *c, struct err *e)
{
	struct json_object *body = NULL, *row = NULL;
	struct store_video_new new = { .metadata = NULL };
	struct store *s;
	int rc = -1;

	if (ctx_body_json(c, &body, e) != 0)
		return -1;
	if (check_new(body, &new, e) == 0 && (s = ctx_store(c, e)) != NULL)
		rc = store_video_add(s, &c->who, &new, &row, e);
	(void)json_object_put(body);
	if (rc != 0)
		return -1;
	http_header(c->res, "Location", "/api/v1/videos/%.*s",
	    SLICE_ARG(jval_str(row, "id")));
	return ctx_json(c, 201, row);
}

int
video_get(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *row = NULL;

	if (s == NULL ||
	    store_video_get(s, &c->who, c->params.value[0], &row, e) != 0)
		return -1;
	return ctx_json(c, 200, row);
}

/* What a transcript's upload says, whatever its form. */
struct upload {
	struct slice text;
	enum transcript_format hint;
	struct json_object *metadata; /* owned */
};

static enum transcript_format
hint_of(struct slice media)
{
	if (slice_eq_nocase(media, SLICE("text/vtt")))
		return TRANSCRIPT_VTT;
	if (slice_eq_nocase(media, SLICE("application/x-subrip")) ||
	    slice_eq_nocase(media, SLICE("text/srt")))
		return TRANSCRIPT_SRT;
	return TRANSCRIPT_AUTO;
}

static int
read_json_upload(struct ctx *c, struct upload *up, struct err *e)
{
	static const char *const KNOWN[] = { "full_text", "metadata", NULL };
	struct json_object *body = NULL, *text, *metadata = NULL;
	int rc = -1;

	if (ctx_body_json(c, &body, e) != 0)
		return -1;
	if (jval_only(body, KNOWN, e) != 0 ||
	    check_metadata(body, &metadata, e) != 0)
		goto out;
	if (!json_object_object_get_ex(body, "full_text", &text) ||
	    !json_object_is_type(text, json_type_string)) {
		(void)err_field(e, ERR_BAD_REQUEST, "full_text",
		    "full_text must be the transcript as a string.");
		goto out;
	}
	up->text = arena_dup(&c->arena, jval_slice(text));
	if (metadata != NULL) {
		(void)json_object_put(up->metadata);
		up->metadata = json_object_get(metadata);
	}
	rc = 0;
out:
	(void)json_object_put(body);
	return rc;
}

static int
read_upload(struct ctx *c, struct upload *up, struct err *e)
{
	struct slice media = http_media_type(c->req->content_type);
	struct transcript t;
	struct arena a = ARENA_INIT;
	enum transcript_status status;

	up->metadata = json_object_new_object();
	up->hint = hint_of(media);
	up->text = c->req->body;
	if (slice_eq_nocase(media, SLICE("application/json")) &&
	    read_json_upload(c, up, e) != 0)
		return -1;
	status = transcript_parse(up->text, up->hint, &a, &t);
	if (status == TRANSCRIPT_OK) {
		jval_put_str(up->metadata, "format",
		    slice_from(transcript_format_name(t.format)));
		jval_put_int(up->metadata, "cues", (int64_t)t.n);
	}
	arena_fini(&a);
	if (status == TRANSCRIPT_OK)
		return 0;
	return err_field(
	    e, ERR_BAD_REQUEST, "full_text", "%s", transcript_strerror(status));
}

int
video_transcript_put(struct ctx *c, struct err *e)
{
	struct upload up = { .metadata = NULL };
	struct json_object *row = NULL, *old = NULL;
	struct err ignored = ERR_INIT;
	struct slice video = c->params.value[0];
	struct store *s;
	int rc = -1;

	if (read_upload(c, &up, e) == 0 && (s = ctx_store(c, e)) != NULL) {
		/* Only for 200 or 201: whichever comes first says so. */
		if (store_transcript_get(s, &c->who, video, &old, &ignored) !=
		    0)
			old = NULL;
		rc = store_transcript_put(
		    s, &c->who, video, up.text, up.metadata, &row, e);
	}
	(void)json_object_put(up.metadata);
	if (rc == 0)
		rc = ctx_json(c, old != NULL ? 200 : 201, row);
	(void)json_object_put(old);
	return rc;
}

int
video_transcript_get(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *row = NULL;

	if (s == NULL ||
	    store_transcript_get(s, &c->who, c->params.value[0], &row, e) != 0)
		return -1;
	return ctx_json(c, 200, row);
}

int
video_outputs(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *rows = NULL;

	if (s == NULL ||
	    store_output_list(s, &c->who, c->params.value[0], &rows, e) != 0)
		return -1;
	return ctx_json(c, 200, rows);
}
