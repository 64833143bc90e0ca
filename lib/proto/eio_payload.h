/**
 * The body of a poll's answer or of a POST: packets joined by the record
 * separator (version 4; the framings of version 3 are not spoken yet).
 *
 *      4first RS 2 RS bAQIDBA==
 *
 * Reading: eio_payload_check() once, so that nothing is handled of a body
 * that is no text, then the iterator. Packets before an invalid one have been
 * seen by then, as the protocol has it.
 *
 * Ownership: packets are borrowed from the body.
 * Failure: enum eio_status (eio_packet.h), 0 is good.
 * Layer:  proto (pure)
 * Spec:   Engine.IO protocol 4, "HTTP long-polling"
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

struct eio_payload_iter {
	struct slice rest; /* p == NULL: used up */
	size_t packets;    /* seen so far */
};

/** Is the body worth reading: not empty, UTF-8, not too many packets? */
enum eio_status eio_payload_check(struct slice body) MUST_CHECK;
struct eio_payload_iter eio_payload_begin(struct slice body);
/**
 * The next packet. `*end` is true when there was none left (then the status is
 * EIO_OK and `*out` is not set). After an error the iterator is at its end.
 */
enum eio_status eio_payload_next(struct eio_payload_iter *it,
    struct eio_packet *out, bool *end) MUST_CHECK NONNULL(1, 2, 3);
/** Append an encoded packet, behind a separator unless it is the first. */
void eio_payload_add(struct buf *payload, struct slice packet) NONNULL(1);

#endif
