/* slice, buf, num, utf8 and arena: what everything else stands on. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/slice.h"
#include "base/utf8.h"
#include "harness/check.h"
#include "harness/guard.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

static void
test_slice_compare(void)
{
	struct slice none = { NULL, 0 };

	CHECK(slice_eq(none, SLICE_EMPTY));
	CHECK(slice_eqs(none, ""));
	CHECK(slice_eqs(slice_from("abc"), "abc"));
	CHECK(!slice_eqs(SLICE("ab\0c"), "ab"));
	CHECK(!slice_eq(SLICE("abc"), SLICE("abd")));
	CHECK(slice_eq_nocase(SLICE("HoSt"), SLICE("hOsT")));
	CHECK(!slice_eq_nocase(SLICE("a["), SLICE("a{")));
	CHECK(slice_from(NULL).n == 0);
	CHECK(slice_starts(SLICE("abc"), SLICE("ab")));
	CHECK(slice_starts(none, none));
	CHECK(!slice_starts(SLICE("a"), SLICE("ab")));
	CHECK(slice_ends(SLICE("abc"), SLICE("bc")));
	CHECK(slice_ends(SLICE("abc"), none));
	CHECK(!slice_ends(SLICE("c"), SLICE("bc")));
}

static void
test_slice_find(void)
{
	struct guard g = guard_copy("abcabc", 6);

	CHECK(slice_find(g.s, SLICE("ca")) == 2);
	CHECK(slice_find(g.s, SLICE("cb")) == -1);
	CHECK(slice_find(g.s, SLICE("abcabcd")) == -1);
	CHECK(slice_find(g.s, SLICE_EMPTY) == 0);
	CHECK(slice_chr(g.s, 'c') == 2);
	CHECK(slice_chr(g.s, 'x') == 6);
	CHECK(slice_chr((struct slice){ NULL, 0 }, 'x') == 0);
	guard_free(&g);
}

static void
test_slice_parts(void)
{
	CHECK_SLICE(slice_from_at(SLICE("abc"), 1), "bc");
	CHECK_SLICE(slice_from_at(SLICE("abc"), 3), "");
	CHECK_SLICE(slice_from_at(SLICE("abc"), SIZE_MAX), "");
	CHECK_SLICE(slice_sub(SLICE("abc"), 1, 1), "b");
	CHECK_SLICE(slice_sub(SLICE("abc"), 1, SIZE_MAX), "bc");
	CHECK_SLICE(slice_trim(SLICE(" \t\r\na b\n ")), "a b");
	CHECK_SLICE(slice_trim(SLICE(" \t ")), "");
	CHECK_SLICE(slice_trim(SLICE_EMPTY), "");
}

static const struct {
	int line;
	const char *in;
	const char *pieces; /* joined with '|', one behind each */
} CUTS[] = {
	{ __LINE__, "", "|" },
	{ __LINE__, "a", "a|" },
	{ __LINE__, "a,", "a||" },
	{ __LINE__, ",a", "|a|" },
	{ __LINE__, "a,,b", "a||b|" },
};

static void
test_slice_cut(void)
{
	for (size_t i = 0; i < COUNT(CUTS); i++) {
		struct guard g = guard_copy(CUTS[i].in, strlen(CUTS[i].in));
		struct slice rest = g.s;
		struct slice piece;
		struct buf b = BUF_INIT;

		while (slice_cut(&rest, ',', &piece)) {
			buf_add_slice(&b, piece);
			buf_addc(&b, '|');
		}
		CHECK_SLICE_ROW(CUTS[i].line, buf_slice(&b), CUTS[i].pieces);
		buf_fini(&b);
		guard_free(&g);
	}
}

static void
test_buf_grows(void)
{
	struct buf b = BUF_INIT;
	char *taken;

	CHECK(buf_cstr(&b)[0] == '\0');
	CHECK(buf_slice(&b).n == 0 && buf_slice(&b).p != NULL);
	for (int i = 0; i < 5000; i++)
		buf_addf(&b, "%04d", i);
	CHECK(b.n == 20000 && b.p[b.n] == '\0');
	CHECK(memcmp(b.p + (size_t)4 * 4321, "4321", 4) == 0);
	buf_clear(&b);
	CHECK(b.n == 0 && buf_cstr(&b)[0] == '\0');
	buf_add(&b, NULL, 0);
	buf_adds(&b, "x");
	buf_addc(&b, '\0');
	buf_add_slice(&b, SLICE("y"));
	CHECK(slice_eq(buf_slice(&b), SLICE("x\0y")));
	taken = buf_take(&b);
	CHECK(b.p == NULL && b.n == 0 && taken[3] == '\0');
	free(taken);
	taken = buf_take(&b);
	CHECK(taken[0] == '\0');
	free(taken);
}

