#include "handlers/agents.h"

#include "io/clock.h"
#include "io/store_chat.h"
#include "proto/jval.h"
#include "text/harmless.h"

/* clang-format off */
const struct agent agents_table[] = {
	{ "sales_prompt_extractor",
	  "Analyses the sales techniques of a pitch and makes a voice agent's "
	  "prompt, structured data and training data of it.",
	  agent_sales_run },
	{ "stream_video",
	  "Shows a video of the collection.",
	  agent_stream_run },
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

/* May the run go on? The lease may be lost, the worker may stop. */
static int
go_on(const struct agent_run *run, struct err *e)
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
agents_content(struct agent_run *run, struct json_object *item)
{
	(void)json_object_put(run->content);
	run->content = json_object_new_array();
	(void)json_object_array_add(run->content, item);
}

int
agents_action(struct agent_run *run, const char *line, struct err *e)
{
	struct buf safe = BUF_INIT;
	int64_t now = clock_mono_ms();

	harmless_line(slice_from(line), &safe);
	(void)json_object_array_add(
	    run->actions, jval_new_str(buf_slice(&safe)));
	buf_fini(&safe);
	agents_content(run,
	    message_text_item(run->name, MESSAGE_PROGRESS, line, SLICE_EMPTY));
	if (go_on(run, e) != 0)
		return -1;
	if (run->shown_ms != 0 && now - run->shown_ms < AGENTS_SNAPSHOT_MS &&
	    run->j->conf->stage_delay_ms == 0)
		return 0;
	run->shown_ms = now;
	if (snapshot(run, e) != 0)
		return -1;
	jobs_pause(run->j, run->j->conf->stage_delay_ms);
	return go_on(run, e);
}

int
agents_video(struct agent_run *run, struct json_object **row, struct err *e)
{
	if (run->video_id.n == 0)
		return err_set(e, ERR_BAD_REQUEST,
		    "No video is chosen. Choose a video from the list, then "
		    "ask @%s again.",
		    run->name);
	if (store_video_get(run->j->store, &run->who, run->video_id, row, e) ==
	    0)
		return 0;
	if (e->code == ERR_NOT_FOUND)
		return err_set(e, ERR_NOT_FOUND,
		    "The chosen video does not exist any more. Choose another "
		    "video from the list and ask again.");
	return -1;
}
