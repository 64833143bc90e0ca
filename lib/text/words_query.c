/*
 * As PostgreSQL's gettoken_query_websearch() a state machine of two states: a
 * word or phrase is due (where `or` is a word like others), or came last.
 */
#include "text/words_query.h"

#include <string.h>

#include <unictype.h>

#include "base/utf8.h"

/* A word, or what stands in quotes. */
struct term {
	struct slice text;
	unsigned alternative; /* counted by the `or` before it */
	bool negated;
};

struct query {
	struct term terms[WORDS_QUERY_MAX];
	size_t n;
	unsigned alternative; /* of the next term */
};

static bool
is_space(char c)
{
	/* strchr() finds the NUL as well: FTS5 would end there. */
	return strchr(" \t\n\v\f\r", c) != NULL;
}

/* What may stand before a word, and ends one. */
static bool
is_mark(char c)
{
	return is_space(c) || strchr("!&|():", c) != NULL;
}

/* Has it a letter or digit? FTS5 finds nothing for a phrase without. */
static bool
has_word(struct slice s)
{
	while (s.n > 0) {
		uint32_t code = 0;
		size_t n = utf8_next(s, &code);

		if (n > 0 &&
		    uc_is_general_category_withtable(code,
			UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N |
			    UC_CATEGORY_MASK_Co))
			return true;
		s = slice_from_at(s, n > 0 ? n : 1);
	}
	return false;
}

/* Take the word or phrase at the start of `*rest`. */
static struct slice
take_text(struct slice *rest)
{
	struct slice text;
	size_t n = 0;

	if (rest->p[0] == '"') {
		*rest = slice_from_at(*rest, 1);
		(void)slice_cut(rest, '"', &text);
		return text;
	}
	while (n < rest->n && !is_mark(rest->p[n]) && rest->p[n] != '"')
		n++;
	text = slice_sub(*rest, 0, n);
	*rest = slice_from_at(*rest, n);
	return text;
}

/* Marks, minuses and a word or phrase; false at the end. */
static bool
take_term(struct slice *rest, struct query *q)
{
	struct term term = { SLICE_EMPTY, q->alternative, false };

	while (rest->n > 0 && (is_mark(rest->p[0]) || rest->p[0] == '-')) {
		if (rest->p[0] == '-')
			term.negated = !term.negated;
		*rest = slice_from_at(*rest, 1);
	}
	if (rest->n == 0)
		return false;
	term.text = take_text(rest);
	if (has_word(term.text))
		q->terms[q->n++] = term;
	return true;
}

/* An `or`, with something behind it, that is no part of a word? Takes it. */
static bool
take_or(struct slice *rest)
{
	struct slice behind = slice_from_at(*rest, 2);
	uint32_t code = 0;
	size_t n = utf8_next(behind, &code);

	if (!slice_eq_nocase(slice_sub(*rest, 0, 2), SLICE("or")) || n == 0 ||
	    code == '-' || code == '_' || has_word(slice_sub(behind, 0, n)))
		return false;
	behind = slice_from_at(behind, n);
	while (behind.n > 0 && is_space(behind.p[0]))
		behind = slice_from_at(behind, 1);
	if (behind.n == 0)
		return false;
	*rest = slice_from_at(*rest, 2);
	return true;
}

static void
parse(struct slice rest, struct query *q)
{
	while (q->n < WORDS_QUERY_MAX && take_term(&rest, q)) {
		while (rest.n > 0 && is_mark(rest.p[0]))
			rest = slice_from_at(rest, 1);
		if (take_or(&rest))
			q->alternative++;
	}
}

/* Text in quotes has none of its own; a NUL would end the expression. */
static void
print_term(struct buf *out, struct slice text)
{
	struct slice piece;

	buf_addc(out, '"');
	while (slice_cut(&text, '\0', &piece)) {
		buf_add_slice(out, piece);
		if (text.p != NULL)
			buf_addc(out, ' ');
	}
	buf_addc(out, '"');
}

/* The terms of this kind in brackets; how many. */
static size_t
print_terms(struct buf *out, const struct query *q, struct term kind,
    const char *before, const char *between)
{
	size_t count = 0;

	for (size_t i = 0; i < q->n; i++) {
		const struct term *term = &q->terms[i];

		if (term->alternative != kind.alternative ||
		    term->negated != kind.negated)
			continue;
		buf_adds(out, count++ == 0 ? before : between);
		print_term(out, term->text);
	}
	if (count > 0)
		buf_addc(out, ')');
	return count;
}

static bool
is_ascii_mark(char c)
{
	return (unsigned char)c < 0x80 && !(c >= '0' && c <= '9') &&
	    !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z');
}

/* As an index whose text was cut at the marks of ASCII has it. */
static void
print_web_term(struct buf *out, const struct term *term)
{
	buf_adds(out, term->negated ? " -\"" : " \"");
	for (size_t i = 0; i < term->text.n; i++) {
		if (is_ascii_mark(term->text.p[i]))
			buf_addc(out, ' ');
		else
			buf_addc(out, term->text.p[i]);
	}
	buf_addc(out, '"');
}

/* One alternative; false, and nothing, when it has no word that is wanted. */
static bool
print_web_terms(struct buf *out, const struct query *q, unsigned alternative,
    const char *before)
{
	bool any = false;

	for (size_t i = 0; i < q->n; i++)
		any |= q->terms[i].alternative == alternative &&
		    !q->terms[i].negated;
	if (any)
		buf_adds(out, before);
	for (size_t i = 0; any && i < q->n; i++)
		if (q->terms[i].alternative == alternative)
			print_web_term(out, &q->terms[i]);
	return any;
}

bool
words_query_web(struct slice text, struct buf *out)
{
	struct query q = { .n = 0 };
	bool any = false;

	parse(text, &q);
	for (unsigned i = 0; i < q.alternative + 1; i++)
		any |= print_web_terms(out, &q, i, any ? " or" : "");
	return any;
}

bool
words_query(struct slice text, struct buf *out)
{
	struct query q = { .n = 0 };
	bool any = false;

	parse(text, &q);
	for (unsigned i = 0; i < q.alternative + 1; i++) {
		struct term wanted = { SLICE_EMPTY, i, false };
		struct term unwanted = { SLICE_EMPTY, i, true };

		if (print_terms(
			out, &q, wanted, any ? " OR (" : "(", " AND ") == 0)
			continue;
		(void)print_terms(out, &q, unwanted, " NOT (", " OR ");
		any = true;
	}
	return any;
}
