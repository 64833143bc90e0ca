#include "proto/eio_handshake.h"

#include "proto/jval.h"

static const struct {
	int status;
	const char *message;
} ERRORS[] = {
	[EIO_TRANSPORT_UNKNOWN] = { 400, "Transport unknown" },
	[EIO_SESSION_UNKNOWN] = { 400, "Session ID unknown" },
	[EIO_BAD_METHOD] = { 400, "Bad handshake method" },
	[EIO_BAD_REQUEST] = { 400, "Bad request" },
	[EIO_FORBIDDEN] = { 403, "Forbidden" },
	[EIO_UNSUPPORTED_VERSION] = { 400, "Unsupported protocol version" },
	[EIO_NO_ERROR] = { 200, "OK" },
};

static int
version_of(struct slice eio)
{
	/* Exactly these: the reference takes garbage for version 3. */
	if (slice_eqs(eio, "4"))
		return 4;
	return slice_eqs(eio, "3") ? 3 : 0;
}

void
eio_query_parse(struct slice query, struct arena *a, struct eio_query *out)
{
	bool present;

	out->transport = http_query(query, "transport", a, &present);
	out->sid = http_query(query, "sid", a, &present);
	out->version = version_of(http_query(query, "EIO", a, &present));
	/* Any value counts, "0" too: the reference asks for a true string. */
	out->b64 = http_query(query, "b64", a, &present).n != 0;
	(void)http_query(query, "j", a, &out->has_j);
}

static bool
has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return true;
	return false;
}

static bool
is_sid_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool
eio_sid_valid(struct slice sid)
{
	if (sid.n != EIO_SID_LENGTH)
		return false;
	for (size_t i = 0; i < sid.n; i++)
		if (!is_sid_char(sid.p[i]))
			return false;
	return true;
}

enum eio_error
eio_handshake_check(const struct eio_query *q, enum http_method method,
    struct slice origin, unsigned versions_mask)
{
	if (!slice_eqs(q->transport, "polling"))
		return EIO_TRANSPORT_UNKNOWN;
	if (has_control(origin))
		return EIO_BAD_REQUEST;
	if (q->sid.n != 0)
		return eio_sid_valid(q->sid) ? EIO_NO_ERROR
					     : EIO_SESSION_UNKNOWN;
	if (method != HTTP_GET)
		return EIO_BAD_METHOD;
	if (q->version == 0 || (versions_mask >> q->version & 1) == 0)
		return EIO_UNSUPPORTED_VERSION;
	return EIO_NO_ERROR;
}

void
eio_handshake_open(struct buf *out, struct slice sid, int ping_interval_ms,
    int ping_timeout_ms, int max_payload)
{
	buf_adds(out, "0{\"sid\":\"");
	buf_add_slice(out, sid);
	buf_addf(out,
	    "\",\"upgrades\":[],\"pingInterval\":%d,\"pingTimeout\":%d,"
	    "\"maxPayload\":%d}",
	    ping_interval_ms, ping_timeout_ms, max_payload);
}

void
eio_handshake_error(struct buf *json, enum eio_error error, const char *message)
{
	if (message == NULL)
		message = ERRORS[error].message;
	buf_addf(json, "{\"code\":%d,\"message\":", (int)error);
	jval_quote(json, slice_from(message));
	buf_addc(json, '}');
}

int
eio_error_status(enum eio_error error)
{
	return ERRORS[error].status;
}
