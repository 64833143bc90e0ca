#include "text/transcript_markup.h"

#include <string.h>

#include "base/utf8.h"
#include "text/transcript_name.h"

/* "&#x10FFFF;" is the longest reference there is. */
#define MAX_REFERENCE 10u
/* A name and some classes; bounds the search for '>' behind each '<'. */
#define MAX_TAG 400u

/* Where the text of the running voice goes until the voice changes. */
struct voice {
	struct transcript_build *b;
	int64_t start_ms;
	int64_t end_ms;
	struct slice speaker; /* of <v>; p == NULL: none is open */
	char *text;           /* as large as the payload */
	size_t n;
};

static const struct {
	const char *name;
	uint32_t code;
} references[] = {
	{ "amp", '&' },
	{ "lt", '<' },
	{ "gt", '>' },
	{ "quot", '"' },
	{ "apos", '\'' },
	{ "nbsp", 0xA0 },
	{ "lrm", 0x200E },
	{ "rlm", 0x200F },
};

static int
digit_value(char c, int base)
{
	int v = -1;

	if (c >= '0' && c <= '9')
		v = c - '0';
	else if (c >= 'a' && c <= 'f')
		v = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		v = c - 'A' + 10;
	return v < base ? v : -1;
}

/** "39" or "x27" as a character that text may hold; 0 when it is none. */
static uint32_t
numeric_code(struct slice digits)
{
	int base = 10;
	uint32_t code = 0;

	if (digits.n != 0 && (digits.p[0] == 'x' || digits.p[0] == 'X')) {
		base = 16;
		digits = slice_from_at(digits, 1);
	}
	for (size_t i = 0; i < digits.n; i++) {
		int v = digit_value(digits.p[i], base);

		if (v < 0)
			return 0;
		code = code * (uint32_t)base + (uint32_t)v;
	}
	if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ||
	    (code < 0x20 && code != '\t'))
		return 0;
	return code;
}

/** A reference at the start of `s` (at '&'): its bytes, or 0. */
static size_t
scan_reference(struct slice s, uint32_t *code)
{
	size_t end = slice_chr(slice_sub(s, 0, MAX_REFERENCE), ';');
	struct slice name = slice_sub(s, 1, end - 1);

	*code = 0;
	if (end == MAX_REFERENCE || end >= s.n || name.n == 0)
		return 0;
	if (name.p[0] == '#' && name.n <= MAX_REFERENCE - 2)
		*code = numeric_code(slice_from_at(name, 1));
	for (size_t i = 0; i < COUNT(references); i++)
		if (slice_eqs(name, references[i].name))
			*code = references[i].code;
	return *code == 0 ? 0 : end + 1;
}

/** Decode into `out`, which has room: a character is no longer than its name.
 */
static size_t
decode(struct slice s, char *out)
{
	size_t n = 0;

	while (s.n != 0) {
		uint32_t code;
		size_t used = s.p[0] == '&' ? scan_reference(s, &code) : 0;

		if (used != 0) {
			char bytes[4];
			size_t len = utf8_put(code, bytes);

			memcpy(out + n, bytes, len);
			n += len;
		} else {
			out[n++] = s.p[0];
			used = 1;
		}
		s = slice_from_at(s, used);
	}
	return n;
}

struct slice
transcript_markup_decode(struct slice text, struct arena *a)
{
	char *out = arena_alloc(a, text.n + 1);

	return (struct slice){ out, decode(text, out) };
}

/** Add one paragraph of a voice, its entities decoded. */
static void
add_text(struct voice *v, struct slice speaker, struct slice text)
{
	text = utf8_trim(text);
	if (text.n != 0)
		transcript_build_add(v->b, v->start_ms, v->end_ms, speaker,
		    transcript_markup_decode(text, v->b->a));
}

