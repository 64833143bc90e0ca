/**
 * What engines write is looked through: a line with a quote, a transcript below
 * it; or JSON, taken for segments, examples, a dialogue and structured data.
 */
#include <stdint.h>
#include <stdlib.h>

#include "proto/dialogue.h"
#include "proto/jval.h"
#include "text/examples.h"
#include "text/report.h"
#include "text/segments.h"
#include "text/verbatim.h"

#define DIALOGUE_BYTES 500

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Quotes that are kept are the transcript's. */
static void
try_quotes(struct slice markdown, struct slice raw)
{
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct verbatim v;
	struct transcript t;
	struct slice exact, again;

	if (transcript_parse(raw, TRANSCRIPT_AUTO, &a, &t) == TRANSCRIPT_OK) {
		verbatim_init(&v, &t, &a);
		if (verbatim_find(&v, markdown, &exact)) {
			if (slice_find(v.joined, exact) < 0 ||
			    !verbatim_find(&v, exact, &again))
				abort();
		}
		(void)verbatim_markdown(&v, markdown, &out);
	}
	buf_fini(&out);
	arena_fini(&a);
}

static void
try_segments(struct json_object *value)
{
	struct arena a = ARENA_INIT;
	struct buf vtt = BUF_INIT;
	struct transcript t;

	if (segments_vtt(value, &vtt)) {
		enum transcript_status status =
		    transcript_parse(buf_slice(&vtt), TRANSCRIPT_AUTO, &a, &t);

		if (status == TRANSCRIPT_NOT_UTF8 ||
		    status == TRANSCRIPT_HAS_NUL)
			abort();
		if (status == TRANSCRIPT_OK && t.format != TRANSCRIPT_VTT)
			abort();
	} else if (vtt.n != 0) {
		abort();
	}
	buf_fini(&vtt);
	arena_fini(&a);
}

/* What was kept is kept. */
static void
try_examples(struct json_object *value)
{
	struct examples_counts first, second;
	struct json_object *once = examples_check(value, &first);
	struct json_object *twice = examples_check(once, &second);

	if (first.kept > EXAMPLES_MAX || second.kept != first.kept ||
	    !json_object_equal(once, twice))
		abort();
	(void)json_object_put(once);
	(void)json_object_put(twice);
}

static void
try_dialogue(struct json_object *value)
{
	struct json_object *trimmed = dialogue_trim(value, DIALOGUE_BYTES);
	struct buf text = BUF_INIT;

	jval_print(&text, trimmed);
	if (text.n > DIALOGUE_BYTES + 2)
		abort();
	if (json_object_array_length(trimmed) != 0 &&
	    !slice_eqs(jval_str(json_object_array_get_idx(trimmed, 0), "role"),
		"user"))
		abort();
	buf_fini(&text);
	(void)json_object_put(trimmed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size }, line = text,
		     rest = text;
	struct json_object *value = NULL;
	struct buf out = BUF_INIT;

	if (slice_cut(&rest, '\n', &line))
		try_quotes(line, rest);
	if (jval_parse(text, &value) == JVAL_OK) {
		const struct report_side side = { line, value };

		try_segments(value);
		try_examples(value);
		try_dialogue(value);
		report_compare(&side, &side, &out);
	}
	buf_fini(&out);
	(void)json_object_put(value);
	return 0;
}

#include "harness/fuzz_main.h"
