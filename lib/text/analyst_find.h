/**
 * What the analyst finds in a prepared transcript, one function a list of
 * struct analyst. Internal to analyst*.c.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_ANALYST_FIND_H
#define TEXT_ANALYST_FIND_H

#include "text/analyst_read.h"

void analyst_find_techniques(const struct analyst_read *r, struct analyst *out)
    NONNULL(1, 2);
void analyst_find_strategies(const struct analyst_read *r, struct analyst *out)
    NONNULL(1, 2);
void analyst_find_objections(const struct analyst_read *r, struct analyst *out)
    NONNULL(1, 2);
/** Questions, commitments, key phrases. */
void analyst_find_quotes(const struct analyst_read *r, struct analyst *out)
    NONNULL(1, 2);
enum analyst_outcome
analyst_find_outcome(const struct analyst_read *r) NONNULL(1);

#endif
