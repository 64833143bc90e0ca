/**
 * A request that waits for a job: it adds one, gives its thread back, and is run again
 * when the job's end was told (jobs_tell()), or after a while, as that may be lost.
 *
 *      if (ctx->waiting.n > 0)
 *              … read the job's row, answer or await_job() again
 *      await_add(c, JOB_X, payload, id, e) == 0 ? await_job(c, id, ms) : -1
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_AWAIT_H
#define HANDLERS_AWAIT_H

#include "handlers/handlers.h"

/** A job of this type, which is to tell this process; `payload` gets that member.
 *  Its id into `id`. The place in the store is given back. */
int await_add(struct ctx *c, const char *type, struct json_object *payload,
    char id[static 37], struct err *e) MUST_CHECK;
/** HANDLER_LATER: the same request again, when it ended or after `look_ms`. */
int await_job(struct ctx *c, struct slice id, int64_t look_ms) MUST_CHECK;

#endif
