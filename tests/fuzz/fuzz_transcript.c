/** Any bytes as a transcript, through chunks and analysis to the reports. */
#include "harness/fuzz.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "text/chunk.h"
#include "text/embed.h"
#include "text/report.h"

/* The analyst takes some microseconds a byte here: of small inputs only. */
#define ANALYSED_MAX 400

static void
check_transcript(const struct transcript *t, struct arena *a)
{
	struct transcript_sentences s;

	fuzz_require(t->n > 0 && t->n <= TRANSCRIPT_MAX_CUES);
	for (size_t i = 0; i < t->n; i++) {
		const struct transcript_cue *c = &t->cues[i];

		fuzz_require(c->index == i && c->text.n > 0);
		fuzz_require(utf8_text(c->text) && utf8_text(c->speaker));
		fuzz_require(c->speaker.n <= TRANSCRIPT_MAX_NAME);
		fuzz_require(c->start_ms >= -1 && c->end_ms >= -1);
	}
	transcript_sentences(t, a, &s);
	for (size_t i = 0; i < s.n; i++) {
		struct slice cue = t->cues[s.items[i].cue].text;
		struct slice text = s.items[i].text;

		fuzz_require(text.n > 0 && text.p >= cue.p &&
		    text.p + text.n <= cue.p + cue.n && utf8_text(text));
	}
}

static void
check_chunks(const struct transcript *t, struct arena *a)
{
	struct chunk_list list;
	float vector[EMBED_DIMS];

	chunk_split(t, a, &list);
	fuzz_require(list.n > 0 && list.items[list.n - 1].last_cue == t->n - 1);
	for (size_t i = 0; i < list.n; i++) {
		fuzz_require(list.items[i].text.n > 0);
		fuzz_require(utf8_text(list.items[i].text));
	}
	if (list.items[0].text.n <= ANALYSED_MAX)
		embed_text(list.items[0].text, vector);
}

static void
check_reports(const struct transcript *t, struct arena *a)
{
	struct analyst an;
	struct buf text = BUF_INIT;
	struct json_object *json;

	analyst_run(t, a, &an);
	report_analysis(&an, &text);
	report_voice_prompt(&an, &text);
	json = report_structured(&an);
	report_json_text(json, &text);
	json_object_put(json);
	json = report_training(&an);
	report_json_text(json, &text);
	json_object_put(json);
	fuzz_require(utf8_text(buf_slice(&text)));
	buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = { (const char *)data, size };
	struct arena a = ARENA_INIT;
	struct transcript t;

	if (transcript_parse(raw, TRANSCRIPT_AUTO, &a, &t) == TRANSCRIPT_OK) {
		check_transcript(&t, &a);
		check_chunks(&t, &a);
		if (size <= ANALYSED_MAX)
			check_reports(&t, &a);
	}
	arena_fini(&a);
	return 0;
}

#include "harness/fuzz_main.h"
