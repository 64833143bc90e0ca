/**
 * What a request is called: in its answer, and in its line of the log.
 *
 * An identity is text, "ID" or "ID TRACE": a held poll keeps one string. ID is
 * the client's X-Request-Id if that is harmless, else one of ours; TRACE the
 * trace-id of a good traceparent.
 *
 * Ownership: in the arena.
 * Layer:  fcgi
 * Spec:   W3C Trace Context 1
 */
#ifndef FCGI_IDENTITY_H
#define FCGI_IDENTITY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"
#include "io/log.h"
#include "proto/http.h"

/** The request's; `process` and `serial` make an id that no other has. */
struct slice identity_of(struct arena *a, const struct http_request *req,
    const char *process, int64_t serial) MUST_CHECK NONNULL(1, 2, 3);
/** X-Request-Id and traceparent, as they came. */
void identity_answer(struct http_response *res, const struct http_request *req,
    struct slice identity) NONNULL(1, 2);
/** id=, trace_id=. */
void identity_log(struct log_line *l, struct slice identity) NONNULL(1);

#endif
