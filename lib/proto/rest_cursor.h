/**
 * Where a page ended: the order and the last row's values in it, as text.
 *
 *      base64url of {"order":"created_at.desc,id.desc","values":["…","…"]}
 *
 * To clients it is opaque; to us it is hostile: read again, each value must be
 * of its column's type, and the order that of the query.
 *
 * Layer:  proto (pure)
 * Spec:   RFC 4648, 5
 */
#ifndef PROTO_REST_CURSOR_H
#define PROTO_REST_CURSOR_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "proto/rest_query.h"
#include "proto/rest_term.h"

/** The cursor behind a row: `values` are q->order's of that row, as text. */
void rest_cursor_print(struct buf *b, const struct rest_query *q,
    const struct rest_value *values) NONNULL(1, 2, 3);
/** Into q->after; q->order is known by then. */
int rest_cursor_parse(const struct rest_reader *r, struct slice text,
    struct rest_query *q) MUST_CHECK NONNULL(1, 3);

#endif
