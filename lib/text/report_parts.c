#include "text/report_parts.h"

#include <inttypes.h>

/* Advice that goes with a technique that was found. */
static const struct {
	enum analyst_technique kind;
	const char *advice;
} technique_rules[] = {
	{ ANALYST_CREDIBILITY,
	    "Back claims with facts that the listener can check." },
	{ ANALYST_LOGICAL, "Give one clear reason, and what follows from it." },
	{ ANALYST_EMOTIONAL,
	    "Say who is concerned and what it means to them, without "
	    "pressing." },
	{ ANALYST_STORY, "Tell a short story where it fits; keep it true." },
	{ ANALYST_SELF_MODEL, "Say what you do yourself, if it is so." },
	{ ANALYST_SMALL_STEP,
	    "Offer a small first step when a big one is too "
	    "much." },
	{ ANALYST_INFORMATION,
	    "Explain in plain words how the offer works, step by step." },
	{ ANALYST_DISCOVERY,
	    "Ask what the listener knows and needs before "
	    "presenting." },
	{ ANALYST_RAPPORT,
	    "Be friendly, and thank the listener for time and "
	    "answers." },
	{ ANALYST_PRICE, "Set the price beside what it saves or replaces." },
	{ ANALYST_SOCIAL,
	    "Mention others in the same position who decided "
	    "the same way." },
	{ ANALYST_URGENCY, "Name a real date when there is one." },
	{ ANALYST_CLOSING, "Ask plainly for the next step." },
	{ ANALYST_VALUE,
	    "Say what the listener gets out of it, in the "
	    "listener's terms." },
};

static const struct {
	enum analyst_objection_kind kind;
	const char *advice;
} objection_rules[] = {
	{ ANALYST_OBJ_PRICE,
	    "Do not argue about the price before the value "
	    "is clear." },
	{ ANALYST_OBJ_TRUST, "Do not ask for trust: give evidence." },
	{ ANALYST_OBJ_TIMING,
	    "Do not press for a decision today; agree on a "
	    "date." },
	{ ANALYST_OBJ_NEED,
	    "Do not describe features before the need is "
	    "understood." },
	{ ANALYST_OBJ_AUTHORITY,
	    "Do not push the listener to decide alone; "
	    "help to convince the others." },
	{ ANALYST_OBJ_INCUMBENT,
	    "Do not talk down what the listener already "
	    "uses or supports." },
	{ ANALYST_OBJ_EFFORT,
	    "Do not play down the effort; say who does "
	    "which part." },
	{ ANALYST_OBJ_REFUSAL,
	    "Do not ignore a no: ask for the reason once, "
	    "then accept it." },
};

void
report_parts_time(int64_t ms, struct buf *out)
{
	int64_t s = ms / 1000;

	if (ms < 0)
		return;
	if (s >= 3600)
		buf_addf(out, "[%" PRId64 ":%02d:%02d]", s / 3600,
		    (int)(s / 60 % 60), (int)(s % 60));
	else
		buf_addf(out, "[%02d:%02d]", (int)(s / 60), (int)(s % 60));
}

void
report_parts_quote(const struct analyst_quote *q, struct buf *out)
{
	buf_adds(out, "> ");
	if (q->start_ms >= 0) {
		report_parts_time(q->start_ms, out);
		buf_addc(out, ' ');
	}
	if (q->speaker.n != 0)
		buf_addf(out, "%.*s: ", SLICE_ARG(q->speaker));
	buf_adds(out, "“");
	/* A line of its own would be outside the block quote. */
	for (size_t i = 0; i < q->text.n; i++)
		if (q->text.p[i] == '\n')
			buf_addc(out, ' ');
		else
			buf_addc(out, q->text.p[i]);
	buf_adds(out, "”\n");
}

