/*
 * The worker's side of a chat message: run the agent, end the message.
 *
 *   payload -> agent table -> snapshots -> one transaction {final snapshot,
 *   outputs, end of the job} -> emit -> (XACK by the worker)
 *
 * The revision is the attempt's number and a count, so a later attempt's
 * snapshots are always newer than those of one that lost its lease.
 */
#include "handlers/job_chat.h"

#include <stdio.h>

#include "handlers/reason.h"
#include "io/rnd.h"
#include "io/store_chat.h"
#include "io/store_context.h"
#include "proto/jval.h"

/* Snapshots of one attempt: far more than agents have stages. */
#define REVS_PER_ATTEMPT 100000
/*
 * The page may draw a history it read before the end over the final event: the
 * final snapshot is said again this much later (contract L, 4).
 */
static const int64_t ECHO_AFTER_MS[] = { 3000, 10000 };

static void
run_init(struct agent_run *run, struct job_ctx *j, char who[static 64])
{
	struct json_object *p = j->job->payload;

	*run = (struct agent_run){
		.j = j,
		.who = { slice_from(who) },
		.session_id = jval_str(p, "session_id"),
		.conv_id = jval_str(p, "conv_id"),
		.msg_id = jval_str(p, "msg_id"),
		.video_id = jval_str(p, "video_id"),
		.collection_id = jval_str(p, "collection_id"),
		.text = jval_str(p, "text"),
		.fresh = json_object_get_boolean(
		    json_object_object_get(p, "force_refresh")),
		.name = "assistant",
		.actions = json_object_new_array(),
		.agents = json_object_new_array(),
		.content = json_object_new_array(),
		.rev = j->job->token * REVS_PER_ATTEMPT,
	};
}

static void
drop_made(struct agent_run *run)
{
	for (size_t i = 0; i < run->n_made; i++)
		for (size_t k = 0; k < run->made[i].n; k++)
			(void)json_object_put(run->made[i].output[k].metadata);
	run->n_made = 0;
}

static void
run_fini(struct agent_run *run)
{
	(void)json_object_put(run->actions);
	(void)json_object_put(run->agents);
	(void)json_object_put(run->content);
	(void)json_object_put(run->data);
	(void)json_object_put(run->context);
	drop_made(run);
}

/* Where its history was read in mid-run, the end is said again later. */
static int
add_echoes(struct agent_run *run, struct err *e)
{
	struct json_object *payload;
	bool watched = false;
	int rc = 0;

	if (store_chat_watched(
		run->j->store, run->session_id, run->msg_id, &watched, e) != 0)
		return -1;
	if (!watched)
		return 0;
	payload = json_object_new_object();
	jval_put_str(payload, "session_id", run->session_id);
	jval_put_str(payload, "msg_id", run->msg_id);
	for (size_t i = 0; rc == 0 && i < COUNT(ECHO_AFTER_MS); i++) {
		rnd_uuid(run->echo[i]);
		rc = store_job_add(run->j->store, slice_from(run->echo[i]),
		    "chat_echo", payload, ECHO_AFTER_MS[i], e);
	}
	(void)json_object_put(payload);
	return rc;
}

/* Outputs of a transcript that was replaced meanwhile are of no use. */
static int
check_transcript(
    struct agent_run *run, const struct agent_made *made, struct err *e)
{
	struct json_object *row = NULL;
	bool same;

	if (store_transcript_get(
		run->j->store, &run->who, made->video, &row, e) != 0 &&
	    e->code != ERR_NOT_FOUND)
		return -1;
	same = row != NULL && slice_eq(jval_str(row, "id"), made->transcript);
	(void)json_object_put(row);
	if (same)
		return 0;
	return err_set(e, ERR_UNAVAILABLE, AGENTS_REPLACED);
}

static int
write_made(struct agent_run *run, struct err *e)
{
	for (size_t i = 0; i < run->n_made; i++) {
		const struct agent_made *made = &run->made[i];

		if (made->n != 0 &&
		    (check_transcript(run, made, e) != 0 ||
			store_output_replace(run->j->store, made->video,
			    made->output, made->n, e) != 0))
			return -1;
	}
	return 0;
}

static int
write_end(struct agent_run *run, enum message_status status, const char *error,
    struct err *e)
{
	struct store *s = run->j->store;
	const struct store_snapshot snap = { run->session_id, run->msg_id,
		slice_from(message_status_name(status)), run->actions,
		run->agents, run->content, ++run->rev };

	if (store_chat_snapshot(s, &snap, e) != 0)
		return -1;
	if (run->context != NULL &&
	    store_context_put(s, run->session_id, run->context, e) != 0)
		return -1;
	if (write_made(run, e) != 0 || add_echoes(run, e) != 0)
		return -1;
	if (run->j->ended)
		return 0;
	return store_job_finish(s, run->j->job,
	    status == MESSAGE_SUCCESS ? "success" : jobs_failure(run->j), error,
	    e);
}

/* Without its ticket the store's sweep finds an echo. */
static void
ticket_echoes(struct agent_run *run)
{
	const struct queue quick = jobs_lane(run->j, jobs_find("chat_echo"));
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT(ECHO_AFTER_MS); i++)
		if (*run->echo[i] != '\0' &&
		    queue_add(&quick, slice_from(run->echo[i]),
			ECHO_AFTER_MS[i], &e) != 0)
			metrics_error(run->j->metrics, e.code);
}

