/**
 * The text of a WebVTT or SRT cue without its markup: voices, other tags,
 * entities. Internal to transcript*.c.
 *
 * Layer:  text (pure)
 * Spec:   WebVTT, section 6.4 (cue text parsing)
 */
#ifndef TEXT_TRANSCRIPT_MARKUP_H
#define TEXT_TRANSCRIPT_MARKUP_H

#include "text/transcript_build.h"

/** Add what is said in one cue: one cue for each voice in it. */
void transcript_markup_add(struct transcript_build *b, int64_t start_ms,
    int64_t end_ms, struct slice payload) NONNULL(1);
/** `text` with its character references decoded, in the arena. */
struct slice
transcript_markup_decode(struct slice text, struct arena *a) NONNULL(2);

#endif
