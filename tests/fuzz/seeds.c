/* seeds DIR: the rows of tests/vectors as files DIR/CODEC/NUMBER, to fuzz from. */
#include <sys/stat.h>

#include <stdio.h>

#include "base/attr.h"
#include "base/slice.h"

static const struct slice EIO_PAYLOAD[] = {
#define ROW(name, framing, body, status, packets) SLICE_INIT(body),
#include "vectors/eio_payload.h"
#undef ROW
};

static const struct slice JVAL[] = {
#define ROW(name, text, status, printed) SLICE_INIT(text),
#include "vectors/jval.h"
#undef ROW
};

/* The driver reads a packet. */
static const struct slice SIO_BINARY[] = {
#define ROW(name, args, attachments, status, sent, order) \
	SLICE_INIT("5" #attachments "-" args),
#include "vectors/sio_binary.h"
#undef ROW
};

static const struct slice SIO_PACKET[] = {
#define ROW(name, raw, decoded, payload, type, attachments, nsp, id, json) \
	SLICE_INIT(raw),
#include "vectors/sio_packet.h"
#undef ROW
};

static const struct {
	const char *codec;
	const struct slice *row;
	size_t n;
} VECTORS[] = {
	{ "eio_payload", EIO_PAYLOAD, COUNT(EIO_PAYLOAD) },
	{ "jval", JVAL, COUNT(JVAL) },
	{ "sio_binary", SIO_BINARY, COUNT(SIO_BINARY) },
	{ "sio_packet", SIO_PACKET, COUNT(SIO_PACKET) },
};

static int
write_row(const char *folder, size_t number, struct slice row)
{
	char path[4096];
	FILE *f;
	bool written;

	(void)snprintf(path, sizeof(path), "%s/%zu", folder, number);
	f = fopen(path, "wbe");
	if (f == NULL)
		return -1;
	written = fwrite(row.p, 1, row.n, f) == row.n;
	return fclose(f) == 0 && written ? 0 : -1;
}

static int
write_codec(const char *dir, size_t i)
{
	char folder[4000];

	(void)snprintf(folder, sizeof(folder), "%s/%s", dir, VECTORS[i].codec);
	/* They may be there: writing into them tells. */
	(void)mkdir(dir, 0777);
	(void)mkdir(folder, 0777);
	for (size_t k = 0; k < VECTORS[i].n; k++)
		if (write_row(folder, k, VECTORS[i].row[k]) != 0)
			return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		return (void)fprintf(stderr, "usage: seeds DIR\n"), 1;
	for (size_t i = 0; i < COUNT(VECTORS); i++)
		if (write_codec(argv[1], i) != 0)
			return perror(argv[1]), 1;
	return 0;
}
