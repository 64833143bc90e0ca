/**
 * National identity, tax and insurance numbers, and IBANs.
 *
 * A row of the table is a form and a check of its characters. Forms that a
 * random number has too often need a word before that says what it is.
 */
#include <string.h>

#include "text/pii_id_check.h"
#include "text/pii_scan.h"

/* ISO 13616: the longest in use has 31, two more in the registry's form. */
#define MAX_IBAN 34u
/* Fewer have only codes of Italy with letters for most of their digits. */
#define MIN_DIGITS 3u
/* Characters of the longest form, with all its separators. */
#define LONGEST 24u

/*
 * A form: 9 a digit, A a capital letter, a any letter, X a capital or digit,
 * x any letter or digit, ' ' perhaps a separator (space, ".", "-", "/"), '_'
 * one of them certainly; anything else is itself.
 */
static const struct {
	const char *form;
	bool (*check)(const char *compact);
	const char *about; /* NULL: the form is enough */
} ids[] = {
	/* United States: SSN, ITIN */
	{ "999-99-9999", pii_id_check_ssn, NULL },
	{ "999 99 9999", pii_id_check_ssn,
	    "ssn|social|itin|taxpayer|ssn's|tin" },
	/* Italy, codice fiscale */
	{ "aaa aaa xxaxx axxxa", pii_id_check_cf, NULL },
	/* Spain: DNI and NIF, NIE */
	{ "99 999 999 A", pii_id_check_dni, NULL },
	{ "99 999 999 a", pii_id_check_dni, "dni|nif" },
	{ "A 9999999 A", pii_id_check_nie, NULL },
	{ "a 9999999 a", pii_id_check_nie, "nie" },
	/* Germany, tax identification number */
	{ "99_999_999_999", pii_id_check_de, NULL },
	{ "99 999 999 999", pii_id_check_de,
	    "steuer|id|idnr|steuerid|steuernummer|identifikationsnummer|"
	    "steueridentifikationsnummer|tin|tax" },
	/* France, NIR */
	{ "9 99 99 9x 999 999 99", pii_id_check_nir, NULL },
	/* Netherlands, BSN */
	{ "9999 99 999", pii_id_check_bsn,
	    "bsn|burgerservicenummer|sofi|sofinummer|bsn's" },
	/* United Kingdom: national insurance, NHS */
	{ "AA 99 99 99 A", pii_id_check_nino, NULL },
	{ "aa 99 99 99 a", pii_id_check_nino, "ni|nino|insurance" },
	{ "999 999 9999", pii_id_check_nhs, "nhs" },
	/* Poland, PESEL */
	{ "99999999999", pii_id_check_pesel, NULL },
	/* Brazil, CPF */
	{ "999.999.999-99", pii_id_check_cpf, NULL },
	{ "999 999 999 99", pii_id_check_cpf, "cpf" },
	/* Belgium */
	{ "99.99.99-999.99", pii_id_check_be, NULL },
	{ "99 99 99 999 99", pii_id_check_be,
	    "rijksregisternummer|national|insz|niss|registre" },
	/* Sweden, Denmark, Norway, Finland */
	{ "999999-9999", pii_id_check_se, NULL },
	{ "99999999-9999", pii_id_check_se12, NULL },
	{ "999999 9999", pii_id_check_se, "personnummer|personnumret" },
	{ "999999 9999", pii_id_check_dk, "cpr|personnummer" },
	{ "999999 99999", pii_id_check_no, NULL },
	{ "999999-999X", pii_id_check_fi, NULL },
	{ "999999A999X", pii_id_check_fi_2000, NULL },
	/* Switzerland, Austria */
	{ "756 9999 9999 99", pii_id_check_ean, NULL },
	{ "9999 999999", pii_id_check_at,
	    "svnr|sv|sozialversicherungsnummer|versicherungsnummer" },
	/* Ireland, PPS */
	{ "9999999AA", pii_id_check_ie, "pps|ppsn" },
	{ "9999999A", pii_id_check_ie, "pps|ppsn" },
	/* Canada, Australia */
	{ "999 999 999", pii_id_check_luhn, "sin|insurance|nas" },
	{ "999 999 999", pii_id_check_tfn, "tfn|tax" },
	/* India: Aadhaar, PAN */
	{ "9999 9999 9999", pii_id_check_verhoeff, "aadhaar|aadhar|uidai" },
	{ "AAAAA9999A", pii_id_check_pan, NULL },
	/* Mexico, Chile, Argentina */
	{ "AAAA999999AAAAAAX9", pii_id_check_curp, NULL },
	{ "99.999.999-x", pii_id_check_rut, NULL },
	{ "9.999.999-x", pii_id_check_rut, NULL },
	{ "99 999 999 x", pii_id_check_rut, "rut|run" },
	{ "9 999 999 x", pii_id_check_rut, "rut|run" },
	{ "99-99999999-9", pii_id_check_cuil, NULL },
	/* China, Korea, Taiwan, Singapore */
	{ "99999999999999999X", pii_id_check_cn, NULL },
	{ "999999-9999999", pii_id_check_kr, NULL },
	{ "A999999999", pii_id_check_tw, NULL },
	{ "A9999999A", pii_id_check_sg, NULL },
	/* South Africa, Turkey, Israel */
	{ "999999 9999 999", pii_id_check_za, NULL },
	{ "99999999999", pii_id_check_tr, NULL },
	{ "999999999", pii_id_check_luhn, "teudat|israeli|zehut" },
	/* Romania, Czechia, Slovakia, Croatia, Bulgaria, the Baltics, Greece */
	{ "9999999999999", pii_id_check_ro, NULL },
	{ "999999/9999", pii_id_check_cz, NULL },
	{ "99999999999", pii_id_check_hr, "oib" },
	{ "9999999999", pii_id_check_bg, "egn" },
	{ "99999999999", pii_id_check_ee, "isikukood|asmens|kodas|personal" },
	{ "99999999999", pii_id_check_luhn, "amka" },
	/* Portugal */
	{ "999 999 999", pii_id_check_pt, "nif|contribuinte" },
};

