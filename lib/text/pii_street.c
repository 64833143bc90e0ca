/** Street addresses: a house number and a word that names a street. */
#include <string.h>

#include "text/pii_scan.h"

/* "12 Martin Luther King Jr Boulevard", "25 rue du Faubourg Saint Honoré". */
#define MAX_NAME_WORDS 5u
/* Digits of a house number. */
#define MAX_HOUSE 5u
/* Lower case is trusted with fewer words: "98 maple avenue". */
#define MAX_PLAIN_WORDS 2u

/* Behind the name, in English. */
static const char suffixes[] =
    "street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|"
    "ct|way|place|pl|terrace|square|sq|parkway|pkwy|highway|hwy|circle|cir|"
    "close|crescent|cres|mews|gardens|alley|row|trail|trl|loop|walk|quay|"
    "plaza|expressway|turnpike|grove|heights|hill";
static const char abbreviations[] =
    "st|ave|av|rd|blvd|ln|dr|ct|pl|sq|pkwy|hwy|cir|cres|trl";
/* Those that mean little else, also where nothing has a capital. */
static const char plain_suffixes[] =
    "street|avenue|ave|blvd|boulevard|road|lane|crescent|parkway";
/* Before the name: French and the like "12 rue X", others "Via X 12". */
static const char number_first[] =
    "rue|avenue|boulevard|place|chemin|allee|impasse|quai|cours|route|square|"
    "passage|faubourg";
static const char name_first[] =
    "via|viale|piazza|piazzale|corso|vicolo|largo|strada|calle|avenida|avda|"
    "plaza|paseo|carrera|camino|rua|travessa|praca|alameda|estrada|ul|ulica|"
    "aleja|al|plac|am|an|zur|zum|auf|in";
/* Of them those that are also small words: capital letter needed. */
static const char small_words[] = "am|an|zur|zum|auf|in|al|largo|place|square";
/* The ends of German, Dutch and Nordic street names, which are one word. */
static const char *const endings[] = { "strasse", "str", "gasse", "weg",
	"platz", "allee", "damm", "ufer", "straat", "laan", "gracht", "plein",
	"kade", "dijk", "steeg", "singel", "gatan", "vagen", "gata", "veien",
	"vej", "gade", "markt", "ring", "steig", "chaussee", "promenade",
	"katu", "tie" };

struct word {
	struct slice text;
	char fold[PII_MAX_WORD];
	size_t gap;   /* bytes before it */
	bool capital; /* or a number: "5th", "42" */
	bool dot;     /* a "." follows */
};

/** The next word on the same line, after spaces, hyphens or an apostrophe. */
static size_t
next_word(struct slice s, size_t from, struct word *w)
{
	size_t at = from;

	while (at < s.n && at - from < 2 && pii_scan_is(s.p[at], " -'"))
		at++;
	w->text = slice_sub(slice_from_at(s, at), 0, (size_t)PII_MAX_WORD * 2);
	w->text.n = pii_scan_word(w->text);
	if (w->text.n == 0 || w->text.n >= PII_MAX_WORD)
		return 0;
	w->gap = at - from;
	(void)pii_scan_fold(w->text, w->fold);
	w->capital = pii_scan_capital(w->text) || pii_scan_digit(w->text.p[0]);
	at += w->text.n;
	w->dot = at < s.n && s.p[at] == '.';
	return at;
}

/** Digits of a house number, or 0 when there are too many. */
static size_t
house_digits(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n <= MAX_HOUSE && pii_scan_digit(s.p[n]))
		n++;
	return n > MAX_HOUSE ? 0 : n;
}

/** "12", "221B", "12-14", "12a" at the start of `s`. */
static size_t
scan_house(struct slice s)
{
	size_t n = house_digits(s);

	if (n == 0)
		return 0;
	if (n < s.n && s.p[n] == '-') {
		size_t more = house_digits(slice_from_at(s, n + 1));

		n += more == 0 ? 0 : 1 + more;
	}
	if (n < s.n && pii_scan_letter(s.p[n]))
		n++;
	if (pii_scan_wordchar(slice_from_at(s, n)) != 0)
		return 0;
	/* A price, a time, a share. */
	if (n + 1 < s.n && pii_scan_is(s.p[n], ".,:/") &&
	    pii_scan_digit(s.p[n + 1]))
		return 0;
	return n < s.n && pii_scan_is(s.p[n], "%$") ? 0 : n;
}

