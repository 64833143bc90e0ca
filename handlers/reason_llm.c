/*
 * Reasoning by a language model: it is asked, calls agents as tools, is told what
 * they found, and is asked again, at most ROUNDS_MAX times (director contract, E).
 *
 *   system, remembered turns, user  ->  model  ->  tool calls  ->  agents
 *                                        ^                           |
 *                                        +------- results as data ---+
 *
 * Each answer of the model is kept as it comes: another try of the job asks for
 * none of them again, and its agents find what they had made.
 *
 * What agents return may be anybody's words. It is marked as data; and where a
 * tool does more than read, only the user's own words open it (is_asked(),
 * not_users(), is_wanted()).
 */
#include "base/utf8.h"
#include "handlers/ask.h"
#include "handlers/reason.h"
#include "handlers/stage_prompt.h"
#include "io/store_context.h"
#include "proto/dialogue.h"
#include "proto/jschema.h"
#include "proto/jval.h"
#include "text/plan.h"

#define ROUNDS_MAX 10
/* Of one answer; more is a model that went astray. */
#define CALLS_MAX 8
/* What is remembered of a session, bytes: some 15,000 tokens. */
#define CONTEXT_MAX ((size_t)60 * 1024)
/* What a tool's result may have of it. */
#define RESULT_MAX ((size_t)24 * 1024)
/* What all results of one message may have, as each round sends them again: some
 * 25,000 tokens. Behind that a result is as one of an earlier turn. */
#define RESULTS_MAX ((size_t)96 * 1024)
/* Videos of the collection that the model is told of. */
#define VIDEOS_MAX 50

struct reasoning {
	struct agent_run *run;
	const struct reason_choice *choice;
	struct json_object *context;  /* of the session, an object; owned */
	struct json_object *messages; /* without the system's; owned */
	struct json_object *answers;  /* of this message, as they came; owned */
	struct json_object *done;     /* "name arguments": result; owned */
	size_t said;                  /* bytes of results */
	size_t replay;                /* answers that another try has left */
	bool heard;                   /* a round's results */
	bool failed;                  /* an agent has */
	struct buf text;              /* as it comes */
};

/* ---- tools ------------------------------------------------------------------ */

/* Does the user ask for what this one does? The rest only reads. */
static bool
is_asked(const struct agent_run *run, const struct agent *agent)
{
	return !slice_eqs(slice_from(agent->name), "upload") ||
	    plan_url(run->text).n != 0;
}

static bool
is_offered(const struct reasoning *r, const struct agent *agent)
{
	if (r->choice->n == 0)
		return is_asked(r->run, agent);
	for (size_t i = 0; i < r->choice->n; i++)
		if (r->choice->agent[i] == agent)
			return is_asked(r->run, agent);
	return false;
}

static struct json_object *
tool_of(const struct agent *agent)
{
	struct json_object *tool = json_object_new_object(),
			   *function = json_object_new_object(), *parameters;

	jval_put_str(function, "name", slice_from(agent->name));
	jval_put_str(function, "description", slice_from(agent->description));
	if (jval_parse(slice_from(agent->parameters), &parameters) == JVAL_OK)
		(void)json_object_object_add(
		    function, "parameters", parameters);
	jval_put_str(tool, "type", SLICE("function"));
	(void)json_object_object_add(tool, "function", function);
	return tool;
}

static struct json_object *
tools_of(const struct reasoning *r)
{
	struct json_object *tools = json_object_new_array();

	for (size_t i = 0; i < agents_count; i++)
		if (is_offered(r, &agents_table[i]))
			(void)json_object_array_add(
			    tools, tool_of(&agents_table[i]));
	return tools;
}

/* ---- the question ------------------------------------------------------------- */

static const char SYSTEM[] =
    "You are Director, an assistant for a collection of videos of sales "
    "conversations. You have tools; use those that answer what the user asks, "
    "in the order that is needed, and go on until it is done. Prefer "
    "summarize_video for summaries, stream_video to show a video, search to "
    "find moments, sales_prompt_extractor for sales analyses and voice prompts. "
    "The user sees what the tools have made: do not repeat it, say in a few "
    "sentences what came of it and what did not work. Do not show ids. Do not "
    "answer from your own knowledge of the world unless you are asked to.";

