/**
 * A language model behind OpenAI's API, or a server that speaks the same: chat
 * with tools and answers of a schema, embeddings, transcripts of recordings.
 * Address, key and models are OPENAI_* of conf.h.
 *
 *      struct llm_chat q = { .messages = messages, .schema = schema };
 *      struct llm_answer a;
 *
 *      if (llm_chat(&en, &q, &a, e) == 0)
 *              use(a.value);
 *      llm_answer_fini(&a);
 *
 * The text of an answer is whatever the model wrote, with what somebody wrote
 * into a transcript in it: valid UTF-8 and bounded, else hostile.
 *
 * Tokens are counted against the engine's budget: before a call, what the
 * question needs; after it, what the server says it took.
 *
 * Ownership: questions are borrowed for the call. An answer is the caller's, to
 * be ended with its _fini(), also after a failure.
 * Failure: as engine.h has it.
 * Layer:  io
 */
#ifndef IO_LLM_H
#define IO_LLM_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "io/engine.h"
#include "proto/llm_transcript.h"
#include "text/embed.h"

/** Is there a server to ask: a key, or an address that is not the default? */
bool llm_configured(const struct conf *conf) NONNULL(1);

/* ---- chat ----------------------------------------------------------------- */

struct llm_chat {
	struct json_object *messages; /* array, as the API has it */
	struct json_object *tools;    /* array, as the API has it; or NULL */
	/* The answer is to be JSON of this schema (jschema.h); NULL: text. */
	struct json_object *schema;
	const char *schema_name; /* [A-Za-z0-9_-], up to 64; NULL: "answer" */
	int64_t max_tokens;      /* of the answer; 0: as the server has it */
	/* Text as it comes, in pieces of whole characters; NULL: at the end. */
	void (*on_text)(void *cookie, struct slice piece);
	void *cookie;
};

enum llm_finish {
	LLM_STOP,
	LLM_TOOLS,  /* it wants tools to be called */
	LLM_LENGTH, /* max_tokens were used up: the text ends somewhere */
};

struct llm_usage {
	int64_t prompt_tokens, completion_tokens;
	bool guessed; /* the server did not say: by the size of the text */
};

struct llm_answer {
	enum llm_finish finish;
	struct buf text;           /* "" when there is none */
	struct json_object *value; /* with a schema: the text, which holds it */
	/*
	 * Array of {"id", "name", "arguments"}, or NULL. The arguments are an
	 * object; what is no JSON object is there as the string that came. Names
	 * and arguments are not checked: jschema_check() them.
	 */
	struct json_object *calls;
	/* What to add to `messages` before the results of the tools. */
	struct json_object *message;
	struct llm_usage usage;
};

/**
 * An answer that breaks its schema is ERR_UNAVAILABLE: models may do better the
 * next time. One that does not fit max_tokens, that was refused or filtered, a
 * question too long for the model: final.
 */
int llm_chat(struct engine *en, const struct llm_chat *q, struct llm_answer *a,
    struct err *e) MUST_CHECK NONNULL(1, 2, 3, 4);
void llm_answer_fini(struct llm_answer *a) NONNULL(1);

/* ---- embeddings ----------------------------------------------------------- */

/** How many of `n` texts one request takes; of none, none. */
size_t llm_embed_batch(const struct slice *texts, size_t n) MUST_CHECK;
/**
 * `n` texts, none of them empty, into out[n * EMBED_DIMS], in as many requests as
 * needed; `*tokens` is what they took. After a failure nothing can be said about
 * what is in `out`.
 */
int
llm_embed(struct engine *en, const struct slice *texts, size_t n, float *out,
    int64_t *tokens, struct err *e) MUST_CHECK NONNULL(1, 2, 4, 5, 6);

/* ---- transcripts ---------------------------------------------------------- */

/**
 * What is said in the recording of the file `path`; the server is told `name`,
 * whose ending tells it the format. ERR_TOO_LARGE what is over
 * OPENAI_TRANSCRIPTION_MAX. The answer is ended with llm_transcript_fini().
 */
int llm_transcribe(struct engine *en, const char *path, const char *name,
    struct llm_transcript *transcript, struct err *e) MUST_CHECK
    NONNULL(1, 2, 3, 4, 5);

#endif
