/*
 * Both sides are folded to the same bytes; each folded byte knows where it came
 * from. Where the speaker changes stands a byte that no quote has.
 */
#include "text/verbatim.h"

#include <string.h>

#include "base/utf8.h"

#define BORDER '\x01'
/* In place of words that nobody said. */
#define LEFT_OUT "(quote left out)"

/* ---- folding --------------------------------------------------------------- */

/* Characters with more than one form. */
static const struct {
	uint32_t code;
	const char *as;
} FORMS[] = {
	{ 0x2018, "'" },
	{ 0x2019, "'" },
	{ 0x201a, "'" },
	{ 0x2032, "'" },
	{ 0x201c, "\"" },
	{ 0x201d, "\"" },
	{ 0x201e, "\"" },
	{ 0x00ab, "\"" },
	{ 0x00bb, "\"" },
	{ 0x2010, "-" },
	{ 0x2011, "-" },
	{ 0x2012, "-" },
	{ 0x2013, "-" },
	{ 0x2014, "-" },
	{ 0x2026, "..." },
	{ 0x00a0, " " },
	{ 0x2009, " " },
	{ 0x202f, " " },
};

static const char *
form_of(uint32_t code)
{
	for (size_t i = 0; i < COUNT(FORMS); i++)
		if (FORMS[i].code == code)
			return FORMS[i].as;
	return NULL;
}

struct fold {
	char *p;
	uint32_t *at; /* may be NULL */
	size_t n;
	bool blank; /* the last one was */
};

static void
put(struct fold *f, char c, size_t at)
{
	bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';

	if (blank && f->blank)
		return;
	f->blank = blank;
	if (blank)
		c = ' ';
	else if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	f->p[f->n] = c;
	if (f->at != NULL)
		f->at[f->n] = (uint32_t)at;
	f->n++;
}

static void
fold(struct fold *f, struct slice s, size_t at)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t code;
		size_t n = utf8_next(slice_from_at(s, i), &code);
		const char *as = n > 1 ? form_of(code) : NULL;

		if (n == 0)
			n = 1;
		if (as != NULL)
			for (size_t k = 0; as[k] != '\0'; k++)
				put(f, as[k], at + i);
		else
			for (size_t k = 0; k < n; k++)
				put(f, s.p[i + k], at + i + k);
		i += n;
	}
}

/* ---- the transcript -------------------------------------------------------- */

static size_t
size_of(const struct transcript *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->cues[i].text.n + 1;
	return n;
}

void
verbatim_init(struct verbatim *v, const struct transcript *t, struct arena *a)
{
	size_t n = size_of(t);
	char *joined = arena_alloc(a, n + 1);
	struct fold f;

	/* The longest form has three bytes, as its character does. */
	*v = (struct verbatim){ { joined, 0 }, arena_alloc(a, n + 1),
		arena_alloc(a, (n + 1) * sizeof(*v->at)), 0 };
	f = (struct fold){ v->folded, v->at, 0, true };
	for (size_t i = 0; i < t->n; i++) {
		const struct transcript_cue *cue = &t->cues[i];
		size_t at = v->joined.n;

		memcpy(joined + at, cue->text.p, cue->text.n);
		joined[at + cue->text.n] = '\n';
		v->joined.n += cue->text.n + 1;
		fold(&f, cue->text, at);
		put(&f,
		    i + 1 < t->n &&
			    slice_eq(cue->speaker, t->cues[i + 1].speaker)
			? ' '
			: BORDER,
		    at + cue->text.n);
	}
	v->n = f.n;
}

/* ---- looking up ------------------------------------------------------------- */

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (unsigned char)c >= 0x80;
}

