#include "text/vector.h"

#include <math.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"
#include "harness/check.h"
#include "harness/guard.h"

/* Numbers between -1 and 1 that look like none in particular. */
static float
dice(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return (float)(*state >> 8) / (float)(1 << 23) - 1;
}

static void
fill(float v[static EMBED_DIMS], uint32_t seed)
{
	for (size_t i = 0; i < EMBED_DIMS; i++)
		v[i] = dice(&seed);
}

static float
cosine(const float a[static EMBED_DIMS], const float b[static EMBED_DIMS])
{
	static struct vector_query q;

	vector_query_init(&q, a);
	return vector_cosine(&q, b);
}

/* Term by term, in double. */
static double
model(const float a[static EMBED_DIMS], const float b[static EMBED_DIMS])
{
	double ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < EMBED_DIMS; i++) {
		ab += (double)a[i] * (double)b[i];
		aa += (double)a[i] * (double)a[i];
		bb += (double)b[i] * (double)b[i];
	}
	return ab / sqrt(aa * bb);
}

static bool
is_near(float got, double want)
{
	return fabs((double)got - want) < 1e-5;
}

static void
test_against_the_definition(void)
{
	static float a[EMBED_DIMS], b[EMBED_DIMS];

	for (uint32_t seed = 1; seed <= 100; seed++) {
		fill(a, seed);
		fill(b, seed + 1000);
		/* From opposite over strangers to nearly the same. */
		for (size_t i = 0; i < EMBED_DIMS; i++)
			b[i] = b[i] + a[i] * ((float)seed - 50) / 5;
		CHECK(is_near(cosine(a, b), model(a, b)));
		CHECK(is_near(cosine(b, a), model(a, b)));
	}
}

/* Every place counts, and counts the same. */
static void
test_every_place(void)
{
	static float a[EMBED_DIMS], b[EMBED_DIMS];

	for (size_t i = 0; i < EMBED_DIMS; i++)
		a[i] = 1;
	for (size_t i = 0; i < EMBED_DIMS; i++) {
		b[i] = -3;
		CHECK(is_near(cosine(a, b), -1 / sqrt(EMBED_DIMS)));
		b[i] = 0;
	}
}

static void
test_special(void)
{
	static const struct {
		int line;
		float a, b; /* of each vector all places */
		float want;
	} ROWS[] = {
		{ __LINE__, 1, 1, 1 },
		{ __LINE__, 0.5F, -7, -1 },
		{ __LINE__, 1, 1e-15F, 1 },
		{ __LINE__, 1e15F, 1, 1 },
		{ __LINE__, 0, 1, 0 },
		{ __LINE__, 1, 0, 0 },
		{ __LINE__, 0, 0, 0 },
		{ __LINE__, NAN, 1, 0 },
		{ __LINE__, 1, NAN, 0 },
		{ __LINE__, INFINITY, 1, 0 },
		{ __LINE__, 1, -INFINITY, 0 },
		{ __LINE__, 1, 1e30F, 0 },
	};
	static float a[EMBED_DIMS], b[EMBED_DIMS];

	for (size_t r = 0; r < COUNT(ROWS); r++) {
		float got;

		for (size_t i = 0; i < EMBED_DIMS; i++) {
			a[i] = ROWS[r].a;
			b[i] = ROWS[r].b;
		}
		got = cosine(a, b);
		CHECK_ROW(ROWS[r].line, is_near(got, (double)ROWS[r].want));
		CHECK_ROW(ROWS[r].line, got >= -1 && got <= 1);
	}
}

/* Not aligned, little-endian, and not a byte too far. */
static void
test_row_is_bytes(void)
{
	static float a[EMBED_DIMS];
	static unsigned char bytes[VECTOR_BYTES + 1];
	static struct vector_query q;
	struct guard g;

	fill(a, 5);
	for (size_t i = 0; i < EMBED_DIMS; i++) {
		uint32_t word;

		memcpy(&word, &a[i], sizeof(word));
		for (size_t j = 0; j < 4; j++)
			bytes[1 + i * 4 + j] = (unsigned char)(word >> 8 * j);
	}
	vector_query_init(&q, a);
	CHECK(is_near(vector_cosine(&q, bytes + 1), 1));
	g = guard_copy(bytes + 1, VECTOR_BYTES);
	CHECK(is_near(vector_cosine(&q, g.s.p), 1));
	guard_free(&g);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_against_the_definition),
	    CHECK_CASE(test_every_place),
	    CHECK_CASE(test_special),
	    CHECK_CASE(test_row_is_bytes),
	    { NULL, NULL },
	});
}
