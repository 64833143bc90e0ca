/**
 * Several rankings of the same things made one: a thing's score is the sum of
 * 1 / (60 + rank) over the rankings it is in. Ranks can be added where scores of
 * different kinds cannot.
 *
 *      rank_fusion_init(&f, items);
 *      for each ranking, best first
 *              rank_fusion_add(&f, ranking, rank from 1, key, thing);
 *      n = rank_fusion_sort(&f);        (items[0] is the best)
 *
 * Ownership: items are the caller's, keys and things are borrowed.
 * Failure: none.
 * Layer:  text (pure)
 * Spec:   Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms
 *         Condorcet and individual Rank Learning Methods, SIGIR 2009
 */
#ifndef TEXT_RANK_FUSION_H
#define TEXT_RANK_FUSION_H

#include <stddef.h>

#include "base/attr.h"
#include "base/slice.h"

#define RANK_FUSION_K        60
#define RANK_FUSION_RANKINGS 2

struct rank_item {
	struct slice key; /* what it is told by */
	const void *thing;
	unsigned rank[RANK_FUSION_RANKINGS]; /* from 1; 0: is not in it */
	double score;
};

struct rank_fusion {
	struct rank_item *items; /* room for all that is added */
	size_t n;
};

void
rank_fusion_init(struct rank_fusion *f, struct rank_item *items) NONNULL(1, 2);
/** Of a thing twice in one ranking the first counts. */
void rank_fusion_add(struct rank_fusion *f, unsigned ranking, unsigned rank,
    struct slice key, const void *thing) NONNULL(1);
/** Best first; of equals the one that is better in the first ranking, then in
 *  the next, then the smaller key. How many. */
size_t rank_fusion_sort(struct rank_fusion *f) NONNULL(1);

#endif
