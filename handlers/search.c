#include "handlers/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/utf8.h"
#include "io/store_search.h"
#include "proto/jval.h"
#include "text/embed.h"
#include "text/rank_fusion.h"

#define ENGINE "offline"

/* A question, or a paragraph to find others like it. */
#define QUERY_MAX 4000
#define K_DEFAULT 10
#define K_MAX     100
/* What is fused: more than is asked for, as a chunk that is far down in both
 * rankings may be better than one that is in one of them only. */
#define DEPTH_MIN 50
#define DEPTH(k)  (2 * (k) > DEPTH_MIN ? 2 * (k) : DEPTH_MIN)
#define DEPTH_MAX DEPTH(K_MAX)
/* As long as ids are (message.h); no row has a longer one. */
#define WORD_MAX 255

enum ranking {
	SEMANTIC,
	KEYWORD
};

static const struct mode {
	const char *name;
	bool asks[RANK_FUSION_RANKINGS];
} MODES[] = {
	{ "hybrid", { true, true } },
	{ "semantic", { true, false } },
	{ "keyword", { false, true } },
};

struct search {
	struct slice query;
	int64_t k;
	const struct mode *mode;
	struct store_search within;
	struct json_object *rows[RANK_FUSION_RANKINGS]; /* owned; NULL: none */
	struct err unable; /* why there is no semantic part */
};

/* The request */

static int
read_query(struct json_object *body, struct search *q, struct err *e)
{
	q->query = utf8_trim(jval_str(body, "query"));
	if (q->query.n > 0 && utf8_units(q->query) <= QUERY_MAX)
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "query",
	    "query must be a string of 1 to %d characters.", QUERY_MAX);
}

static int
read_k(struct json_object *body, struct search *q, struct err *e)
{
	struct json_object *k = json_object_object_get(body, "k");

	q->k = k == NULL ? K_DEFAULT : json_object_get_int64(k);
	if ((k == NULL || json_object_is_type(k, json_type_int)) && q->k >= 1 &&
	    q->k <= K_MAX)
		return 0;
	return err_field(
	    e, ERR_BAD_REQUEST, "k", "k must be a number from 1 to %d.", K_MAX);
}

static int
read_mode(struct json_object *body, struct search *q, struct err *e)
{
	struct json_object *mode = json_object_object_get(body, "mode");

	for (size_t i = 0; i < COUNT(MODES); i++)
		if (mode == NULL ||
		    slice_eqs(jval_slice(mode), MODES[i].name)) {
			q->mode = &MODES[i];
			return 0;
		}
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
read_body(struct json_object *body, struct search *q, struct err *e)
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
	in->limit = q->mode->asks[SEMANTIC] && q->mode->asks[KEYWORD]
	    ? DEPTH(q->k)
	    : q->k;
	return 0;
}

/* Both rankings */

static int
find_near(struct ctx *c, struct store *s, struct search *q, struct err *e)
{
	float embedding[EMBED_DIMS];
	int rc;

	q->within.model = SLICE(EMBED_MODEL);
	embed_text(q->query, embedding);
	rc = store_search_near(
	    s, &c->who, &q->within, embedding, &q->rows[SEMANTIC], e);
	if (rc == 0 || !q->mode->asks[KEYWORD] ||
	    strcmp(err_word(e), STORE_SEARCH_NO_VECTORS) != 0)
		return rc;
	q->unable = *e;
	*e = ERR_INIT;
	return 0;
}

static int
find(struct ctx *c, struct search *q, struct err *e)
{
	struct store *s = ctx_store(c, e);

	if (s == NULL ||
	    (q->mode->asks[SEMANTIC] && find_near(c, s, q, e) != 0))
		return -1;
	if (!q->mode->asks[KEYWORD])
		return 0;
	return store_search_words(
	    s, &c->who, &q->within, q->query, &q->rows[KEYWORD], e);
}

static size_t
fuse(const struct search *q, struct rank_item *items)
{
	struct rank_fusion f;

	rank_fusion_init(&f, items);
	for (unsigned i = 0; i < RANK_FUSION_RANKINGS; i++) {
		size_t n =
		    q->rows[i] ? json_object_array_length(q->rows[i]) : 0;

		for (size_t k = 0; k < n; k++) {
			struct json_object *row =
			    json_object_array_get_idx(q->rows[i], k);

			rank_fusion_add(
			    &f, i, (unsigned)k + 1, jval_str(row, "id"), row);
		}
	}
	return rank_fusion_sort(&f);
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
hit_json(const struct search *q, const struct rank_item *item)
{
	struct json_object *hit = json_object_new_object();
	struct json_object *row = (struct json_object *)(uintptr_t)item->thing;
	struct json_object *metadata = json_object_object_get(row, "metadata");

	if (q->mode->asks[SEMANTIC] && q->mode->asks[KEYWORD])
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
hits_json(const struct search *q)
{
	struct rank_item *items =
	    ck_calloc((size_t)2 * DEPTH_MAX, sizeof(*items));
	struct json_object *hits = json_object_new_array();
	size_t n = fuse(q, items);

	for (size_t i = 0; i < n && i < (size_t)q->k; i++)
		(void)json_object_array_add(hits, hit_json(q, &items[i]));
	free(items);
	return hits;
}

static int
answer(struct ctx *c, const struct search *q)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "engine", SLICE(ENGINE));
	jval_put_str(o, "model", SLICE(EMBED_MODEL));
	jval_put_str(o, "mode", slice_from(q->mode->name));
	(void)json_object_object_add(
	    o, "semantic", json_object_new_boolean(q->rows[SEMANTIC] != NULL));
	if (q->unable.code != ERR_NONE) {
		jval_put_str(o, "code", slice_from(err_word(&q->unable)));
		jval_put_str(o, "why", slice_from(q->unable.msg));
		jval_put_str(o, "hint", slice_from(q->unable.hint));
	}
	(void)json_object_object_add(o, "hits", hits_json(q));
	return ctx_json(c, 200, o);
}

int
search_run(struct ctx *c, struct err *e)
{
	struct search q = { .unable = ERR_INIT };
	struct json_object *body = NULL;
	int rc = -1;

	if (ctx_body_json(c, &body, e) == 0 && read_body(body, &q, e) == 0 &&
	    find(c, &q, e) == 0)
		rc = answer(c, &q);
	for (unsigned i = 0; i < RANK_FUSION_RANKINGS; i++)
		(void)json_object_put(q.rows[i]);
	(void)json_object_put(body);
	return rc;
}
