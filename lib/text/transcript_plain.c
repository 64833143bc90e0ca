#include "base/utf8.h"
#include "text/transcript_plain.h"

#include <string.h>

#include "text/transcript_name.h"

/* A line at least this long that does not end a sentence was wrapped. */
#define WRAPPED_BYTES 50u

/** Does the next line go on with this one's sentence? */
static bool
is_wrapped(struct slice line)
{
	return line.n >= WRAPPED_BYTES && !strchr(".!?:;", line.p[line.n - 1]);
}

void
transcript_plain_parse(struct transcript_build *b, struct slice text)
{
	struct slice cue = SLICE_EMPTY; /* being read, may span lines */
	int64_t ms = -1;
	bool wrapped = false;
	struct slice line;

	while (slice_cut(&text, '\n', &line) && !b->full) {
		struct transcript_name at;
		bool named;

		line = utf8_trim(line);
		named = transcript_name_at(b->names, line, &at);
		if (wrapped && cue.n != 0 && line.n != 0 && !named &&
		    at.ms < 0) {
			cue.n = (size_t)(line.p + line.n - cue.p);
		} else {
			transcript_build_add(b, ms, -1, b->speaker, cue);
			if (named)
				b->speaker = arena_dup(b->a, at.name);
			else if (at.changed)
				b->speaker = SLICE_EMPTY;
			cue = at.rest;
			ms = at.ms;
		}
		wrapped = line.n != 0 && is_wrapped(line);
	}
	transcript_build_add(b, ms, -1, b->speaker, cue);
}
