/**
 * A transcript prepared for the analyst: its sentences with what the tables say
 * about each, the speakers with their roles, and the turns.
 * Internal to analyst*.c.
 *
 * Ownership: everything is in the arena.
 * Layer:  text (pure)
 */
#ifndef TEXT_ANALYST_READ_H
#define TEXT_ANALYST_READ_H

#include "text/analyst.h"
#include "text/analyst_rules.h"

/** Voices told apart; a meeting with more is no sales call. */
#define ANALYST_READ_SPEAKERS 32

struct analyst_sentence {
	struct transcript_sentence at;
	struct slice plain; /* see analyst_match.h */
	int speaker;        /* index, -1: one too many */
	enum analyst_role role;
	size_t turn;
	size_t words;
	int technique; /* enum analyst_technique, -1: none */
	int technique_score;
	int objection; /* enum analyst_objection_kind, -1: none */
	int objection_score;
	int signal[ANALYST_SIGNAL__MAX];
	bool question;
};

struct analyst_speaker {
	struct slice name; /* may be empty */
	size_t words;
	int score; /* the higher, the more like a seller */
	enum analyst_role role;
};

/** Sentences [first, end) in a row by one role. */
struct analyst_turn {
	enum analyst_role role;
	size_t first;
	size_t end;
};

struct analyst_read {
	const struct transcript *transcript;
	struct arena *a;
	struct analyst_sentence *s;
	size_t n;
	struct analyst_speaker speakers[ANALYST_READ_SPEAKERS];
	int n_speakers;
	struct analyst_turn *turns;
	size_t n_turns;
	bool has_buyer;
};

void analyst_read(const struct transcript *t, struct arena *a,
    struct analyst_read *out) NONNULL(1, 2, 3);
/** The turn of `role` that answers turn `turn`, or NULL. */
const struct analyst_turn *analyst_read_reply(const struct analyst_read *r,
    size_t turn, enum analyst_role role) NONNULL(1);

enum analyst_reaction {
	ANALYST_REACTION_NONE,
	ANALYST_REACTION_GOOD,
	ANALYST_REACTION_BAD
};
/** What the buyer said to what was said in turn `turn`. */
enum analyst_reaction
analyst_read_reaction(const struct analyst_read *r, size_t turn) NONNULL(1);

#endif
