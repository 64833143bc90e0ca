/**
 * Configuration: environment variables only, read once at start into one
 * struct that is const ever after. The table in conf.c is the manual: it fills
 * the struct, prints --help and checks with -t.
 *
 * Ownership: strings live as long as the struct; conf_fini() frees them.
 * Units: times in milliseconds, sizes in bytes.
 * Layer:  io
 */
#ifndef IO_CONF_H
#define IO_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct conf {
	char *database_url;
	char *redis_url;
	char *redis_prefix; /* "" = from the store's uuid */
	char *cors_origins;
	char *bind;
	char *allowed_hosts;
	char *api_key; /* "" = none */
	char *log_level;
	int64_t allow_anonymous; /* 0 or 1 */
	int64_t threads;
	int64_t worker_threads;
	int64_t ping_interval_ms;
	int64_t ping_timeout_ms;
	int64_t connect_timeout_ms;
	int64_t recovery_ms;
	int64_t max_payload;
	char *media; /* folder */
	char *url;   /* "" = of the request */
	int64_t upload_max;
	int64_t upload_wait_ms;
	int64_t fetch_private; /* 0 or 1 */
	int64_t fetch_timeout_ms;
	int64_t redis_timeout_ms;
	int64_t lease_ms;
	int64_t stop_ms;
	int64_t jobs_keep_days, jobs_dead_keep_days; /* 0 = for ever */
	int64_t llm_concurrency, llm_per_minute;     /* 0 = none */
	int64_t edge_concurrency, edge_per_minute;
	int64_t videodb_concurrency, videodb_per_minute;
	char *videodb_key; /* "" = none */
	char *videodb_url;
	int64_t videodb_timeout_ms;
	int64_t videodb_mirror_ms;
	int64_t videodb_poll_ms;
	int64_t stage_delay_ms;
	/* Who does the stages (handlers/stage.h): offline, llm, edge; "" = as it
	 * is for all, and for all: what is configured. */
	char *engine;
	char *engine_transcription, *engine_embeddings, *engine_analysis;
	char *engine_structured, *engine_voice, *engine_training;
	char *engine_summary, *engine_reasoning;
	int64_t engine_input_max;
	/* Whom the worker asks: conf_engines.h. */
	char *proxy;         /* "" = none */
	char *private_hosts; /* host_list.h */
	char *openai_key, *openai_base;
	char *openai_chat_model, *openai_embedding_model;
	char *openai_transcription_model;
	int64_t openai_timeout_ms;
	int64_t openai_transcription_timeout_ms;
	int64_t openai_transcription_max;
	int64_t tokens_per_job, tokens_per_day; /* 0 = no limit */
	char *supabase_ref, *supabase_key;
	char *supabase_base; /* "" = by the project's ref */
	int64_t edge_timeout_ms;
	/* Names of Edge Functions. */
	char *edge_transcribe, *edge_embed, *edge_analyze, *edge_structured;
	char *edge_voice, *edge_training;
};

/** Where OpenAI's own API is. */
#define CONF_OPENAI_BASE "https://api.openai.com/v1"

/** Fill from the environment; a bad value is a sentence in `*e`. */
int conf_load(struct conf *c, struct err *e) MUST_CHECK NONNULL(1, 2);
/** May it be served? Beyond loopback a key is needed, or the operator's word
 *  that none is. */
int conf_access(const struct conf *c, struct err *e) MUST_CHECK NONNULL(1, 2);
void conf_fini(struct conf *c);
/** The table, on standard output. */
void conf_help(const char *program, const char *purpose);
/** Has the operator named another server than VideoDB's own? */
bool conf_videodb_elsewhere(const struct conf *c);
/** Does the web server in front listen on loopback only? */
bool conf_loopback(const struct conf *c);

#endif
