#include "text/pii.h"
#include "text/report_parts.h"

static struct json_object *
clean_value(struct pii *pii, struct slice text)
{
	struct buf b = BUF_INIT;
	struct json_object *value;

	pii_clean(pii, text, &b);
	value = json_object_new_string_len(buf_cstr(&b), (int)b.n);
	buf_fini(&b);
	return value;
}

struct json_object *
report_training(const struct analyst *an)
{
	struct json_object *top = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct pii *pii = pii_learn(an->transcript);

	for (size_t i = 0; i < an->exchanges.n; i++) {
		struct json_object *o = json_object_new_object();

		(void)json_object_object_add(o, "input",
		    clean_value(pii, an->exchanges.items[i].prompt));
		(void)json_object_object_add(o, "output",
		    clean_value(pii, an->exchanges.items[i].reply));
		(void)json_object_array_add(list, o);
	}
	pii_free(pii);
	(void)json_object_object_add(top, "examples", list);
	(void)json_object_object_add(
	    top, "engine", json_object_new_string("offline"));
	if (an->exchanges.n == 0)
		(void)json_object_object_add(top, "note",
		    json_object_new_string(an->has_buyer
			    ? "No question with a complete answer was found "
			      "in the transcript."
			    : "Pairs need two speakers; only one voice can be "
			      "told apart in the transcript."));
	return top;
}
