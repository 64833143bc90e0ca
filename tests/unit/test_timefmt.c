/* timefmt.h: milliseconds, microseconds and text. */
#include "proto/timefmt.h"

#include "harness/check.h"
#include "harness/guard.h"

static const struct {
	int line;
	int64_t ms;
	const char *text;
} BOTH[] = {
	{ __LINE__, 0, "1970-01-01T00:00:00.000Z" },
	{ __LINE__, -1, "1969-12-31T23:59:59.999Z" },
	{ __LINE__, INT64_C(1767323045678), "2026-01-02T03:04:05.678Z" },
	{ __LINE__, INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
	{ __LINE__, INT64_C(951868800000), "2000-03-01T00:00:00.000Z" },
	{ __LINE__, INT64_C(-2203891200001), "1900-02-28T23:59:59.999Z" },
	{ __LINE__, INT64_C(-2203891200000), "1900-03-01T00:00:00.000Z" },
	{ __LINE__, INT64_C(4107542399000), "2100-02-28T23:59:59.000Z" },
	{ __LINE__, INT64_C(4107542400000), "2100-03-01T00:00:00.000Z" },
	{ __LINE__, INT64_C(2147483648000), "2038-01-19T03:14:08.000Z" },
	{ __LINE__, TIMEFMT_MIN_MS, "0000-01-01T00:00:00.000Z" },
	{ __LINE__, TIMEFMT_MAX_MS, "9999-12-31T23:59:59.999Z" },
};

static const struct {
	int line;
	const char *text;
	int64_t ms; /* -2: refused */
} READ[] = {
	{ __LINE__, "1970-01-01T00:00:01Z", 1000 },
	{ __LINE__, "1970-01-01t00:00:01z", 1000 },
	/* What SQLite's datetime() and PostgreSQL write. */
	{ __LINE__, "1970-01-01 00:00:01", 1000 },
	{ __LINE__, "1970-01-01 00:00:01.25+00", 1250 },
	{ __LINE__, "1970-01-01 01:00:00+01", 0 },
	{ __LINE__, "1970-01-01T05:30:00+05:30", 0 },
	{ __LINE__, "1969-12-31T19:00:00-05:00", 0 },
	{ __LINE__, "1970-01-01T00:00:00.1Z", 100 },
	{ __LINE__, "1970-01-01T00:00:00.123456Z", 123 },
	{ __LINE__, "1970-01-01T00:00:00.123999999Z", 123 },
	{ __LINE__, "1969-12-31T23:59:59.9995Z", -1 },
	{ __LINE__, "1970-01-01T00:00:00.1234567890Z", -2 },
	{ __LINE__, "1970-01-01T00:00:00.Z", -2 },
	{ __LINE__, "1970-01-01T00:00:00,1Z", -2 },
	{ __LINE__, "1970-01-01T00:00:60Z", -2 },
	{ __LINE__, "1970-01-01T24:00:00Z", -2 },
	{ __LINE__, "1970-01-01T00:60:00Z", -2 },
	{ __LINE__, "1970-02-29T00:00:00Z", -2 },
	{ __LINE__, "1900-02-29T00:00:00Z", -2 },
	{ __LINE__, "1970-13-01T00:00:00Z", -2 },
	{ __LINE__, "1970-00-01T00:00:00Z", -2 },
	{ __LINE__, "1970-01-00T00:00:00Z", -2 },
	{ __LINE__, "1970-04-31T00:00:00Z", -2 },
	{ __LINE__, "1970-01-01T00:00Z", -2 },
	{ __LINE__, "1970-01-01", -2 },
	{ __LINE__, "1970-1-1T00:00:00Z", -2 },
	{ __LINE__, "1970-01-01T00:00:00ZZ", -2 },
	{ __LINE__, "1970-01-01T00:00:00 Z", -2 },
	{ __LINE__, "1970-01-01T00:00:00+24:00", -2 },
	{ __LINE__, "1970-01-01T00:00:00+01:60", -2 },
	{ __LINE__, "1970-01-01T00:00:00+1", -2 },
	{ __LINE__, "1970-01-01T00:00:00+01:", -2 },
	{ __LINE__, "0000-01-01T00:00:00+00:01", -2 },
	{ __LINE__, "9999-12-31T23:59:59-00:01", -2 },
	{ __LINE__, "-001-01-01T00:00:00Z", -2 },
	{ __LINE__, " 1970-01-01T00:00:00Z", -2 },
	{ __LINE__, "", -2 },
};

static const struct {
	int line;
	const char *text;
	int64_t us;
	bool cut;
	const char *printed;
} MICROS[] = {
	{ __LINE__, "1970-01-01T00:00:00Z", 0, false,
	    "1970-01-01T00:00:00.000000Z" },
	{ __LINE__, "1970-01-01T00:00:00.1Z", 100000, false,
	    "1970-01-01T00:00:00.100000Z" },
	{ __LINE__, "1970-01-01 01:00:00.123456+01", 123456, false,
	    "1970-01-01T00:00:00.123456Z" },
	{ __LINE__, "1970-01-01T00:00:00.123456000Z", 123456, false,
	    "1970-01-01T00:00:00.123456Z" },
	{ __LINE__, "1970-01-01T00:00:00.1234567Z", 123456, true,
	    "1970-01-01T00:00:00.123456Z" },
	{ __LINE__, "1970-01-01T00:00:00.000000001Z", 0, true,
	    "1970-01-01T00:00:00.000000Z" },
	/* Cut towards the past on either side of 1970. */
	{ __LINE__, "1969-12-31T23:59:59.9999999Z", -1, true,
	    "1969-12-31T23:59:59.999999Z" },
	{ __LINE__, "0000-01-01T00:00:00Z", TIMEFMT_MIN_US, false,
	    "0000-01-01T00:00:00.000000Z" },
	{ __LINE__, "9999-12-31T23:59:59.999999Z", TIMEFMT_MAX_US, false,
	    "9999-12-31T23:59:59.999999Z" },
};

static int64_t
parse(const char *text)
{
	struct guard g = guard_copy(text, strlen(text));
	int64_t ms = -2;

	if (!timefmt_parse(g.s, &ms))
		ms = ms == -2 ? -2 : -3; /* -3: touched and refused */
	guard_free(&g);
	return ms;
}

static void
test_timefmt_both_ways(void)
{
	for (size_t i = 0; i < COUNT(BOTH); i++) {
		char text[TIMEFMT_SIZE];

		timefmt_iso(BOTH[i].ms, text);
		CHECK_SLICE_ROW(BOTH[i].line, slice_from(text), BOTH[i].text);
		CHECK_ROW(BOTH[i].line, parse(text) == BOTH[i].ms);
	}
}

static void
test_timefmt_parse(void)
{
	for (size_t i = 0; i < COUNT(READ); i++)
		CHECK_ROW(READ[i].line, parse(READ[i].text) == READ[i].ms);
}

static void
test_timefmt_micros(void)
{
	for (size_t i = 0; i < COUNT(MICROS); i++) {
		char text[TIMEFMT_US_SIZE];
		int64_t us = 0;
		bool cut = !MICROS[i].cut;

		CHECK_ROW(MICROS[i].line,
		    timefmt_parse_us(slice_from(MICROS[i].text), &us, &cut));
		CHECK_ROW(MICROS[i].line, us == MICROS[i].us);
		CHECK_ROW(MICROS[i].line, cut == MICROS[i].cut);
		timefmt_iso_us(us, text);
		CHECK_SLICE_ROW(
		    MICROS[i].line, slice_from(text), MICROS[i].printed);
	}
}

static void
test_timefmt_clamps(void)
{
	char text[TIMEFMT_SIZE], micros[TIMEFMT_US_SIZE];

	timefmt_iso(INT64_MIN, text);
	CHECK_SLICE(slice_from(text), "0000-01-01T00:00:00.000Z");
	timefmt_iso(INT64_MAX, text);
	CHECK_SLICE(slice_from(text), "9999-12-31T23:59:59.999Z");
	timefmt_iso_us(INT64_MIN, micros);
	CHECK_SLICE(slice_from(micros), "0000-01-01T00:00:00.000000Z");
	timefmt_iso_us(INT64_MAX, micros);
	CHECK_SLICE(slice_from(micros), "9999-12-31T23:59:59.999999Z");
}

/* Every day of a calendar era and a bit: text and back is the same. */
static void
test_timefmt_every_day(void)
{
	const int64_t day = INT64_C(86400000);

	for (int64_t ms = TIMEFMT_MIN_MS; ms < TIMEFMT_MAX_MS && !check_failed;
	     ms += 7 * day + 12345) {
		char text[TIMEFMT_SIZE];
		int64_t back = 0;

		timefmt_iso(ms, text);
		CHECK(timefmt_parse(slice_from(text), &back) && back == ms);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_timefmt_both_ways), CHECK_CASE(test_timefmt_parse),
	    CHECK_CASE(test_timefmt_micros), CHECK_CASE(test_timefmt_clamps),
	    CHECK_CASE(test_timefmt_every_day), { NULL, NULL } });
}
