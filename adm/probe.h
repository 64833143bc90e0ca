/**
 * Is it there? Small questions asked with a socket, each with a deadline.
 *
 * Failure: false; the caller asks again.
 * Layer:  adm (effects; links lib/base only)
 */
#ifndef ADM_PROBE_H
#define ADM_PROBE_H

#include <stdbool.h>

#include "base/attr.h"

struct addrinfo;

/** Does the Redis on this Unix socket answer PING with PONG? */
bool probe_redis(const char *path) MUST_CHECK NONNULL(1);
/** Does GET of `path` on `host` (an IP address) give status 200? */
bool probe_http(const char *host, int port, const char *path) MUST_CHECK
    NONNULL(1, 3);
/** Can one listen on this address now? 0, or -1 with errno. */
int probe_port(const struct addrinfo *ai) MUST_CHECK NONNULL(1);

#endif
