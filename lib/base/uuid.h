/**
 * UUIDs as text.
 *
 * Layer:  base (pure)
 * Spec:   RFC 9562, 4
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"

/** Its characters and the NUL. */
#define UUID_SIZE 37

/** 8-4-4-4-12 hexadecimal digits; in small letters into `out`. */
bool
uuid_parse(struct slice text, char out[static UUID_SIZE]) MUST_CHECK NONNULL(2);

#endif
