/**
 * Counting answers, and printing what `make evaluate` prints.
 *
 * Ownership: none.
 */
#ifndef TESTS_EVALUATE_SCORE_H
#define TESTS_EVALUATE_SCORE_H

#include <stdio.h>

#include "evaluate/dialogues.h"

struct score {
	size_t confusion[STRATEGY_CLASS__MAX][STRATEGY_CLASS__MAX];
	size_t hits;   /* objections found */
	size_t false_; /* sentences taken for one */
	size_t misses;
	/**
	 * Of the sentences with one of the ten: those where the analyst names
	 * that technique, by its tables alone and with the model beside them.
	 */
	size_t by_tables;
	size_t by_both;
	size_t sentences; /* of both */
	int64_t cpu_ns;   /* that all answers took */
};

void score_dialogue(struct score *s, const struct dialogue *d,
    const struct strategy_answer *answers) NONNULL(1, 2, 3);
/** Over the ten strategies, without `none`. */
double score_macro_f1(const struct score *s) MUST_CHECK NONNULL(1);
/** Over all sentences of the persuader. */
double score_accuracy(const struct score *s) MUST_CHECK NONNULL(1);
void score_print(const struct score *s, FILE *out) NONNULL(1, 2);

#endif
