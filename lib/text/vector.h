/**
 * The cosine of one vector with each of many, for an exact scan.
 *
 * Rows are what the store keeps: EMBED_DIMS little-endian float32, as bytes,
 * aligned or not. Sums are float: the cosine of vectors of this length is off
 * by less than 1e-5, and the same row gives the same bits on one machine.
 *
 * Failure: none. A vector that is all zero, or has a part that is not finite or
 * so large that its square is not, has the cosine 0 with all others.
 * Layer:  text (pure)
 */
#ifndef TEXT_VECTOR_H
#define TEXT_VECTOR_H

#include "base/attr.h"
#include "text/embed.h"

#define VECTOR_BYTES (EMBED_DIMS * sizeof(float))

/** What is looked for, made ready once. */
struct vector_query {
	float values[EMBED_DIMS]; /* of length 1, or all zero */
};

void vector_query_init(struct vector_query *q,
    const float vector[static EMBED_DIMS]) NONNULL(1, 2);
/** From -1 to 1. `row` has VECTOR_BYTES bytes. */
float
vector_cosine(const struct vector_query *q, const void *row) NONNULL(1, 2);

#endif
