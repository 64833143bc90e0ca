/*
 * The language model's way: one question a stage, its text shown as it comes.
 */
#include "handlers/ask.h"
#include "handlers/stage_finish.h"
#include "handlers/stage_prompt.h"
#include "io/media_file.h"
#include "proto/jval.h"
#include "proto/media_type.h"
#include "text/segments.h"

/* ---- transcription ------------------------------------------------------------ */

/* The row's own file: what stands in a row may be anybody's word. */
static struct slice
file_of(struct json_object *video)
{
	struct slice file =
	    jval_str(json_object_object_get(video, "metadata"), "file");
	char owner[MEDIA_FILE_OWNER];

	media_file_owner(
	    owner, media_kind_letter(MEDIA_VIDEO), jval_str(video, "id"));
	return media_file_name(file) && slice_starts(file, slice_from(owner))
	    ? file
	    : SLICE_EMPTY;
}

int
stage_llm_transcription(struct stage_run *s, struct buf *out, struct err *e)
{
	struct slice file = file_of(s->video);
	struct llm_transcript t;
	int rc;

	if (file.n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "This video has no transcript yet, and no recording is "
		    "stored that could be transcribed. Add its transcript "
		    "(WebVTT, SRT or plain text) or upload the recording, then "
		    "ask again.");
	rc = ask_transcribe(s->run, file, &t, e);
	if (rc == 0 && !segments_vtt(t.segments, out))
		buf_add_slice(out, buf_slice(&t.text));
	llm_transcript_fini(&t);
	return rc;
}

/* ---- text --------------------------------------------------------------------- */

struct growing {
	struct agent_run *run;
	const char *message;
	struct buf text;
};

/* An end of the run is noticed by the call itself (ask.c). */
static void
on_text(void *cookie, struct slice piece)
{
	struct growing *g = cookie;
	struct err ignored = ERR_INIT;

	buf_add_slice(&g->text, piece);
	if (g->message != NULL &&
	    agents_grow(g->run, g->message, buf_slice(&g->text), &ignored) !=
		0 &&
	    ignored.code != ERR_STALE)
		metrics_error(g->run->j->metrics, ignored.code);
}

/* `message` NULL: nothing is shown as it comes. */
static int
ask_text(struct stage_run *s, struct json_object *messages, const char *message,
    struct buf *out, struct err *e)
{
	struct growing g = { s->run, message, BUF_INIT };
	const struct llm_chat q = {
		.messages = messages, .on_text = on_text, .cookie = &g
	};
	struct llm_answer a;
	int rc = ask_chat(s->run, &q, &a, e);

	if (rc == 0 && a.finish == LLM_LENGTH)
		rc = err_set(e, ERR_UNPROCESSABLE,
		    "The language model's answer did not fit into its limit. "
		    "Use a model with longer answers (OPENAI_CHAT_MODEL).");
	if (rc == 0)
		buf_add_slice(out, buf_slice(&a.text));
	llm_answer_fini(&a);
	buf_fini(&g.text);
	(void)json_object_put(messages);
	return rc;
}

static int
ask_value(struct stage_run *s, struct json_object *messages,
    enum stage_prompt prompt, struct json_object **value, struct err *e)
{
	const struct llm_chat q = { .messages = messages,
		.schema = stage_prompt_schema(prompt) };
	struct llm_answer a;
	int rc = ask_chat(s->run, &q, &a, e);

	*value = rc == 0 ? json_object_get(a.value) : NULL;
	llm_answer_fini(&a);
	(void)json_object_put(q.schema);
	(void)json_object_put(messages);
	return rc;
}

int
stage_llm_analysis(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *m;
	struct buf text = BUF_INIT;
	int rc;

	if (stage_source(s, e) != 0)
		return -1;
	m = stage_prompt_messages(STAGE_PROMPT_ANALYSIS, SLICE_EMPTY);
	stage_prompt_data(m, "transcript", s->source);
	rc = ask_text(s, m, "Writing the analysis", &text, e);
	if (rc == 0)
		rc = stage_finish_analysis(s, buf_slice(&text), out, e);
	buf_fini(&text);
	return rc;
}

int
stage_llm_structured(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *m, *value;
	int rc;

	if (stage_source(s, e) != 0)
		return -1;
	m = stage_prompt_messages(STAGE_PROMPT_STRUCTURED, SLICE_EMPTY);
	stage_prompt_data(m, "transcript", s->source);
	stage_prompt_data(m, "analysis", s->content[STAGE_ANALYSIS]);
	if (ask_value(s, m, STAGE_PROMPT_STRUCTURED, &value, e) != 0)
		return -1;
	rc = stage_finish_structured(s, value, out, e);
	(void)json_object_put(value);
	return rc;
}

int
stage_llm_voice(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *m;
	struct buf text = BUF_INIT;
	int rc;

	m = stage_prompt_messages(STAGE_PROMPT_VOICE, SLICE_EMPTY);
	stage_prompt_data(m, "structured_data", s->content[STAGE_STRUCTURED]);
	/* Persons are taken out at the end: it is not shown before. */
	rc = ask_text(s, m, NULL, &text, e);
	if (rc == 0)
		rc = stage_finish_voice(s, buf_slice(&text), out, e);
	buf_fini(&text);
	return rc;
}

int
stage_llm_training(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *m, *value;
	int rc;

	if (stage_source(s, e) != 0)
		return -1;
	m = stage_prompt_messages(STAGE_PROMPT_TRAINING, SLICE_EMPTY);
	stage_prompt_data(m, "transcript", s->source);
	if (ask_value(s, m, STAGE_PROMPT_TRAINING, &value, e) != 0)
		return -1;
	rc = stage_finish_training(s, value, out, e);
	(void)json_object_put(value);
	return rc;
}

int
stage_llm_summary(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *m;
	struct buf text = BUF_INIT;
	int rc;

	if (stage_source(s, e) != 0)
		return -1;
	m = stage_prompt_messages(STAGE_PROMPT_SUMMARY, s->ask);
	stage_prompt_data(m, "transcript", s->source);
	rc = ask_text(s, m, "Writing the summary", &text, e);
	if (rc == 0)
		rc = stage_finish_analysis(s, buf_slice(&text), out, e);
	buf_fini(&text);
	return rc;
}
