#include "proto/jval.h"

#include <math.h>

#include "harness/check.h"
#include "harness/guard.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

#define ROW(name, text, status, printed) { name, S(text), status, printed },
static const struct {
	const char *name;
	struct slice text;
	enum jval_status status;
	const char *printed;
} ROWS[] = {
#include "vectors/jval.h"
};
#undef ROW

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g = guard_copy(ROWS[i].text.p, ROWS[i].text.n);
		struct json_object *value;
		struct buf b = BUF_INIT;
		enum jval_status status = jval_parse(g.s, &value);

		if (status == JVAL_OK)
			jval_print(&b, value);
		if (status != ROWS[i].status ||
		    !slice_eqs(buf_slice(&b), ROWS[i].printed)) {
			(void)printf("# row \"%s\": %d %s\n", ROWS[i].name,
			    (int)status, buf_cstr(&b));
			check_fail(__FILE__, __LINE__, "row");
		}
		CHECK(status == JVAL_OK || value == NULL);
		json_object_put(value);
		buf_fini(&b);
		guard_free(&g);
	}
}

/* Every accepted text, cut anywhere, is refused without reading past it. */
static void
test_cut(void)
{
	static const char TEXT[] =
	    "{\"a\\u0041\":[true,false,null,-1.5e+3,\"\\ud83d\\ude00\"],\"b\":{}}";

	for (size_t n = 0; n < sizeof(TEXT) - 1; n++) {
		struct guard g = guard_copy(TEXT, n);
		struct json_object *value;

		CHECK(jval_parse(g.s, &value) != JVAL_OK && value == NULL);
		guard_free(&g);
	}
}

static enum jval_status
nested(int levels, const char *open, const char *inner, const char *close)
{
	struct json_object *value;
	struct buf b = BUF_INIT;
	enum jval_status status;

	for (int i = 0; i < levels; i++)
		buf_adds(&b, open);
	buf_adds(&b, inner);
	for (int i = 0; i < levels; i++)
		buf_adds(&b, close);
	status = jval_parse(buf_slice(&b), &value);
	json_object_put(value);
	buf_fini(&b);
	return status;
}

static void
test_depth(void)
{
	CHECK(nested(JVAL_DEPTH_MAX, "[", "1", "]") == JVAL_OK);
	CHECK(nested(JVAL_DEPTH_MAX + 1, "[", "1", "]") == JVAL_DEEP);
	CHECK(nested(JVAL_DEPTH_MAX, "{\"a\":", "1", "}") == JVAL_OK);
	CHECK(nested(JVAL_DEPTH_MAX + 1, "{\"a\":", "1", "}") == JVAL_DEEP);
	CHECK(nested(JVAL_DEPTH_MAX / 2, "[{\"a\":", "1", "}]") == JVAL_OK);
	CHECK(nested(100000, "[", "", "") == JVAL_DEEP);
	CHECK(nested(100000, "{\"a\":", "", "") == JVAL_DEEP);
	CHECK(nested(100000, "[", "", "]") == JVAL_DEEP);
}

static enum jval_status
many(int containers, const char *each)
{
	struct json_object *value;
	struct buf b = BUF_INIT;
	enum jval_status status;

	buf_adds(&b, "[0");
	for (int i = 1; i < containers; i++)
		buf_adds(&b, each);
	buf_addc(&b, ']');
	status = jval_parse(buf_slice(&b), &value);
	json_object_put(value);
	buf_fini(&b);
	return status;
}

static void
test_containers(void)
{
	CHECK(many(JVAL_CONTAINERS_MAX, ",[]") == JVAL_OK);
	CHECK(many(JVAL_CONTAINERS_MAX + 1, ",[]") == JVAL_LARGE);
	CHECK(many(JVAL_CONTAINERS_MAX + 1, ",{}") == JVAL_LARGE);
	/* Plain values are cheap and not counted. */
	CHECK(many(4 * JVAL_CONTAINERS_MAX, ",1") == JVAL_OK);
}

