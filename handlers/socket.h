/**
 * Socket.IO over one POST: its packets are decoded and run in order, and all
 * that they cause for this session goes to Redis in one step at the end.
 *
 *   begin script -> packet -> event table -> … -> push script -> "ok"
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
};

/**
 * A session ended by this request and left `left` behind (eio_answer.text;
 * empty: nothing ended): it is counted and its rooms are left.
 */
void socket_ended(struct ctx *c, struct slice left);
enum socket_post_result socket_post(struct ctx *c, struct err *e);

#endif
