#include "base/base64.h"

#include "harness/check.h"
#include "harness/guard.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

static const struct {
	int line;
	const char *bytes;
	const char *text;
	const char *url;
} PAIRS[] = {
	/* RFC 4648, section 10 */
	{ __LINE__, "", "", "" },
	{ __LINE__, "f", "Zg==", "Zg" },
	{ __LINE__, "fo", "Zm8=", "Zm8" },
	{ __LINE__, "foo", "Zm9v", "Zm9v" },
	{ __LINE__, "foob", "Zm9vYg==", "Zm9vYg" },
	{ __LINE__, "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ __LINE__, "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	/* the two characters in which the alphabets differ */
	{ __LINE__, "\xfb\xff\xbf", "+/+/", "-_-_" },
	/* the protocol's own example */
	{ __LINE__, "\x01\x02\x03\x04", "AQIDBA==", "AQIDBA" },
	/* a session id: 15 bytes, 20 characters */
	{ __LINE__,
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff",
	    "////////////////////", "____________________" },
};

static void
test_pairs(void)
{
	for (size_t i = 0; i < COUNT(PAIRS); i++) {
		struct guard bytes =
		    guard_copy(PAIRS[i].bytes, strlen(PAIRS[i].bytes));
		struct guard text =
		    guard_copy(PAIRS[i].text, strlen(PAIRS[i].text));
		struct buf b = BUF_INIT;

		base64_encode(&b, bytes.s);
		CHECK_SLICE_ROW(PAIRS[i].line, buf_slice(&b), PAIRS[i].text);
		buf_clear(&b);
		base64_encode_url(&b, bytes.s);
		CHECK_SLICE_ROW(PAIRS[i].line, buf_slice(&b), PAIRS[i].url);
		buf_clear(&b);
		CHECK_ROW(PAIRS[i].line,
		    base64_decode_url(&b, slice_from(PAIRS[i].url)));
		CHECK_SLICE_ROW(PAIRS[i].line, buf_slice(&b), PAIRS[i].bytes);
		buf_clear(&b);
		CHECK_ROW(PAIRS[i].line, base64_decode(&b, text.s));
		CHECK_SLICE_ROW(PAIRS[i].line, buf_slice(&b), PAIRS[i].bytes);
		buf_fini(&b);
		guard_free(&bytes);
		guard_free(&text);
	}
}

static const struct {
	int line;
	const char *name;
	struct slice text;
	bool valid;
} TEXTS[] = {
	{ __LINE__, "padding left out, 1 byte", S("Zg"), true },
	{ __LINE__, "padding left out, 2 bytes", S("Zm8"), true },
	{ __LINE__, "one character is no byte", S("Z"), false },
	{ __LINE__, "five characters", S("Zm9vY"), false },
	{ __LINE__, "padding not complete", S("Zg="), false },
	{ __LINE__, "padding too long", S("Zg==="), false },
	{ __LINE__, "three of padding", S("Z==="), false },
	{ __LINE__, "only padding", S("===="), false },
	{ __LINE__, "padding in the middle", S("Zg==Zg=="), false },
	{ __LINE__, "a group of padding", S("Zm9v===="), false },
	{ __LINE__, "unused bits set, 1 byte", S("Zh=="), false },
	{ __LINE__, "unused bits set, the highest", S("Zo=="), false },
	{ __LINE__, "unused bits set, 2 bytes", S("Zm9="), false },
	{ __LINE__, "E10: URL-safe alphabet", S("-_-_"), false },
	{ __LINE__, "E10: white space", S("Zm 9v"), false },
	{ __LINE__, "E10: line break", S("Zm9v\n"), false },
	{ __LINE__, "E10: junk", S("Zm*v"), false },
	{ __LINE__, "NUL", S("Zm9\0"), false },
	{ __LINE__, "a byte over 127", S("Zm9\xff"), false },
};

static void
test_texts(void)
{
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct guard g = guard_copy(TEXTS[i].text.p, TEXTS[i].text.n);
		struct buf b = BUF_INIT;

		CHECK_ROW(TEXTS[i].line, base64_valid(g.s) == TEXTS[i].valid);
		CHECK_ROW(
		    TEXTS[i].line, base64_decode(&b, g.s) == TEXTS[i].valid);
		CHECK_ROW(TEXTS[i].line, TEXTS[i].valid || b.n == 0);
		buf_fini(&b);
		guard_free(&g);
	}
}

static void
test_url_refused(void)
{
	static const char *const REFUSED[] = { "+w", "/w", "Zg==", "Z", "Zh",
		"Zm9v\n", "Zm*v" };

	for (size_t i = 0; i < COUNT(REFUSED); i++) {
		struct buf b = BUF_INIT;

		CHECK(!base64_decode_url(&b, slice_from(REFUSED[i])));
		CHECK(b.n == 0);
		buf_fini(&b);
	}
}

static void
test_every_byte(void)
{
	char bytes[256];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		struct slice in = { bytes + sizeof(bytes) - n, n };
		struct buf text = BUF_INIT;
		struct buf back = BUF_INIT;

		base64_encode(&text, in);
		CHECK(text.n == (n + 2) / 3 * 4);
		CHECK(base64_decode(&back, buf_slice(&text)));
		CHECK(slice_eq(buf_slice(&back), in));
		buf_fini(&text);
		buf_fini(&back);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_pairs),
	    CHECK_CASE(test_texts),
	    CHECK_CASE(test_url_refused),
	    CHECK_CASE(test_every_byte),
	    { NULL, NULL },
	});
}
