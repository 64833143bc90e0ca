#include "text/strategy_features.h"

#include <math.h>
#include <string.h>

#include "text/analyst_rules.h"

/*
 * Values: how much a kind of feature counts before the weights are learnt.
 * Found by cross-validation; none is critical.
 */
#define V_WORD      1.0f
#define V_THREE     0.7f  /* three words in a row */
#define V_SKIP      0.5f  /* two words around one */
#define V_PART      0.2f  /* of a word */
#define V_NEAR      0.5f  /* words of the sentences beside it */
#define V_REPLY     0.35f /* words of the turns beside it */
#define V_OWN       0.25f /* words of the rest of its turn */
#define V_PLACE     0.5f
#define V_CUE       1.0f
#define V_SORT      0.7f
#define V_PAIR      0.42f /* two sorts in a sentence */
#define V_ABSENT    0.35f /* a pronoun that does not occur */
#define V_TAG       0.49f
#define V_NEAR_SORT 0.07f
#define V_BIAS      1.0f

/* Sentences of a turn that are looked at, on either side: bounds the time. */
#define REACH 6u
/* The first sorts are pronouns. */
#define PRONOUNS 5u
/* The parts of a word that count. */
#define PART_MIN 3u
#define PART_MAX 5u

/** Begin a feature: its kind, and for whom. */
static uint32_t
kind(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h;
}

/** FNV-1a, with an end: "ab", "c" is not "a", "bc". */
static uint32_t
with(uint32_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return (h ^ 0x1fu) * 16777619u;
}

static uint32_t
with_n(uint32_t h, size_t n)
{
	for (; n > 0xff; n >>= 8)
		h = (h ^ (uint32_t)(n & 0xff)) * 16777619u;
	return (h ^ (uint32_t)n) * 16777619u;
}

static void
add(struct strategy_features *out, uint32_t h, float value)
{
	size_t slot;

	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	h ^= h >> 12;
	for (slot = h % COUNT(out->slots); out->slots[slot] != 0;
	     slot = (slot + 1) % COUNT(out->slots))
		if (out->items[out->slots[slot] - 1].hash == h)
			return;
	if (out->n == STRATEGY_FEATURES_MAX)
		return;
	out->items[out->n++] = (struct strategy_feature){ h, value };
	out->slots[slot] = (uint16_t)out->n;
}

static size_t
at_most(size_t n, size_t most)
{
	return n < most ? n : most;
}

/** Words of a sentence, alone and in pairs, as `one` and `two`. */
static void
add_words(struct strategy_features *out, const struct strategy_words *w,
    uint32_t one, uint32_t two, float value)
{
	struct slice before = SLICE("^");

	for (size_t i = 0; i < w->n; i++) {
		add(out, with(one, w->items[i].text), value);
		if (two != 0)
			add(out, with(with(two, before), w->items[i].text),
			    value);
		before = w->items[i].text;
	}
	if (two != 0 && w->n != 0)
		add(out, with(with(two, before), SLICE("$$")), value);
}

static void
add_phrases(struct strategy_features *out, const struct strategy_words *w)
{
	uint32_t three = kind("w3");
	uint32_t skip = kind("sk");

	add_words(out, w, kind("w1"), kind("w2"), V_WORD);
	if (w->n > 1)
		add(out,
		    with(with(with(three, SLICE("^")), w->items[0].text),
			w->items[1].text),
		    V_THREE);
	for (size_t i = 0; i + 2 < w->n; i++) {
		struct slice last = w->items[i + 2].text;
		uint32_t h = with(three, w->items[i].text);

		add(out, with(with(h, w->items[i + 1].text), last), V_THREE);
		add(out, with(with(skip, w->items[i].text), last), V_SKIP);
	}
}

/** Parts of a word, with marks where it begins and ends. */
static void
add_parts(struct strategy_features *out, struct slice word)
{
	char text[STRATEGY_WORD_BYTES + 2];
	size_t n = at_most(word.n, STRATEGY_WORD_BYTES) + 2;
	uint32_t part = kind("c");

	if (word.n < PART_MIN)
		return;
	text[0] = '<';
	memcpy(&text[1], word.p, n - 2);
	text[n - 1] = '>';
	for (size_t size = PART_MIN; size <= PART_MAX; size++)
		for (size_t i = 0; i + size <= n; i++)
			add(out, with(part, (struct slice){ &text[i], size }),
			    V_PART);
}

