/* etag.h: preconditions. */
#include "proto/etag.h"

#include "harness/check.h"
#include "harness/guard.h"

#define BAD ETAG_MALFORMED

static const struct {
	int line;
	const char *header;
	const char *tag;
	enum etag_answer strong;
	enum etag_answer weak;
} ROWS[] = {
	/* RFC 9110, 8.8.3.2: the table. */
	{ __LINE__, "W/\"1\"", "W/\"1\"", ETAG_NONE, ETAG_MATCH },
	{ __LINE__, "W/\"1\"", "W/\"2\"", ETAG_NONE, ETAG_NONE },
	{ __LINE__, "W/\"1\"", "\"1\"", ETAG_NONE, ETAG_MATCH },
	{ __LINE__, "\"1\"", "W/\"1\"", ETAG_NONE, ETAG_MATCH },
	{ __LINE__, "\"1\"", "\"1\"", ETAG_MATCH, ETAG_MATCH },
	/* 13.1: the examples. */
	{ __LINE__, "\"xyzzy\"", "\"xyzzy\"", ETAG_MATCH, ETAG_MATCH },
	{ __LINE__, "\"xyzzy\", \"r2d2xxxx\", \"c3piozzzz\"", "\"r2d2xxxx\"",
	    ETAG_MATCH, ETAG_MATCH },
	{ __LINE__, "W/\"xyzzy\", W/\"r2d2xxxx\", W/\"c3piozzzz\"",
	    "\"c3piozzzz\"", ETAG_NONE, ETAG_MATCH },
	{ __LINE__, "*", "\"1\"", ETAG_MATCH, ETAG_MATCH },
	{ __LINE__, " * ", "\"1\"", ETAG_MATCH, ETAG_MATCH },
	/* Nothing there. */
	{ __LINE__, "*", "", ETAG_NONE, ETAG_NONE },
	{ __LINE__, "\"1\"", "", ETAG_NONE, ETAG_NONE },
	/* 5.6.1.2: empty elements. */
	{ __LINE__, ", ,\"2\" ,, \"1\"\t,", "\"1\"", ETAG_MATCH, ETAG_MATCH },
	{ __LINE__, ",", "\"1\"", ETAG_NONE, ETAG_NONE },
	{ __LINE__, "", "\"1\"", ETAG_NONE, ETAG_NONE },
	/* What a tag may hold. */
	{ __LINE__, "\"\"", "\"\"", ETAG_MATCH, ETAG_MATCH },
	{ __LINE__, "\"a,b\"", "\"a,b\"", ETAG_MATCH, ETAG_MATCH },
	{ __LINE__, "\"a\\\"", "\"a\\\"", ETAG_MATCH, ETAG_MATCH },
	{ __LINE__, "\"\x80\xFF\"", "\"\x80\xFF\"", ETAG_MATCH, ETAG_MATCH },
	{ __LINE__, "\"A\"", "\"a\"", ETAG_NONE, ETAG_NONE },
	{ __LINE__, "\"*\"", "\"1\"", ETAG_NONE, ETAG_NONE },
	/* Malformed, even behind one that matches. */
	{ __LINE__, "1", "\"1\"", BAD, BAD },
	{ __LINE__, "\"1", "\"1\"", BAD, BAD },
	{ __LINE__, "\"", "\"1\"", BAD, BAD },
	{ __LINE__, "W/", "\"1\"", BAD, BAD },
	{ __LINE__, "w/\"1\"", "\"1\"", BAD, BAD },
	{ __LINE__, "W/ \"1\"", "\"1\"", BAD, BAD },
	{ __LINE__, "W/*", "\"1\"", BAD, BAD },
	{ __LINE__, "\"a b\"", "\"a b\"", BAD, BAD },
	{ __LINE__, "\"a\x7F\"", "\"1\"", BAD, BAD },
	{ __LINE__, "\"1\" \"2\"", "\"1\"", BAD, BAD },
	{ __LINE__, "\"1\"x", "\"1\"", BAD, BAD },
	{ __LINE__, "\"1\", *", "\"1\"", BAD, BAD },
	{ __LINE__, "*, \"1\"", "\"1\"", BAD, BAD },
	{ __LINE__, "**", "\"1\"", BAD, BAD },
	{ __LINE__, "\"1\";\"2\"", "\"1\"", BAD, BAD },
};

static void
test_etag_lists(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g =
		    guard_copy(ROWS[i].header, strlen(ROWS[i].header));
		struct slice tag = slice_from(ROWS[i].tag);

		CHECK_ROW(
		    ROWS[i].line, etag_if_match(g.s, tag) == ROWS[i].strong);
		CHECK_ROW(
		    ROWS[i].line, etag_if_none_match(g.s, tag) == ROWS[i].weak);
		guard_free(&g);
	}
}

static void
test_etag_print(void)
{
	static const uint8_t HASH[ETAG_HASH] = { 0xFB, 0xFF, 0xBF };
	char text[ETAG_SIZE];

	etag_print(HASH, text);
	CHECK_SLICE(slice_from(text), "\"-_-_AAAAAAAAAAAAAAAAAA\"");
	CHECK(etag_if_match(slice_from(text), slice_from(text)) == ETAG_MATCH);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_etag_lists),
	    CHECK_CASE(test_etag_print), { NULL, NULL } });
}
