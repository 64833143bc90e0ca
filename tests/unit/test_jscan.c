#include "proto/jscan.h"

#include "harness/check.h"
#include "harness/guard.h"
#include "proto/jval.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

#define ROW(name, text, status, printed) { name, S(text), status },
static const struct {
	const char *name;
	struct slice text;
	enum jval_status status;
} ROWS[] = {
#include "vectors/jval.h"
};
#undef ROW

/* What the parser takes is JSON, and what it says is no JSON is none. */
static void
test_as_the_parser(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g = guard_copy(ROWS[i].text.p, ROWS[i].text.n);
		bool valid = jscan_valid(g.s);

		if ((ROWS[i].status == JVAL_OK && !valid) ||
		    (ROWS[i].status == JVAL_SYNTAX && valid)) {
			(void)printf("# row \"%s\"\n", ROWS[i].name);
			check_fail(__FILE__, __LINE__, "row");
		}
		guard_free(&g);
	}
}

/* Every text, cut anywhere, is none, and nothing behind it is read. */
static void
test_cut(void)
{
	static const char TEXT[] =
	    "{\"a\\u0041\":[true,false,null,-1.5e+3,\"\\n\\\"\"],\"b\":{}}";

	for (size_t n = 0; n < sizeof(TEXT); n++) {
		struct guard g = guard_copy(TEXT, n);

		CHECK(jscan_valid(g.s) == (n == sizeof(TEXT) - 1));
		guard_free(&g);
	}
}

static void
test_depth(void)
{
	static char text[2 * (JSCAN_DEPTH_MAX + 1)];

	for (size_t n = JSCAN_DEPTH_MAX - 1; n <= JSCAN_DEPTH_MAX + 1; n++) {
		memset(text, '[', n);
		memset(text + n, ']', n);
		CHECK(jscan_valid((struct slice){ text, 2 * n }) ==
		    (n <= JSCAN_DEPTH_MAX));
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_as_the_parser),
	    CHECK_CASE(test_cut),
	    CHECK_CASE(test_depth),
	    { NULL, NULL },
	});
}
