/**
 * The four outputs of an analysis, and all four in one message.
 *
 * Form of a quote in Markdown: a block quote line of its own,
 *      > [mm:ss] Speaker: “the words”
 * with the time and the name only where known. What stands between the outer
 * typographic quotes is verbatim, but for a line break, which is a space (the
 * next line would be outside); nothing else in an analysis stands between such
 * quotes. In JSON, quotes are plain strings, verbatim.
 *
 * Voice prompt and training data have personal information removed (pii.h).
 *
 * Ownership: bufs are appended to; a json_object is the caller's (json_object_
 * put).
 * Failure: none. What could not be found is said so in the text; lists are then
 * empty.
 * Layer:  text (pure)
 */
#ifndef TEXT_REPORT_H
#define TEXT_REPORT_H

#include <json-c/json.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "text/analyst.h"

/** Markdown, for people. */
void report_analysis(const struct analyst *an, struct buf *out) NONNULL(1, 2);
/** {"analysis_data": {summary, sales_techniques, …, "engine": "offline"}} */
struct json_object *
report_structured(const struct analyst *an) MUST_CHECK NONNULL(1);
/** Instructions for a voice agent, plain text. */
void
report_voice_prompt(const struct analyst *an, struct buf *out) NONNULL(1, 2);
/** {"examples": [{"input", "output"}, …], "engine": "offline"} */
struct json_object *
report_training(const struct analyst *an) MUST_CHECK NONNULL(1);
/** Markdown on half a page: who, how it went, the most telling words. */
void report_summary(const struct analyst *an, struct buf *out) NONNULL(1, 2);
/** One of two pitches; `data` is structured data, whoever made it, and may be of
 *  any shape. */
struct report_side {
	struct slice name;
	struct json_object *data;
};
/** Techniques, objections and their answers side by side, in Markdown. */
void report_compare(const struct report_side *a, const struct report_side *b,
    struct buf *out) NONNULL(1, 2, 3);
/** As text, the way it is stored and shown: two-space indent, `/` plain. */
void report_json_text(struct json_object *value, struct buf *out) NONNULL(2);

/** The unified Markdown; each part in a fence longer than any run in it. */
struct report_parts {
	struct slice analysis;   /* Markdown */
	struct slice structured; /* JSON */
	struct slice voice;      /* text */
	struct slice training;   /* JSON */
};
void
report_unified(const struct report_parts *parts, struct buf *out) NONNULL(1, 2);

#endif
