/**
 * What the four reports share: quotes, times, sentences about numbers.
 * Internal to report*.c.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_REPORT_PARTS_H
#define TEXT_REPORT_PARTS_H

#include "base/buf.h"
#include "text/report.h"

/** "[mm:ss]", "[h:mm:ss]" from an hour on, nothing when unknown. */
void report_parts_time(int64_t ms, struct buf *out) NONNULL(2);
/** A block quote line, as described in report.h. */
void report_parts_quote(const struct analyst_quote *q, struct buf *out)
    NONNULL(1, 2);
/** Who talked, how long, how it ended: two or three sentences. */
void
report_parts_overview(const struct analyst *an, struct buf *out) NONNULL(1, 2);
/** "Used 5 times; the buyer reacted well 3 times and objected once." */
void report_parts_effect(const struct analyst_technique_use *use, bool buyer,
    struct buf *out) NONNULL(1, 3);
/** What became of an objection, a sentence. */
const char *report_parts_result(const struct analyst_objection *o) NONNULL(1);

/** A rule for the voice agent, drawn from what was found. */
struct report_parts_rule {
	bool is_do;
	const char *description;
	const char *context;
};
/** At most this many. */
#define REPORT_PARTS_RULES 20
size_t report_parts_rules(const struct analyst *an,
    struct report_parts_rule out[static REPORT_PARTS_RULES]) NONNULL(1, 2);

#endif