static void
add_video_fact(struct buf *out, struct json_object *row)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "video_id", jval_str(row, "video_id"));
	jval_put_str(o, "name", agents_name_of(row));
	jval_put_str(o, "collection_id", jval_str(row, "collection_id"));
	jval_print(out, o);
	buf_addc(out, '\n');
	(void)json_object_put(o);
}

static int
add_facts(struct agent_run *run, struct buf *out, struct err *e)
{
	struct json_object *row = NULL, *rows = NULL;
	struct err none = ERR_INIT;
	struct buf facts = BUF_INIT;

	if (run->video_id.n != 0 &&
	    store_video_get(
		run->j->store, &run->who, run->video_id, &row, &none) == 0) {
		buf_adds(&facts, "The chosen video:\n");
		add_video_fact(&facts, row);
	}
	(void)json_object_put(row);
	if (store_video_list(run->j->store, &run->who, run->collection_id,
		VIDEOS_MAX, &rows, e) != 0) {
		buf_fini(&facts);
		return -1;
	}
	buf_adds(&facts, "Videos of the collection, the newest first:\n");
	for (size_t i = 0; i < json_object_array_length(rows); i++)
		add_video_fact(&facts, json_object_array_get_idx(rows, i));
	(void)json_object_put(rows);
	buf_adds(out, "\n\n");
	stage_prompt_mark(out, "collection", buf_slice(&facts));
	buf_fini(&facts);
	return 0;
}

/* System, and what was said so far. New reference. */
static int
question(struct reasoning *r, struct json_object **out, struct err *e)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s\n\n%s", SYSTEM, stage_prompt_rule);
	if (add_facts(r->run, &text, e) != 0) {
		buf_fini(&text);
		return -1;
	}
	*out = json_object_new_array();
	(void)json_object_array_add(
	    *out, ask_message("system", buf_slice(&text)));
	buf_fini(&text);
	for (size_t i = 0; i < json_object_array_length(r->messages); i++)
		(void)json_object_array_add(*out,
		    json_object_get(json_object_array_get_idx(r->messages, i)));
	return 0;
}

/* ---- what is remembered --------------------------------------------------------- */

static int
recall(struct reasoning *r, struct err *e)
{
	struct json_object *open, *answers;

	if (store_context_get(
		r->run->j->store, r->run->session_id, &r->context, e) != 0)
		return -1;
	if (r->context == NULL)
		r->context = json_object_new_object();
	r->messages = dialogue_trim(
	    json_object_object_get(r->context, "reasoning"), CONTEXT_MAX);
	(void)json_object_array_add(
	    r->messages, ask_message("user", r->run->text));
	open = json_object_object_get(r->context, "open");
	answers = json_object_is_type(open, json_type_object)
	    ? json_object_object_get(open, "answers")
	    : NULL;
	if (slice_eq(jval_str(open, "msg_id"), r->run->msg_id) &&
	    json_object_is_type(answers, json_type_array)) {
		r->answers = json_object_get(answers);
		r->replay = json_object_array_length(answers);
	} else {
		r->answers = json_object_new_array();
	}
	r->done = json_object_new_object();
	return 0;
}

/* The model's answer, before anything is done about it. */
static int
keep_answer(struct reasoning *r, struct json_object *message, struct err *e)
{
	struct json_object *open = json_object_new_object();

	(void)json_object_array_add(r->answers, json_object_get(message));
	jval_put_str(open, "msg_id", r->run->msg_id);
	(void)json_object_object_add(
	    open, "answers", json_object_get(r->answers));
	(void)json_object_object_add(r->context, "open", open);
	return store_context_put(
	    r->run->j->store, r->run->session_id, r->context, e);
}

/* For the end of the job: run->context. */
static void
remember(struct reasoning *r)
{
	struct json_object *trimmed = dialogue_trim(r->messages, CONTEXT_MAX);

	json_object_object_del(r->context, "open");
	(void)json_object_object_add(r->context, "reasoning", trimmed);
	(void)json_object_put(r->run->context);
	r->run->context = json_object_get(r->context);
}

