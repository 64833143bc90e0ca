#include "text/analyst.h"

#include <string.h>

#include "base/buf.h"
#include "text/analyst_find.h"
#include "text/analyst_talk.h"

struct label {
	const char *name;
	const char *about;
};

static const struct label technique_labels[ANALYST_TECHNIQUE__MAX] = {
	[ANALYST_CREDIBILITY] = { "Credibility appeal",
	    "Builds trust with the standing of the organisation, its record "
	    "and facts that can be checked." },
	[ANALYST_LOGICAL] = { "Logical appeal",
	    "Gives reasons: what follows from doing it, or from not doing it." },
	[ANALYST_EMOTIONAL] = { "Emotional appeal",
	    "Speaks to feelings: who suffers, who is relieved, what it is "
	    "like." },
	[ANALYST_STORY] = { "Personal story",
	    "Tells something the seller or somebody close lived through." },
	[ANALYST_SELF_MODEL] = { "Self modelling",
	    "Shows that the seller does the same." },
	[ANALYST_SMALL_STEP] = { "Small first step",
	    "Foot in the door: asks for little, or shows how little is "
	    "needed to begin." },
	[ANALYST_INFORMATION] = { "Information about the offer",
	    "Explains how the offer works and what is in it." },
	[ANALYST_DISCOVERY] = { "Discovery questions",
	    "Asks what the buyer knows, has and needs." },
	[ANALYST_RAPPORT] = { "Rapport",
	    "Cares for the relation: greetings, thanks, praise and personal "
	    "questions." },
	[ANALYST_PRICE] = { "Price framing",
	    "Puts the price into a frame: per unit, against a cost, with a "
	    "concession." },
	[ANALYST_SOCIAL] = { "Social proof",
	    "Points to others who have decided the same way." },
	[ANALYST_URGENCY] = { "Urgency",
	    "Gives a reason to decide now rather than later." },
	[ANALYST_CLOSING] = { "Asking for commitment",
	    "Asks for the decision or for the next step." },
	[ANALYST_VALUE] = { "Value proposition",
	    "Says what the buyer, or those the buyer cares about, get out of "
	    "it." },
};

static const struct label strategy_labels[ANALYST_STRATEGY__MAX] = {
	[ANALYST_STRAT_QUESTIONS] = { "Asking questions",
	    "Leads with questions and lets the buyer talk." },
	[ANALYST_STRAT_EMPATHY] = { "Empathy",
	    "Takes up what the buyer feels or thinks before answering." },
	[ANALYST_STRAT_TOGETHER] = { "Inclusive language",
	    "Speaks of us and of together: both sides solve it." },
	[ANALYST_STRAT_NUMBERS] = { "Concrete numbers",
	    "Uses figures instead of adjectives." },
	[ANALYST_STRAT_EXAMPLES] = { "Examples and comparisons",
	    "Makes things plain by an example or a picture." },
	[ANALYST_STRAT_PRAISE] = { "Thanks and recognition",
	    "Thanks the buyer and values what the buyer says or does." },
	[ANALYST_STRAT_NEXT] = { "Saying what happens next",
	    "Announces each step, so that nothing comes as a surprise." },
};

static const char *const objection_names[ANALYST_OBJ__MAX] = {
	[ANALYST_OBJ_PRICE] = "Price",
	[ANALYST_OBJ_TRUST] = "Trust",
	[ANALYST_OBJ_TIMING] = "Timing",
	[ANALYST_OBJ_NEED] = "Need",
	[ANALYST_OBJ_AUTHORITY] = "Authority",
	[ANALYST_OBJ_INCUMBENT] = "Other commitments",
	[ANALYST_OBJ_EFFORT] = "Effort",
	[ANALYST_OBJ_REFUSAL] = "Reluctance",
};

const char *
analyst_technique_name(enum analyst_technique kind)
{
	return technique_labels[kind].name;
}

const char *
analyst_technique_about(enum analyst_technique kind)
{
	return technique_labels[kind].about;
}

const char *
analyst_strategy_name(enum analyst_strategy kind)
{
	return strategy_labels[kind].name;
}

const char *
analyst_strategy_about(enum analyst_strategy kind)
{
	return strategy_labels[kind].about;
}

const char *
analyst_objection_name(enum analyst_objection_kind kind)
{
	return objection_names[kind];
}

/** The names of those with a role, "Ann, Bo"; their words are counted. */
static struct slice
role_names(const struct analyst_read *r, enum analyst_role role, size_t *words)
{
	struct buf names = BUF_INIT;
	struct slice s;

	*words = 0;
	for (int i = 0; i < r->n_speakers; i++) {
		if (r->speakers[i].role != role)
			continue;
		*words += r->speakers[i].words;
		if (r->speakers[i].name.n == 0)
			continue;
		if (names.n != 0)
			buf_adds(&names, ", ");
		buf_add_slice(&names, r->speakers[i].name);
	}
	s = arena_dup(r->a, buf_slice(&names));
	buf_fini(&names);
	return s;
}

/** From the first known time to the last. */
static int64_t
duration(const struct transcript *t)
{
	int64_t first = -1;
	int64_t last = -1;

	for (size_t i = 0; i < t->n; i++) {
		if (t->cues[i].start_ms >= 0 &&
		    (first < 0 || t->cues[i].start_ms < first))
			first = t->cues[i].start_ms;
		if (t->cues[i].end_ms > last)
			last = t->cues[i].end_ms;
		if (t->cues[i].start_ms > last)
			last = t->cues[i].start_ms;
	}
	return first < 0 ? -1 : last - first;
}

void
analyst_run(const struct transcript *t, struct arena *a, struct analyst *out)
{
	struct analyst_read *r = arena_alloc(a, sizeof(*r));

	memset(out, 0, sizeof(*out));
	analyst_read(t, a, r);
	out->transcript = t;
	for (int i = 0; i < r->n_speakers; i++)
		out->speakers += r->speakers[i].name.n != 0;
	out->has_buyer = r->has_buyer;
	out->seller = role_names(r, ANALYST_SELLER, &out->words_seller);
	out->buyer = role_names(r, ANALYST_BUYER, &out->words_buyer);
	out->duration_ms = duration(t);
	analyst_find_techniques(r, out);
	analyst_find_strategies(r, out);
	analyst_find_objections(r, out);
	analyst_find_quotes(r, out);
	analyst_talk_exchanges(r, out);
	analyst_talk_topics(r, out);
	out->outcome = analyst_find_outcome(r);
}
