/**
 * A POST that only acks, and the GET that came together with it. What the POST
 * caused goes out with the GET and nothing of it is kept; so nothing has to be
 * changed in Redis, and one look at the session says whether that may be:
 *
 *      the session is open and speaks as the POST had thought, its sockets are
 *      joined; nothing waits for a GET, no GET is held, no POST is in progress,
 *      no binary packet is incomplete
 *
 * That is the state in which poll.lua would hold the GET and push.lua hand it the
 * packets, one after the other. If it is not so, that is what is done.
 * What is due is not looked at: a ping or the session's end comes from the keeper.
 *
 * Layer:  io (transport)
 * Spec:   rules C and D of the polling protocol
 */
#ifndef IO_EIO_LOOK_H
#define IO_EIO_LOOK_H

#include "io/eio_store.h"

/** Can what this push causes go out with a GET? Then `out` is its answer. */
bool eio_look_fits(const struct eio_push *push, struct buf *out) MUST_CHECK;
void
eio_look(struct eio_command *c, const struct eio_store *st, struct slice esid);
/** `joined`: as of the push. */
bool
eio_look_agrees(const struct redisReply *reply, struct slice joined) MUST_CHECK;

#endif
