/**
 * The chain and its weights: from features to the probability of each label of
 * each sentence. Internal to strategy*.c and to what trains the model.
 *
 * Weights are text: a row a feature, its hash as eight hexadecimal digits, then
 * one character a label. STRATEGY_CHAR_ZERO is 0, n characters above or below
 * it are n * n times the model's unit.
 *
 * Ownership: everything is in the arena.
 * Layer:  text (pure)
 */
#ifndef TEXT_STRATEGY_CHAIN_H
#define TEXT_STRATEGY_CHAIN_H

#include "text/strategy_features.h"
#include "text/strategy_labels.h"

#define STRATEGY_HASH_DIGITS 8u
#define STRATEGY_CHAR_ZERO   79 /* 'O', the middle of what prints */
#define STRATEGY_CHAR_MOST   46

struct strategy_model {
	/** Of each speaker, sorted; no end between two rows. */
	const char *rows[STRATEGY_SPEAKERS];
	size_t n_rows[STRATEGY_SPEAKERS];
	float unit;
	/** A character each: [from][to][label before][label]. */
	const char *links;
	float link_unit;
	/** What a class's probability is multiplied by to choose one. */
	float favour[STRATEGY_CLASS__MAX];
	/** The least probability that makes a sentence an objection. */
	float objects;
};

#define STRATEGY_LINKS                                                         \
	((size_t)STRATEGY_SPEAKERS * STRATEGY_SPEAKERS * STRATEGY_LABELS_MAX * \
	    STRATEGY_LABELS_MAX)

/** exp() of the scores of neighbours, in the order of `links`. */
struct strategy_links {
	float factor[STRATEGY_SPEAKERS][STRATEGY_SPEAKERS][STRATEGY_LABELS_MAX]
		    [STRATEGY_LABELS_MAX];
};

struct strategy_chain {
	const struct strategy_unit *units;
	size_t n;
	/** A label's score; strategy_chain_run() makes it a factor. */
	float (*score)[STRATEGY_LABELS_MAX];
	float (*before)[STRATEGY_LABELS_MAX]; /* from the beginning to it */
	float (*behind)[STRATEGY_LABELS_MAX]; /* from it to the end */
	float *sum;
	float (*p)[STRATEGY_LABELS_MAX]; /* the probability of a label */
};

float strategy_weight(char c, float unit);
void strategy_chain_init(struct strategy_chain *chain,
    const struct strategy_unit *units, size_t n, struct arena *a) NONNULL(1, 4);
/** `score` is given; the rest is found. */
void strategy_chain_run(struct strategy_chain *chain,
    const struct strategy_links *links) NONNULL(1, 2);
/** The probability that unit i - 1 has label `j` and unit `i` has `k`. */
float strategy_chain_pair(const struct strategy_chain *chain,
    const struct strategy_links *links, size_t i, size_t j, size_t k)
    NONNULL(1, 2);

#endif
