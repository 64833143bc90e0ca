#include "evaluate/train.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Found on five folds that are not those of `make evaluate`; doc/analyst.md
 * says how much each matters.
 */
#define EPOCHS     10
#define STEP       0.1f
#define STEP_LAST  0.1f /* of STEP, in the last epoch */
#define LINK_STEP  0.5f /* of STEP */
#define DECAY      1e-3f
#define LINK_DECAY 1e-3f
#define SEEN_LEAST 3u /* sentences that have a feature */
/* A rare class is chosen rather than a frequent one: for macro-F1. */
#define FAVOUR_POWER 0.4f
/* Precision against recall of objections: where F1 is best. */
#define OBJECTS 0.15f
/* Rows kept: more than these change nothing, and fit into 1.5 MB. */
static const size_t rows_most[STRATEGY_SPEAKERS] = { 24000, 12000 };

#define LABELS STRATEGY_LABELS_MAX
#define SLOTS  ((size_t)1 << 18)

struct train_unit {
	const struct strategy_feature *items;
	uint32_t *ids; /* of the weights, in one training */
	size_t n;
};

/** A feature of one speaker's sentences. */
struct weights {
	uint32_t hash;
	uint32_t seen;
	float w[LABELS];
	float squares[LABELS];
};

struct trainer {
	const struct train_data *data;
	const bool *use;
	uint32_t *slots[STRATEGY_SPEAKERS];
	struct weights *weights[STRATEGY_SPEAKERS];
	uint32_t n[STRATEGY_SPEAKERS];
	float links[STRATEGY_LINKS];
	float link_squares[STRATEGY_LINKS];
	struct strategy_links factors;
	struct train_unit **units;
	uint64_t random;
};

static size_t
labels_n(enum strategy_speaker speaker)
{
	return strategy_labels(speaker).n;
}

void
train_data_init(
    struct train_data *data, const struct dialogues *d, struct arena *a)
{
	struct strategy_features *f = arena_alloc(a, sizeof(*f));

	data->dialogues = d;
	data->units = arena_alloc(a, d->n * sizeof(struct train_unit *));
	for (size_t i = 0; i < d->n; i++) {
		const struct dialogue *one = &d->items[i];
		struct strategy_talk talk;

		data->units[i] = arena_alloc(a, one->n * sizeof(**data->units));
		strategy_talk_init(&talk, one->units, one->n, a);
		for (size_t k = 0; k < one->n; k++) {
			struct strategy_feature *items;

			strategy_features(&talk, k, f);
			items = arena_alloc(a, f->n * sizeof(*items));
			memcpy(items, f->items, f->n * sizeof(*items));
			data->units[i][k] =
			    (struct train_unit){ items, NULL, f->n };
		}
	}
}

/** The slot of a feature, which may be empty. */
static uint32_t *
find_slot(const struct trainer *t, enum strategy_speaker who, uint32_t hash)
{
	size_t i = hash % SLOTS;

	while (t->slots[who][i] != 0 &&
	    t->weights[who][t->slots[who][i]].hash != hash)
		i = (i + 1) % SLOTS;
	return &t->slots[who][i];
}

static void
count_unit(
    struct trainer *t, enum strategy_speaker who, const struct train_unit *u)
{
	for (size_t k = 0; k < u->n; k++) {
		uint32_t *slot = find_slot(t, who, u->items[k].hash);

		if (*slot == 0) {
			if (t->n[who] + 1 == SLOTS / 4 * 3)
				continue;
			*slot = ++t->n[who];
			t->weights[who][*slot].hash = u->items[k].hash;
		}
		t->weights[who][*slot].seen++;
	}
}

/** Keep of a unit's features those that are seen often enough. */
static struct train_unit
reduce_unit(struct trainer *t, enum strategy_speaker who,
    const struct train_unit *u, struct arena *a)
{
	struct strategy_feature *items = arena_alloc(a, u->n * sizeof(*items));
	struct train_unit out = { items,
		arena_alloc(a, u->n * sizeof(*out.ids)), 0 };

	for (size_t k = 0; k < u->n; k++) {
		uint32_t id = *find_slot(t, who, u->items[k].hash);

		if (id == 0 || t->weights[who][id].seen < SEEN_LEAST)
			continue;
		items[out.n] = u->items[k];
		out.ids[out.n++] = id;
	}
	return out;
}

