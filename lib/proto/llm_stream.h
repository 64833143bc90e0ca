/**
 * The answer of a chat completion, read as it arrives: a stream of events, or
 * one JSON object from a server that does not stream; it is seen by the first
 * byte which it is.
 *
 *      llm_stream_init(&s);
 *      while (there is more: piece)
 *              status = llm_stream_feed(&s, piece);  (s.text grows)
 *      status = llm_stream_end(&s);
 *
 * Tool calls are put together from their pieces. Of several choices the first
 * counts. What no member is known of is ignored.
 *
 * Ownership: owns its memory, llm_stream_fini().
 * Failure: a status; it stays.
 * Layer:  proto (pure)
 * Spec:   OpenAI API, "Chat", "Chat streaming"
 */
#ifndef PROTO_LLM_STREAM_H
#define PROTO_LLM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"
#include "proto/sse.h"

/** Of the text, and of the arguments of all tools together: bytes. */
#define LLM_STREAM_TEXT_MAX 1000000
/** A model that wants more at once has lost its way. */
#define LLM_STREAM_CALLS_MAX 32
/** Of a tool's name and a call's id: OpenAI's have 64 at most. */
#define LLM_STREAM_NAME_MAX 256
/** Of an answer in one piece: the text may be escaped. */
#define LLM_STREAM_WHOLE_MAX 4000000

enum llm_stream_status {
	LLM_STREAM_OK = 0,
	LLM_STREAM_CUT,       /* it has no end */
	LLM_STREAM_BROKEN,    /* no JSON, or not of this form */
	LLM_STREAM_TOO_LARGE, /* over one of the limits */
	LLM_STREAM_ERROR,     /* the server says so: `error` */
	LLM_STREAM__MAX
};

struct llm_stream_call {
	struct buf id, name, arguments;
};

struct llm_stream {
	struct buf text, refusal;
	struct llm_stream_call calls[LLM_STREAM_CALLS_MAX];
	size_t n_calls;
	char finish[32]; /* "stop", "length", …; "": it did not say */
	int64_t prompt_tokens, completion_tokens; /* -1: it did not say */
	struct buf error; /* the JSON that has an error in it (api_error.h) */
	/* The rest is the decoder's. */
	enum llm_stream_status status;
	struct sse sse;
	struct buf whole;
	size_t arguments; /* bytes so far */
	bool events, begun, done;
};

void llm_stream_init(struct llm_stream *s) NONNULL(1);
void llm_stream_fini(struct llm_stream *s) NONNULL(1);
enum llm_stream_status
llm_stream_feed(struct llm_stream *s, struct slice piece) MUST_CHECK NONNULL(1);
/** There is no more. */
enum llm_stream_status
llm_stream_end(struct llm_stream *s) MUST_CHECK NONNULL(1);

#endif
