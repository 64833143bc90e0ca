/** Any bytes as a transcript, through chunks and analysis to the reports. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/chunk.h"
#include "text/embed.h"
#include "text/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect(bool condition)
{
	if (!condition)
		abort();
}

static void
check_transcript(const struct transcript *t, struct arena *a)
{
	struct transcript_sentences s;

	expect(t->n > 0 && t->n <= TRANSCRIPT_MAX_CUES);
	for (size_t i = 0; i < t->n; i++) {
		const struct transcript_cue *c = &t->cues[i];

		expect(c->index == i && c->text.n > 0);
		expect(utf8_text(c->text) && utf8_text(c->speaker));
		expect(c->speaker.n <= TRANSCRIPT_MAX_NAME);
		expect(c->start_ms >= -1 && c->end_ms >= -1);
	}
	transcript_sentences(t, a, &s);
	for (size_t i = 0; i < s.n; i++) {
		struct slice cue = t->cues[s.items[i].cue].text;
		struct slice text = s.items[i].text;

		expect(text.n > 0 && text.p >= cue.p &&
		    text.p + text.n <= cue.p + cue.n && utf8_text(text));
	}
}

static void
check_chunks(const struct transcript *t, struct arena *a)
{
	struct chunk_list list;
	float vector[EMBED_DIMS];

	chunk_split(t, a, &list);
	expect(list.n > 0 && list.items[list.n - 1].last_cue == t->n - 1);
	for (size_t i = 0; i < list.n; i++) {
		expect(list.items[i].text.n > 0);
		expect(utf8_text(list.items[i].text));
	}
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
	expect(utf8_text(buf_slice(&text)));
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
		check_reports(&t, &a);
	}
	arena_fini(&a);
	return 0;
}

#include "harness/fuzz_main.h"
