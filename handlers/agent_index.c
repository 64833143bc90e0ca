/* index: what is said in a video can be found by search. */
#include "handlers/stage.h"
#include "proto/jval.h"

static void
show(struct stage_run *s, struct json_object *made)
{
	struct buf text = BUF_INIT;
	struct json_object *chunks = json_object_object_get(made, "chunks");

	buf_adds(&text, "**");
	agents_add_name(&text, agents_name_of(s->video));
	buf_addf(&text,
	    "** can be searched now: %lld passages, compared by `%.*s`. Ask "
	    "`@search` for what you want to find.",
	    (long long)json_object_get_int64(chunks),
	    SLICE_ARG(jval_str(made, "model")));
	agents_content(s->run,
	    agents_text(s->run, MESSAGE_SUCCESS, "The video is indexed",
		buf_slice(&text)));
	buf_fini(&text);
	jval_put_str(made, "video_id", jval_str(s->video, "video_id"));
	agents_data(s->run, json_object_get(made));
}

int
agent_index_run(struct agent_run *run, struct json_object *args, struct err *e)
{
	struct json_object *made = NULL;
	struct stage_run s;
	int rc = stage_open(&s, run, args, e);

	if (rc == 0)
		rc = stage_make(&s, STAGE_CHUNKS, e);
	if (rc == 0 && jval_parse(s.content[STAGE_CHUNKS], &made) == JVAL_OK)
		show(&s, made);
	(void)json_object_put(made);
	stage_close(&s);
	return rc;
}
