/*
 * The Edge Functions' way: a call a stage, with what the stages before have made.
 *
 *      {"video_id", "collection_id", "output_type", "transcript", "analysis",
 *       "structured_data", "texts", "video_url"}
 *
 * as far as a stage needs it. A result is text, or an object that has it under
 * its own name.
 */
#include "handlers/ask.h"
#include "handlers/stage_finish.h"
#include "proto/jval.h"
#include "text/segments.h"

static struct json_object *
request_of(struct stage_run *s, enum stage_id stage)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "video_id", jval_str(s->video, "video_id"));
	jval_put_str(o, "collection_id", jval_str(s->video, "collection_id"));
	jval_put_str(o, "output_type", slice_from(stage_name(stage)));
	return o;
}

static int
useless(struct err *e)
{
	return err_set(e, ERR_UNAVAILABLE,
	    "The Edge Function's result has not the form of this stage; it may "
	    "do better the next time.");
}

/* Text that is the result, or a member of it. */
static struct slice
text_of(struct json_object *result, const char *const *names)
{
	struct slice text = jval_slice(result);

	if (!json_object_is_type(result, json_type_object))
		return text;
	for (; *names != NULL; names++) {
		text = jval_str(result, *names);
		if (text.n != 0)
			return text;
	}
	return SLICE_EMPTY;
}

/* JSON that is the result, or the text of it. New reference. */
static struct json_object *
value_of(struct json_object *result, const char *name)
{
	struct json_object *value = result, *member = NULL, *parsed = NULL;

	if (json_object_is_type(result, json_type_object) &&
	    json_object_object_get_ex(result, name, &member))
		value = member;
	if (!json_object_is_type(value, json_type_string))
		return json_object_get(value);
	return jval_parse(jval_slice(value), &parsed) == JVAL_OK ? parsed
								 : NULL;
}

/* Calls it; takes the request. */
static int
call(struct stage_run *s, const char *name, struct json_object *request,
    struct edge_reply *reply, struct err *e)
{
	int rc = ask_edge(s->run, name, request, reply, e);

	(void)json_object_put(request);
	return rc;
}

/* ---- transcription -------------------------------------------------------------- */

/* Where the function can fetch it, if it can. */
static void
put_url(struct stage_run *s, struct json_object *request)
{
	static const char *const KEYS[] = { "video_url", "external_url",
		"stream_url" };
	const struct conf *conf = s->run->j->conf;
	struct slice file =
	    jval_str(json_object_object_get(s->video, "metadata"), "file");

	for (size_t i = 0; i < COUNT(KEYS); i++) {
		struct slice url = agents_url_of(s->video, KEYS[i]);

		if (url.n != 0) {
			jval_put_str(request, "video_url", url);
			return;
		}
	}
	if (file.n != 0 && *conf->url != '\0')
		jval_put_str(request, "video_url",
		    slice_from(arena_printf(s->arena, "%s/media/%.*s",
			conf->url, SLICE_ARG(file))));
}

int
stage_edge_transcription(struct stage_run *s, struct buf *out, struct err *e)
{
	static const char *const NAMES[] = { "transcript", "full_text", "text",
		NULL };
	struct json_object *request = request_of(s, STAGE_TRANSCRIPTION),
			   *segments;
	struct edge_reply reply;
	int rc;

	put_url(s, request);
	rc = call(s, s->run->j->conf->edge_transcribe, request, &reply, e);
	if (rc == 0) {
		segments = json_object_is_type(reply.result, json_type_object)
		    ? json_object_object_get(reply.result, "segments")
		    : reply.result;
		if (!segments_vtt(segments, out))
			buf_add_slice(out, text_of(reply.result, NAMES));
		if (out->n == 0)
			rc = useless(e);
	}
	edge_reply_fini(&reply);
	return rc;
}

/* ---- embeddings ------------------------------------------------------------------ */

static bool
read_vector(struct json_object *list, float *out)
{
	if (!json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) != STORE_DIMENSIONS)
		return false;
	for (size_t i = 0; i < STORE_DIMENSIONS; i++) {
		struct json_object *number = json_object_array_get_idx(list, i);
		double value = json_object_get_double(number);

		if ((!json_object_is_type(number, json_type_double) &&
			!json_object_is_type(number, json_type_int)) ||
		    !(value >= -1e6 && value <= 1e6))
			return false;
		out[i] = (float)value;
	}
	return true;
}

