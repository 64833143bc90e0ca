#include "base/num.h"

bool
num_parse(struct slice text, int64_t min, int64_t max, int64_t *out)
{
	bool negative = text.n > 0 && text.p[0] == '-';
	size_t at = negative ? 1 : 0;
	int64_t value = 0;

	if (at == text.n)
		return false;
	for (; at < text.n; at++) {
		int digit = text.p[at] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* Gathered as a negative number: that range is the larger. */
		if (value < (INT64_MIN + digit) / 10)
			return false;
		value = value * 10 - digit;
	}
	if (!negative) {
		if (value == INT64_MIN)
			return false;
		value = -value;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

size_t
num_text(int64_t value, char out[static NUM_TEXT_SIZE])
{
	char digits[NUM_TEXT_SIZE];
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	size_t n = 0, at = 0;

	do {
		digits[n++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (value < 0)
		out[at++] = '-';
	while (n > 0)
		out[at++] = digits[--n];
	out[at] = '\0';
	return at;
}
