/**
 * VAR, the folder with everything that belongs to one installation: data, logs,
 * pid files, the lock, and (when its path is short enough) the sockets.
 *
 * Failure: -1 and a sentence for the user in struct err.
 * Layer:  adm (effects; links lib/base only)
 */
#ifndef ADM_VAR_H
#define ADM_VAR_H

#include "adm/stack.h"
#include "base/attr.h"
#include "base/err.h"

/** Make the folder that was asked for, if need be; its real path in `s->var`. */
int var_prepare(struct stack *s, struct err *e) MUST_CHECK NONNULL(1, 2);
/** With the lock held: the folders in it, left-overs away, big logs aside. */
int var_folders(struct stack *s, struct err *e) MUST_CHECK NONNULL(1, 2);

#endif
