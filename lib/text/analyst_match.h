/**
 * Cue words: patterns matched against a sentence in its plain form.
 *
 * The plain form is lower case, words parted by one space, a space at both
 * ends; apostrophes are dropped ("don't" is "dont"), other punctuation too, but
 * '$', '%' and '?' are words of their own and a number adds the word '#'.
 *
 * A pattern is a phrase of such words. A '*' at its end lets the last word go
 * on, a '^' at its start ties it to the start of the sentence, '&' joins
 * phrases that must all occur and '!' in front of one says it must not.
 *      "would you&donat*"   "^thank"   "how much&!help"
 *
 * Ownership: texts are in the arena. Internal to analyst*.c.
 * Layer:  text (pure)
 */
#ifndef TEXT_ANALYST_MATCH_H
#define TEXT_ANALYST_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

/** A row of a table of cues: what it points to and how strongly. */
struct analyst_match_rule {
	const char *pattern;
	int kind;
	int weight;
};

struct slice analyst_match_plain(
    struct slice sentence, struct arena *a) MUST_CHECK NONNULL(2);
bool analyst_match_has(struct slice plain, const char *pattern) NONNULL(2);
/** Add the weights of the rules that match to `score[kind]`. */
void analyst_match_score(struct slice plain,
    const struct analyst_match_rule *rules, size_t n, int *score) NONNULL(2, 4);
/** The kind with the highest score of at least `least`, or -1. */
int analyst_match_best(const int *score, size_t n, int least) NONNULL(1);

#endif