/* Marks around the words, and dots that say there was more. */
static struct slice
bare(struct slice s)
{
	while (s.n != 0 && strchr(" \"'.*_", s.p[0]) != NULL)
		s = slice_from_at(s, 1);
	while (s.n != 0 && strchr(" \"'*_", s.p[s.n - 1]) != NULL)
		s.n--;
	if (slice_ends(s, SLICE("...")))
		s.n -= 3;
	while (s.n != 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

static bool
has_word(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_word(s.p[i]))
			return true;
	return false;
}

/* Where whole words of the transcript are; v->n: nowhere. */
static size_t
place_of(const struct verbatim *v, struct slice words)
{
	const char *p = v->folded, *end = v->folded + v->n;

	while (words.n != 0 && p < end) {
		const char *hit =
		    memmem(p, (size_t)(end - p), words.p, words.n);

		if (hit == NULL)
			break;
		if ((hit == v->folded || !is_word(hit[-1]) ||
			!is_word(words.p[0])) &&
		    (hit + words.n == end || !is_word(hit[words.n]) ||
			!is_word(words.p[words.n - 1])))
			return (size_t)(hit - v->folded);
		p = hit + 1;
	}
	return v->n;
}

bool
verbatim_find(const struct verbatim *v, struct slice quote, struct slice *exact)
{
	struct buf b = BUF_INIT;
	struct fold f = { NULL, NULL, 0, true };
	struct slice words;
	size_t at, from, to;

	*exact = SLICE_EMPTY;
	if (quote.n == 0)
		return false;
	/* No form is longer than its character. */
	f.p = buf_room(&b, quote.n + 1);
	fold(&f, quote, 0);
	words = bare((struct slice){ f.p, f.n });
	at = has_word(words) ? place_of(v, words) : v->n;
	if (at < v->n) {
		from = v->at[at];
		to = at + words.n < v->n ? v->at[at + words.n] : v->joined.n;
		*exact = slice_trim(slice_sub(v->joined, from, to - from));
	}
	buf_fini(&b);
	return exact->n != 0;
}

/* ---- Markdown --------------------------------------------------------------- */

struct scan {
	const struct verbatim *v;
	struct buf *out;
	size_t left_out;
	bool missing; /* in this line */
};

static void
add_quote(struct scan *s, struct slice words, bool typographic)
{
	struct slice exact;

	if (verbatim_find(s->v, words, &exact)) {
		buf_adds(s->out, "“");
		for (size_t i = 0; i < exact.n; i++)
			if (exact.p[i] == '\n')
				buf_addc(s->out, ' ');
			else
				buf_addc(s->out, exact.p[i]);
		buf_adds(s->out, "”");
		return;
	}
	if (!typographic) {
		buf_addc(s->out, '"');
		buf_add_slice(s->out, words);
		buf_addc(s->out, '"');
		return;
	}
	buf_adds(s->out, LEFT_OUT);
	s->left_out++;
	s->missing = true;
}

/* A line, with what stands between marks in it. */
static void
add_line(struct scan *s, struct slice line, bool *quotes)
{
	static const char OPEN[] = "“", CLOSE[] = "”";

	*quotes = false;
	while (line.n != 0) {
		bool typographic = slice_starts(line, SLICE("“"));
		size_t open = typographic ? sizeof(OPEN) - 1 : 1;
		struct slice close =
		    typographic ? slice_from(CLOSE) : SLICE("\"");
		struct slice rest = slice_from_at(line, open);
		long end = -1;

		if (typographic || line.p[0] == '"')
			end = slice_find(rest, close);
		if (end < 0) {
			buf_addc(s->out, line.p[0]);
			line = slice_from_at(line, 1);
			continue;
		}
		*quotes = true;
		add_quote(s, slice_sub(rest, 0, (size_t)end), typographic);
		line = slice_from_at(rest, (size_t)end + close.n);
	}
}

/* What a block quote says: behind the time and the name. */
static struct slice
said(struct slice line)
{
	size_t colon;

	while (line.n != 0 && strchr("> \t*_-", line.p[0]) != NULL)
		line = slice_from_at(line, 1);
	if (line.n != 0 && line.p[0] == '[')
		line =
		    slice_trim(slice_from_at(line, slice_chr(line, ']') + 1));
	colon = slice_chr(line, ':');
	if (colon < line.n && colon <= TRANSCRIPT_MAX_NAME)
		line = slice_trim(slice_from_at(line, colon + 1));
	return line;
}

/* A block quote is left out as a whole if its words are not there. */
static void
add_block_quote(struct scan *s, struct slice line)
{
	size_t before = s->out->n;
	struct slice exact, words = said(line);
	bool quotes;

	s->missing = false;
	add_line(s, line, &quotes);
	if (!quotes && has_word(words) && !verbatim_find(s->v, words, &exact) &&
	    !verbatim_find(s->v, slice_trim(slice_from_at(line, 1)), &exact)) {
		s->missing = true;
		s->left_out++;
	}
	if (s->missing) {
		s->out->n = before;
		return;
	}
	buf_addc(s->out, '\n');
}

static bool
is_fence(struct slice line)
{
	line = slice_trim(line);
	return slice_starts(line, SLICE("```")) ||
	    slice_starts(line, SLICE("~~~"));
}

size_t
verbatim_markdown(const struct verbatim *v, struct slice text, struct buf *out)
{
	struct scan s = { v, out, 0, false };
	struct slice line;
	bool fenced = false, quotes;

	while (slice_cut(&text, '\n', &line)) {
		bool fence = is_fence(line);

		if (fence)
			fenced = !fenced;
		if (!fenced && !fence &&
		    slice_starts(slice_trim(line), SLICE(">")))
			add_block_quote(&s, slice_trim(line));
		else {
			if (fenced || fence)
				buf_add_slice(out, line);
			else
				add_line(&s, line, &quotes);
			buf_addc(out, '\n');
		}
	}
	return s.left_out;
}
