/**
 * One filter: a column or path, and what its value must be.
 *
 *      filter = term "=" [ "not." ] ( operator "." value
 *             / "in.(" [ item *( "," item ) ] ")"
 *             / "is." ( "null" / "not_null" / "true" / "false" ) )
 *      item   = text without ',' ')' / quoted, where '\' escapes '"' and '\'
 *
 * What is compared decides on the operators: patterns are for text; JSON knows
 * equal, and with a path greater and less of numbers, is.true and is.false.
 *
 * Layer:  proto (pure)
 * Spec:   PostgREST, "Tables and Views", "Horizontal Filtering"
 */
#ifndef PROTO_REST_FILTER_H
#define PROTO_REST_FILTER_H

#include "proto/rest_query.h"
#include "proto/rest_term.h"

/**
 * A time with more digits than are stored equals none that is: eq becomes an
 * empty REST_IN; gte and lt become gt and lte of the time just before.
 */
int rest_filter_parse(const struct rest_reader *r, struct slice name,
    struct slice text, struct rest_filter *out) MUST_CHECK NONNULL(1, 4);

#endif
