/**
 * The trained model beside the tables of cues: it sees what a sentence means
 * where it has no cue, in talk like that it was trained on; the tables know
 * what it was never shown (price, urgency, …). Internal to analyst*.c.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_ANALYST_MODEL_H
#define TEXT_ANALYST_MODEL_H

#include "text/analyst_read.h"
#include "text/strategy.h"

/** Correct what the tables say of the sentences; roles and turns are known. */
void analyst_model_apply(struct analyst_read *r) NONNULL(1);
/** The technique of a sentence of the seller, given what the tables say. */
void analyst_model_technique(struct analyst_sentence *s,
    const struct strategy_answer *answer) NONNULL(1, 2);

#endif