/** The sorts of words in a sentence. */
static void
add_sorts(struct strategy_features *out, const struct strategy_words *w,
    const char *name, float value)
{
	uint32_t h = kind(name);

	for (size_t i = 0; i < STRATEGY_SORTS_MAX; i++) {
		uint64_t bit = (uint64_t)1 << i;

		if ((w->sorts & bit) == 0)
			continue;
		add(out, with_n(h, i), value);
		if (w->twice & bit)
			add(out, with_n(h, 64 + i), value);
		if (w->question)
			add(out, with_n(h, 128 + i), value);
	}
	if (w->past)
		add(out, with_n(h, 255), value);
}

static void
add_sort_pairs(struct strategy_features *out, const struct strategy_words *w)
{
	uint32_t pair = kind("pair");
	uint32_t absent = kind("absent");

	for (size_t i = 0; i < STRATEGY_SORTS_MAX; i++) {
		if ((w->sorts >> i & 1) == 0) {
			if (i < PRONOUNS)
				add(out, with_n(absent, i), V_ABSENT);
			continue;
		}
		for (size_t j = i + 1; j < STRATEGY_SORTS_MAX; j++)
			if (w->sorts >> j & 1)
				add(out, with_n(with_n(pair, i), j), V_PAIR);
	}
}

/** Phrases of tags, and the first of them with whether it asks. */
static void
add_tags(struct strategy_features *out, const struct strategy_words *w)
{
	uint32_t two = kind("t2");
	uint32_t three = kind("t3");
	uint32_t first = with_n(kind("tf"), w->question);

	for (size_t i = 0; i + 1 < w->n; i++) {
		struct slice next = w->items[i + 1].tag;

		add(out, with(with(two, w->items[i].tag), next), V_TAG);
		if (i + 2 < w->n)
			add(out,
			    with(with(with(three, w->items[i].tag), next),
				w->items[i + 2].tag),
			    V_TAG);
	}
	for (size_t i = 0; i < w->n && i < 3; i++) {
		first = with(first, w->items[i].tag);
		add(out, first, V_SORT);
	}
}

/** What the analyst's tables of cues say of a sentence. */
static void
add_cues(struct strategy_features *out, struct slice plain,
    struct analyst_rules_table table, const char *name)
{
	int score[32] = { 0 };
	uint32_t h = kind(name);
	int best;

	analyst_match_score(plain, table.rules, table.n, score);
	for (size_t i = 0; i < COUNT(score); i++) {
		if (score[i] > 0)
			add(out, with_n(h, i), V_CUE);
		if (score[i] >= ANALYST_RULES_LEAST)
			add(out, with_n(h, 32 + i), V_CUE);
		if (score[i] >= 2 * ANALYST_RULES_LEAST)
			add(out, with_n(h, 64 + i), V_CUE);
	}
	best = analyst_match_best(score, COUNT(score), 1);
	add(out, with_n(h, best < 0 ? 96 : 128 + (size_t)best), V_CUE);
}

static void
add_all_cues(
    const struct strategy_talk *talk, size_t i, struct strategy_features *out)
{
	struct arena a = ARENA_INIT;
	struct slice plain = analyst_match_plain(
	    slice_sub(talk->units[i].text, 0,
		(size_t)STRATEGY_WORDS_MAX * STRATEGY_WORD_BYTES),
	    &a);

	add_cues(out, plain, analyst_rules_techniques(), "r1");
	add_cues(out, plain, analyst_rules_objections(), "r2");
	add_cues(out, plain, analyst_rules_strategies(), "r3");
	add_cues(out, plain, analyst_rules_signals(), "r4");
	arena_fini(&a);
}

/** A length on a coarse scale. */
static size_t
length_step(size_t n)
{
	static const size_t steps[] = { 1, 3, 6, 10, 16, 25 };
	size_t i = 0;

	while (i < COUNT(steps) && n > steps[i])
		i++;
	return i;
}

static void
add_place(
    const struct strategy_talk *talk, size_t i, struct strategy_features *out)
{
	const struct strategy_place *p = &talk->places[i];
	size_t left = talk->places[talk->n - 1].turn - p->turn;
	size_t k = at_most(i - p->first, 3);
	size_t said = (p->orgs > 0) + 2u * (p->moneys > 0) + 4u * p->asked;
	const struct {
		const char *name;
		size_t n;
	} facts[] = {
		{ "len", length_step(talk->words[i].n) },
		{ "turn", at_most(p->turn, 9) },
		{ "left", at_most(left, 4) },
		{ "where", 6 * i / talk->n },
		{ "k", k },
		{ "kn", k * 8 + at_most(p->end - p->first, 4) },
		{ "said", said },
		{ "often", at_most(p->orgs, 2) * 8 + at_most(p->moneys, 2) },
	};

	for (size_t f = 0; f < COUNT(facts); f++)
		add(out, with_n(kind(facts[f].name), facts[f].n), V_PLACE);
	add(out, kind("bias"), V_BIAS);
}

