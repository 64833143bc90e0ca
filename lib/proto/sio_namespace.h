/**
 * The legal order of packets in a namespace.
 *
 * Layer:  proto (pure)
 * Spec:   Socket.IO protocol 5, "Connection to a namespace"
 */
#ifndef PROTO_SIO_NAMESPACE_H
#define PROTO_SIO_NAMESPACE_H

#include <stdbool.h>

#include "base/attr.h"
#include "proto/sio_packet.h"

enum sio_action {
	SIO_DO_CONNECT,
	SIO_DO_REFUSE, /* unknown namespace: CONNECT_ERROR, the session stays */
	SIO_DO_EVENT,  /* text or binary */
	SIO_DO_ACK,    /* text or binary, its id is set */
	SIO_DO_LEAVE,
	SIO_DO_CLOSE, /* close the Engine.IO session: protocol error */
	SIO_DO_IGNORE,
};

/** The whole answer to an unknown namespace; the client compares it. */
#define SIO_REFUSED_JSON "{\"message\":\"Invalid namespace\"}"

/**
 * `known`: the server has this namespace. `joined`: the session is in it now.
 * `left_in_this_payload`: it was, until a packet of the same payload.
 */
enum sio_action sio_namespace_receive(const struct sio_packet *p, bool known,
    bool joined, bool left_in_this_payload) NONNULL(1);

#endif
