/** Digits in groups, written or spoken. */
#include <string.h>

#include "text/pii_scan.h"

/* Digits of one group that are counted; a longer one is no number of ours. */
#define MAX_GROUP_DIGITS 20u

/** Bytes of a separator at the start of `s`, and its kind; 0 when none. */
static size_t
scan_separator(struct slice s, char *kind)
{
	static const struct {
		const char *bytes;
		char kind;
	} table[] = {
		{ ") ", ' ' }, { ")-", '-' }, { " (", '(' }, { " - ", ' ' },
		{ ", ", ',' }, { ")", ' ' }, { "(", '(' }, { " ", ' ' },
		{ "\n", ' ' }, { "-", '-' }, { ".", '.' }, { "/", '/' },
		{ "\xc2\xa0", ' ' },     /* no-break space */
		{ "\xe2\x80\x91", '-' }, /* no-break hyphen */
		{ "\xe2\x80\x93", '-' }, /* en dash */
		{ "\xe2\x80\xaf", ' ' }, /* narrow no-break space */
	};

	if (s.n == 0 || pii_scan_alnum(s.p[0]))
		return 0;
	for (size_t i = 0; i < COUNT(table); i++) {
		if (s.p[0] == table[i].bytes[0] &&
		    slice_starts(s, slice_from(table[i].bytes))) {
			*kind = table[i].kind;
			return strlen(table[i].bytes);
		}
	}
	return 0;
}

/** A spoken digit, or "double" and "triple" with one: its bytes, or 0. */
static size_t
scan_spoken(struct slice s, char *digits, size_t room, size_t *n)
{
	static const char *const words[] = { "zero", "one", "two", "three",
		"four", "five", "six", "seven", "eight", "nine", "oh", "o" };
	size_t len = pii_scan_word(slice_sub(s, 0, PII_MAX_WORD));
	struct slice word = slice_sub(s, 0, len);
	size_t times = slice_eq_nocase(word, SLICE("double")) ? 2
	    : slice_eq_nocase(word, SLICE("triple"))          ? 3
							      : 1;

	*n = 0;
	if (times != 1) {
		size_t gap = len + 1;

		if (gap >= s.n || s.p[len] != ' ')
			return 0;
		s = slice_from_at(s, gap);
		word = slice_sub(
		    s, 0, pii_scan_word(slice_sub(s, 0, PII_MAX_WORD)));
		len = gap + word.n;
	}
	for (size_t i = 0; i < COUNT(words); i++) {
		if (!slice_eq_nocase(word, slice_from(words[i])))
			continue;
		for (; *n < times && *n < room; ++*n)
			digits[*n] = (char)(i > 9 ? '0' : '0' + (int)i);
		return len;
	}
	return 0;
}

size_t
pii_run_group(struct slice s, char *digits, size_t room, size_t *n)
{
	*n = 0;
	if (s.n == 0)
		return 0;
	if (pii_scan_is(s.p[0], "zotfsendZOTFSEND"))
		return scan_spoken(s, digits, room, n);
	while (*n < s.n && *n <= MAX_GROUP_DIGITS && *n < room &&
	    pii_scan_digit(s.p[*n])) {
		digits[*n] = s.p[*n];
		++*n;
	}
	return *n;
}

/** Read on behind the groups there are. */
static void
read_on(struct slice text, struct pii_run *run)
{
	while (run->n < PII_RUN_GROUPS && !run->done) {
		size_t at = run->to;
		size_t n;
		size_t bytes = pii_run_group(slice_from_at(text, at),
		    run->digit + run->digits, PII_RUN_DIGITS - run->digits, &n);
		bool word = bytes != 0 && !pii_scan_digit(text.p[at]);
		size_t gap;

		run->done = bytes == 0 || n == 0 ||
		    (run->kind == ',' &&
			!(word && run->group[run->n - 1].word));
		if (run->done)
			return;
		run->group[run->n].at = at;
		run->group[run->n].n = bytes;
		run->group[run->n].first = run->digits;
		run->group[run->n].digits = n;
		run->group[run->n].before = run->kind;
		run->group[run->n].word = word;
		run->n++;
		run->digits += n;
		at += bytes;
		gap = scan_separator(slice_from_at(text, at), &run->kind);
		run->done = gap == 0;
		run->to = at + gap;
	}
}

/** Forget the first group: what is left is the run from the second on. */
static void
drop_first(struct pii_run *run)
{
	size_t n = run->group[0].digits;

	run->n--;
	run->digits -= n;
	memmove(run->digit, run->digit + n, run->digits);
	memmove(run->group, run->group + 1, run->n * sizeof(run->group[0]));
	for (size_t i = 0; i < run->n; i++)
		run->group[i].first -= n;
	run->group[0].before = ' ';
}

const struct pii_run *
pii_run_at(const struct pii_view *v, size_t at)
{
	struct pii_run *run = &v->memory->run;

	if (v->memory->has_run && run->n != 0 && run->group[0].at == at)
		return run;
	/*
	 * The next group of a row of them, unless the room for digits was
	 * scarce and cut one.
	 */
	if (v->memory->has_run && run->n > 1 && run->group[1].at == at &&
	    run->digits + MAX_GROUP_DIGITS < PII_RUN_DIGITS)
		drop_first(run);
	else
		*run = (struct pii_run){ .to = at, .kind = ' ' };
	read_on(v->text, run);
	v->memory->has_run = true;
	return run;
}

size_t
pii_run_digits(const struct pii_run *run, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += run->group[i].digits;
	return n;
}

size_t
pii_run_end(const struct pii_run *run, size_t last)
{
	return run->group[last].at + run->group[last].n;
}

bool
pii_run_luhn(const char *digits, size_t n)
{
	unsigned sum = 0;
	bool twice = false;

	for (size_t i = n; i-- > 0;) {
		unsigned d = (unsigned)(digits[i] - '0');

		d = twice ? d * 2 : d;
		sum += d > 9 ? d - 9 : d;
		twice = !twice;
	}
	return sum % 10 == 0;
}
