/*
 * Where the query's embedding takes an outside call, a worker makes it
 * (job_embed.h) and the request waits parked. It is answered by words alone, and
 * says so, where that fails or takes too long.
 */
#include "handlers/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/ck.h"
#include "base/utf8.h"
#include "handlers/await.h"
#include "handlers/find.h"
#include "handlers/job_embed.h"
#include "handlers/stage.h"
#include "proto/jval.h"
#include "text/embed.h"

/* The query's embedding is waited for so long; its end is told, but that may be
 * lost. */
#define WAIT_MS 10000
#define LOOK_MS 1000

/* A question, or a paragraph to find others like it. */
#define QUERY_MAX 4000
#define K_DEFAULT 10
/* As long as ids are (message.h); no row has a longer one. */
#define WORD_MAX 255

/* The request */

static int
read_query(struct json_object *body, struct find *q, struct err *e)
{
	q->query = utf8_trim(jval_str(body, "query"));
	if (q->query.n > 0 && utf8_units(q->query) <= QUERY_MAX)
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "query",
	    "query must be a string of 1 to %d characters.", QUERY_MAX);
}

static int
read_k(struct json_object *body, struct find *q, struct err *e)
{
	struct json_object *k = json_object_object_get(body, "k");

	q->k = k == NULL ? K_DEFAULT : json_object_get_int64(k);
	if ((k == NULL || json_object_is_type(k, json_type_int)) && q->k >= 1 &&
	    q->k <= FIND_K_MAX)
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "k",
	    "k must be a number from 1 to %d.", FIND_K_MAX);
}

static int
read_mode(struct json_object *body, struct find *q, struct err *e)
{
	struct json_object *mode = json_object_object_get(body, "mode");

	q->mode = find_mode(mode == NULL ? SLICE_EMPTY : jval_slice(mode));
	if (q->mode != NULL &&
	    (mode == NULL || slice_eqs(jval_slice(mode), q->mode->name)))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "mode",
	    "mode must be one of: semantic, keyword, hybrid.");
}

static int
read_filter(struct json_object *body, const char *name, struct slice *out,
    struct err *e)
{
	struct json_object *value = json_object_object_get(body, name);

	*out = jval_slice(value);
	if (value == NULL || (out->n > 0 && out->n <= WORD_MAX))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, name,
	    "%s must be a string of 1 to %d bytes.", name, WORD_MAX);
}

/* The filters borrow from `body`. */
static int
read_body(struct json_object *body, struct find *q, struct err *e)
{
	static const char *const KNOWN[] = { "query", "k", "mode", "video_id",
		"collection_id", "output_type", NULL };
	struct store_search *in = &q->within;

	if (jval_only(body, KNOWN, e) != 0 || read_query(body, q, e) != 0 ||
	    read_k(body, q, e) != 0 || read_mode(body, q, e) != 0 ||
	    read_filter(body, "video_id", &in->video, e) != 0 ||
	    read_filter(body, "collection_id", &in->collection_id, e) != 0 ||
	    read_filter(body, "output_type", &in->output_type, e) != 0)
		return -1;
	if (slice_eqs(in->collection_id, "default"))
		in->collection_id = SLICE(STORE_DEFAULT_COLLECTION);
	return 0;
}

/* The answer */

static void
put(struct json_object *to, const char *name, struct json_object *from,
    const char *member)
{
	(void)json_object_object_add(
	    to, name, json_object_get(json_object_object_get(from, member)));
}

static struct json_object *
video_json(struct json_object *row)
{
	struct json_object *video = json_object_new_object();

	put(video, "id", row, "video_uuid");
	put(video, "video_id", row, "video_id");
	put(video, "collection_id", row, "collection_id");
	put(video, "name", json_object_object_get(row, "video_metadata"),
	    "name");
	return video;
}

static struct json_object *
ranks_json(const struct rank_item *item)
{
	static const char *const NAMES[] = { "semantic", "keyword" };
	struct json_object *ranks = json_object_new_object();

	for (unsigned i = 0; i < RANK_FUSION_RANKINGS; i++)
		(void)json_object_object_add(ranks, NAMES[i],
		    item->rank[i] == 0 ? NULL
				       : json_object_new_int64(item->rank[i]));
	return ranks;
}

/* A score of one kind as it is, of both what fusing gave. */
static struct json_object *
hit_json(const struct find *q, const struct rank_item *item)
{
	struct json_object *hit = json_object_new_object();
	struct json_object *row = find_row(item);
	struct json_object *metadata = json_object_object_get(row, "metadata");

	if (q->mode->asks[FIND_SEMANTIC] && q->mode->asks[FIND_KEYWORD])
		(void)json_object_object_add(
		    hit, "score", json_object_new_double(item->score));
	else
		put(hit, "score", row, "score");
	(void)json_object_object_add(hit, "ranks", ranks_json(item));
	put(hit, "id", row, "id");
	put(hit, "transcript_id", row, "transcript_id");
	put(hit, "chunk_index", row, "chunk_index");
	put(hit, "text", row, "chunk_text");
	put(hit, "start_ms", metadata, "start_ms");
	put(hit, "end_ms", metadata, "end_ms");
	put(hit, "metadata", row, "metadata");
	(void)json_object_object_add(hit, "video", video_json(row));
	return hit;
}

