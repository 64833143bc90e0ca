#include "handlers/stage_finish.h"

#include <stdio.h>

#include "proto/jval.h"
#include "text/examples.h"
#include "text/pii.h"
#include "text/report.h"
#include "text/verbatim.h"

/* Less is no analysis and no prompt. */
#define TEXT_MIN 20

static const struct verbatim *
verbatim_of(struct stage_run *s)
{
	if (s->verbatim.joined.p == NULL)
		verbatim_init(&s->verbatim, &s->transcript, s->arena);
	return &s->verbatim;
}

static struct json_object *
notes_of(struct stage_run *s, enum stage_id stage)
{
	if (s->notes[stage] == NULL)
		s->notes[stage] = json_object_new_object();
	return s->notes[stage];
}

static int
useless(struct err *e, const char *what)
{
	return err_set(e, ERR_UNAVAILABLE,
	    "The engine's answer was no %s; it may do better the next time.",
	    what);
}

/* One for all of a run: the same person has the same number everywhere. */
static struct pii *
pii_of(struct stage_run *s)
{
	if (s->pii == NULL)
		s->pii = pii_learn(&s->transcript);
	return s->pii;
}

/* ---- analysis ---------------------------------------------------------------- */

int
stage_finish_analysis(
    struct stage_run *s, struct slice text, struct buf *out, struct err *e)
{
	size_t left_out;

	text = slice_trim(text);
	if (text.n < TEXT_MIN)
		return useless(e, "analysis");
	left_out = verbatim_markdown(verbatim_of(s), text, out);
	if (left_out == 0)
		return 0;
	buf_addf(out,
	    "\n%zu %s left out, as the transcript does not have these "
	    "words.\n",
	    left_out, left_out == 1 ? "quote was" : "quotes were");
	jval_put_int(
	    notes_of(s, STAGE_ANALYSIS), "quotes_left_out", (int64_t)left_out);
	return 0;
}

/* ---- structured data --------------------------------------------------------- */

struct checking {
	const struct verbatim *v;
	size_t left_out;
};

/* False: nobody said so. */
static bool
exact(struct checking *c, struct slice quote, struct json_object **out)
{
	struct slice words;

	if (!verbatim_find(c->v, quote, &words)) {
		c->left_out++;
		return false;
	}
	*out = jval_new_str(words);
	return true;
}

/* An array of quotes: those that were said. */
static struct json_object *
exact_list(struct checking *c, struct json_object *list)
{
	struct json_object *kept = json_object_new_array(), *one;

	if (json_object_is_type(list, json_type_array))
		for (size_t i = 0; i < json_object_array_length(list); i++)
			if (exact(c,
				jval_slice(json_object_array_get_idx(list, i)),
				&one))
				(void)json_object_array_add(kept, one);
	return kept;
}

static void
check_examples(struct checking *c, struct json_object *item)
{
	struct json_object *list = NULL;

	if (json_object_object_get_ex(item, "examples", &list))
		(void)json_object_object_add(
		    item, "examples", exact_list(c, list));
}

/* What older shapes have instead of words: a kind of objection. */
static bool
is_kind_of_objection(struct json_object *item)
{
	return !json_object_object_get_ex(item, "objection", NULL) &&
	    (jval_str(item, "name").n != 0 ||
		jval_str(item, "objection_type").n != 0);
}

/* An objection that nobody raised goes; so does an answer nobody gave. */
static bool
check_objection(struct checking *c, struct json_object *item)
{
	struct slice response = jval_str(item, "response");
	struct json_object *words;

	if (!is_kind_of_objection(item)) {
		if (!exact(c, jval_str(item, "objection"), &words))
			return false;
		(void)json_object_object_add(item, "objection", words);
	}
	if (response.n == 0)
		return true;
	if (!exact(c, response, &words))
		words = json_object_new_string("");
	(void)json_object_object_add(item, "response", words);
	return true;
}

static struct json_object *
check_items(struct checking *c, struct json_object *list, bool objections)
{
	struct json_object *kept = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (json_object_is_type(item, json_type_object)) {
			check_examples(c, item);
			if (objections && !check_objection(c, item))
				continue;
		}
		(void)json_object_array_add(kept, json_object_get(item));
	}
	return kept;
}

