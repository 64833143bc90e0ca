/**
 * The static key of an installation (DIRECTOR_API_KEY): who does not show it is
 * refused. Without one everybody is let in.
 *
 * Layer:  handlers
 * Spec:   RFC 6750
 */
#ifndef HANDLERS_API_KEY_H
#define HANDLERS_API_KEY_H

#include "handlers/handlers.h"

/** A request: `Authorization: Bearer KEY`, else ERR_UNAUTHORIZED. */
int api_key_request(struct ctx *c, struct err *e) MUST_CHECK;
/** A CONNECT: auth {token: KEY}, or the header on the request that has it. */
int api_key_connect(struct socket_call *call, struct err *e) MUST_CHECK;

#endif
