/*
 * The offline engine: built in, no network, the same result every time.
 */
#include "handlers/stage.h"
#include "text/report.h"

const struct analyst *
stage_analyst(struct stage_run *s)
{
	if (!s->analysed)
		analyst_run(&s->transcript, s->arena, &s->analysis);
	s->analysed = true;
	return &s->analysis;
}

int
stage_offline_transcription(struct stage_run *s, struct buf *out, struct err *e)
{
	(void)s;
	(void)out;
	return err_set(e, ERR_NOT_FOUND,
	    "This video has no transcript yet. Add its transcript (WebVTT, SRT "
	    "or plain text), then ask again.");
}

int
stage_offline_analysis(struct stage_run *s, struct buf *out, struct err *e)
{
	(void)e;
	report_analysis(stage_analyst(s), out);
	return 0;
}

int
stage_offline_structured(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *value = report_structured(stage_analyst(s));

	(void)e;
	report_json_text(value, out);
	(void)json_object_put(value);
	return 0;
}

int
stage_offline_voice(struct stage_run *s, struct buf *out, struct err *e)
{
	(void)e;
	report_voice_prompt(stage_analyst(s), out);
	return 0;
}

int
stage_offline_training(struct stage_run *s, struct buf *out, struct err *e)
{
	struct json_object *value = report_training(stage_analyst(s));

	(void)e;
	report_json_text(value, out);
	(void)json_object_put(value);
	return 0;
}

int
stage_offline_summary(struct stage_run *s, struct buf *out, struct err *e)
{
	(void)e;
	report_summary(stage_analyst(s), out);
	return 0;
}
