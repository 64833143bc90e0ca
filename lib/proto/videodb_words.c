#include "proto/videodb_words.h"

#include <string.h>

#include "base/utf8.h"
#include "proto/jval.h"
#include "proto/videodb_reply.h"

/* The cue being made. */
struct cue {
	struct buf text; /* escaped */
	double start_s, end_s;
	size_t words;
	bool ended; /* by a full stop */
};

static void
add_time(struct buf *out, double seconds)
{
	long long ms = (long long)(seconds * 1000 + 0.5);

	buf_addf(out, "%02lld:%02lld:%02lld.%03lld", ms / 3600000,
	    ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

static void
end_cue(struct cue *cue, struct buf *out, size_t *n)
{
	if (cue->words == 0)
		return;
	buf_adds(out, *n == 0 ? "WEBVTT\n\n" : "\n");
	add_time(out, cue->start_s);
	buf_adds(out, " --> ");
	add_time(out, cue->end_s);
	buf_addc(out, '\n');
	buf_add_slice(out, buf_slice(&cue->text));
	buf_addc(out, '\n');
	buf_clear(&cue->text);
	cue->words = 0;
	cue->ended = false;
	(*n)++;
}

/* Nothing in it ends the line or means something to a reader of WebVTT. */
static void
add_escaped(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '&')
			buf_adds(out, "&amp;");
		else if (c == '<')
			buf_adds(out, "&lt;");
		else if (c == '>')
			buf_adds(out, "&gt;");
		else if ((unsigned char)c < ' ')
			buf_addc(out, ' ');
		else
			buf_addc(out, c);
	}
}

static bool
ends_sentence(struct slice word)
{
	static const struct slice STOPS[] = { SLICE_INIT("."), SLICE_INIT("?"),
		SLICE_INIT("!"), SLICE_INIT("\u2026"), SLICE_INIT("\u3002"),
		SLICE_INIT("\uff1f"), SLICE_INIT("\uff01") };

	for (size_t i = 0; i < COUNT(STOPS); i++)
		if (slice_ends(word, STOPS[i]))
			return true;
	return false;
}

static bool
is_full(const struct cue *cue, struct slice word, double start_s)
{
	return cue->ended || start_s - cue->end_s >= VIDEODB_WORDS_PAUSE_S ||
	    cue->words >= VIDEODB_WORDS_CUE_WORDS ||
	    cue->text.n + word.n > VIDEODB_WORDS_CUE_BYTES;
}

static void
add_word(struct cue *cue, struct json_object *item, struct buf *out, size_t *n)
{
	struct slice word = utf8_trim(jval_str(item, "text"));
	double start_s = videodb_seconds(json_object_object_get(item, "start"));
	double end_s = videodb_seconds(json_object_object_get(item, "end"));

	if (word.n == 0 || slice_eqs(word, "-") || start_s < 0)
		return;
	if (cue->words > 0 && is_full(cue, word, start_s))
		end_cue(cue, out, n);
	if (cue->words == 0) {
		cue->start_s = start_s;
		cue->end_s = start_s;
	} else {
		buf_addc(&cue->text, ' ');
	}
	add_escaped(&cue->text, word);
	cue->words++;
	cue->ended = ends_sentence(word);
	if (end_s > cue->end_s)
		cue->end_s = end_s;
}

size_t
videodb_words_vtt(struct json_object *words, struct buf *out)
{
	struct cue cue = { .text = BUF_INIT };
	size_t n = 0, count = 0;

	if (json_object_is_type(words, json_type_array))
		count = json_object_array_length(words);
	for (size_t i = 0; i < count; i++)
		add_word(&cue, json_object_array_get_idx(words, i), out, &n);
	end_cue(&cue, out, &n);
	buf_fini(&cue.text);
	return n;
}
