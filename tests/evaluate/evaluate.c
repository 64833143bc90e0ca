/**
 * How good is the offline analyst's model? `make evaluate [LABELS=FILE]`.
 *
 * Dialogues that the shipped model was not trained on are given to it. For the
 * others it is cross-validated: they are dealt to ten folds, and those of a
 * fold are given to a model trained on the other nine. Of few, each is a fold
 * and the model is trained on all the rest of the file; if that is too little to
 * train on, they are given to the shipped model too, and it is said. All kinds
 * are counted together.
 */
#include "evaluate/score.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "evaluate/train.h"

#define FOLDS 10u
/* Of fewer known dialogues, ten folds would be of one or none. */
#define FEW 20u
/* Of fewer dialogues hardly a word is seen often enough to be learned. */
#define TRAIN_LEAST 10u
/* A core each; a training takes 150 MB. */
#define THREADS_MAX 4

struct run {
	const struct dialogues *d;
	struct train_data data;
	bool *known;
	size_t n_known;
	size_t *fold;
	size_t folds;
	struct strategy_answer **answers;
	atomic_size_t next;
	atomic_int_fast64_t cpu_ns; /* of all answers */
	uint64_t random;
};

static int64_t
cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
ask(struct run *r, const struct strategy_model *m, size_t i)
{
	struct arena a = ARENA_INIT;
	int64_t began = cpu_ns();

	strategy_run(
	    m, r->d->items[i].units, r->d->items[i].n, &a, r->answers[i]);
	atomic_fetch_add(&r->cpu_ns, cpu_ns() - began);
	arena_fini(&a);
}

static void
run_fold(struct run *r, size_t fold)
{
	struct arena a = ARENA_INIT;
	bool *use = arena_alloc(&a, r->d->n);
	struct strategy_model m;

	for (size_t i = 0; i < r->d->n; i++)
		use[i] = r->known[i] ? r->fold[i] != fold : r->n_known < FEW;
	m = train_model(&r->data, use, &a);
	for (size_t i = 0; i < r->d->n; i++)
		if (r->known[i] && r->fold[i] == fold)
			ask(r, &m, i);
	arena_fini(&a);
}

static void *
run_folds(void *arg)
{
	struct run *r = arg;
	size_t fold;

	while ((fold = atomic_fetch_add(&r->next, 1)) < r->folds)
		run_fold(r, fold);
	return NULL;
}

/** What is twice in the file must not be trained on and asked for. */
static void
together(struct run *r)
{
	const struct dialogue *d = r->d->items;

	for (size_t i = 0; i < r->d->n; i++)
		for (size_t k = 0; r->known[i] && k < i; k++)
			if (r->known[k] && d[k].digest == d[i].digest) {
				r->fold[i] = r->fold[k];
				break;
			}
}

/** Deal the known dialogues to folds of one size. */
static void
deal(struct run *r, struct arena *a)
{
	size_t *order = arena_alloc(a, r->d->n * sizeof(*order));
	size_t n = 0;

	for (size_t i = 0; i < r->d->n; i++)
		if (r->known[i])
			order[n++] = i;
	for (size_t i = n; i-- > 0;) {
		size_t j;

		r->random =
		    r->random * 6364136223846793005u + 1442695040888963407u;
		j = (size_t)(r->random >> 33) % (i + 1);
		r->fold[order[j]] = i % r->folds;
		order[j] = order[i];
	}
	together(r);
}

