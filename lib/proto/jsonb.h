/**
 * What PostgreSQL's jsonb makes of JSON text, for a store that keeps text: the
 * value at a path, printed as `#>>` and `#>` print it, and a form in which two
 * values are the same bytes when jsonb's `=` holds.
 *
 *      {"b": 1e2, "a": [true, "x"], "b": -0.50}
 *      JSONB_PRINT  {"a": [true, "x"], "b": -0.50}
 *      JSONB_CANON  {"a": [true, "x"], "b": -0.5}
 *      JSONB_TEXT   the same as JSONB_PRINT; of ["a", "1"]: x
 *
 * Members stand in the order of length, then bytes, of their names; of several
 * of one name the last counts. Numbers are numeric's: all digits, no exponent,
 * as many places as were given (none lost: 1.50, -0.0 is 0.0), up to 131072
 * digits before the point and 16383 behind it.
 *
 * A path is a JSON array of strings. A step is a member's name in an object; in
 * an array an index in decimal, from the end when negative, with white space
 * or a '+' before it if need be; nothing is in anything else.
 *
 * False, and nothing appended, is SQL's NULL: no value there; JSON's null as
 * JSONB_TEXT; JSON or a path that jval refuses (its limits hold here, too) or a
 * path that is no array of strings; a number in the result that numeric
 * refuses; a result of more than JSONB_TEXT_MAX bytes.
 *
 * Layer:  proto (pure)
 * Spec:   PostgreSQL 15, 8.14 and 9.16, "JSON Types", "JSON Functions"
 */
#ifndef PROTO_JSONB_H
#define PROTO_JSONB_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** Seven bytes can ask for 131072 digits; no document we keep is so long. */
#define JSONB_TEXT_MAX ((size_t)16 << 20)

enum jsonb_form {
	JSONB_TEXT,  /* `#>>`: a string without quotes, null as NULL */
	JSONB_PRINT, /* `(#>)::text` */
	JSONB_CANON, /* for `=`: as JSONB_PRINT, numbers without idle zeros */
	JSONB_ORDER, /* for `<` of numbers: text whose bytes are ordered as they
	                are, exactly; NULL for all else */
};

/** Append the value of `json` at `path`. */
bool jsonb_path(struct slice json, struct slice path, enum jsonb_form form,
    struct buf *out) MUST_CHECK NONNULL(4);
/** The same of the whole value. */
bool jsonb_print(struct slice json, enum jsonb_form form,
    struct buf *out) MUST_CHECK NONNULL(3);

#endif
