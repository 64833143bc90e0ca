/**
 * Randomness from the system, good enough for secrets.
 *
 * Failure: none (libsodium ends the process when the system has none).
 * Any thread.
 * Layer:  io
 * Spec:   RFC 9562, 5.4, 5.7
 */
#ifndef IO_RND_H
#define IO_RND_H

#include <stddef.h>

/** Before there are threads: from here on a generator of each thread's own makes
 *  it, seeded by the system, without asking that each time. */
void rnd_start(void);
void rnd_bytes(void *out, size_t n);
/** A version 4 UUID in lower case, NUL-terminated. */
void rnd_uuid(char out[static 37]);
/**
 * A version 7 UUID: 48 bits of the time in milliseconds, 74 random ones. For the
 * rows of a table, which are then made side by side in its indexes; for nothing
 * that is a secret.
 */
void rnd_uuid_timed(char out[static 37]);
/** `n` characters of [A-Za-z0-9_-], six random bits each, and a NUL. */
void rnd_id(char *out, size_t n);

#endif
