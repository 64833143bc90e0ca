#include "text/strategy.h"

#include <math.h>
#include <string.h>

#include "text/strategy_chain.h"

/** The row of a feature in a table of the model, or NULL. */
static const char *
find_row(const char *rows, size_t n, size_t width, uint32_t hash)
{
	char key[STRATEGY_HASH_DIGITS];
	size_t from = 0;

	for (size_t i = STRATEGY_HASH_DIGITS; i-- > 0; hash >>= 4)
		key[i] = "0123456789abcdef"[hash & 15];
	while (from < n) {
		size_t middle = from + (n - from) / 2;
		const char *row = &rows[middle * width];
		int order = memcmp(key, row, sizeof(key));

		if (order == 0)
			return row + sizeof(key);
		if (order < 0)
			n = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

static void
add_scores(const struct strategy_model *m, enum strategy_speaker speaker,
    const struct strategy_features *f, float *score)
{
	size_t labels = strategy_labels(speaker).n;
	size_t width = STRATEGY_HASH_DIGITS + labels;

	for (size_t i = 0; i < f->n; i++) {
		const char *row = find_row(m->rows[speaker], m->n_rows[speaker],
		    width, f->items[i].hash);

		for (size_t k = 0; row != NULL && k < labels; k++)
			score[k] += f->items[i].value *
			    strategy_weight(row[k], m->unit);
	}
}

static struct strategy_links *
read_links(const struct strategy_model *m, struct arena *a)
{
	struct strategy_links *links = arena_alloc(a, sizeof(*links));
	float *factor = &links->factor[0][0][0][0];

	for (size_t i = 0; i < STRATEGY_LINKS; i++)
		factor[i] = expf(strategy_weight(m->links[i], m->link_unit));
	return links;
}

/** The class of a sentence of the seller. */
static struct strategy_answer
choose_class(const struct strategy_model *m, const float *p)
{
	struct strategy_labels labels = strategy_labels(STRATEGY_SELLER);
	float of[STRATEGY_CLASS__MAX] = { 0 };
	size_t best = STRATEGY_NONE;

	for (size_t k = 0; k < labels.n; k++)
		of[labels.items[k].class] += p[k];
	for (size_t c = 0; c < STRATEGY_CLASS__MAX; c++)
		if (of[c] * m->favour[c] > of[best] * m->favour[best])
			best = c;
	return (struct strategy_answer){ (enum strategy_class)best, of[best],
		false };
}

/** Does a sentence of the buyer object? */
static struct strategy_answer
choose_objection(const struct strategy_model *m, const float *p)
{
	struct strategy_labels labels = strategy_labels(STRATEGY_BUYER);
	float sum = 0;

	for (size_t k = 0; k < labels.n; k++)
		if (labels.items[k].objection)
			sum += p[k];
	return (
	    struct strategy_answer){ STRATEGY_NONE, sum, sum >= m->objects };
}

void
strategy_run(const struct strategy_model *m, const struct strategy_unit *units,
    size_t n, struct arena *a, struct strategy_answer *out)
{
	struct strategy_features *f = arena_alloc(a, sizeof(*f));
	struct strategy_talk talk;
	struct strategy_chain chain;

	strategy_talk_init(&talk, units, n, a);
	strategy_chain_init(&chain, units, n, a);
	for (size_t i = 0; i < n; i++) {
		strategy_features(&talk, i, f);
		add_scores(m, units[i].speaker, f, chain.score[i]);
	}
	strategy_chain_run(&chain, read_links(m, a));
	for (size_t i = 0; i < n; i++)
		out[i] = units[i].speaker == STRATEGY_SELLER
		    ? choose_class(m, chain.p[i])
		    : choose_objection(m, chain.p[i]);
}

uint64_t
strategy_digest(const struct strategy_unit *units, size_t n)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < n; i++) {
		h = (h ^ (uint64_t)units[i].speaker) * 1099511628211u;
		for (size_t k = 0; k < units[i].text.n; k++)
			h = (h ^ (unsigned char)units[i].text.p[k]) *
			    1099511628211u;
	}
	return h;
}
