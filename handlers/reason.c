#include "handlers/reason.h"

#include "base/utf8.h"
#include "handlers/stage.h"
#include "proto/jval.h"

/* ---- who is asked ----------------------------------------------------------- */

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The name behind the "@" at the start of `s`; empty: there is none. */
static struct slice
name_at(struct slice s)
{
	size_t n = 1;

	if (s.n == 0 || s.p[0] != '@')
		return SLICE_EMPTY;
	while (n < s.n && is_name_byte(s.p[n]))
		n++;
	return slice_sub(s, 1, n - 1);
}

static int
unknown(struct slice name, struct err *e)
{
	struct buf list = BUF_INIT;

	agents_list(&list);
	(void)err_set(e, ERR_NOT_FOUND,
	    "There is no agent @%.*s. You can ask: %s.",
	    SLICE_ARG(slice_sub(name, 0, 40)), buf_cstr(&list));
	buf_fini(&list);
	return -1;
}

static int
choose(struct reason_choice *c, struct slice name, struct err *e)
{
	const struct agent *agent = agents_find(name);

	if (agent == NULL)
		return unknown(name, e);
	for (size_t i = 0; i < c->n; i++)
		if (c->agent[i] == agent)
			return 0;
	if (c->n < COUNT(c->agent))
		c->agent[c->n++] = agent;
	return 0;
}

static int
choose_named(struct agent_run *run, struct reason_choice *c, struct err *e)
{
	struct json_object *agents =
	    json_object_object_get(run->j->job->payload, "agents");
	size_t n = json_object_is_type(agents, json_type_array)
	    ? json_object_array_length(agents)
	    : 0;

	for (size_t i = 0; i < n; i++)
		if (choose(c, jval_slice(json_object_array_get_idx(agents, i)),
			e) != 0)
			return -1;
	return 0;
}

/* Names at the start of the text; unknown ones are told, if none was picked. */
static int
choose_typed(struct agent_run *run, struct reason_choice *c, struct err *e)
{
	bool picked = c->n != 0;
	struct slice name;

	run->text = utf8_trim(run->text);
	for (name = name_at(run->text); name.n != 0;
	     name = name_at(run->text)) {
		const struct agent *agent = agents_find(name);
		bool among = false;

		for (size_t i = 0; i < c->n; i++)
			among |= c->agent[i] == agent;
		if (picked && !among)
			return 0;
		if (choose(c, name, e) != 0)
			return -1;
		run->text = utf8_trim(slice_from_at(run->text, name.n + 1));
	}
	return 0;
}

/* Names further on: only known ones, an address is none. */
static void
choose_mentioned(struct agent_run *run, struct reason_choice *c)
{
	struct err ignored = ERR_INIT;

	for (size_t i = 1; i < run->text.n; i++) {
		struct slice name = name_at(slice_from_at(run->text, i));

		if ((run->text.p[i - 1] == ' ' || run->text.p[i - 1] == '\n') &&
		    agents_find(name) != NULL)
			(void)choose(c, name, &ignored);
	}
}

/* ---- one agent --------------------------------------------------------------- */

/* "video_id=ID" in the text, as the fork of Director has it. */
static void
take_word(struct slice text, const char *key, struct json_object *args)
{
	struct slice k = slice_from(key), word;
	struct slice rest = text;

	while (slice_cut(&rest, ' ', &word))
		if (slice_starts(word, k) && word.n > k.n + 1 &&
		    word.p[k.n] == '=')
			jval_put_str(
			    args, key, utf8_trim(slice_from_at(word, k.n + 1)));
}

static int
run_one(struct agent_run *run, const struct agent *agent, struct err *e)
{
	struct json_object *args = agents_args(run, agent, run->text);
	int rc;

	take_word(run->text, "video_id", args);
	take_word(run->text, "collection_id", args);
	rc = agents_call(run, agent, args, e);
	(void)json_object_put(args);
	return rc;
}

bool
reason_fatal(const struct err *e)
{
	return e->code == ERR_UNAVAILABLE || e->code == ERR_INTERNAL ||
	    e->code == ERR_STALE;
}

void
reason_failed(struct agent_run *run, const struct err *e)
{
	agents_content(run,
	    agents_text(
		run, MESSAGE_ERROR, "This did not work", slice_from(e->msg)));
}

int
reason_run(struct agent_run *run, struct err *e)
{
	struct reason_choice choice = { .n = 0 };
	bool picked;

	if (choose_named(run, &choice, e) != 0)
		return -1;
	picked = choice.n != 0;
	if (choose_typed(run, &choice, e) != 0)
		return -1;
	if (!picked)
		choose_mentioned(run, &choice);
	if (choice.n == 1)
		return run_one(run, choice.agent[0], e);
	if (stage_engine(run->j->conf, STAGE_REASONING) == STAGE_LLM &&
	    (choice.n != 0 || run->text.n != 0))
		return reason_llm(run, &choice, e);
	return reason_plan(run, &choice, e);
}
