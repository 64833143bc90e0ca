/**
 * Rows changed and removed by REST (see rest.h and resource.h; new ones are
 * rest_post.h).
 *
 *      PATCH  /api/v1/videos/{id}   a merge patch: 200, 204, 412
 *      DELETE /api/v1/videos/{id}   204, or 200 with the row
 *
 * Prefer: return=minimal|representation; If-Match is compared inside the
 * transaction that writes.
 *
 * Layer:  handlers
 * Spec:   RFC 5789, 7396, 7240, 9110
 */
#ifndef HANDLERS_REST_WRITE_H
#define HANDLERS_REST_WRITE_H

#include "handlers/handlers.h"

int rest_patch(struct ctx *c, struct err *e);
int rest_delete(struct ctx *c, struct err *e);

#endif
