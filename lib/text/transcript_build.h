/**
 * The cues of a transcript while it is being read. Internal to transcript*.c.
 *
 * Ownership: everything is in the arena.
 * Failure: adding beyond the limit sets `full`; the caller then gives up.
 * Layer:  text (pure)
 */
#ifndef TEXT_TRANSCRIPT_BUILD_H
#define TEXT_TRANSCRIPT_BUILD_H

#include "text/transcript.h"

struct transcript_build {
	struct arena *a;
	struct transcript_cue *cues;
	size_t n;
	size_t cap;
	bool full;
	/* The speaker named by the last `Name:`, who goes on until the next. */
	struct slice speaker;
	/* How often each `Name:` starts a line; see transcript_name.h. */
	struct transcript_names *names;
};

/** Add a cue unless it is empty. Texts are not copied. */
void transcript_build_add(struct transcript_build *b, int64_t start_ms,
    int64_t end_ms, struct slice speaker, struct slice text) NONNULL(1);

#endif
