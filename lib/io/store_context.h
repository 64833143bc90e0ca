/**
 * What a chat session remembers for its reasoning: one JSON object a session,
 * which goes with it.
 *
 *      {"reasoning": [messages], "open": {"msg_id": "…", "answers": […]}}
 *
 * `open` is of a message that is being answered: another try goes on behind it.
 *
 * Failure, rows and threads: as store.h.
 * Layer:  io (store)
 */
#ifndef IO_STORE_CONTEXT_H
#define IO_STORE_CONTEXT_H

#include "io/store.h"

/** NULL when there is none; what is no object is none. */
int store_context_get(struct store *s, struct slice session_id,
    struct json_object **context, struct err *e) MUST_CHECK;
/** Replace it; where the session is gone nothing is written. */
int store_context_put(struct store *s, struct slice session_id,
    struct json_object *context, struct err *e) MUST_CHECK;

#endif
