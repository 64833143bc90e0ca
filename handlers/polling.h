/**
 * The polling transport: GET and POST on /socket.io/.
 *
 *   GET without sid  handshake       answered at once
 *   GET with sid     poll            packets, or parked until there are some
 *   POST with sid    data            packets in; what they cause goes out
 *
 * Layer:  handlers (transport)
 * Spec:   Engine.IO v4, "HTTP long-polling"; polling protocol A to E
 */
#ifndef HANDLERS_POLLING_H
#define HANDLERS_POLLING_H

#include "handlers/handlers.h"

int polling_run(struct ctx *c, struct err *e);

#endif
