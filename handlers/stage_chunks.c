/*
 * The stage "chunks": the transcript cut, and what is near what. Embeddings are
 * by whom is configured; rows say by which model.
 */
#include <stdlib.h>

#include "base/ck.h"
#include "handlers/ask.h"
#include "handlers/stage.h"
#include "proto/jval.h"
#include "text/chunk.h"
#include "text/embed.h"

struct slice
stage_embed_model(const struct conf *conf)
{
	enum stage_engine engine = stage_engine(conf, STAGE_CHUNKS);

	if (engine == STAGE_LLM)
		return slice_from(conf->openai_embedding_model);
	if (engine == STAGE_EDGE)
		return slice_from(conf->edge_embed);
	return SLICE(EMBED_MODEL);
}

int
stage_embed(struct agent_run *run, const struct slice *texts, size_t n,
    float *vectors, struct err *e)
{
	enum stage_engine engine = stage_engine(run->j->conf, STAGE_CHUNKS);

	if (engine == STAGE_LLM)
		return ask_embed(run, texts, n, vectors, e);
	if (engine == STAGE_EDGE)
		return stage_edge_embed(run, texts, n, vectors, e);
	for (size_t i = 0; i < n; i++)
		embed_text(texts[i], vectors + i * STORE_DIMENSIONS);
	return 0;
}

static struct json_object *
chunk_metadata(const struct chunk *c, struct slice model)
{
	struct json_object *m = json_object_new_object();

	if (c->start_ms >= 0)
		jval_put_int(m, "start_ms", c->start_ms);
	if (c->end_ms >= 0)
		jval_put_int(m, "end_ms", c->end_ms);
	if (c->speakers.n != 0)
		jval_put_str(m, "speakers", c->speakers);
	jval_put_str(m, "embedding_model", model);
	return m;
}

static int
store(struct stage_run *s, const struct chunk_list *list, const float *vectors,
    struct err *e)
{
	struct slice model = stage_embed_model(s->run->j->conf);
	struct store_chunk *chunks =
	    arena_alloc(s->arena, list->n * sizeof(*chunks) + 1);
	int rc;

	for (size_t i = 0; i < list->n; i++)
		chunks[i] = (struct store_chunk){ list->items[i].text,
			chunk_metadata(&list->items[i], model),
			vectors + i * STORE_DIMENSIONS };
	rc = store_chunk_replace(
	    s->run->j->store, jval_str(s->row, "id"), chunks, list->n, e);
	for (size_t i = 0; i < list->n; i++)
		(void)json_object_put(chunks[i].metadata);
	if (rc != 0 && e->code == ERR_STALE)
		return err_set(e, ERR_UNAVAILABLE, AGENTS_REPLACED);
	return rc;
}

static void
tell(struct stage_run *s, size_t n, struct buf *out)
{
	struct json_object *o = json_object_new_object();

	jval_put_int(o, "chunks", (int64_t)n);
	jval_put_str(o, "model", stage_embed_model(s->run->j->conf));
	jval_print(out, o);
	(void)json_object_put(o);
}

int
stage_chunks(struct stage_run *s, struct buf *out, struct err *e)
{
	struct chunk_list list;
	struct slice *texts;
	float *vectors;
	int rc;

	chunk_split(&s->transcript, s->arena, &list);
	texts = arena_alloc(s->arena, list.n * sizeof(*texts) + 1);
	for (size_t i = 0; i < list.n; i++)
		texts[i] = list.items[i].text;
	vectors = ck_calloc(list.n + 1, STORE_DIMENSIONS * sizeof(float));
	rc = stage_embed(s->run, texts, list.n, vectors, e);
	if (rc == 0)
		rc = store(s, &list, vectors, e);
	free(vectors);
	if (rc == 0)
		tell(s, list.n, out);
	return rc;
}
