#include "text/analyst_find.h"

#include <string.h>

/* A key phrase is to be remembered. */
#define PHRASE_MIN_WORDS 4u
#define PHRASE_MAX_WORDS 18u
#define PHRASES          10u
/* Shorter questions ("Really?") ask nothing. */
#define QUESTION_WORDS 3u
/* An answer shorter than this ("I see.") is none, if there is a longer one. */
#define ANSWER_WORDS 4u
/* A promise or refusal without doubt. */
#define CLEAR 4

static struct analyst_quote
make_quote(const struct analyst_read *r, size_t i, int score)
{
	const struct analyst_sentence *s = &r->s[i];
	const struct transcript_cue *cue = &r->transcript->cues[s->at.cue];

	return (struct analyst_quote){ s->at.cue, cue->start_ms, cue->end_ms,
		cue->speaker, s->role, s->at.text, score };
}

static bool
has_text(const struct analyst_quotes *q, struct slice text)
{
	for (size_t i = 0; i < q->n; i++)
		if (slice_eq(q->items[i].text, text))
			return true;
	return false;
}

/** Keep the best `limit` quotes, in the order they are found. */
static void
keep_quote(struct analyst_quotes *q, size_t limit, struct analyst_quote quote)
{
	size_t worst = 0;

	q->total++;
	if (has_text(q, quote.text))
		return;
	if (q->n == limit) {
		for (size_t i = 1; i < q->n; i++)
			if (q->items[i].score <= q->items[worst].score)
				worst = i;
		if (q->items[worst].score >= quote.score)
			return;
		q->n--;
		memmove(&q->items[worst], &q->items[worst + 1],
		    (q->n - worst) * sizeof(*q->items));
	}
	q->items[q->n++] = quote;
}

static struct analyst_quotes
new_quotes(const struct analyst_read *r, size_t limit)
{
	return (struct analyst_quotes){
		arena_alloc(r->a, limit * sizeof(struct analyst_quote)), 0, 0
	};
}

/** Sort by use, most first; equals keep the order of their enum. */
static void
sort_techniques(struct analyst_technique_use *u, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct analyst_technique_use x = u[i];
		size_t j = i;

		for (; j > 0 && u[j - 1].quotes.total < x.quotes.total; j--)
			u[j] = u[j - 1];
		u[j] = x;
	}
}

void
analyst_find_techniques(const struct analyst_read *r, struct analyst *out)
{
	struct analyst_technique_use all[ANALYST_TECHNIQUE__MAX];

	for (int k = 0; k < ANALYST_TECHNIQUE__MAX; k++)
		all[k] =
		    (struct analyst_technique_use){ (enum analyst_technique)k,
			    new_quotes(r, ANALYST_MAX_QUOTES), 0, 0 };
	for (size_t i = 0; i < r->n; i++) {
		const struct analyst_sentence *s = &r->s[i];
		enum analyst_reaction reaction;

		if (s->role != ANALYST_SELLER || s->technique < 0)
			continue;
		keep_quote(&all[s->technique].quotes, ANALYST_MAX_QUOTES,
		    make_quote(r, i, s->technique_score));
		reaction = analyst_read_reaction(r, s->turn);
		all[s->technique].welcomed += reaction == ANALYST_REACTION_GOOD;
		all[s->technique].resisted += reaction == ANALYST_REACTION_BAD;
	}
	out->techniques = arena_alloc(r->a, sizeof(all));
	for (int k = 0; k < ANALYST_TECHNIQUE__MAX; k++)
		if (all[k].quotes.n != 0)
			out->techniques[out->n_techniques++] = all[k];
	sort_techniques(out->techniques, out->n_techniques);
}

static void
sort_strategies(struct analyst_strategy_use *u, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct analyst_strategy_use x = u[i];
		size_t j = i;

		for (; j > 0 && u[j - 1].quotes.total < x.quotes.total; j--)
			u[j] = u[j - 1];
		u[j] = x;
	}
}

void
analyst_find_strategies(const struct analyst_read *r, struct analyst *out)
{
	struct analyst_rules_table table = analyst_rules_strategies();
	struct analyst_strategy_use all[ANALYST_STRATEGY__MAX];

	for (int k = 0; k < ANALYST_STRATEGY__MAX; k++)
		all[k] =
		    (struct analyst_strategy_use){ (enum analyst_strategy)k,
			    new_quotes(r, ANALYST_MAX_QUOTES) };
	for (size_t i = 0; i < r->n; i++) {
		int score[ANALYST_STRATEGY__MAX] = { 0 };

		if (r->s[i].role != ANALYST_SELLER)
			continue;
		analyst_match_score(r->s[i].plain, table.rules, table.n, score);
		for (int k = 0; k < ANALYST_STRATEGY__MAX; k++)
			if (score[k] >= ANALYST_RULES_LEAST)
				keep_quote(&all[k].quotes, ANALYST_MAX_QUOTES,
				    make_quote(r, i,
					score[k] + r->s[i].technique_score));
	}
	out->strategies = arena_alloc(r->a, sizeof(all));
	for (int k = 0; k < ANALYST_STRATEGY__MAX; k++)
		if (all[k].quotes.n != 0)
			out->strategies[out->n_strategies++] = all[k];
	sort_strategies(out->strategies, out->n_strategies);
}

/** Words of four letters and more that both sentences have. */
static int
shared_words(struct slice a, struct slice b)
{
	struct slice word;
	int n = 0;

	while (slice_cut(&a, ' ', &word)) {
		struct slice padded = { word.p - 1, word.n + 2 };

		if (word.n >= 4 && slice_find(b, padded) >= 0)
			n++;
	}
	return n;
}

