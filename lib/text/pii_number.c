/** Payment card numbers and phone numbers. */
#include <string.h>

#include "base/attr.h"
#include "text/pii_scan.h"

/* Groups of digits looked at together; a card written singly has 19. */
#define MAX_GROUPS 20u
/* Digits of one group that are counted; a longer one is neither. */
#define MAX_GROUP_DIGITS 20u
/* ISO/IEC 7812: primary account numbers in use. */
#define MIN_CARD 13u
#define MAX_CARD 19u
/* ITU-T E.164. */
#define MAX_PHONE 15u
/* How far back "call", "number" and the like count for a number. */
#define CONTEXT_BEFORE 40u

/* Digits with single separators between the groups: "(0)30 12-34". */
struct run {
	struct {
		size_t at; /* offsets into the text */
		size_t n;
		char before; /* the separator in front: one of " -./()" */
	} group[MAX_GROUPS];
	size_t n;
};

/** Bytes of a separator at the start of `s`, and its kind; 0 when none. */
static size_t
scan_separator(struct slice s, char *kind)
{
	static const struct {
		const char *bytes;
		char kind;
	} table[] = {
		{ ") ", ' ' }, { ")-", '-' }, { " (", '(' }, { " - ", ' ' },
		{ ")", ' ' }, { "(", '(' }, { " ", ' ' }, { "\n", ' ' },
		{ "-", '-' }, { ".", '.' }, { "/", '/' },
		{ "\xc2\xa0", ' ' },     /* no-break space */
		{ "\xe2\x80\x91", '-' }, /* no-break hyphen */
		{ "\xe2\x80\x93", '-' }, /* en dash */
		{ "\xe2\x80\xaf", ' ' }, /* narrow no-break space */
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		if (slice_starts(s, slice_from(table[i].bytes))) {
			*kind = table[i].kind;
			return strlen(table[i].bytes);
		}
	}
	return 0;
}

static size_t
count_digits(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n <= MAX_GROUP_DIGITS && pii_scan_digit(s.p[n]))
		n++;
	return n;
}

static void
read_run(struct slice text, size_t at, struct run *run)
{
	char kind = ' ';

	run->n = 0;
	while (run->n < MAX_GROUPS) {
		size_t n = count_digits(slice_from_at(text, at));
		size_t gap;

		if (n == 0)
			return;
		run->group[run->n].at = at;
		run->group[run->n].n = n;
		run->group[run->n].before = kind;
		run->n++;
		at += n;
		gap = scan_separator(slice_from_at(text, at), &kind);
		if (gap == 0)
			return;
		at += gap;
	}
}

static size_t
run_digits(const struct run *run, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += run->group[i].n;
	return n;
}

static size_t
run_end(const struct run *run, size_t last)
{
	return run->group[last].at + run->group[last].n;
}

/** The checksum of the digits of groups [from, to), ISO/IEC 7812-1 annex B. */
static bool
luhn(struct slice text, const struct run *run, size_t from, size_t to)
{
	unsigned sum = 0;
	bool twice = false;

	for (size_t i = to; i-- > from;) {
		for (size_t j = run->group[i].n; j-- > 0;) {
			unsigned d =
			    (unsigned)(text.p[run->group[i].at + j] - '0');

			d = twice ? d * 2 : d;
			sum += d > 9 ? d - 9 : d;
			twice = !twice;
		}
	}
	return sum % 10 == 0;
}

/** Are groups [from, to) a card number by length, separators and checksum? */
static bool
is_card(struct slice text, const struct run *run, size_t from, size_t to)
{
	size_t digits = run_digits(run, from, to);

	if (digits < MIN_CARD || digits > MAX_CARD)
		return false;
	for (size_t i = from + 1; i < to; i++)
		if (run->group[i].before != ' ' && run->group[i].before != '-')
			return false;
	return luhn(text, run, from, to);
}

/** How cards are written: in one piece, in fours, or as 4-6-5. */
static bool
is_usual(const struct run *run, size_t from, size_t to)
{
	if (to - from == 1)
		return true;
	if (to - from == 3)
		return run->group[from].n == 4 && run->group[from + 1].n == 6;
	for (size_t i = from; i + 1 < to; i++)
		if (run->group[i].n != 4)
			return false;
	return to - from >= 4;
}

/** The number of groups of a card that starts with group `from`, or 0. */
static size_t
card_groups(struct slice text, const struct run *run, size_t from, bool usual)
{
	for (size_t to = run->n; to > from; to--)
		if ((!usual || is_usual(run, from, to)) &&
		    is_card(text, run, from, to))
			return to - from;
	return 0;
}

size_t
pii_number_card(struct slice text, size_t at)
{
	struct run run;
	size_t n;

	if (!pii_scan_digit(text.p[at]) || pii_scan_in_word(text, at))
		return 0;
	read_run(text, at, &run);
	if (run.n == 0 || run_digits(&run, 0, run.n) < MIN_CARD)
		return 0;
	n = card_groups(text, &run, 0, true);
	if (n != 0)
		return run_end(&run, n - 1) - at;
	/* Leave it to a later group when a usual card starts there. */
	for (size_t i = 1; i < run.n; i++)
		if (card_groups(text, &run, i, true) != 0)
			return 0;
	n = card_groups(text, &run, 0, false);
	return n == 0 ? 0 : run_end(&run, n - 1) - at;
}

