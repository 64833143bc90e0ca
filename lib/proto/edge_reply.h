/**
 * What this project's Edge Functions answer:
 *
 *      {"status": "success",
 *       "data": {"result": …, "processing_time": 1.5, "video_id": "…",
 *           "output_type": "analysis"}}
 *      {"status": "error",
 *       "error": {"message": "…", "code": "…", "metadata": {…}}}
 *
 * A success has a result, which may be anything, null too; the rest may be
 * missing.
 *
 * Ownership: owns its memory, edge_reply_fini(), also after a failure.
 * Layer:  proto (pure)
 * Spec:   interface EdgeFunctionResponse of the application's data flow
 */
#ifndef PROTO_EDGE_REPLY_H
#define PROTO_EDGE_REPLY_H

#include <stdbool.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "base/slice.h"

#define EDGE_REPLY_ID   64
#define EDGE_REPLY_TYPE 32

enum edge_reply_status {
	EDGE_REPLY_SUCCESS = 0,
	EDGE_REPLY_ERROR, /* api_error.h has what it says */
	EDGE_REPLY_JSON,  /* no JSON, or too much of it */
	EDGE_REPLY_FORM,  /* another form */
	EDGE_REPLY__MAX
};

struct edge_reply {
	struct json_object *result;
	double processing_time; /* 0: unknown */
	char video_id[EDGE_REPLY_ID];
	char output_type[EDGE_REPLY_TYPE];
	bool retryable; /* of an error: its metadata says so */
};

enum edge_reply_status edge_reply_read(
    struct slice body, struct edge_reply *out) MUST_CHECK NONNULL(2);
void edge_reply_fini(struct edge_reply *answer) NONNULL(1);

#endif
