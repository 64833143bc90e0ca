/**
 * Times as text: milliseconds or microseconds since 1970-01-01T00:00:00Z, and
 * back.
 *
 * Proleptic Gregorian calendar, UTC, no leap seconds, years 0000 to 9999.
 * Layer:  proto (pure)
 * Spec:   RFC 3339; ECMA-262, "Date Time String Format"
 */
#ifndef PROTO_TIMEFMT_H
#define PROTO_TIMEFMT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

/** "2026-01-02T03:04:05.678Z" and the NUL. */
#define TIMEFMT_SIZE 25
/** "2026-01-02T03:04:05.678901Z" and the NUL. */
#define TIMEFMT_US_SIZE 28
/** The first and the last millisecond that can be written. */
#define TIMEFMT_MIN_MS INT64_C(-62167219200000)
#define TIMEFMT_MAX_MS INT64_C(253402300799999)
#define TIMEFMT_MIN_US (TIMEFMT_MIN_MS * 1000)
#define TIMEFMT_MAX_US (TIMEFMT_MAX_MS * 1000 + 999)

/** As JavaScript's toISOString(); a time out of range becomes the nearest. */
void timefmt_iso(int64_t ms, char out[static TIMEFMT_SIZE]) NONNULL(2);
/** The same with microseconds. */
void timefmt_iso_us(int64_t us, char out[static TIMEFMT_US_SIZE]) NONNULL(2);
/**
 * Back again. Also read, because the two stores write it: a space for the 'T',
 * no fraction or 1 to 9 digits (cut to milliseconds), an offset (+hh, +hh:mm),
 * no zone at all (UTC). False for anything else; `*ms` is then left alone.
 */
bool timefmt_parse(struct slice text, int64_t *ms) MUST_CHECK NONNULL(2);
/**
 * The same in microseconds. `*cut` tells that the text is a time between `*us`
 * and the next microsecond, so no time that is stored is equal to it.
 */
bool timefmt_parse_us(struct slice text, int64_t *us, bool *cut) MUST_CHECK
    NONNULL(2, 3);

#endif
