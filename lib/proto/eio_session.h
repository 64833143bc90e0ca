/**
 * What a packet from a client means to its session.
 *
 * Layer:  proto (pure)
 * Spec:   Engine.IO protocol 4, "Heartbeat", "Packet types"; protocol 3 the same
 */
#ifndef PROTO_EIO_SESSION_H
#define PROTO_EIO_SESSION_H

#include "base/attr.h"
#include "proto/eio_packet.h"

enum eio_action {
	EIO_DO_NOTHING,
	EIO_DO_PONG,        /* the heartbeat goes on */
	EIO_DO_MESSAGE,     /* text or, when p->binary, binary */
	EIO_DO_CLOSE,       /* the client said so */
	EIO_DO_REJECT,      /* close the session: protocol error */
	EIO_DO_ANSWER_PING, /* version 3: re-arm, send a pong */
};

/** `version` is the session's, 4 or 3. */
enum eio_action
eio_session_receive(int version, const struct eio_packet *p) NONNULL(2);

#endif
