/**
 * Placeholders: where in the arguments of a BINARY_EVENT or BINARY_ACK its
 * attachments belong.
 *
 *      51-["file",{"_placeholder":true,"num":0}]       and one binary message
 *
 * In a packet without attachments an object like that is plain data.
 *
 * Ownership: a collected copy is the caller's to json_object_put().
 * Failure: enum sio_status (sio_packet.h), 0 is good.
 * Layer:  proto (pure)
 * Spec:   Socket.IO protocol 5, "Binary event", "Binary ack"
 */
#ifndef PROTO_SIO_BINARY_H
#define PROTO_SIO_BINARY_H

#include "base/attr.h"
#include "proto/sio_packet.h"

/** What goes along with a copy, in the order of sending. */
struct sio_attachments {
	unsigned n;
	unsigned from[SIO_ATTACHMENTS_MAX]; /* which of the received ones */
};

/**
 * Does every placeholder name one of the `attachments`? One may be named twice
 * or not at all.
 */
enum sio_status
sio_binary_check(struct json_object *args, unsigned attachments) MUST_CHECK;
/**
 * The arguments for sending: placeholders are numbered from 0 as they stand,
 * one for each place, as the reference server does. Without any, `*out` is
 * `args` once more. SIO_ATTACHMENTS when there are more places than a packet
 * may have attachments; then, and on any failure, `*out` is NULL.
 */
enum sio_status sio_binary_collect(struct json_object *args,
    unsigned attachments, struct json_object **out,
    struct sio_attachments *order) MUST_CHECK NONNULL(3, 4);
/** A whole EVENT or ACK. */
struct sio_message {
	enum sio_type type; /* SIO_EVENT or SIO_ACK */
	struct slice nsp;
	int64_t id; /* -1: none */
	struct json_object *args;
	const struct slice *buffer; /* `n`, base64 each: what placeholders in
	                               `args` stand for */
	unsigned n;
};

/**
 * Append it: the packet behind its Engine.IO '4' and, behind separators
 * (EIO_SEPARATOR), the attachments its placeholders stand for; a BINARY_ one if
 * there is any. On failure nothing is appended.
 */
enum sio_status sio_binary_write(
    struct buf *out, const struct sio_message *m) MUST_CHECK NONNULL(1, 2);

#endif
