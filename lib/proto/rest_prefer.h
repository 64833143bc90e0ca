/**
 * The header Prefer: what a client would like of an answer.
 *
 *      Prefer: return=minimal, resolution=merge-duplicates, count=exact
 *
 * Preferences and values that are not ours, and what is malformed, are ignored,
 * as RFC 7240 wants; of one preference the first counts. Several headers reach
 * us joined by commas (RFC 3875, 4.1.18).
 *
 * Layer:  proto (pure)
 * Spec:   RFC 7240; PostgREST, "Prefer Header"
 */
#ifndef PROTO_REST_PREFER_H
#define PROTO_REST_PREFER_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** What it asked and we do; each goes into Preference-Applied. */
struct rest_prefer {
	enum {
		REST_RETURN_DEFAULT,
		REST_RETURN_MINIMAL,
		REST_RETURN_REPRESENTATION,
	} returns;
	enum {
		REST_RESOLVE_NONE,
		REST_RESOLVE_MERGE,  /* merge-duplicates */
		REST_RESOLVE_IGNORE, /* ignore-duplicates */
	} resolution;
	bool count; /* count=exact */
};

void rest_prefer_parse(struct slice header, struct rest_prefer *out) NONNULL(2);
/** "return=minimal, count=exact"; nothing when none was applied. */
void
rest_prefer_print(struct buf *b, const struct rest_prefer *p) NONNULL(1, 2);

#endif
