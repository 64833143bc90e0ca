/**
 * Search over the chunks of all transcripts.
 *
 *      POST /api/v1/search     200, 400, 503
 *      { "query": "the price is too high", "k": 10, "mode": "hybrid",
 *        "video_id": "m-…", "collection_id": "c-main",
 *        "output_type": "analysis" }
 *
 *      { "engine": "offline", "model": "…", "mode": "hybrid",
 *        "semantic": true, "hits": [ { "score": 0.03, "ranks": …, "id": "…",
 *        "chunk_index": 0, "text": "…", "start_ms": 0, "end_ms": 90000,
 *        "metadata": {…}, "video": {…} } ] }
 *
 * Modes: semantic (cosine of embeddings), keyword (as PostgreSQL's
 * websearch_to_tsquery() reads it), hybrid (both, fused by their ranks). Where
 * the store cannot compare embeddings semantic is 503 pgvector-missing; hybrid
 * is by keyword alone, and says so.
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_SEARCH_H
#define HANDLERS_SEARCH_H

#include "handlers/handlers.h"

int search_run(struct ctx *c, struct err *e);

#endif
