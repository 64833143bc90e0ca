/*
 * search: moments, by meaning and by words. What is found are passages of some
 * 200 words; shown is the place in each that has the most to do with the query,
 * with its own times.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/utf8.h"
#include "handlers/find.h"
#include "handlers/stage.h"
#include "proto/jval.h"
#include "text/embed.h"
#include "text/harmless.h"
#include "text/report.h"
#include "text/vector.h"

#define K_DEFAULT 8
/* A collection is made searchable as far as this, the newest first: what is
 * older is asked of @index. */
#define INDEX_MAX 50
/* A question, or a paragraph to find others like it: as of /api/v1/search. */
#define QUERY_MAX 4000
/* Bytes of a moment that are shown. */
#define SHOT_MAX 400

struct search {
	struct agent_run *run;
	struct find find;
	float vector[STORE_DIMENSIONS];
	struct json_object *videos; /* search_results, owned */
	struct buf text;
	size_t n_shots;
};

/* ---- the query ------------------------------------------------------------- */

static int
read_args(struct search *q, struct json_object *args, struct err *e)
{
	struct json_object *k =
	    json_object_object_get(args, "result_threshold");

	q->find.query = utf8_trim(jval_str(args, "query"));
	q->find.mode = find_mode(jval_str(args, "search_type"));
	q->find.k = k == NULL ? K_DEFAULT : json_object_get_int64(k);
	if (q->find.k < 1 || q->find.k > FIND_K_MAX)
		q->find.k = K_DEFAULT;
	if (q->find.mode == NULL)
		q->find.mode = find_mode(SLICE_EMPTY);
	if (q->find.query.n == 0 || utf8_units(q->find.query) > QUERY_MAX)
		return err_set(e, ERR_BAD_REQUEST,
		    "Write what you want to find: `@search the price is too "
		    "high`.");
	q->find.within.video = jval_str(args, "video_id");
	q->find.within.collection_id = jval_str(args, "collection_id");
	if (slice_eqs(q->find.within.collection_id, "default"))
		q->find.within.collection_id = SLICE(STORE_DEFAULT_COLLECTION);
	return 0;
}

/* One that has no transcript is no failure where many are searched. */
static int
index_one(struct search *q, struct slice id, bool alone, struct err *e)
{
	struct json_object *args = json_object_new_object();
	struct stage_run s;
	int rc;

	jval_put_str(args, "video_id", id);
	rc = alone ? stage_open(&s, q->run, args, e)
		   : stage_open_quiet(&s, q->run, args, e);
	if (rc == 0)
		rc = stage_make(&s, STAGE_CHUNKS, e);
	stage_close(&s);
	(void)json_object_put(args);
	if (rc != 0 && !alone &&
	    (e->code == ERR_NOT_FOUND || e->code == ERR_BAD_REQUEST))
		return 0;
	return rc;
}

static int
index_all(struct search *q, struct err *e)
{
	struct json_object *rows = NULL;
	size_t n;
	int rc = 0;

	if (q->find.within.video.n != 0)
		return index_one(q, q->find.within.video, true, e);
	if (store_video_list(q->run->j->store, &q->run->who,
		q->find.within.collection_id, INDEX_MAX, &rows, e) != 0)
		return -1;
	n = json_object_array_length(rows);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = index_one(q,
		    jval_str(json_object_array_get_idx(rows, i), "video_id"),
		    false, e);
	(void)json_object_put(rows);
	return rc;
}

/* ---- moments --------------------------------------------------------------- */

static float
likeness(const float *query, struct slice text)
{
	float vector[EMBED_DIMS];
	float sum = 0;

	embed_text(text, vector);
	for (size_t i = 0; i < EMBED_DIMS; i++)
		sum += query[i] * vector[i];
	return sum;
}

static int64_t
ms_of(struct json_object *metadata, const char *key)
{
	struct json_object *v = json_object_object_get(metadata, key);

	return v == NULL ? -1 : json_object_get_int64(v);
}

