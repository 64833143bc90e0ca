#include "io/hash.h"

#include <stdint.h>
#include <string.h>

#include <sodium.h>

/* Digests are of one length, and where they first differ tells nothing of the
 * texts. */
bool
hash_same(struct slice a, struct slice b)
{
	unsigned char of_a[32], of_b[32];

	(void)crypto_generichash(
	    of_a, sizeof(of_a), (const unsigned char *)a.p, a.n, NULL, 0);
	(void)crypto_generichash(
	    of_b, sizeof(of_b), (const unsigned char *)b.p, b.n, NULL, 0);
	return sodium_memcmp(of_a, of_b, sizeof(of_a)) == 0;
}

void
hash_bytes(struct slice a, uint8_t out[static HASH_BYTES])
{
	(void)crypto_generichash(
	    out, HASH_BYTES, (const unsigned char *)a.p, a.n, NULL, 0);
}

/* The key is no secret. */
void
hash_quick(struct slice a, uint8_t out[static HASH_BYTES])
{
	static const unsigned char KEY[crypto_shorthash_siphashx24_KEYBYTES];

	(void)crypto_shorthash_siphashx24(
	    out, (const unsigned char *)a.p, a.n, KEY);
}

void
hash_hex(struct slice a, struct slice b, char out[static HASH_SIZE])
{
	unsigned char digest[16];
	crypto_generichash_state state;
	uint64_t n = a.n;

	(void)crypto_generichash_init(&state, NULL, 0, sizeof(digest));
	(void)crypto_generichash_update(
	    &state, (const unsigned char *)&n, sizeof(n));
	(void)crypto_generichash_update(
	    &state, (const unsigned char *)a.p, a.n);
	(void)crypto_generichash_update(
	    &state, (const unsigned char *)b.p, b.n);
	(void)crypto_generichash_final(&state, digest, sizeof(digest));
	(void)sodium_bin2hex(out, HASH_SIZE, digest, sizeof(digest));
}
