/**
 * Hosts that an operator names, separated by commas, with a port or for any:
 *
 *      llm.internal:8000, 10.1.2.3, [fd00::7]:8080
 *
 * Names are compared without case, addresses as they are spelled; an IPv6
 * address has its brackets.
 *
 * Layer:  proto (pure)
 */
#ifndef PROTO_HOST_LIST_H
#define PROTO_HOST_LIST_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"

/** Is it on the list? `port` is the one that is connected to. */
bool host_list_has(struct slice list, struct slice host, int port);
/** Is every entry like those above? If not, `*bad` is the first that is not. */
bool
host_list_check(struct slice list, struct slice *bad) MUST_CHECK NONNULL(2);

#endif
