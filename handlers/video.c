#include "handlers/video.h"

#include "handlers/rest.h"
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
