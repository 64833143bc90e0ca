/**
 * A statement that is no longer waited for is taken back, so that it does not
 * take effect when its caller was told to try again.
 *
 * Threads: asking has one of its own, since libpq waits for the server to end
 * that connection however long it takes.
 * Layer:  io (store, the PostgreSQL driver only)
 */
#ifndef IO_STORE_PG_CANCEL_H
#define IO_STORE_PG_CANCEL_H

#include <libpq-fe.h>

/** Returns at once; that it worked is told by the statement's result. */
void pg_cancel(PGconn *pg);

#endif
