#include "text/words_query.h"

#include "harness/check.h"
#include "harness/guard.h"

/* NULL: no word. The comments are websearch_to_tsquery('simple', …)'s answer. */
static const struct {
	int line;
	const char *text;
	const char *want;
} ROWS[] = {
	{ __LINE__, "", NULL },
	{ __LINE__, " \t\n", NULL },
	{ __LINE__, "beach", "(\"beach\")" },
	{ __LINE__, "a b", "(\"a\" AND \"b\")" },
	{ __LINE__, "\xc3\x84 \xe6\xbc\xa2",
	    "(\"\xc3\x84\" AND \"\xe6\xbc\xa2\")" },
	/* Phrases. */
	{ __LINE__, "\"a b\" c", "(\"a b\" AND \"c\")" },
	{ __LINE__, "a\"b c\"d", "(\"a\" AND \"b c\" AND \"d\")" },
	{ __LINE__, "\"a b", "(\"a b\")" },
	{ __LINE__, "a \"", "(\"a\")" },
	{ __LINE__, "a \"\" b", "(\"a\" AND \"b\")" },
	{ __LINE__, "\"-a or\" b", "(\"-a or\" AND \"b\")" },
	{ __LINE__, "foo-bar", "(\"foo-bar\")" },
	{ __LINE__, "o'neil", "(\"o'neil\")" },
	/* or */
	{ __LINE__, "a or b", "(\"a\") OR (\"b\")" },
	{ __LINE__, "a OR b c", "(\"a\") OR (\"b\" AND \"c\")" },
	{ __LINE__, "or a", "(\"or\" AND \"a\")" },
	{ __LINE__, "a or", "(\"a\" AND \"or\")" },
	{ __LINE__, "a or ", "(\"a\" AND \"or\")" },
	{ __LINE__, "a or\"", "(\"a\" AND \"or\")" },
	{ __LINE__, "a or\"b\"", "(\"a\") OR (\"b\")" },
	{ __LINE__, "a or or b", "(\"a\") OR (\"or\" AND \"b\")" },
	{ __LINE__, "a or-b", "(\"a\" AND \"or-b\")" },
	{ __LINE__, "a or_b", "(\"a\" AND \"or_b\")" },
	{ __LINE__, "a orb", "(\"a\" AND \"orb\")" },
	{ __LINE__, "a or\xc3\xa4", "(\"a\" AND \"or\xc3\xa4\")" },
	{ __LINE__, "a or\nb", "(\"a\") OR (\"b\")" },
	{ __LINE__, "a) or b", "(\"a\") OR (\"b\")" },
	{ __LINE__, "a or + or b", "(\"a\") OR (\"b\")" },
	/* not */
	{ __LINE__, "a -b", "(\"a\") NOT (\"b\")" },
	{ __LINE__, "-b a", "(\"a\") NOT (\"b\")" },
	{ __LINE__, "a - b", "(\"a\") NOT (\"b\")" },
	{ __LINE__, "a -(b)", "(\"a\") NOT (\"b\")" },
	{ __LINE__, "a -b -\"c d\" e",
	    "(\"a\" AND \"e\") NOT (\"b\" OR \"c d\")" },
	{ __LINE__, "--a b", "(\"a\" AND \"b\")" },
	{ __LINE__, "a- b", "(\"a-\" AND \"b\")" },
	{ __LINE__, "-or a", "(\"a\") NOT (\"or\")" },
	{ __LINE__, "a -b or c -d",
	    "(\"a\") NOT (\"b\") OR (\"c\") NOT (\"d\")" },
	{ __LINE__, "-a", NULL },
	{ __LINE__, "a or -b", "(\"a\")" },
	{ __LINE__, "-a or b", "(\"b\")" },
	{ __LINE__, "a -\"\"", "(\"a\")" },
	/* Marks. */
	{ __LINE__, "a|b & c", "(\"a\" AND \"b\" AND \"c\")" },
	{ __LINE__, "a ! b", "(\"a\" AND \"b\")" },
	{ __LINE__, "x:y", "(\"x\" AND \"y\")" },
	{ __LINE__, "(a or b) c", "(\"a\") OR (\"b\" AND \"c\")" },
	{ __LINE__, "+ ? *", NULL },
	{ __LINE__, "a* + ^b NEAR(c)",
	    "(\"a*\" AND \"^b\" AND \"NEAR\" AND \"c\")" },
	{ __LINE__, "\xf0\x9f\x98\x80 a", "(\"a\")" },
	{ __LINE__, "\xff", NULL },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g = guard_copy(ROWS[i].text, strlen(ROWS[i].text));
		struct buf b = BUF_INIT;

		CHECK_ROW(ROWS[i].line,
		    words_query(g.s, &b) == (ROWS[i].want != NULL));
		CHECK_SLICE_ROW(ROWS[i].line, buf_slice(&b),
		    ROWS[i].want ? ROWS[i].want : "");
		buf_fini(&b);
		guard_free(&g);
	}
}

static void
test_nul(void)
{
	struct buf b = BUF_INIT;

	CHECK(words_query(SLICE("a\0b \"c\0d\""), &b));
	CHECK_SLICE(buf_slice(&b), "(\"a\" AND \"b\" AND \"c d\")");
	buf_fini(&b);
}

static void
test_many(void)
{
	struct buf text = BUF_INIT, b = BUF_INIT;

	for (int i = 0; i < 10 * WORDS_QUERY_MAX; i++)
		buf_adds(&text, i % 2 ? "or a " : "b ");
	CHECK(words_query(buf_slice(&text), &b));
	CHECK(b.n < WORDS_QUERY_MAX * sizeof("(\"a\") OR "));
	buf_fini(&text);
	buf_fini(&b);
}

static void
test_web(void)
{
	static const struct {
		int line;
		const char *text;
		const char *want;
	} WEB[] = {
		{ __LINE__, "", NULL },
		{ __LINE__, "-beach", NULL },
		{ __LINE__, "a b", " \"a\" \"b\"" },
		{ __LINE__, "node.js", " \"node js\"" },
		{ __LINE__, "\"a b\" -o'neil", " \"a b\" -\"o neil\"" },
		{ __LINE__, "a or -b or c_d", " \"a\" or \"c d\"" },
		{ __LINE__, "-b or c", " \"c\"" },
		{ __LINE__, "\xc3\xa4-\xc3\xb6", " \"\xc3\xa4 \xc3\xb6\"" },
	};

	for (size_t i = 0; i < COUNT(WEB); i++) {
		struct buf b = BUF_INIT;

		CHECK_ROW(WEB[i].line,
		    words_query_web(slice_from(WEB[i].text), &b) ==
			(WEB[i].want != NULL));
		CHECK_SLICE_ROW(
		    WEB[i].line, buf_slice(&b), WEB[i].want ? WEB[i].want : "");
		buf_fini(&b);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_rows),
	    CHECK_CASE(test_nul),
	    CHECK_CASE(test_many),
	    CHECK_CASE(test_web),
	    { NULL, NULL },
	});
}
