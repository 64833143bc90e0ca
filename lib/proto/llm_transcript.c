#include "proto/llm_transcript.h"

#include <math.h>
#include <stdio.h>

#include "base/utf8.h"
#include "proto/jval.h"

/* No recording lasts for a month: seconds. */
#define TIME_MAX 2678400.0

static struct json_object *
member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	(void)json_object_object_get_ex(object, key, &value);
	return value;
}

static bool
read_time(struct json_object *value, double *seconds)
{
	if (!json_object_is_type(value, json_type_double) &&
	    !json_object_is_type(value, json_type_int))
		return false;
	*seconds = json_object_get_double(value);
	return isfinite(*seconds) && *seconds >= 0 && *seconds <= TIME_MAX;
}

static void
put_time(struct json_object *object, const char *key, double seconds)
{
	(void)json_object_object_add(
	    object, key, json_object_new_double(seconds));
}

static bool
read_segment(
    struct json_object *segment, double *begin, struct json_object *out)
{
	struct slice text = jval_str(segment, "text");
	struct json_object *kept;
	double start, end;

	if (text.p == NULL || !read_time(member(segment, "start"), &start) ||
	    !read_time(member(segment, "end"), &end) || end < start ||
	    start < *begin)
		return false;
	*begin = start;
	text = utf8_trim(text);
	if (text.n == 0)
		return true;
	kept = json_object_new_object();
	put_time(kept, "start", start);
	put_time(kept, "end", end);
	jval_put_str(kept, "text", text);
	(void)json_object_array_add(out, kept);
	return true;
}

static bool
read_segments(struct json_object *segments, struct llm_transcript *out)
{
	double begin = 0;
	size_t n;

	out->segments = json_object_new_array();
	if (segments == NULL)
		return true;
	if (!json_object_is_type(segments, json_type_array))
		return false;
	n = json_object_array_length(segments);
	for (size_t i = 0; i < n; i++)
		if (!read_segment(json_object_array_get_idx(segments, i),
			&begin, out->segments))
			return false;
	return true;
}

/* Some servers count tokens, others seconds. */
static void
read_usage(struct json_object *usage, struct llm_transcript *out)
{
	struct json_object *total = member(usage, "total_tokens");

	if (json_object_is_type(total, json_type_int) &&
	    json_object_get_int64(total) >= 0)
		out->tokens = json_object_get_int64(total);
	if (out->duration_s <= 0 &&
	    !read_time(member(usage, "seconds"), &out->duration_s))
		out->duration_s = 0;
}

bool
llm_transcript_read(struct slice body, struct llm_transcript *out)
{
	struct json_object *answer;
	struct slice text, language;
	bool good;

	*out = (struct llm_transcript){ .text = BUF_INIT, .tokens = -1 };
	if (jval_parse(body, &answer) != JVAL_OK)
		return false;
	text = jval_str(answer, "text");
	language = jval_str(answer, "language");
	good = text.p != NULL && read_segments(member(answer, "segments"), out);
	buf_add_slice(&out->text, utf8_trim(text));
	(void)snprintf(out->language, sizeof(out->language), "%.*s",
	    SLICE_ARG(utf8_prefix(language, sizeof(out->language) - 1)));
	if (!read_time(member(answer, "duration"), &out->duration_s))
		out->duration_s = 0;
	read_usage(member(answer, "usage"), out);
	json_object_put(answer);
	return good;
}

void
llm_transcript_fini(struct llm_transcript *transcript)
{
	buf_fini(&transcript->text);
	json_object_put(transcript->segments);
	transcript->segments = NULL;
}
