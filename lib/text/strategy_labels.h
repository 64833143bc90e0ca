/**
 * The labels of the data set, the states of the model's chain. Internal to
 * strategy*.c and to what trains it.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_STRATEGY_LABELS_H
#define TEXT_STRATEGY_LABELS_H

#include "text/strategy.h"

/** States of one speaker at most. */
#define STRATEGY_LABELS_MAX 27u

struct strategy_label {
	const char *name;
	enum strategy_class class;
	bool objection;
};

struct strategy_labels {
	const struct strategy_label *items;
	size_t n;
};

/** In the order of the model's columns. */
struct strategy_labels strategy_labels(enum strategy_speaker speaker);
/** Index of a label's name; what is unknown is the speaker's "other". */
size_t strategy_label_find(enum strategy_speaker speaker, struct slice name);

#endif
