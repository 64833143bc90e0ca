/* The small textual forms: UTF-8, base64, integers, times. */
#include "harness/fuzz.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/num.h"
#include "base/utf8.h"
#include "proto/timefmt.h"

/* A character read is the one character that is written as these bytes. */
static size_t
check_character(struct slice s)
{
	uint32_t code = 0;
	size_t n = utf8_next(s, &code);
	char again[4];

	if (n == 0)
		return 0;
	fuzz_require(n <= s.n && code <= 0x10FFFF);
	fuzz_require(code < 0xD800 || code > 0xDFFF);
	fuzz_require(utf8_put(code, again) == n &&
	    slice_eq(slice_sub(s, 0, n), (struct slice){ again, n }));
	return n;
}

static void
check_utf8(struct slice s)
{
	struct slice rest = s, prefix, taken;
	size_t n, units = 0;

	while (rest.n != 0 && (n = check_character(rest)) != 0) {
		units += n == 4 ? 2 : 1;
		rest = slice_from_at(rest, n);
	}
	fuzz_require(utf8_valid(s) == (rest.n == 0));
	fuzz_require(utf8_text(s) == (rest.n == 0 && slice_chr(s, 0) == s.n));
	prefix = utf8_prefix(s, s.n / 2);
	fuzz_require(prefix.n <= s.n / 2 && slice_starts(s, prefix));
	if (!utf8_valid(s))
		return;
	fuzz_require(utf8_valid(prefix) && prefix.n + 4 > s.n / 2);
	fuzz_require(slice_eq(utf8_trim(utf8_trim(s)), utf8_trim(s)));
	fuzz_require(utf8_units(s) == units);
	rest = s;
	fuzz_require(utf8_take_units(&rest, units, &taken) &&
	    slice_eq(taken, s) && rest.n == 0);
	rest = s;
	fuzz_require(!utf8_take_units(&rest, units + 1, &taken));
}

/* Two texts at most for some bytes: with padding and without. */
static void
check_text(struct slice text)
{
	struct buf bytes = BUF_INIT, again = BUF_INIT;
	bool valid = base64_decode(&bytes, text);

	fuzz_require(valid == base64_valid(text));
	fuzz_require(valid || bytes.n == 0);
	base64_encode(&again, buf_slice(&bytes));
	fuzz_require(!valid || slice_starts(buf_slice(&again), text));
	buf_fini(&bytes);
	buf_fini(&again);
}

static void
check_bytes(struct slice bytes)
{
	struct buf text = BUF_INIT, url = BUF_INIT, back = BUF_INIT;

	base64_encode(&text, bytes);
	base64_encode_url(&url, bytes);
	fuzz_require(text.n == (bytes.n + 2) / 3 * 4);
	fuzz_require(url.n == (bytes.n * 4 + 2) / 3);
	fuzz_require(base64_decode(&back, buf_slice(&text)) &&
	    slice_eq(buf_slice(&back), bytes));
	buf_fini(&text);
	buf_fini(&url);
	buf_fini(&back);
}

/* Its decimal text, or that without leading zeros. */
static void
check_number(struct slice text)
{
	int64_t number = 0, again;
	char decimal[NUM_TEXT_SIZE], quick[NUM_TEXT_SIZE];
	int n;

	if (!num_parse(text, INT64_MIN, INT64_MAX, &number))
		return;
	n = snprintf(decimal, sizeof(decimal), "%" PRId64, number);
	fuzz_require(num_text(number, quick) == (size_t)n &&
	    strcmp(quick, decimal) == 0);
	fuzz_require((size_t)n <= text.n);
	fuzz_require(slice_ends(text,
	    slice_from_at((struct slice){ decimal, (size_t)n }, number < 0)));
	fuzz_require(
	    num_parse(text, number, number, &again) && again == number);
	fuzz_require(number == INT64_MAX ||
	    !num_parse(text, number + 1, INT64_MAX, &again));
}

/* Any time; one out of range is written as the nearest that can be. */
static void
check_time(int64_t ms)
{
	char text[TIMEFMT_SIZE], again[TIMEFMT_SIZE];
	int64_t back = 0;

	timefmt_iso(ms, text);
	fuzz_require(timefmt_parse(slice_from(text), &back));
	if (ms >= TIMEFMT_MIN_MS && ms <= TIMEFMT_MAX_MS)
		fuzz_require(back == ms);
	timefmt_iso(back, again);
	fuzz_require(strcmp(text, again) == 0);
}

static void
check_time_text(struct slice text)
{
	int64_t ms;

	if (!timefmt_parse(text, &ms))
		return;
	fuzz_require(ms >= TIMEFMT_MIN_MS && ms <= TIMEFMT_MAX_MS);
	check_time(ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice in = { (const char *)bytes, n };
	int64_t ms;

	check_utf8(in);
	check_text(in);
	check_bytes(in);
	check_number(in);
	check_time_text(in);
	if (n == sizeof(ms)) {
		memcpy(&ms, bytes, sizeof(ms));
		check_time(ms);
	}
	return 0;
}

#include "harness/fuzz_main.h"