/* ---- calling agents -------------------------------------------------------------- */

static struct json_object *
result(const char *status, struct slice message, struct json_object *data)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "status", slice_from(status));
	jval_put_str(o, "message", message);
	(void)json_object_object_add(o, "data",
	    data != NULL ? json_object_get(data) : json_object_new_object());
	return o;
}

static struct json_object *
refusal(struct reasoning *r, const char *why)
{
	r->failed = true;
	return result("error", slice_from(why), NULL);
}

/* The chosen video and collection where the model names none. */
static void
complete(const struct agent_run *run, const struct agent *agent,
    struct json_object *args)
{
	struct json_object *own = agents_args(run, agent, SLICE_EMPTY);

	json_object_object_foreach(own, key, value)
		if (jval_str(args, key).n == 0)
			(void)json_object_object_add(
			    args, key, json_object_get(value));
	(void)json_object_put(own);
}

/* Has the user written this address? A part of one is another one. */
static bool
is_written(struct slice text, struct slice url)
{
	for (struct slice one = plan_url(text); one.n != 0;
	     one = plan_url(text)) {
		if (slice_eq(one, url))
			return true;
		text = slice_from_at(text, (size_t)(one.p - text.p) + one.n);
	}
	return false;
}

/* Is all that is the user's to ask for asked for? Else the reason to refuse. */
static const char *
not_users(const struct agent_run *run, const struct agent *agent,
    struct json_object *args)
{
	if (slice_eqs(slice_from(agent->name), "upload") &&
	    !is_written(run->text, plan_url(jval_str(args, "source"))))
		return "Only an address that the user wrote may be fetched.";
	if (!run->fresh &&
	    json_object_get_boolean(
		json_object_object_get(args, "force_refresh")))
		return "What was made before is made anew only when the user "
		       "writes force_refresh; say so, or call without it.";
	return NULL;
}

/* Once the model has read what an agent found, somebody else may speak through
 * it. What stores something is then only called if the user's words, by rules,
 * ask for it; or in the user's next message, which may be a plain yes. */
static bool
is_wanted(const struct reasoning *r, const struct agent *agent)
{
	struct plan plan;

	if (!r->heard || agent->asked == 0 || r->choice->n != 0)
		return true;
	plan_read(r->run->text, &plan);
	for (size_t i = 0; i < plan.n; i++)
		if (agent->asked & AGENT_ASKED(plan.step[i].intent))
			return true;
	return false;
}

static int
run_agent(struct reasoning *r, const struct agent *agent,
    struct json_object *args, struct json_object **out, struct err *e)
{
	struct agent_run *run = r->run;
	const char *line =
	    arena_printf(&run->j->arena, "Running @%s agent", agent->name);

	if (agents_action(run, line, e) != 0)
		return -1;
	if (agents_call(run, agent, args, e) == 0) {
		*out = result(
		    "success", SLICE("Done; the user sees it."), run->data);
	} else {
		if (reason_fatal(e))
			return -1;
		reason_failed(run, e);
		*out = refusal(r, e->msg);
		*e = ERR_INIT;
	}
	run->base = json_object_array_length(run->content);
	run->name = "assistant";
	return 0;
}

/* The same call twice is one: the first one's result. */
static int
call_once(struct reasoning *r, const struct agent *agent,
    struct json_object *args, struct json_object **out, struct err *e)
{
	struct buf key = BUF_INIT;
	struct json_object *before;
	int rc = 0;

	buf_addf(&key, "%s ", agent->name);
	jval_print(&key, args);
	before = json_object_object_get(r->done, buf_cstr(&key));
	if (before != NULL)
		*out = json_object_get(before);
	else if (!is_wanted(r, agent))
		*out = refusal(r,
		    "The user has not asked for this; ask whether it is "
		    "wanted, and wait for the answer.");
	else
		rc = run_agent(r, agent, args, out, e);
	if (rc == 0 && before == NULL)
		(void)json_object_object_add(
		    r->done, buf_cstr(&key), json_object_get(*out));
	buf_fini(&key);
	return rc;
}

