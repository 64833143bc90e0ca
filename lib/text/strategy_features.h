/**
 * What the model sees of a sentence: hashed features with a value each. They
 * come from its words (phrases of up to three, parts of words, sorts of words,
 * the analyst's cues), from its place in the talk, and, weaker, from the
 * sentences around it. No label is among them. Internal to strategy*.c and to
 * what trains the model.
 *
 * Ownership: everything is in the arena.
 * Layer:  text (pure)
 */
#ifndef TEXT_STRATEGY_FEATURES_H
#define TEXT_STRATEGY_FEATURES_H

#include "text/strategy.h"
#include "text/strategy_words.h"

/** The longest sentences have some 3000; what is beyond is ignored. */
#define STRATEGY_FEATURES_MAX  4096u
#define STRATEGY_FEATURES_NORM 3.0f

struct strategy_feature {
	uint32_t hash;
	float value;
};

/** Of one sentence: each once, and the sum of the squares of their values is
 * STRATEGY_FEATURES_NORM squared, however many there are. */
struct strategy_features {
	size_t n;
	struct strategy_feature items[STRATEGY_FEATURES_MAX];
	uint16_t slots[2 * STRATEGY_FEATURES_MAX]; /* index + 1, by hash */
};

/** A talk whose sentences were taken apart. */
struct strategy_talk {
	const struct strategy_unit *units;
	size_t n;
	struct strategy_words *words; /* one a unit */
	struct strategy_place *places;
	struct arena *a;
};

/** Where a sentence is in the talk. */
struct strategy_place {
	size_t first; /* its turn is the units [first, end) */
	size_t end;
	size_t turn;   /* 0, 1, …: both speakers' turns make one */
	size_t orgs;   /* times the charity was named before it */
	size_t moneys; /* sentences before it that name an amount */
	bool asked;    /* somebody was asked to give before it */
};

void strategy_talk_init(struct strategy_talk *talk,
    const struct strategy_unit *units, size_t n, struct arena *a) NONNULL(1, 4);
/** The features of unit `i`. */
void strategy_features(const struct strategy_talk *talk, size_t i,
    struct strategy_features *out) NONNULL(1, 3);

#endif
