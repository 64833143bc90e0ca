#include "proto/videodb_reply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "proto/http_url.h"
#include "proto/jval.h"

/* Longer recordings are none: what says so is wrong. */
#define SECONDS_MAX 1e7
/* Characters of a number as text. */
#define NUMBER_MAX 32

/* ---- values --------------------------------------------------------------- */

bool
videodb_id_valid(struct slice id)
{
	if (id.n == 0 || id.n > VIDEODB_ID_MAX || id.p[0] == '.')
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if ((c < '0' || c > '9') && (c < 'A' || c > 'Z') &&
		    (c < 'a' || c > 'z') && c != '_' && c != '-' && c != '.')
			return false;
	}
	return true;
}

static struct slice
id_of(struct json_object *object, const char *key)
{
	struct slice id = jval_str(object, key);

	return videodb_id_valid(id) ? id : SLICE_EMPTY;
}

static struct slice
url_of(struct json_object *object, const char *key)
{
	struct slice url = jval_str(object, key);
	struct http_url parts;

	return http_url_parse(url, &parts) ? url : SLICE_EMPTY;
}

static struct slice
text_of(struct json_object *object, const char *key, size_t max)
{
	return utf8_prefix(utf8_trim(jval_str(object, key)), max);
}

static double
number_of(struct slice text)
{
	char digits[NUMBER_MAX + 1], *end;
	double number;

	if (text.n == 0 || text.n > NUMBER_MAX)
		return -1;
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	number = strtod(digits, &end);
	return *end == '\0' ? number : -1;
}

double
videodb_seconds(struct json_object *value)
{
	double s = -1;

	if (json_object_is_type(value, json_type_int) ||
	    json_object_is_type(value, json_type_double))
		s = json_object_get_double(value);
	else if (json_object_is_type(value, json_type_string))
		s = number_of(jval_slice(value));
	return isfinite(s) && s >= 0 && s <= SECONDS_MAX ? s : -1;
}

static double
seconds_of(struct json_object *object, const char *key)
{
	return videodb_seconds(json_object_object_get(object, key));
}

/* ---- the envelope --------------------------------------------------------- */

/* In one line: what is no character of it becomes a space. */
static void
read_message(struct json_object *envelope, struct videodb_reply *r)
{
	struct slice text = text_of(envelope, "message", VIDEODB_MESSAGE_MAX);

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		r->message[i] = text.p[i];
		if (c < ' ' || c == 0x7f)
			r->message[i] = ' ';
	}
	r->message[text.n] = '\0';
}

static bool
is_container(struct json_object *value)
{
	return json_object_is_type(value, json_type_object) ||
	    json_object_is_type(value, json_type_array);
}

static bool
is_under_way(struct json_object *envelope)
{
	struct slice status = jval_str(envelope, "status");

	return slice_eqs(status, "processing") ||
	    slice_eqs(status, "in progress");
}

static enum videodb_reply_kind
read_envelope(struct json_object *envelope, struct videodb_reply *r)
{
	struct json_object *data = json_object_object_get(envelope, "data");
	struct json_object *success =
	    json_object_object_get(envelope, "success");

	read_message(envelope, r);
	if (is_container(data))
		r->data = data;
	if (is_under_way(envelope)) {
		r->output_url = url_of(r->data, "output_url");
		return VIDEODB_PROCESSING;
	}
	if (!json_object_is_type(success, json_type_boolean))
		return VIDEODB_UNREADABLE;
	return json_object_get_boolean(success) ? VIDEODB_READY
						: VIDEODB_REFUSED;
}

void
videodb_reply_read(struct slice body, struct videodb_reply *r)
{
	struct json_object *inner;

	*r = (struct videodb_reply){ .kind = VIDEODB_UNREADABLE,
		.output_url = SLICE_EMPTY };
	if (jval_parse(body, &r->root) != JVAL_OK ||
	    !json_object_is_type(r->root, json_type_object))
		return;
	inner = json_object_object_get(r->root, "response");
	if (is_under_way(r->root) ||
	    !json_object_is_type(inner, json_type_object))
		inner = r->root;
	r->kind = read_envelope(inner, r);
}

void
videodb_reply_fini(struct videodb_reply *r)
{
	(void)json_object_put(r->root);
	r->root = r->data = NULL;
}

