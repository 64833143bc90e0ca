/** Characters, words and what stands before a place. */
#include "text/pii_scan.h"

#include <string.h>

#include "base/utf8.h"

/* Letters behind this are not of an alphabet with small and capital ones. */
#define END_OF_ALPHABETS 0x2000u

bool
pii_scan_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
pii_scan_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

bool
pii_scan_letter(char c)
{
	return pii_scan_upper(c) || (c >= 'a' && c <= 'z');
}

bool
pii_scan_alnum(char c)
{
	return pii_scan_digit(c) || pii_scan_letter(c);
}

char
pii_scan_lower(char c)
{
	if (pii_scan_upper(c))
		c = (char)(c - 'A' + 'a');
	return c;
}

bool
pii_scan_is(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

size_t
pii_scan_wordchar(struct slice s)
{
	uint32_t code;
	size_t n;

	if (s.n == 0)
		return 0;
	if ((unsigned char)s.p[0] < 0x80)
		return pii_scan_alnum(s.p[0]);
	n = utf8_next(s, &code);
	if (n == 0)
		return 1;
	return code < 0xc0 || code >= END_OF_ALPHABETS ? 0 : n;
}

/** The start of the character that ends at `end` (> 0). */
static size_t
char_before(struct slice s, size_t end)
{
	size_t at = end - 1;
	uint32_t code;

	if ((unsigned char)s.p[at] < 0x80)
		return at;
	while (
	    at > 0 && end - at < 4 && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at--;
	return utf8_next(slice_sub(s, at, end - at), &code) == end - at
	    ? at
	    : end - 1;
}

bool
pii_scan_in_word(struct slice text, size_t at)
{
	size_t from;

	if (at == 0)
		return false;
	if ((unsigned char)text.p[at - 1] < 0x80)
		return pii_scan_alnum(text.p[at - 1]);
	from = char_before(text, at);
	return pii_scan_wordchar(slice_sub(text, from, at - from)) != 0;
}

/** Bytes of an apostrophe, straight or typographic, at the start of `s`. */
static size_t
apostrophe(struct slice s)
{
	if (s.n == 0 || (s.p[0] != '\'' && s.p[0] != '\xe2'))
		return 0;
	if (s.p[0] == '\'')
		return 1;
	return slice_starts(s, SLICE("\xe2\x80\x99")) ? 3 : 0;
}

size_t
pii_scan_word(struct slice s)
{
	size_t at = 0;

	for (;;) {
		size_t n = pii_scan_wordchar(slice_from_at(s, at));
		size_t mark;

		if (n != 0) {
			at += n;
			continue;
		}
		mark = at == 0 ? 0 : apostrophe(slice_from_at(s, at));
		if (mark == 0 ||
		    pii_scan_wordchar(slice_from_at(s, at + mark)) == 0)
			return at;
		at += mark;
	}
}

size_t
pii_scan_word_before(struct slice s, size_t end)
{
	size_t at = end;

	while (at > 0) {
		size_t from = char_before(s, at);
		size_t mark = apostrophe(slice_from_at(s, from));

		if (pii_scan_wordchar(slice_sub(s, from, at - from)) == 0 &&
		    (mark == 0 || at == end || !pii_scan_in_word(s, from)))
			break;
		at = from;
	}
	return at;
}

bool
pii_scan_inside(struct slice text, size_t at)
{
	size_t from;

	if (pii_scan_in_word(text, at))
		return true;
	if (at == 0 || pii_scan_wordchar(slice_from_at(text, at)) == 0)
		return false;
	from = char_before(text, at);
	return apostrophe(slice_from_at(text, from)) != 0 &&
	    pii_scan_in_word(text, from);
}

/* U+00C0 to U+017F without accents; ' ' where that is no letter. */
static const char latin[] =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/** The small letter of Greek and Cyrillic. */
static uint32_t
small(uint32_t code)
{
	if ((code >= 0x391 && code <= 0x3a9) ||
	    (code >= 0x410 && code <= 0x42f))
		return code + 0x20;
	return code >= 0x400 && code <= 0x40f ? code + 0x50 : code;
}

size_t
pii_scan_fold(struct slice word, char out[static PII_MAX_WORD])
{
	size_t to = 0;

	while (word.n != 0 && to + 4 < PII_MAX_WORD) {
		uint32_t code;
		size_t n = utf8_next(word, &code);

		if (n == 0) {
			n = 1;
			out[to++] = word.p[0];
		} else if (code < 0x80)
			out[to++] = pii_scan_lower(word.p[0]);
		else if (code == 0x2019)
			out[to++] = '\'';
		else if (code >= 0xc0 && code < 0x180) {
			out[to++] = latin[code - 0xc0];
			if (code == 0xdf)
				out[to++] = 's';
		} else
			to += utf8_put(small(code), out + to);
		word = slice_from_at(word, n);
	}
	out[to] = '\0';
	return to;
}

bool
pii_scan_capital(struct slice word)
{
	uint32_t code;

	if (utf8_next(word, &code) == 0)
		return false;
	if (code < 0x80)
		return pii_scan_upper((char)code);
	if (code >= 0xc0 && code <= 0xde)
		return true;
	if (code >= 0x100 && code < 0x180) {
		/* Capitals are even, or odd in two stretches. */
		bool odd = (code >= 0x139 && code <= 0x148) ||
		    (code >= 0x179 && code <= 0x17e);

		return code == 0x178 || (code & 1u) == odd;
	}
	return small(code) != code;
}

static void
set_word(struct pii_word *to, struct slice word, char after)
{
	to->text[pii_scan_fold(word, to->text)] = '\0';
	to->kind = PII_KIND__MAX;
	to->about = pii_words_about(to->text);
	to->after = after;
}

/** All of them, from the nearest on: in the whole text, over finds. */
static void
look_back(const struct pii_view *v, size_t at, struct pii_before *out)
{
	size_t pos = (size_t)(v->text.p - v->whole) + at;
	size_t find = v->left;
	size_t low = find == 0 ? 0 : v->finds->items[find].to;
	char after = ' ';

	out->last = 0;
	for (out->n = 0; out->n < PII_WORDS_BEFORE;) {
		/* Filled so that index 0 is the nearest: see pii_scan_nth() */
		struct pii_word *to =
		    &out->word[(PII_WORDS_BEFORE - out->n) % PII_WORDS_BEFORE];
		struct slice s = { v->whole + low, pos - low };
		size_t from;

		if (pos == low && find == 0)
			return;
		if (pos == low) {
			*to = (struct pii_word){ .after = after };
			to->kind = v->finds->items[find].kind;
			out->n++;
			pos = v->finds->items[find].from;
			find = v->finds->items[find].left;
			low = find == 0 ? 0 : v->finds->items[find].to;
			after = ' ';
			continue;
		}
		from = pii_scan_word_before(s, s.n);
		if (from == s.n) {
			after = s.p[s.n - 1];
			pos--;
			continue;
		}
		set_word(to, slice_from_at(s, from), after);
		out->n++;
		pos -= s.n - from;
		after = ' ';
	}
}

/** The words between two places of a piece are the nearest now. */
static void
look_on(struct slice text, size_t from, size_t to, struct pii_before *b)
{
	while (from < to) {
		struct slice rest = slice_sub(text, from, to - from);
		size_t n = pii_scan_word(rest);
		struct pii_word *last = &b->word[b->last];

		if (n != 0) {
			b->last = (b->last + 1) % PII_WORDS_BEFORE;
			b->n += b->n < PII_WORDS_BEFORE;
			set_word(&b->word[b->last], slice_sub(rest, 0, n), ' ');
			from += n;
			if (from < to)
				b->word[b->last].after = text.p[from];
			continue;
		}
		if (b->n != 0 && last->after == ' ' && from == 0)
			last->after = rest.p[0]; /* behind a find */
		from++;
	}
}

const struct pii_before *
pii_scan_before(const struct pii_view *v, size_t at)
{
	struct pii_memory *m = v->memory;

	if (!m->has_before || m->before_at > at)
		look_back(v, at, &m->before);
	else if (m->before_at < at)
		look_on(v->text, m->before_at, at, &m->before);
	m->has_before = true;
	m->before_at = at;
	return &m->before;
}

const struct pii_word *
pii_scan_nth(const struct pii_before *b, size_t i)
{
	if (i >= b->n)
		return NULL;
	return &b->word[(b->last + PII_WORDS_BEFORE - i) % PII_WORDS_BEFORE];
}

bool
pii_scan_listed(const char *word, const char *list)
{
	if (word[0] == '\0')
		return false;
	for (;;) {
		size_t i = 0;

		while (word[i] != '\0' && word[i] == list[i])
			i++;
		list += i;
		if (word[i] == '\0' && (*list == '|' || *list == '\0'))
			return true;
		list = strchr(list, '|');
		if (list == NULL)
			return false;
		list++;
	}
}

bool
pii_scan_about(const struct pii_before *b, const char *list)
{
	for (size_t i = 0; i < b->n; i++)
		if (pii_scan_listed(pii_scan_nth(b, i)->text, list))
			return true;
	return false;
}

bool
pii_scan_order(const struct pii_before *b)
{
	/* What a number is stands right before it. */
	for (size_t i = 0; i < b->n && i < 4; i++) {
		const struct pii_word *word = pii_scan_nth(b, i);

		if (word->kind != PII_KIND__MAX)
			return false;
		if (word->about & PII_ABOUT_ORDER)
			return true;
	}
	return false;
}