/* The cue of the passage that is nearest to the query by its words. */
static const struct transcript_cue *
best_cue(const struct search *q, const struct transcript *t, int64_t from,
    int64_t to)
{
	const struct transcript_cue *best = NULL;
	float query[EMBED_DIMS], most = 0;

	embed_text(q->find.query, query);
	for (size_t i = 0; i < t->n; i++) {
		const struct transcript_cue *cue = &t->cues[i];
		float like;

		if (cue->start_ms < from || cue->end_ms > to)
			continue;
		like = likeness(query, cue->text);
		if (best == NULL || like > most) {
			best = cue;
			most = like;
		}
	}
	return best;
}

static void
put_seconds(struct json_object *o, const char *key, int64_t ms)
{
	(void)json_object_object_add(
	    o, key, json_object_new_double(ms < 0 ? 0 : (double)ms / 1000));
}

static struct json_object *
shot_of(
    struct search *q, const struct rank_item *item, const struct transcript *t)
{
	struct json_object *row = find_row(item),
			   *metadata = json_object_object_get(row, "metadata"),
			   *shot = json_object_new_object();
	int64_t from = ms_of(metadata, "start_ms"),
		to = ms_of(metadata, "end_ms");
	struct slice text = jval_str(row, "chunk_text");
	const struct transcript_cue *cue =
	    from >= 0 && to >= 0 ? best_cue(q, t, from, to) : NULL;

	if (cue != NULL) {
		from = cue->start_ms;
		to = cue->end_ms;
		text = cue->text;
	}
	(void)json_object_object_add(
	    shot, "search_score", json_object_new_double(item->score));
	put_seconds(shot, "start", from);
	put_seconds(shot, "end", to);
	jval_put_str(shot, "text", utf8_prefix(text, SHOT_MAX));
	return shot;
}

/* ---- the answer ------------------------------------------------------------ */

/* The entry of a hit's video, made with its first hit. */
static struct json_object *
entry_of(struct search *q, struct json_object *row)
{
	struct json_object *metadata =
	    json_object_object_get(row, "video_metadata");
	struct slice id = jval_str(row, "video_id"),
		     name = jval_str(metadata, "name"),
		     url = jval_str(metadata, "stream_url");
	struct json_object *entry;
	struct buf shown = BUF_INIT;
	size_t n = json_object_array_length(q->videos);

	for (size_t i = 0; i < n; i++) {
		entry = json_object_array_get_idx(q->videos, i);
		if (slice_eq(jval_str(entry, "video_id"), id))
			return entry;
	}
	entry = json_object_new_object();
	harmless_name(name.n ? name : id, &shown);
	jval_put_str(entry, "video_id", id);
	jval_put_str(entry, "video_title", buf_slice(&shown));
	buf_fini(&shown);
	(void)json_object_object_add(entry, "stream_url",
	    url.n != 0 && message_url_safe(url) ? jval_new_str(url) : NULL);
	(void)json_object_object_add(
	    entry, "duration", json_object_new_double(0));
	(void)json_object_object_add(entry, "shots", json_object_new_array());
	(void)json_object_array_add(q->videos, entry);
	return entry;
}

static void
add_line(struct search *q, struct json_object *row, struct json_object *shot,
    struct slice text)
{
	double start =
	    json_object_get_double(json_object_object_get(shot, "start"));
	struct slice name =
	    jval_str(json_object_object_get(row, "video_metadata"), "name");

	buf_adds(&q->text, "\n- **");
	agents_add_name(
	    &q->text, name.n != 0 ? name : jval_str(row, "video_id"));
	buf_addf(&q->text, "** %02d:%02d ", (int)start / 60, (int)start % 60);
	buf_adds(&q->text, "“");
	agents_add_words(&q->text, text);
	buf_adds(&q->text, "”");
}

static void
put_harmless(struct json_object *shot)
{
	struct buf safe = BUF_INIT;

	harmless_line(jval_str(shot, "text"), &safe);
	jval_put_str(shot, "text", buf_slice(&safe));
	buf_fini(&safe);
}

/* Passages overlap: the same place may be the best of two. */
static bool
is_shown(struct json_object *shots, struct json_object *shot)
{
	size_t n = json_object_array_length(shots);

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(shots, i);

		if (json_object_equal(json_object_object_get(one, "start"),
			json_object_object_get(shot, "start")) &&
		    slice_eq(jval_str(one, "text"), jval_str(shot, "text")))
			return true;
	}
	return false;
}

