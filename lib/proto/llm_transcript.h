/**
 * The answer to a recording: what is said in it, and when.
 *
 *      {"text": "…", "language": "english", "duration": 61.5,
 *       "segments": [{"start": 0.0, "end": 4.2, "text": " Hello."}],
 *       "usage": {"type": "tokens", "total_tokens": 700}}
 *
 * Of segments start, end and text are kept, trimmed, in the order of their
 * beginning; those without text are left out. Times are finite, not negative, no
 * end before its beginning. A model that gives no times has the text alone.
 *
 * Ownership: owns its memory, llm_transcript_fini(), also after a failure.
 * Layer:  proto (pure)
 * Spec:   OpenAI API, "Audio", verbose_json
 */
#ifndef PROTO_LLM_TRANSCRIPT_H
#define PROTO_LLM_TRANSCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/slice.h"

struct llm_transcript {
	struct buf text;
	struct json_object *segments; /* array, may be empty */
	double duration_s;            /* 0: unknown */
	int64_t tokens;               /* what it took; -1: it is not said */
	char language[32];            /* as the server names it; "" */
};

/** False: it is none. */
bool llm_transcript_read(
    struct slice body, struct llm_transcript *out) MUST_CHECK NONNULL(2);
void llm_transcript_fini(struct llm_transcript *transcript) NONNULL(1);

#endif
