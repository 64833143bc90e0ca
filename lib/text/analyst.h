/**
 * The built-in offline analyst: reads a sales conversation and finds, by tables
 * of cue words, what the seller does (techniques), what the buyer objects to
 * and how that is answered, who asks what, and what is promised.
 *
 * It finds, it does not write: every quote is an exact piece of the text of one
 * cue. The same transcript always gives the same analysis.
 *
 * Ownership: all that `out` points to is in the arena or in the transcript,
 * which must outlive it.
 * Failure: none. With one speaker or none, everything is taken as the seller's
 * and there are no objections; see the flags.
 * Layer:  text (pure)
 */
#ifndef TEXT_ANALYST_H
#define TEXT_ANALYST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"
#include "text/transcript.h"

/** Quotes kept of one technique: enough to learn from, one screen. */
#define ANALYST_MAX_QUOTES 6u
/** Entries kept in each of the other lists; later ones are only counted. */
#define ANALYST_MAX_ITEMS 40u

enum analyst_role {
	ANALYST_OTHER, /* a third voice: host, colleague */
	ANALYST_SELLER,
	ANALYST_BUYER
};

/** What a sentence of the seller does. */
enum analyst_technique {
	ANALYST_CREDIBILITY, /* reputation, facts about the organisation */
	ANALYST_LOGICAL,     /* reasons and consequences */
	ANALYST_EMOTIONAL,   /* feelings, those who suffer or win */
	ANALYST_STORY,       /* a story of one's own */
	ANALYST_SELF_MODEL,  /* "I do it myself" */
	ANALYST_SMALL_STEP,  /* foot in the door */
	ANALYST_INFORMATION, /* how the offer works */
	ANALYST_DISCOVERY,   /* questions about need and knowledge */
	ANALYST_RAPPORT,     /* personal questions, thanks, praise */
	ANALYST_PRICE,       /* price framing */
	ANALYST_SOCIAL,      /* social proof */
	ANALYST_URGENCY,
	ANALYST_CLOSING, /* asking for commitment */
	ANALYST_VALUE,   /* value proposition */
	ANALYST_TECHNIQUE__MAX
};

/** How the seller says it, whatever it is. */
enum analyst_strategy {
	ANALYST_STRAT_QUESTIONS, /* asks instead of telling */
	ANALYST_STRAT_EMPATHY,   /* takes up what the buyer feels */
	ANALYST_STRAT_TOGETHER,  /* "we", "together" */
	ANALYST_STRAT_NUMBERS,   /* concrete figures */
	ANALYST_STRAT_EXAMPLES,  /* examples and comparisons */
	ANALYST_STRAT_PRAISE,    /* thanks and recognition */
	ANALYST_STRAT_NEXT,      /* says what happens next */
	ANALYST_STRATEGY__MAX
};

/** What a sentence of the buyer resists with. */
enum analyst_objection_kind {
	ANALYST_OBJ_PRICE,
	ANALYST_OBJ_TRUST,
	ANALYST_OBJ_TIMING,
	ANALYST_OBJ_NEED,
	ANALYST_OBJ_AUTHORITY,
	ANALYST_OBJ_INCUMBENT, /* uses or helps something else */
	ANALYST_OBJ_EFFORT,    /* too much work, technical risk */
	ANALYST_OBJ_REFUSAL,   /* a plain no */
	ANALYST_OBJ__MAX
};

struct analyst_quote {
	size_t cue;
	int64_t start_ms; /* of the cue; -1: unknown */
	int64_t end_ms;
	struct slice speaker;
	enum analyst_role role;
	struct slice text; /* an exact piece of the cue's text */
	int score;         /* strength of the match, for ordering */
};

struct analyst_quotes {
	struct analyst_quote *items;
	size_t n;
	size_t total; /* found, also those not kept */
};

struct analyst_technique_use {
	enum analyst_technique kind;
	struct analyst_quotes quotes; /* in the order they were said */
	size_t welcomed; /* times the buyer's next words were positive */
	size_t resisted; /* times they were an objection */
};

/** `n` sentences of the seller were spoken that way. */
struct analyst_strategy_use {
	enum analyst_strategy kind;
	struct analyst_quotes quotes;
};

struct analyst_objection {
	enum analyst_objection_kind kind;
	struct analyst_quote objection;
	struct analyst_quote answer; /* valid when `answered` */
	bool answered;
	bool resolved; /* the buyer's next words after it were positive */
};

struct analyst_objections {
	struct analyst_objection *items;
	size_t n;
	size_t total;
};

/** What one said and the other answered, whole turns, for training data. */
struct analyst_exchange {
	size_t first_cue; /* of the buyer's turn */
	/**
	 * The buyer's words, sentences joined by a space. Below four words the
	 * seller's last sentence goes before: "Seller: …\nBuyer: …".
	 */
	struct slice prompt;
	struct slice reply;  /* the seller's */
	struct slice before; /* the seller's last sentence, or empty */
	int score;
};

struct analyst_exchanges {
	struct analyst_exchange *items;
	size_t n;
};

enum analyst_outcome {
	ANALYST_OPEN, /* neither agreed nor refused */
	ANALYST_AGREED,
	ANALYST_REFUSED
};

struct analyst {
	const struct transcript *transcript;
	size_t speakers;     /* distinct names */
	bool has_buyer;      /* two voices could be told apart */
	struct slice seller; /* names; empty when unknown */
	struct slice buyer;
	size_t words_seller;
	size_t words_buyer;
	int64_t duration_ms; /* -1: unknown */
	/** Those that occur, the most used first. */
	struct analyst_technique_use *techniques;
	size_t n_techniques;
	struct analyst_strategy_use *strategies; /* the most used first */
	size_t n_strategies;
	struct analyst_objections objections;
	struct analyst_quotes seller_questions;
	struct analyst_quotes buyer_questions;
	struct analyst_quotes
	    commitments; /* promises and agreements, of both */
	struct analyst_quotes key_phrases; /* the seller's strongest */
	struct analyst_exchanges exchanges;
	struct slice
	    *topics; /* frequent terms, lower case, of the transcript */
	size_t n_topics;
	enum analyst_outcome outcome;
};

void analyst_run(const struct transcript *t, struct arena *a,
    struct analyst *out) NONNULL(1, 2, 3);

/** "Credibility appeal", … */
const char *analyst_technique_name(enum analyst_technique kind);
/** One sentence that says what it is. */
const char *analyst_technique_about(enum analyst_technique kind);
/** "Asking questions", … */
const char *analyst_strategy_name(enum analyst_strategy kind);
const char *analyst_strategy_about(enum analyst_strategy kind);
/** "Price", "Trust", … */
const char *analyst_objection_name(enum analyst_objection_kind kind);

#endif