static void
emit_end(struct agent_run *run, enum message_status status)
{
	const struct message_output out = { run->session_id, run->conv_id,
		run->msg_id, status, run->actions, run->agents, run->content,
		run->rev, 0 };
	struct chat_emission m = { run->who, run->session_id, run->msg_id,
		message_output_json(&out), run->rev, false };
	struct err e = ERR_INIT;

	/* The store has it: a page that missed it reads the history. */
	if (chat_room_emit(&run->j->room, &m, &e) != 0)
		metrics_error(run->j->metrics, e.code);
	(void)json_object_put(m.event);
}

/* The end in one transaction, then told to everybody. */
static int
end_run(struct agent_run *run, enum message_status status, const char *error,
    struct err *e)
{
	/* A page's log that is empty goes on saying that it thinks. */
	if (json_object_array_length(run->actions) == 0)
		(void)json_object_array_add(
		    run->actions, json_object_new_string("Read the message"));
	if (store_begin(run->j->store, e) != 0)
		return -1;
	if (write_end(run, status, error, e) != 0) {
		store_rollback(run->j->store);
		return -1;
	}
	if (store_commit(run->j->store, e) != 0)
		return -1;
	emit_end(run, status);
	ticket_echoes(run);
	return 0;
}

/* A final error: a sentence the user can see, as a text item. */
static int
end_error(struct agent_run *run, const char *sentence, struct err *e)
{
	int rc;

	/* What agents before it have found is still there. */
	agents_content(run,
	    agents_text(
		run, MESSAGE_ERROR, "This did not work", slice_from(sentence)));
	drop_made(run);
	rc = end_run(run, MESSAGE_ERROR, sentence, e);
	metrics_add(run->j->metrics, METRIC_JOBS_ERROR, 1);
	return rc;
}

/* What a failure means for the job. */
static enum job_end
end_of(struct agent_run *run, struct err *e)
{
	struct err second = ERR_INIT;

	if (e->code == ERR_STALE)
		return atomic_load(run->j->lost) ? JOB_LOST
		    : atomic_load(run->j->stop)  ? JOB_GIVEN
		    : run->later                 ? JOB_LATER
						 : JOB_LOST;
	if (e->code == ERR_UNAVAILABLE || e->code == ERR_INTERNAL)
		return JOB_RETRY;
	if (end_error(run, e->msg, &second) == 0)
		return JOB_DONE;
	*e = second;
	return second.code == ERR_STALE ? JOB_LOST : JOB_RETRY;
}

enum job_end
job_chat_run(struct job_ctx *j, struct err *e)
{
	struct agent_run run;
	enum job_end end = JOB_DONE;
	char who[64] = "";

	if (store_session_principal(
		j->store, jval_str(j->job->payload, "session_id"), who, e) != 0)
		return JOB_RETRY;
	run_init(&run, j, who);
	if (reason_run(&run, e) != 0 ||
	    end_run(&run, MESSAGE_SUCCESS, "", e) != 0)
		end = end_of(&run, e);
	else
		metrics_add(j->metrics, METRIC_JOBS_SUCCESS, 1);
	run_fini(&run);
	return end;
}

int
job_chat_give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	struct agent_run run;
	char who[64] = "";
	char sentence[400];
	int rc;

	if (store_session_principal(
		j->store, jval_str(j->job->payload, "session_id"), who, e) != 0)
		return -1;
	run_init(&run, j, who);
	run.rev += REVS_PER_ATTEMPT - 2;
	/* What went wrong inside is for the log. */
	if (atomic_load(j->cancelled))
		(void)snprintf(sentence, sizeof(sentence), "%s", why->msg);
	else
		(void)snprintf(sentence, sizeof(sentence),
		    "This was tried several times and did not work: %s Please ask "
		    "again later.",
		    why->code == ERR_UNAVAILABLE
			? why->msg
			: "something failed on the server.");
	rc = end_error(&run, sentence, e);
	run_fini(&run);
	return rc;
}

/* The message as it is stored; none is no error: the session was deleted. */
static int
stored_output(struct job_ctx *j, struct json_object **row, struct err *e)
{
	struct json_object *p = j->job->payload;

	*row = NULL;
	if (store_chat_output(j->store, jval_str(p, "session_id"),
		jval_str(p, "msg_id"), row, e) != 0 &&
	    e->code != ERR_NOT_FOUND)
		return -1;
	return 0;
}

static int
say_again(struct job_ctx *j, struct err *e)
{
	struct json_object *row;
	int rc = 0;

	if (stored_output(j, &row, e) != 0)
		return -1;
	if (row != NULL)
		rc = chat_room_emit_row(&j->room, j->store, row, e);
	(void)json_object_put(row);
	return rc;
}

int
job_chat_repeat(struct job_ctx *j, struct err *e)
{
	static const struct err WHY = { .code = ERR_INTERNAL };
	struct json_object *row;
	bool open;

	if (stored_output(j, &row, e) != 0)
		return -1;
	/* A crash may come between the job's end and its message's. */
	open = slice_eqs(jval_str(row, "status"), "progress");
	(void)json_object_put(row);
	return open ? job_chat_give_up(j, &WHY, e) : say_again(j, e);
}

int
job_chat_revive(struct job_ctx *j, struct err *e)
{
	struct json_object *p = j->job->payload;

	return store_chat_reopen(
	    j->store, jval_str(p, "session_id"), jval_str(p, "msg_id"), e);
}

enum job_end
job_echo_run(struct job_ctx *j, struct err *e)
{
	return say_again(j, e) == 0 ? JOB_DONE : JOB_RETRY;
}

int
job_echo_give_up(struct job_ctx *j, const struct err *why, struct err *e)
{
	return store_job_finish(j->store, j->job, jobs_failure(j), why->msg, e);
}

int
job_echo_repeat(struct job_ctx *j, struct err *e)
{
	(void)j;
	(void)e;
	return 0;
}
