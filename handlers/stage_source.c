/*
 * What an engine is given of a transcript. A long one is not given as a whole:
 * eight aspects of a pitch are looked for in this video's passages, and the best
 * of each are given, in the order they were said (director contract, G, 4).
 */
#include <stdlib.h>

#include "base/ck.h"
#include "handlers/stage.h"
#include "io/store_search.h"
#include "proto/jval.h"
#include "text/chunk.h"

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
	struct json_object *row; /* owned; NULL: not chosen */
};

static int
look_for(struct stage_run *s, const float *vector, int64_t k,
    struct passages *chosen, size_t n, struct err *e)
{
	const struct store_search within = { .video = jval_str(s->video, "id"),
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
		    chosen[index].row == NULL)
			chosen[index].row = json_object_get(row);
	}
	(void)json_object_put(rows);
	return 0;
}

static int
look_for_all(
    struct stage_run *s, struct passages *chosen, size_t n, struct err *e)
{
	int64_t k = s->run->j->conf->engine_input_max /
	    ((int64_t)N_ASPECTS * PASSAGE_BYTES);
	float *vectors = ck_calloc(N_ASPECTS, STORE_DIMENSIONS * sizeof(float));
	struct slice texts[N_ASPECTS];
	int rc;

	if (k < PASSAGES_MIN)
		k = PASSAGES_MIN;
	if (k > PASSAGES_MAX)
		k = PASSAGES_MAX;
	for (size_t i = 0; i < N_ASPECTS; i++)
		texts[i] = slice_from(ASPECTS[i]);
	rc = stage_embed(s->run, texts, N_ASPECTS, vectors, e);
	for (size_t i = 0; rc == 0 && i < N_ASPECTS; i++)
		rc = look_for(
		    s, vectors + i * STORE_DIMENSIONS, k, chosen, n, e);
	free(vectors);
	return rc;
}

static void
join(struct stage_run *s, const struct passages *chosen, size_t n)
{
	size_t max = (size_t)s->run->j->conf->engine_input_max;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < n && text.n < max; i++) {
		if (chosen[i].row == NULL)
			continue;
		if (text.n != 0)
			buf_adds(&text, "\n\n");
		buf_add_slice(&text, jval_str(chosen[i].row, "chunk_text"));
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
	for (size_t i = 0; i < n; i++)
		(void)json_object_put(chosen[i].row);
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