/** ", Apt 4B", ", Suite 3300" behind a street. */
static size_t
scan_unit(struct slice s)
{
	static const char units[] =
	    "apt|apartment|suite|ste|unit|flat|floor|room|fl|app|int|wohnung";
	struct word w;
	size_t n = 0;
	size_t at;

	if (n < s.n && s.p[n] == ',')
		n++;
	if (n < s.n && s.p[n] == '.')
		n++;
	if (n < s.n && s.p[n] == ' ' && n + 1 < s.n && s.p[n + 1] == '#')
		at = n + 2;
	else {
		at = next_word(s, n, &w);
		if (at == 0 || !pii_scan_listed(w.fold, units))
			return 0;
		at += w.dot;
	}
	at = next_word(s, at, &w);
	if (at == 0 || !w.capital)
		return 0;
	for (size_t i = 0; i < w.text.n; i++)
		if (pii_scan_digit(w.text.p[i]) || w.text.n == 1)
			return at;
	return 0;
}

/** ", Springfield, IL 62704": only with the code of an American state. */
static size_t
scan_state(struct slice s)
{
	struct word w;
	size_t n = 0;
	size_t digits = 0;

	if (n >= s.n || s.p[n] != ',')
		return 0;
	n++;
	for (int i = 0; i < 3; i++) {
		size_t at = next_word(s, n, &w);

		if (at == 0 || !w.capital || pii_scan_digit(w.text.p[0]))
			return 0;
		n = at;
		if (n < s.n && s.p[n] == ',')
			break;
	}
	if (n >= s.n || s.p[n] != ',')
		return 0;
	n = next_word(s, n + 1, &w);
	if (n == 0 || w.text.n != 2 || !pii_scan_upper(w.text.p[0]) ||
	    !pii_scan_upper(w.text.p[1]))
		return 0;
	if (n < s.n && s.p[n] == ' ')
		while (digits < 5 && n + 1 + digits < s.n &&
		    pii_scan_digit(s.p[n + 1 + digits]))
			digits++;
	return digits == 5 ? n + 6 : n;
}

/** What may stand behind a street and its number. */
static size_t
scan_tail(struct slice s)
{
	size_t n = scan_unit(s);

	return n + scan_state(slice_from_at(s, n));
}

/** "Elm St. at noon": does the sentence go on, so that the dot is not its? */
static bool
goes_on(struct slice s)
{
	if (s.n != 0 && s.p[0] == ',')
		return true;
	return s.n > 1 && s.p[0] == ' ' && !pii_scan_upper(s.p[1]);
}

/** "742 Evergreen Terrace", "400 W. Broad Street": from the number on. */
static size_t
scan_english(struct slice s)
{
	struct word w;
	size_t n = scan_house(s);
	size_t words = 0;
	bool capital = true;
	size_t end = 0;
	bool dot = false;

	if (n == 0)
		return 0;
	while (words <= MAX_NAME_WORDS) {
		size_t at = next_word(s, n, &w);

		/* "12 5th Avenue", but no row of numbers. */
		if (at == 0 || w.gap == 0 ||
		    (words != 0 && pii_scan_digit(w.fold[0])))
			break;
		if (words != 0 &&
		    pii_scan_listed(w.fold,
			capital && w.capital ? suffixes : plain_suffixes) &&
		    (capital || words <= MAX_PLAIN_WORDS)) {
			end = at;
			dot = w.dot && pii_scan_listed(w.fold, abbreviations);
		}
		capital &= w.capital;
		if (!w.capital &&
		    pii_words_common((struct slice){ w.fold, strlen(w.fold) }))
			break;
		n = at;
		if (n < s.n && s.p[n] == '.') {
			if (w.text.n > 2)
				break;
			n++; /* "W.", "St." within the name */
		}
		words++;
	}
	if (end == 0)
		return 0;
	end += dot && goes_on(slice_from_at(s, end + 1));
	return end + scan_tail(slice_from_at(s, end));
}

/** "18 rue des Lilas": a number, the kind of street, its name. */
static size_t
scan_french(struct slice s)
{
	static const char links[] =
	    "de|la|le|les|des|du|d|l|saint|sainte|d'|l'|of|et|en|sur|aux|au";
	struct word w;
	size_t n = scan_house(s);
	size_t end = 0;
	size_t at;

	if (n == 0)
		return 0;
	if (n < s.n && s.p[n] == ',')
		n++;
	at = next_word(s, n, &w);
	if (at != 0 && pii_scan_listed(w.fold, "bis|ter|quater"))
		at = next_word(s, at, &w);
	if (at == 0 || !pii_scan_listed(w.fold, number_first))
		return 0;
	n = at;
	for (size_t i = 0; i < MAX_NAME_WORDS; i++) {
		at = next_word(s, n, &w);
		if (at == 0 || w.gap == 0)
			break;
		if (w.capital || strncmp(w.fold, "l'", 2) == 0 ||
		    strncmp(w.fold, "d'", 2) == 0)
			end = at;
		else if (!pii_scan_listed(w.fold, links))
			break;
		n = at;
	}
	return end;
}

