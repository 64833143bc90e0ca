/** The model of what persuades: words, features, chain, weights, answers. */
#include <math.h>

#include "harness/check.h"
#include "text/analyst.h"
#include "text/strategy_chain.h"

static void
test_words(void)
{
	static const struct {
		int line;
		const char *sentence;
		const char *want; /* joined by a space */
	} rows[] = {
		{ __LINE__, "Don\xe2\x80\x99t give $5!", "dont give $ # !" },
		{ __LINE__, "it's 10:30... ok?", "its # # .. ok ?" },
		{ __LINE__, "5k", "# k" },
		{ __LINE__, "", "" },
		{ __LINE__, "--", "" },
		{ __LINE__, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b",
		    "aaaaaaaaaaaaaaaaaaaaaaaa b" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = ARENA_INIT;
		struct strategy_words w =
		    strategy_words(slice_from(rows[i].sentence), &a);
		const char *text = "";

		for (size_t k = 0; k < w.n; k++)
			text = arena_printf(&a, "%s%s%.*s", text,
			    k == 0 ? "" : " ", SLICE_ARG(w.items[k].text));
		CHECK_SLICE_ROW(rows[i].line, slice_from(text), rows[i].want);
		arena_fini(&a);
	}
}

/** What is alike is of one sort. */
static void
test_sorts(void)
{
	struct arena a = ARENA_INIT;
	struct strategy_words x = strategy_words(SLICE("my nephew"), &a);
	struct strategy_words y = strategy_words(SLICE("me brother"), &a);

	CHECK(x.sorts != 0 && x.sorts == y.sorts && x.twice == 0);
	CHECK_SLICE(x.items[0].tag, "A");
	CHECK(slice_eq(x.items[1].tag, y.items[1].tag));
	CHECK(strategy_words(SLICE("Me, myself and I?"), &a).twice == 1);
	arena_fini(&a);
}

#define TALK 8
/* Said by nobody but this test. */
static const struct {
	enum strategy_speaker speaker;
	const char *text;
	enum strategy_class class;
	bool objection;
} talk[TALK] = {
	{ STRATEGY_SELLER, "Have you ever heard of Save the Children?",
	    STRATEGY_SOURCE_INQUIRY, false },
	{ STRATEGY_BUYER, "No, what do they do?", STRATEGY_NONE, false },
	{ STRATEGY_SELLER,
	    "They are an international organization that promotes children's "
	    "rights and provides relief in developing countries.",
	    STRATEGY_CREDIBILITY, false },
	{ STRATEGY_SELLER,
	    "Millions of children are suffering from war and hunger, it breaks "
	    "my heart.",
	    STRATEGY_EMOTION, false },
	{ STRATEGY_BUYER,
	    "I don't trust charities, I am not going to donate anything.",
	    STRATEGY_NONE, true },
	{ STRATEGY_SELLER, "Even a small amount helps, just a few cents.",
	    STRATEGY_FOOT_IN_DOOR, false },
	{ STRATEGY_SELLER,
	    "The donation is deducted from your task payment and you can "
	    "choose any amount.",
	    STRATEGY_INFORMATION, false },
	{ STRATEGY_SELLER, "Thank you so much, have a great day!",
	    STRATEGY_NONE, false },
};

static void
read_talk(struct strategy_unit *units)
{
	for (size_t i = 0; i < TALK; i++)
		units[i] = (struct strategy_unit){ talk[i].speaker,
			slice_from(talk[i].text) };
}

static void
test_features(void)
{
	struct arena a = ARENA_INIT;
	struct strategy_unit units[TALK];
	struct strategy_talk t;
	struct strategy_features *f = arena_alloc(&a, 2 * sizeof(*f));

	read_talk(units);
	strategy_talk_init(&t, units, TALK, &a);
	CHECK(t.places[4].turn == 1 && t.places[5].turn == 2);
	CHECK(t.places[5].first == 5 && t.places[5].end == 8);
	for (size_t i = 0; i < TALK; i++) {
		float sum = 0;

		strategy_features(&t, i, &f[0]);
		strategy_features(&t, i, &f[1]);
		CHECK(f[0].n > 50 && f[0].n == f[1].n);
		CHECK(memcmp(f[0].items, f[1].items,
			  f[0].n * sizeof(f[0].items[0])) == 0);
		for (size_t k = 0; k < f[0].n; k++)
			sum += f[0].items[k].value * f[0].items[k].value;
		CHECK(fabsf(sqrtf(sum) - STRATEGY_FEATURES_NORM) < 1e-3f);
	}
	arena_fini(&a);
}

/** The weights are sorted and print. */
static void
test_model(void)
{
	const struct strategy_model *m = strategy_shipped();

	for (int who = 0; who < STRATEGY_SPEAKERS; who++) {
		size_t width = STRATEGY_HASH_DIGITS +
		    strategy_labels((enum strategy_speaker)who).n;
		const char *rows = m->rows[who];

		CHECK(m->n_rows[who] > 1000);
		CHECK(strlen(rows) == m->n_rows[who] * width);
		for (size_t i = 1; i < m->n_rows[who]; i++)
			CHECK(memcmp(&rows[(i - 1) * width], &rows[i * width],
				  STRATEGY_HASH_DIGITS) < 0);
	}
	for (size_t c = 0; c < STRATEGY_CLASS__MAX; c++)
		CHECK(m->favour[c] > 0);
	CHECK(strategy_weight(STRATEGY_CHAR_ZERO - 2, 0.5f) == -2);
	CHECK(strategy_weight(STRATEGY_CHAR_ZERO + 3, 0.5f) == 4.5f);
}

/** Three sentences: the sum over all ways to label them, the long way. */
static void
test_chain(void)
{
	struct arena a = ARENA_INIT;
	struct strategy_unit units[3] = { { STRATEGY_SELLER, SLICE_EMPTY },
		{ STRATEGY_BUYER, SLICE_EMPTY },
		{ STRATEGY_SELLER, SLICE_EMPTY } };
	struct strategy_links *links = arena_alloc(&a, sizeof(*links));
	struct strategy_chain c;
	size_t n = strategy_labels(STRATEGY_SELLER).n;
	size_t m = strategy_labels(STRATEGY_BUYER).n;
	double all = 0, first = 0, pair = 0;

	strategy_chain_init(&c, units, 3, &a);
	for (size_t i = 0; i < STRATEGY_LINKS; i++)
		(&links->factor[0][0][0][0])[i] = 0.5f + (float)(i * 7 % 11);
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < n; k++)
			c.score[i][k] = (float)((i + 3) * (k + 1) % 7) / 3;
	for (size_t x = 0; x < n; x++)
		for (size_t y = 0; y < m; y++)
			for (size_t z = 0; z < n; z++) {
				double p = exp((double)(c.score[0][x] +
					       c.score[1][y] + c.score[2][z])) *
				    (double)links->factor[0][1][x][y] *
				    (double)links->factor[1][0][y][z];

				all += p;
				first += x == 4 ? p : 0;
				pair += y == 2 && z == 5 ? p : 0;
			}
	strategy_chain_run(&c, links);
	CHECK(fabs((double)c.p[0][4] - first / all) < 1e-4);
	CHECK(fabs((double)strategy_chain_pair(&c, links, 2, 2, 5) -
		  pair / all) < 1e-4);
	arena_fini(&a);
}

