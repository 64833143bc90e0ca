#include <string.h>

#include "text/report_parts.h"

/* Examples of one kind in the text; the JSON has more. */
#define MAX_EXAMPLES 4u
/* Entries of a list of questions or commitments. */
#define MAX_ENTRIES 10u

static void
add_quotes(const struct analyst_quotes *q, size_t limit, struct buf *out)
{
	for (size_t i = 0; i < q->n && i < limit; i++) {
		report_parts_quote(&q->items[i], out);
		buf_addc(out, '\n');
	}
	if (q->n > limit)
		buf_addf(out, "(%zu more.)\n\n", q->n - limit);
}

static void
add_summary(const struct analyst *an, struct buf *out)
{
	buf_adds(out, "## Summary\n\n");
	report_parts_overview(an, out);
	buf_adds(out, "\n\n");
	buf_addf(out,
	    "- Techniques found: %zu\n- Objections found: %zu\n"
	    "- Questions: %zu of the seller, %zu of the buyer\n"
	    "- Commitments: %zu\n",
	    an->n_techniques, an->objections.total, an->seller_questions.total,
	    an->buyer_questions.total, an->commitments.total);
	if (an->n_topics != 0) {
		buf_adds(out, "- Frequent words: ");
		for (size_t i = 0; i < an->n_topics; i++)
			buf_addf(out, "%s%.*s", i == 0 ? "" : ", ",
			    SLICE_ARG(an->topics[i]));
		buf_addc(out, '\n');
	}
	buf_addc(out, '\n');
}

static void
add_techniques(const struct analyst *an, struct buf *out)
{
	buf_adds(out, "## Sales techniques\n\n");
	if (an->n_techniques == 0)
		buf_adds(out,
		    "No technique that the engine knows was found in "
		    "the seller's words.\n\n");
	for (size_t i = 0; i < an->n_techniques; i++) {
		const struct analyst_technique_use *u = &an->techniques[i];

		buf_addf(out, "### %s\n\n%s ", analyst_technique_name(u->kind),
		    analyst_technique_about(u->kind));
		report_parts_effect(u, an->has_buyer, out);
		buf_adds(out, "\n\n");
		add_quotes(&u->quotes, MAX_EXAMPLES, out);
	}
}

static void
add_strategies(const struct analyst *an, struct buf *out)
{
	buf_adds(out, "## Communication strategies\n\n");
	if (an->n_strategies == 0)
		buf_adds(out, "None that the engine knows was found.\n\n");
	for (size_t i = 0; i < an->n_strategies; i++) {
		const struct analyst_strategy_use *u = &an->strategies[i];

		buf_addf(out, "### %s\n\n%s\n\n",
		    analyst_strategy_name(u->kind),
		    analyst_strategy_about(u->kind));
		add_quotes(&u->quotes, 2, out);
	}
}

static void
add_objections(const struct analyst *an, struct buf *out)
{
	buf_adds(out, "## Objections and answers\n\n");
	if (an->objections.n == 0)
		buf_adds(out,
		    an->has_buyer
			? "The buyer raises no objection that the engine "
			  "knows.\n\n"
			: "Objections could not be looked for, because no "
			  "buyer can be told apart.\n\n");
	for (size_t i = 0; i < an->objections.n; i++) {
		const struct analyst_objection *o = &an->objections.items[i];

		buf_addf(out, "### %zu. %s\n\nThe buyer objects:\n\n", i + 1,
		    analyst_objection_name(o->kind));
		report_parts_quote(&o->objection, out);
		if (o->answered) {
			buf_adds(out, "\nThe seller answers:\n\n");
			report_parts_quote(&o->answer, out);
		}
		buf_addf(out, "\n%s\n\n", report_parts_result(o));
	}
}

static void
add_list(const char *title, const char *none, const struct analyst_quotes *q,
    struct buf *out)
{
	buf_addf(out, "%s\n\n", title);
	if (q->n == 0)
		buf_addf(out, "%s\n\n", none);
	add_quotes(q, MAX_ENTRIES, out);
}

static void
add_guidelines(const struct analyst *an, struct buf *out)
{
	struct report_parts_rule rules[REPORT_PARTS_RULES];
	size_t n = report_parts_rules(an, rules);

	buf_adds(out, "## Guidelines for a voice agent\n\n");
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "- %s: %s (%s)\n",
		    rules[i].is_do ? "Do" : "Don't", rules[i].description,
		    rules[i].context);
}

void
report_analysis(const struct analyst *an, struct buf *out)
{
	buf_adds(out,
	    "# Sales analysis\n\n"
	    "Written by the built-in offline engine: it finds known "
	    "patterns by rules and quotes\nthe transcript word for "
	    "word. No language model was asked.\n\n");
	add_summary(an, out);
	add_techniques(an, out);
	add_strategies(an, out);
	add_objections(an, out);
	buf_adds(out, "## Questions\n\n");
	add_list("### The seller asks", "The seller asks nothing.",
	    &an->seller_questions, out);
	if (an->has_buyer)
		add_list("### The buyer asks", "The buyer asks nothing.",
		    &an->buyer_questions, out);
	add_list("## Commitments", "Nobody promises anything.",
	    &an->commitments, out);
	add_guidelines(an, out);
}

/** The longest run of backticks in a text. */
static size_t
longest_run(struct slice s)
{
	size_t longest = 0;
	size_t run = 0;

	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

static void
add_part(
    const char *title, const char *language, struct slice text, struct buf *out)
{
	size_t n = longest_run(text) + 1;

	if (n < 3)
		n = 3;
	buf_addf(out, "## %s\n", title);
	memset(buf_room(out, n), '`', n);
	out->n += n;
	buf_addf(out, "%s\n", language);
	buf_add_slice(out, text);
	if (text.n != 0 && text.p[text.n - 1] != '\n')
		buf_addc(out, '\n');
	memset(buf_room(out, n), '`', n);
	out->n += n;
	buf_adds(out, "\n");
}

void
report_unified(const struct report_parts *parts, struct buf *out)
{
	add_part("Analysis", "markdown", parts->analysis, out);
	buf_addc(out, '\n');
	add_part("Structured Data", "json", parts->structured, out);
	buf_addc(out, '\n');
	add_part("Voice Prompt", "", parts->voice, out);
	buf_addc(out, '\n');
	add_part("Training Data", "json", parts->training, out);
}
