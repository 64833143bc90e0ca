#include "proto/jschema.h"

#include "harness/check.h"
#include "proto/jval.h"

static struct json_object *
read(const char *text)
{
	struct json_object *value;

	CHECK(jval_parse(slice_from(text), &value) == JVAL_OK);
	return value;
}

#define PERSON                                                            \
	"{\"type\":\"object\",\"required\":[\"name\"],"                   \
	"\"additionalProperties\":false,\"properties\":{"                 \
	"\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":3}," \
	"\"age\":{\"type\":[\"integer\",\"null\"],\"minimum\":0},"        \
	"\"tags\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,"     \
	"\"items\":{\"enum\":[\"a\",\"b\",5,null,true]}}}}"

static const struct {
	int line;
	const char *schema, *value;
	const char *field; /* NULL: it holds */
	const char *says;
} ROWS[] = {
	{ __LINE__, "{}", "5", NULL, NULL },
	{ __LINE__, "{}", "null", NULL, NULL },
	{ __LINE__, "{\"title\":\"x\",\"format\":\"y\"}", "[]", NULL, NULL },
	/* type */
	{ __LINE__, "{\"type\":\"null\"}", "null", NULL, NULL },
	{ __LINE__, "{\"type\":\"null\"}", "0", "", "type null, not number" },
	{ __LINE__, "{\"type\":\"boolean\"}", "true", NULL, NULL },
	{ __LINE__, "{\"type\":\"boolean\"}", "1", "", "boolean" },
	{ __LINE__, "{\"type\":\"integer\"}", "7", NULL, NULL },
	{ __LINE__, "{\"type\":\"integer\"}", "7.0", NULL, NULL },
	{ __LINE__, "{\"type\":\"integer\"}", "7.5", "", "integer" },
	{ __LINE__, "{\"type\":\"integer\"}", "1e999", NULL, NULL },
	{ __LINE__, "{\"type\":\"number\"}", "7", NULL, NULL },
	{ __LINE__, "{\"type\":\"number\"}", "7.5", NULL, NULL },
	{ __LINE__, "{\"type\":\"number\"}", "\"7\"", "", "not string" },
	{ __LINE__, "{\"type\":\"string\"}", "\"\"", NULL, NULL },
	{ __LINE__, "{\"type\":\"string\"}", "{}", "", "not object" },
	{ __LINE__, "{\"type\":\"array\"}", "{}", "", "not object" },
	{ __LINE__, "{\"type\":\"object\"}", "[]", "", "not array" },
	{ __LINE__, "{\"type\":[\"string\",\"null\"]}", "null", NULL, NULL },
	{ __LINE__, "{\"type\":[\"string\",\"null\"]}", "5", "",
	    "string or null" },
	/* enum */
	{ __LINE__, "{\"enum\":[1,\"a\"]}", "1.0", NULL, NULL },
	{ __LINE__, "{\"enum\":[1,\"a\"]}", "\"a\"", NULL, NULL },
	{ __LINE__, "{\"enum\":[1,\"a\"]}", "\"b\"", "", "1, \"a\"" },
	{ __LINE__, "{\"enum\":[true]}", "false", "", "true" },
	{ __LINE__, "{\"enum\":[[]]}", "[]", "", "one of" },
	/* sizes */
	{ __LINE__, "{\"minLength\":2}", "\"\xc3\xa9\"", "", "2 characters" },
	{ __LINE__, "{\"maxLength\":1}", "\"\xf0\x9f\x98\x80\"", NULL, NULL },
	{ __LINE__, "{\"maxLength\":1}", "\"ab\"", "", "at most 1 char" },
	{ __LINE__, "{\"minItems\":1}", "[]", "", "at least 1 items" },
	{ __LINE__, "{\"maxItems\":1}", "[1,2]", "", "at most 1 items" },
	{ __LINE__, "{\"maxItems\":1}", "\"many characters\"", NULL, NULL },
	{ __LINE__, "{\"minimum\":0.5}", "0.4", "", "be at least 0.5" },
	{ __LINE__, "{\"maximum\":10}", "11", "", "be at most 10" },
	/* inside */
	{ __LINE__, PERSON, "{\"name\":\"abc\"}", NULL, NULL },
	{ __LINE__, PERSON, "{\"name\":\"abc\",\"age\":null,\"tags\":[\"a\"]}",
	    NULL, NULL },
	{ __LINE__, PERSON, "{}", "", "the member \"name\"" },
	{ __LINE__, PERSON, "{\"name\":\"\"}", "name", "at least 1" },
	{ __LINE__, PERSON, "{\"name\":\"abcd\"}", "name", "at most 3" },
	{ __LINE__, PERSON, "{\"name\":\"a\",\"age\":-1}", "age", "at least" },
	{ __LINE__, PERSON, "{\"name\":\"a\",\"tags\":[]}", "tags", "items" },
	{ __LINE__, PERSON, "{\"name\":\"a\",\"tags\":[\"a\",\"c\"]}",
	    "tags[1]", "one of" },
	{ __LINE__, PERSON, "{\"name\":\"a\",\"more\":1}", "more",
	    "not a member" },
	{ __LINE__, PERSON, "{\"name\":\"a\",\"<b>\\u0007\":1}", "?b??",
	    "not a member" },
	{ __LINE__,
	    "{\"additionalProperties\":{\"items\":{\"type\":\"null\"}}}",
	    "{\"a\":[null],\"b\":[null,[]]}", "b[1]", "null" },
	{ __LINE__, "{\"items\":{\"properties\":{\"x\":{\"type\":\"null\"}}}}",
	    "[{},{\"x\":1}]", "[1].x", "null" },
	/* Schemas that are none. */
	{ __LINE__, "5", "5", "", "cannot be read" },
	{ __LINE__, "null", "null", "", "cannot be read" },
	{ __LINE__, "true", "5", "", "cannot be read" },
	{ __LINE__, "{\"type\":5}", "5", "", "cannot be read" },
	{ __LINE__, "{\"type\":\"strnig\"}", "\"a\"", "", "cannot be read" },
	{ __LINE__, "{\"type\":[]}", "5", "", "cannot be read" },
	{ __LINE__, "{\"enum\":5}", "5", "", "cannot be read" },
	{ __LINE__, "{\"required\":5}", "{}", "", "cannot be read" },
	{ __LINE__, "{\"required\":[5]}", "{\"5\":1}", NULL, NULL },
	{ __LINE__, "{\"items\":5}", "[1]", "[0]", "cannot be read" },
};

