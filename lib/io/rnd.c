#include "io/rnd.h"

#include <stdint.h>
#include <stdio.h>

#include <sodium.h>

void
rnd_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}

void
rnd_uuid(char out[static 37])
{
	static const char HEX[] = "0123456789abcdef";
	uint8_t bytes[16];
	size_t at = 0;

	rnd_bytes(bytes, sizeof(bytes));
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* version 4 */
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* RFC 9562 variant */
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = HEX[bytes[i] >> 4];
		out[at++] = HEX[bytes[i] & 0x0f];
	}
	out[at] = '\0';
}

void
rnd_id(char *out, size_t n)
{
	static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789-_";

	rnd_bytes(out, n);
	for (size_t i = 0; i < n; i++)
		out[i] = ALPHABET[(uint8_t)out[i] & 63];
	out[n] = '\0';
}
