#include "text/report_parts.h"

/* A summary is read in a minute. */
#define MAX_TECHNIQUES 4u
#define MAX_OBJECTIONS 3u
#define MAX_PHRASES    3u

static void
add_techniques(const struct analyst *an, struct buf *out)
{
	if (an->n_techniques == 0)
		return;
	buf_adds(out, "\n**How the seller works:** ");
	for (size_t i = 0; i < an->n_techniques && i < MAX_TECHNIQUES; i++)
		buf_addf(out, "%s%s (%zu)", i ? ", " : "",
		    analyst_technique_name(an->techniques[i].kind),
		    an->techniques[i].quotes.total);
	buf_adds(out, ".\n");
}

static void
add_objections(const struct analyst *an, struct buf *out)
{
	if (an->objections.n == 0)
		return;
	buf_adds(out, "\n**What the buyer objects to:**\n\n");
	for (size_t i = 0; i < an->objections.n && i < MAX_OBJECTIONS; i++) {
		const struct analyst_objection *o = &an->objections.items[i];

		buf_addf(out, "%s: %s\n\n", analyst_objection_name(o->kind),
		    report_parts_result(o));
		report_parts_quote(&o->objection, out);
		buf_addc(out, '\n');
	}
}

static void
add_quotes(const char *title, const struct analyst_quotes *q, struct buf *out)
{
	if (q->n == 0)
		return;
	buf_addf(out, "\n**%s:**\n\n", title);
	for (size_t i = 0; i < q->n && i < MAX_PHRASES; i++) {
		report_parts_quote(&q->items[i], out);
		buf_addc(out, '\n');
	}
}

void
report_summary(const struct analyst *an, struct buf *out)
{
	buf_adds(out, "## Summary\n\n");
	report_parts_overview(an, out);
	buf_adds(out, "\n");
	if (an->n_topics != 0) {
		buf_adds(out, "\n**It is about:** ");
		for (size_t i = 0; i < an->n_topics; i++)
			buf_addf(out, "%s%.*s", i ? ", " : "",
			    SLICE_ARG(an->topics[i]));
		buf_adds(out, ".\n");
	}
	add_techniques(an, out);
	add_objections(an, out);
	add_quotes("Said most strongly", &an->key_phrases, out);
	add_quotes("What is agreed", &an->commitments, out);
	buf_adds(out,
	    "\nWritten by the built-in offline engine, by rules: it picks, it "
	    "does not rephrase.\n");
}