static void
test_answers(void)
{
	struct arena a = ARENA_INIT;
	struct strategy_unit units[TALK];
	struct strategy_answer out[TALK];

	read_talk(units);
	strategy_run(strategy_shipped(), units, TALK, &a, out);
	for (size_t i = 0; i < TALK; i++) {
		CHECK(out[i].class == talk[i].class);
		CHECK(out[i].objection == talk[i].objection);
		CHECK(out[i].probability > 0 && out[i].probability < 1.001f);
	}
	strategy_run(strategy_shipped(), units, 0, &a, out);
	arena_fini(&a);
}

/** Names of the data set, and what the analyst makes of them. */
static void
test_labels(void)
{
	CHECK(strategy_label_find(STRATEGY_SELLER, SLICE("no such label")) ==
	    strategy_label_find(STRATEGY_SELLER, SLICE("other")));
	for (int c = 0; c < STRATEGY_NONE; c++) {
		const char *name = strategy_class_name((enum strategy_class)c);
		size_t label =
		    strategy_label_find(STRATEGY_SELLER, slice_from(name));

		CHECK(
		    (int)strategy_labels(STRATEGY_SELLER).items[label].class ==
		    c);
		CHECK(strategy_technique((enum strategy_class)c) >= 0);
	}
	CHECK(strategy_technique(STRATEGY_STORY) == ANALYST_STORY);
	CHECK(strategy_technique(STRATEGY_NONE) == -1);
}

static void
test_digest(void)
{
	struct strategy_unit units[TALK];
	uint64_t digest;

	read_talk(units);
	digest = strategy_digest(units, TALK);
	CHECK(digest == strategy_digest(units, TALK));
	CHECK(!strategy_trained_on(digest));
	units[0].speaker = STRATEGY_BUYER;
	CHECK(digest != strategy_digest(units, TALK));
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_words),
	    CHECK_CASE(test_sorts), CHECK_CASE(test_features),
	    CHECK_CASE(test_model), CHECK_CASE(test_chain),
	    CHECK_CASE(test_answers), CHECK_CASE(test_labels),
	    CHECK_CASE(test_digest), { NULL, NULL } });
}
