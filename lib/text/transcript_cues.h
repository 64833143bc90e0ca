/**
 * The block structure of WebVTT and SRT: both are blocks of lines in which a
 * timing line (`… --> …`) is followed by text. Internal to transcript*.c.
 *
 * Layer:  text (pure)
 * Spec:   WebVTT, section 6.1 (file parsing)
 */
#ifndef TEXT_TRANSCRIPT_CUES_H
#define TEXT_TRANSCRIPT_CUES_H

#include "text/transcript_build.h"

/** Is there a timing line early on? Then it is WebVTT or SRT. */
bool transcript_cues_likely(struct slice text) MUST_CHECK;
/** `text` has '\n' line ends only. */
void transcript_cues_parse(
    struct transcript_build *b, struct slice text, bool vtt) NONNULL(1);

#endif
