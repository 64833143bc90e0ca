#include "proto/host_list.h"

#include "base/attr.h"
#include "harness/check.h"

static const struct {
	int line;
	const char *list, *host;
	int port;
	bool has;
} ROWS[] = {
	{ __LINE__, "", "a", 80, false },
	{ __LINE__, "a", "a", 80, true },
	{ __LINE__, "a", "A", 443, true },
	{ __LINE__, "a", "b", 80, false },
	{ __LINE__, "a", "", 80, false },
	{ __LINE__, "a", "aa", 80, false },
	{ __LINE__, "b, llm.internal:8000", "llm.internal", 8000, true },
	{ __LINE__, "b, llm.internal:8000", "llm.internal", 8001, false },
	{ __LINE__, "b, llm.internal:8000", "x.llm.internal", 8000, false },
	{ __LINE__, "10.1.2.3", "10.1.2.3", 1, true },
	{ __LINE__, "[fd00::7]:8080", "[fd00::7]", 8080, true },
	{ __LINE__, "[fd00::7]:8080", "[fd00::7]", 80, false },
	{ __LINE__, "[fd00::7]", "[fd00::7]", 80, true },
	{ __LINE__, "a:0", "a", 0, false },
	{ __LINE__, ",,", "", 80, false },
};

static void
test_host_list_has(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++)
		CHECK_ROW(ROWS[i].line,
		    host_list_has(slice_from(ROWS[i].list),
			slice_from(ROWS[i].host), ROWS[i].port) == ROWS[i].has);
}

static void
test_host_list_check(void)
{
	static const char *const GOOD[] = { "", " ", "a", "a,b", "a:1 , b",
		"llm.internal:8000", "[::1]", "[::1]:65535", "my_host-1" };
	static const struct {
		int line;
		const char *list, *bad;
	} BAD[] = {
		{ __LINE__, "a,", "" },
		{ __LINE__, "https://a", "https://a" },
		{ __LINE__, "a,*.b", "*.b" },
		{ __LINE__, "a:", "a:" },
		{ __LINE__, "a:0", "a:0" },
		{ __LINE__, "a:65536", "a:65536" },
		{ __LINE__, "a/b", "a/b" },
		{ __LINE__, "::1", "::1" },
		{ __LINE__, "[::1", "[::1" },
		{ __LINE__, "[]", "[]" },
		{ __LINE__, ":80", ":80" },
	};
	struct slice bad;

	for (size_t i = 0; i < COUNT(GOOD); i++)
		CHECK(host_list_check(slice_from(GOOD[i]), &bad));
	for (size_t i = 0; i < COUNT(BAD); i++) {
		CHECK_ROW(BAD[i].line,
		    !host_list_check(slice_from(BAD[i].list), &bad));
		CHECK_SLICE_ROW(BAD[i].line, bad, BAD[i].bad);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_host_list_has),
	    CHECK_CASE(test_host_list_check), { NULL, NULL } });
}
