/**
 * One run in a VAR at a time. The lock is inherited by every child, so it is
 * free only when the last process of a run is gone, however it ended: nothing
 * of an earlier run can then write in VAR any more (two Redis on one
 * append-only file would ruin it).
 *
 * Failure: -1 and a sentence for the user in struct err.
 * Layer:  adm (effects; links lib/base only)
 */
#ifndef ADM_LOCK_H
#define ADM_LOCK_H

#include "base/attr.h"
#include "base/err.h"

/**
 * Take the lock file `path`; its descriptor (close on exec). Waits a few
 * seconds for a run that is on its way out; one that is not is an error.
 */
int lock_take(const char *path, struct err *e) MUST_CHECK NONNULL(1, 2);
/** Say that this run is on its way out: whoever wants VAR waits for it. */
void lock_leave(int fd);

#endif
