/* jmerge.h: merge patches. */
#include "proto/jmerge.h"

#include "harness/check.h"
#include "proto/jval.h"

static const struct {
	int line;
	const char *target;
	const char *patch;
	const char *merged;
} ROWS[] = {
	/* RFC 7396, appendix A, in its order. */
	{ __LINE__, "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ __LINE__, "{\"a\":\"b\"}", "{\"b\":\"c\"}",
	    "{\"a\":\"b\",\"b\":\"c\"}" },
	{ __LINE__, "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
	{ __LINE__, "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}",
	    "{\"b\":\"c\"}" },
	{ __LINE__, "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ __LINE__, "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
	{ __LINE__, "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
	    "{\"a\":{\"b\":\"d\"}}" },
	{ __LINE__, "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
	{ __LINE__, "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
	{ __LINE__, "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
	{ __LINE__, "{\"a\":\"foo\"}", "null", "null" },
	{ __LINE__, "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
	{ __LINE__, "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
	{ __LINE__, "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
	{ __LINE__, "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}",
	    "{\"a\":{\"bb\":{}}}" },
	/* Section 3. */
	{ __LINE__,
	    "{\"title\":\"Goodbye!\",\"author\":{\"givenName\":\"John\","
	    "\"familyName\":\"Doe\"},\"tags\":[\"example\",\"sample\"],"
	    "\"content\":\"This will be unchanged\"}",
	    "{\"title\":\"Hello!\",\"phoneNumber\":\"+01-123-456-7890\","
	    "\"author\":{\"familyName\":null},\"tags\":[\"example\"]}",
	    "{\"title\":\"Hello!\",\"author\":{\"givenName\":\"John\"},"
	    "\"tags\":[\"example\"],\"content\":\"This will be unchanged\","
	    "\"phoneNumber\":\"+01-123-456-7890\"}" },
	/* Not in it. */
	{ __LINE__, "null", "{}", "{}" },
	{ __LINE__, "{\"a\":{\"b\":1}}", "{}", "{\"a\":{\"b\":1}}" },
	{ __LINE__, "{\"a\":{\"b\":1}}", "{\"a\":{}}", "{\"a\":{\"b\":1}}" },
	{ __LINE__, "{\"a\":1}", "{\"a\":{\"b\":null}}", "{\"a\":{}}" },
	{ __LINE__, "{\"a\":1}", "{\"x\":null}", "{\"a\":1}" },
	/* Arrays are values: what is null in them stays. */
	{ __LINE__, "{}", "{\"a\":[null,{\"b\":null}]}",
	    "{\"a\":[null,{\"b\":null}]}" },
	{ __LINE__, "{\"n\":1.50}", "{\"m\":1e2}", "{\"n\":1.50,\"m\":1e2}" },
};

static struct json_object *
parsed(const char *text)
{
	struct json_object *value = NULL;

	CHECK(jval_parse(slice_from(text), &value) == JVAL_OK);
	return value;
}

static void
check_printed(int line, struct json_object *value, const char *text)
{
	struct buf b = BUF_INIT;

	jval_print(&b, value);
	CHECK_SLICE_ROW(line, buf_slice(&b), text);
	buf_fini(&b);
}

static void
test_jmerge(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct json_object *target = parsed(ROWS[i].target);
		struct json_object *patch = parsed(ROWS[i].patch);
		struct json_object *merged = NULL;

		CHECK_ROW(ROWS[i].line, jmerge_apply(target, patch, &merged));
		check_printed(ROWS[i].line, merged, ROWS[i].merged);
		check_printed(ROWS[i].line, target, ROWS[i].target);
		check_printed(ROWS[i].line, patch, ROWS[i].patch);
		json_object_put(target);
		json_object_put(patch);
		/* It lives on without them. */
		check_printed(ROWS[i].line, merged, ROWS[i].merged);
		json_object_put(merged);
	}
}

/* {"a":{"a":…null…}} of so many objects. */
static struct json_object *
nested(unsigned depth)
{
	struct json_object *value = NULL;

	for (unsigned i = 0; i < depth; i++) {
		struct json_object *outer = json_object_new_object();

		CHECK(json_object_object_add(outer, "a", value) == 0);
		value = outer;
	}
	return value;
}

static void
test_jmerge_depth(void)
{
	struct json_object *good = nested(JVAL_DEPTH_MAX);
	struct json_object *deep = nested(JVAL_DEPTH_MAX + 1);
	struct json_object *merged = NULL;

	CHECK(jmerge_apply(NULL, good, &merged));
	json_object_put(merged);
	CHECK(jmerge_apply(good, good, &merged));
	json_object_put(merged);
	CHECK(!jmerge_apply(good, deep, &merged));
	CHECK(merged == NULL);
	json_object_put(good);
	json_object_put(deep);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_jmerge),
	    CHECK_CASE(test_jmerge_depth), { NULL, NULL } });
}
