/**
 * The examples of all outputs of the type training_data, for fine-tuning,
 * streamed: memory does not grow with the table.
 *
 *      GET /api/v1/training-data?created_at=gte.2026-01-01T00:00:00Z     200
 *
 * As JSON an array of
 *      {"input":"…","output":"…","output_id":"…","video_id":"…",
 *       "external_id":"…","collection_id":"…","created_at":"…"}
 * or, with ?format=jsonl or an Accept of application/jsonl, lines of
 *      {"messages":[{"role":"user","content":"…"},
 *                   {"role":"assistant","content":"…"}]}
 *
 * Filters are those of lists (proto/rest_query.h) on id, video_id (a uuid),
 * external_id, collection_id and created_at. Outputs whose content is no
 * {"examples":[…]} or {"training_pairs":[…]} are passed over, and so are pairs
 * that lack a string.
 *
 * Layer:  handlers
 * Spec:   director contract, D (training data); jsonlines.org; the chat format
 *         of fine-tuning files
 */
#ifndef HANDLERS_TRAINING_H
#define HANDLERS_TRAINING_H

#include "handlers/handlers.h"

int training_list(struct ctx *c, struct err *e);

#endif
