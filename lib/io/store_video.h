/**
 * Videos, their transcripts, chunks, generated outputs and stage results, and
 * collections.
 *
 * Rows come as JSON objects with the seeds' column names; the caller drops
 * the reference. `video` is the row's uuid or the external video_id; the uuid
 * wins. Times are RFC 3339 in UTC with milliseconds.
 *
 * Failure and threads: as store.h.
 * Layer:  io (store)
 */
#ifndef IO_STORE_VIDEO_H
#define IO_STORE_VIDEO_H

#include "base/principal.h"
#include "io/store.h"

/** Collection and video that a new row gets when none is named. */
#define STORE_DEFAULT_COLLECTION "c-main"

struct store_video_new {
	struct slice video_id;        /* empty: one is made, "m-" and a uuid */
	struct slice collection_id;   /* empty: STORE_DEFAULT_COLLECTION */
	struct json_object *metadata; /* object or NULL; borrowed */
	struct slice id;              /* of the row, a UUID; empty: made */
};

/** Insert; a used video_id is ERR_CONFLICT. Unknown collection: created. */
int store_video_add(struct store *s, const struct principal *who,
    const struct store_video_new *new, struct json_object **row,
    struct err *e) MUST_CHECK;
/** Newest first; an empty collection means all. */
int store_video_list(struct store *s, const struct principal *who,
    struct slice collection_id, int limit, struct json_object **rows,
    struct err *e) MUST_CHECK;
int store_video_get(struct store *s, const struct principal *who,
    struct slice video, struct json_object **row, struct err *e) MUST_CHECK;
int
store_video_count(struct store *s, int64_t *count, struct err *e) MUST_CHECK;

int store_collection_get(struct store *s, const struct principal *who,
    struct slice id, struct json_object **row, struct err *e) MUST_CHECK;

/** Replace the video's transcript (its chunks go with it), in one step. */
int store_transcript_put(struct store *s, const struct principal *who,
    struct slice video, struct slice full_text, struct json_object *metadata,
    struct json_object **row, struct err *e) MUST_CHECK;
int store_transcript_get(struct store *s, const struct principal *who,
    struct slice video, struct json_object **row, struct err *e) MUST_CHECK;

struct store_chunk {
	struct slice text;
	struct json_object *metadata; /* times, speakers; borrowed */
	const float *embedding;       /* STORE_DIMENSIONS of them, or NULL */
};
#define STORE_DIMENSIONS 1536

/** All chunks of a transcript at once; ERR_STALE: the transcript is gone. */
int store_chunk_replace(struct store *s, struct slice transcript_id,
    const struct store_chunk *chunks, size_t n, struct err *e) MUST_CHECK;

struct store_output {
	const char *output_type; /* analysis structured_data voice_prompt … */
	struct slice content;
	struct json_object *metadata; /* borrowed; holds "job" */
};

/**
 * Replace what jobs wrote earlier for this video and these types; rows without
 * metadata.job (written by people) stay. Call within a transaction together
 * with the job's last step.
 */
int store_output_replace(struct store *s, struct slice video_uuid,
    const struct store_output *outputs, size_t n, struct err *e) MUST_CHECK;
/** Oldest first. */
int store_output_list(struct store *s, const struct principal *who,
    struct slice video, struct json_object **rows, struct err *e) MUST_CHECK;

/** A stage's stored output; `*output` stays NULL when there is none. */
int store_stage_get(struct store *s, struct slice video_uuid, const char *stage,
    struct slice input_hash, struct json_object **output,
    struct err *e) MUST_CHECK;
/** First writer wins: a second result for the same key changes nothing. */
int store_stage_put(struct store *s, struct slice video_uuid, const char *stage,
    struct slice input_hash, struct json_object *output,
    struct err *e) MUST_CHECK;
/** The newest wins: what was made anew is what is found from now on. */
int store_stage_replace(struct store *s, struct slice video_uuid,
    const char *stage, struct slice input_hash, struct json_object *output,
    struct err *e) MUST_CHECK;

#endif