static void
count_features(struct trainer *t, struct arena *a)
{
	const struct dialogues *d = t->data->dialogues;

	for (int who = 0; who < STRATEGY_SPEAKERS; who++) {
		t->slots[who] = arena_alloc(a, SLOTS * sizeof(uint32_t));
		t->weights[who] =
		    arena_alloc(a, SLOTS * sizeof(struct weights));
	}
	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; t->use[i] && k < d->items[i].n; k++)
			count_unit(t, d->items[i].units[k].speaker,
			    &t->data->units[i][k]);
	t->units = arena_alloc(a, d->n * sizeof(struct train_unit *));
	for (size_t i = 0; i < d->n; i++) {
		if (!t->use[i])
			continue;
		t->units[i] =
		    arena_alloc(a, d->items[i].n * sizeof(**t->units));
		for (size_t k = 0; k < d->items[i].n; k++)
			t->units[i][k] =
			    reduce_unit(t, d->items[i].units[k].speaker,
				&t->data->units[i][k], a);
	}
}

static void
score_unit(const struct trainer *t, enum strategy_speaker who,
    const struct train_unit *u, float *score)
{
	for (size_t i = 0; i < u->n; i++) {
		const float *w = t->weights[who][u->ids[i]].w;

		for (size_t k = 0; k < LABELS; k++)
			score[k] += u->items[i].value * w[k];
	}
}

/** One step against the gradient of one unit. */
static void
step_unit(struct trainer *t, enum strategy_speaker who,
    const struct train_unit *u, const float *gradient, float step)
{
	for (size_t i = 0; i < u->n; i++) {
		struct weights *w = &t->weights[who][u->ids[i]];
		float value = u->items[i].value;

		for (size_t k = 0; k < LABELS; k++) {
			float g = gradient[k] * value + DECAY * w->w[k];

			w->squares[k] += g * g;
			w->w[k] -= step * g / sqrtf(1 + w->squares[k]);
		}
	}
}

static size_t
link_at(
    enum strategy_speaker from, enum strategy_speaker to, size_t j, size_t k)
{
	return (((size_t)from * STRATEGY_SPEAKERS + to) * LABELS + j) * LABELS +
	    k;
}

static void
step_links(struct trainer *t, const struct strategy_chain *chain,
    const struct dialogue *d, float step)
{
	static _Thread_local float gradient[STRATEGY_LINKS];
	float *factor = &t->factors.factor[0][0][0][0];

	memset(gradient, 0, sizeof(gradient));
	for (size_t i = 1; i < d->n; i++) {
		enum strategy_speaker from = d->units[i - 1].speaker;
		enum strategy_speaker to = d->units[i].speaker;

		for (size_t j = 0; j < labels_n(from); j++)
			for (size_t k = 0; k < labels_n(to); k++)
				gradient[link_at(from, to, j, k)] +=
				    strategy_chain_pair(
					chain, &t->factors, i, j, k);
		gradient[link_at(from, to, d->label[i - 1], d->label[i])] -= 1;
	}
	for (size_t i = 0; i < STRATEGY_LINKS; i++) {
		float g = gradient[i] + LINK_DECAY * t->links[i];

		t->link_squares[i] += g * g;
		t->links[i] -=
		    LINK_STEP * step * g / sqrtf(1 + t->link_squares[i]);
		factor[i] = expf(t->links[i]);
	}
}

