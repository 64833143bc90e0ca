/**
 * Questions to OpenAI's API as JSON, and answers as what goes into the next
 * question.
 *
 * Ownership: what is returned is the caller's.
 * Layer:  io (no descriptor is touched; it is about llm.h and conf.h)
 */
#ifndef IO_LLM_WIRE_H
#define IO_LLM_WIRE_H

#include "io/conf.h"
#include "io/llm.h"
#include "proto/llm_stream.h"

/** The body of a chat completion. */
void llm_wire_question(struct buf *out, const struct conf *conf,
    const struct llm_chat *q) NONNULL(1, 2, 3);
/** The body of a request for embeddings. */
void llm_wire_texts(struct buf *out, const struct conf *conf,
    const struct slice *texts, size_t n) NONNULL(1, 2, 3);
/** llm_answer.calls. */
struct json_object *
llm_wire_calls(const struct llm_stream *s) MUST_CHECK NONNULL(1);
/** llm_answer.message. */
struct json_object *
llm_wire_message(struct slice text, struct json_object *calls) MUST_CHECK;
/** Without what some models put before JSON, their thoughts, or around it, the
 *  fence of a code block. */
struct slice llm_wire_unfence(struct slice text);

#endif
