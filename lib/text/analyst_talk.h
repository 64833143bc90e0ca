/**
 * Whole turns as pairs for training data, and the words a talk is about.
 * Internal to analyst*.c.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_ANALYST_TALK_H
#define TEXT_ANALYST_TALK_H

#include "text/analyst_read.h"

void analyst_talk_exchanges(const struct analyst_read *r, struct analyst *out)
    NONNULL(1, 2);
void analyst_talk_topics(const struct analyst_read *r, struct analyst *out)
    NONNULL(1, 2);

#endif
