#include "proto/eio_payload.h"

#include "harness/check.h"
#include "harness/guard.h"

static const char *const STATUS[EIO_STATUS__MAX] = {
	[EIO_OK] = "EIO_OK",
	[EIO_EMPTY] = "EIO_EMPTY",
	[EIO_TYPE] = "EIO_TYPE",
	[EIO_BASE64] = "EIO_BASE64",
	[EIO_UTF8] = "EIO_UTF8",
	[EIO_TOO_MANY] = "EIO_TOO_MANY",
	[EIO_FRAME] = "EIO_FRAME",
};

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
	buf_addf(out, "!%s", STATUS[status]);
	/* After an error there is nothing more. */
	if (eio_payload_next(&it, &p, &end) != EIO_OK || !end)
		buf_adds(out, "?");
}

#define ROW(name, framing, body, check, packets) \
	{ name, framing, SLICE_INIT(body), check, SLICE_INIT(packets) },
static const struct row {
	const char *name;
	enum eio_framing framing;
	struct slice body;
	enum eio_status check;
	struct slice packets;
} ROWS[] = {
#include "vectors/eio_payload.h"
};
#undef ROW

/* The rows come from another file: their name is the better address. */
static void
check_row(const struct row *row, bool good, const char *what)
{
	if (!good) {
		(void)printf("# row \"%s\"\n", row->name);
		check_fail(__FILE__, __LINE__, what);
	}
}

static void
test_read(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		const struct row *row = &ROWS[i];
		struct guard g = guard_copy(row->body.p, row->body.n);
		struct buf b = BUF_INIT;

		check_row(row,
		    eio_payload_check(g.s, row->framing) == row->check,
		    "status of the check");
		describe(g.s, row->framing, &b);
		check_row(
		    row, slice_eq(buf_slice(&b), row->packets), buf_cstr(&b));
		buf_fini(&b);
		guard_free(&g);
	}
}

static void
test_null_body_is_empty(void)
{
	static const enum eio_framing ALL[] = { EIO_RS, EIO_TEXT, EIO_BINARY };
	struct slice none = { NULL, 0 };

	for (size_t i = 0; i < COUNT(ALL); i++) {
		struct buf b = BUF_INIT;

		CHECK(eio_payload_check(none, ALL[i]) == EIO_EMPTY);
		describe(none, ALL[i], &b);
		CHECK_SLICE(buf_slice(&b), "!EIO_EMPTY");
		buf_fini(&b);
	}
}

static enum eio_status
read_all(struct slice body, enum eio_framing framing, size_t *packets)
{
	struct eio_payload_iter it = eio_payload_begin(body, framing);
	struct eio_packet p;
	enum eio_status status;
	bool end = false;

	*packets = 0;
	while ((status = eio_payload_next(&it, &p, &end)) == EIO_OK && !end)
		++*packets;
	return status;
}

static const struct {
	int line;
	enum eio_framing framing;
	struct slice first, more; /* the same packet, first and behind one */
	size_t seen;              /* of EIO_PAYLOAD_PACKETS_MAX of them */
} MANY[] = {
	{ __LINE__, EIO_RS, SLICE_INIT("3"), SLICE_INIT(RS "3"),
	    EIO_PAYLOAD_PACKETS_MAX },
	{ __LINE__, EIO_TEXT, SLICE_INIT("1:3"), SLICE_INIT("1:3"),
	    EIO_PAYLOAD_PACKETS_MAX },
	{ __LINE__, EIO_BINARY, SLICE_INIT("\1\1\xff\4"),
	    SLICE_INIT("\1\1\xff\4"), EIO_PAYLOAD_PACKETS_MAX },
	/* Those without anything count too: each is work. */
	{ __LINE__, EIO_TEXT, SLICE_INIT("0:"), SLICE_INIT("0:"), 0 },
};

static void
test_packets_max(void)
{
	for (size_t i = 0; i < COUNT(MANY); i++) {
		enum eio_framing framing = MANY[i].framing;
		struct buf b = BUF_INIT;
		size_t n;

		buf_add_slice(&b, MANY[i].first);
		for (int k = 1; k < EIO_PAYLOAD_PACKETS_MAX; k++)
			buf_add_slice(&b, MANY[i].more);
		CHECK_ROW(MANY[i].line,
		    eio_payload_check(buf_slice(&b), framing) == EIO_OK);
		CHECK_ROW(MANY[i].line,
		    read_all(buf_slice(&b), framing, &n) == EIO_OK);
		CHECK_ROW(MANY[i].line, n == MANY[i].seen);
		buf_add_slice(&b, MANY[i].more);
		CHECK_ROW(MANY[i].line,
		    eio_payload_check(buf_slice(&b), framing) == EIO_TOO_MANY);
		CHECK_ROW(MANY[i].line,
		    read_all(buf_slice(&b), framing, &n) == EIO_TOO_MANY);
		CHECK_ROW(MANY[i].line, n == MANY[i].seen);
		buf_fini(&b);
	}
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
	CHECK(read_all(g.s, EIO_RS, &packets) == EIO_OK && packets == 1);
	/* As many separators as fit: refused without walking all of it. */
	memset(b.p, EIO_SEPARATOR, b.n);
	CHECK(eio_payload_check(buf_slice(&b), EIO_RS) == EIO_TOO_MANY);
	CHECK(read_all(buf_slice(&b), EIO_RS, &packets) == EIO_EMPTY &&
	    packets == 0);
	guard_free(&g);
	buf_fini(&b);
}

