/*
 * Reasoning without a model: the request is read by rules, and each step of the
 * plan is an agent's. What the rules cannot read gets an answer that helps.
 */
#include "handlers/reason.h"
#include "proto/jval.h"
#include "text/plan.h"

/* What a step gives an agent. */
static const struct way {
	const char *agent;           /* NULL: none */
	const char *subject, *other; /* parameters; NULL: none */
	const char *text;            /* the whole part of the request */
} WAYS[PLAN_INTENT__MAX] = {
	[PLAN_ANALYSE] = { "sales_prompt_extractor", NULL, NULL, NULL },
	[PLAN_COMPARE] = { "compare_pitches", "video_id", "other_video_id",
	    NULL },
	[PLAN_FIND] = { "search", "query", NULL, NULL },
	[PLAN_INDEX] = { "index", NULL, NULL, NULL },
	[PLAN_SHOW] = { "stream_video", "name", NULL, NULL },
	[PLAN_SUMMARIZE] = { "summarize_video", NULL, NULL, "prompt" },
	[PLAN_TRANSCRIBE] = { "transcription", NULL, NULL, NULL },
	[PLAN_UPLOAD] = { "upload", "source", "name", NULL },
};

/* What can be asked in plain words. */
#define EXAMPLES                                                           \
	"\n\n- `summarize the video`\n- `find the moment where she talks " \
	"about the price`\n- `transcribe it`\n- `analyse the sales "       \
	"techniques`\n- `compare \"First call\" and \"Second call\"`\n- "  \
	"`show the video \"First call\"`\n- `upload https://host/call.mp4`\n"

static void
help(struct agent_run *run)
{
	struct buf text = BUF_INIT;

	run->name = "assistant";
	buf_adds(&text, "Choose a video and ask in plain words, for example:");
	buf_adds(&text, EXAMPLES);
	buf_adds(&text, "\nOr start your message with the name of an agent: ");
	agents_list(&text);
	buf_adds(&text,
	    ". For a sales analysis choose a video with a transcript and "
	    "write `@sales_prompt_extractor`.");
	agents_content(run,
	    agents_text(
		run, MESSAGE_SUCCESS, "What I can do", buf_slice(&text)));
	buf_fini(&text);
}

static void
put(struct json_object *args, const char *key, struct slice value)
{
	if (key != NULL && value.n != 0)
		jval_put_str(args, key, value);
}

static int
run_step(struct agent_run *run, const struct plan_step *step, struct err *e)
{
	const struct way *way = &WAYS[step->intent];
	const struct agent *agent = agents_find(slice_from(way->agent));
	struct json_object *args;
	int rc;

	if (agent == NULL)
		return 0;
	args = agents_args(run, agent, SLICE_EMPTY);

	/* Two are compared: the chosen one is one of them if only one is
	 * named. */
	if (step->intent == PLAN_COMPARE)
		json_object_object_del(args, "video_id");
	put(args, way->subject, step->subject);
	put(args, way->other, step->other);
	put(args, way->text, step->text);
	rc = agents_call(run, agent, args, e);
	(void)json_object_put(args);
	return rc;
}

struct tally {
	size_t done, failed;
	struct err last;
};

/* One agent's failure among several is told beside what others found. */
static int
count(struct agent_run *run, struct tally *t, int rc, struct err *e)
{
	if (rc == 0) {
		t->done++;
		return 0;
	}
	if (reason_fatal(e))
		return -1;
	t->failed++;
	t->last = *e;
	reason_failed(run, e);
	*e = ERR_INIT;
	return 0;
}

/* The last item: what all of it came to. */
static int
conclude(struct agent_run *run, const struct tally *t, struct err *e)
{
	struct buf text = BUF_INIT;

	if (t->done == 0 || t->done + t->failed < 2) {
		if (t->failed == 0)
			return 0;
		*e = t->last;
		return -1;
	}
	buf_addf(&text, "%zu of %zu steps are done%s", t->done,
	    t->done + t->failed, t->failed ? "; " : ".");
	if (t->failed)
		buf_adds(&text,
		    "see above for what did not work and what to do about "
		    "it.");
	run->name = "assistant";
	agents_add(run,
	    agents_text(run, t->failed ? MESSAGE_ERROR : MESSAGE_SUCCESS,
		"Final Cut", buf_slice(&text)));
	buf_fini(&text);
	return 0;
}

/* Those that are named, one behind the other. */
static int
run_named(
    struct agent_run *run, const struct reason_choice *choice, struct err *e)
{
	struct tally t = { .done = 0 };

	for (size_t i = 0; i < choice->n; i++) {
		struct json_object *args =
		    agents_args(run, choice->agent[i], run->text);
		int rc = agents_call(run, choice->agent[i], args, e);

		(void)json_object_put(args);
		if (count(run, &t, rc, e) != 0)
			return -1;
	}
	return conclude(run, &t, e);
}

int
reason_plan(
    struct agent_run *run, const struct reason_choice *choice, struct err *e)
{
	struct tally t = { .done = 0 };
	struct plan plan;

	if (choice->n != 0)
		return run_named(run, choice, e);
	plan_read(run->text, &plan);
	if (plan.n == 0 || plan.step[0].intent == PLAN_HELP) {
		help(run);
		return 0;
	}
	if (agents_action(run, "Reasoning the message..", e) != 0)
		return -1;
	for (size_t i = 0; i < plan.n; i++)
		if (count(run, &t, run_step(run, &plan.step[i], e), e) != 0)
			return -1;
	return conclude(run, &t, e);
}
