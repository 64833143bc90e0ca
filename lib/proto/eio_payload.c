#include "proto/eio_payload.h"

#include "base/base64.h"
#include "base/utf8.h"

/* Of a length: more than any body has, and no number overflows. */
#define DIGITS_MAX 9
/* Where the digits of the binary framing end. */
#define DIGITS_END 0xFF

/* The first byte of a packet in the binary framing. */
enum marker {
	MARKER_TEXT,
	MARKER_BYTES
};

struct frame {
	struct slice packet;
	bool bytes; /* not text: a binary message as it is */
};

/* A canonical decimal number up to `end`; `zero` is the digit 0. */
static bool
take_length(struct slice *rest, unsigned zero, unsigned end, size_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < rest->n && i <= DIGITS_MAX; i++) {
		unsigned c = (unsigned char)rest->p[i];

		if (c == end) {
			*rest = slice_from_at(*rest, i + 1);
			*out = n;
			return i > 0;
		}
		/* Nothing may follow a leading zero. */
		if (c < zero || c > zero + 9 || (i > 0 && n == 0))
			return false;
		n = n * 10 + (c - zero);
	}
	return false;
}

static enum eio_status
cut_text(struct slice *rest, struct frame *out)
{
	size_t units;

	if (!take_length(rest, '0', ':', &units) ||
	    !utf8_take_units(rest, units, &out->packet))
		return EIO_FRAME;
	return EIO_OK;
}

static enum eio_status
cut_binary(struct slice *rest, struct frame *out)
{
	char marker = rest->p[0];
	size_t n;

	*rest = slice_from_at(*rest, 1);
	if ((marker != MARKER_TEXT && marker != MARKER_BYTES) ||
	    !take_length(rest, 0, DIGITS_END, &n) || n > rest->n)
		return EIO_FRAME;
	out->bytes = marker == MARKER_BYTES;
	out->packet = slice_sub(*rest, 0, n);
	*rest = slice_from_at(*rest, n);
	return EIO_OK;
}

/* Version 3: each packet tells its length. */
static enum eio_status
cut_counted(struct eio_payload_iter *it, struct frame *out)
{
	enum eio_status status;

	if (it->rest.n == 0)
		return EIO_EMPTY;
	status = it->framing == EIO_TEXT ? cut_text(&it->rest, out)
					 : cut_binary(&it->rest, out);
	if (it->rest.n == 0)
		it->rest.p = NULL;
	return status;
}

/* The next packet, undecoded; there must be something left. */
static enum eio_status
cut(struct eio_payload_iter *it, struct frame *out)
{
	*out = (struct frame){ SLICE_EMPTY, false };
	if (++it->packets > EIO_PAYLOAD_PACKETS_MAX)
		return EIO_TOO_MANY;
	if (it->framing != EIO_RS)
		return cut_counted(it, out);
	(void)slice_cut(&it->rest, EIO_SEPARATOR, &out->packet);
	return EIO_OK;
}

enum eio_status
eio_payload_check(struct slice body, enum eio_framing framing)
{
	struct eio_payload_iter it = eio_payload_begin(body, framing);
	enum eio_status status = body.n == 0 ? EIO_EMPTY : EIO_OK;
	struct frame f;

	while (status == EIO_OK && it.rest.p != NULL) {
		status = cut(&it, &f);
		if (status == EIO_OK && !f.bytes && !utf8_valid(f.packet))
			status = EIO_UTF8;
	}
	return status;
}

struct eio_payload_iter
eio_payload_begin(struct slice body, enum eio_framing framing)
{
	/* An empty body is one empty packet, not the end: p is not NULL. */
	return (
	    struct eio_payload_iter){ framing, body.n ? body : SLICE_EMPTY, 0 };
}

static enum eio_status
decode(enum eio_framing framing, struct frame f, struct eio_packet *out)
{
	if (f.bytes)
		return eio_packet_decode_bytes(f.packet, out);
	return framing == EIO_RS ? eio_packet_decode(f.packet, out)
				 : eio_packet_decode_v3(f.packet, out);
}

static enum eio_status
next(struct eio_payload_iter *it, struct eio_packet *out, bool *end)
{
	enum eio_status status;
	struct frame f;

	/* `0:` is what the reference server writes for no packet at all. */
	do {
		*end = it->rest.p == NULL;
		if (*end)
			return EIO_OK;
		status = cut(it, &f);
	} while (
	    status == EIO_OK && it->framing == EIO_TEXT && f.packet.n == 0);
	return status == EIO_OK ? decode(it->framing, f, out) : status;
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

static bool
is_binary(struct slice packet)
{
	return slice_starts(packet, SLICE("b"));
}

static void
add_text(struct buf *payload, struct slice packet)
{
	if (is_binary(packet)) {
		buf_addf(payload, "%zu:b4", packet.n + 1);
		packet = slice_from_at(packet, 1);
	} else {
		buf_addf(payload, "%zu:", utf8_units(packet));
	}
	buf_add_slice(payload, packet);
}

static void
add_marker(struct buf *payload, enum marker marker, size_t length)
{
	size_t at;

	buf_addc(payload, (char)marker);
	at = payload->n;
	buf_addf(payload, "%zu", length);
	for (; at < payload->n; at++)
		payload->p[at] = (char)(payload->p[at] - '0');
	buf_addc(payload, (char)DIGITS_END);
}

static void
add_binary(struct buf *payload, struct slice packet)
{
	struct buf bytes = BUF_INIT;

	if (is_binary(packet) &&
	    base64_decode(&bytes, slice_from_at(packet, 1))) {
		add_marker(payload, MARKER_BYTES, bytes.n + 1);
		buf_addc(payload, (char)EIO_MESSAGE);
		buf_add_slice(payload, buf_slice(&bytes));
	} else {
		add_marker(payload, MARKER_TEXT, packet.n);
		buf_add_slice(payload, packet);
	}
	buf_fini(&bytes);
}

static enum eio_framing
choose(enum eio_framing richest, const struct slice *packets, size_t n)
{
	if (richest != EIO_BINARY)
		return richest;
	for (size_t i = 0; i < n; i++)
		if (is_binary(packets[i]))
			return EIO_BINARY;
	return EIO_TEXT;
}

enum eio_framing
eio_payload_join(struct buf *payload, enum eio_framing richest,
    const struct slice *packets, size_t n)
{
	void (*const ADD[])(struct buf *, struct slice) = {
		[EIO_RS] = eio_payload_add,
		[EIO_TEXT] = add_text,
		[EIO_BINARY] = add_binary,
	};
	enum eio_framing framing = choose(richest, packets, n);

	for (size_t i = 0; i < n; i++)
		ADD[framing](payload, packets[i]);
	return framing;
}