static bool
is_separator(char c)
{
	return pii_scan_is(c, " .-/");
}

/** Does `c` stand where the form has `form`? */
static bool
fits(char form, char c)
{
	switch (form) {
	case '9':
		return pii_scan_digit(c);
	case 'A':
		return pii_scan_upper(c);
	case 'a':
		return pii_scan_letter(c);
	case 'X':
		return pii_scan_upper(c) || pii_scan_digit(c);
	case 'x':
		return pii_scan_alnum(c);
	default:
		return form == c;
	}
}

static char
upper(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	return c;
}

/** The bytes of `s` that have a form, and what is in them compactly. */
static size_t
match(struct slice s, const char *form, char compact[static PII_ID_SIZE])
{
	size_t n = 0;
	size_t to = 0;

	for (; *form != '\0'; form++) {
		char c = '\0';

		if (n < s.n)
			c = s.p[n];
		if (*form == ' ' || *form == '_') {
			if (is_separator(c))
				n++;
			else if (*form == '_')
				return 0;
			continue;
		}
		if (!fits(*form, c))
			return 0;
		n++;
		if (!is_separator(*form))
			compact[to++] = upper(c);
	}
	compact[to] = '\0';
	return n;
}

/** May the number end here? Not within a word or another number. */
static bool
ends(struct slice rest)
{
	if (pii_scan_wordchar(rest) != 0)
		return false;
	return rest.n < 2 || !pii_scan_is(rest.p[0], "-./") ||
	    !pii_scan_digit(rest.p[1]);
}

/** Are there digits enough for the shortest form? */
static bool
may_be(struct slice s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n && i < LONGEST && digits < MIN_DIGITS; i++) {
		if (!pii_scan_alnum(s.p[i]) && !is_separator(s.p[i]))
			break;
		digits += pii_scan_digit(s.p[i]);
	}
	return digits >= MIN_DIGITS;
}

size_t
pii_id(const struct pii_view *v, size_t at)
{
	struct slice s = slice_from_at(v->text, at);
	const struct pii_before *before;

	if (!pii_scan_alnum(s.p[0]) || !may_be(s) ||
	    (at > 1 && pii_scan_is(v->text.p[at - 1], "-./") &&
		pii_scan_digit(v->text.p[at - 2])))
		return 0;
	for (size_t i = 0; i < COUNT(ids); i++) {
		char compact[PII_ID_SIZE];
		size_t n = match(s, ids[i].form, compact);

		if (n == 0 || !ends(slice_from_at(s, n)) ||
		    !ids[i].check(compact))
			continue;
		before = pii_scan_before(v, at);
		if (ids[i].about != NULL ? pii_scan_about(before, ids[i].about)
					 : !pii_scan_order(before))
			return n;
	}
	return 0;
}

