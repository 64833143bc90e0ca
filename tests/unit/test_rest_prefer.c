/* rest_prefer.h: what the header asks for, printed as it would be applied. */
#include "proto/rest_prefer.h"

#include "harness/check.h"
#include "harness/guard.h"

#define MERGE "resolution=merge-duplicates"

static const struct {
	int line;
	const char *header;
	const char *applied;
} ROWS[] = {
	{ __LINE__, "", "" },
	{ __LINE__, "return=minimal", "return=minimal" },
	{ __LINE__, "return=representation", "return=representation" },
	{ __LINE__, MERGE, MERGE },
	{ __LINE__, "resolution=ignore-duplicates",
	    "resolution=ignore-duplicates" },
	{ __LINE__, "count=exact", "count=exact" },
	{ __LINE__, "count=exact," MERGE " , return=minimal",
	    "return=minimal, " MERGE ", count=exact" },
	/* RFC 7240, 2: names in any case, quotes, spaces, parameters. */
	{ __LINE__, "RETURN=minimal", "return=minimal" },
	{ __LINE__, "return=\"minimal\"", "return=minimal" },
	{ __LINE__, "return = minimal ; x=\"a;b,c\" ; y, count=exact",
	    "return=minimal, count=exact" },
	{ __LINE__, "foo; return=minimal", "" },
	{ __LINE__, "foo=\"a, return=minimal\", count=exact", "count=exact" },
	{ __LINE__, "foo=\"\\\", return=minimal, \\\\\", count=exact",
	    "count=exact" },
	{ __LINE__, ", ,,count=exact,", "count=exact" },
	/* Of one preference the first counts, known value or not. */
	{ __LINE__, "return=minimal, return=representation", "return=minimal" },
	{ __LINE__, "return=nothing, return=minimal", "" },
	{ __LINE__, "count, count=exact", "" },
	/* Values are not ours: ignored. */
	{ __LINE__, "count=planned", "" },
	{ __LINE__, "return=Minimal", "" },
	{ __LINE__, "return=", "" },
	{ __LINE__, "return=\"\"", "" },
	{ __LINE__, "return minimal", "" },
	{ __LINE__, "returns=minimal", "" },
	{ __LINE__, "=minimal", "" },
	{ __LINE__, "respond-async, wait=10, handling=strict", "" },
	{ __LINE__, "foo=\"open, return=minimal", "" },
	{ __LINE__, "foo=\"open\\", "" },
	{ __LINE__, "return=\"minimal", "" },
	{ __LINE__, "return=\"", "" },
};

static void
test_rest_prefer(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard g =
		    guard_copy(ROWS[i].header, strlen(ROWS[i].header));
		struct buf applied = BUF_INIT;
		struct rest_prefer p;

		rest_prefer_parse(g.s, &p);
		rest_prefer_print(&applied, &p);
		CHECK_SLICE_ROW(
		    ROWS[i].line, buf_slice(&applied), ROWS[i].applied);
		buf_fini(&applied);
		guard_free(&g);
	}
}

/* The fields, which printing might hide. */
static void
test_rest_prefer_fields(void)
{
	struct rest_prefer p;

	rest_prefer_parse(SLICE("return=representation, count=exact, "
				"resolution=ignore-duplicates"),
	    &p);
	CHECK(p.returns == REST_RETURN_REPRESENTATION);
	CHECK(p.resolution == REST_RESOLVE_IGNORE);
	CHECK(p.count);
	rest_prefer_parse(SLICE("return=minimal, " MERGE), &p);
	CHECK(p.returns == REST_RETURN_MINIMAL);
	CHECK(p.resolution == REST_RESOLVE_MERGE);
	CHECK(!p.count);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_rest_prefer),
	    CHECK_CASE(test_rest_prefer_fields), { NULL, NULL } });
}
