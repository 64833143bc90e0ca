#include "io/hash.h"

#include <stdint.h>
#include <string.h>

#include <sodium.h>
#include <xxhash.h>

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

_Static_assert(sizeof(struct hash_stream) >= sizeof(crypto_generichash_state),
    "the library's state has room");

void
hash_begin(struct hash_stream *h)
{
	(void)crypto_generichash_init((void *)h->state, NULL, 0, HASH_BYTES);
}

void
hash_add(struct hash_stream *h, struct slice piece)
{
	(void)crypto_generichash_update(
	    (void *)h->state, (const unsigned char *)piece.p, piece.n);
}

void
hash_end(struct hash_stream *h, char out[static HASH_SIZE])
{
	unsigned char digest[HASH_BYTES];

	(void)crypto_generichash_final(
	    (void *)h->state, digest, sizeof(digest));
	(void)sodium_bin2hex(out, HASH_SIZE, digest, sizeof(digest));
}

void
hash_quick(struct slice a, uint8_t out[static HASH_BYTES])
{
	XXH128_canonical_t digest;

	XXH128_canonicalFromHash(&digest, XXH3_128bits(a.p, a.n));
	memcpy(out, digest.digest, HASH_BYTES);
}

void
hash_hex(struct slice a, struct slice b, char out[static HASH_SIZE])
{
	struct hash_stream h;
	uint64_t n = a.n;

	hash_begin(&h);
	hash_add(&h, (struct slice){ (const char *)&n, sizeof(n) });
	hash_add(&h, a);
	hash_add(&h, b);
	hash_end(&h, out);
}
