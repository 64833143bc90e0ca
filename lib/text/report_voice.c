#include "text/pii.h"
#include "text/report_parts.h"

/* A prompt is read before every call: the best of each, not all. */
#define MAX_OBJECTIONS 5u
#define MAX_QUESTIONS  5u
#define MAX_PHRASES    6u

static void
add_rules(const struct analyst *an, struct buf *out)
{
	struct report_parts_rule rules[REPORT_PARTS_RULES];
	size_t n = report_parts_rules(an, rules);

	buf_adds(out, "Rules\n");
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "- %s\n", rules[i].description);
	buf_addc(out, '\n');
}

static void
add_lines(const char *title, const struct analyst_quotes *q, size_t limit,
    struct buf *out)
{
	if (q->n == 0)
		return;
	buf_addf(out, "%s\n", title);
	for (size_t i = 0; i < q->n && i < limit; i++)
		buf_addf(out, "- %.*s\n", SLICE_ARG(q->items[i].text));
	buf_addc(out, '\n');
}

static void
add_techniques(const struct analyst *an, struct buf *out)
{
	if (an->n_techniques == 0)
		return;
	buf_adds(out, "What worked for the seller you learn from\n");
	for (size_t i = 0; i < an->n_techniques && i < 5; i++) {
		const struct analyst_technique_use *u = &an->techniques[i];

		buf_addf(out, "- %s. %s\n  Said like this: %.*s\n",
		    analyst_technique_name(u->kind),
		    analyst_technique_about(u->kind),
		    SLICE_ARG(u->quotes.items[0].text));
	}
	buf_addc(out, '\n');
}

static void
add_objections(const struct analyst *an, struct buf *out)
{
	size_t shown = 0;

	buf_adds(out, "Objections and how to answer\n");
	for (size_t i = 0; i < an->objections.n && shown < MAX_OBJECTIONS;
	     i++) {
		const struct analyst_objection *o = &an->objections.items[i];

		if (!o->answered)
			continue;
		shown++;
		buf_addf(out,
		    "- %s. When you hear: %.*s\n  Answer like: %.*s\n",
		    analyst_objection_name(o->kind),
		    SLICE_ARG(o->objection.text), SLICE_ARG(o->answer.text));
	}
	if (shown == 0)
		buf_adds(out,
		    "- The transcript shows none with an answer. "
		    "When you hear one: listen, ask\n  for the "
		    "reason, answer with one fact, and ask whether "
		    "that settles it.\n");
	buf_addc(out, '\n');
}

void
report_voice_prompt(const struct analyst *an, struct buf *out)
{
	struct pii *pii = pii_learn(an->transcript);
	struct buf b = BUF_INIT;

	buf_adds(&b,
	    "You are a voice agent who sells by listening. Speak in "
	    "short sentences, one thought\nat a time, and let the "
	    "other side finish.\n\n"
	    "Course of the call\n"
	    "1. Opening: greet, say who you are, ask for a moment.\n"
	    "2. Discovery: ask before you present.\n"
	    "3. Offer: connect it to what you heard.\n"
	    "4. Concerns: take each one up and answer it.\n"
	    "5. Closing: ask for one clear next step.\n\n");
	add_rules(an, &b);
	add_techniques(an, &b);
	add_lines("Questions to ask", &an->seller_questions, MAX_QUESTIONS, &b);
	add_objections(an, &b);
	add_lines("Phrases to keep", &an->key_phrases, MAX_PHRASES, &b);
	if (!an->has_buyer)
		buf_adds(&b,
		    "Only one voice could be told apart in the "
		    "transcript, so there is nothing in here\nabout "
		    "how a listener reacts.\n\n");
	buf_adds(&b,
	    "Written by the built-in offline engine from one "
	    "transcript. Personal information that\nrules find was "
	    "removed.\n");
	pii_clean(pii, buf_slice(&b), out);
	pii_free(pii);
	buf_fini(&b);
}
