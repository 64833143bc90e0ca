#include "text/rank_fusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
rank_fusion_init(struct rank_fusion *f, struct rank_item *items)
{
	*f = (struct rank_fusion){ items, 0 };
}

/* A few hundred at most: looking through them costs less than a table. */
static struct rank_item *
find(struct rank_fusion *f, struct slice key, const void *thing)
{
	for (size_t i = 0; i < f->n; i++)
		if (slice_eq(f->items[i].key, key))
			return &f->items[i];
	f->items[f->n] = (struct rank_item){ .key = key, .thing = thing };
	return &f->items[f->n++];
}

void
rank_fusion_add(struct rank_fusion *f, unsigned ranking, unsigned rank,
    struct slice key, const void *thing)
{
	struct rank_item *item = find(f, key, thing);

	if (item->rank[ranking] == 0)
		item->rank[ranking] = rank;
}

/* In one order for all, so that equal ranks give equal bits. */
static double
score_of(const struct rank_item *item)
{
	double score = 0;

	for (unsigned i = 0; i < RANK_FUSION_RANKINGS; i++)
		if (item->rank[i] != 0)
			score += 1.0 / (RANK_FUSION_K + item->rank[i]);
	return score;
}

static int
by_key(struct slice a, struct slice b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

/* 0, in no ranking, is behind all ranks. */
static int
by_rank(unsigned a, unsigned b)
{
	return (a - 1 > b - 1) - (a - 1 < b - 1);
}

static int
best_first(const void *left, const void *right)
{
	const struct rank_item *a = left, *b = right;

	if (isless(a->score, b->score) || isgreater(a->score, b->score))
		return a->score < b->score ? 1 : -1;
	for (unsigned i = 0; i < RANK_FUSION_RANKINGS; i++)
		if (a->rank[i] != b->rank[i])
			return by_rank(a->rank[i], b->rank[i]);
	return by_key(a->key, b->key);
}

size_t
rank_fusion_sort(struct rank_fusion *f)
{
	for (size_t i = 0; i < f->n; i++)
		f->items[i].score = score_of(&f->items[i]);
	if (f->n > 0)
		qsort(f->items, f->n, sizeof(*f->items), best_first);
	return f->n;
}
