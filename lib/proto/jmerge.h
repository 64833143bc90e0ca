/**
 * JSON merge patch: what PATCH does to a JSON value.
 *
 * An object of the patch is merged member by member, null takes a member away,
 * anything else takes the place of what was there.
 *
 * What comes out can have more members than jval_parse() takes: who stores it
 * bounds it.
 *
 * Ownership: the result is a reference for the caller; it shares what did not
 *            change with `target` and `patch`, so none is written to after.
 * Layer:  proto (pure)
 * Spec:   RFC 7396
 */
#ifndef PROTO_JMERGE_H
#define PROTO_JMERGE_H

#include <stdbool.h>

#include <json-c/json.h>

#include "base/attr.h"

/**
 * False when objects of `patch` are nested deeper than JVAL_DEPTH_MAX, which
 * jval_parse() lets nobody do; `*out` is then NULL. NULL is JSON null.
 */
bool jmerge_apply(struct json_object *target, struct json_object *patch,
    struct json_object **out) MUST_CHECK NONNULL(3);

#endif
