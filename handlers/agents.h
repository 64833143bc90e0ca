/**
 * The agents: what answers a chat message in the worker. A table; each lists
 * itself in /agent by name and description, and is a tool of the reasoning
 * (reason.h) with its parameters.
 *
 * An agent says what it does as it goes (agents_action), each time a snapshot
 * that is stored and then emitted; at the end it leaves its content, what is to
 * be stored, which goes in together with the end of the job, and what it found
 * as data for the reasoning. It may be run again from the start at any time, so
 * what it did before is found and reused.
 *
 * Failure: -1 with struct err: ERR_UNAVAILABLE is tried again, ERR_STALE ends
 * the run quietly, anything else is told to the user: a sentence that says
 * what to do.
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_AGENTS_H
#define HANDLERS_AGENTS_H

#include "handlers/jobs.h"
#include "io/store_video.h"
#include "proto/message.h"
#include "text/plan.h"

/** The four of the sales analysis; room for a few more. */
#define AGENT_OUTPUTS_MAX 8
/** Videos whose outputs one message makes: two are compared. */
#define AGENT_MADE_MAX 4

/** What the end stores of one video; `video` and `transcript` are rows' ids. */
struct agent_made {
	struct slice video;
	struct slice transcript; /* that the outputs are of */
	struct store_output output[AGENT_OUTPUTS_MAX];
	size_t n;
};

struct agent_run {
	struct job_ctx *j;
	struct principal who;
	/* Of the job's payload. */
	struct slice session_id, conv_id, msg_id;
	struct slice video_id, collection_id; /* empty: none was chosen */
	struct slice text;                    /* what the user wrote */
	bool fresh;       /* what was kept is made anew: force_refresh */
	const char *name; /* of the agent that runs */
	/* What the next snapshot shows. */
	struct json_object *actions, *agents, *content;
	size_t base; /* items before it are of agents that have ended */
	int64_t rev;
	bool later;       /* it waits for its turn: ask.h */
	bool asked;       /* an engine, and what it said is kept nowhere yet */
	int64_t shown_ms; /* when the last snapshot went out */
	/* What the agent found, for the reasoning: an object, or NULL; owned. */
	struct json_object *data;
	/* What the session is to remember of this message, or NULL; owned. */
	struct json_object *context;
	char echo[2][37]; /* jobs that say the end again; "": none */
	struct agent_made made[AGENT_MADE_MAX];
	size_t n_made;
};

#define AGENT_ASKED(intent) (1u << (intent))

struct agent {
	const char *name;
	const char *description;
	const char *parameters; /* JSON Schema of an object */
	const char *text;       /* the parameter that is what the user typed */
	int (*run)(
	    struct agent_run *run, struct json_object *args, struct err *e);
	/* It stores what it makes: AGENT_ASKED of each that asks for it. 0: it
	 * reads, or has a rule of its own in reason_llm.c (upload). */
	unsigned asked;
};

extern const struct agent agents_table[];
extern const size_t agents_count;

/** NULL when there is none of that name. */
const struct agent *agents_find(struct slice name);
/** "@a, @b": what a user can ask for. */
void agents_list(struct buf *out);
/** What the user typed behind the agent's name as its arguments: `text`, and
 *  the chosen video and collection. New reference. */
struct json_object *agents_args(const struct agent_run *run,
    const struct agent *agent, struct slice text) MUST_CHECK;
/** Run it as one of perhaps several of this message. */
int agents_call(struct agent_run *run, const struct agent *agent,
    struct json_object *args, struct err *e) MUST_CHECK;

/**
 * A line of the log the user sees, and what is being done meanwhile. Snapshots
 * come at most every AGENTS_SNAPSHOT_MS; what is left out comes with the next.
 */
#define AGENTS_SNAPSHOT_MS 100
/** Tried again, with the new one. */
#define AGENTS_REPLACED \
	"the transcript was replaced while it was being worked on."
int agents_action(
    struct agent_run *run, const char *line, struct err *e) MUST_CHECK;
/** Text as it grows, shown at once (contract C): raw, made harmless here. At
 *  most every AGENTS_GROW_MS, as each time all of it is sent. */
#define AGENTS_GROW_MS 300
int agents_grow(struct agent_run *run, const char *status_message,
    struct slice text, struct err *e) MUST_CHECK;
/** May the run go on? ERR_STALE: the lease is lost, the worker stops. */
int agents_go_on(const struct agent_run *run, struct err *e) MUST_CHECK;
/** Replace the agent's content by one item (its reference is taken). */
void agents_content(struct agent_run *run, struct json_object *item);
/** One more item. */
void agents_add(struct agent_run *run, struct json_object *item);
/** A text item of the agent; `text` is Markdown, made harmless here. */
struct json_object *
agents_text(struct agent_run *run, enum message_status status,
    const char *status_message, struct slice text) MUST_CHECK;
/** What was found (the reference is taken). */
void agents_data(struct agent_run *run, struct json_object *data);
/** The video's row: `video_id` of the arguments, else the chosen one; or a
 *  sentence that tells the user to choose one. */
int agents_video(struct agent_run *run, struct json_object *args,
    struct json_object **row, struct err *e) MUST_CHECK;
/** The video of that name in the collection that is open; `*row` stays NULL
 *  when there is none. New reference. */
int agents_named(struct agent_run *run, struct slice name,
    struct json_object **row, struct err *e) MUST_CHECK;
/** What a video is called; borrowed. */
struct slice agents_name_of(struct json_object *row);
/** A name inside Markdown: its punctuation means nothing. */
void agents_add_name(struct buf *out, struct slice name);
/** Words of a transcript inside Markdown: one line, and no markup. */
void agents_add_words(struct buf *out, struct slice words);
/** A safe address of the row's metadata; empty: none. */
struct slice agents_url_of(struct json_object *row, const char *key);

/* The agents, one file each. */
int agent_compare_run(
    struct agent_run *run, struct json_object *args, struct err *e);
int
agent_index_run(struct agent_run *run, struct json_object *args, struct err *e);
int
agent_sales_run(struct agent_run *run, struct json_object *args, struct err *e);
int agent_search_run(
    struct agent_run *run, struct json_object *args, struct err *e);
int agent_stream_run(
    struct agent_run *run, struct json_object *args, struct err *e);
int agent_summary_run(
    struct agent_run *run, struct json_object *args, struct err *e);
int agent_transcription_run(
    struct agent_run *run, struct json_object *args, struct err *e);
int agent_upload_run(
    struct agent_run *run, struct json_object *args, struct err *e);

#endif
