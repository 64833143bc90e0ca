#include "text/transcript_time.h"

/* More digits than any hour count; keeps the sums far from overflow. */
#define MAX_DIGITS 6u

/** Digits at the start of `*s` as a number; false when there are none. */
static bool
take_number(struct slice *s, int64_t *out, size_t *digits)
{
	*out = 0;
	*digits = 0;
	while (s->n != 0 && s->p[0] >= '0' && s->p[0] <= '9') {
		if (++*digits > MAX_DIGITS)
			return false;
		*out = *out * 10 + (s->p[0] - '0');
		*s = slice_from_at(*s, 1);
	}
	return *digits != 0;
}

static bool
take_char(struct slice *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = slice_from_at(*s, 1);
	return true;
}

/** ".5" is half a second: as many digits as there are, three count. */
static bool
take_fraction(struct slice *s, int64_t *ms)
{
	struct slice try = *s;
	size_t digits;

	*ms = 0;
	if (!take_char(&try, '.') && !take_char(&try, ','))
		return true;
	if (!take_number(&try, ms, &digits)) {
		*ms = 0;
		return digits == 0;
	}
	for (; digits < 3; digits++)
		*ms *= 10;
	for (; digits > 3; digits--)
		*ms /= 10;
	*s = try;
	return true;
}

size_t
transcript_time_scan(struct slice s, int64_t *ms)
{
	struct slice rest = s;
	int64_t part[3];
	int64_t fraction;
	size_t digits;
	size_t n = 0;

	do {
		if (n == 3 || !take_number(&rest, &part[n], &digits))
			return 0;
		if (n != 0 && (digits != 2 || part[n] > 59))
			return 0;
		n++;
	} while (take_char(&rest, ':'));
	if (n < 2 || !take_fraction(&rest, &fraction))
		return 0;
	*ms = n == 2 ? part[0] * 60 + part[1]
		     : (part[0] * 60 + part[1]) * 60 + part[2];
	*ms = *ms * 1000 + fraction;
	return s.n - rest.n;
}

bool
transcript_time_line(struct slice line, int64_t *start_ms, int64_t *end_ms)
{
	long arrow = slice_find(line, SLICE("-->"));
	struct slice before;
	struct slice after;

	*start_ms = *end_ms = -1;
	if (arrow < 0)
		return false;
	before = slice_trim(slice_sub(line, 0, (size_t)arrow));
	after = slice_trim(slice_from_at(line, (size_t)arrow + 3));
	if (transcript_time_scan(before, start_ms) != before.n)
		*start_ms = -1;
	if (transcript_time_scan(after, end_ms) == 0)
		*end_ms = -1;
	return true;
}
