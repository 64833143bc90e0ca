/**
 * What clients do to jobs.
 *
 *      POST   /api/v1/jobs/{id}/cancel   200 ended, 202 its worker was told
 *      POST   /api/v1/jobs/{id}/retry    202 queued again
 *      DELETE /api/v1/jobs/{id}          204 one that ended is forgotten
 *
 * 404 where the caller cannot see the job, 409 where it is too late, or too early.
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_JOB_H
#define HANDLERS_JOB_H

#include "handlers/handlers.h"

int job_cancel(struct ctx *c, struct err *e);
int job_retry(struct ctx *c, struct err *e);
int job_delete(struct ctx *c, struct err *e);

#endif
