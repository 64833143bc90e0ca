#include "text/report_parts.h"

/* Templates drawn from one transcript. */
#define MAX_TEMPLATES 8u

static struct json_object *
text_value(struct slice s)
{
	return json_object_new_string_len(s.p, (int)s.n);
}

static void
put_text(struct json_object *o, const char *key, const char *text)
{
	(void)json_object_object_add(o, key, json_object_new_string(text));
}

static void
put_slice(struct json_object *o, const char *key, struct slice text)
{
	(void)json_object_object_add(o, key, text_value(text));
}

/** Add what is in `b` under `key`, and empty it. */
static void
put_buf(struct json_object *o, const char *key, struct buf *b)
{
	put_slice(o, key, buf_slice(b));
	buf_clear(b);
}

static struct json_object *
quotes_value(const struct analyst_quotes *q)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < q->n; i++)
		(void)json_object_array_add(list, text_value(q->items[i].text));
	return list;
}

static struct json_object *
topics_value(const struct analyst *an)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < an->n_topics; i++)
		(void)json_object_array_add(list, text_value(an->topics[i]));
	return list;
}

/** What somebody can learn here: one line a technique, most used first. */
static struct json_object *
objectives_value(const struct analyst *an)
{
	struct json_object *list = json_object_new_array();
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < an->n_techniques && i < 4; i++) {
		buf_clear(&b);
		buf_addf(&b, "Recognise and use: %s.",
		    analyst_technique_name(an->techniques[i].kind));
		(void)json_object_array_add(list, text_value(buf_slice(&b)));
	}
	if (an->objections.n != 0)
		(void)json_object_array_add(list,
		    json_object_new_string(
			"See how objections are answered, and which answers "
			"settle them."));
	buf_fini(&b);
	return list;
}

/** Techniques that few sellers use. */
static struct json_object *
unique_value(const struct analyst *an)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < an->n_techniques; i++) {
		enum analyst_technique k = an->techniques[i].kind;

		if (k == ANALYST_STORY || k == ANALYST_SELF_MODEL ||
		    k == ANALYST_SMALL_STEP || k == ANALYST_SOCIAL)
			(void)json_object_array_add(list,
			    json_object_new_string(analyst_technique_name(k)));
	}
	return list;
}

static struct json_object *
summary_value(const struct analyst *an)
{
	struct json_object *o = json_object_new_object();
	struct buf b = BUF_INIT;

	report_parts_overview(an, &b);
	put_buf(o, "overview", &b);
	(void)json_object_object_add(o, "topics", topics_value(an));
	(void)json_object_object_add(
	    o, "learning_objectives", objectives_value(an));
	(void)json_object_object_add(o, "unique_approaches", unique_value(an));
	buf_fini(&b);
	return o;
}

static struct json_object *
technique_value(const struct analyst_technique_use *u, bool buyer)
{
	struct json_object *o = json_object_new_object();
	struct buf b = BUF_INIT;

	put_text(o, "name", analyst_technique_name(u->kind));
	put_text(o, "description", analyst_technique_about(u->kind));
	(void)json_object_object_add(o, "examples", quotes_value(&u->quotes));
	report_parts_effect(u, buyer, &b);
	put_buf(o, "effectiveness", &b);
	buf_fini(&b);
	return o;
}

static struct json_object *
techniques_value(const struct analyst *an, bool closing_only)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < an->n_techniques; i++) {
		enum analyst_technique k = an->techniques[i].kind;

		if (!closing_only || k == ANALYST_CLOSING ||
		    k == ANALYST_SMALL_STEP || k == ANALYST_URGENCY)
			(void)json_object_array_add(list,
			    technique_value(&an->techniques[i], an->has_buyer));
	}
	return list;
}