static int
call_checked(struct reasoning *r, const struct agent *agent,
    struct json_object *given, struct json_object **out, struct err *e)
{
	struct json_object *args = NULL, *schema = NULL;
	struct err why = ERR_INIT;
	const char *no;
	int rc = 0;

	if (jval_parse(slice_from(agent->parameters), &schema) != JVAL_OK ||
	    jschema_check(schema, given, &why) != 0) {
		*out = refusal(r, why.msg);
	} else if ((no = not_users(r->run, agent, given)) != NULL) {
		*out = refusal(r, no);
	} else if (json_object_deep_copy(given, &args, NULL) == 0) {
		complete(r->run, agent, args);
		rc = call_once(r, agent, args, out, e);
	}
	(void)json_object_put(args);
	(void)json_object_put(schema);
	return rc;
}

/* As much of a result as there is room for. */
static struct slice
fitting(struct reasoning *r, struct slice text)
{
	size_t room = r->said < RESULTS_MAX ? RESULTS_MAX - r->said : 0;

	if (room > RESULT_MAX)
		room = RESULT_MAX;
	if (room < DIALOGUE_TOOL_MAX)
		room = DIALOGUE_TOOL_MAX;
	text = utf8_prefix(text, room);
	r->said += text.n;
	return text;
}

static int
call_one(struct reasoning *r, struct json_object *call, struct err *e)
{
	struct slice name = jval_str(call, "name");
	const struct agent *agent = agents_find(name);
	struct json_object *out = NULL, *message;
	struct buf text = BUF_INIT, marked = BUF_INIT;

	if (agent == NULL || !is_offered(r, agent))
		out = refusal(r,
		    arena_printf(&r->run->j->arena,
			"There is no tool \"%.*s\" that may be used here.",
			SLICE_ARG(utf8_prefix(name, 60))));
	else if (call_checked(r, agent,
		     json_object_object_get(call, "arguments"), &out, e) != 0)
		return -1;
	jval_print(&text, out);
	stage_prompt_mark(&marked, "result", fitting(r, buf_slice(&text)));
	message = ask_message("tool", buf_slice(&marked));
	jval_put_str(message, "tool_call_id", jval_str(call, "id"));
	(void)json_object_array_add(r->messages, message);
	(void)json_object_put(out);
	buf_fini(&text);
	buf_fini(&marked);
	return 0;
}

/* {"id", "name", "arguments"} of a message's tool_calls, as of an answer. */
static struct json_object *
calls_of(struct json_object *message)
{
	struct json_object *list = json_object_new_array(), *given = NULL;

	(void)json_object_object_get_ex(message, "tool_calls", &given);
	for (size_t i = 0; json_object_is_type(given, json_type_array) &&
	     i < json_object_array_length(given);
	     i++) {
		struct json_object *one = json_object_array_get_idx(given, i),
				   *f = json_object_object_get(one, "function"),
				   *call = json_object_new_object(),
				   *arguments = NULL;

		jval_put_str(call, "id", jval_str(one, "id"));
		jval_put_str(call, "name", jval_str(f, "name"));
		if (jval_parse(jval_str(f, "arguments"), &arguments) != JVAL_OK)
			arguments = NULL;
		(void)json_object_object_add(call, "arguments", arguments);
		(void)json_object_array_add(list, call);
	}
	return list;
}

static int
call_all(struct reasoning *r, struct json_object *message, struct err *e)
{
	struct json_object *calls = calls_of(message);
	size_t n = json_object_array_length(calls);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct json_object *call = json_object_array_get_idx(calls, i);

		/* Each call needs a result, or the server refuses the rest. */
		if (i >= CALLS_MAX)
			jval_put_str(call, "name", SLICE("too many calls"));
		rc = call_one(r, call, e);
	}
	r->heard = true;
	(void)json_object_put(calls);
	return rc;
}

/* ---- the loop ----------------------------------------------------------------------- */

static void
on_text(void *cookie, struct slice piece)
{
	struct reasoning *r = cookie;
	struct err ignored = ERR_INIT;

	buf_add_slice(&r->text, piece);
	if (agents_grow(r->run, "Writing the answer", buf_slice(&r->text),
		&ignored) != 0 &&
	    ignored.code != ERR_STALE)
		metrics_error(r->run->j->metrics, ignored.code);
}

