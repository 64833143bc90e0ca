/**
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
 * U+10FFFF.
 *
 * Layer:  base (pure)
 * Spec:   RFC 3629, section 4
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

/** Length in bytes of the character at the start of `s`, 0 when invalid. */
size_t utf8_next(struct slice s, uint32_t *code) NONNULL(2);
/** Is all of it valid? NUL bytes count as valid here. */
bool utf8_valid(struct slice s);
/** The same, and no NUL: text that may be kept and handed to C strings. */
bool utf8_text(struct slice s);
/** slice_trim(), and without no-break spaces, which editable page elements and
 *  some subtitle editors insert. */
struct slice utf8_trim(struct slice s);
/** The longest prefix of at most `n` bytes that ends between characters. */
struct slice utf8_prefix(struct slice s, size_t n);
/**
 * Length in UTF-16 code units, what JavaScript calls the length of a string.
 * Bytes that are not UTF-8 count too, somehow.
 */
size_t utf8_units(struct slice s);
/**
 * Take the first `units` code units off `*rest`; false when there are fewer or
 * when a character would be cut.
 */
bool utf8_take_units(struct slice *rest, size_t units, struct slice *out)
    NONNULL(1, 3);
/** Append `code` (a valid scalar value) as UTF-8; bytes written, 1 to 4. */
size_t utf8_put(uint32_t code, char out[static 4]);

#endif
