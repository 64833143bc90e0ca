/**
 * What the fuzz drivers share: their way to say no, and input made of lines.
 *
 * Ownership: fuzz_fields_read() copies; fuzz_fields_fini() frees.
 */
#ifndef TESTS_HARNESS_FUZZ_H
#define TESTS_HARNESS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define FUZZ_FIELDS_MAX 8

struct fuzz_fields {
	size_t n;
	struct slice field[FUZZ_FIELDS_MAX];
	char *memory[FUZZ_FIELDS_MAX];
};

/** A rule of the decoder: an input that breaks it is a finding. */
static inline void
fuzz_require(bool truth)
{
	if (!truth)
		abort();
}

/**
 * The first `count` lines of the input, the last one with all that is left; one
 * that is missing is empty. Each is an allocation of its own without any room,
 * so reading past it is caught.
 */
static inline struct fuzz_fields
fuzz_fields_read(const uint8_t *bytes, size_t n, size_t count)
{
	struct slice rest = { (const char *)bytes, n };
	struct fuzz_fields f = { .n = count };

	for (size_t i = 0; i < count; i++) {
		struct slice line = SLICE_EMPTY;

		if (i + 1 == count)
			line = rest;
		else
			(void)slice_cut(&rest, '\n', &line);
		f.memory[i] = malloc(line.n + !line.n);
		fuzz_require(f.memory[i] != NULL);
		if (line.n != 0)
			memcpy(f.memory[i], line.p, line.n);
		f.field[i] = (struct slice){ f.memory[i], line.n };
	}
	return f;
}

static inline void
fuzz_fields_fini(struct fuzz_fields *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->memory[i]);
}

/** Header lines: a CR or LF only where one ends, so nothing was injected. */
static inline void
fuzz_require_lines(struct slice headers)
{
	struct slice rest = headers, line;

	while (slice_cut(&rest, '\n', &line)) {
		fuzz_require(rest.p != NULL || line.n == 0);
		fuzz_require(
		    line.n == 0 || slice_chr(line, '\r') == line.n - 1);
		fuzz_require(slice_chr(line, '\0') == line.n);
	}
}

#endif
