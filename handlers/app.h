/**
 * Director as an application: its tables together, and what both of its
 * programs need to know before they start.
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_APP_H
#define HANDLERS_APP_H

#include "handlers/handlers.h"
#include "handlers/jobs.h"

extern const struct app app_director;

/**
 * Prefix of this installation's keys in Redis: REDIS_PREFIX, else from the
 * store's own UUID, so that two installations can share a Redis. To be freed;
 * NULL when the store cannot be read or has no tables yet.
 */
char *app_prefix(const struct conf *conf, struct err *e) MUST_CHECK;

#endif
