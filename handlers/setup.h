/**
 * What the Director page asks first: is all set up, which agents are there.
 *
 * Layer:  handlers
 * Spec:   director contract 0 (1), B
 */
#ifndef HANDLERS_SETUP_H
#define HANDLERS_SETUP_H

#include "handlers/handlers.h"

/** Exactly three keys, all true: the page stops at anything else. */
int setup_check(struct ctx *c, struct err *e);
int setup_agents(struct ctx *c, struct err *e);

#endif
