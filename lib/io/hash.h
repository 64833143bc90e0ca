/**
 * Keys for what was made of an input, whole or in pieces; secrets compared.
 *
 * Layer:  io
 * Spec:   BLAKE2b, RFC 7693; XXH3 of 128 bits
 */
#ifndef IO_HASH_H
#define IO_HASH_H

#include <stdbool.h>

#include <stdint.h>

#include "base/slice.h"

/** 128 bits as hexadecimal text and the NUL: nothing here is adversarial
 *  enough to want more, and no two inputs meet by chance. */
#define HASH_SIZE 33

/** Are they the same? Takes no time that tells how much of them is, nor how
 *  long either one is against the other. */
bool hash_same(struct slice a, struct slice b);
/** The digest itself. */
#define HASH_BYTES 16
void hash_bytes(struct slice a, uint8_t out[static HASH_BYTES]);
/** Of what comes in pieces, however it is cut. */
struct hash_stream {
	_Alignas(64) unsigned char state[384];
};
void hash_begin(struct hash_stream *h);
void hash_add(struct hash_stream *h, struct slice piece);
void hash_end(struct hash_stream *h, char out[static HASH_SIZE]);
/** Another one, in a twentieth of the time: for what is long and guards
 *  nothing. */
void hash_quick(struct slice a, uint8_t out[static HASH_BYTES]);
/** Of `a`, its length, and `b`. */
void hash_hex(struct slice a, struct slice b, char out[static HASH_SIZE]);

#endif
