#include "handlers/stage.h"

#include <stddef.h>
#include <string.h>

#include "io/edge.h"
#include "io/llm.h"
#include "proto/jval.h"

/* Results of another version of an engine are made anew. */
#define VERSION "2"

struct stage {
	const char *name;
	const char *action; /* what the user is told meanwhile; NULL: nothing */
	stage_fn *make[STAGE_ENGINE__MAX]; /* NULL: that engine cannot */
	bool is_output;                    /* a row of generated_outputs */
	enum stage_id after; /* whose result it works on; itself: none */
	const char *variable;
	size_t chosen; /* the variable's place in struct conf */
};

#define CHOSEN(name, member) \
	"DIRECTOR_ENGINE_" name, offsetof(struct conf, engine_##member)

/* clang-format off */
static const struct stage STAGE[STAGE__MAX] = {
	[STAGE_TRANSCRIPTION] = { "transcription", "Transcribing the recording",
	    { stage_offline_transcription, stage_llm_transcription,
	      stage_edge_transcription },
	    false, STAGE_TRANSCRIPTION, CHOSEN("TRANSCRIPTION", transcription) },
	[STAGE_CHUNKS] = { "chunks", "Cutting into chunks and embedding them",
	    { stage_chunks, stage_chunks, stage_chunks },
	    false, STAGE_CHUNKS, CHOSEN("EMBEDDINGS", embeddings) },
	[STAGE_ANALYSIS] = { "analysis", "Analysing techniques and objections",
	    { stage_offline_analysis, stage_llm_analysis, stage_edge_analysis },
	    true, STAGE_ANALYSIS, CHOSEN("ANALYSIS", analysis) },
	[STAGE_STRUCTURED] = { "structured_data", "Extracting structured data",
	    { stage_offline_structured, stage_llm_structured,
	      stage_edge_structured },
	    true, STAGE_ANALYSIS, CHOSEN("STRUCTURED_DATA", structured) },
	[STAGE_VOICE] = { "voice_prompt", "Writing the voice prompt",
	    { stage_offline_voice, stage_llm_voice, stage_edge_voice },
	    true, STAGE_STRUCTURED, CHOSEN("VOICE_PROMPT", voice) },
	[STAGE_TRAINING] = { "training_data", "Collecting training data",
	    { stage_offline_training, stage_llm_training, stage_edge_training },
	    true, STAGE_STRUCTURED, CHOSEN("TRAINING_DATA", training) },
	[STAGE_SUMMARY] = { "summary", "Summarizing",
	    { stage_offline_summary, stage_llm_summary, NULL },
	    false, STAGE_SUMMARY, CHOSEN("SUMMARY", summary) },
	/* No function here: reason.h. */
	[STAGE_REASONING] = { "reasoning", NULL, { NULL, NULL, NULL },
	    false, STAGE_REASONING, CHOSEN("REASONING", reasoning) },
};
/* clang-format on */

static const char *const ENGINE[] = {
	[STAGE_OFFLINE] = "offline",
	[STAGE_LLM] = "llm",
	[STAGE_EDGE] = "edge",
};

/* ---- what is configured ---------------------------------------------------- */

static const char *
chosen_of(const struct conf *conf, enum stage_id stage)
{
	return *(char *const *)(const void *)((const char *)conf +
	    STAGE[stage].chosen);
}

static bool
engine_parse(const char *name, enum stage_engine *out)
{
	for (size_t i = 0; i < COUNT(ENGINE); i++)
		if (strcmp(name, ENGINE[i]) == 0) {
			*out = (enum stage_engine)i;
			return true;
		}
	return false;
}

static bool
can(enum stage_id stage, enum stage_engine engine)
{
	if (stage == STAGE_REASONING)
		return engine != STAGE_EDGE;
	return STAGE[stage].make[engine] != NULL;
}

static enum stage_engine
by_default(const struct conf *conf)
{
	return llm_configured(conf) ? STAGE_LLM
	    : edge_configured(conf) ? STAGE_EDGE
				    : STAGE_OFFLINE;
}

enum stage_engine
stage_engine(const struct conf *conf, enum stage_id stage)
{
	enum stage_engine engine = STAGE_OFFLINE;

	if (engine_parse(chosen_of(conf, stage), &engine))
		return engine;
	if (!engine_parse(conf->engine, &engine))
		engine = by_default(conf);
	/* What holds for all holds where it can. */
	if (!can(stage, engine))
		engine = llm_configured(conf) ? STAGE_LLM : STAGE_OFFLINE;
	return engine;
}

/* Of one variable; "" is no choice. */
static int
check_choice(const struct conf *conf, const char *variable, const char *value,
    enum stage_engine *engine, struct err *e)
{
	if (*value == '\0')
		return 0;
	if (!engine_parse(value, engine))
		return err_field(e, ERR_BAD_REQUEST, variable,
		    "%s must be offline, llm or edge, not \"%.40s\"", variable,
		    value);
	if (*engine == STAGE_LLM && !llm_configured(conf))
		return err_field(e, ERR_BAD_REQUEST, variable,
		    "%s=llm needs OPENAI_API_KEY, or OPENAI_API_BASE of a "
		    "server that asks for none",
		    variable);
	if (*engine == STAGE_EDGE && !edge_configured(conf))
		return err_field(e, ERR_BAD_REQUEST, variable,
		    "%s=edge needs SUPABASE_PROJECT_REF and "
		    "SUPABASE_ANON_KEY",
		    variable);
	return 0;
}

int
stage_check(const struct conf *conf, struct err *e)
{
	enum stage_engine engine = STAGE_OFFLINE;

	if (check_choice(conf, "DIRECTOR_ENGINE", conf->engine, &engine, e) !=
	    0)
		return -1;
	for (size_t i = 0; i < STAGE__MAX; i++) {
		const char *value = chosen_of(conf, (enum stage_id)i),
			   *variable = STAGE[i].variable;

		engine = STAGE_OFFLINE;
		if (check_choice(conf, variable, value, &engine, e) != 0)
			return -1;
		if (!can((enum stage_id)i, engine))
			return err_field(e, ERR_BAD_REQUEST, variable,
			    "%s=%s cannot be: choose offline or llm", variable,
			    value);
	}
	return 0;
}

const char *
stage_engine_name(enum stage_engine engine)
{
	return ENGINE[engine];
}

const char *
stage_name(enum stage_id stage)
{
	return STAGE[stage].name;
}

static const char *
model_of(const struct conf *conf, enum stage_id stage)
{
	switch (stage_engine(conf, stage)) {
	case STAGE_LLM:
		return stage == STAGE_TRANSCRIPTION
		    ? conf->openai_transcription_model
		    : conf->openai_chat_model;
	case STAGE_EDGE:
	case STAGE_OFFLINE:
	case STAGE_ENGINE__MAX:
		break;
	}
	return "";
}

/* "offline-2", "llm-2 gpt-4o": who makes it, in which version, by which model. */
static const char *
maker(const struct stage_run *s, enum stage_id stage)
{
	const struct conf *conf = s->run->j->conf;
	const char *engine = ENGINE[stage_engine(conf, stage)],
		   *model = model_of(conf, stage);

	if (stage == STAGE_CHUNKS)
		return arena_printf(s->arena, "%s-" VERSION " %.*s", engine,
		    SLICE_ARG(stage_embed_model(conf)));
	return arena_printf(s->arena, "%s-" VERSION "%s%s", engine,
	    *model != '\0' ? " " : "", model);
}

/* ---- the transcript -------------------------------------------------------- */

static int
parse(struct stage_run *s, struct err *e)
{
	enum transcript_status status =
	    transcript_parse(jval_str(s->row, "full_text"), TRANSCRIPT_AUTO,
		s->arena, &s->transcript);

	if (status == TRANSCRIPT_OK)
		return 0;
	return err_set(e, ERR_BAD_REQUEST, "%s", transcript_strerror(status));
}

static int
put_transcript(struct stage_run *s, struct slice text, struct err *e)
{
	struct json_object *metadata = json_object_new_object();
	struct transcript t;
	enum transcript_status status =
	    transcript_parse(text, TRANSCRIPT_AUTO, s->arena, &t);
	int rc;

	if (status == TRANSCRIPT_OK) {
		jval_put_str(metadata, "format",
		    slice_from(transcript_format_name(t.format)));
		jval_put_str(metadata, "engine",
		    slice_from(ENGINE[stage_engine(
			s->run->j->conf, STAGE_TRANSCRIPTION)]));
		rc = store_transcript_put(s->run->j->store, &s->run->who,
		    jval_str(s->video, "id"), text, metadata, &s->row, e);
	} else {
		rc = err_set(e, ERR_UNPROCESSABLE,
		    "The recording was transcribed, but: %s",
		    transcript_strerror(status));
	}
	(void)json_object_put(metadata);
	return rc;
}

static int
get_transcript(struct stage_run *s, struct err *e)
{
	if (store_transcript_get(s->run->j->store, &s->run->who,
		jval_str(s->video, "id"), &s->row, e) != 0)
		return -1;
	return parse(s, e);
}

/* The stored one, else what VideoDB heard, else one that an engine makes. */
static int
read_transcript(struct stage_run *s, bool make, struct err *e)
{
	bool heard = false;

	if (get_transcript(s, e) == 0)
		return 0;
	if (e->code != ERR_NOT_FOUND || !make)
		return -1;
	*e = ERR_INIT;
	if (stage_videodb_transcript(s, &heard, e) != 0)
		return -1;
	if (heard)
		return get_transcript(s, e);
	if (stage_make(s, STAGE_TRANSCRIPTION, e) != 0 ||
	    put_transcript(s, s->content[STAGE_TRANSCRIPTION], e) != 0)
		return -1;
	return parse(s, e);
}

int
stage_open(struct stage_run *s, struct agent_run *run, struct json_object *args,
    struct err *e)
{
	*s = (struct stage_run){ .run = run, .arena = &run->j->arena };
	if (agents_action(run, "Reading the transcript", e) != 0 ||
	    agents_video(run, args, &s->video, e) != 0)
		return -1;
	return read_transcript(s, true, e);
}

int
stage_open_quiet(struct stage_run *s, struct agent_run *run,
    struct json_object *args, struct err *e)
{
	*s = (struct stage_run){
		.run = run, .arena = &run->j->arena, .quiet = true
	};
	if (agents_video(run, args, &s->video, e) != 0)
		return -1;
	return read_transcript(s, false, e);
}

void
stage_close(struct stage_run *s)
{
	(void)json_object_put(s->video);
	(void)json_object_put(s->row);
	pii_free(s->pii);
	for (size_t i = 0; i < STAGE__MAX; i++)
		(void)json_object_put(s->notes[i]);
}

/* ---- making and keeping ----------------------------------------------------- */

static void
add_to_key(struct stage_run *s, enum stage_id stage, struct slice more)
{
	char *key = s->key[stage], old[HASH_SIZE];

	memcpy(old, key, sizeof(old));
	hash_hex(slice_from(old), more, key);
}

/* Is personal information taken out of it? */
static bool
is_cleaned(enum stage_id stage)
{
	return stage == STAGE_VOICE || stage == STAGE_TRAINING;
}

/* What its result depends on. */
static void
find_key(struct stage_run *s, enum stage_id stage)
{
	enum stage_id after = STAGE[stage].after;

	hash_hex(slice_from(maker(s, stage)), jval_str(s->row, "full_text"),
	    s->key[stage]);
	/* Another row of the transcript has no chunks, whatever its text. */
	if (stage == STAGE_CHUNKS)
		add_to_key(s, stage, jval_str(s->row, "id"));
	if (stage == STAGE_TRANSCRIPTION)
		add_to_key(s, stage,
		    slice_from(json_object_to_json_string(
			json_object_object_get(s->video, "metadata"))));
	if (stage == STAGE_SUMMARY)
		add_to_key(s, stage, s->ask);
	if (is_cleaned(stage))
		add_to_key(s, stage, SLICE(PII_VERSION));
	if (after != stage &&
	    stage_engine(s->run->j->conf, stage) != STAGE_OFFLINE)
		add_to_key(s, stage, s->content[after]);
}

/* What is made anew is so once for a job: its next try finds it. */
static const char *
made_key(const struct stage_run *s, enum stage_id stage)
{
	char key[HASH_SIZE];

	if (!s->run->fresh)
		return s->key[stage];
	hash_hex(
	    slice_from(s->key[stage]), slice_from(s->run->j->job->id), key);
	return arena_strdup(s->arena, slice_from(key));
}

/* Kept as the content alone, or with what is to be said about it. */
static bool
take_kept(struct stage_run *s, enum stage_id stage, struct json_object *kept)
{
	struct json_object *content = kept, *notes = NULL;

	if (json_object_is_type(kept, json_type_object)) {
		content = json_object_object_get(kept, "content");
		notes = json_object_object_get(kept, "notes");
	}
	if (jval_slice(content).n == 0)
		return false;
	s->content[stage] = arena_dup(s->arena, jval_slice(content));
	s->notes[stage] = json_object_get(notes);
	return true;
}

static int
find_kept(struct stage_run *s, enum stage_id stage, bool *found, struct err *e)
{
	struct json_object *kept = NULL;

	*found = false;
	if (store_stage_get(s->run->j->store, jval_str(s->video, "id"),
		STAGE[stage].name, slice_from(made_key(s, stage)), &kept,
		e) != 0)
		return -1;
	*found = kept != NULL && take_kept(s, stage, kept);
	(void)json_object_put(kept);
	return 0;
}

static struct json_object *
kept_of(const struct stage_run *s, enum stage_id stage)
{
	struct json_object *content = jval_new_str(s->content[stage]), *both;

	if (s->notes[stage] == NULL)
		return content;
	both = json_object_new_object();
	(void)json_object_object_add(both, "content", content);
	(void)json_object_object_add(
	    both, "notes", json_object_get(s->notes[stage]));
	return both;
}

static int
keep(struct stage_run *s, enum stage_id stage, struct err *e)
{
	struct store *store = s->run->j->store;
	struct slice video = jval_str(s->video, "id"),
		     key = slice_from(s->key[stage]);
	const char *name = STAGE[stage].name;
	struct json_object *kept = kept_of(s, stage);
	int rc = store_stage_put(
	    store, video, name, slice_from(made_key(s, stage)), kept, e);

	if (rc == 0 && s->run->fresh)
		rc = store_stage_replace(store, video, name, key, kept, e);
	(void)json_object_put(kept);
	if (rc == 0)
		s->run->asked = false;
	return rc;
}

static int
make_one(struct stage_run *s, enum stage_id stage, struct err *e)
{
	enum stage_engine engine = stage_engine(s->run->j->conf, stage);
	struct buf out = BUF_INIT;
	bool found;

	if (!s->quiet && agents_action(s->run, STAGE[stage].action, e) != 0)
		return -1;
	find_key(s, stage);
	if (find_kept(s, stage, &found, e) != 0)
		return -1;
	if (found)
		return 0;
	if (STAGE[stage].make[engine](s, &out, e) != 0) {
		buf_fini(&out);
		return -1;
	}
	if (out.n == 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "The engine has made nothing; it may do better the next "
		    "time.");
	s->content[stage] = arena_dup(s->arena, buf_slice(&out));
	buf_fini(&out);
	return keep(s, stage, e);
}

/* The first stage that has to be made for this one. The offline engine reads the
 * transcript, whatever it makes. */
static enum stage_id
first_missing(const struct stage_run *s, enum stage_id stage)
{
	enum stage_id after = STAGE[stage].after;

	while (stage_engine(s->run->j->conf, stage) != STAGE_OFFLINE &&
	    after != stage && s->content[after].n == 0) {
		stage = after;
		after = STAGE[stage].after;
	}
	return stage;
}

int
stage_make(struct stage_run *s, enum stage_id stage, struct err *e)
{
	while (s->content[stage].n == 0)
		if (make_one(s, first_missing(s, stage), e) != 0)
			return -1;
	return 0;
}

int
stage_query(struct agent_run *run, struct find *f,
    float vector[static STORE_DIMENSIONS], struct err *e)
{
	f->model =
	    arena_strdup(&run->j->arena, stage_embed_model(run->j->conf));
	if (!f->mode->asks[FIND_SEMANTIC])
		return 0;
	if (stage_embed(run, &f->query, 1, vector, e) == 0) {
		f->vector = vector;
		return 0;
	}
	if (e->code == ERR_UNAVAILABLE || e->code == ERR_INTERNAL ||
	    e->code == ERR_STALE)
		return -1;
	f->unable = *e;
	*e = ERR_INIT;
	return 0;
}

/* ---- outputs ---------------------------------------------------------------- */

static struct json_object *
output_metadata(const struct stage_run *s, enum stage_id stage)
{
	struct json_object *m = json_object_new_object();
	const char *model = model_of(s->run->j->conf, stage);

	jval_put_str(m, "engine",
	    slice_from(ENGINE[stage_engine(s->run->j->conf, stage)]));
	jval_put_str(m, "engine_version", slice_from(maker(s, stage)));
	if (*model != '\0')
		jval_put_str(m, "model", slice_from(model));
	jval_put_str(m, "job", slice_from(s->run->j->job->id));
	jval_put_str(m, "input_hash", slice_from(s->key[stage]));
	if (is_cleaned(stage))
		(void)json_object_object_add(
		    m, "pii", pii_metadata(s->content[stage]));
	if (s->notes[stage] != NULL) {
		json_object_object_foreach(s->notes[stage], name, value)
			(void)json_object_object_add(
			    m, name, json_object_get(value));
	}
	return m;
}

/* The place of this video among what the end stores, emptied. */
static struct agent_made *
made_of(struct agent_run *run, struct slice video)
{
	struct agent_made *made = NULL;

	for (size_t i = 0; i < run->n_made; i++)
		if (slice_eq(run->made[i].video, video))
			made = &run->made[i];
	if (made == NULL && run->n_made < AGENT_MADE_MAX)
		made = &run->made[run->n_made++];
	for (size_t i = 0; made != NULL && i < made->n; i++)
		(void)json_object_put(made->output[i].metadata);
	if (made != NULL)
		made->n = 0;
	return made;
}

int
stage_store(struct stage_run *s, struct err *e)
{
	struct slice video = arena_dup(s->arena, jval_str(s->video, "id"));
	struct agent_made *made = made_of(s->run, video);

	if (made == NULL)
		return err_set(e, ERR_BAD_REQUEST,
		    "One message can analyse at most %d videos. Ask again for "
		    "the others.",
		    AGENT_MADE_MAX);
	made->video = video;
	made->transcript = arena_dup(s->arena, jval_str(s->row, "id"));
	for (size_t i = 0; i < STAGE__MAX; i++)
		if (STAGE[i].is_output && s->content[i].n != 0)
			made->output[made->n++] =
			    (struct store_output){ STAGE[i].name, s->content[i],
				    output_metadata(s, (enum stage_id)i) };
	return 0;
}
