#include "text/segments.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/ck.h"
#include "base/utf8.h"
#include "text/transcript.h"

struct segment {
	double start, end;
	struct slice text, speaker;
	size_t index; /* of equal times the order stays */
};

static struct slice
text_of(struct json_object *item, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(item, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return SLICE_EMPTY;
	return utf8_trim((struct slice){ json_object_get_string(value),
	    (size_t)json_object_get_string_len(value) });
}

static bool
time_of(struct json_object *item, const char *key, double *out)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(item, key, &value) ||
	    (!json_object_is_type(value, json_type_double) &&
		!json_object_is_type(value, json_type_int)))
		return false;
	*out = json_object_get_double(value);
	return *out >= 0 && *out <= SEGMENTS_MAX_S;
}

static bool
read_one(struct json_object *item, size_t index, struct segment *s)
{
	if (!json_object_is_type(item, json_type_object) ||
	    !time_of(item, "start", &s->start) ||
	    !time_of(item, "end", &s->end) || s->end < s->start)
		return false;
	s->text = text_of(item, "text");
	s->speaker = text_of(item, "speaker");
	s->index = index;
	return s->text.n != 0;
}

static int
by_time(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void
add_time(struct buf *out, double seconds)
{
	int64_t ms = (int64_t)(seconds * 1000 + 0.5);

	buf_addf(out, "%02lld:%02d:%02d.%03d", (long long)(ms / 3600000),
	    (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* A line that is no tag, no comment and no end of the cue. */
static void
add_words(struct buf *out, struct slice text, bool name)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '&')
			buf_adds(out, "&amp;");
		else if (c == '<')
			buf_adds(out, "&lt;");
		else if (c == '>')
			buf_adds(out, "&gt;");
		else if ((name && c == '.') || (unsigned char)c < ' ')
			buf_addc(out, ' ');
		else
			buf_addc(out, c);
	}
}

static void
add_cue(struct buf *out, const struct segment *s)
{
	buf_addc(out, '\n');
	add_time(out, s->start);
	buf_adds(out, " --> ");
	add_time(out, s->end);
	buf_addc(out, '\n');
	if (s->speaker.n != 0 && s->speaker.n <= TRANSCRIPT_MAX_NAME) {
		buf_adds(out, "<v ");
		add_words(out, s->speaker, true);
		buf_addc(out, '>');
	}
	add_words(out, s->text, false);
	buf_addc(out, '\n');
}

bool
segments_vtt(struct json_object *segments, struct buf *out)
{
	struct segment *list;
	size_t n, found = 0;

	if (!json_object_is_type(segments, json_type_array))
		return false;
	n = json_object_array_length(segments);
	list = ck_calloc(n + 1, sizeof(*list));
	for (size_t i = 0; i < n; i++)
		if (read_one(json_object_array_get_idx(segments, i), i,
			&list[found]))
			found++;
	qsort(list, found, sizeof(*list), by_time);
	if (found != 0)
		buf_adds(out, "WEBVTT\n");
	for (size_t i = 0; i < found; i++)
		add_cue(out, &list[i]);
	free(list);
	return found != 0;
}
