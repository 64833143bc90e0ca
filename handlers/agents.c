#include "handlers/agents.h"

#include <string.h>

#include "io/clock.h"
#include "io/store_chat.h"
#include "proto/jval.h"
#include "text/harmless.h"

/* Videos looked through for a name. */
#define LOOK_MAX 1000

/* Parts of schemas that agents share. */
#define ID(name, what)                                              \
	"\"" name "\": {\"type\": \"string\", \"maxLength\": 128, " \
	"\"description\": \"" what "\"}"
#define TEXT(name, what)                                             \
	"\"" name "\": {\"type\": \"string\", \"maxLength\": 4000, " \
	"\"description\": \"" what "\"}"
#define VIDEO ID("video_id", "The video; left out: the chosen one.")
#define COLLECTION \
	ID("collection_id", "The collection; left out: the open one.")
#define SCHEMA(required, properties)                          \
	"{\"type\": \"object\", \"properties\": {" properties \
	"}, \"required\": [" required "], \"additionalProperties\": false}"

/* clang-format off */
const struct agent agents_table[] = {
	{ "sales_prompt_extractor",
	  "Analyses the sales techniques of a pitch and makes a voice agent's "
	  "prompt, structured data and training data of it.",
	  SCHEMA("", VIDEO "," COLLECTION ","
	    "\"force_refresh\": {\"type\": \"boolean\", \"description\": "
	    "\"Make anew what was made before; only when the user asks.\"}"),
	  NULL, agent_sales_run,
	  AGENT_ASKED(PLAN_ANALYSE) | AGENT_ASKED(PLAN_COMPARE) },
	{ "stream_video",
	  "Shows a video of the collection.",
	  SCHEMA("", VIDEO "," COLLECTION "," TEXT("name", "Its name.")),
	  "name", agent_stream_run, 0 },
	{ "transcription",
	  "Gets the transcript of a video, and makes it where there is none.",
	  SCHEMA("", VIDEO "," COLLECTION ","
	    "\"timestamp_mode\": {\"type\": \"boolean\", \"description\": "
	    "\"Group what is said by time.\"},"
	    "\"time_range\": {\"type\": \"integer\", \"minimum\": 1, "
	    "\"maximum\": 60, \"description\": \"Minutes of a group.\"}"),
	  NULL, agent_transcription_run, 0 },
	{ "search",
	  "Finds moments by meaning and by words, in a video or a whole "
	  "collection, with their times.",
	  SCHEMA("\"query\"", TEXT("query", "What to look for.") ","
	    "\"search_type\": {\"type\": \"string\", \"enum\": [\"semantic\", "
	    "\"keyword\", \"hybrid\"]},"
	    "\"result_threshold\": {\"type\": \"integer\", \"minimum\": 1, "
	    "\"maximum\": 50, \"description\": \"At most so many moments.\"},"
	    ID("video_id", "Look in this video only.") "," COLLECTION),
	  "query", agent_search_run, 0 },
	{ "summarize_video",
	  "Summarizes what is said in a video.",
	  SCHEMA("", VIDEO "," COLLECTION ","
	    TEXT("prompt", "What the summary should be like.")),
	  "prompt", agent_summary_run, 0 },
	{ "compare_pitches",
	  "Sets two pitches side by side: techniques, objections and their "
	  "answers.",
	  SCHEMA("", ID("video_id", "The first video, or its name.") ","
	    ID("other_video_id", "The second video, or its name.") ","
	    COLLECTION "," TEXT("pitches", "Two names: A and B.")),
	  "pitches", agent_compare_run, AGENT_ASKED(PLAN_COMPARE) },
	{ "upload",
	  "Uploads a video, audio or image from its web address.",
	  SCHEMA("\"source\"", "\"source\": {\"type\": \"string\", "
	    "\"maxLength\": 2048, \"description\": \"An http or https address "
	    "that the user wrote.\"}," TEXT("name", "What to call it.") ","
	    COLLECTION),
	  "source", agent_upload_run, 0 },
	{ "index",
	  "Makes what is said in a video searchable.",
	  SCHEMA("", VIDEO "," COLLECTION), NULL, agent_index_run,
	  AGENT_ASKED(PLAN_INDEX) | AGENT_ASKED(PLAN_FIND) },
};
/* clang-format on */
const size_t agents_count = COUNT(agents_table);

