/**
 * A transcript cut into overlapping pieces for search: about 200 words each,
 * whole cues, the last few cues of one repeated at the start of the next.
 *
 * A cue longer than a chunk is cut at white space, or between characters where
 * there is none, and then nothing overlaps. The text of a chunk is its cues,
 * a line each, "Name: " before the first one and wherever the speaker changes.
 *
 * Ownership: everything is in the arena.
 * Failure: none. An empty transcript gives no chunks.
 * Layer:  text (pure)
 */
#ifndef TEXT_CHUNK_H
#define TEXT_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "text/transcript.h"

/** One topic of a conversation; fits any embedding model's window. */
#define CHUNK_WORDS 200u
/** An answer and its question stay together in at least one chunk. */
#define CHUNK_OVERLAP_WORDS 40u
/** For text without spaces; 200 English words are about 1,100 bytes. */
#define CHUNK_BYTES 4000u

struct chunk {
	size_t index;
	size_t first_cue; /* inclusive, indexes into the transcript's cues */
	size_t last_cue;  /* inclusive */
	int64_t start_ms; /* -1: unknown */
	int64_t end_ms;   /* -1: unknown */
	struct slice speakers; /* distinct, in order, "Ann, Bo"; may be empty */
	struct slice text;
};

struct chunk_list {
	struct chunk *items;
	size_t n;
};

void chunk_split(const struct transcript *t, struct arena *a,
    struct chunk_list *out) NONNULL(1, 2, 3);

#endif
