/**
 * What a session remembers for its language model: messages as the API has them,
 * without the system's, oldest first.
 *
 *      user, assistant (with tool_calls), tool, tool, assistant, user, …
 *
 * It is trimmed by whole turns, a turn begins with a user's message: an answer
 * without its question, or a tool's without its call, is refused by servers. What
 * tools have said in earlier turns is shortened first, and in the last one if it
 * does not fit otherwise.
 *
 * Ownership: results are new references; nothing given is changed.
 * Failure: none. What is no such message is left out.
 * Layer:  proto (pure)
 */
#ifndef PROTO_DIALOGUE_H
#define PROTO_DIALOGUE_H

#include <json-c/json.h>
#include <stddef.h>

#include "base/attr.h"

/** Of a tool's result that is shortened, bytes: enough for ids and names. A last
 *  line that marks the end of data stays. */
#define DIALOGUE_TOOL_MAX 600

/** At most `max` bytes of JSON: the newest turns. A last one that alone is more
 *  is left out, and those before it stay. */
struct json_object *
dialogue_trim(struct json_object *messages, size_t max) MUST_CHECK;

#endif
