/**
 * Rows written by REST (see rest.h and resource.h).
 *
 *      POST   /api/v1/videos        one row or an array of them: 201, 409
 *      PATCH  /api/v1/videos/{id}   a merge patch: 200, 204, 412
 *      DELETE /api/v1/videos/{id}   204, or 200 with the row
 *
 * Prefer: return=minimal|representation; resolution=merge-duplicates (what is
 * there is patched) or ignore-duplicates. If-Match is compared inside the
 * transaction that writes. An Idempotency-Key makes a POST take effect once: its
 * answer is kept for a day.
 *
 * Layer:  handlers
 * Spec:   RFC 5789, 7396, 7240, 9110; draft-ietf-httpapi-idempotency-key-header
 */
#ifndef HANDLERS_REST_WRITE_H
#define HANDLERS_REST_WRITE_H

#include "handlers/handlers.h"

int rest_post(struct ctx *c, struct err *e);
int rest_patch(struct ctx *c, struct err *e);
int rest_delete(struct ctx *c, struct err *e);

#endif