static void
test_numbers(void)
{
	static const struct {
		int line;
		double number;
		const char *printed;
	} MADE[] = {
		{ __LINE__, 0.1, "0.1" },
		{ __LINE__, 1.0 / 3, "0.3333333333333333" },
		{ __LINE__, 0.1 + 0.2, "0.30000000000000004" },
		{ __LINE__, 100, "100" },
		{ __LINE__, -2.5, "-2.5" },
		{ __LINE__, 1e300, "1e+300" },
		{ __LINE__, INFINITY, "null" },
		{ __LINE__, -INFINITY, "null" },
		{ __LINE__, NAN, "null" },
	};
	struct json_object *value;

	for (size_t i = 0; i < COUNT(MADE); i++) {
		struct buf b = BUF_INIT;

		value = json_object_new_double(MADE[i].number);
		jval_print(&b, value);
		CHECK_SLICE_ROW(MADE[i].line, buf_slice(&b), MADE[i].printed);
		json_object_put(value);
		buf_fini(&b);
	}
	CHECK(jval_parse(SLICE("-1e400"), &value) == JVAL_OK);
	CHECK(isfinite(json_object_get_double(value)));
	CHECK(json_object_get_double(value) < -1e308);
	json_object_put(value);
}

static void
test_long_number(void)
{
	struct json_object *value;
	struct buf b = BUF_INIT;

	for (int i = 0; i < 1000000; i++)
		buf_addc(&b, '9');
	CHECK(jval_parse(buf_slice(&b), &value) == JVAL_OK);
	CHECK(json_object_is_type(value, json_type_double));
	json_object_put(value);
	buf_fini(&b);
}

static void
test_quote(void)
{
	struct buf b = BUF_INIT;

	jval_quote(&b, SLICE("a\"b\\c\n\x1e\0/\xc3\xa9"));
	CHECK_SLICE(buf_slice(&b), "\"a\\\"b\\\\c\\n\\u001e\\u0000/\xc3\xa9\"");
	buf_clear(&b);
	jval_quote(&b, (struct slice){ NULL, 0 });
	CHECK_SLICE(buf_slice(&b), "\"\"");
	buf_fini(&b);
}

static void
test_members(void)
{
	struct json_object *value;
	struct buf b = BUF_INIT;

	CHECK(jval_parse(SLICE("{\"a\":\"x\",\"n\":1,\"e\":\"\",\"z\":null}"),
		  &value) == JVAL_OK);
	CHECK_SLICE(jval_str(value, "a"), "x");
	CHECK(jval_str(value, "e").p != NULL && jval_str(value, "e").n == 0);
	CHECK(jval_str(value, "n").p == NULL);
	CHECK(jval_str(value, "z").p == NULL);
	CHECK(jval_str(value, "absent").p == NULL);
	CHECK(jval_str(NULL, "a").p == NULL);
	CHECK(jval_slice(value).n == 0 && jval_slice(NULL).n == 0);
	jval_put_str(value, "a", SLICE("new"));
	jval_put_str(value, "s", (struct slice){ NULL, 0 });
	jval_put_int(value, "i", INT64_MIN);
	jval_print(&b, value);
	CHECK_SLICE(buf_slice(&b),
	    "{\"a\":\"new\",\"n\":1,\"e\":\"\",\"z\":null,\"s\":\"\","
	    "\"i\":-9223372036854775808}");
	CHECK(jval_str(json_object_object_get(value, "a"), "a").p == NULL);
	buf_fini(&b);
	json_object_put(value);
}

static void
test_only(void)
{
	static const char *const KNOWN[] = { "a", "b", NULL };
	struct json_object *value;
	struct err e = ERR_INIT;

	CHECK(jval_parse(SLICE("{\"b\":1,\"a\":2}"), &value) == JVAL_OK);
	CHECK(jval_only(value, KNOWN, &e) == 0 && e.code == ERR_NONE);
	jval_put_int(value, "c", 1);
	CHECK(jval_only(value, KNOWN, &e) == -1);
	CHECK(e.code == ERR_BAD_REQUEST && strcmp(e.field, "c") == 0);
	json_object_put(value);
	CHECK(jval_parse(SLICE("[]"), &value) == JVAL_OK);
	CHECK(jval_only(value, KNOWN, &e) == -1);
	CHECK(e.code == ERR_BAD_REQUEST && e.field[0] == '\0');
	json_object_put(value);
}