static void
test_jschema_check(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct json_object *schema = read(ROWS[i].schema);
		struct json_object *value = read(ROWS[i].value);
		struct err e = ERR_INIT;
		int rc = jschema_check(schema, value, &e);

		CHECK_ROW(ROWS[i].line, rc == (ROWS[i].field != NULL ? -1 : 0));
		if (ROWS[i].field != NULL && rc != 0) {
			CHECK_ROW(ROWS[i].line, e.code == ERR_UNPROCESSABLE);
			CHECK_SLICE_ROW(
			    ROWS[i].line, slice_from(e.field), ROWS[i].field);
			CHECK_ROW(
			    ROWS[i].line, strstr(e.msg, ROWS[i].says) != NULL);
		}
		json_object_put(schema);
		json_object_put(value);
	}
}

/* Nested schemas are as deep as they may be, no deeper. */
static void
test_jschema_depth(void)
{
	for (int depth = 30; depth < 36; depth++) {
		struct buf schema = BUF_INIT, value = BUF_INIT;
		struct json_object *s, *v;
		struct err e = ERR_INIT;

		for (int i = 0; i < depth; i++) {
			buf_adds(&schema, "{\"items\":");
			buf_addc(&value, '[');
		}
		buf_adds(&schema, "{}");
		for (int i = 0; i < depth; i++) {
			buf_addc(&schema, '}');
			buf_addc(&value, ']');
		}
		s = read(buf_cstr(&schema));
		v = read(buf_cstr(&value));
		CHECK((jschema_check(s, v, &e) == 0) ==
		    (depth <= JSCHEMA_DEPTH_MAX));
		json_object_put(s);
		json_object_put(v);
		buf_fini(&schema);
		buf_fini(&value);
	}
}

static void
test_jschema_strict(void)
{
	static const struct {
		int line;
		const char *schema;
		bool strict;
	} STRICT[] = {
		{ __LINE__, "{}", false },
		{ __LINE__, "{\"type\":\"array\",\"items\":{}}", false },
		{ __LINE__, PERSON, false },
		{ __LINE__,
		    "{\"type\":\"object\",\"properties\":{},"
		    "\"additionalProperties\":false}",
		    true },
		{ __LINE__,
		    "{\"type\":\"object\",\"additionalProperties\":false,"
		    "\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":"
		    "\"array\",\"items\":{\"type\":\"string\"}}}}",
		    true },
		{ __LINE__,
		    "{\"type\":\"object\",\"additionalProperties\":false,"
		    "\"properties\":{\"a\":{\"type\":\"string\"}}}",
		    false },
		{ __LINE__,
		    "{\"type\":\"object\",\"required\":[\"a\"],"
		    "\"properties\":{\"a\":{\"type\":\"string\"}}}",
		    false },
		{ __LINE__,
		    "{\"type\":\"object\",\"additionalProperties\":false,"
		    "\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":"
		    "\"string\",\"maxLength\":5}}}",
		    false },
		{ __LINE__,
		    "{\"type\":\"object\",\"additionalProperties\":false,"
		    "\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":"
		    "\"array\",\"items\":{\"type\":\"object\"}}}}",
		    false },
	};

	for (size_t i = 0; i < COUNT(STRICT); i++) {
		struct json_object *schema = read(STRICT[i].schema);

		CHECK_ROW(
		    STRICT[i].line, jschema_strict(schema) == STRICT[i].strict);
		json_object_put(schema);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_jschema_check),
	    CHECK_CASE(test_jschema_depth), CHECK_CASE(test_jschema_strict),
	    { NULL, NULL } });
}
