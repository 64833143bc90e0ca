#include "text/analyst_read.h"

#include <string.h>

#include "text/analyst_model.h"

/* A speaker whose name says the role; no table of cues adds up to this. */
#define NAMED_SCORE 100000

static int
find_speaker(struct analyst_read *r, struct slice name)
{
	for (int i = 0; i < r->n_speakers; i++)
		if (slice_eq(r->speakers[i].name, name))
			return i;
	if (r->n_speakers == ANALYST_READ_SPEAKERS)
		return -1;
	r->speakers[r->n_speakers].name = name;
	return r->n_speakers++;
}

static void
score_sentence(struct analyst_sentence *s)
{
	int techniques[ANALYST_TECHNIQUE__MAX] = { 0 };
	int objections[ANALYST_OBJ__MAX] = { 0 };
	struct analyst_rules_table table = analyst_rules_techniques();

	analyst_match_score(s->plain, table.rules, table.n, techniques);
	s->technique = analyst_match_best(
	    techniques, ANALYST_TECHNIQUE__MAX, ANALYST_RULES_LEAST);
	if (s->technique >= 0)
		s->technique_score = techniques[s->technique];
	table = analyst_rules_objections();
	analyst_match_score(s->plain, table.rules, table.n, objections);
	s->objection = analyst_match_best(
	    objections, ANALYST_OBJ__MAX, ANALYST_RULES_LEAST);
	if (s->objection >= 0)
		s->objection_score = objections[s->objection];
	table = analyst_rules_signals();
	analyst_match_score(s->plain, table.rules, table.n, s->signal);
	s->question = analyst_match_has(s->plain, "?");
}

/*
 * Does the source have these very bytes? Subtitles write some characters as
 * entities; what was decoded is not quoted, so that every quote can be found
 * in the file as it was sent.
 */
static bool
is_verbatim(const struct transcript *t, struct slice text)
{
	if (t->format == TRANSCRIPT_TEXT)
		return true;
	return slice_chr(text, '&') == text.n &&
	    slice_chr(text, '<') == text.n && slice_chr(text, '>') == text.n;
}

static void
read_sentences(struct analyst_read *r)
{
	struct transcript_sentences all;

	transcript_sentences(r->transcript, r->a, &all);
	r->n = 0;
	r->s = arena_alloc(r->a, (all.n + 1) * sizeof(*r->s));
	for (size_t i = 0; i < all.n; i++) {
		struct analyst_sentence *s = &r->s[r->n];

		if (!is_verbatim(r->transcript, all.items[i].text))
			continue;
		r->n++;
		s->at = all.items[i];
		s->plain = analyst_match_plain(s->at.text, r->a);
		s->words = transcript_words(s->at.text);
		s->speaker =
		    find_speaker(r, r->transcript->cues[s->at.cue].speaker);
		score_sentence(s);
	}
}

/** How much a sentence sounds like somebody who sells. */
static int
seller_points(const struct analyst_sentence *s)
{
	int points =
	    s->signal[ANALYST_SIGNAL_SELLER] - s->signal[ANALYST_SIGNAL_BUYER];

	if (s->technique == ANALYST_CLOSING || s->technique == ANALYST_VALUE ||
	    s->technique == ANALYST_INFORMATION ||
	    s->technique == ANALYST_CREDIBILITY ||
	    s->technique == ANALYST_SMALL_STEP ||
	    s->technique == ANALYST_SOCIAL)
		points += 2;
	if (s->objection >= 0 && s->technique < 0)
		points -= 3;
	return points;
}

/** The role a name gives away ("Sales rep"); -1 when it does not. */
static int
named_role(struct slice name, struct arena *a)
{
	struct slice plain = analyst_match_plain(name, a);
	struct analyst_rules_table table = analyst_rules_names();
	int score[3] = { 0 };

	analyst_match_score(plain, table.rules, table.n, score);
	return analyst_match_best(score, 3, 1);
}

