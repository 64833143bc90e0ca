/** Keys, tokens and passwords: by their form, or by what stands before. */
#include <string.h>

#include "text/pii_scan.h"

/* A JSON Web Token with many claims; a longer one is cut and found again. */
#define MAX_TOKEN 8192u
/* Bytes of a private key's text (RSA of 16384 bits has 13 KB). */
#define MAX_PEM 32768u
/* Fewer characters are too few to be a key without a known form. */
#define MIN_OPAQUE 20u
#define MAX_SAID   128u
#define MIN_SAID   3u

static bool
is_token_char(char c)
{
	return pii_scan_alnum(c) || pii_scan_is(c, "_-+/=.");
}

/** Letters, digits and "_-", and what else `more` has. */
static size_t
count_chars(struct slice s, const char *more)
{
	size_t n = 0;

	while (n < s.n && n < MAX_TOKEN &&
	    (pii_scan_alnum(s.p[n]) || pii_scan_is(s.p[n], "_-") ||
		pii_scan_is(s.p[n], more)))
		n++;
	while (n > 0 && s.p[n - 1] == '.')
		n--; /* the sentence's */
	return n;
}

/* What the issuers begin their keys with, and how many characters follow. */
static const struct {
	const char *prefix;
	size_t least;
} issuers[] = {
	{ "AKIA", 16 },
	{ "ASIA", 16 },
	{ "AIza", 30 },
	{ "ya29.", 20 },
	{ "ghp_", 20 },
	{ "gho_", 20 },
	{ "ghu_", 20 },
	{ "ghs_", 20 },
	{ "ghr_", 20 },
	{ "github_pat_", 20 },
	{ "glpat-", 16 },
	{ "gldt-", 16 },
	{ "glrt-", 16 },
	{ "sk-", 16 },
	{ "sk_live_", 10 },
	{ "sk_test_", 10 },
	{ "pk_live_", 10 },
	{ "pk_test_", 10 },
	{ "rk_live_", 10 },
	{ "rk_test_", 10 },
	{ "whsec_", 16 },
	{ "xoxb-", 10 },
	{ "xoxp-", 10 },
	{ "xoxa-", 10 },
	{ "xoxr-", 10 },
	{ "xoxs-", 10 },
	{ "xapp-", 10 },
	{ "SG.", 20 },
	{ "npm_", 20 },
	{ "pypi-", 20 },
	{ "hf_", 20 },
	{ "gsk_", 20 },
	{ "xai-", 20 },
	{ "pplx-", 20 },
	{ "r8_", 20 },
	{ "dop_v1_", 20 },
	{ "doo_v1_", 20 },
	{ "shpat_", 20 },
	{ "shpss_", 20 },
	{ "shpca_", 20 },
	{ "sq0atp-", 16 },
	{ "sq0csp-", 16 },
	{ "EAAC", 40 },
	{ "lin_api_", 20 },
	{ "ntn_", 20 },
	{ "figd_", 20 },
	{ "PMAK-", 20 },
	{ "rubygems_", 20 },
	{ "dapi", 32 },
	{ "nvapi-", 20 },
	{ "AGE-SECRET-KEY-", 20 },
	{ "tskey-", 16 },
	{ "atlasv1.", 20 },
	{ "hvs.", 20 },
	{ "sbp_", 20 },
	{ "ATATT3", 20 },
	{ "pat-", 30 },
	{ "key-", 32 },
	{ "NRAK-", 20 },
	{ "dckr_pat_", 16 },
};

static size_t
scan_issued(struct slice s)
{
	for (size_t i = 0; i < COUNT(issuers); i++) {
		struct slice prefix = slice_from(issuers[i].prefix);
		size_t n;

		if (s.p[0] != prefix.p[0] || !slice_starts(s, prefix))
			continue;
		n = count_chars(slice_from_at(s, prefix.n), ".");
		if (n >= issuers[i].least)
			return prefix.n + n;
	}
	return 0;
}