/** "Via Garibaldi 27", "Am Alten Markt 3": the name, then the number. */
static size_t
scan_romance(struct slice s)
{
	static const char links[] =
	    "de|la|le|las|los|del|della|dei|degli|delle|dello|da|do|das|dos|"
	    "di|y|e|ii|xx|alla";
	struct word w;
	size_t n = next_word(s, 0, &w);
	bool small_word;
	size_t names = 0;

	if (n == 0 || !pii_scan_listed(w.fold, name_first))
		return 0;
	small_word = pii_scan_listed(w.fold, small_words);
	if (small_word && !w.capital)
		return 0;
	n += w.dot;
	for (size_t i = 0; i < MAX_NAME_WORDS; i++) {
		size_t at = next_word(s, n, &w);
		size_t house;

		if (at == 0 || w.gap == 0)
			return 0;
		if (names != 0 && pii_scan_digit(w.text.p[0])) {
			at = n + w.gap;
			house = scan_house(slice_from_at(s, at));
			return house == 0 || small_word ? 0 : at + house;
		}
		if (!w.capital && !pii_scan_listed(w.fold, links))
			return 0;
		names += w.capital;
		n = at;
		/* "Calle Mayor, 45" */
		if (n + 1 < s.n && s.p[n] == ',' && s.p[n + 1] == ' ')
			n++;
	}
	return 0;
}

static bool
has_ending(const struct word *w)
{
	struct slice fold = slice_from(w->fold);

	for (size_t i = 0; i < COUNT(endings); i++) {
		struct slice end = slice_from(endings[i]);

		if (slice_ends(fold, end) && fold.n >= end.n + 2)
			return true;
	}
	return pii_scan_listed(w->fold,
	    "strasse|str|straat|weg|platz|allee|"
	    "markt|gasse|damm|ufer|ring|gracht");
}

/** "Lindenstraße 14", "Karl-Marx-Allee 101", "Am Alten Markt 3". */
static size_t
scan_german(struct slice s)
{
	struct word w;
	size_t n = 0;

	for (size_t i = 0; i < MAX_NAME_WORDS; i++) {
		size_t at = next_word(s, n, &w);
		size_t house;
		size_t gap = 0;

		if (at == 0 || (n != 0 && w.gap == 0) || !w.capital ||
		    pii_scan_digit(w.text.p[0]))
			return 0;
		n = at;
		if (!has_ending(&w))
			continue;
		gap = w.dot;
		if (n + gap < s.n && s.p[n + gap] == ' ')
			gap++;
		house = scan_house(slice_from_at(s, n + gap));
		/* "Boring 5" has no street; a number must follow at once. */
		if (gap != 0 && house != 0)
			return n + gap + house;
	}
	return 0;
}

/** "P.O. Box 1190", "Postfach 12 34". */
static size_t
scan_box(struct slice s)
{
	static const char *const words[] = { "p.o. box ", "po box ", "p.o.box ",
		"p. o. box ", "postfach ", "boite postale ", "apartado " };

	for (size_t i = 0; i < COUNT(words); i++) {
		size_t n = strlen(words[i]);
		size_t house;

		if (pii_scan_lower(s.p[0]) != words[i][0])
			continue;
		if (!slice_eq_nocase(slice_sub(s, 0, n), slice_from(words[i])))
			continue;
		house = scan_house(slice_from_at(s, n));
		return house == 0 ? 0 : n + house;
	}
	return 0;
}

size_t
pii_street(const struct pii_view *v, size_t at)
{
	struct slice s = slice_sub(v->text, at, PII_REACH);
	size_t n;

	if (pii_scan_wordchar(s) == 0)
		return 0;
	if (pii_scan_digit(s.p[0])) {
		/* "$12 High Street", "3.12 …", "#5 …" */
		if (at > 0 && pii_scan_is(v->text.p[at - 1], "$.,#-/"))
			return 0;
		n = scan_english(s);
		return n != 0 ? n : scan_french(s);
	}
	n = scan_box(s);
	if (n == 0)
		n = scan_romance(s);
	return n != 0 ? n : scan_german(s);
}