static void
cross_validate(struct run *r, struct arena *a)
{
	pthread_t threads[THREADS_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int n = cores < THREADS_MAX ? (int)cores : THREADS_MAX;
	int started = 0;

	deal(r, a);
	train_data_init(&r->data, r->d, a);
	while (started < n - 1 &&
	    pthread_create(&threads[started], NULL, run_folds, r) == 0)
		started++;
	(void)run_folds(r);
	while (started > 0)
		(void)pthread_join(threads[--started], NULL);
}

/** How many dialogues are left to train on without `one`? */
static size_t
rest_of(const struct run *r, size_t one)
{
	size_t n = 0;

	for (size_t i = 0; i < r->d->n; i++)
		n += r->d->items[i].digest != r->d->items[one].digest;
	return n;
}

/**
 * Which were the shipped weights trained on, and how many folds judge them?
 * Where the rest is too little to train on, none is known, and those that should
 * have been are counted in the result.
 */
static size_t
choose_folds(struct run *r, bool as_shipped)
{
	size_t trained = 0;
	size_t rest = r->d->n;

	for (size_t i = 0; !as_shipped && i < r->d->n; i++) {
		r->known[i] = strategy_trained_on(r->d->items[i].digest);
		trained += r->known[i];
	}
	r->n_known = trained;
	r->folds = trained != 0 && trained < FEW ? trained : FOLDS;
	for (size_t i = 0; i < r->d->n; i++) {
		size_t n = r->known[i] ? rest_of(r, i) : rest;

		rest = n < rest ? n : rest;
	}
	if (trained == 0 || rest >= TRAIN_LEAST)
		return 0;
	memset(r->known, false, r->d->n);
	r->n_known = 0;
	r->folds = FOLDS;
	return trained;
}

/** What the figures are of: the reader must not take them for better. */
static void
print_kinds(const struct run *r, size_t seen)
{
	(void)printf("%zu dialogues: %zu by the shipped weights, %zu "
		     "cross-validated in %zu folds\n",
	    r->d->n, r->d->n - r->n_known, r->n_known, r->folds);
	if (seen != 0) {
		(void)printf("%zu of them are what the shipped weights were "
			     "trained on\n",
		    seen);
		(void)fprintf(stderr,
		    "%zu of %zu dialogues are what the shipped weights were "
		    "trained on, and the rest is too little to train others "
		    "(under %u): these are given to the shipped weights, and "
		    "the figures are better than of new dialogues\n",
		    seen, r->d->n, TRAIN_LEAST);
	} else if (r->n_known != 0 && r->n_known < FEW)
		(void)fprintf(stderr,
		    "only %zu known dialogues: each is given to weights "
		    "trained on the rest of the file, %zu at most; the figures "
		    "are of this little training\n",
		    r->n_known, r->d->n - 1);
	(void)printf("\n");
}

static int
evaluate(const char *path, uint64_t seed, bool as_shipped)
{
	struct arena a = ARENA_INIT;
	struct dialogues d = dialogues_read(path, &a);
	struct run r = { .d = &d, .random = seed };
	struct score score = { .hits = 0 };
	size_t seen;

	r.known = arena_alloc(&a, d.n + 1);
	r.fold = arena_alloc(&a, (d.n + 1) * sizeof(*r.fold));
	r.answers =
	    arena_alloc(&a, (d.n + 1) * sizeof(struct strategy_answer *));
	seen = choose_folds(&r, as_shipped);
	for (size_t i = 0; i < d.n; i++) {
		r.answers[i] =
		    arena_alloc(&a, d.items[i].n * sizeof(**r.answers));
		if (!r.known[i])
			ask(&r, strategy_shipped(), i);
	}
	if (r.n_known != 0)
		cross_validate(&r, &a);
	for (size_t i = 0; i < d.n; i++)
		score_dialogue(&score, &d.items[i], r.answers[i]);
	score.cpu_ns = r.cpu_ns;
	print_kinds(&r, seen);
	score_print(&score, stdout);
	arena_fini(&a);
	return 0;
}

static int
train(const char *path, const char *to)
{
	struct arena a = ARENA_INIT;
	struct dialogues d = dialogues_read(path, &a);
	bool *use = arena_alloc(&a, d.n + 1);
	struct train_data data;
	struct strategy_model m;
	FILE *out = fopen(to, "we");
	int rc;

	if (out == NULL) {
		perror(to);
		return 1;
	}
	memset(use, true, d.n);
	train_data_init(&data, &d, &a);
	m = train_model(&data, use, &a);
	train_write(&m, &d, out);
	rc = fclose(out) == 0 ? 0 : 1;
	arena_fini(&a);
	return rc;
}

static int
usage(void)
{
	(void)fprintf(stderr,
	    "usage: evaluate [--seed N | --shipped] LABELS\n"
	    "       evaluate --train LABELS OUT\n"
	    "--shipped: use the shipped weights, also for dialogues that "
	    "they were trained on\n");
	return 2;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && argv[1][0] != '-')
		return evaluate(argv[1], 1, false);
	if (argc == 3 && strcmp(argv[1], "--shipped") == 0)
		return evaluate(argv[2], 1, true);
	if (argc == 4 && strcmp(argv[1], "--seed") == 0)
		return evaluate(argv[3], strtoull(argv[2], NULL, 10), false);
	if (argc == 4 && strcmp(argv[1], "--train") == 0)
		return train(argv[2], argv[3]);
	return usage();
}
