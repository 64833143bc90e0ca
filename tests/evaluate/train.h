/**
 * Training of text/strategy.h: stochastic gradient descent on the likelihood of
 * the labels of whole dialogues, with a step of its own for each weight
 * (AdaGrad), on features that several sentences have; of the weights found the
 * largest are kept and rounded. The same dialogues and seed give the same
 * model.
 *
 * Ownership: everything is in the arena.
 */
#ifndef TESTS_EVALUATE_TRAIN_H
#define TESTS_EVALUATE_TRAIN_H

#include <stdio.h>

#include "evaluate/dialogues.h"
#include "text/strategy_chain.h"

/** Features of the dialogues, found once for many trainings. */
struct train_data {
	const struct dialogues *dialogues;
	struct train_unit **units; /* [dialogue][unit] */
};

void train_data_init(struct train_data *data, const struct dialogues *d,
    struct arena *a) NONNULL(1, 2, 3);
/** Train on the dialogues that `use` says. */
struct strategy_model train_model(const struct train_data *data,
    const bool *use, struct arena *a) NONNULL(1, 2, 3);
/** Write strategy_model.txt. */
void train_write(const struct strategy_model *m, const struct dialogues *d,
    FILE *out) NONNULL(1, 2, 3);

#endif