static void
test_strerror(void)
{
	for (int i = 0; i < JVAL_STATUS__MAX; i++)
		CHECK(jval_strerror((enum jval_status)i) != NULL);
}

static void
test_numbers_that_are_sent(void)
{
	static const struct {
		int line;
		const char *json;
		enum jval_status status;
	} SENT[] = {
		{ __LINE__, "1e1000", JVAL_OK },
		{ __LINE__, "[-1.5E+0001000, 1e-1000]", JVAL_OK },
		{ __LINE__, "\"1e1001\"", JVAL_OK },
		{ __LINE__, "12345678901234567890.5", JVAL_OK },
		{ __LINE__, "1e1001", JVAL_NUMBER },
		{ __LINE__, "{\"a\":[1E+1001]}", JVAL_NUMBER },
		{ __LINE__, "1e-1001", JVAL_NUMBER },
		{ __LINE__, "1e99999999999999999999", JVAL_NUMBER },
		{ __LINE__, "0.5e1000", JVAL_OK },
		{ __LINE__, "-0.00e-1000", JVAL_OK },
	};
	struct buf many = BUF_INIT;
	struct json_object *value;

	for (size_t i = 0; i < COUNT(SENT); i++) {
		CHECK_ROW(SENT[i].line,
		    jval_parse_sent(slice_from(SENT[i].json), &value, NULL) ==
			SENT[i].status);
		json_object_put(value);
		CHECK_ROW(SENT[i].line,
		    jval_parse(slice_from(SENT[i].json), &value) == JVAL_OK);
		json_object_put(value);
	}
	buf_addc(&many, '[');
	for (int i = 0; i < JVAL_DIGITS_MAX / 1000; i++)
		buf_adds(&many, "1e1000,");
	buf_adds(&many, "1e0]");
	CHECK(jval_parse_sent(buf_slice(&many), &value, NULL) == JVAL_OK);
	json_object_put(value);
	many.n -= 2;
	buf_adds(&many, "1]");
	CHECK(jval_parse_sent(buf_slice(&many), &value, NULL) == JVAL_NUMBER);
	CHECK(value == NULL);
	buf_fini(&many);
}

/* Nines before and zeros behind a point, and what follows. */
static enum jval_status
sent_digits(size_t whole, size_t fraction, const char *end)
{
	struct buf b = BUF_INIT;
	struct json_object *value;
	enum jval_status status;

	buf_adds(&b, "[-");
	for (size_t i = 0; i < whole; i++)
		buf_addc(&b, '9');
	if (fraction > 0)
		buf_addc(&b, '.');
	for (size_t i = 0; i < fraction; i++)
		buf_addc(&b, '0');
	buf_adds(&b, end);
	status = jval_parse_sent(buf_slice(&b), &value, NULL);
	json_object_put(value);
	buf_fini(&b);
	return status;
}

static void
test_digits_that_are_sent(void)
{
	static const struct {
		int line;
		size_t whole, fraction;
		const char *end;
		enum jval_status status;
	} DIGITS[] = {
		{ __LINE__, JVAL_WHOLE_MAX, 0, "]", JVAL_OK },
		{ __LINE__, JVAL_WHOLE_MAX + 1, 0, "]", JVAL_NUMBER },
		{ __LINE__, JVAL_WHOLE_MAX - 1000, 1, "e1000]", JVAL_OK },
		{ __LINE__, JVAL_WHOLE_MAX - 999, 1, "E+1000]", JVAL_NUMBER },
		{ __LINE__, JVAL_WHOLE_MAX + 1, 0, "e-1]", JVAL_OK },
		{ __LINE__, 1, JVAL_FRACTION_MAX, "]", JVAL_OK },
		{ __LINE__, 1, JVAL_FRACTION_MAX + 1, "]", JVAL_NUMBER },
		{ __LINE__, 1, JVAL_FRACTION_MAX - 1000, "e-1000]", JVAL_OK },
		{ __LINE__, 1, JVAL_FRACTION_MAX - 999, "e-1000]",
		    JVAL_NUMBER },
		{ __LINE__, 1, JVAL_FRACTION_MAX + 1, "e1]", JVAL_OK },
	};

	for (size_t i = 0; i < COUNT(DIGITS); i++)
		CHECK_ROW(DIGITS[i].line,
		    sent_digits(DIGITS[i].whole, DIGITS[i].fraction,
			DIGITS[i].end) == DIGITS[i].status);
}

