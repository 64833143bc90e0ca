/**
 * Input that ends exactly at an inaccessible page: a codec that reads one byte
 * too far crashes instead of being lucky.
 *
 * Ownership: guard_copy() gives memory that guard_free() takes back.
 */
#ifndef TESTS_HARNESS_GUARD_H
#define TESTS_HARNESS_GUARD_H

#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/slice.h"

struct guard {
	char *map;
	size_t size;
	struct slice s;
};

static inline struct guard
guard_copy(const void *bytes, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t body = (n + page - 1) / page * page;
	struct guard g = { NULL, body + page, SLICE_EMPTY };

	g.map = mmap(NULL, g.size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g.map == MAP_FAILED || mprotect(g.map + body, page, PROT_NONE) != 0)
		abort();
	if (n != 0)
		memcpy(g.map + body - n, bytes, n);
	g.s = (struct slice){ g.map + body - n, n };
	return g;
}

static inline void
guard_free(struct guard *g)
{
	(void)munmap(g->map, g->size);
}

#endif