static void
add_shot(struct search *q, struct json_object *row, struct json_object *shot)
{
	struct json_object *shots =
	    json_object_object_get(entry_of(q, row), "shots");
	struct buf line = BUF_INIT;

	buf_add_slice(&line, jval_str(shot, "text"));
	put_harmless(shot);
	if (is_shown(shots, shot)) {
		(void)json_object_put(shot);
	} else {
		add_line(q, row, shot, buf_slice(&line));
		(void)json_object_array_add(shots, shot);
		q->n_shots++;
	}
	buf_fini(&line);
}

static int
add_hit(struct search *q, const struct rank_item *item, struct err *e)
{
	struct json_object *row = find_row(item), *transcript = NULL;
	struct transcript t = { .n = 0 };
	struct arena a = ARENA_INIT;
	struct err none = ERR_INIT;

	if (store_transcript_get(q->run->j->store, &q->run->who,
		jval_str(row, "video_uuid"), &transcript, &none) != 0 &&
	    none.code != ERR_NOT_FOUND) {
		*e = none;
		return -1;
	}
	if (transcript != NULL &&
	    transcript_parse(jval_str(transcript, "full_text"), TRANSCRIPT_AUTO,
		&a, &t) != TRANSCRIPT_OK)
		t.n = 0;
	add_shot(q, row, shot_of(q, item, &t));
	(void)json_object_put(transcript);
	arena_fini(&a);
	return 0;
}

static int
add_hits(struct search *q, struct err *e)
{
	struct rank_item *items =
	    ck_calloc((size_t)2 * FIND_DEPTH_MAX, sizeof(*items));
	size_t n = find_fuse(&q->find, items);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n && i < (size_t)q->find.k; i++)
		rc = add_hit(q, &items[i], e);
	free(items);
	return rc;
}

static void
show(struct search *q)
{
	struct agent_run *run = q->run;
	struct json_object *item = json_object_new_object();
	struct buf text = BUF_INIT;

	buf_addf(&text, "%zu %s found for “%.*s”:\n", q->n_shots,
	    q->n_shots == 1 ? "moment" : "moments",
	    SLICE_ARG(utf8_prefix(q->find.query, 200)));
	buf_add_slice(&text, buf_slice(&q->text));
	if (q->find.unable.code != ERR_NONE)
		buf_addf(
		    &text, "\n\nFound by words only: %s", q->find.unable.msg);
	agents_content(run,
	    agents_text(run, MESSAGE_SUCCESS,
		q->n_shots == 0 ? "Nothing found" : "Here is what was found",
		buf_slice(&text)));
	buf_fini(&text);
	if (q->n_shots != 0) {
		jval_put_str(item, "type", SLICE("search_results"));
		jval_put_str(item, "status", SLICE("success"));
		jval_put_str(item, "status_message", SLICE("Search results"));
		jval_put_str(item, "agent_name", slice_from(run->name));
		(void)json_object_object_add(
		    item, "search_results", json_object_get(q->videos));
		agents_add(run, item);
	} else {
		(void)json_object_put(item);
	}
	item = json_object_new_object();
	(void)json_object_object_add(
	    item, "search_results", json_object_get(q->videos));
	agents_data(run, item);
}

int
agent_search_run(struct agent_run *run, struct json_object *args, struct err *e)
{
	struct search *q = ck_calloc(1, sizeof(*q));
	int rc;

	q->run = run;
	q->videos = json_object_new_array();
	rc = read_args(q, args, e);
	if (rc == 0)
		rc = index_all(q, e);
	if (rc == 0)
		rc = agents_action(run, "Searching", e);
	if (rc == 0)
		rc = stage_query(run, &q->find, q->vector, e);
	if (rc == 0)
		rc = find_run(&q->find, run->j->store, &run->who, e);
	if (rc == 0)
		rc = add_hits(q, e);
	if (rc == 0)
		show(q);
	find_fini(&q->find);
	(void)json_object_put(q->videos);
	buf_fini(&q->text);
	free(q);
	return rc;
}
