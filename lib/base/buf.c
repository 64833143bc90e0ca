#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/num.h"

/* Small answers fit the first allocation. */
#define BUF_FIRST 256

void
buf_fini(struct buf *b)
{
	free(b->p);
	*b = BUF_INIT;
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

char *
buf_grow(struct buf *b, size_t more)
{
	size_t need = b->n + more + 1;
	size_t cap = b->cap ? b->cap : BUF_FIRST;

	if (need <= more)
		abort();
	while (cap < need)
		cap += cap / 2 + 1;
	b->p = ck_realloc(b->p, cap);
	b->cap = cap;
	return b->p + b->n;
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *to = buf_room(b, n);

	if (n != 0)
		memcpy(to, bytes, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_add_slice(struct buf *b, struct slice s)
{
	buf_add(b, s.p, s.n);
}

void
buf_addv(struct buf *b, const char *format, va_list ap)
{
	char *to = buf_room(b, 0);
	size_t room = b->cap - b->n;
	va_list again;
	int n;

	/* Mostly there is room: once is enough. */
	va_copy(again, ap);
	n = vsnprintf(to, room, format, again);
	va_end(again);
	if (n < 0)
		abort();
	if ((size_t)n >= room)
		(void)vsnprintf(
		    buf_room(b, (size_t)n), (size_t)n + 1, format, ap);
	b->n += (size_t)n;
}

void
buf_add_int(struct buf *b, int64_t value)
{
	char text[NUM_TEXT_SIZE];
	size_t n = num_text(value, text);

	buf_add(b, text, n);
}

void
buf_addf(struct buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_addv(b, format, ap);
	va_end(ap);
}

struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){ b->p ? b->p : "", b->n };
}

const char *
buf_cstr(struct buf *b)
{
	return b->p ? b->p : "";
}

char *
buf_take(struct buf *b)
{
	char *p;

	(void)buf_room(b, 0);
	b->p[b->n] = '\0';
	p = b->p;
	*b = BUF_INIT;
	return p;
}