static bool
read_vectors(struct json_object *result, size_t n, float *out)
{
	struct json_object *list = value_of(result, "embeddings");
	bool good = json_object_is_type(list, json_type_array) &&
	    json_object_array_length(list) == n;

	for (size_t i = 0; good && i < n; i++)
		good = read_vector(json_object_array_get_idx(list, i),
		    out + i * STORE_DIMENSIONS);
	(void)json_object_put(list);
	return good;
}

/* As many at once as an answer may have numbers (jval.h bounds containers, the
 * client bytes): 64 are 1.5 MB. */
#define BATCH 64

int
stage_edge_embed(struct agent_run *run, const struct slice *texts, size_t n,
    float *vectors, struct err *e)
{
	int rc = 0;

	for (size_t at = 0; rc == 0 && at < n; at += BATCH) {
		struct json_object *request = json_object_new_object(),
				   *list = json_object_new_array();
		size_t some = n - at < BATCH ? n - at : BATCH;
		struct edge_reply reply;

		for (size_t i = 0; i < some; i++)
			(void)json_object_array_add(
			    list, jval_new_str(texts[at + i]));
		(void)json_object_object_add(request, "texts", list);
		jval_put_str(request, "output_type", SLICE("embeddings"));
		rc =
		    ask_edge(run, run->j->conf->edge_embed, request, &reply, e);
		if (rc == 0 &&
		    !read_vectors(
			reply.result, some, vectors + at * STORE_DIMENSIONS))
			rc = useless(e);
		edge_reply_fini(&reply);
		(void)json_object_put(request);
	}
	return rc;
}

/* ---- the four outputs -------------------------------------------------------------- */

static void
put_json(struct json_object *o, const char *key, struct slice text)
{
	struct json_object *value = NULL;

	if (jval_parse(text, &value) == JVAL_OK)
		(void)json_object_object_add(o, key, value);
}

int
stage_edge_analysis(struct stage_run *s, struct buf *out, struct err *e)
{
	static const char *const NAMES[] = { "analysis", "text", "content",
		NULL };
	struct json_object *request;
	struct edge_reply reply;
	int rc;

	if (stage_source(s, e) != 0)
		return -1;
	request = request_of(s, STAGE_ANALYSIS);
	jval_put_str(request, "transcript", s->source);
	rc = call(s, s->run->j->conf->edge_analyze, request, &reply, e);
	if (rc == 0)
		rc = stage_finish_analysis(
		    s, text_of(reply.result, NAMES), out, e);
	edge_reply_fini(&reply);
	return rc;
}

int
stage_edge_structured(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *request, *value;
	struct edge_reply reply;
	int rc;

	if (stage_source(s, e) != 0)
		return -1;
	request = request_of(s, STAGE_STRUCTURED);
	jval_put_str(request, "transcript", s->source);
	jval_put_str(request, "analysis", s->content[STAGE_ANALYSIS]);
	rc = call(s, s->run->j->conf->edge_structured, request, &reply, e);
	if (rc == 0) {
		value = value_of(reply.result, "structured_data");
		rc = stage_finish_structured(s, value, out, e);
		(void)json_object_put(value);
	}
	edge_reply_fini(&reply);
	return rc;
}

int
stage_edge_voice(struct stage_run *s, struct buf *out, struct err *e)
{
	static const char *const NAMES[] = { "voice_prompt", "prompt", "text",
		"content", NULL };
	struct json_object *request;
	struct edge_reply reply;
	int rc;

	request = request_of(s, STAGE_VOICE);
	put_json(request, "structured_data", s->content[STAGE_STRUCTURED]);
	rc = call(s, s->run->j->conf->edge_voice, request, &reply, e);
	if (rc == 0)
		rc =
		    stage_finish_voice(s, text_of(reply.result, NAMES), out, e);
	edge_reply_fini(&reply);
	return rc;
}

int
stage_edge_training(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *request, *value;
	struct edge_reply reply;
	int rc;

	if (stage_source(s, e) != 0)
		return -1;
	request = request_of(s, STAGE_TRAINING);
	jval_put_str(request, "transcript", s->source);
	put_json(request, "structured_data", s->content[STAGE_STRUCTURED]);
	rc = call(s, s->run->j->conf->edge_training, request, &reply, e);
	if (rc == 0) {
		value = value_of(reply.result, "training_data");
		rc = stage_finish_training(s, value, out, e);
		(void)json_object_put(value);
	}
	edge_reply_fini(&reply);
	return rc;
}
