/** Chunks and embeddings. */
#include <math.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "harness/check.h"
#include "harness/guard.h"
#include "text/chunk.h"
#include "text/embed.h"

static void
parse(const char *text, struct arena *a, struct transcript *t)
{
	CHECK(transcript_parse(slice_from(text), TRANSCRIPT_AUTO, a, t) ==
	    TRANSCRIPT_OK);
}

static void
test_one(void)
{
	struct arena a = ARENA_INIT;
	struct transcript t;
	struct chunk_list list;

	parse("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Hi\n\n"
	      "00:03.000 --> 00:04.000\n<v Ann>there\n\n"
	      "00:05.000 --> 00:06.000\n<v Bo>Ho\n",
	    &a, &t);
	chunk_split(&t, &a, &list);
	CHECK(list.n == 1);
	CHECK_SLICE(list.items[0].text, "Ann: Hi\nthere\nBo: Ho");
	CHECK_SLICE(list.items[0].speakers, "Ann, Bo");
	CHECK(list.items[0].start_ms == 1000 && list.items[0].end_ms == 6000);
	CHECK(list.items[0].first_cue == 0 && list.items[0].last_cue == 2);
	arena_fini(&a);
}

/* 200 cues of ten words: whole cues overlap, none is left out. */
static void
test_overlap(void)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct transcript t;
	struct chunk_list list;

	for (int i = 0; i < 200; i++)
		buf_addf(&b, "%s: %d a b c d e f g h i\n",
		    i % 2 == 0 ? "Ann" : "Bo", i);
	parse(buf_cstr(&b), &a, &t);
	chunk_split(&t, &a, &list);
	CHECK(list.n > 10 && list.n < 16);
	for (size_t i = 0; i < list.n; i++) {
		size_t cues =
		    list.items[i].last_cue - list.items[i].first_cue + 1;

		CHECK(list.items[i].index == i && cues <= 20);
		if (i == 0)
			continue;
		CHECK(list.items[i].first_cue ==
		    list.items[i - 1].last_cue + 1 - 4);
	}
	CHECK(list.items[list.n - 1].last_cue == 199);
	buf_fini(&b);
	arena_fini(&a);
}

/* Text without a space, of three-byte characters. */
static void
test_long_cue(void)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct transcript t;
	struct chunk_list list;
	size_t total = 0;

	for (int i = 0; i < 20000; i++)
		buf_adds(&b, "\xe3\x81\x84");
	parse(buf_cstr(&b), &a, &t);
	chunk_split(&t, &a, &list);
	CHECK(list.n > 10);
	for (size_t i = 0; i < list.n; i++) {
		CHECK(utf8_valid(list.items[i].text));
		CHECK(list.items[i].text.n <= CHUNK_BYTES);
		total += list.items[i].text.n;
	}
	CHECK(total == b.n);
	buf_fini(&b);
	arena_fini(&a);
}

static double
product(const float *a, const float *b)
{
	double sum = 0;

	for (size_t i = 0; i < EMBED_DIMS; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

static void
test_embed_length(void)
{
	static const char *const texts[] = { "a", "Hello, world",
		"\xc3\xa4\xc3\xb6 1 2 3", "the the the" };
	float v[EMBED_DIMS];

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct guard g = guard_copy(texts[i], strlen(texts[i]));

		embed_text(g.s, v);
		CHECK(fabs(product(v, v) - 1) < 1e-5);
		guard_free(&g);
	}
	embed_text(SLICE(""), v);
	CHECK(product(v, v) <= 0);
	embed_text(SLICE(" ?! "), v);
	CHECK(product(v, v) <= 0);
}

static void
test_embed_near(void)
{
	static float a[EMBED_DIMS];
	static float b[EMBED_DIMS];
	static float c[EMBED_DIMS];

	embed_text(SLICE("What does the annual plan cost per seat?"), a);
	embed_text(SLICE("the Annual Plans COST forty dollars a seat"), b);
	embed_text(SLICE("My daughter plays football on Sunday."), c);
	CHECK(product(a, b) > 0.3);
	CHECK(product(a, b) > product(a, c) + 0.2);
	embed_text(SLICE("What does the annual plan cost per seat?"), b);
	for (size_t i = 0; i < EMBED_DIMS; i++)
		CHECK(a[i] <= b[i] && a[i] >= b[i]);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_one),
	    CHECK_CASE(test_overlap), CHECK_CASE(test_long_cue),
	    CHECK_CASE(test_embed_length), CHECK_CASE(test_embed_near),
	    { NULL, NULL } });
}
