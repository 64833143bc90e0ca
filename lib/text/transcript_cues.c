#include "text/transcript_cues.h"

#include "text/transcript_markup.h"
#include "text/transcript_time.h"

/* Lines looked at to tell the format: room for a header and some notes. */
#define LIKELY_LINES 200

bool
transcript_cues_likely(struct slice text)
{
	struct slice line;

	for (int i = 0; i < LIKELY_LINES && slice_cut(&text, '\n', &line);
	     i++) {
		int64_t start;
		int64_t end;

		if (transcript_time_line(line, &start, &end) && start >= 0 &&
		    end >= 0)
			return true;
	}
	return false;
}

/** The line at the start of `rest`, without taking it. */
static struct slice
peek_line(struct slice rest)
{
	return slice_sub(rest, 0, slice_chr(rest, '\n'));
}

/** Lines up to a blank one or the next timing line: what is said. */
static struct slice
take_payload(struct slice *rest)
{
	struct slice all = *rest;
	struct slice line;
	size_t n = 0;

	while (rest->p != NULL) {
		line = peek_line(*rest);
		if (slice_trim(line).n == 0 ||
		    slice_find(line, SLICE("-->")) >= 0)
			break;
		n = (size_t)(line.p + line.n - all.p);
		if (!slice_cut(rest, '\n', &line))
			break;
	}
	return slice_sub(all, 0, n);
}

static bool
is_number(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n != 0;
}

/** A block without times: NOTE, STYLE, REGION and the like are skipped. */
static void
take_other(struct transcript_build *b, struct slice block, bool vtt)
{
	/* SRT has no comments, so this is speech behind a stray blank line. */
	if (!vtt && !is_number(slice_trim(block)))
		transcript_markup_add(b, -1, -1, block);
}

void
transcript_cues_parse(struct transcript_build *b, struct slice text, bool vtt)
{
	struct slice line;

	if (vtt)
		(void)take_payload(&text); /* the header, up to a blank line */
	while (slice_cut(&text, '\n', &line) && !b->full) {
		int64_t start;
		int64_t end;
		struct slice next = text.p ? peek_line(text) : SLICE_EMPTY;

		if (transcript_time_line(line, &start, &end)) {
			transcript_markup_add(
			    b, start, end, take_payload(&text));
		} else if (slice_trim(line).n != 0 &&
		    slice_find(next, SLICE("-->")) < 0) {
			struct slice more = take_payload(&text);

			if (more.n != 0)
				line.n = (size_t)(more.p + more.n - line.p);
			take_other(b, line, vtt);
		}
	}
}
