/**
 * What a request in plain words asks for, by rules: the offline engine's
 * reasoning. A request is cut into sentences and parts joined by "and then",
 * each part is a step.
 *
 *      please summarize the video          PLAN_SUMMARIZE
 *      find the moment where she says no   PLAN_FIND "she says no"
 *      compare Monday's call with "B"      PLAN_COMPARE "Monday's call" "B"
 *      upload https://h/a.mp4 as Demo      PLAN_UPLOAD "https://h/a.mp4" "Demo"
 *
 * The first words decide (a verb behind what is polite), then what stands
 * anywhere. It reads English, and nothing but what the user typed.
 *
 * Ownership: slices point into `text`.
 * Failure: none. What means nothing is no step.
 * Layer:  text (pure)
 */
#ifndef TEXT_PLAN_H
#define TEXT_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/slice.h"

/** As many agents as a person can oversee in one answer. */
#define PLAN_STEPS_MAX 5
/** Bytes of a request that are read: a page. What follows is not looked at. */
#define PLAN_TEXT_MAX 4096

enum plan_intent {
	PLAN_NOTHING,
	PLAN_ANALYSE,
	PLAN_COMPARE, /* subject and other: names of videos; may be empty */
	PLAN_FIND,    /* subject: what to look for */
	PLAN_INDEX,
	PLAN_SHOW, /* subject: the name of a video; may be empty */
	PLAN_SUMMARIZE,
	PLAN_TRANSCRIBE,
	PLAN_UPLOAD, /* subject: the address; other: the name to give it */
	PLAN_HELP,   /* what can you do? */
	PLAN_INTENT__MAX
};

struct plan_step {
	enum plan_intent intent;
	struct slice text; /* the part of the request */
	struct slice subject, other;
};

struct plan {
	struct plan_step step[PLAN_STEPS_MAX];
	size_t n;
};

void plan_read(struct slice text, struct plan *out) NONNULL(2);
/** The first http or https address in a text; empty when there is none. */
struct slice plan_url(struct slice text);
/** Two names joined by "and", "with", "to", "vs" or a comma; false: there are
 *  no two. Quotes around them are taken off. */
bool plan_pair(struct slice text, struct slice *a, struct slice *b) MUST_CHECK
    NONNULL(2, 3);
/** For tests. */
const char *plan_intent_name(enum plan_intent intent);

#endif