static void
test_buf_room(void)
{
	struct buf b = BUF_INIT;

	memset(buf_room(&b, 1000), 'z', 1000);
	b.n += 1000;
	buf_addc(&b, '!');
	CHECK(b.n == 1001 && b.p[999] == 'z' && b.p[1001] == '\0');
	buf_fini(&b);
	CHECK(b.p == NULL && b.cap == 0);
}

static const struct {
	int line;
	const char *text;
	int64_t min, max;
	bool good;
	int64_t value;
} NUMS[] = {
	{ __LINE__, "0", 0, 9, true, 0 },
	{ __LINE__, "-0", -9, 9, true, 0 },
	{ __LINE__, "007", 0, 9, true, 7 },
	{ __LINE__, "9", 0, 9, true, 9 },
	{ __LINE__, "10", 0, 9, false, 0 },
	{ __LINE__, "-1", 0, 9, false, 0 },
	{ __LINE__, "", 0, 9, false, 0 },
	{ __LINE__, "-", -9, 9, false, 0 },
	{ __LINE__, "--1", -9, 9, false, 0 },
	{ __LINE__, "+1", 0, 9, false, 0 },
	{ __LINE__, " 1", 0, 9, false, 0 },
	{ __LINE__, "1 ", 0, 9, false, 0 },
	{ __LINE__, "1.0", 0, 9, false, 0 },
	{ __LINE__, "1e1", 0, 99, false, 0 },
	{ __LINE__, "0x1", 0, 9, false, 0 },
	{ __LINE__, "9223372036854775807", INT64_MIN, INT64_MAX, true,
	    INT64_MAX },
	{ __LINE__, "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
	{ __LINE__, "-9223372036854775808", INT64_MIN, INT64_MAX, true,
	    INT64_MIN },
	{ __LINE__, "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
	{ __LINE__, "92233720368547758070", INT64_MIN, INT64_MAX, false, 0 },
	{ __LINE__, "9007199254740991", 0, NUM_JS_MAX, true, NUM_JS_MAX },
	{ __LINE__, "9007199254740992", 0, NUM_JS_MAX, false, 0 },
};

static void
test_num(void)
{
	for (size_t i = 0; i < COUNT(NUMS); i++) {
		struct guard g = guard_copy(NUMS[i].text, strlen(NUMS[i].text));
		int64_t value = 77;
		bool good = num_parse(g.s, NUMS[i].min, NUMS[i].max, &value);

		CHECK_ROW(NUMS[i].line, good == NUMS[i].good);
		CHECK_ROW(NUMS[i].line, value == (good ? NUMS[i].value : 77));
		guard_free(&g);
	}
}

static const struct {
	int line;
	const char *name;
	struct slice text;
	bool valid;
} UTF8[] = {
	{ __LINE__, "empty", S(""), true },
	{ __LINE__, "ASCII", S("plain"), true },
	{ __LINE__, "NUL is valid", S("a\0b"), true },
	{ __LINE__, "2 bytes, least", S("\xc2\x80"), true },
	{ __LINE__, "2 bytes, most", S("\xdf\xbf"), true },
	{ __LINE__, "3 bytes, least", S("\xe0\xa0\x80"), true },
	{ __LINE__, "before the surrogates", S("\xed\x9f\xbf"), true },
	{ __LINE__, "behind the surrogates", S("\xee\x80\x80"), true },
	{ __LINE__, "3 bytes, most", S("\xef\xbf\xbf"), true },
	{ __LINE__, "4 bytes, least", S("\xf0\x90\x80\x80"), true },
	{ __LINE__, "U+10FFFF", S("\xf4\x8f\xbf\xbf"), true },
	{ __LINE__, "U+110000", S("\xf4\x90\x80\x80"), false },
	{ __LINE__, "overlong NUL", S("\xc0\x80"), false },
	{ __LINE__, "overlong slash", S("\xe0\x80\xaf"), false },
	{ __LINE__, "overlong, 4 bytes", S("\xf0\x8f\xbf\xbf"), false },
	{ __LINE__, "high surrogate", S("\xed\xa0\x80"), false },
	{ __LINE__, "low surrogate", S("\xed\xbf\xbf"), false },
	{ __LINE__, "lone continuation", S("\x80"), false },
	{ __LINE__, "cut after 1 of 2", S("a\xc3"), false },
	{ __LINE__, "cut after 2 of 3", S("\xe2\x82"), false },
	{ __LINE__, "cut after 3 of 4", S("\xf0\x9f\x98"), false },
	{ __LINE__, "ASCII in a sequence", S("\xe2\x82z"), false },
	{ __LINE__, "FE", S("\xfe"), false },
	{ __LINE__, "five bytes", S("\xf8\x88\x80\x80\x80"), false },
};

static void
test_utf8_valid(void)
{
	for (size_t i = 0; i < COUNT(UTF8); i++) {
		struct guard g = guard_copy(UTF8[i].text.p, UTF8[i].text.n);

		CHECK_ROW(UTF8[i].line, utf8_valid(g.s) == UTF8[i].valid);
		guard_free(&g);
	}
	CHECK(utf8_valid((struct slice){ NULL, 0 }));
	CHECK(!utf8_text(SLICE("a\0b")));
	CHECK(utf8_text(SLICE("a\xc3\xa9")));
	CHECK(utf8_text((struct slice){ NULL, 0 }));
	CHECK(!utf8_text(SLICE("a\xc3")));
}

static void
test_utf8_every_code(void)
{
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		char bytes[4];
		size_t n = utf8_put(code, bytes);
		uint32_t back = 0;
		size_t got = utf8_next((struct slice){ bytes, n }, &back);

		if (code >= 0xD800 && code <= 0xDFFF)
			CHECK(got == 0);
		else if (got != n || back != code)
			CHECK(got == n && back == code);
	}
}

static void
test_utf8_prefix(void)
{
	struct slice s = SLICE("a\xc3\xa9\xf0\x9f\x98\x80z");
	const size_t want[] = { 0, 1, 1, 3, 3, 3, 3, 7, 8, 8 };

	for (size_t n = 0; n < COUNT(want); n++)
		CHECK(utf8_prefix(s, n).n == want[n]);
}

/* One, two, three and four bytes: one unit each, but two for the last. */
#define UNITS "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"

static void
test_utf8_units(void)
{
	/* Bytes of so many units; -1 for half a character or beyond the end. */
	static const int BYTES[] = { 0, 1, 3, 6, -1, 10, -1, -1 };
	struct guard g = guard_copy(UNITS, sizeof(UNITS) - 1);

	CHECK(utf8_units(g.s) == 5);
	CHECK(utf8_units((struct slice){ NULL, 0 }) == 0);
	for (size_t units = 0; units < COUNT(BYTES); units++) {
		struct slice rest = g.s;
		struct slice out = SLICE_EMPTY;
		bool good = utf8_take_units(&rest, units, &out);

		CHECK(good == (BYTES[units] >= 0));
		CHECK(out.n == (good ? (size_t)BYTES[units] : 0));
		CHECK(out.n + rest.n == g.s.n);
		CHECK(slice_starts(g.s, out) && slice_ends(g.s, rest));
	}
	guard_free(&g);
}

/* Not UTF-8: some count, never a byte outside. */
static void
test_utf8_units_of_anything(void)
{
	for (int byte = 0x80; byte <= 0xFF; byte++) {
		char bytes[] = { (char)byte, (char)byte };
		struct guard g = guard_copy(bytes, sizeof(bytes));
		struct slice rest = g.s;
		struct slice out;

		CHECK(utf8_units(g.s) <= 4);
		CHECK(utf8_take_units(&rest, utf8_units(g.s), &out));
		CHECK(slice_eq(out, g.s) && rest.n == 0);
		CHECK(!utf8_take_units(&rest, 1, &out));
		guard_free(&g);
	}
}

static void
test_arena(void)
{
	struct arena a = ARENA_INIT;
	struct slice copy;
	char *big;

	for (size_t n = 1; n < 300; n++) {
		unsigned char *p = arena_alloc(&a, n);

		CHECK((uintptr_t)p % _Alignof(max_align_t) == 0);
		CHECK(p[0] == 0 && p[n - 1] == 0);
		memset(p, 0xAA, n);
	}
	big = arena_alloc(&a, 100000);
	CHECK(big[99999] == 0);
	copy = arena_dup(&a, SLICE("x\0y"));
	CHECK(slice_eq(copy, SLICE("x\0y")) && copy.p[3] == '\0');
	CHECK_SLICE(slice_from(arena_strdup(&a, SLICE("text"))), "text");
	CHECK_SLICE(
	    slice_from(arena_strdup(&a, (struct slice){ NULL, 0 })), "");
	CHECK_SLICE(slice_from(arena_printf(&a, "%s-%d", "n", 7)), "n-7");
	arena_fini(&a);
	CHECK(a.head == NULL);
	CHECK(arena_strdup(&a, SLICE("again")) != NULL);
	arena_fini(&a);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_slice_compare),
	    CHECK_CASE(test_slice_find),
	    CHECK_CASE(test_slice_parts),
	    CHECK_CASE(test_slice_cut),
	    CHECK_CASE(test_buf_grows),
	    CHECK_CASE(test_buf_room),
	    CHECK_CASE(test_num),
	    CHECK_CASE(test_utf8_valid),
	    CHECK_CASE(test_utf8_every_code),
	    CHECK_CASE(test_utf8_prefix),
	    CHECK_CASE(test_utf8_units),
	    CHECK_CASE(test_utf8_units_of_anything),
	    CHECK_CASE(test_arena),
	    { NULL, NULL },
	});
}
