/**
 * What is shown of single rows: `?select=id,name:metadata->>name`, as for lists
 * (proto/rest_query.h), the only parameter that an address of one row and a write
 * take. What they do not know is refused, as lists do.
 *
 * Ownership: in the request's arena.
 * Failure: ERR_BAD_REQUEST with the parameter as the field.
 * Layer:  handlers
 */
#ifndef HANDLERS_REST_SHAPE_H
#define HANDLERS_REST_SHAPE_H

#include "handlers/handlers.h"
#include "proto/rest_query.h"

/** `*shape` is NULL where the whole row is asked for. */
int rest_shape_parse(
    struct ctx *c, const struct rest_query **shape, struct err *e) MUST_CHECK;
/** A whole row, or an array of them, printed in this shape. */
void rest_shape_print(
    struct buf *out, const struct rest_query *shape, struct slice json);

#endif