/** Does a word about phones stand shortly before? */
static bool
in_context(struct slice text, size_t at)
{
	static const char *const words[] = { "phone", "call", "number", "cell",
		"mobile", "text me", "reach", "dial", "tel", "fax", "extension",
		"whatsapp" };
	size_t from = at < CONTEXT_BEFORE ? 0 : at - CONTEXT_BEFORE;

	for (size_t i = from; i < at; i++) {
		/* "[phone]" is a number gone, not a word about one. */
		if (pii_scan_in_word(text, i) ||
		    (i > 0 && text.p[i - 1] == '['))
			continue;
		for (size_t w = 0; w < COUNT(words); w++) {
			struct slice word = slice_from(words[w]);

			if (i + word.n <= at &&
			    slice_eq_nocase(slice_sub(text, i, word.n), word))
				return true;
		}
	}
	return false;
}

/** Do the first groups have these lengths ("334" for 415-555-0132)? */
static bool
has_shape(const struct run *run, size_t from, const char *lengths)
{
	for (size_t i = 0; lengths[i] != '\0'; i++)
		if (from + i >= run->n ||
		    run->group[from + i].n != (size_t)(lengths[i] - '0'))
			return false;
	return true;
}

/** North American: [1] 3-3-4, area and exchange codes start with 2 to 9. */
static size_t
scan_american(struct slice text, const struct run *run)
{
	size_t from =
	    has_shape(run, 0, "1334") && text.p[run->group[0].at] == '1';

	if (!has_shape(run, from, "334") || text.p[run->group[from].at] < '2')
		return 0;
	return from + 3;
}

/** 10 digits in one piece, or 11 with a leading 1, and not a round number. */
static size_t
scan_solid(struct slice text, const struct run *run)
{
	size_t at = run->group[0].at;
	size_t n = run->group[0].n;

	if (n == 11 && text.p[at] == '1') {
		at++;
		n--;
	}
	if (n != 10 || text.p[at] < '2')
		return 0;
	return memcmp(text.p + at + 6, "0000", 4) == 0 ? 0 : 1;
}

/** As many groups as give a number of min to max digits, or 0. */
static size_t
take_groups(const struct run *run, size_t min, size_t max)
{
	size_t n = run->n;

	while (n > 0 && run_digits(run, 0, n) > max)
		n--;
	return n > 0 && run_digits(run, 0, n) >= min ? n : 0;
}

/** A date or a range of years: 2024-01-15, 01/15/2024, 2019-2024. */
static bool
is_date(const struct run *run)
{
	return has_shape(run, 0, "422") || has_shape(run, 0, "224") ||
	    has_shape(run, 0, "44");
}

static size_t
phone_groups(struct slice text, size_t at, const struct run *run, bool plus)
{
	size_t n;

	if (plus)
		return take_groups(run, 7, MAX_PHONE);
	n = scan_american(text, run);
	if (n == 0)
		n = scan_solid(text, run);
	if (n != 0)
		return n;
	/* "10 000 000 000": the rest of a number in threes. */
	if (at > 1 && pii_scan_digit(text.p[at - 2]))
		return 0;
	if (text.p[run->group[0].at] == '0' && run->group[0].n > 1 &&
	    !is_date(run))
		return take_groups(run, 9, MAX_PHONE);
	if (is_date(run) && run_digits(run, 0, run->n) < 9)
		return 0;
	return in_context(text, at) ? take_groups(run, 7, MAX_PHONE) : 0;
}

/** May a number that is no phone number's part start here? */
static bool
starts_number(struct slice text, size_t at)
{
	struct slice before = slice_sub(text, 0, at);

	if (pii_scan_in_word(text, at))
		return false;
	return at == 0 ||
	    (!strchr("$.,#", text.p[at - 1]) &&
		!slice_ends(before, SLICE("\xe2\x82\xac")) && /* euro */
		!slice_ends(before, SLICE("\xc2\xa3")));      /* pound */
}

size_t
pii_number_phone(struct slice text, size_t at)
{
	struct slice s = slice_from_at(text, at);
	struct run run;
	bool plus = s.p[0] == '+';
	size_t skip = plus;
	size_t n;

	skip += skip < s.n && s.p[skip] == '(';
	if (!starts_number(text, at) || skip >= s.n ||
	    !pii_scan_digit(s.p[skip]))
		return 0;
	read_run(text, at + skip, &run);
	if (run.n == 0)
		return 0;
	n = phone_groups(text, at, &run, plus);
	if (n == 0)
		return 0;
	n = run_end(&run, n - 1);
	if (n < text.n && (pii_scan_alnum(text.p[n]) || text.p[n] == '%'))
		return 0;
	return n - at;
}
