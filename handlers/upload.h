/**
 * A file into a collection: a form with the field `file`, which goes to the
 * folder of media as it arrives; or where to fetch it from (upload_url.h). With an
 * Idempotency-Key the same file of the same name becomes one medium (once.h).
 *
 * Layer:  handlers
 * Spec:   director contract, B; RFC 7578
 */
#ifndef HANDLERS_UPLOAD_H
#define HANDLERS_UPLOAD_H

#include "handlers/handlers.h"

int upload_run(struct ctx *c, struct err *e);

#endif