static void
step_dialogue(struct trainer *t, size_t index, float step)
{
	const struct dialogue *d = &t->data->dialogues->items[index];
	struct arena a = ARENA_INIT;
	struct strategy_chain chain;

	strategy_chain_init(&chain, d->units, d->n, &a);
	for (size_t i = 0; i < d->n; i++)
		score_unit(t, d->units[i].speaker, &t->units[index][i],
		    chain.score[i]);
	strategy_chain_run(&chain, &t->factors);
	step_links(t, &chain, d, step);
	for (size_t i = 0; i < d->n; i++) {
		chain.p[i][d->label[i]] -= 1;
		step_unit(t, d->units[i].speaker, &t->units[index][i],
		    chain.p[i], step);
	}
	arena_fini(&a);
}

/** Not for secrets: xorshift, the same everywhere. */
static size_t
random_below(struct trainer *t, size_t n)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return (size_t)(t->random % n);
}

static void
run_epochs(struct trainer *t, struct arena *a)
{
	size_t n = 0;
	size_t *order = arena_alloc(a, t->data->dialogues->n * sizeof(*order));

	for (size_t i = 0; i < t->data->dialogues->n; i++)
		if (t->use[i])
			order[n++] = i;
	for (int epoch = 0; epoch < EPOCHS; epoch++) {
		float step =
		    STEP * (1 - (1 - STEP_LAST) * (float)epoch / EPOCHS);

		for (size_t i = n; i-- > 1;) {
			size_t j = random_below(t, i + 1);
			size_t other = order[i];

			order[i] = order[j];
			order[j] = other;
		}
		for (size_t i = 0; i < n; i++)
			step_dialogue(t, order[i], step);
	}
}

/* --- rounding ------------------------------------------------------------- */

static char
weight_char(float w, float unit)
{
	/* Where nothing was learned, the unit is 0. */
	int n = unit > 0 ? (int)lroundf(sqrtf(fabsf(w) / unit)) : 0;

	if (n > STRATEGY_CHAR_MOST)
		n = STRATEGY_CHAR_MOST;
	return (char)(STRATEGY_CHAR_ZERO + (w < 0 ? -n : n));
}

/** How much a feature says. */
static float
size_of(const struct weights *w)
{
	float sum = 0;

	for (size_t k = 0; k < LABELS; k++)
		sum += w->w[k] * w->w[k];
	return sum;
}

static int
by_size(const void *a, const void *b)
{
	float x = size_of(*(const struct weights *const *)a);
	float y = size_of(*(const struct weights *const *)b);

	return (x < y) - (x > y);
}

static int
by_hash(const void *a, const void *b)
{
	uint32_t x = (*(const struct weights *const *)a)->hash;
	uint32_t y = (*(const struct weights *const *)b)->hash;

	return (x > y) - (x < y);
}

static float
largest(const struct trainer *t)
{
	float most = 0;

	for (int who = 0; who < STRATEGY_SPEAKERS; who++)
		for (uint32_t i = 1; i <= t->n[who]; i++)
			for (size_t k = 0; k < LABELS; k++)
				most =
				    fmaxf(most, fabsf(t->weights[who][i].w[k]));
	return most;
}

static void
write_rows(const struct trainer *t, enum strategy_speaker who,
    struct strategy_model *m, struct arena *a)
{
	size_t width = STRATEGY_HASH_DIGITS + labels_n(who);
	const struct weights **rows =
	    arena_alloc(a, (t->n[who] + 1) * sizeof(struct weights *));
	size_t n = 0;
	char *text;

	for (uint32_t i = 1; i <= t->n[who]; i++)
		if (t->weights[who][i].seen >= SEEN_LEAST)
			rows[n++] = &t->weights[who][i];
	qsort(rows, n, sizeof(struct weights *), by_size);
	n = n < rows_most[who] ? n : rows_most[who];
	qsort(rows, n, sizeof(struct weights *), by_hash);
	text = arena_alloc(a, n * width + 1);
	for (size_t i = 0; i < n; i++) {
		char *row = &text[i * width];

		(void)snprintf(
		    row, STRATEGY_HASH_DIGITS + 1, "%08" PRIx32, rows[i]->hash);
		for (size_t k = 0; k < labels_n(who); k++)
			row[STRATEGY_HASH_DIGITS + k] =
			    weight_char(rows[i]->w[k], m->unit);
	}
	m->rows[who] = text;
	m->n_rows[who] = n;
}

