/**
 * Nearest neighbours by an exact scan: the cosine of one vector with each of
 * many, and the best of them.
 *
 *      vector_top_init(&top, hits, k);
 *      while (a row)
 *              vector_top_offer(&top, id, vector_cosine(&q, blob));
 *      n = vector_top_sort(&top);       (hits[0] is the nearest)
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

#include <stddef.h>
#include <stdint.h>

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

struct vector_hit {
	int64_t id;
	float cosine;
};

/** The k best seen so far: a heap with the worst of them on top. */
struct vector_top {
	struct vector_hit *hits; /* the caller's, room for k */
	size_t k;
	size_t n;
};

void vector_top_init(struct vector_top *top, struct vector_hit *hits, size_t k)
    NONNULL(1);
/** Of equal cosines the smaller id is the better one. */
void
vector_top_offer(struct vector_top *top, int64_t id, float cosine) NONNULL(1);
/** Put them in order, best first; how many. The heap is over with that. */
size_t vector_top_sort(struct vector_top *top) NONNULL(1);

#endif
