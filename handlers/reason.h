/**
 * Which agents answer a message, and with what: the reasoning.
 *
 *      one agent is named (agents[], or "@name")   it is run with the text
 *      else, engine llm                            a loop of tool calls
 *      else, engine offline                        a plan by rules (text/plan.h)
 *
 * Only agents that are named are run, if any are. What a transcript or an agent
 * says is data: it chooses no agent and no argument that the user's own words do
 * not allow.
 *
 * Failure: as agents.h.
 * Layer:  handlers (worker)
 * Spec:   director contract, E
 */
#ifndef HANDLERS_REASON_H
#define HANDLERS_REASON_H

#include "handlers/agents.h"

/** Of a message: as many as it may name. */
struct reason_choice {
	const struct agent *agent[MESSAGE_AGENTS_MAX];
	size_t n; /* 0: any */
};

/** Answer the message: run->content. */
int reason_run(struct agent_run *run, struct err *e) MUST_CHECK;

/** The offline engine's way. */
int reason_plan(struct agent_run *run, const struct reason_choice *choice,
    struct err *e) MUST_CHECK;
/** A language model's. */
int reason_llm(struct agent_run *run, const struct reason_choice *choice,
    struct err *e) MUST_CHECK;
/** Does this failure end the whole message, to be tried again or dropped? Else
 *  it is one agent's, and told beside what the others have found. */
bool reason_fatal(const struct err *e);
/** The agent's failure as its content. */
void reason_failed(struct agent_run *run, const struct err *e);

#endif
