#include "handlers/ask.h"

#include <stdio.h>

#include "io/budget.h"
#include "io/clock.h"
#include "io/limit.h"
#include "io/media_file.h"
#include "proto/jval.h"

/* A turn that comes so soon is waited for; in slices, as the job may end. */
#define WAIT_HERE_MS  3000
#define WAIT_SLICE_MS 200
/* Who asked in a chat does not wait longer for another try; nor does a run with a
 * call behind it that is kept nowhere yet for the next: made again later, it would
 * use up the turn that was waited for. */
#define PATIENCE_MS 300000

struct ask {
	struct agent_run *run;
	struct limits limits;
	struct limit_slot slot;
	struct budget budget;
	struct engine engine;
};

/* Asked some times a second: the slot is kept on that occasion. */
static bool
is_cancelled(void *cookie)
{
	struct ask *a = cookie;
	struct err ignored = ERR_INIT;

	limit_keep(&a->limits, &a->slot);
	return agents_go_on(a->run, &ignored) != 0;
}

static int
later(struct agent_run *run, int64_t wait_ms, struct err *e)
{
	run->later = true;
	run->j->retry_after_ms = wait_ms;
	return err_set(e, ERR_STALE, "it waits for its turn");
}

static int
enter(struct ask *a, enum limit_provider provider, struct err *e)
{
	int64_t wait_ms,
	    until =
		clock_mono_ms() + (a->run->asked ? PATIENCE_MS : WAIT_HERE_MS);

	for (;;) {
		if (agents_go_on(a->run, e) != 0 ||
		    limit_enter(&a->limits, provider, &a->slot, &wait_ms, e) !=
			0)
			return -1;
		if (wait_ms <= 0)
			return 0;
		if (clock_mono_ms() + wait_ms > until)
			return later(a->run, wait_ms, e);
		clock_sleep_ms(
		    wait_ms < WAIT_SLICE_MS ? wait_ms : WAIT_SLICE_MS);
	}
}

static int
begin(struct ask *a, struct agent_run *run, enum limit_provider provider,
    struct err *e)
{
	struct job_ctx *j = run->j;

	*a = (struct ask){ .run = run,
		.limits = { j->queue.rds, j->queue.prefix, j->conf } };
	budget_init(
	    &a->budget, j->conf, j->queue.rds, j->queue.prefix, j->job->id);
	a->engine = (struct engine){ .conf = j->conf,
		.http = j->http,
		.budget = &a->budget,
		.cancelled = is_cancelled,
		.cookie = a };
	return enter(a, provider, e);
}

/* What the call came to. */
static int
end(struct ask *a, enum limit_provider provider, int rc, struct err *e)
{
	int64_t after = a->engine.retry_after_ms;

	limit_leave(&a->limits, &a->slot);
	if (rc == 0)
		a->run->asked = true;
	if (rc == 0 || e->code != ERR_UNAVAILABLE || after <= 0)
		return rc;
	if (after > PATIENCE_MS) {
		e->code = ERR_UNPROCESSABLE;
		return rc;
	}
	limit_pause(&a->limits, provider, after);
	a->run->j->retry_after_ms = after;
	return rc;
}

int
ask_chat(struct agent_run *run, const struct llm_chat *q, struct llm_answer *a,
    struct err *e)
{
	struct ask ask;

	*a = (struct llm_answer){ .value = NULL };
	if (begin(&ask, run, LIMIT_LLM, e) != 0)
		return -1;
	return end(&ask, LIMIT_LLM, llm_chat(&ask.engine, q, a, e), e);
}

/* Each request is a turn. */
int
ask_embed(struct agent_run *run, const struct slice *texts, size_t n,
    float *out, struct err *e)
{
	int64_t tokens = 0;

	for (size_t at = 0; at < n;) {
		size_t some = llm_embed_batch(texts + at, n - at);
		struct ask ask;
		int rc;

		if (begin(&ask, run, LIMIT_LLM, e) != 0)
			return -1;
		rc = llm_embed(&ask.engine, texts + at, some,
		    out + at * EMBED_DIMS, &tokens, e);
		if (end(&ask, LIMIT_LLM, rc, e) != 0)
			return -1;
		at += some;
	}
	return 0;
}

int
ask_transcribe(struct agent_run *run, struct slice name,
    struct llm_transcript *t, struct err *e)
{
	const char *file = arena_strdup(&run->j->arena, name);
	const char *path =
	    arena_printf(&run->j->arena, "%s/%s", run->j->conf->media, file);
	struct ask ask;

	*t = (struct llm_transcript){ .segments = NULL };
	if (begin(&ask, run, LIMIT_LLM, e) != 0)
		return -1;
	return end(
	    &ask, LIMIT_LLM, llm_transcribe(&ask.engine, path, file, t, e), e);
}

int
ask_edge(struct agent_run *run, const char *name, struct json_object *request,
    struct edge_reply *reply, struct err *e)
{
	struct ask ask;

	*reply = (struct edge_reply){ .result = NULL };
	if (begin(&ask, run, LIMIT_EDGE, e) != 0)
		return -1;
	return end(&ask, LIMIT_EDGE,
	    edge_call(&ask.engine, name, request, reply, e), e);
}

struct json_object *
ask_message(const char *role, struct slice content)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "role", slice_from(role));
	jval_put_str(o, "content", content);
	return o;
}
