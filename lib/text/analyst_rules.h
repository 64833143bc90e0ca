/**
 * The offline analyst's knowledge: tables of cues. Internal to analyst*.c.
 *
 * A sentence belongs to the kind with the highest sum of weights; weights are
 * 1 (a hint) to 6 (says it all), and a sum below ANALYST_RULES_LEAST is taken
 * for chance.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_ANALYST_RULES_H
#define TEXT_ANALYST_RULES_H

#include "text/analyst.h"
#include "text/analyst_match.h"

/** Two hints or one clear cue. */
#define ANALYST_RULES_LEAST 3

struct analyst_rules_table {
	const struct analyst_match_rule *rules;
	size_t n;
};

/** The seller's sentences; kinds are enum analyst_technique. */
struct analyst_rules_table analyst_rules_techniques(void);
/** The buyer's resistance; kinds are enum analyst_objection_kind. */
struct analyst_rules_table analyst_rules_objections(void);
/** How things are said; kinds are enum analyst_strategy. */
struct analyst_rules_table analyst_rules_strategies(void);

enum analyst_rules_signal {
	ANALYST_SIGNAL_POSITIVE, /* the buyer likes what was said */
	ANALYST_SIGNAL_COMMIT,   /* somebody promises to do something */
	ANALYST_SIGNAL_AGREE,    /* the buyer says yes to the deal */
	ANALYST_SIGNAL_REFUSE,   /* the buyer says no to it */
	ANALYST_SIGNAL_SELLER,   /* who talks like this sells */
	ANALYST_SIGNAL_BUYER,    /* who talks like this is sold to */
	ANALYST_SIGNAL_EMPTY,    /* greeting, thanks, mere assent */
	ANALYST_SIGNAL__MAX
};
struct analyst_rules_table analyst_rules_signals(void);

/** Roles that a speaker's name gives away; kinds are enum analyst_role. */
struct analyst_rules_table analyst_rules_names(void);

#endif
