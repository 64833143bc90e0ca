/*
 * A query, a method, an Origin, a line each: what is let in is well-formed, and
 * parameters that nobody knows change nothing.
 */
#include "harness/fuzz.h"

#include "proto/eio_handshake.h"
#include "proto/jval.h"

static const unsigned MASKS[] = { 1 << 4, 1 << 3 | 1 << 4 };

static enum eio_error
check_query(struct slice query, enum http_method method, struct slice origin,
    unsigned mask)
{
	struct arena a = ARENA_INIT;
	struct eio_query q;
	enum eio_error error;

	eio_query_parse(query, &a, &q);
	error = eio_handshake_check(&q, method, origin, mask);
	if (error == EIO_NO_ERROR) {
		fuzz_require(slice_eqs(q.transport, "polling"));
		fuzz_require(q.sid.n == 0 || eio_sid_valid(q.sid));
		fuzz_require(q.sid.n != 0 ||
		    (method == HTTP_GET && (mask >> q.version & 1) != 0));
		fuzz_require(slice_chr(origin, '\r') == origin.n);
	}
	arena_fini(&a);
	return error;
}

/* What is answered is JSON, whatever was asked. */
static void
check_error(enum eio_error error)
{
	struct json_object *value = NULL;
	struct buf json = BUF_INIT;

	eio_handshake_error(&json, error, NULL);
	fuzz_require(jval_parse(buf_slice(&json), &value) == JVAL_OK);
	fuzz_require(
	    (eio_error_status(error) == 200) == (error == EIO_NO_ERROR));
	json_object_put(value);
	buf_fini(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 3);
	enum http_method method = http_method_parse(in.field[1]);
	struct buf more = BUF_INIT;

	buf_add_slice(&more, in.field[0]);
	buf_adds(&more, "&t=abc&EIO2=3&");
	for (size_t i = 0; i < COUNT(MASKS); i++) {
		enum eio_error error =
		    check_query(in.field[0], method, in.field[2], MASKS[i]);

		check_error(error);
		fuzz_require(check_query(buf_slice(&more), method, in.field[2],
				 MASKS[i]) == error);
	}
	buf_fini(&more);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"
