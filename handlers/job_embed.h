/**
 * The job "embed": the embedding of a search's query, where it takes an outside
 * call. The request waits for it (search.h).
 *
 * Payload: request (the search's body), process, the name of the one whose request
 * waits (io/wake.h). Its result: {"vector": base64 of the floats}.
 *
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_JOB_EMBED_H
#define HANDLERS_JOB_EMBED_H

#include "handlers/jobs.h"

#define JOB_EMBED "embed"

enum job_end job_embed_run(struct job_ctx *j, struct err *e);
int job_embed_give_up(struct job_ctx *j, const struct err *why, struct err *e);
int job_embed_repeat(struct job_ctx *j, struct err *e);

#endif
