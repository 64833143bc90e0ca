#include "proto/jsonb.h"

#include "harness/check.h"
#include "harness/guard.h"
#include "proto/jval.h"

/* The answers are PostgreSQL 15's; NULL is its NULL, or its refusal. */
static const struct {
	int line;
	const char *json;
	const char *path;
	const char *text;  /* #>> */
	const char *print; /* (#>)::text */
	const char *canon; /* what = compares */
} ROWS[] = {
	/* Numbers: numeric's digits. */
	{ __LINE__, "1e2", "[]", "100", "100", "100" },
	{ __LINE__, "1.50", "[]", "1.50", "1.50", "1.5" },
	{ __LINE__, "-0", "[]", "0", "0", "0" },
	{ __LINE__, "-0.0", "[]", "0.0", "0.0", "0" },
	{ __LINE__, "-0.00e1", "[]", "0.0", "0.0", "0" },
	{ __LINE__, "0e5", "[]", "0", "0", "0" },
	{ __LINE__, "0e-3", "[]", "0.000", "0.000", "0" },
	{ __LINE__, "1e-3", "[]", "0.001", "0.001", "0.001" },
	{ __LINE__, "-1.5E-3", "[]", "-0.0015", "-0.0015", "-0.0015" },
	{ __LINE__, "1.50e1", "[]", "15.0", "15.0", "15" },
	{ __LINE__, "0.05e+2", "[]", "5", "5", "5" },
	{ __LINE__, "12.3400e2", "[]", "1234.00", "1234.00", "1234" },
	{ __LINE__, "100", "[]", "100", "100", "100" },
	{ __LINE__, "100.0E+02", "[]", "10000", "10000", "10000" },
	{ __LINE__, "0.0010", "[]", "0.0010", "0.0010", "0.001" },
	{ __LINE__, "-9223372036854775808.0", "[]", "-9223372036854775808.0",
	    "-9223372036854775808.0", "-9223372036854775808" },
	{ __LINE__, "9223372036854775808", "[]", "9223372036854775808",
	    "9223372036854775808", "9223372036854775808" },
	{ __LINE__, "0e1073741822", "[]", "0", "0", "0" },
	{ __LINE__, "0e1073741823", "[]", NULL, NULL, NULL },
	{ __LINE__, "1e131072", "[]", NULL, NULL, NULL },
	{ __LINE__, "0.0001e131076", "[]", NULL, NULL, NULL },
	{ __LINE__, "1e-16384", "[]", NULL, NULL, NULL },
	{ __LINE__, "0e-16384", "[]", NULL, NULL, NULL },
	{ __LINE__, "1e99999999999999999999", "[]", NULL, NULL, NULL },
	/* Other scalars. */
	{ __LINE__, "\"a\\u00e4\\n\"", "[]", "a\xc3\xa4\n", "\"a\xc3\xa4\\n\"",
	    "\"a\xc3\xa4\\n\"" },
	{ __LINE__, "\"\\/\\u001f\\u007f\"", "[]", "/\x1f\x7f",
	    "\"/\\u001f\x7f\"", "\"/\\u001f\x7f\"" },
	{ __LINE__, "null", "[]", NULL, "null", "null" },
	{ __LINE__, " true ", "[]", "true", "true", "true" },
	{ __LINE__, "\"1\"", "[]", "1", "\"1\"", "\"1\"" },
	{ __LINE__, "1", "[\"0\"]", NULL, NULL, NULL },
	{ __LINE__, "\"a\"", "[\"0\"]", NULL, NULL, NULL },
	{ __LINE__, "null", "[\"a\"]", NULL, NULL, NULL },
	/* Containers. */
	{ __LINE__, "{}", "[]", "{}", "{}", "{}" },
	{ __LINE__, "[ ]", "[]", "[]", "[]", "[]" },
	{ __LINE__, "{\"b\":[1,2],\"a\":1}", "[]", "{\"a\": 1, \"b\": [1, 2]}",
	    "{\"a\": 1, \"b\": [1, 2]}", "{\"a\": 1, \"b\": [1, 2]}" },
	{ __LINE__, "{\"aa\":1,\"\xc3\xa4\":2,\"z\":3,\"\":4,\"B\":5}", "[]",
	    "{\"\": 4, \"B\": 5, \"z\": 3, \"aa\": 1, \"\xc3\xa4\": 2}",
	    "{\"\": 4, \"B\": 5, \"z\": 3, \"aa\": 1, \"\xc3\xa4\": 2}",
	    "{\"\": 4, \"B\": 5, \"z\": 3, \"aa\": 1, \"\xc3\xa4\": 2}" },
	{ __LINE__, "{\"a\":1,\"b\":2,\"\\u0061\":3.0}", "[]",
	    "{\"a\": 3.0, \"b\": 2}", "{\"a\": 3.0, \"b\": 2}",
	    "{\"a\": 3, \"b\": 2}" },
	{ __LINE__, "[null,{\"a\":null}]", "[]", "[null, {\"a\": null}]",
	    "[null, {\"a\": null}]", "[null, {\"a\": null}]" },
	/* Steps. */
	{ __LINE__, "{\"a\":[1,{\"b\":\"x\"}]}", "[\"a\",\"1\",\"b\"]", "x",
	    "\"x\"", "\"x\"" },
	{ __LINE__, "{\"a\":null}", "[\"a\"]", NULL, "null", "null" },
	{ __LINE__, "{\"a\":1}", "[\"b\"]", NULL, NULL, NULL },
	{ __LINE__, "{\"0\":1}", "[\"0\"]", "1", "1", "1" },
	{ __LINE__, "{\"\":1}", "[\"\"]", "1", "1", "1" },
	{ __LINE__, "[1,2]", "[\"-1\"]", "2", "2", "2" },
	{ __LINE__, "[1,2]", "[\"-2\"]", "1", "1", "1" },
	{ __LINE__, "[1,2]", "[\"-3\"]", NULL, NULL, NULL },
	{ __LINE__, "[1,2]", "[\"2\"]", NULL, NULL, NULL },
	{ __LINE__, "[1,2]", "[\"-0\"]", "1", "1", "1" },
	{ __LINE__, "[1,2]", "[\"01\"]", "2", "2", "2" },
	{ __LINE__, "[1,2]", "[\"+1\"]", "2", "2", "2" },
	{ __LINE__, "[1,2]", "[\" \\n\\t\\r\\f\\u000b1\"]", "2", "2", "2" },
	{ __LINE__, "[1,2]", "[\"1 \"]", NULL, NULL, NULL },
	{ __LINE__, "[1,2]", "[\"+-1\"]", NULL, NULL, NULL },
	{ __LINE__, "[1,2]", "[\"\"]", NULL, NULL, NULL },
	{ __LINE__, "[1,2]", "[\"0x1\"]", NULL, NULL, NULL },
	{ __LINE__, "[1,2]", "[\"4294967296\"]", NULL, NULL, NULL },
	/* What is no JSON, and what is no path. */
	{ __LINE__, "", "[]", NULL, NULL, NULL },
	{ __LINE__, "{\"a\":1", "[\"a\"]", NULL, NULL, NULL },
	{ __LINE__, "\"\\u0000\"", "[]", NULL, NULL, NULL },
	{ __LINE__, "[1]", "", NULL, NULL, NULL },
	{ __LINE__, "[1]", "\"0\"", NULL, NULL, NULL },
	{ __LINE__, "[1]", "[0]", NULL, NULL, NULL },
	{ __LINE__, "{\"a\":1}", "{\"a\":1}", NULL, NULL, NULL },
};

