#include <string.h>

#include "base/utf8.h"
#include "text/transcript.h"
#include "text/transcript_build.h"

/* A quote is to be read: longer runs without a full stop are cut. */
#define MAX_SENTENCE 600u
/* "?!..." and the like; bounds the look ahead. */
#define MAX_MARKS 8u

/* A full stop behind these does not end a sentence. */
static const char *const abbreviations[] = { "mr", "mrs", "ms", "dr", "prof",
	"st", "vs", "etc", "e.g", "i.e", "eg", "ie", "inc", "ltd", "co",
	"approx", "dept", "u.s", "u.k", "a.m", "p.m" };

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/** Is the full stop at `at` part of a short form or an initial? */
static bool
is_abbreviation(struct slice s, size_t at)
{
	size_t from = at;
	struct slice word;

	while (from > 0 && !is_space(s.p[from - 1]) && s.p[from - 1] != '(')
		from--;
	word = slice_sub(s, from, at - from);
	if (word.n == 1 && word.p[0] >= 'A' && word.p[0] <= 'Z' &&
	    word.p[0] != 'I')
		return true;
	for (size_t i = 0; i < COUNT(abbreviations); i++)
		if (slice_eq_nocase(word, slice_from(abbreviations[i])))
			return true;
	return false;
}

/** Bytes of closing quotes and brackets at `at`. */
static size_t
closers(struct slice s, size_t at)
{
	size_t from = at;

	while (at < s.n && at - from < MAX_MARKS) {
		struct slice rest = slice_from_at(s, at);

		if (strchr("\"')]", rest.p[0]))
			at++;
		else if (slice_starts(rest, SLICE("\xe2\x80\x9d")) ||
		    slice_starts(rest, SLICE("\xe2\x80\x99")))
			at += 3;
		else
			break;
	}
	return at - from;
}

/** Does a line that starts like this begin something new in Markdown too? */
static bool
is_marker(char c)
{
	return c != '\0' && strchr("-+*#>=`~|_<[&!", c) != NULL;
}

/** The bytes of an end mark at `at` (with all that belongs to it), or 0. */
static size_t
end_mark(struct slice s, size_t at)
{
	struct slice rest = slice_from_at(s, at);
	size_t n = 0;

	if (slice_starts(rest, SLICE("\xe3\x80\x82")) || /* 。 */
	    slice_starts(rest, SLICE("\xef\xbc\x81")) || /* ！ */
	    slice_starts(rest, SLICE("\xef\xbc\x9f")))   /* ？ */
		return 3 + closers(s, at + 3);
	if (slice_starts(rest, SLICE("\xe2\x80\xa6"))) /* … */
		n = 3;
	while (n < rest.n && n < MAX_MARKS && strchr(".!?", rest.p[n]))
		n++;
	if (n == 0 || (n == 1 && rest.p[0] == '.' && is_abbreviation(s, at)))
		return 0;
	n += closers(s, at + n);
	return at + n == s.n || is_space(s.p[at + n]) ? n : 0;
}

/** Length of the first sentence of `s`, which is not empty. */
static size_t
first_sentence(struct slice s)
{
	size_t at = 0;
	size_t space = 0;
	struct slice cut;

	while (at < s.n && at < MAX_SENTENCE) {
		size_t end = end_mark(s, at);

		if (end != 0)
			return at + end;
		if (s.p[at] == '\n' && at + 1 < s.n && is_marker(s.p[at + 1]))
			return at;
		if (is_space(s.p[at]))
			space = at;
		at++;
	}
	if (at == s.n)
		return s.n;
	if (space != 0)
		return space;
	cut = utf8_prefix(s, MAX_SENTENCE);
	return cut.n;
}

void
transcript_sentences(const struct transcript *t, struct arena *a,
    struct transcript_sentences *out)
{
	struct transcript_sentence *items = NULL;
	size_t cap = 0;
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct slice rest = t->cues[i].text;

		while (rest.n != 0) {
			size_t len = first_sentence(rest);
			struct slice text = slice_sub(rest, 0, len);

			rest = utf8_trim(slice_from_at(rest, len));
			text = utf8_trim(text);
			if (text.n == 0)
				continue;
			if (n == cap) {
				struct transcript_sentence *old = items;

				cap = cap == 0 ? 256 : cap * 2;
				items = arena_alloc(a, cap * sizeof(*items));
				if (n != 0)
					memcpy(items, old, n * sizeof(*items));
			}
			items[n++] = (struct transcript_sentence){ i, text };
		}
	}
	*out = (struct transcript_sentences){ items, n };
}
