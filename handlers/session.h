/**
 * Chat sessions and their history.
 *
 * Layer:  handlers
 * Spec:   director contract B, D
 */
#ifndef HANDLERS_SESSION_H
#define HANDLERS_SESSION_H

#include "handlers/handlers.h"

int session_list(struct ctx *c, struct err *e);
int session_get(struct ctx *c, struct err *e);
/** As the lists of REST have sessions and messages. */
int session_read(struct ctx *c, struct err *e);
int session_delete(struct ctx *c, struct err *e);

#endif
