/**
 * Supabase Edge Functions: one POST of JSON to {base}/functions/v1/NAME, one
 * answer, of the form that this project's functions have (edge_reply.h).
 * Address, key and the functions' names are SUPABASE_* and DIRECTOR_EDGE_* of
 * conf.h.
 *
 * Supabase ends a function after 150 s without an answer (504) or when it used
 * up its memory or time (546): both are worth another try.
 *
 * Ownership: the request is borrowed. A reply is the caller's, to be ended
 * with edge_reply_fini(), also after a failure.
 * Failure: as engine.h has it. A function that says `error` with a status 200
 * is final, unless it says `"retryable": true` in the error's metadata.
 * Layer:  io
 */
#ifndef IO_EDGE_H
#define IO_EDGE_H

#include <stdbool.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "base/err.h"
#include "io/engine.h"
#include "proto/edge_reply.h"

/** Is there a project to ask? */
bool edge_configured(const struct conf *conf) NONNULL(1);
/** `name` is of conf.h: conf->edge_analyze and so on. */
int edge_call(struct engine *en, const char *name, struct json_object *request,
    struct edge_reply *reply, struct err *e) MUST_CHECK NONNULL(1, 2, 4, 5);

#endif
