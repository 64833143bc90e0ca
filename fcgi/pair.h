/**
 * A client that answers what it is told sends two requests at once: a POST, and
 * the GET for what comes next. Where the POST only acks, one look at the session
 * does for both (eio_look.h). So whichever comes first waits a moment for the
 * other, if the two came together the last time:
 *
 *      GET  --- waits --+-- POST that acks: both at once
 *                       +-- any other POST: alone, before that
 *                       +-- PAIR_WAIT_US later: alone, and the next does not wait
 *
 * For that moment nobody else sees that there is a GET: it is as if it had come
 * that much later.
 *
 * A table of PAIR_PLACES places, one for a session; it goes to another when it was
 * not used for a second. Sessions that meet in one place do not wait.
 *
 * Units: microseconds of the monotonic clock.
 * Ownership: keeps tokens only. Whoever is given one may do with its request
 * what is left to do; nobody else will.
 * Threads: any.
 * Layer:  fcgi
 */
#ifndef FCGI_PAIR_H
#define FCGI_PAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

/** Both are sent within the same moment; this is the way through a busy web
 *  server, and little for a GET that waits in vain. */
#define PAIR_WAIT_US 1000
/** Sessions that send events at one time; 64 bytes each. */
#define PAIR_PLACES 1024

struct pair;

enum pair_side {
	PAIR_GET,
	PAIR_POST,
};

enum pair_what {
	PAIR_ALONE, /* go on with it */
	PAIR_WAITS, /* it is not the caller's any more */
	PAIR_MET,   /* `other` is the other one, and the caller's from now on */
	PAIR_TWICE, /* `other` is an earlier one of the same side: goes first */
};

struct pair *pair_new(void) MUST_CHECK;
void pair_free(struct pair *p);
/** A request arrived. */
enum pair_what pair_arrive(struct pair *p, struct slice esid,
    enum pair_side side, uint64_t token, int64_t now_us, uint64_t *other);
/** The one of this session that waits, if there is one: it must go on first. */
bool
pair_release(struct pair *p, struct slice esid, uint64_t *token) MUST_CHECK;
/** One that has waited long enough; false: there is none. */
bool pair_late(struct pair *p, int64_t now_us, uint64_t *token) MUST_CHECK;
/** How long (us, at least 1) the next one has to wait still; 0: nobody waits. */
int64_t pair_wait_us(struct pair *p, int64_t now_us);

#endif
