#include "proto/fcgi_record.h"

#include <stdlib.h>

#include "harness/check.h"
#include "harness/guard.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

static void
test_reply_bytes(void)
{
	struct buf b = BUF_INIT;

	fcgi_record_reply(
	    &b, 0x0102, SLICE("Status: 200 OK\r\n\r\n"), SLICE("ok"));
	CHECK(slice_eq(buf_slice(&b),
	    SLICE("\1\6\1\2\0\22\0\0Status: 200 OK\r\n\r\n"
		  "\1\6\1\2\0\2\0\0ok"
		  "\1\6\1\2\0\0\0\0"
		  "\1\3\1\2\0\10\0\0\0\0\0\0\0\0\0\0")));
	buf_fini(&b);
}

/* Reads a whole reply back: STDOUT gathered, then exactly one END_REQUEST. */
static bool
gather(struct slice in, uint16_t id, struct buf *out)
{
	struct fcgi_record r;
	bool ended = false;

	while (in.n > 0) {
		if (fcgi_record_read(in, &r) != FCGI_RECORD_OK ||
		    r.request_id != id)
			return false;
		in = slice_from_at(in, r.size);
		if (r.type == FCGI_RECORD_END)
			return ended && in.n == 0 &&
			    slice_eq(r.content, SLICE("\0\0\0\0\0\0\0\0"));
		if (r.type != FCGI_RECORD_STDOUT || ended)
			return false;
		ended = r.content.n == 0;
		buf_add_slice(out, r.content);
	}
	return false;
}

static void
test_reply_sizes(void)
{
	static const size_t SIZES[] = { 0, 1, 7, 8, 65534, 65535, 65536, 131069,
		131070, 131071, 1000000 };
	char *body = malloc(1000000);

	memset(body, 'x', 1000000);
	for (size_t i = 0; i < COUNT(SIZES); i++) {
		struct slice head = SLICE("Status: 200 OK\r\n\r\n");
		struct slice bytes = { body, SIZES[i] };
		struct buf b = BUF_INIT;
		struct buf back = BUF_INIT;
		struct guard g;

		fcgi_record_reply(&b, 65535, head, bytes);
		g = guard_copy(b.p, b.n);
		CHECK(gather(g.s, 65535, &back));
		CHECK(back.n == head.n + SIZES[i]);
		CHECK(slice_starts(buf_slice(&back), head));
		CHECK(slice_ends(buf_slice(&back), bytes));
		guard_free(&g);
		buf_fini(&b);
		buf_fini(&back);
	}
	free(body);
}

static void
test_reply_empty(void)
{
	struct buf b = BUF_INIT;

	/* Not even a head: still a stream end and one END_REQUEST. */
	fcgi_record_reply(&b, 1, SLICE_EMPTY, SLICE_EMPTY);
	CHECK(slice_eq(buf_slice(&b),
	    SLICE("\1\6\0\1\0\0\0\0\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0")));
	buf_fini(&b);
}

/* In pieces it is the same as at once. */
static void
test_pieces(void)
{
	struct buf pieces = BUF_INIT, whole = BUF_INIT;

	fcgi_record_stdout(&pieces, 7, SLICE("head"));
	fcgi_record_stdout(&pieces, 7, SLICE_EMPTY);
	fcgi_record_stdout(&pieces, 7, SLICE("body"));
	fcgi_record_end(&pieces, 7);
	fcgi_record_reply(&whole, 7, SLICE("head"), SLICE("body"));
	CHECK(slice_eq(buf_slice(&pieces), buf_slice(&whole)));
	buf_fini(&pieces);
	buf_fini(&whole);
}

static const struct {
	int line;
	const char *name;
	struct slice in;
	enum fcgi_record_status status;
	uint8_t type;
	uint16_t id;
	const char *content;
	size_t size;
} ROWS[] = {
	{ __LINE__, "3.3: nothing yet", S(""), FCGI_RECORD_MORE, 0, 0, "", 0 },
	{ __LINE__, "3.3: one byte", S("\1"), FCGI_RECORD_MORE, 0, 0, "", 0 },
	{ __LINE__, "3.3: header cut", S("\1\6\0\1\0\0\0"), FCGI_RECORD_MORE, 0,
	    0, "", 0 },
	{ __LINE__, "3.3: no content", S("\1\5\0\1\0\0\0\0"), FCGI_RECORD_OK,
	    FCGI_RECORD_STDIN, 1, "", 8 },
	{ __LINE__, "3.3: content cut", S("\1\6\0\1\0\3\0\0ab"),
	    FCGI_RECORD_MORE, 0, 0, "", 0 },
	{ __LINE__, "3.3: content", S("\1\6\0\1\0\3\0\0abc"), FCGI_RECORD_OK,
	    FCGI_RECORD_STDOUT, 1, "abc", 11 },
	{ __LINE__, "3.3: padding cut", S("\1\6\0\1\0\3\5\0abc...."),
	    FCGI_RECORD_MORE, 0, 0, "", 0 },
	{ __LINE__, "3.3: padding is counted, not given",
	    S("\1\6\0\1\0\3\5\0abc.....\1"), FCGI_RECORD_OK, FCGI_RECORD_STDOUT,
	    1, "abc", 16 },
	{ __LINE__, "3.3: big-endian id", S("\1\2\377\376\0\0\0\0"),
	    FCGI_RECORD_OK, FCGI_RECORD_ABORT, 0xFFFE, "", 8 },
	{ __LINE__, "3.3: an unknown type is passed on",
	    S("\1\143\0\0\0\0\0\0"), FCGI_RECORD_OK, 99, 0, "", 8 },
	{ __LINE__, "3.3: version 2", S("\2\6\0\1\0\0\0\0"), FCGI_RECORD_BAD, 0,
	    0, "", 0 },
	{ __LINE__, "3.3: not FastCGI, known at the first byte", S("G"),
	    FCGI_RECORD_BAD, 0, 0, "", 0 },
};

static void
test_read(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g = guard_copy(ROWS[i].in.p, ROWS[i].in.n);
		struct fcgi_record r;
		enum fcgi_record_status status = fcgi_record_read(g.s, &r);
		int line = ROWS[i].line;

		CHECK_ROW(line, status == ROWS[i].status);
		if (status == FCGI_RECORD_OK) {
			CHECK_ROW(line, r.type == ROWS[i].type);
			CHECK_ROW(line, r.request_id == ROWS[i].id);
			CHECK_SLICE_ROW(line, r.content, ROWS[i].content);
			CHECK_ROW(line, r.size == ROWS[i].size);
		}
		guard_free(&g);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_reply_bytes),
	    CHECK_CASE(test_reply_sizes),
	    CHECK_CASE(test_reply_empty),
	    CHECK_CASE(test_pieces),
	    CHECK_CASE(test_read),
	    { NULL, NULL },
	});
}
