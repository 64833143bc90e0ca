/**
 * The body of a poll's answer or of a POST: packets in one of three framings.
 *
 *      4first RS 2 RS bAQIDBA==        version 4
 *      6:4first1:210:b4AQIDBA==        version 3, text
 *      0 6 255 '4first'                version 3, binary: marker (0 text, 1
 *      1 5 255 4 1 2 3 4               bytes), digits of the length, 255, data
 *
 * Reading: eio_payload_check() once, so that nothing is handled of a body
 * that is no text or does not come to its end, then the iterator. Packets
 * before an invalid one have been seen by then, as the protocol has it.
 *
 * Ownership: packets are borrowed from the body.
 * Failure: enum eio_status (eio_packet.h), 0 is good.
 * Layer:  proto (pure)
 * Spec:   Engine.IO protocol 4, "HTTP long-polling"; protocol 3, "Payload"
 */
#ifndef PROTO_EIO_PAYLOAD_H
#define PROTO_EIO_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/eio_packet.h"

#define EIO_SEPARATOR '\x1e'

/**
 * Bytes of one payload, both ways: maxHttpBufferSize of the reference server,
 * announced to clients as maxPayload. Exactly as many are accepted.
 */
#define EIO_PAYLOAD_MAX 1000000

/**
 * A client sends all it has gathered in one POST, legally thousands of small
 * events. A million bytes could hold 500,000 packets; each costs a trip to
 * Redis of some 50 us, and the request thread is gone for the sum of them. This
 * many are half a second, and more than a person's page ever queues.
 */
#define EIO_PAYLOAD_PACKETS_MAX 10000

enum eio_framing {
	EIO_RS,    /* version 4 */
	EIO_TEXT,  /* version 3; lengths in UTF-16 code units */
	EIO_BINARY /* version 3, application/octet-stream; lengths in bytes */
};

struct eio_payload_iter {
	enum eio_framing framing;
	struct slice rest; /* p == NULL: used up */
	size_t packets;    /* seen so far */
};

/** Is the body worth reading: not empty, framed well, its text UTF-8, not too
 *  many packets? */
enum eio_status
eio_payload_check(struct slice body, enum eio_framing framing) MUST_CHECK;
struct eio_payload_iter
eio_payload_begin(struct slice body, enum eio_framing framing);
/**
 * The next packet. `*end` is true when there was none left (then the status is
 * EIO_OK and `*out` is not set). After an error the iterator is at its end.
 */
enum eio_status eio_payload_next(struct eio_payload_iter *it,
    struct eio_packet *out, bool *end) MUST_CHECK NONNULL(1, 2, 3);
/** Append a packet in the form of version 4, behind a separator unless it is
 *  the first. */
void eio_payload_add(struct buf *payload, struct slice packet) NONNULL(1);
/**
 * Append `n` packets, given in the form of version 4, in the richest framing
 * the client reads: EIO_RS of version 4; of version 3 EIO_BINARY, or EIO_TEXT
 * when it asked for base64. Tells the framing used, which is EIO_BINARY (the
 * content type is octet-stream then) only if one of the packets is binary.
 */
enum eio_framing eio_payload_join(struct buf *payload, enum eio_framing richest,
    const struct slice *packets, size_t n) NONNULL(1);

#endif
