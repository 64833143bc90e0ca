#include "proto/eio_packet.h"

#include "harness/check.h"
#include "harness/guard.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

static const struct {
	int line;
	const char *name;
	struct slice raw;
	enum eio_status status;
	enum eio_type type;
	bool binary;
	const char *data;
} ROWS[] = {
	{ __LINE__, "E1: open", S("0{}"), EIO_OK, EIO_OPEN, false, "{}" },
	{ __LINE__, "E1: close", S("1"), EIO_OK, EIO_CLOSE, false, "" },
	{ __LINE__, "E1: ping", S("2"), EIO_OK, EIO_PING, false, "" },
	{ __LINE__, "E2: ping with data", S("2probe"), EIO_OK, EIO_PING, false,
	    "probe" },
	{ __LINE__, "E1: pong", S("3"), EIO_OK, EIO_PONG, false, "" },
	{ __LINE__, "E1: message", S("4hello"), EIO_OK, EIO_MESSAGE, false,
	    "hello" },
	{ __LINE__, "E1: message, UTF-8", S("4\xe2\x82\xac"), EIO_OK,
	    EIO_MESSAGE, false, "\xe2\x82\xac" },
	{ __LINE__, "E1: upgrade", S("5"), EIO_OK, EIO_UPGRADE, false, "" },
	{ __LINE__, "E1: noop", S("6"), EIO_OK, EIO_NOOP, false, "" },
	{ __LINE__, "E1: binary", S("bAQIDBA=="), EIO_OK, EIO_MESSAGE, true,
	    "AQIDBA==" },
	{ __LINE__, "E9: message without data", S("4"), EIO_OK, EIO_MESSAGE,
	    false, "" },
	{ __LINE__, "E9: binary without data", S("b"), EIO_OK, EIO_MESSAGE,
	    true, "" },
	{ __LINE__, "E10: padding left out", S("bAQIDBA"), EIO_OK, EIO_MESSAGE,
	    true, "AQIDBA" },
	{ __LINE__, "E10: padding not complete", S("bAQIDBA="), EIO_BASE64,
	    EIO_MESSAGE, true, "" },
	{ __LINE__, "E10: URL-safe alphabet", S("b-_-_"), EIO_BASE64,
	    EIO_MESSAGE, true, "" },
	{ __LINE__, "E10: junk", S("bAQ IDBA"), EIO_BASE64, EIO_MESSAGE, true,
	    "" },
	{ __LINE__, "D6: empty", S(""), EIO_EMPTY, EIO_OPEN, false, "" },
	{ __LINE__, "E2: type 7", S("7"), EIO_TYPE, EIO_OPEN, false, "" },
	{ __LINE__, "E2: a letter", S("abc"), EIO_TYPE, EIO_OPEN, false, "" },
	{ __LINE__, "E2: below '0'", S("/"), EIO_TYPE, EIO_OPEN, false, "" },
	{ __LINE__, "E2: NUL", S("\0"), EIO_TYPE, EIO_OPEN, false, "" },
	{ __LINE__, "E2: a byte over 127", S("\xb4x"), EIO_TYPE, EIO_OPEN,
	    false, "" },
	{ __LINE__, "D8: a leading BOM is data",
	    S("\xef\xbb\xbf"
	      "4x"),
	    EIO_TYPE, EIO_OPEN, false, "" },
};

static void
test_decode(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g = guard_copy(ROWS[i].raw.p, ROWS[i].raw.n);
		struct eio_packet p;
		enum eio_status status = eio_packet_decode(g.s, &p);

		CHECK_ROW(ROWS[i].line, status == ROWS[i].status);
		if (status == EIO_OK) {
			CHECK_ROW(ROWS[i].line, p.type == ROWS[i].type);
			CHECK_ROW(ROWS[i].line, p.binary == ROWS[i].binary);
			CHECK_SLICE_ROW(ROWS[i].line, p.data, ROWS[i].data);
		}
		guard_free(&g);
	}
}

static void
test_encode(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct buf b = BUF_INIT;
		struct buf want = BUF_INIT;

		if (ROWS[i].status != EIO_OK)
			continue;
		buf_add_slice(&want, ROWS[i].raw);
		eio_packet_encode(&b,
		    &(struct eio_packet){ ROWS[i].type, ROWS[i].binary, false,
			slice_from(ROWS[i].data) });
		/* E10: what was left out of the padding is made good. */
		while (ROWS[i].binary && want.n % 4 != 1)
			buf_addc(&want, '=');
		CHECK_ROW(
		    ROWS[i].line, slice_eq(buf_slice(&b), buf_slice(&want)));
		buf_fini(&want);
		buf_fini(&b);
	}
}

/* Version 3: what differs from the rows above. */
static void
test_decode_v3(void)
{
	struct eio_packet p;

	CHECK(eio_packet_decode_v3(SLICE("b4AQ=="), &p) == EIO_OK);
	CHECK(p.type == EIO_MESSAGE && p.binary && !p.raw);
	CHECK_SLICE(p.data, "AQ==");
	CHECK(eio_packet_decode_v3(SLICE("4b4AQ"), &p) == EIO_OK);
	CHECK(p.type == EIO_MESSAGE && !p.binary && !p.raw);
	CHECK_SLICE(p.data, "b4AQ");
	CHECK(eio_packet_decode_v3(SLICE("b4A"), &p) == EIO_BASE64);
	CHECK(eio_packet_decode_v3(SLICE("b"), &p) == EIO_TYPE);
	CHECK(eio_packet_decode_v3(SLICE("bAQ=="), &p) == EIO_TYPE);
	CHECK(eio_packet_decode_v3(SLICE("7"), &p) == EIO_TYPE);
	CHECK(eio_packet_decode_v3(SLICE_EMPTY, &p) == EIO_EMPTY);
}

static void
test_decode_bytes(void)
{
	struct eio_packet p;
	struct buf b = BUF_INIT;

	CHECK(eio_packet_decode_bytes(SLICE("\4\0\xff"), &p) == EIO_OK);
	CHECK(p.type == EIO_MESSAGE && p.binary && p.raw);
	CHECK(slice_eq(p.data, SLICE("\0\xff")));
	/* Kept and handed on in the form of version 4. */
	eio_packet_encode(&b, &p);
	CHECK_SLICE(buf_slice(&b), "bAP8=");
	CHECK(eio_packet_decode_bytes(SLICE("4a"), &p) == EIO_TYPE);
	CHECK(eio_packet_decode_bytes(SLICE("\2"), &p) == EIO_TYPE);
	CHECK(eio_packet_decode_bytes(SLICE_EMPTY, &p) == EIO_EMPTY);
	buf_fini(&b);
}

static void
test_data_with_nul(void)
{
	struct eio_packet p;

	CHECK(eio_packet_decode(SLICE("4a\0b"), &p) == EIO_OK);
	CHECK(slice_eq(p.data, SLICE("a\0b")));
}

static void
test_strerror(void)
{
	for (int i = 0; i < EIO_STATUS__MAX; i++)
		CHECK(eio_packet_strerror((enum eio_status)i) != NULL);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_decode),
	    CHECK_CASE(test_encode),
	    CHECK_CASE(test_decode_v3),
	    CHECK_CASE(test_decode_bytes),
	    CHECK_CASE(test_data_with_nul),
	    CHECK_CASE(test_strerror),
	    { NULL, NULL },
	});
}
