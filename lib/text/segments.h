/**
 * What a speech recogniser says, as WebVTT:
 *
 *      [{"start": 0.0, "end": 2.5, "text": "…", "speaker": "…"}, …]
 *
 * Seconds; `speaker` is optional. Segments without words, or whose times make
 * none, are left out; the rest is put in the order of time.
 *
 * Failure: false, and nothing appended, when no segment is left.
 * Layer:  text (pure)
 */
#ifndef TEXT_SEGMENTS_H
#define TEXT_SEGMENTS_H

#include <json-c/json.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"

/** A time beyond this (a month) is a mistake. */
#define SEGMENTS_MAX_S 2592000.0

bool segments_vtt(struct json_object *segments, struct buf *out) MUST_CHECK
    NONNULL(2);

#endif
