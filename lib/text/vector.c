/*
 * A scan is bound by memory: what counts is one pass over a row, from which
 * the scalar product and the row's length come at once. Four sums each, as one
 * addition would wait for the other; the compiler makes the machine's vector
 * instructions of them (GCC's vector extension: SSE on every x86-64).
 */
#include "text/vector.h"

#include <endian.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
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
