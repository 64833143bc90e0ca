/**
 * A sentence as words with what sort of words they are. Internal to
 * strategy*.c.
 *
 * Words are ASCII lower case, without apostrophes ("don't" is "dont"); letters
 * and digits part ("5k" is "5", "k"); '$', '%', '?' and '!' are words, and ".."
 * stands for any number of points in a row. Words and bytes beyond the limits
 * are ignored, which bounds the time that a sentence takes.
 *
 * Ownership: texts are in the arena.
 * Layer:  text (pure)
 */
#ifndef TEXT_STRATEGY_WORDS_H
#define TEXT_STRATEGY_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

/** A sentence of speech has 12 on average; the longest of the data 100. */
#define STRATEGY_WORDS_MAX 96u
/** What is longer is no word. */
#define STRATEGY_WORD_BYTES 24u
/** Sorts of words; a set of them is a uint64_t. */
#define STRATEGY_SORTS_MAX 48u

struct strategy_word {
	struct slice text; /* "#" for a number */
	uint64_t sorts;
	/** Its first sort, or its ending, or itself when short, or "_". */
	struct slice tag;
};

struct strategy_words {
	struct strategy_word *items;
	size_t n;
	uint64_t sorts; /* of all words */
	uint64_t twice; /* those that occur more than once */
	bool question;  /* has a '?' */
	bool past;      /* a word ends in "ed" */
	bool money;     /* names an amount, or its unit */
};

struct strategy_words
strategy_words(struct slice sentence, struct arena *a) MUST_CHECK NONNULL(2);

#endif
