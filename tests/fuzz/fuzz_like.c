/*
 * The input is a pattern, a newline, a text. The answer is that of a table of
 * all prefixes against all prefixes; what matches exactly also does so folded.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/like.h"
#include "base/utf8.h"

#define LENGTH_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The characters of `s`, -1 - byte for what is none; how many. */
static size_t
characters(struct slice s, int64_t out[static LENGTH_MAX])
{
	size_t count = 0;

	while (s.n > 0) {
		uint32_t code;
		size_t n = utf8_next(s, &code);

		out[count++] = n ? (int64_t)code : -1 - (int64_t)(uint8_t)*s.p;
		s = slice_from_at(s, n ? n : 1);
	}
	return count;
}

/* row[j]: the pattern up to here matches the first j characters. */
static void
advance(bool *row, size_t n, const int64_t *text, int64_t c, bool literal)
{
	if (c == '%' && !literal) {
		for (size_t j = 1; j <= n; j++)
			row[j] = row[j] || row[j - 1];
		return;
	}
	for (size_t j = n; j > 0; j--)
		row[j] =
		    row[j - 1] && (text[j - 1] == c || (c == '_' && !literal));
	row[0] = false;
}

static bool
model(struct slice pattern, struct slice text)
{
	int64_t p[LENGTH_MAX], t[LENGTH_MAX];
	size_t m = characters(pattern, p), n = characters(text, t);
	bool row[LENGTH_MAX + 1] = { true };

	for (size_t i = 0; i < m; i++) {
		bool literal = p[i] == '\\';

		i += literal;
		if (i == m)
			return false;
		advance(row, n, t, p[i], literal);
	}
	return row[n];
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice text = { (const char *)bytes, n };
	struct slice pattern;
	bool matches;

	if (n > LENGTH_MAX || !slice_cut(&text, '\n', &pattern))
		return 0;
	matches = like_match(pattern, text);
	if (matches != model(pattern, text))
		abort();
	if (matches && !like_match_nocase(pattern, text))
		abort();
	return 0;
}

#include "harness/fuzz_main.h"
