/**
 * Errors as problem documents.
 *
 *      { "type": "/problems/not-found", "title": "Not found", "status": 404,
 *        "detail": "No such video.", "message": "No such video.",
 *        "code": "not-found", "details": null, "hint": null,
 *        "field": "video_id", "instance": "/api/v1/videos/x" }
 *
 * "type" is "/problems/" and err_name(): a relative reference that is the same
 * below every host, and never changes for a code once it was released. "field"
 * and "instance" are left out when there is none. "message" repeats "detail":
 * it is the member the Director frontend reads, and PostgREST's clients. For
 * those are "code" (err_word(): the finer of the two names), "details" and
 * "hint", too: null where there is nothing to say, as they declare them.
 *
 * Failure: none. Text that is not UTF-8 (a message cut in the middle of a
 * character) is repaired with U+FFFD.
 * Layer:  proto (pure)
 * Spec:   RFC 9457; PostgREST, "Errors"; director contract, part B
 */
#ifndef PROTO_PROBLEM_H
#define PROTO_PROBLEM_H

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"
#include "proto/http.h"

/**
 * Make `*response` this error: status, type, no-store, body (what it held is
 * dropped); ERR_UNAVAILABLE also gets Retry-After. ERR_UNAUTHORIZED gets
 * WWW-Authenticate. Headers added before stay,
 * so there must be no Content-Type yet; the caller adds Allow for ERR_METHOD.
 */
void problem_write(struct http_response *response, const struct err *e,
    struct slice instance) NONNULL(1, 2);

#endif
