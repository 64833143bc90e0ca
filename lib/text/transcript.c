#include "text/transcript.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/transcript_build.h"
#include "text/transcript_cues.h"
#include "text/transcript_name.h"
#include "text/transcript_plain.h"

static const char *const messages[TRANSCRIPT_STATUS__MAX] = {
	[TRANSCRIPT_OK] = "",
	[TRANSCRIPT_EMPTY] = "The transcript is empty. Send the text of the "
			     "conversation as WebVTT, SRT or plain text.",
	[TRANSCRIPT_TOO_LARGE] = "The transcript is larger than 10 MB. Split "
				 "it into parts and send them one by one.",
	[TRANSCRIPT_NOT_UTF8] = "The transcript is not valid UTF-8 text. Save "
				"it with the encoding UTF-8 and send it again.",
	[TRANSCRIPT_HAS_NUL] = "The transcript contains NUL characters, so it "
			       "is not a text file. Export it as WebVTT, SRT "
			       "or plain text in UTF-8.",
	[TRANSCRIPT_NO_SPEECH] = "Nobody says anything in this transcript. "
				 "Check that it holds cues with text below "
				 "their times, or lines like \"Name: text\".",
	[TRANSCRIPT_TOO_MANY_CUES] = "The transcript has more than 100,000 "
				     "cues. Split it into parts and send them "
				     "one by one.",
};

static const char *const format_names[TRANSCRIPT_FORMAT__MAX] = {
	[TRANSCRIPT_AUTO] = "auto",
	[TRANSCRIPT_VTT] = "vtt",
	[TRANSCRIPT_SRT] = "srt",
	[TRANSCRIPT_TEXT] = "text",
};

const char *
transcript_strerror(enum transcript_status status)
{
	return messages[status];
}

const char *
transcript_format_name(enum transcript_format format)
{
	return format_names[format];
}

enum transcript_format
transcript_format_from(struct slice name)
{
	if (slice_eqs(name, "vtt") || slice_eqs(name, "webvtt"))
		return TRANSCRIPT_VTT;
	if (slice_eqs(name, "srt"))
		return TRANSCRIPT_SRT;
	if (slice_eqs(name, "text") || slice_eqs(name, "txt"))
		return TRANSCRIPT_TEXT;
	return TRANSCRIPT_AUTO;
}

static enum transcript_status
check_bytes(struct slice raw)
{
	if (raw.n > TRANSCRIPT_MAX_BYTES)
		return TRANSCRIPT_TOO_LARGE;
	if (raw.n != 0 && memchr(raw.p, '\0', raw.n) != NULL)
		return TRANSCRIPT_HAS_NUL;
	if (!utf8_valid(raw))
		return TRANSCRIPT_NOT_UTF8;
	return TRANSCRIPT_OK;
}

/** A copy without byte order mark, all line ends '\n'. */
static struct slice
normalise(struct slice raw, struct arena *a)
{
	char *out;
	size_t n = 0;

	if (slice_starts(raw, SLICE("\xef\xbb\xbf")))
		raw = slice_from_at(raw, 3);
	out = arena_alloc(a, raw.n + 1);
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\r' && i + 1 < raw.n && raw.p[i + 1] == '\n')
			continue;
		out[n] = raw.p[i];
		if (out[n] == '\r')
			out[n] = '\n';
		n++;
	}
	return (struct slice){ out, n };
}

/** "WEBVTT", and nothing or white space behind it. */
static bool
has_signature(struct slice text)
{
	const struct slice signature = SLICE("WEBVTT");

	return slice_starts(text, signature) &&
	    (text.n == signature.n || strchr(" \t\n", text.p[signature.n]));
}

/** The signature decides; then the hint; then the looks. */
static enum transcript_format
detect(struct slice text, enum transcript_format hint)
{
	if (has_signature(text))
		return TRANSCRIPT_VTT;
	if (hint != TRANSCRIPT_AUTO)
		return hint;
	return transcript_cues_likely(text) ? TRANSCRIPT_SRT : TRANSCRIPT_TEXT;
}

enum transcript_status
transcript_parse(struct slice raw, enum transcript_format hint, struct arena *a,
    struct transcript *out)
{
	struct transcript_build b = { .a = a, .speaker = SLICE_EMPTY };
	enum transcript_status status = check_bytes(raw);
	struct slice text;
	enum transcript_format format;

	*out = (struct transcript){ .format = TRANSCRIPT_TEXT };
	if (status != TRANSCRIPT_OK)
		return status;
	text = normalise(raw, a);
	if (utf8_trim(text).n == 0)
		return TRANSCRIPT_EMPTY;
	format = detect(text, hint);
	b.names = transcript_name_count(text, a);
	if (format == TRANSCRIPT_TEXT)
		transcript_plain_parse(&b, text);
	else
		transcript_cues_parse(&b, text, has_signature(text));
	if (b.full)
		return TRANSCRIPT_TOO_MANY_CUES;
	if (b.n == 0)
		return TRANSCRIPT_NO_SPEECH;
	*out = (struct transcript){ format, b.cues, b.n };
	return TRANSCRIPT_OK;
}

struct slice
transcript_full_text(const struct transcript *t, struct arena *a)
{
	struct buf b = BUF_INIT;
	struct slice text;

	for (size_t i = 0; i < t->n; i++) {
		if (t->cues[i].speaker.n != 0) {
			buf_add_slice(&b, t->cues[i].speaker);
			buf_adds(&b, ": ");
		}
		buf_add_slice(&b, t->cues[i].text);
		buf_addc(&b, '\n');
	}
	text = arena_dup(a, buf_slice(&b));
	buf_fini(&b);
	return text;
}

size_t
transcript_words(struct slice text)
{
	size_t words = 0;
	bool inside = false;

	for (size_t i = 0; i < text.n; i++) {
		bool space = strchr(" \t\r\n", text.p[i]) != NULL;

		words += !space && !inside;
		inside = !space;
	}
	return words;
}
