/**
 * Base64: binary messages travel as the standard alphabet, identifiers and
 * cursors as the URL-safe one without padding.
 *
 * Strict where Node is lenient: no white space, no other alphabet, padding
 * either complete or left out, unused bits zero. So one value has two texts at
 * most, and a broken sender is noticed.
 *
 * Layer:  base (pure)
 * Spec:   RFC 4648, sections 3.5, 4 and 5
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** Is it well-formed? The empty text is. */
bool base64_valid(struct slice text);
/** Append the bytes of `text`; false when malformed, then nothing is added. */
bool base64_decode(struct buf *out, struct slice text) MUST_CHECK NONNULL(1);
/** The same of base64_encode_url()'s text; any padding is malformed. */
bool
base64_decode_url(struct buf *out, struct slice text) MUST_CHECK NONNULL(1);
/** Append the text of `bytes`, standard alphabet, with padding. */
void base64_encode(struct buf *out, struct slice bytes) NONNULL(1);
/** The same with `-` and `_`, without padding: 15 bytes give 20 characters. */
void base64_encode_url(struct buf *out, struct slice bytes) NONNULL(1);

#endif
