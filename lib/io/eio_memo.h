/**
 * What this process remembers of sessions: what begin answered of one ("V
 * PRINCIPAL\n" and its namespaces, lua/begin.lua). Only a hint: a POST that is run
 * by it names what it took for true, and the push script refuses if it is not
 * so any more. It saves a round trip where events follow each other.
 *
 * A table of EIO_MEMO_PLACES places; whoever comes later takes the place.
 *
 * Threads: any.
 * Layer:  io (transport)
 */
#ifndef IO_EIO_MEMO_H
#define IO_EIO_MEMO_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

/** Sessions that send events at one time; each takes some 200 bytes. */
#define EIO_MEMO_PLACES 4096

struct eio_memo;

struct eio_memo *eio_memo_new(void) MUST_CHECK;
void eio_memo_free(struct eio_memo *m);
/** Remember; an empty text: forget. Texts that are too long are not kept. */
void eio_memo_put(struct eio_memo *m, struct slice esid, struct slice text);
/** False when nothing is remembered. The text is in the arena. */
bool eio_memo_get(struct eio_memo *m, struct slice esid, struct arena *a,
    struct slice *text) MUST_CHECK;

#endif
