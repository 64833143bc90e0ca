/**
 * JSON values: the one way in and out. json-c builds the tree; what it lets
 * pass and we do not is refused here before it is asked.
 *
 * Refused: anything but RFC 8259 JSON, invalid UTF-8, the escape \u0000 and raw
 * NUL, lone surrogates, nesting deeper than JVAL_DEPTH_MAX, bytes behind the
 * value, more than JVAL_CONTAINERS_MAX of arrays and objects. Integers keep
 * their value within int64, other numbers their text. Of members of one name
 * the last counts. JSON null is the NULL object, as json-c has it.
 *
 * Ownership: jval_parse() gives a reference that the caller drops with
 * json_object_put(). Slices from jval_str() live as long as the object.
 * Layer:  proto (pure)
 * Spec:   RFC 8259
 */
#ifndef PROTO_JVAL_H
#define PROTO_JVAL_H

#include <stdint.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/** Deep enough for any real message; recursion over values stays small. */
#define JVAL_DEPTH_MAX 64
/**
 * An empty object costs json-c some 800 bytes for two of text, so a body of a
 * million bytes could take 270 MB. This many take 40 MB at most, and are enough
 * for five hours of speech with an object for each word.
 */
#define JVAL_CONTAINERS_MAX 50000

/**
 * PostgreSQL's jsonb writes a number out: 1e131071 would be as many digits each
 * time it is read, and a body of those 10 GB. Beyond any double, and in all not
 * more than a body has bytes.
 */
#define JVAL_EXPONENT_MAX 1000
#define JVAL_DIGITS_MAX   1000000
/** Digits before and behind the point, written out: more its numeric cannot
 *  keep. */
#define JVAL_WHOLE_MAX    131072
#define JVAL_FRACTION_MAX 16383

enum jval_status {
	JVAL_OK = 0,
	JVAL_SYNTAX,    /* not JSON, or empty, or something behind it */
	JVAL_UTF8,      /* not valid UTF-8 */
	JVAL_NUL,       /* \u0000, or a NUL byte in a string */
	JVAL_SURROGATE, /* half of a surrogate pair */
	JVAL_DEEP,      /* over JVAL_DEPTH_MAX */
	JVAL_LARGE,     /* over JVAL_CONTAINERS_MAX */
	JVAL_NUMBER,    /* over one of the four limits of numbers */
	JVAL_STATUS__MAX
};

/** `*out` is NULL on failure. */
enum jval_status
jval_parse(struct slice text, struct json_object **out) MUST_CHECK NONNULL(2);
/** The same of what a client wants stored or compared: numbers are bounded. `at`
 *  (may be NULL) gets the place of a failure, in bytes from 0, at most the text's
 *  length. */
enum jval_status jval_parse_sent(struct slice text, struct json_object **out,
    size_t *at) MUST_CHECK NONNULL(2);
/** A sentence for people. */
const char *jval_strerror(enum jval_status status);
/** Append such a place for people: "Line 2, column 7 (byte 15 of 120)." or, of
 *  what should go on, "(the end)". From 1 on; columns are characters. */
void jval_place(struct buf *b, struct slice text, size_t at) NONNULL(1);
/**
 * Append as JSON.stringify does: compact, no escaped slash, null for a number
 * that is not finite. Strings must be UTF-8.
 */
void jval_print(struct buf *b, struct json_object *value) NONNULL(1);
/** Append `s` (UTF-8) as a JSON string, with its quotes. */
void jval_quote(struct buf *b, struct slice s) NONNULL(1);

/** The string member `key`; p == NULL when absent or not a string. */
struct slice jval_str(struct json_object *object, const char *key);
/** The bytes of a string value; the empty slice for anything else. */
struct slice jval_slice(struct json_object *string);
struct json_object *jval_new_str(struct slice s) MUST_CHECK;
/** object[key] = string; a no-op copy of the bytes. */
void jval_put_str(struct json_object *object, const char *key, struct slice s);
void jval_put_int(struct json_object *object, const char *key, int64_t value);

/**
 * Refuse members that are not in `known` (NULL-terminated): ERR_BAD_REQUEST
 * with the member as the field.
 */
int jval_only(struct json_object *object, const char *const *known,
    struct err *e) MUST_CHECK NONNULL(1, 2, 3);

#endif
