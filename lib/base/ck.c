#include "base/ck.h"

#include <stdlib.h>
#include <string.h>

static void *
ck(void *got, size_t size)
{
	if (got == NULL && size != 0)
		abort();
	return got;
}

void *
ck_malloc(size_t size)
{
	return ck(malloc(size), size);
}

void *
ck_calloc(size_t count, size_t size)
{
	return ck(calloc(count, size), count && size);
}

void *
ck_realloc(void *old, size_t size)
{
	return ck(realloc(old, size), size);
}

char *
ck_strdup(const char *text)
{
	return ck(strdup(text), 1);
}
