/**
 * Search over the chunks of transcripts: by meaning (the nearest embeddings, by
 * cosine) and by words. Each gives rows, best first:
 *
 *      { "id": "…", "transcript_id": "…", "chunk_index": 0, "chunk_text": "…",
 *        "metadata": {…}, "video_uuid": "…", "video_id": "…",
 *        "collection_id": "…", "video_metadata": {…}, "score": 0.7 }
 *
 * A score is greater than 0, and tells of the order within one answer only.
 *
 * What is near is exact within a video and where at most STORE_SEARCH_EXACT
 * chunks may be found; beyond that PostgreSQL asks its HNSW index, and SQLite
 * still looks at all.
 *
 * Failure and threads: as store.h; a store that cannot compare embeddings is
 * ERR_UNAVAILABLE with the word STORE_SEARCH_NO_VECTORS.
 * Layer:  io (store)
 */
#ifndef IO_STORE_SEARCH_H
#define IO_STORE_SEARCH_H

#include "base/principal.h"
#include "io/store_video.h"

/** Reading as many embeddings takes PostgreSQL some 50 ms. */
#define STORE_SEARCH_EXACT      5000
#define STORE_SEARCH_NO_VECTORS "pgvector-missing"

/** Which chunks may be found; empty: any. */
struct store_search {
	struct slice video; /* uuid or video_id */
	struct slice collection_id;
	struct slice output_type; /* of videos that have an output of it */
	int64_t limit;
	int64_t exact_max; /* 0: STORE_SEARCH_EXACT */
	/* Who made the embedding that is looked for, as the chunks' metadata say
	 * it: what another model made has nothing to do with it. */
	struct slice model;
};

int store_search_near(struct store *s, const struct principal *who,
    const struct store_search *search,
    const float embedding[static STORE_DIMENSIONS], struct json_object **rows,
    struct err *e) MUST_CHECK; // NOLINT
/** `words` as people type them: text/words_query.h. */
int store_search_words(struct store *s, const struct principal *who,
    const struct store_search *search, struct slice words,
    struct json_object **rows, struct err *e) MUST_CHECK; // NOLINT

#endif
