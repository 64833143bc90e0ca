/**
 * Director's tables of routes, namespaces and events (routes.c, events.c).
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_TABLES_H
#define HANDLERS_TABLES_H

#include "handlers/handlers.h"

#define ROUTES_COUNT      62
#define EVENTS_NAMESPACES 2
#define EVENTS_COUNT      2

extern const struct route routes_table[ROUTES_COUNT];
extern const struct socket_namespace events_namespaces[EVENTS_NAMESPACES];
extern const struct socket_event events_table[EVENTS_COUNT];

#endif
