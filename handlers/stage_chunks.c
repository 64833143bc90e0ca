#include "handlers/stage_chunks.h"

#include <stdlib.h>

#include "base/ck.h"
#include "proto/jval.h"

static struct json_object *
chunk_metadata(const struct chunk *c, const char *model)
{
	struct json_object *m = json_object_new_object();

	if (c->start_ms >= 0)
		jval_put_int(m, "start_ms", c->start_ms);
	if (c->end_ms >= 0)
		jval_put_int(m, "end_ms", c->end_ms);
	if (c->speakers.n != 0)
		jval_put_str(m, "speakers", c->speakers);
	jval_put_str(m, "embedding_model", slice_from(model));
	return m;
}

static int
store(struct stage_run *s, const struct chunk_list *list, const char *model,
    const float *vectors, struct err *e)
{
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

int
stage_chunks(struct stage_run *s, const char *model, stage_embed_fn *embed,
    struct buf *out, struct err *e)
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
	rc = embed(s, texts, list.n, vectors, e);
	if (rc == 0)
		rc = store(s, &list, model, vectors, e);
	free(vectors);
	if (rc == 0)
		buf_addf(
		    out, "{\"chunks\":%zu,\"model\":\"%s\"}", list.n, model);
	return rc;
}
