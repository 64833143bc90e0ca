/**
 * LIKE and ILIKE as PostgreSQL has them for UTF-8: `%` is any text, `_` one
 * character, a backslash takes away what the next character would mean.
 *
 * A pattern that ends with a lone backslash, which PostgreSQL may refuse,
 * matches nothing. A byte that is not UTF-8 is one character, equal to itself
 * only. Time is at most the product of both lengths.
 *
 * Failure: none.
 * Layer:  base (pure)
 * Spec:   PostgreSQL 15, 9.7.1, "LIKE"
 */
#ifndef BASE_LIKE_H
#define BASE_LIKE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"

enum like_result {
	LIKE_NO,
	LIKE_YES,
	LIKE_MORE, /* not known yet */
};

/** A match under way; borrows pattern and text. */
struct like {
	struct slice pattern, text; /* what is left of them */
	struct slice behind,
	    start; /* the last %, and where it was tried last */
	bool fold;
};

/** All of `text`, not a part of it. */
bool like_match(struct slice pattern, struct slice text);
/**
 * ILIKE: each character is compared as its small letter (Unicode's simple
 * mapping, as in a database of the locale C.UTF-8).
 */
bool like_match_nocase(struct slice pattern, struct slice text);

/** The same in pieces, for who has to stop at some time. */
void
like_init(struct like *m, struct slice pattern, struct slice text, bool fold);
/** Compare `steps` characters at most. */
enum like_result like_run(struct like *m, size_t steps) MUST_CHECK;

#endif