/** Three parts in base64url with dots between; the first is JSON: "eyJ". */
static size_t
scan_jwt(struct slice s)
{
	size_t n;
	size_t dots = 0;

	if (!slice_starts(s, SLICE("eyJ")))
		return 0;
	n = count_chars(s, ".=");
	for (size_t i = 0; i < n; i++)
		dots += s.p[i] == '.';
	return dots >= 1 && n >= 16 ? n : 0;
}

/** "-----BEGIN … PRIVATE KEY-----" up to its end, or as far as it goes. */
static size_t
scan_pem(struct slice s)
{
	struct slice head;
	size_t n = SLICE("-----BEGIN ").n;
	long end;

	if (!slice_starts(s, SLICE("-----BEGIN ")))
		return 0;
	while (n < s.n && n < 64 && (pii_scan_alnum(s.p[n]) || s.p[n] == ' '))
		n++;
	head = slice_sub(s, 0, n);
	if (!slice_ends(head, SLICE("PRIVATE KEY")) &&
	    !slice_ends(head, SLICE("PRIVATE KEY BLOCK")))
		return 0;
	end = slice_find(slice_sub(s, n, MAX_PEM), SLICE("-----END "));
	if (end >= 0) {
		n += (size_t)end + SLICE("-----END ").n;
		while (n < s.n && (pii_scan_alnum(s.p[n]) || s.p[n] == ' '))
			n++;
	}
	while (n < s.n && n < MAX_PEM &&
	    (s.p[n] == '-' ||
		(end < 0 &&
		    (is_token_char(s.p[n]) || pii_scan_is(s.p[n], "\r\n")))))
		n++;
	return n;
}

size_t
pii_secret(const struct pii_view *v, size_t at)
{
	struct slice s = slice_from_at(v->text, at);
	size_t n = scan_issued(s);

	if (n == 0)
		n = scan_jwt(s);
	return n != 0 ? n : scan_pem(s);
}

/** What a text of characters is made of. */
struct mix {
	size_t digits, upper, lower, others;
	bool hex;
	bool inner; /* a capital letter behind a small one */
};

static struct mix
look(struct slice s)
{
	struct mix m = { .hex = true };

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		m.digits += pii_scan_digit(c);
		m.inner |= i != 0 && pii_scan_upper(c) &&
		    pii_scan_letter(s.p[i - 1]) && !pii_scan_upper(s.p[i - 1]);
		m.upper += pii_scan_upper(c);
		m.lower += pii_scan_letter(c) && !pii_scan_upper(c);
		m.others += !pii_scan_alnum(c);
		m.hex &= pii_scan_digit(c) ||
		    (pii_scan_lower(c) >= 'a' && pii_scan_lower(c) <= 'f');
	}
	return m;
}

/** Is there a word of this kind before? */
static bool
is_about(const struct pii_before *b, unsigned about)
{
	for (size_t i = 0; i < b->n; i++)
		if (pii_scan_nth(b, i)->about & about)
			return true;
	return false;
}

/** A long text without sense behind a word about keys. */
static size_t
scan_opaque(const struct pii_before *b, struct slice s)
{
	size_t n;
	struct mix m;

	if (!is_about(b, PII_ABOUT_OPAQUE))
		return 0;
	n = count_chars(slice_sub(s, 0, MAX_TOKEN), "+/=.");
	m = look(slice_sub(s, 0, n));
	return n >= MIN_OPAQUE && m.digits >= 3 && m.upper + m.lower >= 3 ? n
									  : 0;
}

/**
 * Is the word that what stands here belongs to of this kind? `said`: by "is",
 * ":" or "=".
 */
static bool
belongs(const struct pii_before *b, unsigned about, bool *said)
{
	for (size_t i = 0; i < b->n && i < 3; i++) {
		const struct pii_word *word = pii_scan_nth(b, i);

		*said = i != 0 || pii_scan_is(word->after, ":=");
		if (word->about & about)
			return true;
		if (!(word->about & PII_ABOUT_IS))
			return false;
	}
	return false;
}

