/*
 * A scan is bound by memory: what counts is one pass over a row, from which
 * the scalar product and the row's length come at once. Four sums each, as one
 * addition would wait for the other; the compiler makes the machine's vector
 * instructions of them (GCC's vector extension: SSE on every x86-64).
 */
#include "text/vector.h"

#include <endian.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Floats of a vector register that every machine has, and sums at once. */
#define LANES ((size_t)4)
#define SUMS  ((size_t)4)
#define STEP  (LANES * SUMS)

typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

_Static_assert(EMBED_DIMS % STEP == 0, "no rest");

/* LANES little-endian floats, aligned or not. */
static inline lanes
load(const char *bytes)
{
	uint32_t words[LANES];
	lanes out;

	memcpy(words, bytes, sizeof(words));
	for (size_t i = 0; i < LANES; i++)
		words[i] = le32toh(words[i]);
	memcpy(&out, words, sizeof(out));
	return out;
}

static float
total(const lanes sums[static SUMS])
{
	lanes sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);

	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void
vector_query_init(struct vector_query *q, const float vector[static EMBED_DIMS])
{
	double square = 0;

	for (size_t i = 0; i < EMBED_DIMS; i++)
		square += (double)vector[i] * (double)vector[i];
	for (size_t i = 0; i < EMBED_DIMS; i++)
		q->values[i] = square > 0 && isfinite(square)
		    ? (float)((double)vector[i] / sqrt(square))
		    : 0;
}

float
vector_cosine(const struct vector_query *q, const void *row)
{
	const char *bytes = row;
	lanes product[SUMS] = { { 0 } }, square[SUMS] = { { 0 } };
	float cosine;

	for (size_t i = 0; i < EMBED_DIMS; i += STEP)
#pragma GCC unroll 4 /* the sums stay in registers */
		for (size_t j = 0; j < SUMS; j++) {
			size_t at = i + j * LANES;
			lanes x = load(bytes + at * sizeof(float)), y;

			memcpy(&y, q->values + at, sizeof(y));
			product[j] += x * y;
			square[j] += x * x;
		}
	cosine = total(product) / sqrtf(total(square));
	if (!isfinite(cosine))
		return 0;
	return fmaxf(-1, fminf(1, cosine));
}

void
vector_top_init(struct vector_top *top, struct vector_hit *hits, size_t k)
{
	*top = (struct vector_top){ hits, k, 0 };
}

static bool
is_worse(const struct vector_hit *a, const struct vector_hit *b)
{
	if (isless(a->cosine, b->cosine) || isgreater(a->cosine, b->cosine))
		return a->cosine < b->cosine;
	return a->id > b->id;
}

static void
swap(struct vector_hit *a, struct vector_hit *b)
{
	struct vector_hit kept = *a;

	*a = *b;
	*b = kept;
}

/* The last one is new. */
static void
rise(struct vector_top *top)
{
	size_t at = top->n - 1;

	while (at > 0 && is_worse(&top->hits[at], &top->hits[(at - 1) / 2])) {
		swap(&top->hits[at], &top->hits[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
}

/* The first one is new. */
static void
sink(struct vector_top *top)
{
	size_t at = 0, child;

	while ((child = 2 * at + 1) < top->n) {
		if (child + 1 < top->n &&
		    is_worse(&top->hits[child + 1], &top->hits[child]))
			child++;
		if (!is_worse(&top->hits[child], &top->hits[at]))
			return;
		swap(&top->hits[child], &top->hits[at]);
		at = child;
	}
}

void
vector_top_offer(struct vector_top *top, int64_t id, float cosine)
{
	struct vector_hit hit = { id, cosine };

	if (top->n < top->k) {
		top->hits[top->n++] = hit;
		rise(top);
	} else if (top->k > 0 && is_worse(&top->hits[0], &hit)) {
		top->hits[0] = hit;
		sink(top);
	}
}

static int
best_first(const void *left, const void *right)
{
	const struct vector_hit *a = left, *b = right;

	return is_worse(a, b) - is_worse(b, a);
}

size_t
vector_top_sort(struct vector_top *top)
{
	if (top->n > 0)
		qsort(top->hits, top->n, sizeof(*top->hits), best_first);
	return top->n;
}
