#include "text/examples.h"
#include "text/pii.h"
#include "text/report_parts.h"

static void
put(struct json_object *o, const char *key, struct slice text)
{
	(void)json_object_object_add(
	    o, key, json_object_new_string_len(text.p, (int)text.n));
}

static struct json_object *
raw_examples(const struct analyst_exchanges *list)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < list->n; i++) {
		struct json_object *o = json_object_new_object();

		put(o, "input", list->items[i].prompt);
		put(o, "output", list->items[i].reply);
		put(o, "context", list->items[i].before);
		(void)json_object_array_add(all, o);
	}
	return all;
}

struct json_object *
report_training(const struct analyst *an)
{
	struct json_object *raw = raw_examples(&an->exchanges), *checked, *top;
	struct pii *pii = pii_learn(an->transcript);
	struct examples_counts n;

	/* They are looked through as an engine's are. */
	checked = examples_check(raw, &n);
	top = pii_clean_json(pii, checked);
	(void)json_object_put(checked);
	(void)json_object_put(raw);
	pii_free(pii);
	(void)json_object_object_add(
	    top, "engine", json_object_new_string("offline"));
	if (n.kept == 0)
		(void)json_object_object_add(top, "note",
		    json_object_new_string(an->has_buyer
			    ? "No question with a complete answer was found "
			      "in the transcript."
			    : "Pairs need two speakers; only one voice can be "
			      "told apart in the transcript."));
	return top;
}
