/**
 * A growing byte buffer. `p` is always NUL-terminated behind `n` bytes once
 * anything was added (the NUL is not counted), so text can be handed to C APIs.
 *
 *      p            p + n     p + cap
 *      | bytes .... | NUL  free |
 *
 * Ownership: owns `p`; buf_fini() frees it, buf_take() hands it to the caller.
 * Failure: none (see ck.h); callers bound what they add.
 * Layer:  base (pure)
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
};

#define BUF_INIT ((struct buf){ NULL, 0, 0 })

void buf_fini(struct buf *b) NONNULL(1);
/** Forget the bytes, keep the memory. */
void buf_clear(struct buf *b) NONNULL(1);
/** For buf_room(), where there is too little. */
char *buf_grow(struct buf *b, size_t more) NONNULL(1);
/** Room for `more` bytes; where they go. Count them with `b->n +=`. */
static inline char *
buf_room(struct buf *b, size_t more)
{
	return b->cap - b->n > more ? b->p + b->n : buf_grow(b, more);
}
void buf_add(struct buf *b, const void *bytes, size_t n) NONNULL(1);
void buf_adds(struct buf *b, const char *text) NONNULL(1, 2);
static inline void
buf_addc(struct buf *b, char c)
{
	char *to = buf_room(b, 1);

	to[0] = c;
	to[1] = '\0';
	b->n++;
}
void buf_add_slice(struct buf *b, struct slice s) NONNULL(1);
/** In decimal; what buf_addf() does with %lld, in a tenth of its time. */
void buf_add_int(struct buf *b, int64_t value) NONNULL(1);
void buf_addf(struct buf *b, const char *format, ...) PRINTF(2, 3);
void buf_addv(struct buf *b, const char *format, va_list ap) PRINTF(2, 0);
/** The bytes, borrowed until the next change. */
struct slice buf_slice(const struct buf *b) NONNULL(1);
/** NUL-terminated, never NULL. */
const char *buf_cstr(struct buf *b) NONNULL(1);
/** The NUL-terminated memory, now the caller's; the buffer is empty again. */
char *buf_take(struct buf *b) MUST_CHECK NONNULL(1);

#endif
