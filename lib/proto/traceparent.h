/**
 * The traceparent header: which trace a request belongs to.
 *
 *      00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *      version trace-id                     parent-id        flags
 *
 * Only version 00 is taken, in lower case and at its exact length. What is
 * anything else is no traceparent, and ignored as the specification has it.
 *
 * Layer:  proto (pure)
 * Spec:   W3C Trace Context 1, section 3.2
 */
#ifndef PROTO_TRACEPARENT_H
#define PROTO_TRACEPARENT_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"

/** Its trace-id, a part of `header`; false when it is none. */
bool traceparent_parse(struct slice header, struct slice *trace_id) MUST_CHECK
    NONNULL(2);

#endif
