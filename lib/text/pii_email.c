/** E-mail addresses, also where they are spelled for people's eyes and ears. */
#include <string.h>

#include "text/pii_scan.h"

/* RFC 5321: 64 bytes before the @, 255 behind it; longer hides one, too. */
#define MAX_LOCAL  256u
#define MAX_DOMAIN 255u
/* Words joined by "dot" on either side of "at". */
#define MAX_PARTS 5u

static size_t
local_char(struct slice s)
{
	size_t n = pii_scan_wordchar(s);

	return n != 0 ? n
		      : s.n != 0 && pii_scan_is(s.p[0], ".!#$%&'*+/=?^_`{|}~-");
}

/** May an address start behind this byte? */
static bool
is_edge(char c)
{
	return !pii_scan_is(c, ".%^_+~-$");
}

static bool
is_letters(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x80 && !pii_scan_letter(s.p[i]))
			return false;
	return s.n >= 2;
}

/** The longest domain name at the start of `s`, or 0 bytes. */
static size_t
scan_domain(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n < MAX_DOMAIN) {
		size_t len = pii_scan_wordchar(slice_from_at(s, n));

		if (len == 0 && (s.p[n] == '-' || s.p[n] == '.'))
			len = 1;
		if (len == 0)
			break;
		n += len;
	}
	/* Back off until the last label can be a top-level domain. */
	while (n != 0) {
		size_t dot = n;

		while (dot > 0 && s.p[dot - 1] != '.' && s.p[dot - 1] != '-')
			dot--;
		if (dot > 1 && s.p[dot - 1] == '.' && s.p[dot - 2] != '.' &&
		    is_letters(slice_sub(s, dot, n - dot)))
			return n;
		n = dot == 0 ? 0 : dot - 1;
	}
	return 0;
}

/** "anna@example.com" at the start of `s`. */
static size_t
scan_plain(struct slice s)
{
	size_t n = 0;
	size_t domain;

	while (n < MAX_LOCAL) {
		size_t len = local_char(slice_from_at(s, n));

		if (len == 0)
			break;
		n += len;
	}
	if (n == 0 || n >= s.n || s.p[n] != '@')
		return 0;
	domain = scan_domain(slice_from_at(s, n + 1));
	return domain == 0 ? 0 : n + 1 + domain;
}

/** One of the ways to write "@" or "." apart, with the spaces around. */
static size_t
scan_mark(struct slice s, const char *word, char sign)
{
	static const char *const open = "([<{";
	size_t n = 0;
	size_t len = strlen(word);
	bool bracket;
	bool space;

	while (n < s.n && n < 2 && s.p[n] == ' ')
		n++;
	space = n != 0;
	bracket = n < s.n && pii_scan_is(s.p[n], open);
	n += bracket;
	if (n < s.n && s.p[n] == sign)
		n++;
	else if ((bracket || space) &&
	    slice_eq_nocase(slice_sub(s, n, len), slice_from(word)))
		n += len;
	else
		return 0;
	if (bracket) {
		if (n >= s.n || !pii_scan_is(s.p[n], ")]>}"))
			return 0;
		n++;
	}
	for (int i = 0; i < 2 && n < s.n && s.p[n] == ' '; i++)
		n++;
	/* "atlas" is no "at". */
	return n != 0 && !bracket && pii_scan_alnum(s.p[n - 1]) ? 0 : n;
}

/** A sign, or a space and the start of a word for one ("dot", "point"). */
static bool
may_be_mark(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n < 2 && s.p[n] == ' ')
		n++;
	return n < s.n &&
	    (!pii_scan_alnum(s.p[n]) || pii_scan_is(s.p[n], "dDuUhHpPmM"));
}

/** The marks that join the words of a local part. */
static size_t
scan_joint(struct slice s)
{
	static const struct {
		const char *word;
		char sign;
	} table[] = { { "dot", '.' }, { "underscore", '_' }, { "dash", '-' },
		{ "hyphen", '-' }, { "plus", '+' }, { "minus", '-' },
		{ "period", '.' }, { "punto", '.' }, { "punkt", '.' },
		{ "point", '.' } };

	if (!may_be_mark(s))
		return 0;
	for (size_t i = 0; i < COUNT(table); i++) {
		size_t n = scan_mark(s, table[i].word, table[i].sign);

		/* A full stop and a space end a sentence. */
		if (n != 0 && !(s.p[0] == '.' && n > 1))
			return n;
	}
	return 0;
}

/** Letters, digits and hyphens at the start of `s`. */
static size_t
scan_label(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n < 64 &&
	    (pii_scan_alnum(s.p[n]) ||
		(n != 0 && pii_scan_is(s.p[n], "-_") && n + 1 < s.n &&
		    pii_scan_alnum(s.p[n + 1]))))
		n++;
	return n;
}

