/** Payment card numbers and phone numbers. */
#include <string.h>

#include "base/attr.h"
#include "text/pii_scan.h"

/* ISO/IEC 7812: primary account numbers in use. */
#define MIN_CARD 13u
#define MAX_CARD 19u
/* Four times four digits and a rest. */
#define MAX_CARD_GROUPS 5u
/* ITU-T E.164. */
#define MAX_PHONE 15u
/* Seven digits are what is dialled within a town. */
#define MIN_PHONE 7u
/* National numbers that begin with the trunk prefix 0. */
#define MIN_TRUNK 9u
#define MAX_TRUNK 12u
/* What a house's own exchange dials. */
#define MAX_EXTENSION 6u

/** Do the first groups have these lengths ("334" for 415-555-0132)? */
static bool
has_shape(const struct pii_run *run, size_t from, const char *lengths)
{
	for (size_t i = 0; lengths[i] != '\0'; i++)
		if (from + i >= run->n || run->group[from + i].word ||
		    run->group[from + i].n != (size_t)(lengths[i] - '0'))
			return false;
	return true;
}

static const char *
digits_of(const struct pii_run *run, size_t group)
{
	return run->digit + run->group[group].first;
}

/** Are groups [from, to) a card number by length, issuer and checksum? */
static bool
is_card(const struct pii_run *run, size_t from, size_t to)
{
	size_t n = pii_run_digits(run, from, to);
	const char *digits = digits_of(run, from);

	if (n < MIN_CARD || n > MAX_CARD || digits[0] < '2' || digits[0] > '6')
		return false;
	return pii_run_luhn(digits, n);
}

/** How cards are written: in one piece, in fours, or as 4-6-5. */
static bool
is_usual(const struct pii_run *run, size_t from, size_t to)
{
	for (size_t i = from + 1; i < to; i++)
		if (run->group[i].before != run->group[from + 1].before ||
		    !pii_scan_is(run->group[i].before, " -."))
			return false;
	if (to - from == 1)
		return !run->group[from].word;
	if (to - from == 3)
		return has_shape(run, from, "465");
	for (size_t i = from; i + 1 < to; i++)
		if (run->group[i].n != 4 || run->group[i].word)
			return false;
	return to - from >= 4 && run->group[to - 1].n <= 4;
}

/** The number of groups of a card that starts with group `from`, or 0. */
static size_t
usual_groups(const struct pii_run *run, size_t from)
{
	size_t n = run->group[from].n;
	size_t to = from + MAX_CARD_GROUPS;

	if (n != 4 && n < MIN_CARD)
		return 0;
	for (to = to < run->n ? to : run->n; to > from; to--)
		if (is_usual(run, from, to) && is_card(run, from, to))
			return to - from;
	return 0;
}

size_t
pii_card(const struct pii_view *v, size_t at)
{
	static const char about[] =
	    "card|cards|visa|mastercard|amex|credit|debit|maestro|karte|"
	    "kreditkarte|carte|tarjeta|carta|kaart|cartao|karta";
	const struct pii_run *run = pii_run_at(v, at);
	size_t n;

	if (run->n == 0 || pii_run_digits(run, 0, run->n) < MIN_CARD)
		return 0;
	n = usual_groups(run, 0);
	if (n != 0)
		return pii_run_end(run, n - 1) - at;
	/* Leave it to a later group when a usual card starts there. */
	for (size_t i = 1; i < run->n; i++)
		if (usual_groups(run, i) != 0)
			return 0;
	if (!is_card(run, 0, run->n) ||
	    !pii_scan_about(pii_scan_before(v, at), about))
		return 0;
	return pii_run_end(run, run->n - 1) - at;
}

/** Does a word about phones stand before? */
static bool
in_context(const struct pii_before *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (pii_scan_nth(b, i)->about & PII_ABOUT_PHONE)
			return true;
	for (size_t i = 0; i < b->n; i++) {
		const struct pii_word *word = pii_scan_nth(b, i);

		if (word->kind == PII_PHONE || (word->about & PII_ABOUT_CALL))
			return true;
		/* "Ann: 555-0132" answers what was asked before. */
		if (word->after != ':' && !(word->about & PII_ABOUT_BETWEEN))
			return false;
	}
	return false;
}

/** Area and exchange codes start with 2 to 9 and are not N11. */
static bool
is_code(const char *digits)
{
	return digits[0] >= '2' && !(digits[1] == '1' && digits[2] == '1');
}

/** North American: [1] 3-3-4. */
static size_t
scan_american(const struct pii_run *run)
{
	size_t from = has_shape(run, 0, "1334") && run->digit[0] == '1';

	if (!has_shape(run, from, "334") || !is_code(digits_of(run, from)) ||
	    digits_of(run, from + 1)[0] < '2')
		return 0;
	return from + 3;
}

