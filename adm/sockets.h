/**
 * The Unix sockets of a run: where they are, the one of FastCGI, and taking
 * them away.
 *
 * Layer:  adm (effects; links lib/base only)
 */
#ifndef ADM_SOCKETS_H
#define ADM_SOCKETS_H

#include "adm/stack.h"
#include "base/attr.h"
#include "base/err.h"

/** Settle the folder of the sockets, `s->sockets`, with no socket in it. */
int sockets_prepare(struct stack *s, struct err *e) MUST_CHECK NONNULL(1, 2);
/** Make the FastCGI socket, in `s->listen_fd`. */
int sockets_listen(struct stack *s, struct err *e) MUST_CHECK NONNULL(1, 2);
/** Remove the sockets, and their folder when it is not VAR. */
void sockets_clean(const struct stack *s) NONNULL(1);

#endif
