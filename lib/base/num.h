/**
 * The one place where text becomes an integer, and the quick one for the way
 * back.
 *
 * Layer:  base (pure)
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

/** The largest integer a JavaScript number holds exactly, 2^53 - 1. */
#define NUM_JS_MAX INT64_C(9007199254740991)

/**
 * Decimal digits, an optional leading '-', nothing else, within [min, max].
 * False leaves `*out` alone.
 */
bool num_parse(struct slice text, int64_t min, int64_t max,
    int64_t *out) MUST_CHECK NONNULL(4);

/** A decimal number and its NUL; how many characters it has. */
#define NUM_TEXT_SIZE 24
size_t num_text(int64_t value, char out[static NUM_TEXT_SIZE]) NONNULL(2);

#endif
