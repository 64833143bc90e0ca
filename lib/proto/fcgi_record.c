#include "proto/fcgi_record.h"

#include <stdlib.h>

#define VERSION 1

void
fcgi_record_add(struct buf *out, enum fcgi_record_type type,
    uint16_t request_id, struct slice content)
{
	const unsigned char header[FCGI_RECORD_HEADER] = { VERSION,
		(unsigned char)type, (unsigned char)(request_id >> 8),
		(unsigned char)(request_id & 0xFF),
		(unsigned char)(content.n >> 8 & 0xFF),
		(unsigned char)(content.n & 0xFF), 0, 0 };

	if (content.n > FCGI_RECORD_MAX)
		abort();
	buf_add(out, header, sizeof(header));
	buf_add_slice(out, content);
}

void
fcgi_record_stdout(struct buf *out, uint16_t request_id, struct slice bytes)
{
	/* An empty record would end the stream here. */
	while (bytes.n > 0) {
		struct slice piece = slice_sub(bytes, 0, FCGI_RECORD_MAX);

		fcgi_record_add(out, FCGI_RECORD_STDOUT, request_id, piece);
		bytes = slice_from_at(bytes, piece.n);
	}
}

void
fcgi_record_end(struct buf *out, uint16_t request_id)
{
	fcgi_record_add(out, FCGI_RECORD_STDOUT, request_id, SLICE_EMPTY);
	/* Application status 0, REQUEST_COMPLETE 0, three reserved bytes. */
	fcgi_record_add(
	    out, FCGI_RECORD_END, request_id, SLICE("\0\0\0\0\0\0\0\0"));
}

void
fcgi_record_reply(
    struct buf *out, uint16_t request_id, struct slice head, struct slice body)
{
	size_t bytes = head.n + body.n;

	(void)buf_room(
	    out, bytes + (bytes / FCGI_RECORD_MAX + 6) * FCGI_RECORD_HEADER);
	fcgi_record_stdout(out, request_id, head);
	fcgi_record_stdout(out, request_id, body);
	fcgi_record_end(out, request_id);
}

enum fcgi_record_status
fcgi_record_read(struct slice in, struct fcgi_record *out)
{
	const unsigned char *h = (const unsigned char *)in.p;
	size_t content;
	size_t size;

	if (in.n > 0 && h[0] != VERSION)
		return FCGI_RECORD_BAD;
	if (in.n < FCGI_RECORD_HEADER)
		return FCGI_RECORD_MORE;
	content = (size_t)h[4] << 8 | h[5];
	size = FCGI_RECORD_HEADER + content + h[6];
	if (in.n < size)
		return FCGI_RECORD_MORE;
	out->type = h[1];
	out->request_id = (uint16_t)(h[2] << 8 | h[3]);
	out->content = slice_sub(in, FCGI_RECORD_HEADER, content);
	out->size = size;
	return FCGI_RECORD_OK;
}
