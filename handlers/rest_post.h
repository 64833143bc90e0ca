/**
 * New rows by REST: one transaction, once for each Idempotency-Key, run again where
 * others stood in its way; its answer is kept for a day.
 *
 *      POST   /api/v1/videos        one row or an array of them: 201, 200, 409
 *
 * Layer:  handlers
 * Spec:   RFC 7240, 9110; draft-ietf-httpapi-idempotency-key-header
 */
#ifndef HANDLERS_REST_POST_H
#define HANDLERS_REST_POST_H

#include "handlers/handlers.h"

int rest_post(struct ctx *c, struct err *e);

#endif
