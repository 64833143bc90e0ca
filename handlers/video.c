#include "handlers/video.h"

#include "handlers/rest.h"
#include "io/store_list_row.h"
#include "io/store_video.h"
#include "proto/jval.h"
#include "proto/message.h"
#include "text/transcript.h"

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

/* Both are appended to their buffers; `old` stays empty when there was none. */
static int
replace(struct ctx *c, const struct upload *up, struct buf *old,
    struct buf *new, struct err *e)
{
	struct store_view view = rest_view(c);
	struct slice video = c->params.value[0];
	struct json_object *row = NULL;
	struct buf ignored = BUF_INIT;
	struct err none = ERR_INIT;
	int rc;

	/* Who comes at the same time waits for the video's row. */
	rc = store_list_get_locked(
	    c->store, &view, STORE_LIST_VIDEOS, video, &ignored, e);
	buf_fini(&ignored);
	if (rc != 0)
		return -1;
	if (store_transcript_get(c->store, &c->who, video, &row, &none) == 0)
		jval_print(old, row);
	else if (none.code != ERR_NOT_FOUND) {
		*e = none;
		return -1;
	}
	(void)json_object_put(row);
	if (rest_match(c, buf_slice(old), e) != 0 ||
	    store_transcript_put(
		c->store, &c->who, video, up->text, up->metadata, &row, e) != 0)
		return -1;
	jval_print(new, row);
	(void)json_object_put(row);
	return 0;
}

static int
put_transcript(struct ctx *c, const struct upload *up, struct buf *old,
    struct buf *new, struct err *e)
{
	struct store *s = ctx_store(c, e);
	int rc;

	if (s == NULL || store_begin(s, e) != 0)
		return -1;
	rc = replace(c, up, old, new, e);
	if (rc == 0)
		rc = store_commit(s, e);
	store_rollback(s);
	return rc;
}

int
video_transcript_put(struct ctx *c, struct err *e)
{
	struct upload up = { .metadata = NULL };
	struct buf old = BUF_INIT, new = BUF_INIT;
	char tag[32];
	int rc;

	rc = read_upload(c, &up, e);
	if (rc == 0)
		rc = put_transcript(c, &up, &old, &new, e);
	(void)json_object_put(up.metadata);
	if (rc == 0) {
		c->res->status = old.n > 0 ? 200 : 201;
		http_header(c->res, "Content-Type", "application/json");
		http_header(c->res, "Cache-Control", "no-store");
		rest_etag(c, buf_slice(&new), tag);
		buf_add_slice(&c->res->body, buf_slice(&new));
	}
	buf_fini(&old);
	buf_fini(&new);
	return rc;
}

int
video_transcript_get(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *row = NULL;
	struct buf json = BUF_INIT;
	int rc;

	if (s == NULL ||
	    store_transcript_get(s, &c->who, c->params.value[0], &row, e) != 0)
		return -1;
	jval_print(&json, row);
	(void)json_object_put(row);
	rc = rest_answer(c, 200, buf_slice(&json), e);
	buf_fini(&json);
	return rc;
}

int
video_below(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *row = NULL;
	struct slice uuid;

	if (s == NULL ||
	    store_video_get(s, &c->who, c->params.value[0], &row, e) != 0)
		return -1;
	uuid = arena_dup(&c->arena, jval_str(row, "id"));
	(void)json_object_put(row);
	return rest_list_of(c, "video_id", uuid, e);
}
