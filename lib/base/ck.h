/**
 * Allocation that cannot fail: out of memory ends the process.
 *
 * Every input is bounded before it is held, so an allocation that fails is a
 * bug or a machine past help. State lives in Redis and the store, a supervisor
 * starts us again and clients reconnect: aborting is the clean way out.
 *
 * Ownership: what these return is freed with free().
 * Layer:  base (pure)
 */
#ifndef BASE_CK_H
#define BASE_CK_H

#include <stddef.h>

#include "base/attr.h"

void *ck_malloc(size_t size) MUST_CHECK;
void *ck_calloc(size_t count, size_t size) MUST_CHECK;
void *ck_realloc(void *old, size_t size) MUST_CHECK;
char *ck_strdup(const char *text) MUST_CHECK NONNULL(1);

#endif