static void
check_form(size_t row, enum jsonb_form form, const char *want)
{
	struct guard json = guard_copy(ROWS[row].json, strlen(ROWS[row].json));
	struct guard path = guard_copy(ROWS[row].path, strlen(ROWS[row].path));
	struct buf b = BUF_INIT;

	buf_adds(&b, "kept");
	CHECK_ROW(ROWS[row].line,
	    jsonb_path(json.s, path.s, form, &b) == (want != NULL));
	CHECK_SLICE_ROW(ROWS[row].line, slice_sub(buf_slice(&b), 0, 4), "kept");
	CHECK_SLICE_ROW(
	    ROWS[row].line, slice_from_at(buf_slice(&b), 4), want ? want : "");
	buf_fini(&b);
	guard_free(&json);
	guard_free(&path);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		check_form(i, JSONB_TEXT, ROWS[i].text);
		check_form(i, JSONB_PRINT, ROWS[i].print);
		check_form(i, JSONB_CANON, ROWS[i].canon);
	}
}

/* Each row is less than the next; what stands in one row is equal. */
static void
test_order(void)
{
	static const char *const NUMBERS[][3] = {
		{ "-1e131071", "-1.0e131071" },
		{ "-9007199254740993" },
		{ "-9007199254740992", "-9007199254740992.0" },
		{ "-100", "-1e2", "-100.00" },
		{ "-99.9" },
		{ "-12.3" },
		{ "-12", "-1.20e1" },
		{ "-1" },
		{ "-0.123" },
		{ "-0.12" },
		{ "-1e-16383" },
		{ "0", "-0.00", "0e99" },
		{ "1e-16383" },
		{ "0.0999" },
		{ "0.1", "0.10", "1e-1" },
		{ "0.12" },
		{ "0.123" },
		{ "1", "1.0" },
		{ "9" },
		{ "10" },
		{ "9007199254740992" },
		{ "9007199254740993", "9007199254740993.0" },
		{ "9223372036854775808" },
		{ "1e131071" },
	};
	struct buf last = BUF_INIT, b = BUF_INIT;

	for (size_t i = 0; i < COUNT(NUMBERS); i++) {
		buf_clear(&b);
		CHECK(jsonb_print(slice_from(NUMBERS[i][0]), JSONB_ORDER, &b));
		CHECK(i == 0 || strcmp(buf_cstr(&last), buf_cstr(&b)) < 0);
		buf_clear(&last);
		buf_add_slice(&last, buf_slice(&b));
		for (size_t j = 1; j < 3 && NUMBERS[i][j] != NULL; j++) {
			buf_clear(&b);
			CHECK(jsonb_print(
			    slice_from(NUMBERS[i][j]), JSONB_ORDER, &b));
			CHECK_SLICE(buf_slice(&b), buf_cstr(&last));
		}
	}
	buf_fini(&last);
	buf_fini(&b);
}

