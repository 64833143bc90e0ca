/**
 * An upload by address: {"source":URL,"source_type":"url","name"?}. The worker
 * fetches it (job_fetch.h); the request waits in the parking lot, and is answered
 * by what became of the job, or after DIRECTOR_UPLOAD_WAIT_MS by its name. The
 * same request with the same Idempotency-Key waits for the same job, unless that
 * one has failed: what was refused is tried again.
 *
 * Layer:  handlers
 * Spec:   director contract, B
 */
#ifndef HANDLERS_UPLOAD_URL_H
#define HANDLERS_UPLOAD_URL_H

#include "handlers/handlers.h"

/** A new request; its body is still to be read. `key`: once_key(). */
int upload_url_run(struct ctx *c, struct slice key, struct err *e);
/** One that has waited for c->waiting. */
int upload_url_again(struct ctx *c, struct err *e);

#endif
