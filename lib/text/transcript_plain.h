/**
 * Plain text: a cue a line, `Name:` where somebody begins to speak.
 * Internal to transcript*.c.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_TRANSCRIPT_PLAIN_H
#define TEXT_TRANSCRIPT_PLAIN_H

#include "text/transcript_build.h"

/** `text` has '\n' line ends only. */
void transcript_plain_parse(struct transcript_build *b, struct slice text)
    NONNULL(1);

#endif
