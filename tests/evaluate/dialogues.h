/**
 * Labelled dialogues, a JSON object a line: `units[]` of `speaker` ("persuader"
 * or "persuadee"), `text` and `labels[]`, of which the first counts.
 *
 * Ownership: everything is in the arena.
 * Failure: a line that is none of this is left out, with its number on stderr;
 *          a file that cannot be read or has no dialogue ends the program.
 */
#ifndef TESTS_EVALUATE_DIALOGUES_H
#define TESTS_EVALUATE_DIALOGUES_H

#include "text/strategy_labels.h"

struct dialogue {
	struct strategy_unit *units;
	size_t *label; /* index in strategy_labels() */
	enum strategy_class *class;
	bool *objection;
	size_t n;
	uint64_t digest;
};

struct dialogues {
	struct dialogue *items;
	size_t n;
};

struct dialogues
dialogues_read(const char *path, struct arena *a) MUST_CHECK NONNULL(1, 2);

#endif
