/**
 * A small trained model of talk that persuades: what each sentence of the one
 * who asks does (ten strategies, or none of them), and which sentences of the
 * other one object.
 *
 * A linear chain over all sentences of a talk: features of a sentence and of
 * those around it (strategy_features.h) give a score for each label, learnt
 * scores join neighbours, and the sum over all ways to label the talk gives the
 * probability of each label (strategy_chain.h). The weights are data,
 * strategy_model.txt, made by `make train`; doc/analyst.md has the figures.
 *
 * Ownership: `out` is the caller's; the arena is for the work only.
 * Failure: none. The same talk always gives the same answer.
 * Layer:  text (pure)
 * Spec:   Lafferty et al., Conditional Random Fields, ICML 2001; labels of
 *         Wang et al., Persuasion for Good, ACL 2019
 */
#ifndef TEXT_STRATEGY_H
#define TEXT_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

enum strategy_speaker {
	STRATEGY_SELLER, /* the persuader */
	STRATEGY_BUYER,  /* the persuadee */
	STRATEGY_SPEAKERS
};

enum strategy_class {
	STRATEGY_CREDIBILITY,
	STRATEGY_LOGICAL,
	STRATEGY_EMOTION,
	STRATEGY_STORY,
	STRATEGY_SELF_MODELING,
	STRATEGY_FOOT_IN_DOOR,
	STRATEGY_INFORMATION,
	STRATEGY_SOURCE_INQUIRY,
	STRATEGY_TASK_INQUIRY,
	STRATEGY_PERSONAL_INQUIRY,
	STRATEGY_NONE,
	STRATEGY_CLASS__MAX
};

struct strategy_unit {
	enum strategy_speaker speaker;
	struct slice text;
};

struct strategy_answer {
	/** Of the seller's sentences; STRATEGY_NONE for the buyer's. */
	enum strategy_class class;
	/** Of that class; in a buyer's sentence, that it objects. */
	float probability;
	bool objection; /* of the buyer's sentences */
};

struct strategy_model;

/** The model that is part of the program. */
const struct strategy_model *strategy_shipped(void);
/** Was the shipped model trained on the dialogue of this strategy_digest()? */
bool strategy_trained_on(uint64_t digest);
/** Who said what: tells one dialogue from another. */
uint64_t strategy_digest(const struct strategy_unit *units, size_t n);

/** One answer a unit, in their order. */
void strategy_run(const struct strategy_model *model,
    const struct strategy_unit *units, size_t n, struct arena *a,
    struct strategy_answer *out) NONNULL(1, 4);

/** The data set's name: "credibility-appeal", …; "none". */
const char *strategy_class_name(enum strategy_class class);
/** What the analyst calls it; -1 for STRATEGY_NONE. */
int strategy_technique(enum strategy_class class);

#endif
