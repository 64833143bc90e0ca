/**
 * From a request to its answer: who may ask (Host, Origin), which route, which
 * method, how large a body, of what type; then the handler, and a problem
 * document for what it could not do.
 *
 * Layer:  handlers
 * Spec:   RFC 9110, sections 9 and 15; CORS: polling protocol F
 */
#ifndef HANDLERS_DISPATCH_H
#define HANDLERS_DISPATCH_H

#include "handlers/handlers.h"

/** 0: c->res is the answer. HANDLER_LATER: c->later says how it goes on.
 *  HANDLER_SHARES: dispatch_then(), with the same c->req. */
int dispatch_run(struct ctx *c);
/** What shared its question goes on; 0, or HANDLER_LATER. */
int dispatch_then(struct ctx *c);
/** The answer when the parking lot is full, or takes nothing any more. */
void dispatch_full(struct ctx *c);
/**
 * What was left for later: a POST that cannot be run so, or a request that
 * waited (its c->waited_ms and c->waits_no_more are set). As dispatch_run().
 */
int dispatch_again(struct ctx *c, struct slice body);
/**
 * Who asks: the visitor's cookie into c->who, and a cookie for one who has
 * none, where answers depend on it. Called for every route but those of the transport.
 */
void dispatch_visitor(struct ctx *c);
/** After the answer: what the request held is given back. */
void dispatch_end(struct ctx *c);

#endif