/* One packet that fills the body, in the framings that count. */
static void
test_longest_packet(void)
{
	static const struct {
		enum eio_framing framing;
		struct slice head;
	} HEADS[] = {
		{ EIO_TEXT, SLICE_INIT("999993:4") },
		{ EIO_BINARY,
		    SLICE_INIT("\0\x9\x9\x9\x9\x9\x2\xff"
			       "4") },
	};

	for (size_t i = 0; i < COUNT(HEADS); i++) {
		struct buf b = BUF_INIT;
		struct guard g;
		size_t packets;

		buf_add_slice(&b, HEADS[i].head);
		while (b.n < EIO_PAYLOAD_MAX)
			buf_addc(&b, 'a');
		g = guard_copy(b.p, b.n);
		CHECK(eio_payload_check(g.s, HEADS[i].framing) == EIO_OK);
		CHECK(read_all(g.s, HEADS[i].framing, &packets) == EIO_OK);
		CHECK(packets == 1);
		/* One byte less is not all of it. */
		g.s.n--;
		CHECK(eio_payload_check(g.s, HEADS[i].framing) == EIO_FRAME);
		guard_free(&g);
		buf_fini(&b);
	}
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

/* Packets of one answer, how the client's reading ability frames them. */
static const struct {
	int line;
	const char *name;
	enum eio_framing richest, used;
	struct slice packets[3]; /* to the first with p == NULL */
	struct slice body;
} JOIN[] = {
	{ __LINE__, "C2", EIO_RS, EIO_RS,
	    { SLICE_INIT("4a"), SLICE_INIT("bAQ=="), SLICE_INIT("1") },
	    SLICE_INIT("4a" RS "bAQ==" RS "1") },
	{ __LINE__, "G5: no binary packet", EIO_BINARY, EIO_TEXT,
	    { SLICE_INIT("4hello"), SLICE_INIT("3") },
	    SLICE_INIT("6:4hello1:3") },
	{ __LINE__, "G1: units", EIO_BINARY, EIO_TEXT,
	    { SLICE_INIT("4\xe2\x82\xac\xf0\x9f\x98\x80"), SLICE_INIT("3") },
	    SLICE_INIT("4:4\xe2\x82\xac\xf0\x9f\x98\x80"
		       "1:3") },
	{ __LINE__, "G3: a client of base64", EIO_TEXT, EIO_TEXT,
	    { SLICE_INIT("4hello"), SLICE_INIT("bAQIDBA==") },
	    SLICE_INIT("6:4hello10:b4AQIDBA==") },
	{ __LINE__, "E9: no bytes, base64", EIO_TEXT, EIO_TEXT,
	    { SLICE_INIT("b") }, SLICE_INIT("2:b4") },
	{ __LINE__, "G4: one is binary", EIO_BINARY, EIO_BINARY,
	    { SLICE_INIT("4hello"), SLICE_INIT("bAQIDBA=="), SLICE_INIT("3") },
	    SLICE_INIT("\0\6\xff"
		       "4hello\1\5\xff\4\1\2\3\4\0\1\xff"
		       "3") },
	{ __LINE__, "G4: bytes, not units", EIO_BINARY, EIO_BINARY,
	    { SLICE_INIT("4\xe2\x82\xac"), SLICE_INIT("b") },
	    SLICE_INIT("\0\4\xff"
		       "4\xe2\x82\xac\1\1\xff\4") },
	{ __LINE__, "G4: two digits", EIO_BINARY, EIO_BINARY,
	    { SLICE_INIT("b"), SLICE_INIT("4012345678") },
	    SLICE_INIT("\1\1\xff\4\0\1\0\xff"
		       "4012345678") },
	/* What is kept might be damaged; nothing is lost silently. */
	{ __LINE__, "no base64", EIO_BINARY, EIO_BINARY, { SLICE_INIT("b?") },
	    SLICE_INIT("\0\2\xff"
		       "b?") },
};

static void
test_join(void)
{
	for (size_t i = 0; i < COUNT(JOIN); i++) {
		struct buf b = BUF_INIT;
		size_t n = 0;

		while (
		    n < COUNT(JOIN[i].packets) && JOIN[i].packets[n].p != NULL)
			n++;
		CHECK_ROW(JOIN[i].line,
		    eio_payload_join(&b, JOIN[i].richest, JOIN[i].packets, n) ==
			JOIN[i].used);
		CHECK_ROW(JOIN[i].line, slice_eq(buf_slice(&b), JOIN[i].body));
		buf_fini(&b);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_read),
	    CHECK_CASE(test_null_body_is_empty),
	    CHECK_CASE(test_packets_max),
	    CHECK_CASE(test_largest_body),
	    CHECK_CASE(test_longest_packet),
	    CHECK_CASE(test_add),
	    CHECK_CASE(test_join),
	    { NULL, NULL },
	});
}
