/**
 * What a packet from a client means to its session.
 *
 * Layer:  proto (pure)
 * Spec:   Engine.IO protocol 4, "Heartbeat", "Packet types"; protocol 3 the same
 */
#ifndef PROTO_EIO_SESSION_H
#define PROTO_EIO_SESSION_H

#include <stdint.h>

#include "base/attr.h"
#include "proto/eio_payload.h"

enum eio_action {
	EIO_DO_NOTHING,
	EIO_DO_PONG,        /* the heartbeat goes on */
	EIO_DO_MESSAGE,     /* text or, when p->binary, binary */
	EIO_DO_CLOSE,       /* the client said so */
	EIO_DO_REJECT,      /* close the session: protocol error */
	EIO_DO_ANSWER_PING, /* version 3: re-arm, send a pong */
};

/** What a session speaks, from its handshake on. */
enum eio_speech {
	EIO_ANY = 0, /* it does not matter */
	EIO_V3 = 3,
	EIO_V4 = 4,
	EIO_V3_BASE64 =
	    30, /* version 3, and binary framing is not understood */
};

/** Any number, as it came from Redis; what is none of them is EIO_V4. */
enum eio_speech eio_session_speech(int64_t number);
/** The richest framing the client reads. */
enum eio_framing eio_session_framing(enum eio_speech speech);
enum eio_action eio_session_receive(
    enum eio_speech speech, const struct eio_packet *p) NONNULL(2);

#endif
