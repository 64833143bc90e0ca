/*
 * sales_prompt_extractor: transcript -> chunks -> embeddings -> analysis ->
 * structured data -> voice prompt -> training data (stage.h).
 */
#include <string.h>

#include "handlers/stage.h"
#include "io/engine.h"
#include "proto/jval.h"
#include "text/harmless.h"
#include "text/report.h"

static const enum stage_id ORDER[] = { STAGE_CHUNKS, STAGE_ANALYSIS,
	STAGE_STRUCTURED, STAGE_VOICE, STAGE_TRAINING };

/* The structured data as the front end's own components read it. */
static struct json_object *
analysis_data(struct slice structured)
{
	struct json_object *value = NULL, *data;

	if (jval_parse(structured, &value) != JVAL_OK)
		return NULL;
	data = json_object_get(json_object_object_get(value, "analysis_data"));
	(void)json_object_put(value);
	return data;
}

/* What the reasoning is told: not all of it, that is for the user. */
static void
tell(struct stage_run *s, struct json_object *structured)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "video_id", jval_str(s->video, "video_id"));
	jval_put_str(o, "analysis", s->content[STAGE_ANALYSIS]);
	(void)json_object_object_add(
	    o, "structured_data", json_object_get(structured));
	agents_data(s->run, o);
}

/* All four in one message, and what the end of the job stores. */
static int
conclude(struct stage_run *s, struct err *e)
{
	const struct report_parts parts = { s->content[STAGE_ANALYSIS],
		s->content[STAGE_STRUCTURED], s->content[STAGE_VOICE],
		s->content[STAGE_TRAINING] };
	struct json_object *data = analysis_data(parts.structured), *item;
	struct buf unified = BUF_INIT;

	report_unified(&parts, &unified);
	item = agents_text(s->run, MESSAGE_SUCCESS,
	    "Here is the sales analysis", buf_slice(&unified));
	buf_fini(&unified);
	if (data != NULL)
		(void)json_object_object_add(
		    item, "analysis_data", json_object_get(data));
	jval_put_str(item, "voice_prompt", parts.voice);
	agents_content(s->run, item);
	tell(s, data);
	(void)json_object_put(data);
	return stage_store(s, e);
}

/* The stage; many servers of language models have no embeddings. What is short
 * enough to be read as a whole is analysed without; a long transcript asks for
 * its passages again, and fails with the reason. */
static int
make(struct stage_run *s, enum stage_id stage, struct err *e)
{
	int rc = stage_make(s, stage, e);

	if (rc == 0 || stage != STAGE_CHUNKS ||
	    strcmp(err_word(e), ENGINE_LACKS) != 0)
		return rc;
	*e = ERR_INIT;
	return agents_action(s->run,
	    "Going on without search: this server makes no embeddings", e);
}

int
agent_sales_run(struct agent_run *run, struct json_object *args, struct err *e)
{
	struct stage_run s;
	int rc;

	if (json_object_get_boolean(
		json_object_object_get(args, "force_refresh")))
		run->fresh = true;
	rc = stage_open(&s, run, args, e);
	for (size_t i = 0; rc == 0 && i < COUNT(ORDER); i++)
		rc = make(&s, ORDER[i], e);
	if (rc == 0)
		rc = conclude(&s, e);
	stage_close(&s);
	return rc;
}
