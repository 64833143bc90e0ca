#include "text/harmless.h"

#include <string.h>

/*
 * What marked 4.3 (with its KaTeX extension, as chat-vue loads it) takes for a
 * block that spans lines could swallow the start of a fence and so turn our
 * code into its text. There are three such constructs besides fences, and none
 * is let through: raw HTML (`<`), reference definitions, whose titles may hold
 * blank lines (`]:`), and KaTeX blocks (`$`). Lists, quotes, tables and
 * paragraphs end at the blank line that is put before each fence, because the
 * fence itself is always put at column 0. Runs of three and more backticks or
 * tildes that are not such a fence become entities.
 */

/* A language name; anything else behind a fence is dropped. */
#define MAX_INFO 20u

/* A fence line: how many of which character. n == 0: none. */
struct fence {
	char c;
	size_t n;
	struct slice info; /* of an opening one: what follows the run */
};

static size_t
count_char(struct slice s, char c)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == c)
		n++;
	return n;
}

/** The fence run that `line` starts with, after at most three spaces. */
static struct fence
fence_at(struct slice line)
{
	size_t indent = count_char(line, ' ');
	struct slice rest = slice_from_at(line, indent);
	struct fence f = { '\0', 0, SLICE_EMPTY };

	if (indent > 3 || rest.n < 3 || (rest.p[0] != '`' && rest.p[0] != '~'))
		return f;
	f.c = rest.p[0];
	f.n = count_char(rest, f.c);
	f.info = slice_trim(slice_from_at(rest, f.n));
	if (f.n < 3)
		f.n = 0;
	return f;
}

static bool
opens(const struct fence *f)
{
	/* A backtick behind backticks makes it a code span. */
	return f->n != 0 &&
	    (f->c == '~' || slice_chr(f->info, '`') == f->info.n);
}

static bool
closes(const struct fence *f, const struct fence *open)
{
	return f->c == open->c && f->n >= open->n && f->info.n == 0;
}

static bool
is_info_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("+-_", c));
}

static void
add_run(struct buf *out, char c, size_t n)
{
	while (n-- > 0)
		buf_addc(out, c);
}

/** The opening line in the one form that nothing before it can swallow. */
static void
write_opening(struct buf *out, const struct fence *f)
{
	size_t info = 0;

	if (out->n != 0 && !slice_ends(buf_slice(out), SLICE("\n")))
		buf_addc(out, '\n');
	if (out->n > 1 && !slice_ends(buf_slice(out), SLICE("\n\n")))
		buf_addc(out, '\n');
	add_run(out, f->c, f->n);
	while (info < f->info.n && is_info_char(f->info.p[info]))
		info++;
	if (info == f->info.n && info <= MAX_INFO)
		buf_add_slice(out, f->info);
	buf_addc(out, '\n');
}

/**
 * A line of code. marked also closes a fence at runs of mixed characters; such
 * a line is moved to column 4, where no fence is.
 */
static void
write_code(struct buf *out, struct slice line, const struct fence *open)
{
	size_t blank = 0;
	struct slice rest;

	while (blank < line.n && strchr(" \t", line.p[blank]))
		blank++;
	rest = slice_from_at(line, blank);
	if (count_char(rest, open->c) >= open->n)
		buf_adds(out, "    ");
	buf_add_slice(out, line);
}

/** May a link go there? `s` is what follows "](". */
static bool
is_target_allowed(struct slice s)
{
	static const char *const starts[] = { "http://", "https://",
		"mailto:", "#", "/" };

	while (s.n != 0 && strchr(" \t\n", s.p[0]))
		s = slice_from_at(s, 1);
	for (size_t i = 0; i < COUNT(starts); i++) {
		struct slice start = slice_from(starts[i]);

		if (s.n >= start.n &&
		    slice_eq_nocase(slice_sub(s, 0, start.n), start))
			return true;
	}
	return false;
}

/** Entities for what makes HTML or swallows fences; else the byte itself. */
static size_t
write_special(struct buf *out, struct slice s, struct slice all)
{
	size_t run = 0;

	if (s.p[0] == '`' || s.p[0] == '~')
		run = count_char(s, s.p[0]);
	if (run >= 3) {
		for (size_t i = 0; i < run; i++)
			buf_adds(out, s.p[0] == '`' ? "&#96;" : "&#126;");
		return run;
	}
	/* A page that shows an image asks for it, unlike a link's target. */
	if (s.p[0] == '!' && s.n > 1 && s.p[1] == '[') {
		buf_adds(out, "&#33;");
		return 1;
	}
	if (s.p[0] == ']' && s.n > 1 && s.p[1] == ':') {
		buf_adds(out, "]&#58;");
		return 2;
	}
	if (s.p[0] == ']' && s.n > 1 && s.p[1] == '(') {
		struct slice target = {
			s.p + 2,
			(size_t)(all.p + all.n - s.p) - 2,
		};

		buf_adds(out, is_target_allowed(target) ? "](" : "]&#40;");
		return 2;
	}
	return 0;
}

