/**
 * What an engine wrote becomes a stage's result: of the right shape, its quotes
 * looked up in the transcript, personal information taken out where that is
 * promised. What was left out is said so, in the result and in its notes.
 *
 * Failure: as agents.h; ERR_UNAVAILABLE for what is of no use, as engines may do
 * better the next time.
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_STAGE_FINISH_H
#define HANDLERS_STAGE_FINISH_H

#include "handlers/stage.h"

int stage_finish_analysis(struct stage_run *s, struct slice text,
    struct buf *out, struct err *e) MUST_CHECK;
/** With or without {"analysis_data": …} around it. */
int stage_finish_structured(struct stage_run *s, struct json_object *value,
    struct buf *out, struct err *e) MUST_CHECK;
int stage_finish_voice(struct stage_run *s, struct slice text, struct buf *out,
    struct err *e) MUST_CHECK;
int stage_finish_training(struct stage_run *s, struct json_object *value,
    struct buf *out, struct err *e) MUST_CHECK;

#endif
