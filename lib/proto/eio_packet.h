/**
 * One Engine.IO packet: a type character and data.
 *
 *      4hello          text message "hello"
 *      bAQIDBA==       binary message, base64 (version 4)
 *
 * Ownership: `data` is borrowed from what was decoded.
 * Failure: enum eio_status, 0 is good.
 * Layer:  proto (pure)
 * Spec:   Engine.IO protocol 4, "Packet encoding"
 */
#ifndef PROTO_EIO_PACKET_H
#define PROTO_EIO_PACKET_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

/** The value is the type digit on the wire. */
enum eio_type {
	EIO_OPEN,
	EIO_CLOSE,
	EIO_PING,
	EIO_PONG,
	EIO_MESSAGE,
	EIO_UPGRADE,
	EIO_NOOP
};

struct eio_packet {
	enum eio_type type;
	bool binary;       /* an EIO_MESSAGE whose data is base64 text */
	struct slice data; /* without the type character */
};

enum eio_status {
	EIO_OK = 0,
	EIO_EMPTY,    /* no byte at all: an empty packet or payload */
	EIO_TYPE,     /* the first character is no packet type */
	EIO_BASE64,   /* a binary message that is not base64 */
	EIO_UTF8,     /* the payload is not UTF-8 */
	EIO_TOO_MANY, /* over EIO_PAYLOAD_PACKETS_MAX */
	EIO_STATUS__MAX
};

/** What to tell the sender, a sentence. */
const char *eio_packet_strerror(enum eio_status status);
/**
 * Split `raw`, which is already known to be UTF-8 (eio_payload_check()). The
 * base64 of a binary message is checked, not decoded.
 */
enum eio_status eio_packet_decode(
    struct slice raw, struct eio_packet *out) MUST_CHECK NONNULL(2);
/** Append; binary data must be base64 text already. */
void
eio_packet_encode(struct buf *out, const struct eio_packet *p) NONNULL(1, 2);

#endif
