/**
 * One Socket.IO packet, the data of an Engine.IO text message.
 *
 *      <type>[<attachments>-][<namespace>,][<ack id>][<JSON>]
 *      2/chat,7["chat",{"msg_id":"m1"}]
 *
 * Decoding splits, sio_packet_payload() parses the JSON and checks its kind;
 * an error of either closes the whole Engine.IO session.
 *
 * Ownership: slices are borrowed from what was decoded; a parsed payload is the
 * caller's to json_object_put().
 * Failure: enum sio_status, 0 is good.
 * Layer:  proto (pure)
 * Spec:   Socket.IO protocol 5, "Packet encoding"
 */
#ifndef PROTO_SIO_PACKET_H
#define PROTO_SIO_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "proto/jval.h"

/**
 * A name is echoed in answers and becomes part of keys. Clients of protocol 3
 * carry their credentials in it, `/custom?token=…`, so it has to hold a token.
 */
#define SIO_NSP_MAX 4096
/** What the reference parser takes; each is a packet the session must wait for. */
#define SIO_ATTACHMENTS_MAX 10

/** The value is the type digit on the wire. */
enum sio_type {
	SIO_CONNECT,
	SIO_DISCONNECT,
	SIO_EVENT,
	SIO_ACK,
	SIO_CONNECT_ERROR,
	SIO_BINARY_EVENT,
	SIO_BINARY_ACK
};

struct sio_packet {
	enum sio_type type;
	unsigned
	    attachments;   /* 1 to SIO_ATTACHMENTS_MAX for BINARY_*, else 0 */
	struct slice nsp;  /* "/" when absent */
	int64_t id;        /* 0 to NUM_JS_MAX; -1: none */
	struct slice json; /* raw text, empty when absent */
};

enum sio_status {
	SIO_OK = 0,
	SIO_EMPTY,       /* no byte at all */
	SIO_TYPE,        /* the first character is no packet type */
	SIO_ATTACHMENTS, /* missing, none or too many */
	SIO_NSP,         /* not a namespace: sio_nsp_valid() */
	SIO_ID,          /* over NUM_JS_MAX */
	SIO_JSON,        /* refused by jval_parse() */
	SIO_PAYLOAD,     /* missing, or not of the kind this type has */
	SIO_RESERVED,    /* an event name that is not the client's to send */
	SIO_PLACEHOLDER, /* one that names no attachment (sio_binary.h) */
	SIO_STATUS__MAX
};

/** What to tell the sender, a sentence. */
const char *sio_packet_strerror(enum sio_status status);
/** Split `raw`, an Engine.IO message without its '4'. */
enum sio_status sio_packet_decode(
    struct slice raw, struct sio_packet *out) MUST_CHECK NONNULL(2);
/**
 * Parse the JSON and check it against the type: CONNECT an object or nothing;
 * DISCONNECT nothing; EVENT a non-empty array that starts with a name (string,
 * not reserved) or a number; ACK an array; CONNECT_ERROR a string or an object.
 * `*out` is NULL when there is nothing, and on failure.
 */
enum sio_status sio_packet_payload(const struct sio_packet *p,
    struct json_object **out) MUST_CHECK NONNULL(1, 2);

/**
 * Append a packet without attachments, `json` as it is (empty for none), behind
 * the caller's Engine.IO '4'. `id` -1 for none.
 */
void sio_packet_encode(struct buf *out, enum sio_type type, struct slice nsp,
    int64_t id, struct slice json) NONNULL(1);
/** The same from a packet, attachments included. */
void
sio_packet_write(struct buf *out, const struct sio_packet *p) NONNULL(1, 2);

/** Names that belong to the library, in neither direction an event's. */
bool sio_event_reserved(struct slice name);
/** Starts with '/', at most SIO_NSP_MAX bytes of UTF-8, no comma, no control. */
bool sio_nsp_valid(struct slice nsp);

#endif
