/**
 * Times in transcripts: `[hours:]minutes:seconds[.,]milliseconds`.
 * Internal to transcript*.c.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_TRANSCRIPT_TIME_H
#define TEXT_TRANSCRIPT_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

/** A time at the start of `s`: its bytes and milliseconds, or 0 bytes. */
size_t transcript_time_scan(struct slice s, int64_t *ms) NONNULL(2);
/** Is this a timing line (`… --> …`)? Times that are not read give -1. */
bool transcript_time_line(struct slice line, int64_t *start_ms,
    int64_t *end_ms) MUST_CHECK NONNULL(2, 3);

#endif