static void
write_char(struct buf *out, char c)
{
	switch (c) {
	case '&':
		buf_adds(out, "&amp;");
		break;
	case '<':
		buf_adds(out, "&lt;");
		break;
	case '>':
		buf_adds(out, "&gt;");
		break;
	case '$':
		buf_adds(out, "&#36;");
		break;
	default:
		buf_addc(out, c);
	}
}

/** Bytes of the block quote marks at the start of a line. */
static size_t
quote_marks(struct slice line)
{
	size_t n = 0;
	size_t marks = 0;

	for (;;) {
		size_t at = n + count_char(slice_from_at(line, n), ' ');

		if (at >= line.n || line.p[at] != '>' || at - n > 3)
			return marks;
		n = marks = at + 1;
	}
}

/** A line outside fences. `all` is the whole text, for targets on the next. */
static void
write_text(struct buf *out, struct slice line, struct slice all)
{
	size_t at = quote_marks(line);

	buf_add(out, line.p, at);
	while (at < line.n) {
		struct slice rest = slice_from_at(line, at);
		size_t used = write_special(out, rest, all);

		if (used == 0) {
			write_char(out, rest.p[0]);
			used = 1;
		}
		at += used;
	}
}

/** Line ends as '\n' (JavaScript has more of them), no control characters. */
static void
normalise(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		struct slice rest = slice_from_at(text, i);

		if (slice_starts(rest, SLICE("\xe2\x80\xa8")) ||
		    slice_starts(rest, SLICE("\xe2\x80\xa9"))) {
			buf_addc(out, '\n');
			i += 2;
		} else if (c == '\r') {
			if (i + 1 == text.n || text.p[i + 1] != '\n')
				buf_addc(out, '\n');
		} else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f)) {
			buf_addc(out, (char)c);
		}
	}
}

static void
write_line(
    struct buf *out, struct slice line, struct slice all, struct fence *open)
{
	struct fence f = fence_at(line);

	if (open->n != 0 && closes(&f, open)) {
		add_run(out, open->c, open->n);
		open->n = 0;
	} else if (open->n != 0) {
		write_code(out, line, open);
	} else {
		write_text(out, line, all);
	}
}

void
harmless_markdown(struct slice text, struct buf *out)
{
	struct buf clean = BUF_INIT;
	struct fence open = { '\0', 0, SLICE_EMPTY };
	struct slice rest;
	struct slice line;

	normalise(text, &clean);
	rest = buf_slice(&clean);
	while (rest.n != 0 && slice_cut(&rest, '\n', &line)) {
		struct fence f = fence_at(line);
		bool ended = rest.p != NULL; /* by a newline */

		if (open.n == 0 && opens(&f) && ended) {
			write_opening(out, &f);
			open = f;
			continue;
		}
		write_line(out, line, buf_slice(&clean), &open);
		if (ended)
			buf_addc(out, '\n');
	}
	if (open.n != 0) { /* runs to the end of the text */
		if (!slice_ends(buf_slice(out), SLICE("\n")))
			buf_addc(out, '\n');
		add_run(out, open.c, open.n);
		buf_addc(out, '\n');
	}
	buf_fini(&clean);
}

void
harmless_line(struct slice text, struct buf *out)
{
	bool space = false;
	size_t start = out->n;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= 0x20 || c == 0x7f) {
			space = true;
			continue;
		}
		if (space && out->n != start)
			buf_addc(out, ' ');
		space = false;
		if (c == '"')
			buf_adds(out, "&quot;");
		else if (c == '\'')
			buf_adds(out, "&#39;");
		else if (c == '$')
			buf_addc(out, '$'); /* no Markdown here, no KaTeX */
		else
			write_char(out, (char)c);
	}
}

void
harmless_name(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c == 0x7F)
			buf_addc(out, ' ');
		else if (c == '<')
			buf_adds(out, "\xE2\x80\xB9"); /* U+2039 */
		else if (c == '>')
			buf_adds(out, "\xE2\x80\xBA"); /* U+203A */
		else if (c == '&')
			buf_adds(out, "\xEF\xBC\x86"); /* U+FF06 */
		else if (c == ']' && i + 1 < text.n &&
		    (text.p[i + 1] == '(' || text.p[i + 1] == ':' ||
			text.p[i + 1] == '['))
			buf_adds(out, "] ");
		else
			buf_addc(out, (char)c);
	}
}
