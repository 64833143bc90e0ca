/*
 * What models, transcribers and Edge Functions answer in one piece: what is
 * accepted holds what the headers promise.
 */
#include <math.h>

#include "base/utf8.h"
#include "harness/fuzz.h"
#include "proto/api_error.h"
#include "proto/edge_reply.h"
#include "proto/jval.h"
#include "proto/llm_transcript.h"
#include "proto/llm_vectors.h"

#define TEXTS      2
#define DIMENSIONS 3
#define NUMBERS    6

static void
check_vectors(struct slice body)
{
	float out[NUMBERS];
	int64_t tokens;

	for (size_t i = 0; i < NUMBERS; i++)
		out[i] = NAN;
	if (llm_vectors_read(body, TEXTS, DIMENSIONS, out, &tokens) !=
	    LLM_VECTORS_OK)
		return;
	fuzz_require(tokens >= -1);
	for (size_t i = 0; i < NUMBERS; i++)
		fuzz_require(isfinite(out[i]));
}

static double
time_of(struct json_object *segment, const char *key)
{
	struct json_object *value;

	fuzz_require(json_object_object_get_ex(segment, key, &value));
	return json_object_get_double(value);
}

static void
check_transcript(struct slice body)
{
	struct llm_transcript t;
	double begin = 0;

	if (llm_transcript_read(body, &t)) {
		for (size_t i = 0; i < json_object_array_length(t.segments);
		     i++) {
			struct json_object *segment =
			    json_object_array_get_idx(t.segments, i);
			double start = time_of(segment, "start");

			fuzz_require(start >= begin);
			fuzz_require(time_of(segment, "end") >= start);
			fuzz_require(jval_str(segment, "text").n > 0);
			begin = start;
		}
		fuzz_require(isfinite(t.duration_s) && t.duration_s >= 0);
		fuzz_require(utf8_text(slice_from(t.language)));
		fuzz_require(utf8_text(buf_slice(&t.text)));
	}
	llm_transcript_fini(&t);
}

static void
check_error(struct slice body)
{
	struct api_error error;

	api_error_read(body, &error);
	fuzz_require(error.message.n <= API_ERROR_MESSAGE_MAX);
	fuzz_require(utf8_text(buf_slice(&error.message)));
	fuzz_require(utf8_text(slice_from(error.code)));
	(void)api_error_too_long(&error);
	(void)api_error_no_credit(&error);
	api_error_fini(&error);
}

static void
check_edge(struct slice body)
{
	struct edge_reply reply;
	enum edge_reply_status status = edge_reply_read(body, &reply);

	fuzz_require(status == EDGE_REPLY_SUCCESS || reply.result == NULL);
	fuzz_require(status == EDGE_REPLY_ERROR || !reply.retryable);
	fuzz_require(
	    isfinite(reply.processing_time) && reply.processing_time >= 0);
	fuzz_require(utf8_text(slice_from(reply.video_id)));
	fuzz_require(utf8_text(slice_from(reply.output_type)));
	edge_reply_fini(&reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice body = { (const char *)bytes, n };

	check_vectors(body);
	check_transcript(body);
	check_error(body);
	check_edge(body);
	return 0;
}

#include "harness/fuzz_main.h"
