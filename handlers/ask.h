/**
 * Asking an engine in a job: what engine.h asks, with this job's cancellation,
 * its budget, and its turn among all workers (limit.h).
 *
 * Who has to wait long for its turn is told so by ERR_STALE and run->later: the
 * job goes back and comes again (JOB_LATER); a short while is waited for here.
 *
 * Failure: as engine.h; run->j->retry_after_ms says when to try again. What
 * would take longer than a person waits is final.
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_ASK_H
#define HANDLERS_ASK_H

#include "handlers/agents.h"
#include "io/edge.h"
#include "io/llm.h"

int ask_chat(struct agent_run *run, const struct llm_chat *q,
    struct llm_answer *a, struct err *e) MUST_CHECK;
/** `n` texts into out[n * EMBED_DIMS]. */
int ask_embed(struct agent_run *run, const struct slice *texts, size_t n,
    float *out, struct err *e) MUST_CHECK;
/** Of the recording in the file `name` of the media. */
int ask_transcribe(struct agent_run *run, struct slice name,
    struct llm_transcript *t, struct err *e) MUST_CHECK;
/** `name` is the function's, of conf. */
int
ask_edge(struct agent_run *run, const char *name, struct json_object *request,
    struct edge_reply *reply, struct err *e) MUST_CHECK;

/** {"role": …, "content": …}, a message of a chat. New reference. */
struct json_object *
ask_message(const char *role, struct slice content) MUST_CHECK;

#endif
