/**
 * The polling transport: GET and POST on /socket.io/ (and /engine.io/).
 *
 *   GET without sid  handshake       answered at once
 *   GET with sid     poll            later: packets when there are some
 *   POST with sid    data            packets in; what they cause goes out
 *
 * Layer:  handlers (transport)
 * Spec:   Engine.IO v4 and v3, "HTTP long-polling"; polling protocol A to E
 */
#ifndef HANDLERS_POLLING_H
#define HANDLERS_POLLING_H

#include "handlers/handlers.h"

int polling_run(struct ctx *c, struct err *e);
/** A POST of session c->sid that HANDLER_LATER has left: with round trips. */
int polling_again(struct ctx *c, struct slice body, struct err *e);

/* For the event loop. */

/** What a script's answer to a request means; NULL: Redis is away. `body` is that
 *  of struct later. */
void polling_reply(enum later_kind kind, struct slice body,
    const struct eio_answer *a, struct http_response *res);
/** A poll is answered with these packets. */
void
polling_packets(struct http_response *res, struct slice payload, bool binary);

#endif
