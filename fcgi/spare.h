/**
 * The spare thread of a process that serves requests: what turns out to need
 * round trips only when its thread has gone on, one after the other. A POST
 * whose session had changed is run again and answered, as is a request that
 * waited, unless it waits on; the continuation of an ack that did not come in time
 * is run.
 *
 * Layer:  fcgi
 */
#ifndef FCGI_SPARE_H
#define FCGI_SPARE_H

#include "fcgi/park.h"
#include "handlers/handlers.h"

struct spare;

/** Starts the thread; `ctx` is its own from here on. */
struct spare *spare_new(struct ctx *ctx) MUST_CHECK;
/** Where requests wait; before any task. */
void spare_park(struct spare *sp, struct park *park);
/** Finishes what is there, stops and joins the thread. */
void spare_free(struct spare *sp);

/* From any thread; all of it is copied, `spare` is a struct spare. */

/** The connection is taken over. */
void spare_again(void *spare, const struct park_again *post);
void spare_overdue(
    void *spare, struct slice esid, struct slice session, struct slice ask);

#endif
