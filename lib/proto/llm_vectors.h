/**
 * An answer with embeddings, checked before anything is stored of it: each text
 * has its vector, once, of the dimensions that are searched, of finite numbers.
 * They may stand in any order, by their index.
 *
 * Failure: a status, and nothing can be said about `out`.
 * Layer:  proto (pure)
 * Spec:   OpenAI API, "Embeddings"
 */
#ifndef PROTO_LLM_VECTORS_H
#define PROTO_LLM_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"

/** Texts of one request: an answer of some 2 MB, and less than servers take. */
#define LLM_VECTORS_MAX 64

enum llm_vectors_status {
	LLM_VECTORS_OK = 0,
	LLM_VECTORS_JSON, /* no JSON */
	LLM_VECTORS_FORM, /* without `data`, or vectors in it */
	LLM_VECTORS_INDEX,
	LLM_VECTORS_DIMENSIONS,
	LLM_VECTORS_NUMBER, /* not finite, or no number */
	LLM_VECTORS__MAX
};

/**
 * `n` vectors, at most LLM_VECTORS_MAX, of `dimensions` into
 * out[n * dimensions]. `*tokens`: what they took, -1 when it is not said.
 */
enum llm_vectors_status llm_vectors_read(struct slice body, size_t n,
    size_t dimensions, float *out, int64_t *tokens) MUST_CHECK NONNULL(4, 5);
/** A sentence for people. */
const char *llm_vectors_strerror(enum llm_vectors_status status);

#endif
