#include "text/rank_fusion.h"

#include <math.h>

#include "base/buf.h"
#include "harness/check.h"

/* Rankings are letters, best first. */
static const struct {
	int line;
	const char *first, *second;
	const char *want;
} ROWS[] = {
	{ __LINE__, "", "", "" },
	{ __LINE__, "abc", "", "abc" },
	{ __LINE__, "", "abc", "abc" },
	{ __LINE__, "abc", "abc", "abc" },
	/* In both is more than first in one. */
	{ __LINE__, "abc", "dc", "cadb" },
	{ __LINE__, "ab", "cb", "bac" },
	/* Equal scores: the first ranking decides. */
	{ __LINE__, "ab", "ba", "ab" },
	{ __LINE__, "ba", "ab", "ba" },
	{ __LINE__, "a", "b", "ab" },
	{ __LINE__, "b", "a", "ba" },
	{ __LINE__, "abcd", "efgh", "aebfcgdh" },
	/* Twice: the better place. */
	{ __LINE__, "aba", "", "ab" },
	{ __LINE__, "abb", "cca", "acb" },
};

static size_t
fuse(const char *first, const char *second, struct rank_item *items)
{
	const char *rankings[] = { first, second };
	struct rank_fusion f;

	rank_fusion_init(&f, items);
	for (unsigned i = 0; i < COUNT(rankings); i++)
		for (unsigned k = 0; rankings[i][k] != '\0'; k++)
			rank_fusion_add(&f, i, k + 1,
			    (struct slice){ &rankings[i][k], 1 },
			    &rankings[i][k]);
	return rank_fusion_sort(&f);
}

static void
test_order(void)
{
	struct rank_item items[16];

	for (size_t i = 0; i < COUNT(ROWS); i++) {
		size_t n = fuse(ROWS[i].first, ROWS[i].second, items);
		struct buf got = BUF_INIT;

		for (size_t k = 0; k < n; k++)
			buf_add_slice(&got, items[k].key);
		CHECK_SLICE_ROW(ROWS[i].line, buf_slice(&got), ROWS[i].want);
		buf_fini(&got);
	}
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

static void
test_scores_and_ranks(void)
{
	struct rank_item items[16];

	CHECK(fuse("ab", "bc", items) == 3);
	CHECK(*(const char *)items[0].thing == 'b');
	CHECK(items[0].rank[0] == 2 && items[0].rank[1] == 1);
	CHECK(is_near(items[0].score, 1.0 / 61 + 1.0 / 62));
	CHECK(items[1].rank[0] == 1 && items[1].rank[1] == 0);
	CHECK(is_near(items[1].score, 1.0 / 61));
	CHECK(items[2].rank[0] == 0 && items[2].rank[1] == 2);
	CHECK(is_near(items[2].score, 1.0 / 62));
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_order),
	    CHECK_CASE(test_scores_and_ranks),
	    { NULL, NULL },
	});
}