static struct json_object *
hits_json(const struct find *q)
{
	struct rank_item *items =
	    ck_calloc((size_t)2 * FIND_DEPTH_MAX, sizeof(*items));
	struct json_object *hits = json_object_new_array();
	size_t n = find_fuse(q, items);

	for (size_t i = 0; i < n && i < (size_t)q->k; i++)
		(void)json_object_array_add(hits, hit_json(q, &items[i]));
	free(items);
	return hits;
}

static int
answer(struct ctx *c, const struct find *q)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "engine",
	    slice_from(stage_engine_name(stage_engine(c->conf, STAGE_CHUNKS))));
	jval_put_str(o, "model", slice_from(q->model));
	jval_put_str(o, "mode", slice_from(q->mode->name));
	(void)json_object_object_add(o, "semantic",
	    json_object_new_boolean(q->rows[FIND_SEMANTIC] != NULL));
	if (q->unable.code != ERR_NONE) {
		jval_put_str(o, "code", slice_from(err_word(&q->unable)));
		jval_put_str(o, "why", slice_from(q->unable.msg));
		jval_put_str(o, "hint", slice_from(q->unable.hint));
	}
	(void)json_object_object_add(o, "hits", hits_json(q));
	return ctx_json(c, 200, o);
}

static int
find_and_answer(struct ctx *c, struct find *q, struct err *e)
{
	struct store *s = ctx_store(c, e);

	if (s == NULL || find_run(q, s, &c->who, e) != 0)
		return -1;
	return answer(c, q);
}

/* An embedding by somebody else */

static int
ask_worker(struct ctx *c, struct json_object *body, struct err *e)
{
	struct json_object *payload = json_object_new_object();
	char id[37];
	int rc;

	(void)json_object_object_add(payload, "request", json_object_get(body));
	rc = await_add(c, JOB_EMBED, payload, id, e);
	(void)json_object_put(payload);
	return rc == 0 ? await_job(c, slice_from(id), LOOK_MS) : -1;
}

/* False: the result is none. */
static bool
take_vector(struct json_object *result, float vector[static EMBED_DIMS])
{
	struct buf bytes = BUF_INIT;
	bool good = base64_decode(&bytes, jval_str(result, "vector")) &&
	    bytes.n == EMBED_DIMS * sizeof(*vector);

	if (good)
		memcpy(vector, bytes.p, bytes.n);
	buf_fini(&bytes);
	return good;
}

/* Why there is no embedding. */
static void
set_unable(struct find *q, struct slice why)
{
	(void)err_set(&q->unable, ERR_UNAVAILABLE,
	    "The query could not be embedded: %.*s",
	    SLICE_ARG(utf8_prefix(
		why.n != 0 ? why : SLICE("no worker did it in time."), 160)));
	(void)err_more(&q->unable, "embedding-unavailable", NULL,
	    "Search by words (mode keyword), or try again later.");
}

static int
answer_job(struct ctx *c, struct json_object *job, struct err *e)
{
	struct slice state = jval_str(job, "state");
	struct json_object *body = json_object_object_get(
	    json_object_object_get(job, "payload"), "request");
	const char *model = arena_strdup(&c->arena, stage_embed_model(c->conf));
	float vector[EMBED_DIMS];
	struct find q = { .model = model };
	bool open = slice_eqs(state, "queued") || slice_eqs(state, "running");
	int rc;

	if (open && !c->waits_no_more && c->waited_ms < WAIT_MS)
		return await_job(c, c->waiting, LOOK_MS);
	if (slice_eqs(state, "success") &&
	    take_vector(json_object_object_get(job, "result"), vector))
		q.vector = vector;
	else
		set_unable(&q, open ? SLICE_EMPTY : jval_str(job, "error"));
	rc = read_body(body, &q, e);
	if (rc == 0)
		rc = find_and_answer(c, &q, e);
	find_fini(&q);
	return rc;
}

static int
search_again(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *job = NULL;
	int rc = -1;

	if (s != NULL && store_job_outcome(s, c->waiting, &job, e) == 0)
		rc = answer_job(c, job, e);
	(void)json_object_put(job);
	return rc;
}

int
search_run(struct ctx *c, struct err *e)
{
	float vector[EMBED_DIMS];
	struct find q = { .model = EMBED_MODEL, .vector = vector };
	struct json_object *body = NULL;
	int rc = -1;

	if (c->waiting.n > 0)
		return search_again(c, e);
	if (ctx_body_json(c, &body, e) == 0 && read_body(body, &q, e) == 0) {
		if (q.mode->asks[FIND_SEMANTIC] &&
		    stage_engine(c->conf, STAGE_CHUNKS) != STAGE_OFFLINE) {
			rc = ask_worker(c, body, e);
		} else {
			embed_text(q.query, vector);
			rc = find_and_answer(c, &q, e);
		}
	}
	find_fini(&q);
	(void)json_object_put(body);
	return rc;
}
