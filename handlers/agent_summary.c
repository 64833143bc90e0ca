/* summarize_video: what a video is about, as the user wants to have it. */
#include "handlers/stage.h"
#include "proto/jval.h"

static void
show(struct stage_run *s)
{
	struct json_object *data = json_object_new_object();

	agents_content(s->run,
	    agents_text(s->run, MESSAGE_SUCCESS, "Here is the summary",
		s->content[STAGE_SUMMARY]));
	jval_put_str(data, "video_id", jval_str(s->video, "video_id"));
	jval_put_str(data, "summary", s->content[STAGE_SUMMARY]);
	agents_data(s->run, data);
}

int
agent_summary_run(
    struct agent_run *run, struct json_object *args, struct err *e)
{
	struct stage_run s;
	int rc = stage_open(&s, run, args, e);

	if (rc == 0) {
		s.ask = jval_str(args, "prompt");
		rc = stage_make(&s, STAGE_SUMMARY, e);
	}
	if (rc == 0)
		show(&s);
	stage_close(&s);
	return rc;
}
