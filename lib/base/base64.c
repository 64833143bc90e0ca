#include "base/base64.h"

/* Value of a character, -1 for one outside the standard alphabet. */
static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Without padding that completes the last group; any other '=' stays. */
static struct slice
unpad(struct slice text)
{
	if (text.n == 0 || text.n % 4 != 0)
		return text;
	for (int i = 0; i < 2 && text.p[text.n - 1] == '='; i++)
		text.n--;
	return text;
}

/* Bits of the last character that belong to no byte. */
static int
unused_bits(size_t n)
{
	switch (n % 4) {
	case 2:
		return 0x0F;
	case 3:
		return 0x03;
	default:
		return 0;
	}
}

bool
base64_valid(struct slice text)
{
	text = unpad(text);
	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (digit(text.p[i]) < 0)
			return false;
	return text.n == 0 ||
	    (digit(text.p[text.n - 1]) & unused_bits(text.n)) == 0;
}

bool
base64_decode(struct buf *out, struct slice text)
{
	unsigned bits = 0;
	int have = 0;

	if (!base64_valid(text))
		return false;
	text = unpad(text);
	(void)buf_room(out, text.n / 4 * 3 + 2);
	for (size_t i = 0; i < text.n; i++) {
		bits = (bits << 6 | (unsigned)digit(text.p[i])) & 0xFFFFU;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(bits >> have & 0xFFU));
		}
	}
	return true;
}

bool
base64_decode_url(struct buf *out, struct slice text)
{
	struct buf standard = BUF_INIT;
	bool valid = true;

	for (size_t i = 0; i < text.n && valid; i++) {
		char c = text.p[i];

		valid = c != '+' && c != '/' && c != '=';
		buf_addc(&standard,
		    (char)(c == '-'    ? '+'
			    : c == '_' ? '/'
				       : c));
	}
	valid = valid && base64_decode(out, buf_slice(&standard));
	buf_fini(&standard);
	return valid;
}

/* `pad` NUL: none. */
static void
encode(struct buf *out, struct slice bytes, const char *alphabet, char pad)
{
	unsigned bits = 0;
	int have = 0;
	size_t written = 0;

	(void)buf_room(out, bytes.n / 3 * 4 + 4);
	for (size_t i = 0; i < bytes.n; i++) {
		bits = (bits << 8 | (unsigned char)bytes.p[i]) & 0xFFFFU;
		for (have += 8; have >= 6; written++) {
			have -= 6;
			buf_addc(out, alphabet[bits >> have & 0x3FU]);
		}
	}
	if (have > 0) {
		buf_addc(out, alphabet[bits << (6 - have) & 0x3FU]);
		written++;
	}
	for (; pad != '\0' && written % 4 != 0; written++)
		buf_addc(out, pad);
}

void
base64_encode(struct buf *out, struct slice bytes)
{
	encode(out, bytes,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	    '=');
}

void
base64_encode_url(struct buf *out, struct slice bytes)
{
	encode(out, bytes,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
	    '\0');
}
