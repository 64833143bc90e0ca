/**
 * Is it alive, can it work, what has it done.
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_HEALTH_H
#define HANDLERS_HEALTH_H

#include "handlers/handlers.h"

/** 200 while the process answers at all. */
int health_live(struct ctx *c, struct err *e);
/** 200 when Redis and the store answer, else 503 that names what does not. */
int health_ready(struct ctx *c, struct err *e);
/** Prometheus text; on loopback only. */
int health_metrics(struct ctx *c, struct err *e);

#endif
