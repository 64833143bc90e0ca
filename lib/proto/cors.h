/**
 * The decision about Host and Origin, as data.
 *
 * A server on loopback is reached by any page the user opens: a foreign Host
 * there means DNS rebinding and is refused whatever else holds. Elsewhere, and
 * next, the Origin decides. Browsers send an Origin with every request that
 * writes, so no Origin means no foreign page.
 *
 * What to do with a verdict: CORS_BAD_HOST is 403 always; CORS_FOREIGN is 403
 * on a handshake and on any method that writes, an answer without headers
 * otherwise (the page cannot read it).
 *
 * Layer:  proto (pure)
 * Spec:   Fetch standard, "CORS protocol"; RFC 6454; polling protocol, A3, F
 */
#ifndef PROTO_CORS_H
#define PROTO_CORS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/slice.h"
#include "proto/http.h"

struct cors_policy {
	/*
	 * Comma list. "https://a.example" is that origin, "http://localhost:*"
	 * any port (and none), "*" all. Empty: same origin only.
	 */
	struct slice origins;
	bool loopback; /* we listen on loopback only */
};

enum cors_verdict {
	CORS_SAME,    /* no Origin, or the same: no headers */
	CORS_ALLOWED, /* on the list: echoed, with credentials */
	CORS_ANY,     /* the list is "*": '*', without credentials, always */
	CORS_FOREIGN, /* no headers; 403 on handshake or write */
	CORS_BAD_HOST /* loopback and foreign or no Host: 403 */
};

/**
 * "*" gives CORS_ANY with and without an Origin, so that a shared cache cannot
 * mix the two. An Origin equals ours when its host and port are those of Host
 * and its scheme is the request's, or https where a proxy ended the TLS.
 */
enum cors_verdict cors_check(const struct cors_policy *policy,
    const struct http_request *request) MUST_CHECK NONNULL(1, 2);
/** False when a control byte is in it: Engine.IO error 3 (A3, A4). */
bool cors_origin_bytes_ok(struct slice origin) MUST_CHECK;
/** The headers of the verdict; on every answer, errors too (F1). */
void
cors_headers(struct http_response *response, const struct http_request *request,
    enum cors_verdict verdict) NONNULL(1, 2);
/** Where the origin may read the answer: which of its headers, too. */
void cors_expose(struct http_response *response, enum cors_verdict verdict)
    NONNULL(1);
/**
 * The whole answer to OPTIONS: 204, Allow, and where the origin may, the
 * methods of the mask and the headers asked for (F4). 403 for CORS_BAD_HOST.
 * Calls cors_headers() itself.
 */
void cors_preflight(struct http_response *response,
    const struct http_request *request, enum cors_verdict verdict,
    unsigned methods) NONNULL(1, 2);

#endif
