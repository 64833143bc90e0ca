/*
 * sales_prompt_extractor: transcript -> chunks -> embeddings -> analysis ->
 * structured data -> voice prompt -> training data.
 *
 * Each stage's result is kept under (video, stage, hash of its input): a run
 * that starts again after a crash finds what was done and goes on behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "handlers/agents.h"
#include "io/hash.h"
#include "proto/jval.h"
#include "text/chunk.h"
#include "text/embed.h"
#include "text/harmless.h"
#include "text/report.h"
#include "text/transcript.h"

/* Results of another version of the engine are made anew. */
#define ENGINE  "offline"
#define VERSION "offline-1"

struct sales {
	struct agent_run *run;
	struct arena *arena;
	struct json_object *video,
	    *row; /* rows: the video's, its transcript's */
	struct transcript transcript;
	struct analyst analysis;
	bool analysed;
	char hash[HASH_SIZE]; /* of the transcript and the engine's version */
};

/* A stage that makes one of the four outputs. */
struct stage {
	const char *output_type;
	const char *action;
	void (*make)(struct sales *s, struct buf *out);
};

static const struct analyst *
analysis_of(struct sales *s)
{
	if (!s->analysed)
		analyst_run(&s->transcript, s->arena, &s->analysis);
	s->analysed = true;
	return &s->analysis;
}

static void
make_analysis(struct sales *s, struct buf *out)
{
	report_analysis(analysis_of(s), out);
}

static void
make_structured(struct sales *s, struct buf *out)
{
	struct json_object *value = report_structured(analysis_of(s));

	report_json_text(value, out);
	(void)json_object_put(value);
}

static void
make_voice(struct sales *s, struct buf *out)
{
	report_voice_prompt(analysis_of(s), out);
}

static void
make_training(struct sales *s, struct buf *out)
{
	struct json_object *value = report_training(analysis_of(s));

	report_json_text(value, out);
	(void)json_object_put(value);
}

enum {
	ANALYSIS,
	STRUCTURED,
	VOICE,
	TRAINING,
	STAGES
};

/* clang-format off */
static const struct stage STAGE[STAGES] = {
	[ANALYSIS] = { "analysis",
	    "Analysing techniques and objections", make_analysis },
	[STRUCTURED] = { "structured_data",
	    "Extracting structured data", make_structured },
	[VOICE] = { "voice_prompt",
	    "Writing the voice prompt", make_voice },
	[TRAINING] = { "training_data",
	    "Collecting training data", make_training },
};
/* clang-format on */

static int
read_transcript(struct sales *s, struct err *e)
{
	struct slice video = jval_str(s->video, "id"), text;
	enum transcript_status status;

	if (store_transcript_get(
		s->run->j->store, &s->run->who, video, &s->row, e) != 0) {
		if (e->code != ERR_NOT_FOUND)
			return -1;
		return err_set(e, ERR_NOT_FOUND,
		    "This video has no transcript yet. Add its transcript "
		    "(WebVTT, SRT or plain text), then ask again.");
	}
	text = jval_str(s->row, "full_text");
	status =
	    transcript_parse(text, TRANSCRIPT_AUTO, s->arena, &s->transcript);
	if (status != TRANSCRIPT_OK)
		return err_set(
		    e, ERR_BAD_REQUEST, "%s", transcript_strerror(status));
	hash_hex(SLICE(VERSION), text, s->hash);
	return 0;
}

static struct json_object *
chunk_metadata(const struct chunk *c)
{
	struct json_object *m = json_object_new_object();

	if (c->start_ms >= 0)
		jval_put_int(m, "start_ms", c->start_ms);
	if (c->end_ms >= 0)
		jval_put_int(m, "end_ms", c->end_ms);
	if (c->speakers.n != 0)
		jval_put_str(m, "speakers", c->speakers);
	jval_put_str(m, "embedding_model", SLICE(EMBED_MODEL));
	return m;
}

static int
store_chunks(struct sales *s, const struct chunk_list *list, struct err *e)
{
	struct store_chunk *chunks =
	    arena_alloc(s->arena, list->n * sizeof(*chunks) + 1);
	float *vectors = ck_calloc(list->n + 1, EMBED_DIMS * sizeof(float));
	int rc;

	for (size_t i = 0; i < list->n; i++) {
		float *vector = vectors + i * EMBED_DIMS;

		embed_text(list->items[i].text, vector);
		chunks[i] = (struct store_chunk){ list->items[i].text,
			chunk_metadata(&list->items[i]), vector };
	}
	rc = store_chunk_replace(
	    s->run->j->store, jval_str(s->row, "id"), chunks, list->n, e);
	for (size_t i = 0; i < list->n; i++)
		(void)json_object_put(chunks[i].metadata);
	free(vectors);
	if (rc != 0 && e->code == ERR_STALE)
		return err_set(e, ERR_UNAVAILABLE, AGENTS_REPLACED);
	return rc;
}

