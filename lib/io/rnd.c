#include "io/rnd.h"

#include <stdint.h>
#include <stdio.h>

#include <sodium.h>

#include "io/clock.h"

void
rnd_start(void)
{
	(void)randombytes_set_implementation(
	    &randombytes_internal_implementation);
	randombytes_stir();
}

void
rnd_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}

/* What the version is to be written into, and the variant. */
static void
print_uuid(uint8_t bytes[static 16], unsigned version, char *out)
{
	static const char HEX[] = "0123456789abcdef";

	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | version << 4);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = HEX[bytes[i] >> 4];
		*out++ = HEX[bytes[i] & 0x0f];
	}
	*out = '\0';
}

void
rnd_uuid(char out[static 37])
{
	uint8_t bytes[16];

	rnd_bytes(bytes, sizeof(bytes));
	print_uuid(bytes, 4, out);
}

void
rnd_uuid_timed(char out[static 37])
{
	int64_t ms = clock_wall_ms();
	uint8_t bytes[16];

	rnd_bytes(bytes, sizeof(bytes));
	for (int i = 5; i >= 0; i--, ms >>= 8)
		bytes[i] = (uint8_t)(ms & 0xff);
	print_uuid(bytes, 7, out);
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
