#include "proto/rest_prefer.h"

#include <string.h>

/* The preferences that are ours, in the order they are printed. */
enum preference {
	RETURN,
	RESOLUTION,
	COUNT_OF,
	PREFERENCE__MAX
};

static const char *const NAMES[PREFERENCE__MAX] = {
	[RETURN] = "return",
	[RESOLUTION] = "resolution",
	[COUNT_OF] = "count",
};

/* By the numbers of struct rest_prefer; 0 is none of them. */
static const char *const VALUES[PREFERENCE__MAX][3] = {
	[RETURN] = { NULL, "minimal", "representation" },
	[RESOLUTION] = { NULL, "merge-duplicates", "ignore-duplicates" },
	[COUNT_OF] = { NULL, "exact", NULL },
};

static bool
is_token_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static size_t
token_length(struct slice s)
{
	size_t n = 0;

	while (n < s.n && is_token_byte(s.p[n]))
		n++;
	return n;
}

/* Up to behind the next `end` that stands in no quoted string (RFC 9110,
 * 5.6.4), without it. */
static struct slice
cut_unquoted(struct slice *rest, char end)
{
	struct slice piece;
	bool quoted = false;
	size_t n = 0;

	for (; n < rest->n && (quoted || rest->p[n] != end); n++) {
		if (quoted && rest->p[n] == '\\' && n + 1 < rest->n)
			n++;
		else if (rest->p[n] == '"')
			quoted = !quoted;
	}
	piece = slice_trim(slice_sub(*rest, 0, n));
	*rest = slice_from_at(*rest, n + 1);
	return piece;
}

/*
 * The word behind '=' without its quotes. One with escapes stays as it is: no
 * value of ours needs any.
 */
static struct slice
word_of(struct slice s)
{
	s = slice_trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return slice_sub(s, 1, s.n - 2);
	return s;
}

static unsigned
value_of(enum preference which, struct slice word)
{
	for (unsigned i = 1; i < COUNT(VALUES[which]); i++) {
		if (VALUES[which][i] != NULL &&
		    slice_eqs(word, VALUES[which][i]))
			return i;
	}
	return 0;
}

/* "name=value", parameters behind a ';' being none of ours. */
static void
read_preference(struct slice text, bool *seen, unsigned *values)
{
	struct slice first = cut_unquoted(&text, ';');
	size_t n = token_length(first);
	struct slice value = slice_trim(slice_from_at(first, n));

	if (value.n == 0 || value.p[0] != '=')
		value = SLICE_EMPTY;
	for (int i = 0; i < PREFERENCE__MAX; i++) {
		if (seen[i] ||
		    !slice_eq_nocase(
			slice_sub(first, 0, n), slice_from(NAMES[i])))
			continue;
		seen[i] = true;
		values[i] = value_of(
		    (enum preference)i, word_of(slice_from_at(value, 1)));
	}
}

void
rest_prefer_parse(struct slice header, struct rest_prefer *out)
{
	bool seen[PREFERENCE__MAX] = { false };
	unsigned values[PREFERENCE__MAX] = { 0 };

	while (header.n != 0)
		read_preference(cut_unquoted(&header, ','), seen, values);
	*out = (struct rest_prefer){ 0 };
	out->returns = values[RETURN];
	out->resolution = values[RESOLUTION];
	out->count = values[COUNT_OF] != 0;
}

void
rest_prefer_print(struct buf *b, const struct rest_prefer *p)
{
	const unsigned values[PREFERENCE__MAX] = {
		[RETURN] = p->returns,
		[RESOLUTION] = p->resolution,
		[COUNT_OF] = p->count,
	};
	const char *separator = "";

	for (int i = 0; i < PREFERENCE__MAX; i++) {
		if (values[i] == 0)
			continue;
		buf_adds(b, separator);
		buf_adds(b, NAMES[i]);
		buf_addc(b, '=');
		buf_adds(b, VALUES[i][values[i]]);
		separator = ", ";
	}
}
