/**
 * The stages of working on a video, and the engines that may do each: a table.
 *
 *      transcription -> chunks -> analysis -> structured_data -> voice_prompt
 *                                      \-> training_data
 *
 *                     offline   llm   edge
 *      transcription     -       x      x     (offline says what to do)
 *                                          (VideoDB's videos: by VideoDB)
 *      chunks            x       x      x     (and their embeddings)
 *      analysis …        x       x      x
 *      summary           x       x      -
 *      reasoning         x       x      -
 *
 * DIRECTOR_ENGINE chooses for all, DIRECTOR_ENGINE_STAGE for one; by default it
 * is what is configured: llm, else edge, else offline.
 *
 * What a stage made is kept under (video, stage, hash of its input, the engine
 * and its model): who starts again finds what was done and goes on behind it.
 * With agent_run.fresh it is made anew, once for a job.
 *
 * Ownership: a struct stage_run is of one agent's run; what it points to is in
 * the job's arena or freed by stage_close().
 * Failure: as agents.h.
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_STAGE_H
#define HANDLERS_STAGE_H

#include "handlers/agents.h"
#include "handlers/find.h"
#include "io/hash.h"
#include "text/analyst.h"
#include "text/pii.h"
#include "text/transcript.h"
#include "text/verbatim.h"

enum stage_id {
	STAGE_TRANSCRIPTION,
	STAGE_CHUNKS,
	STAGE_ANALYSIS,
	STAGE_STRUCTURED,
	STAGE_VOICE,
	STAGE_TRAINING,
	STAGE_SUMMARY,
	STAGE_REASONING,
	STAGE__MAX
};

enum stage_engine {
	STAGE_OFFLINE,
	STAGE_LLM,
	STAGE_EDGE,
	STAGE_ENGINE__MAX
};

struct stage_run {
	struct agent_run *run;
	struct arena *arena;
	struct json_object *video,
	    *row; /* rows: the video's, its transcript's */
	struct transcript transcript;
	struct analyst analysis; /* of the offline engine: stage_analyst() */
	bool analysed;
	bool quiet;          /* the user is not told of each stage */
	struct slice ask;    /* of STAGE_SUMMARY: how the user wants it */
	struct slice source; /* what engines are given: stage_source() */
	struct verbatim verbatim;
	struct pii *pii;                 /* NULL: nothing was cleaned yet */
	char key[STAGE__MAX][HASH_SIZE]; /* of what was made or found */
	/* What was made or found by stage_make(). */
	struct slice content[STAGE__MAX];
	/* What is to be said about it: an object of the row's metadata, or NULL;
	 * owned. */
	struct json_object *notes[STAGE__MAX];
};

/** Can the stages be done as it is configured? A sentence if not. */
int stage_check(const struct conf *conf, struct err *e) MUST_CHECK;
enum stage_engine stage_engine(const struct conf *conf, enum stage_id stage);
const char *stage_engine_name(enum stage_engine engine);
/** As it stands in the store and in output_type. */
const char *stage_name(enum stage_id stage);

/** The video of the arguments and its transcript, which is made where there is
 *  none and an engine can. */
int stage_open(struct stage_run *s, struct agent_run *run,
    struct json_object *args, struct err *e) MUST_CHECK;
/** The same without a word to the user; no transcript is ERR_NOT_FOUND. */
int stage_open_quiet(struct stage_run *s, struct agent_run *run,
    struct json_object *args, struct err *e) MUST_CHECK;
void stage_close(struct stage_run *s);
/** The query's embedding, by the engine of the chunks, for find_run(). What
 *  stands against it for good is in f->unable. */
int stage_query(struct agent_run *run, struct find *f,
    float vector[static STORE_DIMENSIONS], struct err *e) MUST_CHECK;
/** Made, or found: s->content[stage]. What it needs is made before. */
int
stage_make(struct stage_run *s, enum stage_id stage, struct err *e) MUST_CHECK;
/** Leave it to the end of the job to be stored. */
int stage_store(struct stage_run *s, struct err *e) MUST_CHECK;
/** The offline engine's analysis, made once. */
const struct analyst *stage_analyst(struct stage_run *s);

/** What an engine is given of the transcript, made once: s->source. */
int stage_source(struct stage_run *s, struct err *e) MUST_CHECK;
/** Embeddings of `n` texts by the engine of the chunks, STORE_DIMENSIONS numbers
 *  each; none of the texts is empty. */
int stage_embed(struct agent_run *run, const struct slice *texts, size_t n,
    float *vectors, struct err *e) MUST_CHECK;
/** The model that makes them. */
struct slice stage_embed_model(const struct conf *conf);

/** What a stage makes of what is in `s`. */
typedef int stage_fn(struct stage_run *s, struct buf *out, struct err *e);

/** A video of VideoDB's: its transcript is there when this returns 0 with
 *  `*heard`; else it is no such video. */
int stage_videodb_transcript(
    struct stage_run *s, bool *heard, struct err *e) MUST_CHECK;

/* Cut, embed and store; `out` gets {"chunks": n, "model": "…"}. */
stage_fn stage_chunks;
/* The engines, one file each. */
stage_fn stage_offline_transcription, stage_offline_analysis,
    stage_offline_structured, stage_offline_voice, stage_offline_training,
    stage_offline_summary;
stage_fn stage_llm_transcription, stage_llm_analysis, stage_llm_structured,
    stage_llm_voice, stage_llm_training, stage_llm_summary;
stage_fn stage_edge_transcription, stage_edge_analysis, stage_edge_structured,
    stage_edge_voice, stage_edge_training;
int stage_edge_embed(struct agent_run *run, const struct slice *texts, size_t n,
    float *vectors, struct err *e);

#endif
