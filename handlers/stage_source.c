/*
 * What an engine is given of a transcript. A long one is not given as a whole:
 * eight aspects of a pitch are looked for in this video's passages, and the best
 * of each are given, in the order they were said (director contract, G, 4).
 */
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "handlers/stage.h"
#include "io/store_search.h"
#include "proto/jval.h"
#include "text/chunk.h"
#include "text/embed.h"

static const char *const ASPECTS[] = {
	"sales techniques and persuasion",
	"communication style and how the seller asks and listens",
	"objections, doubts and refusals and how they are answered",
	"closing, commitment and next steps",
	"engagement, stories and emotions",
	"rapport, small talk, thanks and praise",
	"price, cost, discount and budget",
	"value proposition, benefits and results",
};
#define N_ASPECTS COUNT(ASPECTS)

/* Passages are some 200 words; three of each aspect at least. */
#define PASSAGE_BYTES 1100
#define PASSAGES_MIN  3
#define PASSAGES_MAX  40

struct passages {
	struct slice text; /* in the arena; empty: not chosen */
};

static int
look_for(struct stage_run *s, const float *vector, int64_t k,
    struct passages *chosen, size_t n, struct err *e)
{
	const struct store_search within = { .video = jval_str(s->video, "id"),
		.model = stage_embed_model(s->run->j->conf),
		.limit = k };
	struct json_object *rows = NULL;

	if (store_search_near(
		s->run->j->store, &s->run->who, &within, vector, &rows, e) != 0)
		return -1;
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		int64_t index = json_object_get_int64(
		    json_object_object_get(row, "chunk_index"));

		if (index >= 0 && (size_t)index < n &&
		    chosen[index].text.n == 0)
			chosen[index].text =
			    arena_dup(s->arena, jval_str(row, "chunk_text"));
	}
	(void)json_object_put(rows);
	return 0;
}

/* How many of each aspect. */
static int64_t
passages_of(const struct stage_run *s)
{
	int64_t k = s->run->j->conf->engine_input_max /
	    ((int64_t)N_ASPECTS * PASSAGE_BYTES);

	if (k < PASSAGES_MIN)
		return PASSAGES_MIN;
	return k < PASSAGES_MAX ? k : PASSAGES_MAX;
}

static float
likeness(const float *a, const float *b)
{
	float sum = 0;

	for (size_t i = 0; i < STORE_DIMENSIONS; i++)
		sum += a[i] * b[i];
	return sum;
}

/* The best of the passages that is not chosen for this aspect yet. */
static void
choose_best(
    const struct chunk_list *list, float *scores, struct passages *chosen)
{
	size_t best = 0;

	for (size_t i = 1; i < list->n; i++)
		if (scores[i] > scores[best])
			best = i;
	chosen[best].text = list->items[best].text;
	scores[best] = -1;
}

/* Where the store compares no embeddings: by words, here. */
static void
look_here(struct stage_run *s, struct passages *chosen, size_t n)
{
	struct chunk_list list;
	float aspect[EMBED_DIMS], *vectors, *scores;

	chunk_split(&s->transcript, s->arena, &list);
	if (list.n == 0 || list.n > n)
		return;
	vectors = ck_calloc(list.n, STORE_DIMENSIONS * sizeof(float));
	scores = ck_calloc(list.n, sizeof(*scores));
	for (size_t i = 0; i < list.n; i++)
		embed_text(list.items[i].text, vectors + i * EMBED_DIMS);
	for (size_t a = 0; a < N_ASPECTS; a++) {
		embed_text(slice_from(ASPECTS[a]), aspect);
		for (size_t i = 0; i < list.n; i++)
			scores[i] = likeness(aspect, vectors + i * EMBED_DIMS);
		for (int64_t k = passages_of(s); k > 0; k--)
			choose_best(&list, scores, chosen);
	}
	free(vectors);
	free(scores);
}

static int
look_for_all(
    struct stage_run *s, struct passages *chosen, size_t n, struct err *e)
{
	float *vectors = ck_calloc(N_ASPECTS, STORE_DIMENSIONS * sizeof(float));
	struct slice texts[N_ASPECTS];
	int rc;

	for (size_t i = 0; i < N_ASPECTS; i++)
		texts[i] = slice_from(ASPECTS[i]);
	rc = stage_embed(s->run, texts, N_ASPECTS, vectors, e);
	for (size_t i = 0; rc == 0 && i < N_ASPECTS; i++)
		rc = look_for(s, vectors + i * STORE_DIMENSIONS, passages_of(s),
		    chosen, n, e);
	free(vectors);
	if (rc != 0 && strcmp(err_word(e), STORE_SEARCH_NO_VECTORS) == 0) {
		*e = ERR_INIT;
		look_here(s, chosen, n);
		return 0;
	}
	return rc;
}

static void
join(struct stage_run *s, const struct passages *chosen, size_t n)
{
	size_t max = (size_t)s->run->j->conf->engine_input_max;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < n && text.n < max; i++) {
		if (chosen[i].text.n == 0)
			continue;
		if (text.n != 0)
			buf_adds(&text, "\n\n");
		buf_add_slice(&text, chosen[i].text);
	}
	s->source = arena_dup(s->arena, buf_slice(&text));
	buf_fini(&text);
}

static int
by_aspects(struct stage_run *s, struct err *e)
{
	struct json_object *made = NULL;
	struct passages *chosen;
	size_t n = 0;
	int rc;

	if (stage_make(s, STAGE_CHUNKS, e) != 0)
		return -1;
	if (jval_parse(s->content[STAGE_CHUNKS], &made) == JVAL_OK)
		n = (size_t)json_object_get_int64(
		    json_object_object_get(made, "chunks"));
	(void)json_object_put(made);
	chosen = ck_calloc(n + 1, sizeof(*chosen));
	rc = look_for_all(s, chosen, n, e);
	if (rc == 0)
		join(s, chosen, n);
	free(chosen);
	return rc;
}

int
stage_source(struct stage_run *s, struct err *e)
{
	if (s->source.n != 0)
		return 0;
	s->source = transcript_full_text(&s->transcript, s->arena);
	if (s->source.n <= (size_t)s->run->j->conf->engine_input_max)
		return 0;
	s->source = SLICE_EMPTY;
	return by_aspects(s, e);
}