/** Bytes up to white space, less the punctuation of the sentence. */
static size_t
count_said(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n < MAX_SAID &&
	    !pii_scan_is(s.p[n], " \t\r\n<>\"`") && s.p[n] != '\0')
		n++;
	while (n > 0 && pii_scan_is(s.p[n - 1], ".,;:?)']}"))
		n--;
	/* Never a part of a character. */
	while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/** Is it behind the word's own ":" or "="? */
static bool
assigned(const struct pii_before *b, unsigned about)
{
	const struct pii_word *word = pii_scan_nth(b, 0);

	return (word->about & about) && pii_scan_is(word->after, ":=");
}

static bool
is_word(struct slice s)
{
	char fold[PII_MAX_WORD];
	size_t n = pii_scan_fold(slice_sub(s, 0, PII_MAX_WORD - 1), fold);

	return pii_words_common((struct slice){ fold, n }) ||
	    pii_scan_listed(fold,
		"required|incorrect|invalid|missing|reset|"
		"protected|hidden|none|null|unknown|expired");
}

/** A password: anything where it is assigned, no plain word where it is said. */
static size_t
scan_password(const struct pii_before *b, struct slice s)
{
	bool said;
	size_t n;
	struct mix m;

	if (!belongs(b, PII_ABOUT_OPENER, &said))
		return 0;
	n = count_said(s);
	if (n < MIN_SAID)
		return 0;
	m = look(slice_sub(s, 0, n));
	if (assigned(b, PII_ABOUT_OPENER))
		return is_word(slice_sub(s, 0, n)) ? 0 : n;
	if (m.digits != 0 && (said || m.upper + m.lower != 0))
		return n;
	if (m.upper + m.lower + m.digits == 0)
		return 0;
	return m.inner || (m.others != 0 && pii_scan_is(s.p[n - 1], "!$%&#"))
	    ? n
	    : 0;
}

/** Keys and secrets that are assigned or said and look like one. */
static size_t
scan_key(const struct pii_before *b, struct slice s)
{
	bool said;
	size_t n;
	struct mix m;

	if (!belongs(b, PII_ABOUT_KEY, &said) || !said)
		return 0;
	n = count_said(s);
	m = look(slice_sub(s, 0, n));
	return n >= 6 && m.digits != 0 && m.lower + m.upper != 0 ? n : 0;
}

/** Three to eight digits behind "PIN" or "verification code". */
static size_t
scan_code(const struct pii_before *b, struct slice s)
{
	size_t n = 0;
	size_t digits = 0;
	bool said;

	while (n < s.n && digits < 9 &&
	    (pii_scan_digit(s.p[n]) ||
		(digits == 3 && pii_scan_is(s.p[n], " -") && n + 1 < s.n &&
		    pii_scan_digit(s.p[n + 1])))) {
		digits += pii_scan_digit(s.p[n]);
		n++;
	}
	if (digits < 3 || digits > 8 ||
	    pii_scan_wordchar(slice_from_at(s, n)) != 0)
		return 0;
	if (belongs(b, PII_ABOUT_PIN, &said))
		return n;
	return belongs(b, PII_ABOUT_CODE, &said) &&
		is_about(b, PII_ABOUT_CODE_OF)
	    ? n
	    : 0;
}

/** May a word about secrets stand before? Asked before it is looked for. */
static bool
is_candidate(const struct pii_view *v, size_t at)
{
	return at == 0 || pii_scan_is(v->text.p[at - 1], " =:\n\t\"'`(<");
}

size_t
pii_secret_said(const struct pii_view *v, size_t at)
{
	struct slice s = slice_from_at(v->text, at);
	const struct pii_before *b;
	size_t n;

	if (!is_candidate(v, at))
		return 0;
	b = pii_scan_before(v, at);
	if (b->n == 0)
		return 0;
	n = scan_password(b, s);
	if (n == 0)
		n = scan_code(b, s);
	if (n == 0)
		n = scan_key(b, s);
	return n != 0 ? n : scan_opaque(b, s);
}