static struct json_object *
strategies_value(const struct analyst *an)
{
	struct json_object *list = json_object_new_array();
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < an->n_strategies; i++) {
		const struct analyst_strategy_use *u = &an->strategies[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "type", analyst_strategy_name(u->kind));
		put_text(o, "description", analyst_strategy_about(u->kind));
		(void)json_object_object_add(
		    o, "examples", quotes_value(&u->quotes));
		buf_addf(&b, "Found in %zu of the seller's sentences.",
		    u->quotes.total);
		put_buf(o, "effectiveness", &b);
		(void)json_object_array_add(list, o);
	}
	buf_fini(&b);
	return list;
}

static struct json_object *
objections_value(const struct analyst *an)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < an->objections.n; i++) {
		const struct analyst_objection *x = &an->objections.items[i];
		struct json_object *o = json_object_new_object();
		struct json_object *examples = json_object_new_array();

		put_text(o, "type", analyst_objection_name(x->kind));
		put_slice(o, "objection", x->objection.text);
		put_slice(
		    o, "response", x->answered ? x->answer.text : SLICE_EMPTY);
		(void)json_object_array_add(
		    examples, text_value(x->objection.text));
		if (x->answered)
			(void)json_object_array_add(
			    examples, text_value(x->answer.text));
		(void)json_object_object_add(o, "examples", examples);
		put_text(o, "effectiveness", report_parts_result(x));
		(void)json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *
guidelines_value(const struct analyst *an)
{
	struct json_object *list = json_object_new_array();
	struct report_parts_rule rules[REPORT_PARTS_RULES];
	size_t n = report_parts_rules(an, rules);

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new_object();

		put_text(o, "type", rules[i].is_do ? "do" : "dont");
		put_text(o, "description", rules[i].description);
		put_text(o, "context", rules[i].context);
		(void)json_object_array_add(list, o);
	}
	return list;
}

/** A sentence with its numbers left open: "donate $[number] today". */
static void
make_template(struct slice s, struct buf *out)
{
	bool open = false;

	for (size_t i = 0; i < s.n; i++) {
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		bool inside = open && (s.p[i] == '.' || s.p[i] == ',') &&
		    i + 1 < s.n && s.p[i + 1] >= '0' && s.p[i + 1] <= '9';

		if (digit && !open)
			buf_adds(out, "[number]");
		open = digit || inside;
		if (!open)
			buf_addc(out, s.p[i]);
	}
}

static struct json_object *
templates_value(const struct analyst *an)
{
	struct json_object *list = json_object_new_array();
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < an->n_techniques && i < MAX_TEMPLATES; i++) {
		const struct analyst_technique_use *u = &an->techniques[i];
		size_t best = 0;
		struct json_object *o;

		for (size_t k = 1; k < u->quotes.n; k++)
			if (u->quotes.items[k].score >
			    u->quotes.items[best].score)
				best = k;
		o = json_object_new_object();
		make_template(u->quotes.items[best].text, &b);
		put_buf(o, "template", &b);
		put_text(o, "context", analyst_technique_name(u->kind));
		(void)json_object_array_add(list, o);
	}
	buf_fini(&b);
	return list;
}

struct json_object *
report_structured(const struct analyst *an)
{
	struct json_object *data = json_object_new_object();
	struct json_object *top = json_object_new_object();
	const struct {
		const char *key;
		struct json_object *value;
	} members[] = {
		{ "summary", summary_value(an) },
		{ "sales_techniques", techniques_value(an, false) },
		{ "communication_strategies", strategies_value(an) },
		{ "objection_handling", objections_value(an) },
		{ "voice_agent_guidelines", guidelines_value(an) },
		{ "closing_techniques", techniques_value(an, true) },
		{ "script_templates", templates_value(an) },
		{ "key_phrases", quotes_value(&an->key_phrases) },
		{ "engine", json_object_new_string("offline") },
	};

	for (size_t i = 0; i < COUNT(members); i++)
		(void)json_object_object_add(
		    data, members[i].key, members[i].value);
	(void)json_object_object_add(top, "analysis_data", data);
	return top;
}
