/**
 * The agents: what answers a chat message in the worker. A table; each lists
 * itself in /agent by name and description.
 *
 * An agent says what it does as it goes (agents_action), each time a snapshot
 * that is stored and then emitted; at the end it leaves its content and what is
 * to be stored, which go in together with the end of the job. It may be run
 * again from the start at any time, so what it did before is found and reused.
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

/** The four of the sales analysis; room for a few more. */
#define AGENT_OUTPUTS_MAX 8

struct agent_run {
	struct job_ctx *j;
	struct principal who;
	/* Of the job's payload. */
	struct slice session_id, conv_id, msg_id;
	struct slice video_id, collection_id; /* empty: none was chosen */
	struct slice text; /* what the user wrote behind the @name */
	const char *name;  /* of the agent */
	/* What the next snapshot shows. */
	struct json_object *actions, *agents, *content;
	int64_t rev;
	int64_t shown_ms; /* when the last snapshot went out */
	/* What the end stores; `video` is the row's uuid. */
	struct slice video;
	struct slice transcript; /* the row's id that the outputs are of */
	char echo[2][37];        /* jobs that say the end again; "": none */
	struct store_output output[AGENT_OUTPUTS_MAX];
	size_t n_outputs;
};

struct agent {
	const char *name;
	const char *description;
	int (*run)(struct agent_run *run, struct err *e);
};

extern const struct agent agents_table[];
extern const size_t agents_count;

/** NULL when there is none of that name. */
const struct agent *agents_find(struct slice name);
/** "@a, @b": what a user can ask for. */
void agents_list(struct buf *out);

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
/** Replace the content by one item (its reference is taken). */
void agents_content(struct agent_run *run, struct json_object *item);
/** The video's row, or a sentence that tells the user to choose one. */
int agents_video(
    struct agent_run *run, struct json_object **row, struct err *e) MUST_CHECK;

/* The agents, one file each. */
int agent_sales_run(struct agent_run *run, struct err *e);
int agent_stream_run(struct agent_run *run, struct err *e);

#endif
