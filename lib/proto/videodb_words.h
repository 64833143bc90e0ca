/**
 * Words with their times become WebVTT, a sentence a cue: a cue ends with a
 * full stop, before a pause, or when it is long. Longer pieces than words do,
 * too. What has no text or no times is left out; "-" is VideoDB's word for a
 * silence.
 *
 * Ownership: the caller's buffer.
 * Failure: none.
 * Layer:  proto (pure)
 * Spec:   WebVTT, 4 (https://www.w3.org/TR/webvtt1/)
 */
#ifndef PROTO_VIDEODB_WORDS_H
#define PROTO_VIDEODB_WORDS_H

#include <json-c/json.h>

#include "base/attr.h"
#include "base/buf.h"

/** A cue is read aloud in a breath, and fits two lines on a screen. */
#define VIDEODB_WORDS_CUE_WORDS 40
#define VIDEODB_WORDS_CUE_BYTES 300
/** Who is silent for so long has ended his sentence. */
#define VIDEODB_WORDS_PAUSE_S 1.5

/** `words`: an array of {start, end, text}, in seconds. The number of cues;
 *  with none nothing is added. */
size_t videodb_words_vtt(struct json_object *words, struct buf *out) NONNULL(2);

#endif
