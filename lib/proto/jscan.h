/**
 * Is it JSON? By one look over the text, without a tree: for what is stored as
 * JSON, is to be shown as it is, and may have been written by anybody.
 *
 * Bytes over 127 are taken in strings as they are: whether they are UTF-8 is not
 * asked. Deeper than JSCAN_DEPTH_MAX is none.
 *
 * Layer:  proto (pure)
 * Spec:   RFC 8259
 */
#ifndef PROTO_JSCAN_H
#define PROTO_JSCAN_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"

/** As deep as SQLite and PostgreSQL go, or nearly so. */
#define JSCAN_DEPTH_MAX 1024

bool jscan_valid(struct slice text) MUST_CHECK;

#endif