struct slice
videodb_reply_url(const struct videodb_reply *r, const char *key)
{
	return url_of(r->data, key);
}

struct slice
videodb_reply_id(const struct videodb_reply *r, const char *key)
{
	return id_of(r->data, key);
}

/* ---- what is in it -------------------------------------------------------- */

static struct json_object *
array_of(struct json_object *object, const char *key)
{
	struct json_object *array = json_object_object_get(object, key);

	return json_object_is_type(array, json_type_array) ? array : NULL;
}

struct json_object *
videodb_reply_list(const struct videodb_reply *r, const char *key)
{
	return array_of(r->data, key);
}

struct json_object *
videodb_reply_words(const struct videodb_reply *r)
{
	struct json_object *words = array_of(r->data, "word_timestamps");

	return words != NULL ? words : array_of(r->data, "transcript");
}

bool
videodb_collection_read(
    struct json_object *item, struct videodb_collection *out)
{
	out->id = id_of(item, "id");
	out->name = text_of(item, "name", VIDEODB_NAME_MAX);
	out->description =
	    text_of(item, "description", VIDEODB_DESCRIPTION_MAX);
	return out->id.n > 0;
}

static enum media_kind
kind_of(struct slice id)
{
	static const struct {
		struct slice prefix;
		enum media_kind kind;
	} KINDS[] = {
		{ SLICE_INIT("m-"), MEDIA_VIDEO },
		{ SLICE_INIT("a-"), MEDIA_AUDIO },
		{ SLICE_INIT("img-"), MEDIA_IMAGE },
	};

	for (size_t i = 0; i < COUNT(KINDS); i++)
		if (slice_starts(id, KINDS[i].prefix))
			return KINDS[i].kind;
	return MEDIA_KIND__MAX;
}

bool
videodb_medium_read(
    struct json_object *item, enum media_kind kind, struct videodb_medium *out)
{
	*out = (struct videodb_medium){
		.id = id_of(item, "id"),
		.collection_id = id_of(item, "collection_id"),
		.name = text_of(item, "name", VIDEODB_NAME_MAX),
		.description =
		    text_of(item, "description", VIDEODB_DESCRIPTION_MAX),
		.stream_url = url_of(item, "stream_url"),
		.player_url = url_of(item, "player_url"),
		.thumbnail_url = url_of(item, "thumbnail_url"),
		.url = url_of(item, "url"),
		.length_s = seconds_of(item, "length"),
	};
	out->kind = kind == MEDIA_KIND__MAX ? kind_of(out->id) : kind;
	return out->id.n > 0 && out->kind != MEDIA_KIND__MAX;
}

/* ---- a search ------------------------------------------------------------- */

static bool
read_shot(struct json_object *video, struct json_object *doc,
    struct videodb_shot *out)
{
	struct slice stream = url_of(doc, "stream_link");

	*out = (struct videodb_shot){
		.video_id = id_of(video, "video_id"),
		.collection_id = id_of(video, "collection_id"),
		.title = text_of(video, "title", VIDEODB_NAME_MAX),
		.text = text_of(doc, "text", VIDEODB_SHOT_TEXT_MAX),
		.stream_url = stream.n > 0 ? stream : url_of(doc, "stream_url"),
		.start_s = seconds_of(doc, "start"),
		.end_s = seconds_of(doc, "end"),
		.length_s = seconds_of(video, "length"),
		.score = seconds_of(doc, "score"),
	};
	return out->video_id.n > 0 && out->start_s >= 0 &&
	    out->end_s >= out->start_s;
}

/* By video, each with its moments; or a moment each, as the specification has
 * it. */
size_t
videodb_reply_shots(
    const struct videodb_reply *r, struct videodb_shot *out, size_t max)
{
	struct json_object *results = array_of(r->data, "results");
	size_t videos = results ? json_object_array_length(results) : 0;
	size_t n = 0;

	for (size_t i = 0; i < videos && n < max; i++) {
		struct json_object *video =
		    json_object_array_get_idx(results, i);
		struct json_object *docs = array_of(video, "docs");
		size_t moments = docs ? json_object_array_length(docs) : 1;

		for (size_t k = 0; k < moments && n < max; k++)
			n += read_shot(video,
			    docs ? json_object_array_get_idx(docs, k) : video,
			    &out[n]);
	}
	return n;
}
