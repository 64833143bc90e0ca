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

/* No quote has more bytes, lines or quotes in it: an engine's text may be marks
 * only, and for each the other one is looked for. */
#define QUOTE_BYTES 8192u
#define QUOTE_LINES 16u
#define QUOTE_DEPTH 8u

/* Marks that say: these are somebody's words. Plain ones may mark a term. */
static const struct mark {
	struct slice open, close;
} MARKS[] = {
	{ SLICE_INIT("“"), SLICE_INIT("”") },
	{ SLICE_INIT("„"), SLICE_INIT("“") },
	{ SLICE_INIT("„"), SLICE_INIT("”") },
	{ SLICE_INIT("«"), SLICE_INIT("»") },
	{ SLICE_INIT("‘"), SLICE_INIT("’") },
};

struct scan {
	const struct verbatim *v;
	struct buf *out;
	size_t left_out;
	bool missing; /* in this line */
	bool fenced;
	bool block; /* quote */
};

/* What stands between two marks; n_close == 0: no quote begins here. */
struct quote {
	struct slice words;
	size_t n_close;
};

static bool
is_ascii_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* Does it close here? An apostrophe within a word is the same character. */
static bool
closes(struct slice rest, struct slice close)
{
	return slice_starts(rest, close) &&
	    (!slice_eqs(close, "’") || rest.n == close.n ||
		!is_ascii_word(rest.p[close.n]));
}

/* Marks in marks are counted. */
static struct quote
quote_of(const struct mark *m, struct slice line)
{
	struct slice all = slice_from_at(line, m->open.n);
	size_t depth = 1;

	for (size_t i = 0; i < all.n && i < QUOTE_BYTES; i++) {
		struct slice rest = slice_from_at(all, i);

		if (slice_starts(rest, m->open) && ++depth > QUOTE_DEPTH)
			break;
		if (closes(rest, m->close) && --depth == 0)
			return (
			    struct quote){ slice_sub(all, 0, i), m->close.n };
	}
	return (struct quote){ SLICE_EMPTY, 0 };
}

/* The shortest quote that begins here; `opens` without one, too. */
static struct quote
quote_at(struct slice line, bool *opens)
{
	struct quote best = { SLICE_EMPTY, 0 };

	*opens = false;
	/* All marks are beyond ASCII. */
	if ((unsigned char)line.p[0] < 0x80)
		return best;
	for (size_t i = 0; i < COUNT(MARKS); i++) {
		struct quote q;

		if (!slice_starts(line, MARKS[i].open))
			continue;
		*opens = true;
		q = quote_of(&MARKS[i], line);
		if (q.n_close != 0 &&
		    (best.n_close == 0 || q.words.n < best.words.n))
			best = q;
	}
	return best;
}

static void
add_exact(struct scan *s, struct slice exact)
{
	buf_adds(s->out, "“");
	for (size_t i = 0; i < exact.n; i++)
		if (exact.p[i] == '\n')
			buf_addc(s->out, ' ');
		else
			buf_addc(s->out, exact.p[i]);
	buf_adds(s->out, "”");
}

static void
leave_out(struct scan *s)
{
	buf_adds(s->out, LEFT_OUT);
	s->left_out++;
	s->missing = true;
}

/* Between plain marks: true if that was a quote. In code they are syntax. */
static bool
add_plain(struct scan *s, struct slice words)
{
	struct slice exact;

	if (!s->block && s->fenced)
		return false;
	if (verbatim_find(s->v, words, &exact))
		add_exact(s, exact);
	else if (s->block && has_word(words))
		leave_out(s);
	else
		return false;
	return true;
}

/* A line, with what stands between marks in it. */
static void
add_line(struct scan *s, struct slice line, bool *quotes)
{
	const char *plain = NULL; /* the other mark of a term */

	*quotes = false;
	while (line.n != 0) {
		struct slice rest = slice_from_at(line, 1), exact;
		bool opens;
		struct quote q = quote_at(line, &opens);

		if (q.n_close != 0) {
			*quotes = true;
			if (verbatim_find(s->v, q.words, &exact))
				add_exact(s, exact);
			else
				leave_out(s);
			line = slice_from_at(line,
			    (size_t)(q.words.p + q.words.n - line.p) +
				q.n_close);
			continue;
		}
		if (line.p[0] == '"' && line.p != plain) {
			size_t end = slice_chr(rest, '"');

			if (end < rest.n &&
			    add_plain(s, slice_sub(rest, 0, end))) {
				*quotes = true;
				line = slice_from_at(rest, end + 1);
				continue;
			}
			plain = rest.p + end;
		}
		buf_addc(s->out, line.p[0]);
		line = rest;
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
	size_t indent = 0;

	while (indent < line.n && line.p[indent] == ' ')
		indent++;
	line = slice_from_at(line, indent);
	return indent <= 3 &&
	    (slice_starts(line, SLICE("```")) ||
		slice_starts(line, SLICE("~~~")));
}

static bool
is_block_quote(struct slice line)
{
	return slice_starts(slice_trim(line), SLICE(">"));
}

/* Does a quote begin in these lines that ends behind them? */
static bool
is_open(struct slice lines)
{
	while (lines.n != 0) {
		bool opens;
		struct quote q = quote_at(lines, &opens);

		if (q.n_close == 0 && opens)
			return true;
		lines = slice_from_at(lines,
		    q.n_close == 0 ? 1
				   : (size_t)(q.words.p + q.words.n - lines.p) +
			    q.n_close);
	}
	return false;
}

/* The line, with those after it where a quote goes on; never over a blank one.
 * `joined` may hold it. */
static struct slice
with_its_quotes(struct slice line, struct slice *text, struct buf *joined)
{
	bool block = is_block_quote(line);
	struct slice rest = *text, next;

	buf_clear(joined);
	buf_add_slice(joined, line);
	for (size_t i = 0; i < QUOTE_LINES && is_open(buf_slice(joined)); i++) {
		if (!slice_cut(&rest, '\n', &next) || is_fence(next) ||
		    (!block && is_block_quote(next)))
			return line;
		while (block && next.n != 0 && strchr("> \t", next.p[0]))
			next = slice_from_at(next, 1);
		if (slice_trim(next).n == 0)
			return line;
		buf_addc(joined, block ? ' ' : '\n');
		buf_add_slice(joined, next);
	}
	if (joined->n == line.n || is_open(buf_slice(joined)))
		return line;
	*text = rest;
	return buf_slice(joined);
}

size_t
verbatim_markdown(const struct verbatim *v, struct slice text, struct buf *out)
{
	struct scan s = { .v = v, .out = out };
	struct buf joined = BUF_INIT;
	struct slice line;
	bool quotes;

	while (slice_cut(&text, '\n', &line)) {
		if (is_fence(line)) {
			s.fenced = !s.fenced;
			buf_add_slice(out, line);
			buf_addc(out, '\n');
			continue;
		}
		line = with_its_quotes(line, &text, &joined);
		s.block = is_block_quote(line);
		if (s.block) {
			add_block_quote(&s, slice_trim(line));
		} else {
			add_line(&s, line, &quotes);
			buf_addc(out, '\n');
		}
	}
	buf_fini(&joined);
	return s.left_out;
}
