/**
 * The stage "chunks": the transcript cut, and what is near what.
 *
 * Layer:  handlers (worker)
 */
#ifndef HANDLERS_STAGE_CHUNKS_H
#define HANDLERS_STAGE_CHUNKS_H

#include "handlers/stage.h"
#include "text/chunk.h"

/** Embeddings of `n` texts, STORE_DIMENSIONS numbers each, into `vectors`;
 *  `model` is who made them. */
typedef int stage_embed_fn(struct stage_run *s, const struct slice *texts,
    size_t n, float *vectors, struct err *e);

/** Cut, embed and store; `out` gets {"chunks": n, "model": "…"}. */
int stage_chunks(struct stage_run *s, const char *model, stage_embed_fn *embed,
    struct buf *out, struct err *e) MUST_CHECK;

#endif
