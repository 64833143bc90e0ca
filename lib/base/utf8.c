#include "base/utf8.h"

#include <string.h>

size_t
utf8_next(struct slice s, uint32_t *code)
{
	/* Lead byte -> length and the smallest code that needs it. */
	static const uint32_t LEAST[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead;
	uint32_t value;
	size_t n;

	if (s.n == 0)
		return 0;
	lead = (unsigned char)s.p[0];
	if (lead < 0x80) {
		*code = lead;
		return 1;
	}
	if (lead >= 0xC2 && lead <= 0xDF)
		n = 2;
	else if (lead >= 0xE0 && lead <= 0xEF)
		n = 3;
	else if (lead >= 0xF0 && lead <= 0xF4)
		n = 4;
	else
		return 0;
	if (s.n < n)
		return 0;
	value = lead & (0xFFU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (c & 0x3F);
	}
	if (value < LEAST[n] || value > 0x10FFFF ||
	    (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*code = value;
	return n;
}

bool
utf8_valid(struct slice s)
{
	while (s.n > 0) {
		uint32_t code;
		size_t n = utf8_next(s, &code);

		if (n == 0)
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}

bool
utf8_text(struct slice s)
{
	return (s.n == 0 || memchr(s.p, '\0', s.n) == NULL) && utf8_valid(s);
}

struct slice
utf8_trim(struct slice s)
{
	struct slice nbsp = SLICE("\xC2\xA0");
	size_t before;

	do {
		before = s.n;
		s = slice_trim(s);
		if (slice_starts(s, nbsp))
			s = slice_from_at(s, nbsp.n);
		if (slice_ends(s, nbsp))
			s.n -= nbsp.n;
	} while (s.n != before);
	return s;
}

struct slice
utf8_prefix(struct slice s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	s.n = n;
	return s;
}

/* Each character has one lead byte; those from U+10000 on are two units. */
static size_t
units_of(char byte)
{
	unsigned char c = (unsigned char)byte;

	if ((c & 0xC0) == 0x80)
		return 0;
	return c >= 0xF0 ? 2 : 1;
}

size_t
utf8_units(struct slice s)
{
	size_t units = 0;

	for (size_t i = 0; i < s.n; i++)
		units += units_of(s.p[i]);
	return units;
}

bool
utf8_take_units(struct slice *rest, size_t units, struct slice *out)
{
	size_t n = 0;

	/* A character ends where the next one begins. */
	while (n < rest->n && units_of(rest->p[n]) <= units)
		units -= units_of(rest->p[n++]);
	if (units != 0)
		return false;
	*out = slice_sub(*rest, 0, n);
	*rest = slice_from_at(*rest, n);
	return true;
}

size_t
utf8_put(uint32_t code, char out[static 4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}
