/* traceparent.h: W3C Trace Context 1, 3.2. */
#include "proto/traceparent.h"

#include "harness/check.h"
#include "harness/guard.h"

#define TRACE  "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"
#define ZEROS  "00000000000000000000000000000000"

static const struct {
	int line;
	const char *header;
	bool good;
} ROWS[] = {
	{ __LINE__, "00-" TRACE "-" PARENT "-01", true },
	{ __LINE__, "00-" TRACE "-" PARENT "-00", true },
	{ __LINE__, "00-" TRACE "-" PARENT "-ff", true },
	{ __LINE__, "", false },
	{ __LINE__, "00", false },
	{ __LINE__, "00-" TRACE "-" PARENT, false },
	{ __LINE__, "00-" TRACE "-" PARENT "-", false },
	{ __LINE__, "00-" TRACE "-" PARENT "-1", false },
	{ __LINE__, "00-" TRACE "-" PARENT "-01-", false },
	{ __LINE__, "00-" TRACE "-" PARENT "-01-what", false },
	{ __LINE__, "00-" TRACE "-" PARENT "-01 ", false },
	{ __LINE__, "01-" TRACE "-" PARENT "-01", false },
	{ __LINE__, "ff-" TRACE "-" PARENT "-01", false },
	{ __LINE__, "0-" TRACE "-" PARENT "-01", false },
	{ __LINE__, "00-" ZEROS "-" PARENT "-01", false },
	{ __LINE__, "00-" TRACE "-0000000000000000-01", false },
	{ __LINE__, "00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01",
	    false },
	{ __LINE__, "00-" TRACE "0-" PARENT "-01", false },
	{ __LINE__, "00-g" TRACE "-" PARENT "-01", false },
	{ __LINE__, "00-4bf92f3577b34da6a3ce929d0e0e473g-" PARENT "-01",
	    false },
	{ __LINE__, "00-" TRACE "-0" PARENT "-01", false },
	{ __LINE__, "00-" TRACE "-" PARENT "-0g", false },
};

static void
test_traceparent_parse(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g =
		    guard_copy(ROWS[i].header, strlen(ROWS[i].header));
		struct slice id;
		bool good = traceparent_parse(g.s, &id);

		CHECK_ROW(ROWS[i].line, good == ROWS[i].good);
		if (good)
			CHECK_SLICE_ROW(ROWS[i].line, id, TRACE);
		guard_free(&g);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_traceparent_parse), { NULL, NULL } });
}
