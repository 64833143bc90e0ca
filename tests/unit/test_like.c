#include "base/like.h"

#include <locale.h>
#include <wctype.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "harness/check.h"
#include "harness/guard.h"

/* The answers are PostgreSQL 15's in a database of the locale C.UTF-8. */
static const struct {
	int line;
	const char *pattern;
	const char *text;
	bool like;
	bool ilike;
} ROWS[] = {
	{ __LINE__, "", "", true, true },
	{ __LINE__, "", "a", false, false },
	{ __LINE__, "a", "", false, false },
	{ __LINE__, "abc", "abc", true, true },
	{ __LINE__, "abc", "aBc", false, true },
	{ __LINE__, "ab", "abc", false, false },
	{ __LINE__, "abc", "ab", false, false },
	{ __LINE__, "%", "", true, true },
	{ __LINE__, "%", "anything", true, true },
	{ __LINE__, "%%", "", true, true },
	{ __LINE__, "a%", "abc", true, true },
	{ __LINE__, "%c", "abc", true, true },
	{ __LINE__, "%b%", "abc", true, true },
	{ __LINE__, "%B%", "abc", false, true },
	{ __LINE__, "a%d", "abc", false, false },
	{ __LINE__, "a%b%c", "aXbXbXc", true, true },
	{ __LINE__, "%ab%ab", "abab", true, true },
	{ __LINE__, "%ab%ab", "ab", false, false },
	{ __LINE__, "%aab", "aaab", true, true },
	{ __LINE__, "_", "", false, false },
	{ __LINE__, "_", "a", true, true },
	{ __LINE__, "_", "ab", false, false },
	{ __LINE__, "__", "\xc3\xa4", false, false },
	{ __LINE__, "_", "\xc3\xa4", true, true },
	{ __LINE__, "_", "\xf0\x9f\x98\x80", true, true },
	{ __LINE__, "%_", "", false, false },
	{ __LINE__, "_%", "\xe6\xbc\xa2", true, true },
	{ __LINE__, "%\xa4", "\xc3\xa4", false, false },
	/* The backslash. */
	{ __LINE__, "a\\%", "a%", true, true },
	{ __LINE__, "a\\%", "ab", false, false },
	{ __LINE__, "a\\_", "a_", true, true },
	{ __LINE__, "a\\_", "ab", false, false },
	{ __LINE__, "\\\\", "\\", true, true },
	{ __LINE__, "\\a", "a", true, true },
	{ __LINE__, "\\A", "a", false, true },
	{ __LINE__, "%\\%%", "50% off", true, true },
	{ __LINE__, "\\\xc3\x84", "\xc3\xa4", false, true },
	{ __LINE__, "a\\", "a", false, false },
	{ __LINE__, "a\\", "a\\", false, false },
	{ __LINE__, "%\\", "a", false, false },
	/* Small letters: simple ones, one character for one. */
	{ __LINE__, "\xc3\x84%", "\xc3\xa4pfel", false, true },
	{ __LINE__, "\xce\xa3", "\xcf\x83", false, true },     /* Σ, σ */
	{ __LINE__, "\xcf\x82", "\xcf\x83", false, false },    /* ς, σ */
	{ __LINE__, "\xe1\xba\x9e", "\xc3\x9f", false, true }, /* ẞ, ß */
	{ __LINE__, "ss", "\xc3\x9f", false, false },          /* ß */
	{ __LINE__, "\xc4\xb0", "i", false, true },            /* İ */
	{ __LINE__, "\xc4\xb1", "I", false, false },           /* ı */
	{ __LINE__, "\xe2\x84\xaa", "k", false, true },        /* Kelvin */
	{ __LINE__, "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8", false, true },
	/* Not UTF-8. */
	{ __LINE__, "\xff", "\xff", true, true },
	{ __LINE__, "\xff", "\xfe", false, false },
	{ __LINE__, "_", "\xff", true, true },
	{ __LINE__, "%\xff_", "a\xff\xc3", true, true },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		const char *p = ROWS[i].pattern, *t = ROWS[i].text;
		struct guard pattern = guard_copy(p, strlen(p));
		struct guard text = guard_copy(t, strlen(t));

		CHECK_ROW(ROWS[i].line,
		    like_match(pattern.s, text.s) == ROWS[i].like);
		CHECK_ROW(ROWS[i].line,
		    like_match_nocase(pattern.s, text.s) == ROWS[i].ilike);
		guard_free(&pattern);
		guard_free(&text);
	}
}

static void
test_nul_is_a_character(void)
{
	CHECK(like_match(SLICE("a%\0_"), SLICE("ab\0c")));
	CHECK(!like_match(SLICE("a\0"), SLICE("a")));
	CHECK(like_match((struct slice){ NULL, 0 }, (struct slice){ NULL, 0 }));
}

/* Every character's small letter is that of the locale C.UTF-8. */
static void
test_all_of_unicode(void)
{
	locale_t c_utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

	if (c_utf8 == (locale_t)0) {
		CHECK_SKIP("there is no locale C.UTF-8");
		return;
	}
	for (uint32_t code = 1; code <= 0x10FFFF; code++) {
		uint32_t lower = (uint32_t)towlower_l((wint_t)code, c_utf8);
		char a[5] = "\\", b[4];
		struct slice pattern = { a, 1 + utf8_put(code, a + 1) };
		struct slice text = { b, utf8_put(lower, b) };

		if (code == 0xD800)
			code = 0xDFFF; /* no characters */
		else if (!like_match_nocase(pattern, text))
			check_fail(__FILE__, __LINE__, "small letter");
	}
	freelocale(c_utf8);
}

/* Patterns on which a matcher that tries all ways never ends. */
static void
test_no_blow_up(void)
{
	struct buf pattern = BUF_INIT, text = BUF_INIT;

	for (int i = 0; i < 200; i++)
		buf_adds(&pattern, "a%");
	buf_addc(&pattern, 'b');
	for (int i = 0; i < 20000; i++)
		buf_addc(&text, 'a');
	CHECK(!like_match(buf_slice(&pattern), buf_slice(&text)));
	buf_addc(&text, 'B');
	CHECK(!like_match(buf_slice(&pattern), buf_slice(&text)));
	CHECK(like_match_nocase(buf_slice(&pattern), buf_slice(&text)));
	buf_fini(&pattern);
	buf_fini(&text);
}

/* In pieces of any size the answer is the same. */
static void
test_in_pieces(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++)
		for (size_t steps = 1; steps < 4; steps++) {
			enum like_result result = LIKE_MORE;
			struct like m;

			like_init(&m, slice_from(ROWS[i].pattern),
			    slice_from(ROWS[i].text), steps & 1);
			while (result == LIKE_MORE)
				result = like_run(&m, steps);
			CHECK_ROW(ROWS[i].line,
			    (result == LIKE_YES) ==
				(steps & 1 ? ROWS[i].ilike : ROWS[i].like));
		}
}

/* Hostile ones take long: who asks can stop. */
static void
test_more(void)
{
	struct like m;

	like_init(&m, SLICE("%aab"), SLICE("aaaaaaaaaaaaaaaa"), false);
	CHECK(like_run(&m, 10) == LIKE_MORE);
	CHECK(like_run(&m, 100) == LIKE_NO);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_rows),
	    CHECK_CASE(test_nul_is_a_character),
	    CHECK_CASE(test_all_of_unicode),
	    CHECK_CASE(test_no_blow_up),
	    CHECK_CASE(test_in_pieces),
	    CHECK_CASE(test_more),
	    { NULL, NULL },
	});
}
