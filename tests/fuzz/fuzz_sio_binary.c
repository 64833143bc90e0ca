/* Any arguments: what is collected for sending is good and numbered anew. */
#include "harness/fuzz.h"

#include "proto/eio_payload.h"
#include "proto/sio_binary.h"

static bool
same_text(struct json_object *a, struct json_object *b)
{
	struct buf text_a = BUF_INIT;
	struct buf text_b = BUF_INIT;
	bool same;

	jval_print(&text_a, a);
	jval_print(&text_b, b);
	same = slice_eq(buf_slice(&text_a), buf_slice(&text_b));
	buf_fini(&text_a);
	buf_fini(&text_b);
	return same;
}

/* Numbered as they stand: collecting once more changes nothing. */
static void
check_sent(struct json_object *sent, unsigned n)
{
	struct json_object *again;
	struct sio_attachments order;

	fuzz_require(sio_binary_check(sent, n) == SIO_OK);
	fuzz_require(sio_binary_collect(sent, n, &again, &order) == SIO_OK);
	fuzz_require(order.n == n);
	for (unsigned i = 0; i < n; i++)
		fuzz_require(order.from[i] == i);
	fuzz_require(same_text(sent, again));
	json_object_put(again);
}

/* What is written is one packet and as many attachments as it tells. */
static void
check_written(struct json_object *args, unsigned n, enum sio_status collected)
{
	struct slice buffer[SIO_ATTACHMENTS_MAX], rest, one = SLICE_EMPTY;
	struct sio_packet p;
	struct buf out = BUF_INIT;
	unsigned parts = 0;

	for (unsigned i = 0; i < n; i++)
		buffer[i] = SLICE("AQID");
	fuzz_require(sio_binary_write(&out,
			 &(struct sio_message){ SIO_EVENT, SLICE("/a"), 7, args,
			     buffer, n }) == collected);
	rest = buf_slice(&out);
	fuzz_require((rest.n == 0) == (collected != SIO_OK));
	if (rest.n != 0) {
		(void)slice_cut(&rest, EIO_SEPARATOR, &one);
		fuzz_require(slice_starts(one, SLICE("4")) &&
		    sio_packet_decode(slice_from_at(one, 1), &p) == SIO_OK);
		while (slice_cut(&rest, EIO_SEPARATOR, &one)) {
			fuzz_require(slice_eqs(one, "bAQID"));
			parts++;
		}
		fuzz_require(p.attachments == parts && p.id == 7);
	}
	buf_fini(&out);
}

static void
run(struct json_object *args, unsigned attachments)
{
	struct json_object *out;
	struct sio_attachments order;
	enum sio_status checked = sio_binary_check(args, attachments);
	enum sio_status status =
	    sio_binary_collect(args, attachments, &out, &order);

	fuzz_require(status == checked ||
	    (checked == SIO_OK && status == SIO_ATTACHMENTS));
	if (status == SIO_OK) {
		fuzz_require(order.n <= SIO_ATTACHMENTS_MAX);
		for (unsigned i = 0; i < order.n; i++)
			fuzz_require(order.from[i] < attachments);
		fuzz_require(order.n > 0 || out == args);
		check_sent(out, order.n);
	} else {
		fuzz_require(out == NULL && order.n == 0);
	}
	if (json_object_is_type(args, json_type_array))
		check_written(args, attachments, status);
	json_object_put(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct json_object *args;
	struct sio_packet p;

	if (sio_packet_decode((struct slice){ (const char *)bytes, n }, &p) !=
		SIO_OK ||
	    jval_parse(p.json, &args) != JVAL_OK)
		return 0;
	run(args, p.attachments);
	json_object_put(args);
	return 0;
}

#include "harness/fuzz_main.h"