/* The model's next message, asked for or left by the try before. */
static int
next_answer(struct reasoning *r, size_t round, struct json_object **message,
    struct err *e)
{
	struct llm_chat q = { .on_text = on_text, .cookie = r };
	struct llm_answer a;
	int rc;

	if (round < r->replay) {
		*message = json_object_get(
		    json_object_array_get_idx(r->answers, round));
		return 0;
	}
	if (question(r, &q.messages, e) != 0)
		return -1;
	/* The last one has to come to an end. */
	q.tools = round + 1 < ROUNDS_MAX ? tools_of(r) : NULL;
	buf_clear(&r->text);
	rc = ask_chat(r->run, &q, &a, e);
	if (rc == 0) {
		*message = json_object_get(a.message);
		rc = keep_answer(r, *message, e);
	}
	llm_answer_fini(&a);
	(void)json_object_put(q.messages);
	(void)json_object_put(q.tools);
	return rc;
}

static void
conclude(struct reasoning *r, struct slice text)
{
	bool tools = json_object_array_length(r->run->agents) != 0;
	struct slice shown = text.n != 0 ? text
	    : r->failed ? SLICE("Not everything worked; see above.")
			: SLICE("Done; see above.");

	r->run->name = "assistant";
	agents_content(r->run,
	    agents_text(r->run,
		r->failed && tools ? MESSAGE_ERROR : MESSAGE_SUCCESS,
		tools ? "Final Cut" : "Here is the response", shown));
}

/* The last message as it is remembered: a call without a result, or a message
 * that says nothing, is refused by servers for the rest of the session. */
static struct json_object *
last_message(struct json_object *message)
{
	struct json_object *copy = NULL;

	if (json_object_deep_copy(message, &copy, NULL) != 0)
		return ask_message("assistant", SLICE("(no answer)"));
	json_object_object_del(copy, "tool_calls");
	if (utf8_trim(jval_str(copy, "content")).n == 0)
		jval_put_str(copy, "content", SLICE("(no answer)"));
	return copy;
}

static int
loop(struct reasoning *r, struct err *e)
{
	for (size_t round = 0; round < ROUNDS_MAX; round++) {
		struct json_object *message = NULL, *calls = NULL;
		int rc = next_answer(r, round, &message, e);

		if (rc != 0) {
			(void)json_object_put(message);
			return -1;
		}
		(void)json_object_object_get_ex(message, "tool_calls", &calls);
		if (!json_object_is_type(calls, json_type_array) ||
		    json_object_array_length(calls) == 0 ||
		    round + 1 == ROUNDS_MAX) {
			(void)json_object_array_add(
			    r->messages, last_message(message));
			conclude(r, utf8_trim(jval_str(message, "content")));
			(void)json_object_put(message);
			return 0;
		}
		(void)json_object_array_add(r->messages, message);
		if (call_all(r, message, e) != 0)
			return -1;
	}
	return 0;
}

/* What could not be answered: the log says where, the text why. */
static void
log_failure(struct agent_run *run, const struct err *why)
{
	struct err ignored = ERR_INIT;

	run->name = "assistant";
	if (!reason_fatal(why) &&
	    agents_action(run, "Failed to reason the message", &ignored) != 0)
		metrics_error(run->j->metrics, ignored.code);
}

int
reason_llm(
    struct agent_run *run, const struct reason_choice *choice, struct err *e)
{
	struct reasoning r = { .run = run, .choice = choice };
	int rc = agents_action(run, "Reasoning the message..", e);

	if (rc == 0)
		rc = recall(&r, e);
	if (rc == 0) {
		rc = loop(&r, e);
		if (rc == 0 || !reason_fatal(e))
			remember(&r);
	}
	if (rc != 0)
		log_failure(run, e);
	(void)json_object_put(r.context);
	(void)json_object_put(r.messages);
	(void)json_object_put(r.answers);
	(void)json_object_put(r.done);
	buf_fini(&r.text);
	return rc;
}