const struct agent *
agents_find(struct slice name)
{
	for (size_t i = 0; i < agents_count; i++)
		if (slice_eqs(name, agents_table[i].name))
			return &agents_table[i];
	return NULL;
}

void
agents_list(struct buf *out)
{
	for (size_t i = 0; i < agents_count; i++)
		buf_addf(out, "%s@%s", i ? ", " : "", agents_table[i].name);
}

static void
put_some(struct json_object *o, const char *key, struct slice value)
{
	if (value.n != 0)
		jval_put_str(o, key, value);
}

struct json_object *
agents_args(
    const struct agent_run *run, const struct agent *agent, struct slice text)
{
	struct json_object *args = json_object_new_object();

	put_some(args, "video_id", run->video_id);
	put_some(args, "collection_id", run->collection_id);
	if (agent->text != NULL)
		put_some(args, agent->text, text);
	return args;
}

/* What only told of progress has no place beside what follows. */
static void
drop_progress(struct agent_run *run)
{
	for (size_t i = json_object_array_length(run->content); i > run->base;
	     i--) {
		struct json_object *item =
		    json_object_array_get_idx(run->content, i - 1);

		if (slice_eqs(jval_str(item, "status"), "progress"))
			(void)json_object_array_del_idx(run->content, i - 1, 1);
	}
}

int
agents_call(struct agent_run *run, const struct agent *agent,
    struct json_object *args, struct err *e)
{
	size_t n = json_object_array_length(run->agents);
	bool named = false;

	for (size_t i = 0; i < n; i++)
		named |= slice_eqs(
		    jval_slice(json_object_array_get_idx(run->agents, i)),
		    agent->name);
	if (!named)
		(void)json_object_array_add(
		    run->agents, json_object_new_string(agent->name));
	drop_progress(run);
	run->name = agent->name;
	run->base = json_object_array_length(run->content);
	agents_data(run, NULL);
	return agent->run(run, args, e);
}

/* ---- snapshots ------------------------------------------------------------ */

int
agents_go_on(const struct agent_run *run, struct err *e)
{
	if (atomic_load(run->j->lost))
		return err_set(e, ERR_STALE, "the lease was taken over");
	if (atomic_load(run->j->stop))
		return err_set(e, ERR_STALE, "the worker stops");
	if (atomic_load(run->j->cancelled))
		return err_set(e, ERR_STALE, "the job was cancelled");
	return 0;
}

static int
snapshot(struct agent_run *run, struct err *e)
{
	const struct store_snapshot snap = { run->session_id, run->msg_id,
		SLICE("progress"), run->actions, run->agents, run->content,
		++run->rev };
	const struct message_output out = { run->session_id, run->conv_id,
		run->msg_id, MESSAGE_PROGRESS, run->actions, run->agents,
		run->content, run->rev, 0 };
	struct chat_emission m = { run->who, run->session_id, run->msg_id, NULL,
		run->rev, false };
	struct err ignored = ERR_INIT;

	run->shown_ms = clock_mono_ms();
	if (store_chat_snapshot(run->j->store, &snap, e) != 0)
		return -1;
	/* Told or not: the store has it, the next snapshot replaces it. */
	m.event = message_output_json(&out);
	if (chat_room_emit(&run->j->room, &m, &ignored) != 0)
		metrics_error(run->j->metrics, ignored.code);
	(void)json_object_put(m.event);
	return 0;
}

void
agents_add(struct agent_run *run, struct json_object *item)
{
	(void)json_object_array_add(run->content, item);
}

void
agents_content(struct agent_run *run, struct json_object *item)
{
	size_t n = json_object_array_length(run->content);

	if (n > run->base)
		(void)json_object_array_del_idx(
		    run->content, run->base, n - run->base);
	agents_add(run, item);
}

struct json_object *
agents_text(struct agent_run *run, enum message_status status,
    const char *status_message, struct slice text)
{
	struct buf safe = BUF_INIT;
	struct json_object *item;

	harmless_markdown(text, &safe);
	item = message_text_item(
	    run->name, status, status_message, buf_slice(&safe));
	buf_fini(&safe);
	return item;
}

