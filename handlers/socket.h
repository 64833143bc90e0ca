/**
 * Socket.IO over one POST: its packets are decoded and run in order, and all
 * that they cause for this session goes to Redis in one step at the end.
 *
 *   begin script -> packet -> event table -> … -> push script -> "ok"
 *
 * Where this process remembers the session (io/eio_memo.h) and all events are
 * pure, the begin script is spared, and the push is left to the event loop.
 *
 * Layer:  handlers (transport)
 * Spec:   Socket.IO v5; polling protocol D, J, K
 */
#ifndef HANDLERS_SOCKET_H
#define HANDLERS_SOCKET_H

#include "handlers/handlers.h"

enum socket_post_result {
	SOCKET_POST_OK,
	SOCKET_POST_GONE,      /* no such session */
	SOCKET_POST_INVALID,   /* not Engine.IO: 400, the session is closed */
	SOCKET_POST_OVERLAP,   /* two at once: the session is closed */
	SOCKET_POST_TOO_LARGE, /* 413, the session stays */
	SOCKET_POST_FAILED,    /* struct err is filled */
	SOCKET_POST_LATER,     /* ctx.later is filled */
};

/** Run the POST of session c->sid. */
enum socket_post_result socket_post(struct ctx *c, struct err *e);
/** The same of one that was left for later, with its round trips. */
enum socket_post_result
socket_post_again(struct ctx *c, struct slice body, struct err *e);
/** What the last script of a POST means. */
enum socket_post_result socket_post_result(enum eio_verdict verdict);
/** The session was opened here: its next POST need not ask what it is. */
void socket_opened(struct ctx *c, enum eio_speech speech);
/** A session of version 3 was opened: it is in the main namespace. */
int
socket_welcome(struct ctx *c, enum eio_speech speech, struct err *e) MUST_CHECK;
/** An ack of session c->sid did not come in time: "NSP ID STATE"; `session` is
 *  what begin would say of it. */
void socket_overdue(struct ctx *c, struct slice session, struct slice ask);

#endif