static void
test_order_of_others(void)
{
	static const char *const OTHERS[] = { "\"1\"", "null", "true", "[1]",
		"{}", "1e131072", "1e-16384", "x", "" };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < COUNT(OTHERS); i++)
		CHECK(!jsonb_print(slice_from(OTHERS[i]), JSONB_ORDER, &b));
	CHECK(b.n == 0);
	buf_fini(&b);
}

/* Only what is printed must be numeric's. */
static void
test_number_elsewhere(void)
{
	struct buf b = BUF_INIT;

	CHECK(jsonb_path(SLICE("{\"a\":1e999999,\"b\":2}"), SLICE("[\"b\"]"),
	    JSONB_PRINT, &b));
	CHECK(!jsonb_print(SLICE("{\"a\":1e999999,\"b\":2}"), JSONB_PRINT, &b));
	CHECK_SLICE(buf_slice(&b), "2");
	buf_fini(&b);
}

static void
test_longest_numbers(void)
{
	struct buf b = BUF_INIT;

	CHECK(jsonb_print(SLICE("1e131071"), JSONB_PRINT, &b));
	CHECK(b.n == 131072 && b.p[0] == '1' && b.p[131071] == '0');
	buf_clear(&b);
	CHECK(jsonb_print(SLICE("0.0001e131075"), JSONB_CANON, &b));
	CHECK(b.n == 131072);
	buf_clear(&b);
	CHECK(jsonb_print(SLICE("1e-16383"), JSONB_PRINT, &b));
	CHECK(b.n == 16385 && b.p[16384] == '1');
	buf_fini(&b);
}

/* A body of numbers which ask for more digits than anybody has memory. */
static void
test_too_long(void)
{
	struct buf json = BUF_INIT, b = BUF_INIT;

	buf_adds(&json, "[1e131071");
	for (size_t i = 1; i < JSONB_TEXT_MAX / 131072; i++)
		buf_adds(&json, ",1e131071");
	buf_addc(&json, ']');
	CHECK(!jsonb_print(buf_slice(&json), JSONB_PRINT, &b));
	CHECK(b.n == 0 && b.cap < 4 * JSONB_TEXT_MAX);
	buf_fini(&json);
	buf_fini(&b);
}

static bool
nested(int levels)
{
	struct buf json = BUF_INIT, b = BUF_INIT;
	bool good;

	for (int i = 0; i < levels; i++)
		buf_addc(&json, '[');
	for (int i = 0; i < levels; i++)
		buf_addc(&json, ']');
	good = jsonb_print(buf_slice(&json), JSONB_PRINT, &b);
	buf_fini(&json);
	buf_fini(&b);
	return good;
}

static void
test_depth(void)
{
	CHECK(nested(JVAL_DEPTH_MAX));
	CHECK(!nested(JVAL_DEPTH_MAX + 1));
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_rows),
	    CHECK_CASE(test_order),
	    CHECK_CASE(test_order_of_others),
	    CHECK_CASE(test_number_elsewhere),
	    CHECK_CASE(test_longest_numbers),
	    CHECK_CASE(test_too_long),
	    CHECK_CASE(test_depth),
	    { NULL, NULL },
	});
}