/** Outside <v>: look for `Name:` at the start of each line. */
static void
flush_lines(struct voice *v, struct slice text)
{
	const char *from = text.p;
	const char *to = text.p;
	struct slice line;

	while (slice_cut(&text, '\n', &line)) {
		struct transcript_name at;
		bool named = transcript_name_at(v->b->names, line, &at);

		if (named || at.changed) {
			add_text(v, v->b->speaker,
			    (struct slice){ from, (size_t)(to - from) });
			v->b->speaker = named
			    ? transcript_markup_decode(at.name, v->b->a)
			    : SLICE_EMPTY;
			/* An empty rest points nowhere in the line. */
			from = at.rest.n != 0 ? at.rest.p : line.p + line.n;
		}
		to = line.p + line.n;
	}
	if (to > from)
		add_text(v, v->b->speaker,
		    (struct slice){ from, (size_t)(to - from) });
}

static void
flush(struct voice *v)
{
	struct slice text = { v->text, v->n };

	if (v->n == 0)
		return;
	if (v->speaker.p != NULL)
		add_text(v, v->speaker, text);
	else
		flush_lines(v, text);
	/* What was added points nowhere near: it was decoded into a copy. */
	v->n = 0;
}

/** The name in "v.loud Ann Lee"; a name too long to be one is dropped. */
static struct slice
voice_name(const struct voice *v, struct slice tag)
{
	size_t at = 0;
	struct slice name;

	while (at < tag.n && !strchr(" \t\n", tag.p[at]))
		at++;
	name = utf8_trim(slice_from_at(tag, at));
	name = utf8_trim(transcript_markup_decode(name, v->b->a));
	if (slice_chr(name, '\n') < name.n)
		return SLICE_EMPTY;
	return name.n > TRANSCRIPT_MAX_NAME ? SLICE_EMPTY : name;
}

static bool
is_voice_tag(struct slice tag)
{
	return tag.n != 0 && (tag.p[0] == 'v' || tag.p[0] == 'V') &&
	    (tag.n == 1 || strchr(" \t\n.", tag.p[1]) != NULL);
}

/** Is `<` at the start of `s` a tag? Its bytes; 0 for "a < b". */
static size_t
scan_tag(struct slice s)
{
	struct slice window = slice_sub(s, 0, MAX_TAG);
	size_t end = slice_chr(window, '>');
	char c;
	bool letter;
	bool time;

	if (s.n < 2)
		return 0;
	c = s.p[1];
	letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	time = c >= '0' && c <= '9' &&
	    slice_find(slice_sub(s, 0, end), SLICE(":")) > 0;
	if (end == window.n || !(letter || c == '/' || time))
		return 0;
	return end + 1;
}

static void
take_tag(struct voice *v, struct slice tag)
{
	if (is_voice_tag(tag)) {
		flush(v);
		v->speaker = voice_name(v, tag);
	} else if (slice_eqs(tag, "/v") || slice_eqs(tag, "/V")) {
		flush(v);
		v->speaker = (struct slice){ NULL, 0 };
	}
}

/** SRT's "{\an8}": position, not speech. */
static size_t
scan_override(struct slice s)
{
	size_t end;

	s = slice_sub(s, 0, MAX_TAG);
	end = slice_chr(s, '}');
	return end == s.n || s.p[1] != '\\' ? 0 : end + 1;
}

void
transcript_markup_add(struct transcript_build *b, int64_t start_ms,
    int64_t end_ms, struct slice payload)
{
	struct voice v = { b, start_ms, end_ms, { NULL, 0 }, NULL, 0 };

	v.text = arena_alloc(b->a, payload.n + 1);
	while (payload.n != 0) {
		size_t used = 0;

		if (payload.p[0] == '<') {
			used = scan_tag(payload);
			if (used != 0)
				take_tag(&v, slice_sub(payload, 1, used - 2));
		} else if (payload.p[0] == '{') {
			used = scan_override(payload);
		}
		if (used == 0) {
			v.text[v.n++] = payload.p[0];
			used = 1;
		}
		payload = slice_from_at(payload, used);
	}
	flush(&v);
}
