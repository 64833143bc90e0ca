#include "evaluate/score.h"

#include "text/analyst_model.h"

struct ratio {
	double precision;
	double recall;
	double f1;
};

/** Nothing of nothing is 0. */
static double
part(size_t of, size_t all)
{
	return all == 0 ? 0 : (double)of / (double)all;
}

static struct ratio
ratio(size_t hits, size_t found, size_t wanted)
{
	return (struct ratio){ part(hits, found), part(hits, wanted),
		part(2 * hits, found + wanted) };
}

static size_t
wanted(const struct score *s, size_t class)
{
	size_t n = 0;

	for (size_t k = 0; k < STRATEGY_CLASS__MAX; k++)
		n += s->confusion[class][k];
	return n;
}

static struct ratio
class_ratio(const struct score *s, size_t class)
{
	size_t found = 0;

	for (size_t k = 0; k < STRATEGY_CLASS__MAX; k++)
		found += s->confusion[k][class];
	return ratio(s->confusion[class][class], found, wanted(s, class));
}

/** Does the analyst name what the annotators name? */
static void
score_technique(struct score *s, struct slice text, enum strategy_class said,
    const struct strategy_answer *answer)
{
	struct arena a = ARENA_INIT;
	struct analyst_rules_table table = analyst_rules_techniques();
	int points[ANALYST_TECHNIQUE__MAX] = { 0 };
	struct analyst_sentence one = { .words = transcript_words(text) };

	analyst_match_score(
	    analyst_match_plain(text, &a), table.rules, table.n, points);
	one.technique = analyst_match_best(
	    points, ANALYST_TECHNIQUE__MAX, ANALYST_RULES_LEAST);
	s->by_tables += one.technique == strategy_technique(said);
	analyst_model_technique(&one, answer);
	s->by_both += one.technique == strategy_technique(said);
	arena_fini(&a);
}

void
score_dialogue(struct score *s, const struct dialogue *d,
    const struct strategy_answer *answers)
{
	s->sentences += d->n;
	for (size_t i = 0; i < d->n; i++) {
		if (d->units[i].speaker == STRATEGY_SELLER) {
			s->confusion[d->class[i]][answers[i].class]++;
			if (d->class[i] != STRATEGY_NONE)
				score_technique(s, d->units[i].text,
				    d->class[i], &answers[i]);
			continue;
		}
		s->hits += answers[i].objection && d->objection[i];
		s->false_ += answers[i].objection && !d->objection[i];
		s->misses += !answers[i].objection && d->objection[i];
	}
}

double
score_macro_f1(const struct score *s)
{
	double sum = 0;

	for (size_t c = 0; c < STRATEGY_NONE; c++)
		sum += class_ratio(s, c).f1;
	return sum / STRATEGY_NONE;
}

double
score_accuracy(const struct score *s)
{
	size_t right = 0;
	size_t all = 0;

	for (size_t c = 0; c < STRATEGY_CLASS__MAX; c++) {
		right += s->confusion[c][c];
		all += wanted(s, c);
	}
	return part(right, all);
}

void
score_print(const struct score *s, FILE *out)
{
	struct ratio o =
	    ratio(s->hits, s->hits + s->false_, s->hits + s->misses);
	size_t strategies = 0;

	(void)fprintf(out, "%-26s %5s %9s %6s %5s\n", "strategy", "said",
	    "precision", "recall", "F1");
	for (size_t c = 0; c < STRATEGY_CLASS__MAX; c++) {
		struct ratio r = class_ratio(s, c);

		strategies += c == STRATEGY_NONE ? 0 : wanted(s, c);
		(void)fprintf(out, "%-26s %5zu %9.2f %6.2f %5.2f\n",
		    strategy_class_name((enum strategy_class)c), wanted(s, c),
		    r.precision, r.recall, r.f1);
	}
	(void)fprintf(out, "\nsaid (down) and found (across), in this order\n");
	for (size_t c = 0; c < STRATEGY_CLASS__MAX; c++) {
		for (size_t k = 0; k < STRATEGY_CLASS__MAX; k++)
			(void)fprintf(out, "%5zu", s->confusion[c][k]);
		(void)fprintf(out, "\n");
	}
	(void)fprintf(out,
	    "\nthe analyst's techniques, where one of the ten was said: right "
	    "in %.2f by its tables, %.2f with the model\n"
	    "%.2f ms a sentence (of %zu)\n",
	    part(s->by_tables, strategies), part(s->by_both, strategies),
	    (double)s->cpu_ns / 1e6 / (double)(s->sentences + !s->sentences),
	    s->sentences);
	(void)fprintf(out,
	    "macro-F1 %.2f accuracy %.2f\n"
	    "objections precision %.2f recall %.2f (%zu of %zu, F1 %.2f)\n",
	    score_macro_f1(s), score_accuracy(s), o.precision, o.recall,
	    s->hits, s->hits + s->misses, o.f1);
}