static void
check_lists(struct checking *c, struct json_object *data)
{
	static const struct {
		const char *key;
		bool objections;
	} LISTS[] = {
		{ "sales_techniques", false },
		{ "communication_strategies", false },
		{ "objection_handling", true },
		{ "closing_techniques", false },
	};

	for (size_t i = 0; i < COUNT(LISTS); i++) {
		struct json_object *list = NULL;

		if (json_object_object_get_ex(data, LISTS[i].key, &list) &&
		    json_object_is_type(list, json_type_array))
			(void)json_object_object_add(data, LISTS[i].key,
			    check_items(c, list, LISTS[i].objections));
	}
	if (json_object_object_get_ex(data, "key_phrases", NULL))
		(void)json_object_object_add(data, "key_phrases",
		    exact_list(c, json_object_object_get(data, "key_phrases")));
}

/* Something that readers of structured data look for has to be in it. */
static bool
is_structured(struct json_object *data)
{
	static const char *const KEYS[] = { "sales_techniques",
		"communication_strategies", "objection_handling",
		"voice_agent_guidelines" };
	struct json_object *list = NULL;

	if (!json_object_is_type(data, json_type_object))
		return false;
	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (!json_object_object_get_ex(data, KEYS[i], &list) ||
		    !json_object_is_type(list, json_type_array))
			return false;
	return true;
}

int
stage_finish_structured(struct stage_run *s, struct json_object *value,
    struct buf *out, struct err *e)
{
	struct checking c = { verbatim_of(s), 0 };
	struct json_object *data = value, *inner = NULL, *top;

	if (json_object_is_type(value, json_type_object) &&
	    json_object_object_get_ex(value, "analysis_data", &inner))
		data = inner;
	if (!is_structured(data))
		return useless(e, "structured data");
	check_lists(&c, data);
	jval_put_str(data, "engine",
	    slice_from(stage_engine_name(
		stage_engine(s->run->j->conf, STAGE_STRUCTURED))));
	if (c.left_out != 0) {
		jval_put_int(data, "quotes_left_out", (int64_t)c.left_out);
		jval_put_int(notes_of(s, STAGE_STRUCTURED), "quotes_left_out",
		    (int64_t)c.left_out);
	}
	top = json_object_new_object();
	(void)json_object_object_add(
	    top, "analysis_data", json_object_get(data));
	report_json_text(top, out);
	(void)json_object_put(top);
	return 0;
}

/* ---- voice prompt and training data ------------------------------------------- */

int
stage_finish_voice(
    struct stage_run *s, struct slice text, struct buf *out, struct err *e)
{
	text = slice_trim(text);
	if (text.n < TEXT_MIN)
		return useless(e, "voice prompt");
	pii_clean(pii_of(s), text, out);
	buf_addc(out, '\n');
	return 0;
}

static void
note_examples(struct stage_run *s, const struct examples_counts *n,
    struct json_object *top)
{
	struct json_object *notes = notes_of(s, STAGE_TRAINING);
	size_t left_out = n->incomplete + n->repeated;
	char text[120];

	jval_put_int(notes, "examples", (int64_t)n->kept);
	if (left_out == 0)
		return;
	jval_put_int(notes, "incomplete_left_out", (int64_t)n->incomplete);
	jval_put_int(notes, "repeated_left_out", (int64_t)n->repeated);
	(void)snprintf(text, sizeof(text),
	    "%zu examples were left out: %zu incomplete, %zu like another one.",
	    left_out, n->incomplete, n->repeated);
	jval_put_str(top, "note", slice_from(text));
}

int
stage_finish_training(struct stage_run *s, struct json_object *value,
    struct buf *out, struct err *e)
{
	struct examples_counts n;
	struct json_object *list = value, *checked, *top;

	if (json_object_is_type(value, json_type_object))
		list = json_object_object_get(value, "examples");
	if (!json_object_is_type(list, json_type_array))
		return useless(e, "training data");
	checked = examples_check(value, &n);
	top = pii_clean_json(pii_of(s), checked);
	(void)json_object_put(checked);
	jval_put_str(top, "engine",
	    slice_from(stage_engine_name(
		stage_engine(s->run->j->conf, STAGE_TRAINING))));
	note_examples(s, &n, top);
	report_json_text(top, out);
	(void)json_object_put(top);
	return 0;
}