static void
score_speakers(struct analyst_read *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct analyst_sentence *s = &r->s[i];

		if (s->speaker < 0)
			continue;
		r->speakers[s->speaker].words += s->words;
		r->speakers[s->speaker].score += seller_points(s);
	}
	for (int i = 0; i < r->n_speakers; i++) {
		struct analyst_speaker *p = &r->speakers[i];
		int role = named_role(p->name, r->a);

		p->role = ANALYST_BUYER;
		if (role == ANALYST_SELLER)
			p->score += NAMED_SCORE;
		if (role == ANALYST_BUYER)
			p->score -= NAMED_SCORE;
		/* Words of nobody are somebody's only beside one name. */
		if (role == ANALYST_OTHER ||
		    (p->name.n == 0 && r->n_speakers > 2))
			p->role = ANALYST_OTHER;
	}
}

static void
choose_roles(struct analyst_read *r)
{
	struct analyst_speaker *seller = NULL;

	score_speakers(r);
	for (int i = 0; i < r->n_speakers; i++) {
		struct analyst_speaker *p = &r->speakers[i];

		if (p->role == ANALYST_OTHER && r->n_speakers > 1)
			continue;
		if (seller == NULL || p->score > seller->score ||
		    (p->score == seller->score && p->words > seller->words))
			seller = p;
	}
	for (int i = 0; i < r->n_speakers; i++) {
		struct analyst_speaker *p = &r->speakers[i];

		if (p == seller || p->score > NAMED_SCORE / 2)
			p->role = ANALYST_SELLER;
		r->has_buyer |= p->role == ANALYST_BUYER;
	}
	for (size_t i = 0; i < r->n; i++)
		r->s[i].role = r->s[i].speaker < 0
		    ? ANALYST_OTHER
		    : r->speakers[r->s[i].speaker].role;
}

static void
find_turns(struct analyst_read *r)
{
	r->turns = arena_alloc(r->a, (r->n + 1) * sizeof(*r->turns));
	for (size_t i = 0; i < r->n; i++) {
		if (i == 0 || r->s[i].role != r->s[i - 1].role)
			r->turns[r->n_turns++] =
			    (struct analyst_turn){ r->s[i].role, i, i };
		r->turns[r->n_turns - 1].end = i + 1;
		r->s[i].turn = r->n_turns - 1;
	}
}

void
analyst_read(
    const struct transcript *t, struct arena *a, struct analyst_read *out)
{
	memset(out, 0, sizeof(*out));
	out->transcript = t;
	out->a = a;
	read_sentences(out);
	choose_roles(out);
	find_turns(out);
	analyst_model_apply(out);
}

const struct analyst_turn *
analyst_read_reply(
    const struct analyst_read *r, size_t turn, enum analyst_role role)
{
	enum analyst_role asked = r->turns[turn].role;

	for (size_t i = turn + 1; i < r->n_turns; i++) {
		if (r->turns[i].role == role)
			return &r->turns[i];
		if (r->turns[i].role == asked)
			break;
	}
	return NULL;
}

enum analyst_reaction
analyst_read_reaction(const struct analyst_read *r, size_t turn)
{
	const struct analyst_turn *reply =
	    analyst_read_reply(r, turn, ANALYST_BUYER);
	enum analyst_reaction reaction = ANALYST_REACTION_NONE;

	for (size_t i = reply ? reply->first : 0; reply && i < reply->end;
	     i++) {
		if (r->s[i].objection >= 0)
			return ANALYST_REACTION_BAD;
		if (r->s[i].signal[ANALYST_SIGNAL_POSITIVE] >=
			ANALYST_RULES_LEAST ||
		    r->s[i].signal[ANALYST_SIGNAL_AGREE] >= ANALYST_RULES_LEAST)
			reaction = ANALYST_REACTION_GOOD;
	}
	return reaction;
}
