/* An answer of VideoDB, read as each of the things it may be. */
#include "proto/videodb_reply.h"

#include "base/utf8.h"
#include "harness/fuzz.h"
#include "proto/jval.h"
#include "proto/videodb_words.h"

#define SHOTS 16

static void
require_url(struct slice url)
{
	fuzz_require(url.n == 0 || slice_starts(url, SLICE("http")) ||
	    slice_eq_nocase(slice_sub(url, 0, 4), SLICE("http")));
	for (size_t i = 0; i < url.n; i++)
		fuzz_require(url.p[i] > ' ' && url.p[i] < 0x7f);
}

static void
require_text(struct slice text, size_t max)
{
	fuzz_require(text.n <= max && utf8_text(text));
}

static void
try_medium(struct json_object *item, enum media_kind kind)
{
	struct videodb_medium m;

	if (!videodb_medium_read(item, kind, &m))
		return;
	fuzz_require(videodb_id_valid(m.id) && m.kind < MEDIA_KIND__MAX);
	fuzz_require(
	    m.collection_id.n == 0 || videodb_id_valid(m.collection_id));
	require_text(m.name, VIDEODB_NAME_MAX);
	require_text(m.description, VIDEODB_DESCRIPTION_MAX);
	require_url(m.stream_url);
	require_url(m.player_url);
	require_url(m.thumbnail_url);
	require_url(m.url);
	/* A number that is one. */
	fuzz_require(m.length_s >= -1);
}

static void
try_list(const struct videodb_reply *r, const char *key)
{
	struct json_object *list = videodb_reply_list(r, key);
	size_t n = list ? json_object_array_length(list) : 0;
	struct videodb_collection c;

	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		try_medium(item, MEDIA_VIDEO);
		if (videodb_collection_read(item, &c)) {
			fuzz_require(videodb_id_valid(c.id));
			require_text(c.name, VIDEODB_NAME_MAX);
		}
	}
}

static void
try_shots(const struct videodb_reply *r)
{
	struct videodb_shot shots[SHOTS];
	size_t n = videodb_reply_shots(r, shots, SHOTS);

	fuzz_require(n <= SHOTS);
	for (size_t i = 0; i < n; i++) {
		fuzz_require(videodb_id_valid(shots[i].video_id));
		fuzz_require(shots[i].start_s >= 0);
		fuzz_require(shots[i].end_s >= shots[i].start_s);
		require_text(shots[i].text, VIDEODB_SHOT_TEXT_MAX);
		require_url(shots[i].stream_url);
	}
}

/* Each cue is three lines and one between: nothing said makes one more. */
static void
try_words(const struct videodb_reply *r)
{
	struct buf out = BUF_INIT;
	size_t cues = videodb_words_vtt(videodb_reply_words(r), &out);
	size_t lines = 0, arrows = 0;

	for (size_t i = 0; i < out.n; i++) {
		lines += out.p[i] == '\n';
		arrows += out.p[i] == '>';
	}
	fuzz_require(arrows == cues);
	fuzz_require(cues == 0 ? out.n == 0 : lines == cues * 3 + 1);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 1);
	struct videodb_reply r;

	videodb_reply_read(in.field[0], &r);
	require_url(r.output_url);
	require_text(slice_from(r.message), VIDEODB_MESSAGE_MAX);
	fuzz_require(
	    slice_chr(slice_from(r.message), '\n') == strlen(r.message));
	require_url(videodb_reply_url(&r, "stream_url"));
	try_medium(r.data, MEDIA_KIND__MAX);
	try_list(&r, "videos");
	try_list(&r, "collections");
	try_shots(&r);
	try_words(&r);
	videodb_reply_fini(&r);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"
