#include "text/analyst_model.h"

/* Less is a guess. The analyst is right in 0.56 of the data, in 0.52 by 0.6. */
#define SURE 0.45f
/* A sentence is an objection without any cue. */
#define SURE_OBJECTION 0.5f
/* What it agrees with is a better quote. */
#define AGREED 2
/* "Yes." may be any of them by what was asked: nothing to quote. */
#define LEAST_WORDS           4u
#define LEAST_OBJECTION_WORDS 2u

/** Is it one that the model cannot name? */
static bool
only_tables_know(int technique)
{
	for (int c = 0; c < STRATEGY_NONE; c++)
		if (strategy_technique((enum strategy_class)c) == technique)
			return false;
	return true;
}

void
analyst_model_technique(
    struct analyst_sentence *s, const struct strategy_answer *answer)
{
	int technique = strategy_technique(answer->class);

	if (technique < 0 || answer->probability < SURE)
		return;
	if (s->technique == technique) {
		s->technique_score += AGREED;
		return;
	}
	if (s->words < LEAST_WORDS ||
	    (s->technique >= 0 && only_tables_know(s->technique)))
		return;
	s->technique = technique;
	s->technique_score = ANALYST_RULES_LEAST;
}

static void
apply_objection(
    struct analyst_sentence *s, const struct strategy_answer *answer)
{
	if (s->objection >= 0 || answer->probability < SURE_OBJECTION ||
	    s->words < LEAST_OBJECTION_WORDS)
		return;
	s->objection = ANALYST_OBJ_REFUSAL;
	s->objection_score = ANALYST_RULES_LEAST;
}

void
analyst_model_apply(struct analyst_read *r)
{
	struct strategy_unit *units =
	    arena_alloc(r->a, (r->n + 1) * sizeof(*units));
	struct strategy_answer *answers =
	    arena_alloc(r->a, (r->n + 1) * sizeof(*answers));
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->s[i].role != ANALYST_OTHER)
			units[n++] = (struct strategy_unit){
				r->s[i].role == ANALYST_SELLER ? STRATEGY_SELLER
							       : STRATEGY_BUYER,
				r->s[i].at.text
			};
	strategy_run(strategy_shipped(), units, n, r->a, answers);
	n = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (r->s[i].role == ANALYST_SELLER)
			analyst_model_technique(&r->s[i], &answers[n++]);
		else if (r->s[i].role == ANALYST_BUYER)
			apply_objection(&r->s[i], &answers[n++]);
	}
}
