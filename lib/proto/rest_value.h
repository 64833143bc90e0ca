/**
 * A value as text, of a column's type or refused.
 *
 *      REST_TEXT   UTF-8 without NUL
 *      REST_UUID   RFC 9562, 4: 8-4-4-4-12 hexadecimal digits
 *      REST_INT    decimal, 64 bits
 *      REST_TIME   RFC 3339 (timefmt.h), or a date; kept to the microsecond
 *      REST_MSEC   the same, kept to the millisecond
 *      REST_JSON   RFC 8259 (jval.h)
 *
 * Layer:  proto (pure)
 */
#ifndef PROTO_REST_VALUE_H
#define PROTO_REST_VALUE_H

#include <stdbool.h>

#include "proto/rest_query.h"
#include "proto/rest_term.h"

/**
 * `*between`: a time with more digits than the column keeps. It lies between
 * `out->number` and the next that can be stored, and equals neither.
 */
int rest_value_parse(const struct rest_reader *r, enum rest_type type,
    struct slice text, struct rest_value *out, bool *between) MUST_CHECK
    NONNULL(1, 4, 5);

#endif
