#include "base/slice.h"

#include <string.h>

struct slice
slice_from(const char *text)
{
	if (text == NULL)
		return SLICE_EMPTY;
	return (struct slice){ text, strlen(text) };
}

bool
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
slice_eqs(struct slice a, const char *text)
{
	return slice_eq(a, slice_from(text));
}

static char
lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool
slice_eq_nocase(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

uint32_t
slice_hash(struct slice s)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619U;
	return h;
}

bool
slice_starts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && slice_eq(slice_sub(s, 0, prefix.n), prefix);
}

bool
slice_ends(struct slice s, struct slice suffix)
{
	return s.n >= suffix.n &&
	    slice_eq(slice_from_at(s, s.n - suffix.n), suffix);
}

long
slice_find(struct slice s, struct slice needle)
{
	const char *at;

	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return -1;
	at = memmem(s.p, s.n, needle.p, needle.n);
	return at == NULL ? -1 : at - s.p;
}

size_t
slice_chr(struct slice s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at == NULL ? s.n : (size_t)(at - s.p);
}

size_t
slice_count(struct slice s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

struct slice
slice_from_at(struct slice s, size_t at)
{
	if (at >= s.n)
		return SLICE_EMPTY;
	return (struct slice){ s.p + at, s.n - at };
}

struct slice
slice_sub(struct slice s, size_t at, size_t n)
{
	struct slice rest = slice_from_at(s, at);

	if (rest.n > n)
		rest.n = n;
	return rest;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice
slice_trim(struct slice s)
{
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
slice_cut(struct slice *rest, char sep, struct slice *piece)
{
	size_t at;

	if (rest->p == NULL)
		return false;
	at = slice_chr(*rest, sep);
	*piece = (struct slice){ rest->p, at };
	if (at == rest->n)
		*rest = (struct slice){ NULL, 0 };
	else
		*rest = (struct slice){ rest->p + at + 1, rest->n - at - 1 };
	return true;
}
