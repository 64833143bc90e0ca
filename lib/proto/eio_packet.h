/**
 * One Engine.IO packet: a type character and data.
 *
 *      4hello          text message "hello"
 *      bAQIDBA==       binary message, base64 (version 4)
 *      b4AQIDBA==      the same in version 3
 *      \4 and bytes    the same in the binary framing of version 3
 *
 * One form is kept and handed on: that of version 4.
 *
 * Ownership: `data` is borrowed from what was decoded.
 * Failure: enum eio_status, 0 is good.
 * Layer:  proto (pure)
 * Spec:   Engine.IO protocol 4, "Packet encoding"; protocol 3, "Encoding"
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
	bool binary; /* an EIO_MESSAGE of bytes: base64 text, unless raw */
	bool raw;    /* then `data` is the bytes themselves */
	struct slice data; /* without the type character */
};

enum eio_status {
	EIO_OK = 0,
	EIO_EMPTY,    /* no byte at all: an empty packet or payload */
	EIO_TYPE,     /* the first character is no packet type */
	EIO_BASE64,   /* a binary message that is not base64 */
	EIO_UTF8,     /* the payload is not UTF-8 */
	EIO_TOO_MANY, /* over EIO_PAYLOAD_PACKETS_MAX */
	EIO_FRAME,    /* version 3: a marker or a length that cannot be */
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
/** The same of version 3. */
enum eio_status eio_packet_decode_v3(
    struct slice raw, struct eio_packet *out) MUST_CHECK NONNULL(2);
/** A message of bytes, the type being one of them: 4, not '4'. */
enum eio_status eio_packet_decode_bytes(
    struct slice raw, struct eio_packet *out) MUST_CHECK NONNULL(2);
/** Append as version 4 has it, base64 always padded. */
void
eio_packet_encode(struct buf *out, const struct eio_packet *p) NONNULL(1, 2);

#endif