/** 10 digits in one piece, or 11 with a leading 1, and not a round number. */
static size_t
scan_solid(const struct pii_run *run)
{
	const char *d = run->digit;
	size_t n = run->group[0].digits;

	if (run->group[0].word)
		return 0;
	if (n == 11 && d[0] == '1') {
		d++;
		n--;
	}
	if (n != 10 || !is_code(d) || !is_code(d + 3) || d[1] == '9' ||
	    memcmp(d, "555", 3) == 0)
		return 0;
	return memcmp(d + 6, "0000", 4) == 0 ? 0 : 1;
}

/** As many groups as give a number of min to max digits, or 0. */
static size_t
take_groups(const struct pii_run *run, size_t min, size_t max)
{
	size_t n = run->n;

	while (n > 0 && pii_run_digits(run, 0, n) > max)
		n--;
	return n > 0 && pii_run_digits(run, 0, n) >= min ? n : 0;
}

/** A date or a range of years: 2024-01-15, 01/15/2024, 2019-2024. */
static bool
is_date(const struct pii_run *run)
{
	return has_shape(run, 0, "422") || has_shape(run, 0, "224") ||
	    has_shape(run, 0, "44");
}

/** With the words before: trunk prefixes and what is said to be a phone. */
static size_t
scan_said(const struct pii_run *run, const struct pii_before *b)
{
	bool date = is_date(run);

	if (run->digit[0] == '0' && run->group[0].digits > 1 && !date) {
		size_t n = take_groups(run, MIN_TRUNK, MAX_PHONE);

		if (n != 0 && pii_run_digits(run, 0, n) <= MAX_TRUNK)
			return n;
	}
	if (date && pii_run_digits(run, 0, run->n) < 9)
		return 0;
	return in_context(b) ? take_groups(run, MIN_PHONE, MAX_PHONE) : 0;
}

/** Is what stands before the number the rest of a longer one? */
static bool
goes_on(struct slice text, size_t at)
{
	return at > 1 && pii_scan_is(text.p[at - 1], " -./") &&
	    pii_scan_digit(text.p[at - 2]);
}

static size_t
phone_groups(const struct pii_view *v, size_t at, const struct pii_run *run)
{
	const struct pii_before *before;
	size_t n = scan_american(run);

	if (goes_on(v->text, at) && (n == 0 || v->text.p[at - 1] != ' '))
		return 0;
	if (n == 0)
		n = scan_solid(run);
	/* Too short for any of them; what is before need not be read. */
	if (n == 0 && pii_run_digits(run, 0, run->n) < MIN_PHONE)
		return 0;
	before = pii_scan_before(v, at);
	if (pii_scan_order(before))
		return 0;
	return n != 0 ? n : scan_said(run, before);
}

/** May a number that is no phone number's part start here? */
static bool
starts_number(struct slice text, size_t at)
{
	struct slice before = slice_sub(text, 0, at);

	if (at > 1 && text.p[at - 1] == '-' && pii_scan_in_word(text, at - 1))
		return false;
	return at == 0 ||
	    (!pii_scan_is(text.p[at - 1], "$.,#") &&
		!slice_ends(before, SLICE("\xe2\x82\xac")) && /* euro */
		!slice_ends(before, SLICE("\xc2\xa3")));      /* pound */
}

/** "x12" or "ext12" right behind a number: its extension; 0: there is none. */
static size_t
glued_extension(struct slice s)
{
	size_t letters = 0;
	size_t n;

	if (s.n != 0 && pii_scan_lower(s.p[0]) == 'x')
		letters = 1;
	else if (slice_eq_nocase(slice_sub(s, 0, 3), SLICE("ext")))
		letters = 3;
	n = letters;
	while (n < s.n && pii_scan_digit(s.p[n]))
		n++;
	return letters == 0 || n == letters || n > letters + MAX_EXTENSION ? 0
									   : n;
}

size_t
pii_phone(const struct pii_view *v, size_t at)
{
	struct slice s = slice_from_at(v->text, at);
	const struct pii_run *run;
	bool plus = s.p[0] == '+';
	size_t skip = plus;
	size_t n;

	skip += skip < s.n && s.p[skip] == '(';
	if (!starts_number(v->text, at) || skip >= s.n ||
	    (skip != 0 && !pii_scan_digit(s.p[skip])))
		return 0;
	run = pii_run_at(v, at + skip);
	if (run->n == 0)
		return 0;
	n = plus ? take_groups(run, MIN_PHONE, MAX_PHONE)
		 : phone_groups(v, at, run);
	if (n == 0)
		return 0;
	n = pii_run_end(run, n - 1);
	n += glued_extension(slice_from_at(v->text, n));
	s = slice_from_at(v->text, n);
	if (pii_scan_wordchar(s) != 0 || (s.n != 0 && s.p[0] == '%'))
		return 0;
	return n - at;
}