/* Lengths of the registry; a country that is not in it has no IBAN. */
static const struct {
	char country[3];
	unsigned char length;
} countries[] = {
	{ "AD", 24 },
	{ "AE", 23 },
	{ "AL", 28 },
	{ "AT", 20 },
	{ "AZ", 28 },
	{ "BA", 20 },
	{ "BE", 16 },
	{ "BG", 22 },
	{ "BH", 22 },
	{ "BR", 29 },
	{ "BY", 28 },
	{ "CH", 21 },
	{ "CR", 22 },
	{ "CY", 28 },
	{ "CZ", 24 },
	{ "DE", 22 },
	{ "DK", 18 },
	{ "DO", 28 },
	{ "EE", 20 },
	{ "EG", 29 },
	{ "ES", 24 },
	{ "FI", 18 },
	{ "FO", 18 },
	{ "FR", 27 },
	{ "GB", 22 },
	{ "GE", 22 },
	{ "GI", 23 },
	{ "GL", 18 },
	{ "GR", 27 },
	{ "GT", 28 },
	{ "HR", 21 },
	{ "HU", 28 },
	{ "IE", 22 },
	{ "IL", 23 },
	{ "IQ", 23 },
	{ "IS", 26 },
	{ "IT", 27 },
	{ "JO", 30 },
	{ "KW", 30 },
	{ "KZ", 20 },
	{ "LB", 28 },
	{ "LC", 32 },
	{ "LI", 21 },
	{ "LT", 20 },
	{ "LU", 20 },
	{ "LV", 21 },
	{ "LY", 25 },
	{ "MC", 27 },
	{ "MD", 24 },
	{ "ME", 22 },
	{ "MK", 19 },
	{ "MR", 27 },
	{ "MT", 31 },
	{ "MU", 30 },
	{ "NL", 18 },
	{ "NO", 15 },
	{ "PK", 24 },
	{ "PL", 28 },
	{ "PS", 29 },
	{ "PT", 25 },
	{ "QA", 29 },
	{ "RO", 24 },
	{ "RS", 22 },
	{ "SA", 24 },
	{ "SC", 31 },
	{ "SE", 24 },
	{ "SI", 19 },
	{ "SK", 24 },
	{ "SM", 27 },
	{ "ST", 25 },
	{ "SV", 28 },
	{ "TL", 23 },
	{ "TN", 24 },
	{ "TR", 26 },
	{ "UA", 29 },
	{ "VA", 22 },
	{ "VG", 24 },
	{ "XK", 20 },
};

static size_t
iban_length(struct slice s)
{
	for (size_t i = 0; i < COUNT(countries); i++)
		if (slice_eq_nocase(
			slice_sub(s, 0, 2), slice_from(countries[i].country)))
			return countries[i].length;
	return 0;
}

/** ISO/IEC 7064 mod 97-10 with the first four characters last. */
static bool
is_mod97(const char *iban, size_t n)
{
	unsigned rest = 0;

	for (size_t i = 0; i < n; i++) {
		char c = iban[(i + 4) % n];

		if (pii_scan_digit(c))
			rest = (rest * 10 + (unsigned)(c - '0')) % 97;
		else
			rest = (rest * 100 + 10 +
				   (unsigned)(pii_scan_lower(c) - 'a')) %
			    97;
	}
	return rest == 1;
}

size_t
pii_iban(const struct pii_view *v, size_t at)
{
	struct slice s = slice_from_at(v->text, at);
	char compact[MAX_IBAN];
	size_t length;
	size_t to = 0;
	size_t n = 0;

	if (s.n < 15 || !pii_scan_letter(s.p[0]) || !pii_scan_letter(s.p[1]) ||
	    !pii_scan_digit(s.p[2]) || !pii_scan_digit(s.p[3]))
		return 0;
	length = iban_length(s);
	while (to < length && n < s.n) {
		if (pii_scan_alnum(s.p[n]))
			compact[to++] = s.p[n];
		else if (!pii_scan_is(s.p[n], " -") || n == 0 ||
		    !pii_scan_alnum(s.p[n - 1]))
			return 0;
		n++;
	}
	if (length == 0 || to < length ||
	    pii_scan_wordchar(slice_from_at(s, n)) != 0 ||
	    !is_mod97(compact, to))
		return 0;
	return n;
}