/* Chunks and embeddings, unless this transcript has them already. */
static int
chunk_stage(struct sales *s, struct err *e)
{
	struct store *store = s->run->j->store;
	struct slice video = jval_str(s->video, "id");
	struct json_object *done = NULL;
	struct chunk_list list;
	char hash[HASH_SIZE];
	int rc;

	/* Another row of the transcript has no chunks, whatever its text. */
	hash_hex(slice_from(s->hash), jval_str(s->row, "id"), hash);
	if (store_stage_get(
		store, video, "chunks", slice_from(hash), &done, e) != 0)
		return -1;
	if (done != NULL) {
		(void)json_object_put(done);
		return 0;
	}
	chunk_split(&s->transcript, s->arena, &list);
	if (store_chunks(s, &list, e) != 0)
		return -1;
	done = json_object_new_object();
	jval_put_int(done, "chunks", (int64_t)list.n);
	rc = store_stage_put(store, video, "chunks", slice_from(hash), done, e);
	(void)json_object_put(done);
	return rc;
}

/* The stage's output, made or found, into the arena. */
static int
run_stage(struct sales *s, const struct stage *stage, struct slice *content,
    struct err *e)
{
	struct store *store = s->run->j->store;
	struct slice video = jval_str(s->video, "id");
	struct json_object *kept = NULL;
	struct buf out = BUF_INIT;
	int rc;

	if (agents_action(s->run, stage->action, e) != 0 ||
	    store_stage_get(store, video, stage->output_type,
		slice_from(s->hash), &kept, e) != 0)
		return -1;
	if (kept != NULL && json_object_is_type(kept, json_type_string)) {
		*content = arena_dup(s->arena, jval_slice(kept));
		(void)json_object_put(kept);
		return 0;
	}
	(void)json_object_put(kept);
	stage->make(s, &out);
	*content = arena_dup(s->arena, buf_slice(&out));
	buf_fini(&out);
	kept = jval_new_str(*content);
	rc = store_stage_put(
	    store, video, stage->output_type, slice_from(s->hash), kept, e);
	(void)json_object_put(kept);
	return rc;
}

static struct json_object *
output_metadata(const struct sales *s)
{
	struct json_object *m = json_object_new_object();

	jval_put_str(m, "engine", SLICE(ENGINE));
	jval_put_str(m, "engine_version", SLICE(VERSION));
	jval_put_str(m, "job", slice_from(s->run->j->job->id));
	jval_put_str(m, "input_hash", slice_from(s->hash));
	return m;
}

/* All four in one message, and what the end of the job stores. */
static void
conclude(struct sales *s, const struct slice content[static STAGES])
{
	const struct report_parts parts = { content[ANALYSIS],
		content[STRUCTURED], content[VOICE], content[TRAINING] };
	struct agent_run *run = s->run;
	struct buf unified = BUF_INIT, safe = BUF_INIT;
	struct json_object *item, *value = NULL;

	report_unified(&parts, &unified);
	harmless_markdown(buf_slice(&unified), &safe);
	item = message_text_item(run->name, MESSAGE_SUCCESS,
	    "Here is the sales analysis", buf_slice(&safe));
	if (jval_parse(content[STRUCTURED], &value) == JVAL_OK) {
		struct json_object *data =
		    json_object_object_get(value, "analysis_data");

		(void)json_object_object_add(
		    item, "analysis_data", json_object_get(data));
	}
	(void)json_object_put(value);
	jval_put_str(item, "voice_prompt", content[VOICE]);
	agents_content(run, item);
	run->video = arena_dup(s->arena, jval_str(s->video, "id"));
	run->transcript = arena_dup(s->arena, jval_str(s->row, "id"));
	for (size_t i = 0; i < STAGES; i++)
		run->output[run->n_outputs++] =
		    (struct store_output){ STAGE[i].output_type, content[i],
			    output_metadata(s) };
	buf_fini(&unified);
	buf_fini(&safe);
}

static int
run_all(struct sales *s, struct err *e)
{
	struct slice content[STAGES];

	if (agents_action(s->run, "Reading the transcript", e) != 0 ||
	    agents_video(s->run, &s->video, e) != 0 ||
	    read_transcript(s, e) != 0 ||
	    agents_action(
		s->run, "Cutting into chunks and embedding them", e) != 0 ||
	    chunk_stage(s, e) != 0)
		return -1;
	for (size_t i = 0; i < STAGES; i++)
		if (run_stage(s, &STAGE[i], &content[i], e) != 0)
			return -1;
	conclude(s, content);
	return 0;
}

int
agent_sales_run(struct agent_run *run, struct err *e)
{
	struct sales s = { .run = run, .arena = &run->j->arena };
	int rc = run_all(&s, e);

	(void)json_object_put(s.video);
	(void)json_object_put(s.row);
	return rc;
}
