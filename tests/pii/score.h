/**
 * What of labelled sentences is found: dev.inc and held_out.inc, a CASE a line, in which
 * "{kind:text}" is what must be found and nothing else. All of it is invented.
 * Shared by tests/unit/test_pii.c (a floor) and tests/pii/evaluate.c.
 */
#ifndef TESTS_PII_SCORE_H
#define TESTS_PII_SCORE_H

#include <stdlib.h>
#include <string.h>

#include "text/pii_scan.h"

#define CASE(text) text,
static const char *const score_dev[] = {
#include "pii/dev.inc"
};
static const char *const score_held_out[] = {
#include "pii/held_out.inc"
};
#undef CASE

#define SCORE_SPANS 16

struct score_span {
	size_t from, to;
	enum pii_kind kind;
};

struct score_case {
	struct buf text;
	struct score_span span[SCORE_SPANS];
	size_t n;
};

struct score {
	struct {
		size_t labelled, found, exact;
		size_t covered; /* labelled and wholly replaced, by any kind */
	} kind[PII_KIND__MAX], all;
	size_t cases, flawless;
};

static inline bool
score_kind(struct slice name, enum pii_kind *kind)
{
	for (size_t k = 0; k < PII_KIND__MAX; k++) {
		*kind = (enum pii_kind)k;
		if (slice_eqs(name, pii_kind_name(*kind)))
			return true;
	}
	return false;
}

/** The text without its labels, and where they are. */
static inline void
score_read(const char *marked, struct score_case *c)
{
	struct slice s = slice_from(marked);

	*c = (struct score_case){ .text = BUF_INIT };
	while (s.n != 0) {
		size_t colon = slice_chr(s, ':');
		struct score_span *span = &c->span[c->n];

		if (s.p[0] != '{' || colon == s.n ||
		    !score_kind(slice_sub(s, 1, colon - 1), &span->kind)) {
			buf_addc(&c->text, s.p[0]);
			s = slice_from_at(s, 1);
			continue;
		}
		s = slice_from_at(s, colon + 1);
		span->from = c->text.n;
		buf_add_slice(&c->text, slice_sub(s, 0, slice_chr(s, '}')));
		span->to = c->text.n;
		s = slice_from_at(s, slice_chr(s, '}') + 1);
		if (++c->n == SCORE_SPANS)
			abort();
	}
}

/** The finds of a text that is its own transcript. */
static inline void
score_find(struct slice text, struct pii_finds *finds)
{
	struct arena a = ARENA_INIT;
	struct transcript t;
	struct pii *pii;

	if (transcript_parse(text, TRANSCRIPT_AUTO, &a, &t) != TRANSCRIPT_OK)
		t = (struct transcript){ TRANSCRIPT_TEXT, NULL, 0 };
	pii = pii_learn(&t);
	pii_scan_all(pii_scan_names(pii), text, finds);
	pii_free(pii);
	arena_fini(&a);
}

static inline bool
score_covered(const struct score_span *span, const struct pii_finds *finds)
{
	size_t at = span->from;

	for (size_t i = finds->items[0].right; i != 0;
	     i = finds->items[i].right)
		if (finds->items[i].from <= at && finds->items[i].to > at)
			at = finds->items[i].to;
	return at >= span->to;
}

static inline bool
score_exact(const struct score_span *span, const struct pii_finds *finds)
{
	for (size_t i = finds->items[0].right; i != 0;
	     i = finds->items[i].right)
		if (finds->items[i].from == span->from &&
		    finds->items[i].to == span->to &&
		    finds->items[i].kind == span->kind)
			return true;
	return false;
}

/** One sentence into the score; true when it has no fault. */
static inline bool
score_add(const char *marked, struct score *s)
{
	struct score_case c;
	struct pii_finds finds;
	size_t found = 0;
	size_t exact = 0;

	score_read(marked, &c);
	score_find(buf_slice(&c.text), &finds);
	for (size_t i = finds.items[0].right; i != 0;
	     i = finds.items[i].right) {
		s->kind[finds.items[i].kind].found++;
		found++;
	}
	for (size_t i = 0; i < c.n; i++) {
		bool is_exact = score_exact(&c.span[i], &finds);

		s->kind[c.span[i].kind].labelled++;
		s->kind[c.span[i].kind].exact += is_exact;
		s->kind[c.span[i].kind].covered +=
		    score_covered(&c.span[i], &finds);
		exact += is_exact;
	}
	s->cases++;
	s->flawless += exact == c.n && found == c.n;
	buf_fini(&c.text);
	free(finds.items);
	return exact == c.n && found == c.n;
}

static inline void
score_sum(struct score *s)
{
	for (size_t k = 0; k < PII_KIND__MAX; k++) {
		s->all.labelled += s->kind[k].labelled;
		s->all.found += s->kind[k].found;
		s->all.exact += s->kind[k].exact;
		s->all.covered += s->kind[k].covered;
	}
}

static inline double
score_ratio(size_t a, size_t b)
{
	return b == 0 ? 1.0 : (double)a / (double)b;
}

static inline double
score_f1(size_t exact, size_t found, size_t labelled)
{
	return score_ratio(2 * exact, found + labelled);
}

#endif
