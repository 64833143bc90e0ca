/**
 * Waiting for the server, with a clock, on a connection that does not block.
 *
 * Times are of clock_mono_ms().
 * Layer:  io (store, the PostgreSQL driver only)
 * Spec:   libpq, "Asynchronous Command Processing"
 */
#ifndef IO_STORE_PG_WAIT_H
#define IO_STORE_PG_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "io/store_driver.h"

struct pg_wait {
	PGconn *pg;
	/* Told once STORE_PATIENCE_US are over, each time. */
	const struct store_waiter *waiter;
	int64_t deadline_ms;
	bool late;      /* the server did not answer */
	bool cancelled; /* the time was up, and the statement taken back */
};

/** Until the socket is ready for `events`; false when the time is up. */
bool pg_wait_socket(const struct pg_wait *w, short events);
/**
 * The next result, NULL behind the last. When the time is up the statement is
 * taken back, and its result says whether it was: it may have been done just
 * then. NULL and `late` where none comes in time all the same.
 */
PGresult *pg_wait_result(struct pg_wait *w);

#endif
