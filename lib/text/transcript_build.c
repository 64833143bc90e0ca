#include "base/utf8.h"
#include "text/transcript_build.h"

#include <string.h>

static void
grow(struct transcript_build *b)
{
	size_t cap = b->cap == 0 ? 64 : b->cap * 2;
	struct transcript_cue *cues = arena_alloc(b->a, cap * sizeof(*cues));

	if (b->n != 0)
		memcpy(cues, b->cues, b->n * sizeof(*cues));
	b->cues = cues;
	b->cap = cap;
}

void
transcript_build_add(struct transcript_build *b, int64_t start_ms,
    int64_t end_ms, struct slice speaker, struct slice text)
{
	text = utf8_trim(text);
	if (text.n == 0 || b->full)
		return;
	if (b->n == TRANSCRIPT_MAX_CUES) {
		b->full = true;
		return;
	}
	if (b->n == b->cap)
		grow(b);
	b->cues[b->n] = (struct transcript_cue){
		.start_ms = start_ms,
		.end_ms = end_ms >= 0 && end_ms < start_ms ? start_ms : end_ms,
		.speaker = speaker,
		.text = text,
		.index = b->n,
	};
	b->n++;
}
