/**
 * What language models are told, and the shape of their answers.
 *
 * A transcript, and all that was made of one, is data that somebody else wrote:
 * it stands between marks that nobody could guess when it was written, and the
 * model is told that nothing between them is an instruction.
 *
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_STAGE_PROMPT_H
#define HANDLERS_STAGE_PROMPT_H

#include "handlers/stage.h"

enum stage_prompt {
	STAGE_PROMPT_ANALYSIS,
	STAGE_PROMPT_STRUCTURED,
	STAGE_PROMPT_VOICE,
	STAGE_PROMPT_TRAINING,
	STAGE_PROMPT_SUMMARY,
	STAGE_PROMPT__MAX
};

/** The messages of a chat; with a user's own words, or none. New reference. */
struct json_object *
stage_prompt_messages(enum stage_prompt prompt, struct slice ask) MUST_CHECK;
/** One more: `name` ("transcript") and its words as data. */
void stage_prompt_data(
    struct json_object *messages, const char *name, struct slice data);
/** The same as text, for what stands in a message already. */
void stage_prompt_mark(struct buf *out, const char *name, struct slice data);
/** What to say of such marks. */
extern const char stage_prompt_rule[];
/** JSON Schema of the answer; NULL: text. New reference. */
struct json_object *stage_prompt_schema(enum stage_prompt prompt) MUST_CHECK;

#endif