/** The sentences right before and behind it. */
static void
add_near(
    const struct strategy_talk *talk, size_t i, struct strategy_features *out)
{
	enum strategy_speaker me = talk->units[i].speaker;
	const struct strategy_words *w = talk->words;

	if (i == 0) {
		add(out, kind("begin"), V_NEAR);
	} else {
		bool own = talk->units[i - 1].speaker == me;

		add_words(out, &w[i - 1], kind(own ? "ps1" : "po1"),
		    kind(own ? "ps2" : "po2"), V_NEAR);
		add_sorts(out, &w[i - 1], own ? "psL" : "poL", V_NEAR_SORT);
	}
	if (i + 1 == talk->n) {
		add(out, kind("end"), V_NEAR);
	} else {
		bool own = talk->units[i + 1].speaker == me;

		add_words(out, &w[i + 1], kind(own ? "ns1" : "no1"),
		    kind(own ? "ns2" : "no2"), V_NEAR);
		add_sorts(out, &w[i + 1], own ? "nsL" : "noL", V_NEAR_SORT);
	}
}

/** The turns before and behind it, and the rest of its own. */
static void
add_turns(
    const struct strategy_talk *talk, size_t i, struct strategy_features *out)
{
	const struct strategy_place *p = &talk->places[i];
	const struct strategy_words *w = talk->words;

	for (size_t k = 1; k <= REACH && k <= p->first &&
	     talk->places[p->first - k].end == p->first;
	     k++)
		add_words(out, &w[p->first - k], kind("pt"), 0, V_REPLY);
	for (size_t k = 0; k < REACH && p->end + k < talk->n &&
	     talk->places[p->end + k].first == p->end;
	     k++)
		add_words(out, &w[p->end + k], kind("nt"), 0, V_REPLY);
	for (size_t k = i > p->first + REACH ? i - REACH : p->first;
	     k < p->end && k <= i + REACH; k++)
		if (k != i)
			add_words(out, &w[k], kind("tt"), 0, V_OWN);
	if (p->first > 0 && p->first != i)
		add_sorts(out, &w[p->first - 1], "loL", V_NEAR_SORT);
}

/** Sentences count alike, however many features they have. */
static void
normalize(struct strategy_features *out)
{
	float sum = 0;
	float scale;

	for (size_t i = 0; i < out->n; i++)
		sum += out->items[i].value * out->items[i].value;
	scale = STRATEGY_FEATURES_NORM / sqrtf(sum);
	for (size_t i = 0; i < out->n; i++)
		out->items[i].value *= scale;
}

void
strategy_features(
    const struct strategy_talk *talk, size_t i, struct strategy_features *out)
{
	const struct strategy_words *w = &talk->words[i];

	out->n = 0;
	memset(out->slots, 0, sizeof(out->slots));
	add_place(talk, i, out);
	add_sorts(out, w, "L", V_SORT);
	add_sort_pairs(out, w);
	add_tags(out, w);
	add_all_cues(talk, i, out);
	add_phrases(out, w);
	add_near(talk, i, out);
	for (size_t k = 0; k < w->n; k++)
		add_parts(out, w->items[k].text);
	add_turns(talk, i, out);
	normalize(out);
}

/** Count what a sentence adds to what was said. */
static void
count_said(struct strategy_place *p, const struct strategy_words *w)
{
	bool gives = false;

	for (size_t k = 0; k < w->n; k++) {
		gives |= slice_starts(w->items[k].text, SLICE("donat"));
		if (k + 2 < w->n && slice_eqs(w->items[k].text, "save") &&
		    slice_eqs(w->items[k + 2].text, "children"))
			p->orgs++;
	}
	p->moneys += w->money;
	p->asked |= gives && w->n != 0 && w->question &&
	    w->items[w->n - 1].text.p[0] == '?';
}

void
strategy_talk_init(struct strategy_talk *talk,
    const struct strategy_unit *units, size_t n, struct arena *a)
{
	struct strategy_place now = { 0 };

	*talk = (struct strategy_talk){ units, n,
		arena_alloc(a, (n + 1) * sizeof(*talk->words)),
		arena_alloc(a, (n + 1) * sizeof(*talk->places)), a };
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && units[i].speaker != units[i - 1].speaker) {
			now.first = i;
			now.turn += units[i].speaker == units[0].speaker;
		}
		talk->words[i] = strategy_words(units[i].text, a);
		talk->places[i] = now;
		count_said(&now, &talk->words[i]);
	}
	for (size_t i = n; i-- > 0;)
		talk->places[i].end = i + 1 < n &&
			talk->places[i + 1].first == talk->places[i].first
		    ? talk->places[i + 1].end
		    : i + 1;
}
