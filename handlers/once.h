/**
 * Requests with an Idempotency-Key: what is done takes effect once, and whoever
 * repeats the request gets the same answer for a day (io/store_rest.h).
 *
 *      if (once_key(c, &key, e) != 0 ||
 *          once_begin(c, key, c->req->body, &answer, e) != 0)
 *              return -1;
 *      if (answer.n == 0)
 *              rc = do it, and print what is to be known of it into answer;
 *      rc = once_end(c, key, &answer, rc, e);
 *
 * Without a key nothing is opened or kept.
 *
 * Failure: ERR_BAD_REQUEST for a key that is none, ERR_UNPROCESSABLE for one of
 * another request; as store.h.
 * Layer:  handlers
 */
#ifndef HANDLERS_ONCE_H
#define HANDLERS_ONCE_H

#include "handlers/handlers.h"

/** The request's key, without its quotes; empty where there is none. */
int once_key(const struct ctx *c, struct slice *key, struct err *e) MUST_CHECK;
/** Opens a transaction of the store, which the request has from then on;
 *  `what` is the body, or what stands for it: the same in the same request.
 *  `answer` gets what an earlier one left; who comes while that is under way
 *  waits for its end. */
int once_begin(struct ctx *c, struct slice key, struct slice what,
    struct buf *answer, struct err *e) MUST_CHECK;
/** Keeps the answer of a request that went well (`rc` is 0); ends all. */
int once_end(struct ctx *c, struct slice key, const struct buf *answer, int rc,
    struct err *e) MUST_CHECK;

#endif
