/*
 * A form's body, whole and in pieces: the same is read of both. The input is a
 * Content-Type in its first line, then the body.
 */
#include "harness/fuzz.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "proto/media_type.h"
#include "proto/multipart.h"

static void
note(struct buf *out, const struct multipart *m, enum multipart_event event,
    struct slice data)
{
	struct media_type type;

	switch (event) {
	case MULTIPART_PART:
		fuzz_require(m->part.name.p != NULL && utf8_text(m->part.name));
		fuzz_require(utf8_text(m->part.filename));
		fuzz_require(slice_chr(m->part.type, '\r') == m->part.type.n);
		if (media_type_find(m->part.type, m->part.filename, &type))
			fuzz_require(type.kind < MEDIA_KIND__MAX);
		buf_add_slice(out, m->part.name);
		buf_addc(out, '\0');
		buf_add_slice(out, m->part.filename);
		buf_addc(out, '\0');
		break;
	case MULTIPART_DATA:
		fuzz_require(data.n != 0);
		buf_add_slice(out, data);
		break;
	case MULTIPART_PART_END:
		buf_addc(out, '\1');
		break;
	case MULTIPART_MORE:
	case MULTIPART_MALFORMED:
	case MULTIPART_INCOMPLETE:
	case MULTIPART_TOO_MANY:
	case MULTIPART_LONG_HEAD:
		break;
	}
}

/* In pieces of `size` bytes, each an allocation of its own. */
static enum multipart_event
read_in(struct slice boundary, struct slice body, size_t size, struct buf *out)
{
	struct multipart m;

	multipart_init(&m, boundary);
	while (body.n != 0) {
		struct buf piece = BUF_INIT;
		struct slice in, data;
		enum multipart_event event;

		buf_add_slice(&piece, slice_sub(body, 0, size));
		in = buf_slice(&piece);
		do {
			event = multipart_next(&m, &in, &data);
			note(out, &m, event, data);
		} while (
		    event != MULTIPART_MORE && event < MULTIPART_MALFORMED);
		buf_fini(&piece);
		if (event != MULTIPART_MORE)
			break;
		body = slice_from_at(body, size);
	}
	return multipart_end(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 2);
	struct slice body = in.field[1], boundary;
	struct buf whole = BUF_INIT;
	enum multipart_event end;

	if (multipart_boundary(in.field[0], &boundary)) {
		fuzz_require(
		    boundary.n != 0 && boundary.n <= MULTIPART_BOUNDARY_MAX);
		end = read_in(boundary, body, body.n + 1, &whole);
		fuzz_require(whole.n <= body.n);
		for (size_t size = 1; size < 80; size = size * 2 + 1) {
			struct buf pieces = BUF_INIT;

			fuzz_require(
			    read_in(boundary, body, size, &pieces) == end);
			fuzz_require(
			    slice_eq(buf_slice(&pieces), buf_slice(&whole)));
			buf_fini(&pieces);
		}
	}
	buf_fini(&whole);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"
