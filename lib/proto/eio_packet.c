#include "proto/eio_packet.h"

#include "base/base64.h"

static const char *const MESSAGES[EIO_STATUS__MAX] = {
	[EIO_OK] = "Good.",
	[EIO_EMPTY] = "The payload or a packet in it is empty.",
	[EIO_TYPE] = "A packet starts with a character that is no packet type.",
	[EIO_BASE64] = "A binary packet is not valid base64.",
	[EIO_UTF8] = "The payload is not valid UTF-8.",
	[EIO_TOO_MANY] = "The payload holds too many packets.",
	[EIO_FRAME] = "The length of a packet is not a number or is too large.",
};

const char *
eio_packet_strerror(enum eio_status status)
{
	return MESSAGES[status];
}

static enum eio_status
decode_base64(struct slice text, struct eio_packet *out)
{
	*out = (struct eio_packet){ EIO_MESSAGE, true, false, text };
	return base64_valid(text) ? EIO_OK : EIO_BASE64;
}

enum eio_status
eio_packet_decode(struct slice raw, struct eio_packet *out)
{
	char first;

	if (raw.n == 0)
		return EIO_EMPTY;
	first = raw.p[0];
	if (first == 'b')
		return decode_base64(slice_from_at(raw, 1), out);
	if (first < '0' || first > '0' + EIO_NOOP)
		return EIO_TYPE;
	*out = (struct eio_packet){ (enum eio_type)(first - '0'), false, false,
		slice_from_at(raw, 1) };
	return EIO_OK;
}

enum eio_status
eio_packet_decode_v3(struct slice raw, struct eio_packet *out)
{
	if (raw.n == 0 || raw.p[0] != 'b')
		return eio_packet_decode(raw, out);
	if (!slice_starts(raw, SLICE("b4")))
		return EIO_TYPE;
	return decode_base64(slice_from_at(raw, 2), out);
}

enum eio_status
eio_packet_decode_bytes(struct slice raw, struct eio_packet *out)
{
	if (raw.n == 0)
		return EIO_EMPTY;
	if (raw.p[0] != EIO_MESSAGE)
		return EIO_TYPE;
	*out = (struct eio_packet){ EIO_MESSAGE, true, true,
		slice_from_at(raw, 1) };
	return EIO_OK;
}

static void
encode_base64(struct buf *out, const struct eio_packet *p)
{
	buf_addc(out, 'b');
	if (p->raw) {
		base64_encode(out, p->data);
		return;
	}
	buf_add_slice(out, p->data);
	for (size_t n = p->data.n; n % 4 != 0; n++)
		buf_addc(out, '=');
}

void
eio_packet_encode(struct buf *out, const struct eio_packet *p)
{
	if (p->binary) {
		encode_base64(out, p);
		return;
	}
	buf_addc(out, (char)('0' + (int)p->type));
	buf_add_slice(out, p->data);
}
