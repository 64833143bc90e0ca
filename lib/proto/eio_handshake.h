/**
 * Which polling requests are acceptable, and what opens a session.
 *
 * Ownership: the slices of a query live in the arena it was parsed into.
 * Failure: enum eio_error; its values are the codes on the wire.
 * Layer:  proto (pure)
 * Spec:   Engine.IO protocol 4, "Handshake"
 */
#ifndef PROTO_EIO_HANDSHAKE_H
#define PROTO_EIO_HANDSHAKE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "proto/http.h"

/** 15 random bytes in URL-safe base64: 120 bits nobody guesses. */
#define EIO_SID_LENGTH 20

enum eio_error {
	EIO_TRANSPORT_UNKNOWN = 0,
	EIO_SESSION_UNKNOWN = 1,
	EIO_BAD_METHOD = 2,
	EIO_BAD_REQUEST = 3,
	EIO_FORBIDDEN = 4,
	EIO_UNSUPPORTED_VERSION = 5,
	EIO_NO_ERROR
};

struct eio_query {
	struct slice transport;
	struct slice sid; /* empty: a handshake */
	int version;      /* of a handshake: 4, 3, or 0 for anything else */
	bool has_j;       /* JSONP wanted */
	bool b64;         /* version 3: no binary framing */
};

/** From the raw query string; unknown parameters are ignored. */
void eio_query_parse(struct slice query, struct arena *a, struct eio_query *out)
    NONNULL(2, 3);
/**
 * All that can be refused without looking up the session, in the order of the
 * reference server. EIO_NO_ERROR: a handshake to accept when the sid is empty,
 * else a well-formed sid to look up (its method is then the caller's matter).
 * `versions_mask` has the bit 1 << v for each version that is spoken.
 */
enum eio_error
eio_handshake_check(const struct eio_query *q, enum http_method method,
    struct slice origin, unsigned versions_mask) MUST_CHECK NONNULL(1);
/** EIO_SID_LENGTH characters of [A-Za-z0-9_-]. */
bool eio_sid_valid(struct slice sid);
/** Append the open packet; keys and their order are part of the contract. */
void eio_handshake_open(struct buf *out, struct slice sid, int ping_interval_ms,
    int ping_timeout_ms, int max_payload) NONNULL(1);
/**
 * Append {"code":N,"message":"…"}. NULL is the standard message; another one
 * is for EIO_FORBIDDEN.
 */
void eio_handshake_error(
    struct buf *json, enum eio_error error, const char *message) NONNULL(1);
/** HTTP status: 400 or 403; 200 for EIO_NO_ERROR. */
int eio_error_status(enum eio_error error);

#endif
