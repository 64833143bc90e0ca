/**
 * Asking an engine: what calls of language models, Edge Functions and the like
 * have in common. One struct engine is one thread's way out; a job sets who may
 * cancel it and whose budget it uses.
 *
 *      struct engine en = { .conf = conf, .http = http, .budget = &budget,
 *          .cancelled = is_cancelled, .cookie = j };
 *
 *      if (llm_chat(&en, &question, &answer, e) != 0)
 *              j->retry_after_ms = en.retry_after_ms;
 *
 * Failures of all of them, so that a caller needs no table of its own:
 *
 *   ERR_UNAVAILABLE  may go better later (408, 429, 5xx, no connection, a
 *                    time-out, an answer cut off or in disorder, the budget of
 *                    the day): try again, not before `retry_after_ms`
 *   ERR_STALE        cancelled
 *   anything else    will not go better: a sentence for the user, which names
 *                    the variable that the operator has to look at
 *
 * What an engine says of a failure is hostile: some of it is quoted, as plain
 * text of one line, and never where it could repeat a key.
 *
 * For workers: it blocks, until the deadline of the call at the latest.
 * Ownership: all is borrowed.
 * Layer:  io
 */
#ifndef IO_ENGINE_H
#define IO_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

struct budget;
struct conf;
struct http_client;
struct http_client_reply;
struct http_client_request;

struct engine {
	const struct conf *conf;
	struct http_client *http; /* of this thread */
	struct budget *budget;    /* NULL: none is kept */
	/** Asked some times a second; may be NULL. */
	bool (*cancelled)(void *cookie);
	void *cookie;
	/* Of the last call: what it asks for before the next try; 0: nothing. */
	int64_t retry_after_ms;
};

/** err_word() of a refusal: the server has no such address, or no such model. */
#define ENGINE_LACKS "engine-lacks"

/** Who is asked, for sentences. */
struct engine_names {
	const char *server; /* "The language model's server" */
	const char *key;    /* the variable that has the key */
	const char *what;   /* and those that say where and what to ask */
	const char *secret; /* the key itself: it is never repeated */
};

/** Run `request`: 0 when there is an answer of any status, which
 *  engine_refused() is for. */
int engine_run(struct engine *en, const struct engine_names *names,
    const struct http_client_request *request, struct http_client_reply *reply,
    struct err *e) MUST_CHECK NONNULL(1, 2, 3, 4, 5);
/** An answer of another status than 2xx, with the body `said`. Always -1. */
int engine_refused(struct engine *en, const struct engine_names *names,
    const struct http_client_reply *reply, struct slice said, struct err *e)
    NONNULL(1, 2, 3, 5) COLD;
/** A failure that the server tells in another way; final. Always -1. */
int engine_failed(const struct engine_names *names, enum err_code code,
    struct slice said, struct err *e) NONNULL(1, 4) COLD;
/** Is it 2xx? */
bool engine_good(const struct http_client_reply *reply) NONNULL(1);

#endif
