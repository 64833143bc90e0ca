/**
 * The job "fetch": what an address has becomes a medium of a collection.
 *
 * Payload: source (the address), name, collection_id; process, the name of the
 * one whose request may wait for it (io/wake.h). The medium's UUID is the job's,
 * so a worker that takes over makes the same one. Its result:
 * {"type":"video","id":"m-…","collection_id":"…"}.
 *
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_JOB_FETCH_H
#define HANDLERS_JOB_FETCH_H

#include "handlers/jobs.h"

#define JOB_FETCH "fetch"

enum job_end job_fetch_run(struct job_ctx *j, struct err *e);
int job_fetch_give_up(struct job_ctx *j, const struct err *why, struct err *e);
int job_fetch_repeat(struct job_ctx *j, struct err *e);

#endif