/** How well sentence `i` answers sentence `objection`. */
static int
answer_score(const struct analyst_read *r, size_t objection, size_t i)
{
	const struct analyst_sentence *s = &r->s[i];
	int score = s->technique_score +
	    2 * shared_words(r->s[objection].plain, s->plain);

	if (s->words < ANSWER_WORDS)
		score -= 10;
	if (s->technique == ANALYST_RAPPORT)
		score -= 4;
	if (s->question)
		score -= 3;
	if (s->signal[ANALYST_SIGNAL_EMPTY] >= CLEAR)
		score -= 6;
	return score + (s->words > 8 ? 1 : 0);
}

static void
find_answer(const struct analyst_read *r, size_t objection,
    struct analyst_objection *out)
{
	const struct analyst_turn *reply =
	    analyst_read_reply(r, r->s[objection].turn, ANALYST_SELLER);
	size_t best;
	int best_score;

	if (reply == NULL)
		return;
	best = reply->first;
	best_score = answer_score(r, objection, best);
	for (size_t i = reply->first + 1; i < reply->end; i++) {
		int score = answer_score(r, objection, i);

		if (score > best_score) {
			best = i;
			best_score = score;
		}
	}
	out->answer = make_quote(r, best, best_score);
	out->answered = true;
	out->resolved =
	    analyst_read_reaction(r, r->s[best].turn) == ANALYST_REACTION_GOOD;
}

/** The strongest objection of a buyer's turn, or r->n. */
static size_t
turn_objection(const struct analyst_read *r, const struct analyst_turn *turn)
{
	size_t best = r->n;

	for (size_t i = turn->first; i < turn->end; i++)
		if (r->s[i].objection >= 0 &&
		    (best == r->n ||
			r->s[i].objection_score > r->s[best].objection_score))
			best = i;
	return best;
}

void
analyst_find_objections(const struct analyst_read *r, struct analyst *out)
{
	struct analyst_objections *list = &out->objections;

	list->items =
	    arena_alloc(r->a, ANALYST_MAX_ITEMS * sizeof(*list->items));
	for (size_t t = 0; t < r->n_turns; t++) {
		size_t i;
		struct analyst_objection *o;

		if (r->turns[t].role != ANALYST_BUYER)
			continue;
		i = turn_objection(r, &r->turns[t]);
		if (i == r->n)
			continue;
		list->total++;
		if (list->n == ANALYST_MAX_ITEMS)
			continue;
		o = &list->items[list->n++];
		o->kind = (enum analyst_objection_kind)r->s[i].objection;
		o->objection = make_quote(r, i, r->s[i].objection_score);
		find_answer(r, i, o);
	}
}

static bool
is_question(const struct analyst_sentence *s)
{
	return s->question && s->words >= QUESTION_WORDS &&
	    s->signal[ANALYST_SIGNAL_EMPTY] < CLEAR;
}

static bool
is_phrase(const struct analyst_sentence *s)
{
	return s->role == ANALYST_SELLER && s->technique >= 0 &&
	    s->technique != ANALYST_RAPPORT && s->words >= PHRASE_MIN_WORDS &&
	    s->words <= PHRASE_MAX_WORDS;
}

void
analyst_find_quotes(const struct analyst_read *r, struct analyst *out)
{
	out->seller_questions = new_quotes(r, ANALYST_MAX_ITEMS);
	out->buyer_questions = new_quotes(r, ANALYST_MAX_ITEMS);
	out->commitments = new_quotes(r, ANALYST_MAX_ITEMS);
	out->key_phrases = new_quotes(r, PHRASES);
	for (size_t i = 0; i < r->n; i++) {
		const struct analyst_sentence *s = &r->s[i];

		if (s->role == ANALYST_OTHER)
			continue;
		if (is_question(s))
			keep_quote(s->role == ANALYST_SELLER
				? &out->seller_questions
				: &out->buyer_questions,
			    ANALYST_MAX_ITEMS,
			    make_quote(r, i, s->technique_score));
		if (s->signal[ANALYST_SIGNAL_COMMIT] >= ANALYST_RULES_LEAST &&
		    !s->question)
			keep_quote(&out->commitments, ANALYST_MAX_ITEMS,
			    make_quote(r, i, s->signal[ANALYST_SIGNAL_COMMIT]));
		if (is_phrase(s))
			keep_quote(&out->key_phrases, PHRASES,
			    make_quote(r, i, s->technique_score));
	}
}

/** Is it a yes to the seller's question for commitment right before? */
static bool
is_yes(const struct analyst_read *r, size_t i)
{
	size_t turn = r->s[i].turn;
	const struct analyst_sentence *asked;

	if (turn == 0 || r->turns[turn].first != i)
		return false;
	asked = &r->s[i - 1];
	return asked->role == ANALYST_SELLER && asked->question &&
	    asked->technique == ANALYST_CLOSING && r->s[i].objection < 0 &&
	    (analyst_match_has(r->s[i].plain, "^yes") ||
		analyst_match_has(r->s[i].plain, "^sure") ||
		analyst_match_has(r->s[i].plain, "^absolutely") ||
		analyst_match_has(r->s[i].plain, "^of course"));
}

enum analyst_outcome
analyst_find_outcome(const struct analyst_read *r)
{
	enum analyst_outcome outcome = ANALYST_OPEN;

	for (size_t i = 0; i < r->n; i++) {
		const struct analyst_sentence *s = &r->s[i];
		int yes = s->signal[ANALYST_SIGNAL_AGREE];
		int no = s->signal[ANALYST_SIGNAL_REFUSE];

		if (s->role != ANALYST_BUYER)
			continue;
		if (no >= CLEAR && no >= yes)
			outcome = ANALYST_REFUSED;
		else if ((yes >= CLEAR && !s->question) || is_yes(r, i))
			outcome = ANALYST_AGREED;
	}
	return outcome;
}
