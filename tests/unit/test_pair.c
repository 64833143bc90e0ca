/* Requests that wait for each other, with a clock of the test's own. */
#include "fcgi/pair.c" /* NOLINT(bugprone-suspicious-include) */

#include "base/num.h"
#include "harness/check.h"

#define A SLICE("aaaaaaaaaaaaaaaaaaaa")
#define T 1000000000 /* us: when it begins */

/* Requests of one session, one after the other. */
struct arrival {
	enum pair_side side;
	int at_us;
	enum pair_what what;
	uint64_t other; /* the token it is told: the number of the arrival */
};

#define GET(at, what, other)  PAIR_GET, at, PAIR_##what, other
#define POST(at, what, other) PAIR_POST, at, PAIR_##what, other
#define LATE                  (2 * PAIR_WAIT_US)

static const struct {
	int line;
	struct arrival arrival[6];
} ROWS[] = {
	/* Polls alone never wait. */
	{ __LINE__, { { GET(0, ALONE, 0) }, { GET(10, ALONE, 0) } } },
	/* Together once: the next time the first waits, whichever it is. */
	{ __LINE__,
	    { { GET(0, ALONE, 0) }, { POST(50, ALONE, 0) },
		{ GET(9000, WAITS, 0) }, { POST(9050, MET, 3) },
		{ POST(20000, WAITS, 0) }, { GET(20010, MET, 5) } } },
	/* At once behind a pair that met: these two are a pair, too. */
	{ __LINE__,
	    { { GET(0, ALONE, 0) }, { POST(50, ALONE, 0) },
		{ GET(100, WAITS, 0) }, { POST(100, MET, 3) },
		{ GET(100, WAITS, 0) }, { POST(100, MET, 5) } } },
	/* Not together. */
	{ __LINE__,
	    { { GET(0, ALONE, 0) }, { POST(LATE, ALONE, 0) },
		{ GET(2 * LATE, ALONE, 0) } } },
	/* Two of the same side: both go, and it was not worthwhile. */
	{ __LINE__,
	    { { GET(0, ALONE, 0) }, { POST(50, ALONE, 0) },
		{ GET(9000, WAITS, 0) }, { GET(9001, TWICE, 3) },
		{ GET(9002, ALONE, 0) } } },
};

static void
test_pair_arrivals(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct pair *p = pair_new();

		for (size_t k = 0; k < COUNT(ROWS[i].arrival); k++) {
			const struct arrival *a = &ROWS[i].arrival[k];
			uint64_t other = 0;

			if (k > 0 && a->at_us == 0)
				break;
			CHECK_ROW(ROWS[i].line,
			    pair_arrive(p, A, a->side, k + 1, T + a->at_us,
				&other) == a->what);
			CHECK_ROW(ROWS[i].line, other == a->other);
			CHECK_ROW(ROWS[i].line,
			    (pair_wait_us(p, T + a->at_us) > 0) ==
				(a->what == PAIR_WAITS));
		}
		pair_free(p);
	}
}

/* One that two arrive together for waits; then nobody comes. */
static enum pair_what
wait_of(struct pair *p, struct slice esid, uint64_t token, int64_t now_us)
{
	uint64_t other;

	(void)pair_arrive(p, esid, PAIR_GET, token, now_us - 100, &other);
	(void)pair_arrive(p, esid, PAIR_POST, token, now_us - 90, &other);
	return pair_arrive(p, esid, PAIR_GET, token, now_us, &other);
}

static void
test_pair_late(void)
{
	struct pair *p = pair_new();
	uint64_t token = 0;

	CHECK(!pair_late(p, T, &token));
	CHECK(wait_of(p, A, 7, T) == PAIR_WAITS);
	CHECK(wait_of(p, SLICE("b"), 8, T + 5) == PAIR_WAITS);
	CHECK(!pair_late(p, T + PAIR_WAIT_US - 1, &token));
	CHECK(pair_late(p, T + PAIR_WAIT_US, &token) && token == 7);
	CHECK(!pair_late(p, T + PAIR_WAIT_US, &token));
	CHECK(pair_wait_us(p, T + PAIR_WAIT_US) == 5);
	CHECK(pair_wait_us(p, T + LATE) == 1);
	CHECK(pair_late(p, T + PAIR_WAIT_US + 5, &token) && token == 8);
	CHECK(pair_wait_us(p, T) == 0);
	/* The next is not waited for. */
	CHECK(pair_arrive(p, A, PAIR_GET, 9, T + 50000, &token) == PAIR_ALONE);
	pair_free(p);
}

/* Another POST comes: the one that waits goes on. */
static void
test_pair_release(void)
{
	struct pair *p = pair_new();
	uint64_t token = 0;

	CHECK(!pair_release(p, A, &token));
	CHECK(wait_of(p, A, 7, T) == PAIR_WAITS);
	CHECK(!pair_release(p, SLICE("b"), &token));
	CHECK(pair_release(p, A, &token) && token == 7);
	CHECK(!pair_release(p, A, &token));
	CHECK(pair_wait_us(p, T) == 0);
	CHECK(pair_arrive(p, A, PAIR_GET, 9, T + 50000, &token) == PAIR_ALONE);
	pair_free(p);
}

/* Two sessions in one place: it is the first one's until it is quiet. */
static void
test_pair_place(void)
{
	struct pair *p = pair_new();
	char same[24];
	uint64_t other;
	int n = 0;

	do
		(void)snprintf(same, sizeof(same), "s%d", n++);
	while (slice_hash(slice_from(same)) % PAIR_PLACES !=
	    slice_hash(A) % PAIR_PLACES);
	CHECK(wait_of(p, A, 1, T) == PAIR_WAITS);
	CHECK(wait_of(p, slice_from(same), 2, T + 200) == PAIR_ALONE);
	CHECK(pair_arrive(p, A, PAIR_POST, 3, T + 300, &other) == PAIR_MET);
	CHECK(other == 1);
	CHECK(wait_of(p, slice_from(same), 4, T + KEEP_US / 2) == PAIR_ALONE);
	CHECK(wait_of(p, slice_from(same), 5, T + 2 * KEEP_US) == PAIR_WAITS);
	CHECK(wait_of(p, A, 6, T + 2 * KEEP_US + 10) == PAIR_ALONE);
	pair_free(p);
}

/* Ids that are none. */
static void
test_pair_odd_ids(void)
{
	static const char LONG[] = "0123456789012345678901234567890123456789";
	struct pair *p = pair_new();

	for (size_t n = 24; n < sizeof(LONG); n++)
		CHECK(
		    wait_of(p, (struct slice){ LONG, n }, 1, T) == PAIR_ALONE);
	CHECK(pair_wait_us(p, T) == 0);
	CHECK(wait_of(p, (struct slice){ LONG, 23 }, 1, T) == PAIR_WAITS);
	pair_free(p);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_pair_arrivals),
	    CHECK_CASE(test_pair_late), CHECK_CASE(test_pair_release),
	    CHECK_CASE(test_pair_place), CHECK_CASE(test_pair_odd_ids),
	    { NULL, NULL } });
}
