#include "proto/eio_payload.h"

#include "harness/check.h"
#include "harness/guard.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

#define RS "\x1e"

/* The packets as "type:data;" each, '!' and the status where it stopped. */
static void
describe(struct slice body, enum eio_framing framing, struct buf *out)
{
	struct eio_payload_iter it = eio_payload_begin(body, framing);
	struct eio_packet p;
	enum eio_status status;
	bool end = false;

	while ((status = eio_payload_next(&it, &p, &end)) == EIO_OK && !end) {
		buf_addf(out, "%d%s%s:", (int)p.type, p.binary ? "b" : "",
		    p.raw ? "r" : "");
		buf_add_slice(out, p.data);
		buf_addc(out, ';');
	}
	if (status == EIO_OK)
		return;
	buf_addf(out, "!%d", (int)status);
	/* After an error there is nothing more. */
	if (eio_payload_next(&it, &p, &end) != EIO_OK || !end)
		buf_adds(out, "?");
}

static const struct {
	int line;
	const char *name;
	struct slice body;
	enum eio_status check;
	const char *packets;
} ROWS[] = {
	{ __LINE__, "C2: one packet", S("4a"), EIO_OK, "4:a;" },
	{ __LINE__, "C2: several, in order", S("4a" RS "2" RS "4b"), EIO_OK,
	    "4:a;2:;4:b;" },
	{ __LINE__, "C2: binary", S("4h" RS "bAQIDBA=="), EIO_OK,
	    "4:h;4b:AQIDBA==;" },
	{ __LINE__, "M14: leave and close in one batch", S("41" RS "1"), EIO_OK,
	    "4:1;1:;" },
	{ __LINE__, "D6: empty body", S(""), EIO_EMPTY, "!1" },
	{ __LINE__, "D6: only a separator", S(RS), EIO_OK, "!1" },
	{ __LINE__, "D6: trailing separator", S("4a" RS), EIO_OK, "4:a;!1" },
	{ __LINE__, "D6: leading separator", S(RS "4a"), EIO_OK, "!1" },
	{ __LINE__, "D6: empty segment", S("4a" RS RS "4b"), EIO_OK, "4:a;!1" },
	{ __LINE__, "D6: stops at the first invalid one",
	    S("4a" RS "x" RS "4b"), EIO_OK, "4:a;!2" },
	{ __LINE__, "E10: invalid base64", S("4a" RS "b?" RS "4b"), EIO_OK,
	    "4:a;!3" },
	{ __LINE__, "D6: the suite's invalid payload", S("abc"), EIO_OK, "!2" },
	{ __LINE__, "G1: a payload of version 3", S("6:4hello"), EIO_OK,
	    "6::4hello;" },
	{ __LINE__, "D8: invalid UTF-8", S("4a" RS "4\xff"), EIO_UTF8,
	    "4:a;4:\xff;" },
	{ __LINE__, "D8: cut UTF-8 at the end", S("4\xe2\x82"), EIO_UTF8,
	    "4:\xe2\x82;" },
	{ __LINE__, "D8: a surrogate", S("4\xed\xa0\x80"), EIO_UTF8,
	    "4:\xed\xa0\x80;" },
	{ __LINE__, "D8: BOM",
	    S("\xef\xbb\xbf"
	      "4a"),
	    EIO_OK, "!2" },
	{ __LINE__, "separator within a character", S("4\xe2" RS "\x82"),
	    EIO_UTF8, "4:\xe2;!2" },
};

static void
test_read(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g = guard_copy(ROWS[i].body.p, ROWS[i].body.n);
		struct buf b = BUF_INIT;

		CHECK_ROW(ROWS[i].line,
		    eio_payload_check(g.s, EIO_RS) == ROWS[i].check);
		describe(g.s, EIO_RS, &b);
		CHECK_SLICE_ROW(ROWS[i].line, buf_slice(&b), ROWS[i].packets);
		buf_fini(&b);
		guard_free(&g);
	}
}

static void
test_null_body_is_empty(void)
{
	struct slice none = { NULL, 0 };
	struct buf b = BUF_INIT;

	CHECK(eio_payload_check(none, EIO_RS) == EIO_EMPTY);
	describe(none, EIO_RS, &b);
	CHECK_SLICE(buf_slice(&b), "!1");
	buf_fini(&b);
}

static enum eio_status
read_all(struct slice body, size_t *packets)
{
	struct eio_payload_iter it = eio_payload_begin(body, EIO_RS);
	struct eio_packet p;
	enum eio_status status;
	bool end = false;

	*packets = 0;
	while ((status = eio_payload_next(&it, &p, &end)) == EIO_OK && !end)
		++*packets;
	return status;
}

static void
test_packets_max(void)
{
	struct buf b = BUF_INIT;
	size_t packets;

	for (int i = 0; i < EIO_PAYLOAD_PACKETS_MAX; i++)
		eio_payload_add(&b, SLICE("3"));
	CHECK(b.n == 2 * EIO_PAYLOAD_PACKETS_MAX - 1);
	CHECK(eio_payload_check(buf_slice(&b), EIO_RS) == EIO_OK);
	CHECK(read_all(buf_slice(&b), &packets) == EIO_OK);
	CHECK(packets == EIO_PAYLOAD_PACKETS_MAX);
	eio_payload_add(&b, SLICE("3"));
	CHECK(eio_payload_check(buf_slice(&b), EIO_RS) == EIO_TOO_MANY);
	CHECK(read_all(buf_slice(&b), &packets) == EIO_TOO_MANY);
	CHECK(packets == EIO_PAYLOAD_PACKETS_MAX);
	buf_fini(&b);
}

static void
test_largest_body(void)
{
	struct buf b = BUF_INIT;
	struct guard g;
	size_t packets;

	memset(buf_room(&b, EIO_PAYLOAD_MAX), 'a', EIO_PAYLOAD_MAX);
	b.n = EIO_PAYLOAD_MAX;
	b.p[0] = '4';
	g = guard_copy(b.p, b.n);
	CHECK(eio_payload_check(g.s, EIO_RS) == EIO_OK);
	CHECK(read_all(g.s, &packets) == EIO_OK && packets == 1);
	/* As many separators as fit: refused without walking all of it. */
	memset(b.p, EIO_SEPARATOR, b.n);
	CHECK(eio_payload_check(buf_slice(&b), EIO_RS) == EIO_TOO_MANY);
	CHECK(read_all(buf_slice(&b), &packets) == EIO_EMPTY && packets == 0);
	guard_free(&g);
	buf_fini(&b);
}

static void
test_add(void)
{
	struct buf b = BUF_INIT;

	eio_payload_add(&b, SLICE("4a"));
	CHECK_SLICE(buf_slice(&b), "4a");
	eio_payload_add(&b, SLICE("bAQ=="));
	eio_payload_add(&b, SLICE("1"));
	CHECK_SLICE(buf_slice(&b), "4a" RS "bAQ==" RS "1");
	buf_fini(&b);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_read),
	    CHECK_CASE(test_null_body_is_empty),
	    CHECK_CASE(test_packets_max),
	    CHECK_CASE(test_largest_body),
	    CHECK_CASE(test_add),
	    { NULL, NULL },
	});
}
