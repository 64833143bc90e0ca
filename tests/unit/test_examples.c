/** Training examples of an engine, looked through. */
#include "text/examples.h"

#include "base/slice.h"
#include "harness/check.h"

static const struct {
	int line;
	const char *value;
	size_t kept, incomplete, repeated;
} ROWS[] = {
	{ __LINE__, "null", 0, 0, 0 },
	{ __LINE__, "{}", 0, 0, 0 },
	{ __LINE__, "{\"examples\":5}", 0, 0, 0 },
	{ __LINE__, "[1,null,[],{}]", 0, 4, 0 },
	{ __LINE__,
	    "[{\"input\":\"How much is it?\",\"output\":\"It is ten a "
	    "month.\"}]",
	    1, 0, 0 },
	{ __LINE__,
	    "{\"examples\":[{\"input\":\"How much is it?\",\"output\":\"It is "
	    "ten a month.\",\"context\":\"price\",\"x\":1}]}",
	    1, 0, 0 },
	/* The same but for case and marks. */
	{ __LINE__,
	    "[{\"input\":\"How much is it?\",\"output\":\"It is ten a "
	    "month.\"},{\"input\":\"how much is it\",\"output\":\"It is ten a "
	    "MONTH\"},{\"input\":\"Who else uses it?\",\"output\":\"Two "
	    "hundred schools in town.\"}]",
	    2, 0, 1 },
	{ __LINE__,
	    "[{\"input\":\"How much is it?\",\"output\":\"It is ten a "
	    "month, and…\"},{\"input\":\"\",\"output\":\"It is ten a "
	    "month.\"},{\"input\":\"How much is it?\",\"output\":\"Ten.\"},"
	    "{\"input\":5,\"output\":\"It is ten a month.\"}]",
	    0, 4, 0 },
};

static void
test_check(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct json_object *value = json_tokener_parse(ROWS[i].value),
				   *got, *list = NULL;
		struct examples_counts c;

		got = examples_check(value, &c);
		(void)json_object_object_get_ex(got, "examples", &list);
		CHECK_ROW(ROWS[i].line, c.kept == ROWS[i].kept);
		CHECK_ROW(ROWS[i].line, c.incomplete == ROWS[i].incomplete);
		CHECK_ROW(ROWS[i].line, c.repeated == ROWS[i].repeated);
		CHECK_ROW(
		    ROWS[i].line, json_object_array_length(list) == c.kept);
		if (c.kept != 0)
			CHECK_ROW(ROWS[i].line,
			    !json_object_object_get_ex(
				json_object_array_get_idx(list, 0), "x", NULL));
		(void)json_object_put(got);
		(void)json_object_put(value);
	}
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_check), { NULL, NULL } });
}
