#include "proto/eio_payload.h"

#include "base/utf8.h"

static bool
too_many(struct slice body)
{
	for (size_t packets = 1; packets <= EIO_PAYLOAD_PACKETS_MAX;
	     packets++) {
		size_t at = slice_chr(body, EIO_SEPARATOR);

		if (at == body.n)
			return false;
		body = slice_from_at(body, at + 1);
	}
	return true;
}

enum eio_status
eio_payload_check(struct slice body)
{
	if (body.n == 0)
		return EIO_EMPTY;
	if (too_many(body))
		return EIO_TOO_MANY;
	return utf8_valid(body) ? EIO_OK : EIO_UTF8;
}

struct eio_payload_iter
eio_payload_begin(struct slice body)
{
	/* An empty body is one empty packet, not the end: p is not NULL. */
	return (struct eio_payload_iter){ body.n ? body : SLICE_EMPTY, 0 };
}

static enum eio_status
next(struct eio_payload_iter *it, struct eio_packet *out, bool *end)
{
	struct slice raw;

	*end = !slice_cut(&it->rest, EIO_SEPARATOR, &raw);
	if (*end)
		return EIO_OK;
	if (++it->packets > EIO_PAYLOAD_PACKETS_MAX)
		return EIO_TOO_MANY;
	return eio_packet_decode(raw, out);
}

enum eio_status
eio_payload_next(struct eio_payload_iter *it, struct eio_packet *out, bool *end)
{
	enum eio_status status = next(it, out, end);

	if (status != EIO_OK)
		it->rest.p = NULL;
	return status;
}

void
eio_payload_add(struct buf *payload, struct slice packet)
{
	if (payload->n != 0)
		buf_addc(payload, EIO_SEPARATOR);
	buf_add_slice(payload, packet);
}
