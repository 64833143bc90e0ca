/** Web addresses with credentials, IP addresses. */
#include <string.h>

#include "base/attr.h"
#include "text/pii_scan.h"

/* A user and a password and a host; more is not an address. */
#define MAX_AUTHORITY 1024u
/* "0000:…:255.255.255.255" and a zone. */
#define MAX_IP6 64u

static bool
is_url_end(char c)
{
	return strchr(" \t\r\n<>\"`{}|^", c) != NULL; /* also NUL */
}

/** Bytes of "https://" at `at`, or 0. */
static size_t
scan_scheme(struct slice s)
{
	size_t n = 0;

	s = slice_sub(s, 0, 20); /* longer than any scheme in use */
	while (n < s.n && (pii_scan_alnum(s.p[n]) || strchr("+-.", s.p[n])))
		n++;
	if (n < 2 || !slice_starts(slice_from_at(s, n), SLICE("://")))
		return 0;
	return n + 3;
}

size_t
pii_address_url(const struct pii_view *v, size_t at)
{
	struct slice s = slice_from_at(v->text, at);
	size_t n;
	size_t host = 0;

	if (!pii_scan_letter(s.p[0]))
		return 0;
	n = scan_scheme(s);
	if (n == 0)
		return 0;
	for (; n < s.n && n < MAX_AUTHORITY && !is_url_end(s.p[n]) &&
	     !strchr("/?#", s.p[n]);
	     n++)
		if (s.p[n] == '@')
			host = n + 1;
	if (host == 0)
		return 0;
	while (n < s.n && !is_url_end(s.p[n]))
		n++;
	while (n > host && strchr(".,;:!?)]'", s.p[n - 1]))
		n--; /* the sentence's, not the address's */
	return n;
}

/** 0 to 255 at the start of `s`: its digits, or 0. */
static size_t
scan_octet(struct slice s)
{
	size_t n = 0;
	unsigned value = 0;

	while (n < s.n && n < 4 && pii_scan_digit(s.p[n]))
		value = value * 10 + (unsigned)(s.p[n++] - '0');
	return n > 3 || value > 255 ? 0 : n;
}

/** "1.2.3.4" at the start of `s`; bytes or 0. */
static size_t
scan_ip4(struct slice s)
{
	size_t n = 0;

	for (int i = 0; i < 4; i++) {
		size_t digits;

		if (i != 0 && (n >= s.n || s.p[n++] != '.'))
			return 0;
		digits = scan_octet(slice_from_at(s, n));
		if (digits == 0)
			return 0;
		n += digits;
	}
	if (n < s.n && pii_scan_alnum(s.p[n]))
		return 0;
	if (n + 1 < s.n && s.p[n] == '.' && pii_scan_digit(s.p[n + 1]))
		return 0;
	return n;
}

/** "version 1.2.3.4" and the like stay. */
static bool
is_version(const struct pii_view *v, size_t at)
{
	static const char words[] =
	    "version|versions|release|build|builds|firmware|v|section|"
	    "chapter|driver|kernel|windows|update|patch|upgrade";
	const struct pii_before *b = pii_scan_before(v, at);

	for (size_t i = 0; i < b->n && i < 2; i++)
		if (pii_scan_listed(pii_scan_nth(b, i)->text, words))
			return true;
	return false;
}

struct groups6 {
	size_t n;   /* groups of hex digits */
	bool gap;   /* "::" was seen */
	bool digit; /* any decimal digit: "add::bad" is a name */
};

/** One group at the start of `s`; bytes or 0. */
static size_t
scan_group6(struct slice s, struct groups6 *g)
{
	size_t n = 0;

	while (n < s.n && n < 5 && s.p[n] != '\0' &&
	    strchr("0123456789abcdefABCDEF", s.p[n])) {
		g->digit |= pii_scan_digit(s.p[n]);
		n++;
	}
	if (n > 4)
		return 0;
	g->n += n != 0;
	return n;
}

/** The colons behind a group; bytes or 0 at the end of the address. */
static size_t
scan_colons6(struct slice s, struct groups6 *g)
{
	if (slice_starts(s, SLICE("::")) && !g->gap) {
		g->gap = true;
		return 2;
	}
	if (s.n > 1 && s.p[0] == ':' && s.p[1] != ':' && pii_scan_alnum(s.p[1]))
		return 1;
	return 0;
}

static size_t
scan_ip6(struct slice s)
{
	struct groups6 g = { 0, false, false };
	size_t n = 0;

	s = slice_sub(s, 0, MAX_IP6);
	for (;;) {
		struct slice rest = slice_from_at(s, n);
		size_t colons;
		size_t tail = n != 0 ? scan_ip4(rest) : 0;

		if (tail != 0) {
			g.n += 2;
			g.digit = true;
			n += tail;
			break;
		}
		n += scan_group6(rest, &g);
		colons = scan_colons6(slice_from_at(s, n), &g);
		if (colons == 0)
			break;
		n += colons;
	}
	if (!g.digit || g.n > 8 || (g.gap ? g.n > 7 : g.n != 8) || g.n == 0)
		return 0;
	return n < s.n && pii_scan_alnum(s.p[n]) ? 0 : n;
}

size_t
pii_address_ip(const struct pii_view *v, size_t at)
{
	struct slice s = slice_from_at(v->text, at);
	char before = '\0';
	size_t n;

	if (at > 0)
		before = v->text.p[at - 1];
	if (before == ':' || !(pii_scan_alnum(s.p[0]) || s.p[0] == ':'))
		return 0;
	n = scan_ip6(s);
	if (n != 0)
		return n;
	if (!pii_scan_digit(s.p[0]) || before == '.')
		return 0;
	n = scan_ip4(s);
	/* 0.0.0.0/8 is no one's address. */
	return n == 0 || slice_starts(s, SLICE("0.")) || is_version(v, at) ? 0
									   : n;
}
