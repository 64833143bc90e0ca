/**
 * The offline engine's embeddings: signed feature hashing of words, word pairs
 * and character trigrams into 1536 dimensions, of length 1. Deterministic, the
 * same on every machine of one byte order; ASCII case is folded.
 *
 * Texts that share words and stems come out near each other by cosine (the
 * scalar product, as the length is 1). It knows nothing about meaning.
 *
 * Failure: none. A text without letters or digits gives all zeros.
 * Layer:  text (pure)
 * Spec:   Weinberger et al., Feature Hashing for Large Scale Multitask
 *         Learning, ICML 2009
 */
#ifndef TEXT_EMBED_H
#define TEXT_EMBED_H

#include "base/attr.h"
#include "base/slice.h"

/** The seeds' vector(1536). */
#define EMBED_DIMS 1536
/** Features beyond this many bytes of a text are ignored: bounds the time. */
#define EMBED_MAX_BYTES ((size_t)64 * 1024)
/** Name of the model, for metadata. */
#define EMBED_MODEL "offline-hash-1536"

void embed_text(struct slice text, float out[static EMBED_DIMS]) NONNULL(2);

#endif