/** What a class's probability is multiplied by: the rare are favoured. */
static void
find_favour(const struct trainer *t, struct strategy_model *m)
{
	const struct dialogues *d = t->data->dialogues;
	float seen[STRATEGY_CLASS__MAX] = { 0 };
	float all = 0;

	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; t->use[i] && k < d->items[i].n; k++)
			if (d->items[i].units[k].speaker == STRATEGY_SELLER) {
				seen[d->items[i].class[k]]++;
				all++;
			}
	/* No seller's sentence: all alike. */
	all = fmaxf(all, 1);
	for (size_t c = 0; c < STRATEGY_CLASS__MAX; c++)
		m->favour[c] = powf(
		    (seen[c] + 1) * STRATEGY_CLASS__MAX / all, -FAVOUR_POWER);
}

static struct strategy_model
round_model(const struct trainer *t, struct arena *a)
{
	struct strategy_model m = { .objects = OBJECTS };
	float most = 0;
	char *links = arena_alloc(a, STRATEGY_LINKS + 1);
	float squared = STRATEGY_CHAR_MOST * STRATEGY_CHAR_MOST;

	m.unit = largest(t) / squared;
	for (size_t i = 0; i < STRATEGY_LINKS; i++)
		most = fmaxf(most, fabsf(t->links[i]));
	m.link_unit = most / squared;
	for (size_t i = 0; i < STRATEGY_LINKS; i++)
		links[i] = weight_char(t->links[i], m.link_unit);
	m.links = links;
	write_rows(t, STRATEGY_SELLER, &m, a);
	write_rows(t, STRATEGY_BUYER, &m, a);
	find_favour(t, &m);
	return m;
}

struct strategy_model
train_model(const struct train_data *data, const bool *use, struct arena *a)
{
	struct arena work = ARENA_INIT;
	struct trainer *t = arena_alloc(&work, sizeof(*t));
	float *factor = &t->factors.factor[0][0][0][0];
	struct strategy_model m;

	t->data = data;
	t->use = use;
	t->random = 88172645463325252u;
	for (size_t i = 0; i < STRATEGY_LINKS; i++)
		factor[i] = 1;
	count_features(t, &work);
	run_epochs(t, &work);
	m = round_model(t, a);
	arena_fini(&work);
	return m;
}

static void
write_lines(FILE *out, char letter, const char *text, size_t width, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)fprintf(
		    out, "%c %.*s\n", letter, (int)width, &text[i * width]);
}

void
train_write(
    const struct strategy_model *m, const struct dialogues *d, FILE *out)
{
	(void)fprintf(out,
	    "# The weights of lib/text/strategy.h, written by `make train`.\n"
	    "# Derived from annotated dialogues of the PersuasionForGood\n"
	    "# corpus (Wang et al., ACL 2019), Apache-2.0: doc/analyst.md.\n");
	(void)fprintf(out, "n %.9e %.9e %.9e\nf", (double)m->unit,
	    (double)m->link_unit, (double)m->objects);
	for (size_t c = 0; c < STRATEGY_CLASS__MAX; c++)
		(void)fprintf(out, " %.6e", (double)m->favour[c]);
	(void)fprintf(out, "\n");
	for (size_t i = 0; i < d->n; i++)
		(void)fprintf(out, "d %016" PRIx64 "\n", d->items[i].digest);
	write_lines(out, 'l', m->links, STRATEGY_LABELS_MAX,
	    STRATEGY_LINKS / STRATEGY_LABELS_MAX);
	write_lines(out, 's', m->rows[STRATEGY_SELLER],
	    STRATEGY_HASH_DIGITS + labels_n(STRATEGY_SELLER),
	    m->n_rows[STRATEGY_SELLER]);
	write_lines(out, 'b', m->rows[STRATEGY_BUYER],
	    STRATEGY_HASH_DIGITS + labels_n(STRATEGY_BUYER),
	    m->n_rows[STRATEGY_BUYER]);
}
