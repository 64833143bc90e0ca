#include "proto/timefmt.h"

#include <string.h>

#define US_PER_MS  INT64_C(1000)
#define US_PER_S   (1000 * US_PER_MS)
#define US_PER_MIN (60 * US_PER_S)
#define US_PER_DAY (1440 * US_PER_MIN)
/* Days from 0000-03-01 to 1970-01-01. */
#define EPOCH_DAYS INT64_C(719468)
/* Days of 400 years, after which the calendar repeats. */
#define ERA_DAYS INT64_C(146097)

struct date {
	int year;
	int month;
	int day;
};

/*
 * Years are counted from March, so that the leap day is the last of its year
 * and the month lengths follow one line (153 days in five months).
 */
static int64_t
days_of_date(struct date d)
{
	int64_t year = d.month <= 2 ? d.year - 1 : d.year;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t month = d.month > 2 ? d.month - 3 : d.month + 9;
	int64_t of_year = (153 * month + 2) / 5 + d.day - 1;

	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - EPOCH_DAYS;
}

static struct date
date_of_days(int64_t days)
{
	int64_t z = days + EPOCH_DAYS;
	int64_t era = (z >= 0 ? z : z - ERA_DAYS + 1) / ERA_DAYS;
	int64_t in_era = z - era * ERA_DAYS;
	int64_t of_era =
	    (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * of_era + of_era / 4 - of_era / 100);
	int64_t month = (5 * in_year + 2) / 153;
	struct date d;

	d.day = (int)(in_year - (153 * month + 2) / 5 + 1);
	d.month = (int)(month < 10 ? month + 3 : month - 9);
	d.year = (int)(of_era + era * 400 + (d.month <= 2));
	return d;
}

/* Two digits; where they end. printf took most of the time of a list, and one
 * digit after the other a tenth. */
static char *
put_two(char *at, uint32_t value)
{
	static const char PAIRS[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";

	memcpy(at, PAIRS + (size_t)2 * (value % 100), 2);
	return at + 2;
}

/* The fraction of a second: `digits` of it, 3 or 6. */
static char *
put_fraction(char *at, uint32_t us, int digits)
{
	if (digits == 3) {
		at = put_two(at, us / 10000);
		*at++ = (char)('0' + us / 1000 % 10);
		return at;
	}
	at = put_two(at, us / 10000);
	at = put_two(at, us / 100);
	return put_two(at, us);
}

/* `digits` of a second, 3 or 6. */
static void
put_time(int64_t us, int digits, char *out)
{
	int64_t days = (us >= 0 ? us : us - US_PER_DAY + 1) / US_PER_DAY;
	int64_t rest = us - days * US_PER_DAY;
	uint32_t second = (uint32_t)(rest / US_PER_S);
	struct date d = date_of_days(days);

	out = put_two(out, (uint32_t)d.year / 100);
	out = put_two(out, (uint32_t)d.year);
	*out++ = '-';
	out = put_two(out, (uint32_t)d.month);
	*out++ = '-';
	out = put_two(out, (uint32_t)d.day);
	*out++ = 'T';
	out = put_two(out, second / 3600);
	*out++ = ':';
	out = put_two(out, second / 60 % 60);
	*out++ = ':';
	out = put_two(out, second % 60);
	*out++ = '.';
	out = put_fraction(out, (uint32_t)(rest % US_PER_S), digits);
	*out++ = 'Z';
	*out = '\0';
}

void
timefmt_iso(int64_t ms, char out[static TIMEFMT_SIZE])
{
	if (ms < TIMEFMT_MIN_MS)
		ms = TIMEFMT_MIN_MS;
	if (ms > TIMEFMT_MAX_MS)
		ms = TIMEFMT_MAX_MS;
	put_time(ms * US_PER_MS, 3, out);
}

void
timefmt_iso_us(int64_t us, char out[static TIMEFMT_US_SIZE])
{
	if (us < TIMEFMT_MIN_US)
		us = TIMEFMT_MIN_US;
	if (us > TIMEFMT_MAX_US)
		us = TIMEFMT_MAX_US;
	put_time(us, 6, out);
}

/* Take exactly `n` digits off `*s`; -1 when there are fewer. */
static int
take_digits(struct slice *s, size_t n)
{
	int value = 0;

	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return -1;
		value = value * 10 + (s->p[i] - '0');
	}
	*s = slice_from_at(*s, n);
	return value;
}

static bool
take_char(struct slice *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = slice_from_at(*s, 1);
	return true;
}

static int
month_days(int year, int month)
{
	static const int DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return DAYS[month - 1] + (month == 2 && leap);
}

static bool
take_date(struct slice *s, int64_t *us)
{
	struct date d = { 0, 0, 0 };

	d.year = take_digits(s, 4);
	if (d.year < 0 || !take_char(s, '-'))
		return false;
	d.month = take_digits(s, 2);
	if (d.month < 1 || d.month > 12 || !take_char(s, '-'))
		return false;
	d.day = take_digits(s, 2);
	if (d.day < 1 || d.day > month_days(d.year, d.month))
		return false;
	*us = days_of_date(d) * US_PER_DAY;
	return true;
}

/* ".1" to ".123456789", or nothing; `*cut`: more than microseconds. */
static bool
take_fraction(struct slice *s, int64_t *us, bool *cut)
{
	int64_t unit = US_PER_S;
	int digits = 0, digit;

	*cut = false;
	if (!take_char(s, '.'))
		return true;
	while ((digit = take_digits(s, 1)) >= 0) {
		unit /= 10;
		*us += digit * unit;
		*cut = *cut || (unit == 0 && digit != 0);
		digits++;
	}
	return digits >= 1 && digits <= 9;
}

static bool
take_time(struct slice *s, int64_t *us, bool *cut)
{
	int hour, minute, second;

	hour = take_digits(s, 2);
	if (hour < 0 || hour > 23 || !take_char(s, ':'))
		return false;
	minute = take_digits(s, 2);
	if (minute < 0 || minute > 59 || !take_char(s, ':'))
		return false;
	second = take_digits(s, 2);
	if (second < 0 || second > 59)
		return false;
	*us += (hour * 60 + minute) * US_PER_MIN + second * US_PER_S;
	return take_fraction(s, us, cut);
}

/* "Z", "+hh", "+hh:mm" or nothing. */
static bool
take_zone(struct slice *s, int64_t *us)
{
	int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
	int hour, minute = 0;

	if (sign == 0)
		return s->n == 0 || take_char(s, 'Z') || take_char(s, 'z');
	hour = take_digits(s, 2);
	if (take_char(s, ':'))
		minute = take_digits(s, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	hour *= sign;
	minute *= sign;
	*us -= (hour * 60 + minute) * US_PER_MIN;
	return true;
}

bool
timefmt_parse_us(struct slice text, int64_t *us, bool *cut)
{
	int64_t value = 0;

	if (!take_date(&text, &value) ||
	    (!take_char(&text, 'T') && !take_char(&text, 't') &&
		!take_char(&text, ' ')) ||
	    !take_time(&text, &value, cut) || !take_zone(&text, &value) ||
	    text.n != 0 || value < TIMEFMT_MIN_US || value > TIMEFMT_MAX_US)
		return false;
	*us = value;
	return true;
}

bool
timefmt_parse(struct slice text, int64_t *ms)
{
	int64_t us;
	bool cut;

	if (!timefmt_parse_us(text, &us, &cut))
		return false;
	/* Towards the past, before 1970 too. */
	*ms = (us >= 0 ? us : us - US_PER_MS + 1) / US_PER_MS;
	return true;
}