static void
test_place(void)
{
	static const struct {
		int line;
		const char *json;
		size_t at;
		const char *place;
	} PLACES[] = {
		{ __LINE__, "", 0, "Line 1, column 1 (the end)." },
		{ __LINE__, "{\"a\":", 5, "Line 1, column 6 (the end)." },
		{ __LINE__, "{\"a\":1,}", 7,
		    "Line 1, column 8 (byte 8 of 8)." },
		{ __LINE__, "{\n \"\xC3\xA4\": tru }\n", 9,
		    "Line 2, column 7 (byte 10 of 15)." },
		{ __LINE__, "[1] x", 4, "Line 1, column 5 (byte 5 of 5)." },
		{ __LINE__, "\"ab\\u0000\"", 3,
		    "Line 1, column 4 (byte 4 of 10)." },
		{ __LINE__, "\"\\ud800\\n\"", 1,
		    "Line 1, column 2 (byte 2 of 10)." },
		{ __LINE__, "\"a\nb\"", 2, "Line 1, column 3 (byte 3 of 5)." },
		{ __LINE__, "[\r\n\"\xC3\xA4\xFF\"]", 6,
		    "Line 2, column 3 (byte 7 of 9)." },
		{ __LINE__, "[0, 01]", 4, "Line 1, column 5 (byte 5 of 7)." },
		{ __LINE__, "[0, 1e1001]", 4,
		    "Line 1, column 5 (byte 5 of 11)." },
	};

	for (size_t i = 0; i < COUNT(PLACES); i++) {
		struct slice text = slice_from(PLACES[i].json);
		struct json_object *value;
		struct buf place = BUF_INIT;
		size_t at = 99;

		CHECK_ROW(PLACES[i].line,
		    jval_parse_sent(text, &value, &at) != JVAL_OK);
		CHECK_ROW(PLACES[i].line, at == PLACES[i].at);
		jval_place(&place, text, PLACES[i].at);
		CHECK_ROW(PLACES[i].line,
		    slice_eqs(buf_slice(&place), PLACES[i].place));
		buf_fini(&place);
	}
}

/* Each byte at each place of what is looked at by words. */
static void
test_quote_anywhere(void)
{
	char text[20];

	for (size_t at = 0; at < sizeof(text); at++)
		for (int byte = 0; byte < 256; byte++) {
			bool plain =
			    byte >= 0x20 && byte != '"' && byte != '\\';
			struct buf b = BUF_INIT;

			memset(text, 'x', sizeof(text));
			text[at] = (char)byte;
			jval_quote(&b, (struct slice){ text, sizeof(text) });
			CHECK((b.n == sizeof(text) + 2) == plain);
			CHECK(memcmp(b.p + 1, text, at) == 0);
			CHECK(b.p[at + 1] == (plain ? text[at] : '\\'));
			buf_fini(&b);
		}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_rows),
	    CHECK_CASE(test_cut),
	    CHECK_CASE(test_depth),
	    CHECK_CASE(test_containers),
	    CHECK_CASE(test_numbers),
	    CHECK_CASE(test_numbers_that_are_sent),
	    CHECK_CASE(test_digits_that_are_sent),
	    CHECK_CASE(test_place),
	    CHECK_CASE(test_long_number),
	    CHECK_CASE(test_quote),
	    CHECK_CASE(test_quote_anywhere),
	    CHECK_CASE(test_members),
	    CHECK_CASE(test_only),
	    CHECK_CASE(test_strerror),
	    { NULL, NULL },
	});
}
