/**
 * Memory that lives as long as one request, job or parse and dies at once.
 *
 * Ownership: the arena owns all it hands out; nothing in it is freed by hand.
 * Failure: none (see ck.h). Not shared between threads.
 * Layer:  base (pure)
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/attr.h"
#include "base/slice.h"

struct arena_block;

struct arena {
	struct arena_block *head;
};

#define ARENA_INIT ((struct arena){ NULL })

/** Free everything; the arena can be used again. */
void arena_fini(struct arena *a) NONNULL(1);
/** Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n) MUST_CHECK NONNULL(1);
/** A NUL-terminated copy. */
char *arena_strdup(struct arena *a, struct slice s) MUST_CHECK NONNULL(1);
/** The same as a slice (the NUL behind it is not counted). */
struct slice arena_dup(struct arena *a, struct slice s) MUST_CHECK NONNULL(1);
char *
arena_printf(struct arena *a, const char *format, ...) MUST_CHECK PRINTF(2, 3);

#endif
