/* A payload that reads to its end is, written again, the same bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "base/base64.h"
#include "proto/eio_payload.h"
#include "proto/eio_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
check_binary(struct slice text)
{
	struct buf bytes = BUF_INIT;
	struct buf again = BUF_INIT;
	struct buf back = BUF_INIT;

	if (!base64_decode(&bytes, text))
		abort();
	base64_encode(&again, buf_slice(&bytes));
	if (!slice_starts(buf_slice(&again), text) ||
	    !base64_decode(&back, buf_slice(&again)) ||
	    !slice_eq(buf_slice(&back), buf_slice(&bytes)))
		abort();
	buf_fini(&bytes);
	buf_fini(&again);
	buf_fini(&back);
}

static void
check_packet(const struct eio_packet *p, struct buf *payload)
{
	struct buf raw = BUF_INIT;

	if (eio_session_receive(4, p) == EIO_DO_ANSWER_PING ||
	    eio_session_receive(3, p) == EIO_DO_PONG)
		abort();
	if (p->binary)
		check_binary(p->data);
	eio_packet_encode(&raw, p);
	eio_payload_add(payload, buf_slice(&raw));
	buf_fini(&raw);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice body = { (const char *)bytes, n };
	struct eio_payload_iter it = eio_payload_begin(body, EIO_RS);
	enum eio_status checked = eio_payload_check(body, EIO_RS);
	struct buf again = BUF_INIT;
	struct eio_packet p;
	enum eio_status status;
	bool end = false;

	while ((status = eio_payload_next(&it, &p, &end)) == EIO_OK && !end)
		check_packet(&p, &again);
	if ((checked == EIO_EMPTY) != (n == 0) ||
	    (status == EIO_TOO_MANY && checked == EIO_OK))
		abort();
	buf_fini(&again);
	return 0;
}

#include "harness/fuzz_main.h"