static void
add_voices(const struct analyst *an, struct buf *out)
{
	size_t words = an->words_seller + an->words_buyer;

	if (!an->has_buyer) {
		buf_adds(out,
		    "Only one voice can be told apart in this "
		    "transcript");
		if (an->seller.n != 0)
			buf_addf(out, " (%.*s)", SLICE_ARG(an->seller));
		buf_adds(out,
		    ", so everything is read as the seller's words, "
		    "and objections could not be found.");
		return;
	}
	if (an->seller.n != 0)
		buf_addf(out, "%.*s sells", SLICE_ARG(an->seller));
	else
		buf_adds(out, "A seller without a name talks");
	if (an->buyer.n != 0)
		buf_addf(out, " to %.*s", SLICE_ARG(an->buyer));
	buf_addf(out, "; the seller speaks %zu%% of the words.",
	    words == 0 ? 0 : an->words_seller * 100 / words);
}

static const char *
outcome_sentence(const struct analyst *an)
{
	if (!an->has_buyer)
		return "How it ended cannot be told from one voice.";
	switch (an->outcome) {
	case ANALYST_AGREED:
		return "The buyer agrees in the end.";
	case ANALYST_REFUSED:
		return "The buyer declines in the end.";
	case ANALYST_OPEN:
		break;
	}
	return "The transcript shows neither a clear yes nor a clear no.";
}

void
report_parts_overview(const struct analyst *an, struct buf *out)
{
	buf_addf(out, "A conversation of %zu cue%s", an->transcript->n,
	    an->transcript->n == 1 ? "" : "s");
	if (an->duration_ms > 0) {
		int64_t s = an->duration_ms / 1000;

		buf_addf(
		    out, " and %" PRId64 " min %02d s", s / 60, (int)(s % 60));
	}
	buf_adds(out, ". ");
	add_voices(an, out);
	buf_addc(out, ' ');
	buf_adds(out, outcome_sentence(an));
}

static void
add_times(struct buf *out, size_t n)
{
	if (n == 1)
		buf_adds(out, "once");
	else
		buf_addf(out, "%zu times", n);
}

void
report_parts_effect(
    const struct analyst_technique_use *use, bool buyer, struct buf *out)
{
	buf_adds(out, "Used ");
	add_times(out, use->quotes.total);
	if (buyer && use->welcomed + use->resisted == 0)
		buf_adds(out,
		    "; the buyer's next words neither welcomed nor "
		    "resisted it");
	if (buyer && use->welcomed != 0) {
		buf_adds(out, "; the buyer's next words were positive ");
		add_times(out, use->welcomed);
	}
	if (buyer && use->resisted != 0) {
		buf_adds(out, "; an objection followed ");
		add_times(out, use->resisted);
	}
	buf_addc(out, '.');
}

const char *
report_parts_result(const struct analyst_objection *o)
{
	if (!o->answered)
		return "The transcript has no answer to it.";
	if (o->resolved)
		return "The buyer's next words were positive.";
	return "The buyer's next words do not show that it was settled.";
}

size_t
report_parts_rules(const struct analyst *an,
    struct report_parts_rule out[static REPORT_PARTS_RULES])
{
	bool seen[ANALYST_OBJ__MAX] = { false };
	size_t n = 0;

	for (size_t i = 0; i < an->n_techniques; i++)
		for (size_t k = 0; k < COUNT(technique_rules); k++)
			if (technique_rules[k].kind == an->techniques[i].kind &&
			    n < REPORT_PARTS_RULES / 2)
				out[n++] = (struct report_parts_rule){ true,
					technique_rules[k].advice,
					analyst_technique_name(
					    an->techniques[i].kind) };
	for (size_t i = 0; i < an->objections.n; i++)
		seen[an->objections.items[i].kind] = true;
	for (size_t k = 0; k < COUNT(objection_rules); k++)
		if (seen[objection_rules[k].kind])
			out[n++] = (struct report_parts_rule){
				false, objection_rules[k].advice,
				analyst_objection_name(objection_rules[k].kind)
			};
	out[n++] = (struct report_parts_rule){ false,
		"Do not promise what the offer does not hold.", "Always" };
	return n;
}
