/** Any talk gets an answer for each sentence, and the same one again. */
#include "harness/fuzz.h"
#include "text/strategy_features.h"

/* A sentence takes a fifth of a millisecond. */
#define UNITS_MAX 64

static void
require_features(const struct strategy_unit *units, size_t n)
{
	struct arena a = ARENA_INIT;
	struct strategy_features *f = arena_alloc(&a, sizeof(*f));
	struct strategy_talk talk;

	strategy_talk_init(&talk, units, n, &a);
	for (size_t i = 0; i < n; i++) {
		fuzz_require(talk.words[i].n <= STRATEGY_WORDS_MAX);
		for (size_t k = 0; k < talk.words[i].n; k++) {
			size_t size = talk.words[i].items[k].text.n;

			fuzz_require(size > 0 && size <= STRATEGY_WORD_BYTES);
		}
		strategy_features(&talk, i, f);
		fuzz_require(f->n > 0 && f->n <= STRATEGY_FEATURES_MAX);
		for (size_t k = 0; k < f->n; k++)
			fuzz_require(f->items[k].value > 0);
	}
	arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct slice rest = { (const char *)bytes, size };
	struct strategy_unit units[UNITS_MAX];
	struct strategy_answer out[UNITS_MAX], again[UNITS_MAX];
	struct arena a = ARENA_INIT;
	struct slice line;
	size_t n = 0;

	/* A line that begins with '>' is the buyer's. */
	while (n < UNITS_MAX && slice_cut(&rest, '\n', &line)) {
		bool buyer = slice_starts(line, SLICE(">"));

		units[n++] = (struct strategy_unit){ buyer ? STRATEGY_BUYER
							   : STRATEGY_SELLER,
			slice_from_at(line, buyer) };
	}
	require_features(units, n);
	strategy_run(strategy_shipped(), units, n, &a, out);
	strategy_run(strategy_shipped(), units, n, &a, again);
	for (size_t i = 0; i < n; i++) {
		fuzz_require(out[i].class < STRATEGY_CLASS__MAX);
		fuzz_require(
		    out[i].probability >= 0 && out[i].probability <= 1.001f);
		fuzz_require(
		    !out[i].objection || units[i].speaker == STRATEGY_BUYER);
		fuzz_require(out[i].class == STRATEGY_NONE ||
		    units[i].speaker == STRATEGY_SELLER);
		fuzz_require(out[i].class == again[i].class &&
		    out[i].objection == again[i].objection);
	}
	arena_fini(&a);
	return 0;
}

#include "harness/fuzz_main.h"
