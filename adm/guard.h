/**
 * Two processes watch each other, so that kill -9 of either leaves nothing
 * behind:
 *
 *      front (what the user started)  ->  supervisor  ->  children
 *
 * The front passes signals on and waits. When the supervisor is killed, the
 * front inherits its children (it is their subreaper), stops them by the pids
 * on the board, and takes away sockets and pid files. When the front is killed,
 * the kernel sends the supervisor TERM, which stops everything as usual. The
 * supervisor has a session of its own: what hits the front's process group
 * (Ctrl-C, kill -9 of the group) does not hit it.
 *
 * Layer:  adm (effects; links lib/base only)
 */
#ifndef ADM_GUARD_H
#define ADM_GUARD_H

#include "adm/kids.h"
#include "adm/stack.h"

/** Run `supervisor(cookie)` under guard; its exit status. */
int guard_run(struct stack *s, struct kids *k, int (*supervisor)(void *),
    void *cookie) MUST_CHECK NONNULL(1, 2, 3);

#endif