int
agents_action(struct agent_run *run, const char *line, struct err *e)
{
	struct buf safe = BUF_INIT;

	harmless_line(slice_from(line), &safe);
	(void)json_object_array_add(
	    run->actions, jval_new_str(buf_slice(&safe)));
	buf_fini(&safe);
	agents_content(run,
	    message_text_item(run->name, MESSAGE_PROGRESS, line, SLICE_EMPTY));
	if (agents_go_on(run, e) != 0)
		return -1;
	if (run->shown_ms != 0 &&
	    clock_mono_ms() - run->shown_ms < AGENTS_SNAPSHOT_MS &&
	    run->j->conf->stage_delay_ms == 0)
		return 0;
	if (snapshot(run, e) != 0)
		return -1;
	jobs_pause(run->j, run->j->conf->stage_delay_ms);
	return agents_go_on(run, e);
}

int
agents_grow(struct agent_run *run, const char *status_message,
    struct slice text, struct err *e)
{
	if (agents_go_on(run, e) != 0)
		return -1;
	if (clock_mono_ms() - run->shown_ms < AGENTS_GROW_MS)
		return 0;
	agents_content(
	    run, agents_text(run, MESSAGE_SUCCESS, status_message, text));
	return snapshot(run, e);
}

void
agents_data(struct agent_run *run, struct json_object *data)
{
	(void)json_object_put(run->data);
	run->data = data;
}

/* ---- videos --------------------------------------------------------------- */

int
agents_video(struct agent_run *run, struct json_object *args,
    struct json_object **row, struct err *e)
{
	struct slice id = jval_str(args, "video_id");

	if (id.n == 0)
		id = run->video_id;
	if (id.n == 0)
		return err_set(e, ERR_BAD_REQUEST,
		    "No video is chosen. Choose a video from the list, then "
		    "ask @%s again.",
		    run->name);
	if (store_video_get(run->j->store, &run->who, id, row, e) == 0)
		return 0;
	if (e->code == ERR_NOT_FOUND)
		return err_set(e, ERR_NOT_FOUND,
		    "The chosen video does not exist any more. Choose another "
		    "video from the list and ask again.");
	return -1;
}

struct slice
agents_name_of(struct json_object *row)
{
	struct json_object *metadata = json_object_object_get(row, "metadata");
	struct slice name = jval_str(metadata, "name");

	return name.n != 0 ? name : jval_str(row, "video_id");
}

/* Is that what the page calls it? It shows names made harmless. */
static bool
is_named(struct json_object *row, struct slice text)
{
	struct buf shown = BUF_INIT;
	bool same;

	harmless_name(agents_name_of(row), &shown);
	same = slice_eq_nocase(slice_trim(buf_slice(&shown)), text) ||
	    slice_eq_nocase(slice_trim(agents_name_of(row)), text) ||
	    slice_eq(jval_str(row, "video_id"), text);
	buf_fini(&shown);
	return same;
}

int
agents_named(struct agent_run *run, struct slice name, struct json_object **row,
    struct err *e)
{
	struct json_object *rows = NULL;
	size_t n;

	*row = NULL;
	if (store_video_list(run->j->store, &run->who, run->collection_id,
		LOOK_MAX, &rows, e) != 0)
		return -1;
	n = json_object_array_length(rows);
	for (size_t i = 0; *row == NULL && i < n; i++) {
		struct json_object *one = json_object_array_get_idx(rows, i);

		if (is_named(one, name))
			*row = json_object_get(one);
	}
	(void)json_object_put(rows);
	return 0;
}

void
agents_add_name(struct buf *out, struct slice name)
{
	struct buf shown = BUF_INIT;

	harmless_name(name, &shown);
	for (size_t i = 0; i < shown.n; i++) {
		if (strchr("\\`*_[]#~|!", shown.p[i]) != NULL)
			buf_addc(out, '\\');
		buf_addc(out, shown.p[i]);
	}
	buf_fini(&shown);
}

void
agents_add_words(struct buf *out, struct slice words)
{
	for (size_t i = 0; i < words.n; i++) {
		char c = words.p[i];

		/* "!" is none without a bracket, and common in speech. */
		if (c != '\0' && strchr("\\`*_[]#~|", c) != NULL)
			buf_addc(out, '\\');
		if (c == '\n')
			c = ' ';
		buf_addc(out, c);
	}
}

struct slice
agents_url_of(struct json_object *row, const char *key)
{
	struct slice url =
	    jval_str(json_object_object_get(row, "metadata"), key);

	return url.n != 0 && message_url_safe(url) ? url : SLICE_EMPTY;
}
