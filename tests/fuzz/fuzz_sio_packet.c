/* A good packet is, written and read again, the same packet. */
#include <stdint.h>
#include <stdlib.h>

#include "base/num.h"
#include "proto/sio_namespace.h"
#include "proto/sio_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
check_bounds(const struct sio_packet *p)
{
	bool binary = p->type == SIO_BINARY_EVENT || p->type == SIO_BINARY_ACK;

	if (!sio_nsp_valid(p->nsp) || p->id < -1 || p->id > NUM_JS_MAX ||
	    p->attachments > SIO_ATTACHMENTS_MAX ||
	    binary != (p->attachments > 0))
		abort();
	if (sio_namespace_receive(p, true, true, false) == SIO_DO_CONNECT)
		abort();
}

static void
check_again(const struct sio_packet *p)
{
	struct json_object *value;
	struct sio_packet q;
	struct buf b = BUF_INIT;

	sio_packet_write(&b, p);
	if (sio_packet_decode(buf_slice(&b), &q) != SIO_OK ||
	    sio_packet_payload(&q, &value) != SIO_OK)
		abort();
	if (q.type != p->type || q.attachments != p->attachments ||
	    q.id != p->id || !slice_eq(q.nsp, p->nsp) ||
	    !slice_eq(q.json, p->json))
		abort();
	json_object_put(value);
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct json_object *value;
	struct sio_packet p;

	if (sio_packet_decode((struct slice){ (const char *)bytes, n }, &p) !=
	    SIO_OK)
		return 0;
	check_bounds(&p);
	if (sio_packet_payload(&p, &value) == SIO_OK)
		check_again(&p);
	else if (value != NULL)
		abort();
	json_object_put(value);
	return 0;
}

#include "harness/fuzz_main.h"
