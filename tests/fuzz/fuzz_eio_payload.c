/*
 * Any input in each framing: what reads to its end is, joined in each framing
 * and read again, the same packets.
 */
#include "harness/fuzz.h"

#include "base/base64.h"
#include "proto/eio_payload.h"
#include "proto/eio_session.h"

static const enum eio_framing FRAMINGS[] = { EIO_RS, EIO_TEXT, EIO_BINARY };

/* Packets in the form of version 4, as a session keeps them. */
struct kept {
	struct buf bytes;
	struct buf slices;
	size_t n;
};

static void
check_binary(const struct eio_packet *p, struct slice text)
{
	struct buf bytes = BUF_INIT;
	struct buf again = BUF_INIT;

	fuzz_require(base64_decode(&bytes, text));
	base64_encode(&again, buf_slice(&bytes));
	fuzz_require(slice_eq(buf_slice(&again), text));
	fuzz_require(p->raw ? slice_eq(buf_slice(&bytes), p->data)
			    : slice_starts(text, p->data));
	buf_fini(&bytes);
	buf_fini(&again);
}

static void
keep(struct kept *k, const struct eio_packet *p)
{
	size_t at = k->bytes.n;

	fuzz_require(eio_session_receive(4, p) != EIO_DO_ANSWER_PING);
	fuzz_require(eio_session_receive(3, p) != EIO_DO_PONG);
	fuzz_require(p->binary || !p->raw);
	fuzz_require(p->type == EIO_MESSAGE || !p->binary);
	eio_packet_encode(&k->bytes, p);
	if (p->binary)
		check_binary(p, slice_from_at(buf_slice(&k->bytes), at + 1));
	/* The memory may still move: the length first, the address later. */
	buf_add(&k->slices, &(struct slice){ NULL, k->bytes.n - at },
	    sizeof(struct slice));
	k->n++;
}

static const struct slice *
kept_slices(struct kept *k)
{
	struct slice *slices = (void *)k->slices.p;
	size_t at = 0;

	for (size_t i = 0; i < k->n; i++) {
		slices[i].p = k->bytes.p + at;
		at += slices[i].n;
	}
	return slices;
}

static void
kept_fini(struct kept *k)
{
	buf_fini(&k->bytes);
	buf_fini(&k->slices);
}

static enum eio_status
read_all(struct slice body, enum eio_framing framing, struct kept *k)
{
	struct eio_payload_iter it = eio_payload_begin(body, framing);
	struct eio_packet p;
	enum eio_status status;
	bool end = false;

	while ((status = eio_payload_next(&it, &p, &end)) == EIO_OK && !end)
		keep(k, &p);
	fuzz_require(eio_payload_next(&it, &p, &end) == EIO_OK && end);
	fuzz_require(k->n <= EIO_PAYLOAD_PACKETS_MAX);
	return status;
}

static void
check_again(struct kept *k, enum eio_framing richest)
{
	const struct slice *packets = kept_slices(k);
	struct kept again = { BUF_INIT, BUF_INIT, 0 };
	const struct slice *read;
	struct buf body = BUF_INIT;
	enum eio_framing used = eio_payload_join(&body, richest, packets, k->n);

	fuzz_require(
	    used == richest || (used == EIO_TEXT && richest == EIO_BINARY));
	fuzz_require(eio_payload_check(buf_slice(&body), used) == EIO_OK);
	fuzz_require(read_all(buf_slice(&body), used, &again) == EIO_OK);
	fuzz_require(again.n == k->n);
	read = kept_slices(&again);
	for (size_t i = 0; i < k->n; i++)
		fuzz_require(slice_eq(read[i], packets[i]));
	kept_fini(&again);
	buf_fini(&body);
}

static void
run(struct slice body, enum eio_framing framing)
{
	struct kept k = { BUF_INIT, BUF_INIT, 0 };
	enum eio_status checked = eio_payload_check(body, framing);
	enum eio_status status = read_all(body, framing, &k);
	/* Only version 4 gives the separator a meaning. */
	bool separator =
	    slice_chr(buf_slice(&k.bytes), EIO_SEPARATOR) < k.bytes.n;

	fuzz_require((checked == EIO_EMPTY) == (body.n == 0));
	fuzz_require(checked != EIO_OK ||
	    (status != EIO_FRAME && status != EIO_TOO_MANY));
	fuzz_require(
	    status != EIO_OK || checked == EIO_OK || checked == EIO_UTF8);
	if (checked == EIO_OK && status == EIO_OK && k.n > 0)
		for (size_t i = 0; i < COUNT(FRAMINGS); i++)
			if (FRAMINGS[i] != EIO_RS || !separator)
				check_again(&k, FRAMINGS[i]);
	kept_fini(&k);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < COUNT(FRAMINGS); i++)
		run((struct slice){ (const char *)bytes, n }, FRAMINGS[i]);
	return 0;
}

#include "harness/fuzz_main.h"
