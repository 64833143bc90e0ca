#include "proto/eio_packet.h"

#include "base/base64.h"

static const char *const MESSAGES[EIO_STATUS__MAX] = {
	[EIO_OK] = "Good.",
	[EIO_EMPTY] = "The payload or a packet in it is empty.",
	[EIO_TYPE] = "A packet starts with a character that is no packet type.",
	[EIO_BASE64] = "A binary packet is not valid base64.",
	[EIO_UTF8] = "The payload is not valid UTF-8.",
	[EIO_TOO_MANY] = "The payload holds too many packets.",
};

const char *
eio_packet_strerror(enum eio_status status)
{
	return MESSAGES[status];
}

enum eio_status
eio_packet_decode(struct slice raw, struct eio_packet *out)
{
	char first;

	if (raw.n == 0)
		return EIO_EMPTY;
	first = raw.p[0];
	out->data = slice_from_at(raw, 1);
	out->binary = first == 'b';
	if (out->binary) {
		out->type = EIO_MESSAGE;
		return base64_valid(out->data) ? EIO_OK : EIO_BASE64;
	}
	if (first < '0' || first > '0' + EIO_NOOP)
		return EIO_TYPE;
	out->type = (enum eio_type)(first - '0');
	return EIO_OK;
}

void
eio_packet_encode(struct buf *out, const struct eio_packet *p)
{
	if (p->binary)
		buf_addc(out, 'b');
	else
		buf_addc(out, (char)('0' + (int)p->type));
	buf_add_slice(out, p->data);
}