/** A top-level domain that people speak of. */
static bool
is_top(struct slice label)
{
	static const char list[] =
	    "com|org|net|edu|gov|io|co|info|biz|de|fr|it|es|nl|uk|us|ca|au|"
	    "at|ch|be|pl|br|se|no|fi|dk|ie|pt|in|eu|me|dev|app|ai|example|"
	    "mx|nz|za|jp|cn|ru|gr|ro|cz|hu|tr|web";
	char word[PII_MAX_WORD];

	(void)pii_scan_fold(slice_sub(label, 0, PII_MAX_WORD), word);
	return pii_scan_listed(word, list);
}

/** "example dot com", "example.com": bytes, and whether a "dot" was spoken. */
static size_t
scan_spoken_domain(struct slice s, bool *spoken)
{
	size_t n = scan_label(s);
	size_t end = 0;

	*spoken = false;
	for (size_t i = 0; n != 0 && i < MAX_PARTS; i++) {
		struct slice rest = slice_from_at(s, n);
		size_t mark = scan_mark(rest, "dot", '.');
		size_t label;

		if (mark == 0)
			mark = scan_mark(rest, "punkt", '.');
		if (mark == 0)
			mark = scan_mark(rest, "punto", '.');
		if (mark == 0)
			return end;
		label = scan_label(slice_from_at(rest, mark));
		if (label == 0)
			return end;
		if (mark > 1 && rest.p[0] == '.' &&
		    !is_top(slice_sub(rest, mark, label)))
			return end; /* the next sentence */
		*spoken |= mark > 1;
		n += mark + label;
		if (is_top(slice_sub(rest, mark, label)))
			end = n;
	}
	return end;
}

/** Words before "at" that are no one's mailbox ("look at example dot com"). */
static bool
is_mailbox(struct slice word)
{
	static const char not [] =
	    "look|looking|us|me|you|him|her|them|it|be|is|are|was|site|shop|"
	    "online|available|visit|find|found|meet|out|up|here|there|one|"
	    "read|work|working|works|store|website|page|order|buy|sold|noon|"
	    "night|that|this|more|details|sign|signup|product|team|support_";
	char fold[PII_MAX_WORD];

	(void)pii_scan_fold(slice_sub(word, 0, PII_MAX_WORD), fold);
	return word.n != 0 && !pii_scan_listed(fold, not );
}

/** The providers, whose names nobody says without a mailbox before. */
static bool
is_provider(struct slice domain)
{
	static const char list[] =
	    "gmail|googlemail|yahoo|hotmail|outlook|icloud|aol|protonmail|"
	    "gmx|web|live|msn|mail|proton|libero|orange|free|wanadoo|tutanota";
	char word[PII_MAX_WORD];

	(void)pii_scan_fold(slice_sub(domain, 0, scan_label(domain)), word);
	return pii_scan_listed(word, list);
}

/** "anna dot keller at example dot com", "anna (at) example.com". */
static size_t
scan_spelled(const struct pii_view *v, size_t at)
{
	static const char about[] =
	    "email|e|mail|mails|address|adresse|gmail|write|reach|contact|"
	    "correo|indirizzo|courriel|inbox";
	struct slice s = slice_from_at(v->text, at);
	size_t n = scan_label(s);
	size_t mark;
	size_t domain;
	bool spoken;

	if (n >= s.n || !pii_scan_is(s.p[n], " .@([<{_-+"))
		return 0;
	for (size_t i = 0; n != 0 && i < MAX_PARTS; i++) {
		size_t joint = scan_joint(slice_from_at(s, n));
		size_t label =
		    joint == 0 ? 0 : scan_label(slice_from_at(s, n + joint));

		if (label == 0)
			break;
		n += joint + label;
	}
	mark = n == 0 ? 0 : scan_mark(slice_from_at(s, n), "at", '@');
	if (mark == 0)
		return 0;
	domain = scan_spoken_domain(slice_from_at(s, n + mark), &spoken);
	if (domain == 0)
		return 0;
	if (pii_scan_is(slice_from_at(s, n).p[0], "([<{@") ||
	    memchr(s.p + n, '@', mark) || memchr(s.p + n, '(', mark) ||
	    memchr(s.p + n, '[', mark))
		return n + mark + domain;
	if (!is_mailbox(slice_sub(s, 0, n)))
		return 0;
	if (is_provider(slice_sub(s, n + mark, domain)))
		return n + mark + domain;
	if (!spoken && !pii_scan_about(pii_scan_before(v, at), about))
		return 0;
	return n + mark + domain;
}

size_t
pii_email(const struct pii_view *v, size_t at)
{
	struct slice s = slice_from_at(v->text, at);
	size_t n = 0;

	if (pii_scan_wordchar(s) == 0 && s.p[0] != '_')
		return 0;
	if (at == 0 || is_edge(v->text.p[at - 1]))
		n = scan_plain(s);
	return n != 0 ? n : scan_spelled(v, at);
}
