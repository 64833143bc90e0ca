/** What a session remembers. */
#include "proto/dialogue.h"

#include "harness/check.h"
#include "proto/jval.h"

#define U(text) "{\"role\":\"user\",\"content\":\"" text "\"}"
#define A(text) "{\"role\":\"assistant\",\"content\":\"" text "\"}"
#define T(text) "{\"role\":\"tool\",\"content\":\"" text "\"}"
#define LONG                                                           \
	"012345678901234567890123456789012345678901234567890123456789" \
	"012345678901234567890123456789012345678901234567890123456789"

static const struct {
	int line;
	const char *messages;
	size_t max;
	const char *want;
} ROWS[] = {
	{ __LINE__, "null", 1000, "[]" },
	{ __LINE__, "{}", 1000, "[]" },
	{ __LINE__, "[]", 1000, "[]" },
	{ __LINE__, "[" U("a") "," A("b") "]", 1000,
	    "[" U("a") "," A("b") "]" },
	/* What no user has asked for is no turn. */
	{ __LINE__, "[" A("x") "," T("y") "," U("a") "]", 1000,
	    "[" U("a") "]" },
	{ __LINE__,
	    "[" U("a") ",5,null,{\"role\":\"system\",\"content\":\"x\"}," A(
		"b") "]",
	    1000, "[" U("a") "," A("b") "]" },
	/* Whole turns, the newest. */
	{ __LINE__, "[" U("a") "," A("b") "," U("c") "," A("d") "]", 80,
	    "[" U("c") "," A("d") "]" },
	{ __LINE__, "[" U("a") "," A("b") "," U("c") "," A("d") "]", 60, "[]" },
	/* A last one that is too large does not take the others along. */
	{ __LINE__, "[" U("a") "," A("b") "," U("c") "," A(LONG) "]", 120,
	    "[" U("a") "," A("b") "]" },
	/* Another does: there is no gap in between. */
	{ __LINE__, "[" U("a") "," A("b") "," U("c") "," A(LONG) "," U("e") "]",
	    120, "[" U("e") "]" },
};

static void
test_trim(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct json_object *m = json_tokener_parse(ROWS[i].messages);
		struct json_object *got = dialogue_trim(m, ROWS[i].max);
		struct buf text = BUF_INIT;

		jval_print(&text, got);
		CHECK_ROW(
		    ROWS[i].line, slice_eqs(buf_slice(&text), ROWS[i].want));
		if (!slice_eqs(buf_slice(&text), ROWS[i].want))
			(void)printf("# %s\n", buf_cstr(&text));
		buf_fini(&text);
		(void)json_object_put(got);
		(void)json_object_put(m);
	}
}

/* What tools said earlier is shortened; the last turn is as it was. */
static void
test_tools(void)
{
	struct json_object *m = json_object_new_array(), *got, *tool;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < (size_t)2 * DIALOGUE_TOOL_MAX; i++)
		buf_addc(&text, 'x');
	for (size_t i = 0; i < 2; i++) {
		(void)json_object_array_add(m, json_tokener_parse(U("a")));
		tool = json_tokener_parse(T("b"));
		jval_put_str(tool, "content", buf_slice(&text));
		(void)json_object_array_add(m, tool);
	}
	got = dialogue_trim(m, 100000);
	CHECK(json_object_array_length(got) == 4);
	CHECK(jval_str(json_object_array_get_idx(got, 1), "content").n ==
	    DIALOGUE_TOOL_MAX);
	CHECK(
	    jval_str(json_object_array_get_idx(got, 3), "content").n == text.n);
	CHECK(jval_str(json_object_array_get_idx(m, 1), "content").n == text.n);
	buf_fini(&text);
	(void)json_object_put(got);
	(void)json_object_put(m);
}

/* Where data ends is said of what is shortened, too; nothing else is kept. */
static void
test_mark(void)
{
	static const struct {
		int line;
		const char *end;
		bool kept;
	} ENDS[] = {
		{ __LINE__, "\n</data result 0123456789abcdef>", true },
		{ __LINE__, "</data result 0123456789abcdef>", false },
		{ __LINE__, "\n<data result 0123456789abcdef>", false },
		{ __LINE__, "\n</" LONG ">", false },
		{ __LINE__, "\n", false },
	};

	for (size_t i = 0; i < COUNT(ENDS); i++) {
		struct json_object *m = json_tokener_parse(
				       "[" U("a") "," T("b") "," U("c") "]"),
				   *got;
		struct buf text = BUF_INIT;
		struct slice said;

		for (size_t k = 0; k < (size_t)2 * DIALOGUE_TOOL_MAX; k++)
			buf_addc(&text, 'x');
		buf_adds(&text, ENDS[i].end);
		jval_put_str(json_object_array_get_idx(m, 1), "content",
		    buf_slice(&text));
		got = dialogue_trim(m, 100000);
		said = jval_str(json_object_array_get_idx(got, 1), "content");
		CHECK_ROW(ENDS[i].line, said.n == DIALOGUE_TOOL_MAX);
		CHECK_ROW(ENDS[i].line,
		    slice_ends(said, slice_from(ENDS[i].end)) == ENDS[i].kept);
		buf_fini(&text);
		(void)json_object_put(got);
		(void)json_object_put(m);
	}
}

/* Three results of 30 KB in the last turn: shortened, and nothing else lost. */
static void
test_large(void)
{
	struct json_object *m = json_tokener_parse(
			       "[" U("a") "," A("b") "," U("c") "]"),
			   *got, *tool;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < (size_t)30 * 1024; i++)
		buf_addc(&text, 'x');
	for (size_t i = 0; i < 3; i++) {
		tool = json_tokener_parse(T("b"));
		jval_put_str(tool, "content", buf_slice(&text));
		(void)json_object_array_add(m, tool);
	}
	(void)json_object_array_add(m, json_tokener_parse(A("d")));
	got = dialogue_trim(m, (size_t)60 * 1024);
	CHECK(json_object_array_length(got) == 7);
	for (size_t i = 3; i < 6; i++)
		CHECK(
		    jval_str(json_object_array_get_idx(got, i), "content").n ==
		    DIALOGUE_TOOL_MAX);
	buf_fini(&text);
	(void)json_object_put(got);
	(void)json_object_put(m);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_trim),
	    CHECK_CASE(test_tools), CHECK_CASE(test_mark),
	    CHECK_CASE(test_large), { NULL, NULL } });
}
