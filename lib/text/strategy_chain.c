#include "text/strategy_chain.h"

#include <math.h>

float
strategy_weight(char c, float unit)
{
	int n = c - STRATEGY_CHAR_ZERO;

	return (float)(n < 0 ? -n * n : n * n) * unit;
}

void
strategy_chain_init(struct strategy_chain *chain,
    const struct strategy_unit *units, size_t n, struct arena *a)
{
	size_t size = (n + 1) * sizeof(*chain->score);

	*chain = (struct strategy_chain){ units, n, arena_alloc(a, size),
		arena_alloc(a, size), arena_alloc(a, size),
		arena_alloc(a, (n + 1) * sizeof(*chain->sum)),
		arena_alloc(a, size) };
}

static size_t
labels_of(const struct strategy_chain *chain, size_t i)
{
	return strategy_labels(chain->units[i].speaker).n;
}

static const float (*factors(const struct strategy_chain *chain,
    const struct strategy_links *links, size_t i))[STRATEGY_LABELS_MAX]
{
	return links
	    ->factor[chain->units[i - 1].speaker][chain->units[i].speaker];
}

/** Scores become factors of at most 1. */
static void
make_factors(float *score, size_t n)
{
	float most = score[0];

	for (size_t k = 1; k < n; k++)
		most = score[k] > most ? score[k] : most;
	for (size_t k = 0; k < n; k++)
		score[k] = expf(score[k] - most);
}

static void
forward(
    struct strategy_chain *chain, const struct strategy_links *links, size_t i)
{
	size_t n = labels_of(chain, i);
	float *now = chain->before[i];
	float sum = 0;

	for (size_t k = 0; k < n; k++)
		now[k] = i == 0 ? 1 : 0;
	for (size_t j = 0; i > 0 && j < labels_of(chain, i - 1); j++) {
		const float *f = factors(chain, links, i)[j];
		float p = chain->before[i - 1][j];

		for (size_t k = 0; k < n; k++)
			now[k] += p * f[k];
	}
	for (size_t k = 0; k < n; k++)
		sum += now[k] *= chain->score[i][k];
	for (size_t k = 0; k < n; k++)
		now[k] /= sum;
	chain->sum[i] = sum;
}

static void
backward(
    struct strategy_chain *chain, const struct strategy_links *links, size_t i)
{
	size_t n = labels_of(chain, i);

	for (size_t j = 0; j < n; j++) {
		float *now = &chain->behind[i][j];
		const float *f;

		*now = 1;
		if (i + 1 == chain->n)
			continue;
		*now = 0;
		f = factors(chain, links, i + 1)[j];
		for (size_t k = 0; k < labels_of(chain, i + 1); k++)
			*now += f[k] * chain->score[i + 1][k] *
			    chain->behind[i + 1][k];
		*now /= chain->sum[i + 1];
	}
	for (size_t k = 0; k < n; k++)
		chain->p[i][k] = chain->before[i][k] * chain->behind[i][k];
}

void
strategy_chain_run(
    struct strategy_chain *chain, const struct strategy_links *links)
{
	for (size_t i = 0; i < chain->n; i++)
		make_factors(chain->score[i], labels_of(chain, i));
	for (size_t i = 0; i < chain->n; i++)
		forward(chain, links, i);
	for (size_t i = chain->n; i-- > 0;)
		backward(chain, links, i);
}

float
strategy_chain_pair(const struct strategy_chain *chain,
    const struct strategy_links *links, size_t i, size_t j, size_t k)
{
	return chain->before[i - 1][j] * factors(chain, links, i)[j][k] *
	    chain->score[i][k] * chain->behind[i][k] / chain->sum[i];
}
