/* The small decoders: embeddings, transcripts, failures, Edge Functions. */
#include <math.h>

#include "harness/check.h"
#include "proto/api_error.h"
#include "proto/edge_reply.h"
#include "proto/jval.h"
#include "proto/llm_transcript.h"
#include "proto/llm_vectors.h"

#define V(index, numbers) "{\"index\":" index ",\"embedding\":[" numbers "]}"
#define DATA(rows)        "{\"data\":[" rows "],\"usage\":{\"total_tokens\":9}}"

/* Two vectors of two. */
static const struct {
	int line;
	const char *body;
	enum llm_vectors_status status;
} VECTORS[] = {
	{ __LINE__, DATA(V("0", "1,2") "," V("1", "3.5,-4")), LLM_VECTORS_OK },
	{ __LINE__, DATA(V("1", "3.5,-4") "," V("0", "1,2")), LLM_VECTORS_OK },
	{ __LINE__, DATA("{\"embedding\":[1,2]},{\"embedding\":[3.5,-4]}"),
	    LLM_VECTORS_OK },
	{ __LINE__, "", LLM_VECTORS_JSON },
	{ __LINE__, "{\"data\":[", LLM_VECTORS_JSON },
	{ __LINE__, "{}", LLM_VECTORS_FORM },
	{ __LINE__, "[]", LLM_VECTORS_FORM },
	{ __LINE__, "null", LLM_VECTORS_FORM },
	{ __LINE__, "{\"data\":5}", LLM_VECTORS_FORM },
	{ __LINE__, DATA("{\"index\":0},{\"index\":1}"), LLM_VECTORS_FORM },
	{ __LINE__, DATA("5,5"), LLM_VECTORS_FORM },
	{ __LINE__, DATA(V("0", "1,2")), LLM_VECTORS_INDEX },
	{ __LINE__, DATA(V("0", "1,2") "," V("1", "3,4") "," V("2", "5,6")),
	    LLM_VECTORS_INDEX },
	{ __LINE__, DATA(V("0", "1,2") "," V("0", "3,4")), LLM_VECTORS_INDEX },
	{ __LINE__, DATA(V("0", "1,2") "," V("2", "3,4")), LLM_VECTORS_INDEX },
	{ __LINE__, DATA(V("-1", "1,2") "," V("1", "3,4")), LLM_VECTORS_INDEX },
	{ __LINE__, DATA(V("\"0\"", "1,2") "," V("1", "3,4")),
	    LLM_VECTORS_INDEX },
	{ __LINE__, DATA(V("0", "1,2,3") "," V("1", "3,4,5")),
	    LLM_VECTORS_DIMENSIONS },
	{ __LINE__, DATA(V("0", "") "," V("1", "3,4")),
	    LLM_VECTORS_DIMENSIONS },
	{ __LINE__, DATA(V("0", "1,null") "," V("1", "3,4")),
	    LLM_VECTORS_NUMBER },
	{ __LINE__, DATA(V("0", "1,\"2\"") "," V("1", "3,4")),
	    LLM_VECTORS_NUMBER },
	{ __LINE__, DATA(V("0", "1,1e999") "," V("1", "3,4")),
	    LLM_VECTORS_NUMBER },
	{ __LINE__, DATA(V("0", "1,1e39") "," V("1", "3,4")),
	    LLM_VECTORS_NUMBER },
	{ __LINE__, DATA(V("0", "1,NaN") "," V("1", "3,4")),
	    LLM_VECTORS_NUMBER },
	{ __LINE__, DATA(V("0", "1,-Infinity") "," V("1", "3,4")),
	    LLM_VECTORS_NUMBER },
};

static void
test_llm_vectors_read(void)
{
	for (size_t i = 0; i < COUNT(VECTORS); i++) {
		float out[4] = { 0 };
		int64_t tokens;
		enum llm_vectors_status status = llm_vectors_read(
		    slice_from(VECTORS[i].body), 2, 2, out, &tokens);

		CHECK_ROW(VECTORS[i].line, status == VECTORS[i].status);
		CHECK(llm_vectors_strerror(status) != NULL);
		if (status == LLM_VECTORS_OK)
			CHECK_ROW(VECTORS[i].line,
			    out[0] == 1 && out[1] == 2 && out[2] == 3.5F &&
				out[3] == -4 && tokens == 9);
	}
}

#define S(start, end, text) \
	"{\"start\":" start ",\"end\":" end ",\"text\":\"" text "\",\"id\":1}"

/* Segments are printed as they are kept. */
static const struct {
	int line;
	const char *body;
	const char *segments; /* NULL: it is none */
} TRANSCRIPTS[] = {
	{ __LINE__, "{\"text\":\" a \"}", "[]" },
	{ __LINE__, "{\"text\":\"a\",\"segments\":[]}", "[]" },
	{ __LINE__, "{\"text\":\"a\",\"segments\":[" S("0", "1.5", " b ") "]}",
	    "[{\"start\":0,\"end\":1.5,\"text\":\"b\"}]" },
	{ __LINE__,
	    "{\"text\":\"a\",\"segments\":[" S("0", "1", " ") "," S(
		"1", "1", "c") "]}",
	    "[{\"start\":1,\"end\":1,\"text\":\"c\"}]" },
	{ __LINE__, "{\"text\":5}", NULL },
	{ __LINE__, "{}", NULL },
	{ __LINE__, "[]", NULL },
	{ __LINE__, "", NULL },
	{ __LINE__, "{\"text\":\"a\",\"segments\":5}", NULL },
	{ __LINE__, "{\"text\":\"a\",\"segments\":[5]}", NULL },
	{ __LINE__, "{\"text\":\"a\",\"segments\":[" S("2", "1", "b") "]}",
	    NULL },
	{ __LINE__, "{\"text\":\"a\",\"segments\":[" S("-1", "1", "b") "]}",
	    NULL },
	{ __LINE__, "{\"text\":\"a\",\"segments\":[" S("0", "1e9", "b") "]}",
	    NULL },
	{ __LINE__, "{\"text\":\"a\",\"segments\":[" S("\"0\"", "1", "b") "]}",
	    NULL },
	{ __LINE__,
	    "{\"text\":\"a\",\"segments\":[" S("5", "6", "b") "," S(
		"1", "2", "c") "]}",
	    NULL },
};

static void
test_llm_transcript_read(void)
{
	for (size_t i = 0; i < COUNT(TRANSCRIPTS); i++) {
		struct llm_transcript t;
		struct buf printed = BUF_INIT;
		bool good =
		    llm_transcript_read(slice_from(TRANSCRIPTS[i].body), &t);

		CHECK_ROW(TRANSCRIPTS[i].line,
		    good == (TRANSCRIPTS[i].segments != NULL));
		if (good) {
			jval_print(&printed, t.segments);
			CHECK_SLICE_ROW(TRANSCRIPTS[i].line,
			    buf_slice(&printed), TRANSCRIPTS[i].segments);
			CHECK_SLICE_ROW(
			    TRANSCRIPTS[i].line, buf_slice(&t.text), "a");
		}
		llm_transcript_fini(&t);
		buf_fini(&printed);
	}
}

static void
test_llm_transcript_rest(void)
{
	struct llm_transcript t;

	CHECK(llm_transcript_read(SLICE("{\"text\":\"a\",\"duration\":61.5,"
					"\"language\":\"english\"}"),
	    &t));
	CHECK(t.duration_s == 61.5 && strcmp(t.language, "english") == 0);
	CHECK(t.tokens == -1);
	llm_transcript_fini(&t);
	CHECK(llm_transcript_read(
	    SLICE("{\"text\":\"a\",\"usage\":{\"type\":\"tokens\","
		  "\"total_tokens\":700}}"),
	    &t));
	CHECK(t.tokens == 700 && t.duration_s == 0);
	llm_transcript_fini(&t);
	CHECK(llm_transcript_read(
	    SLICE("{\"text\":\"a\",\"usage\":{\"type\":\"duration\","
		  "\"seconds\":9,\"total_tokens\":-5}}"),
	    &t));
	CHECK(t.tokens == -1 && t.duration_s == 9);
	llm_transcript_fini(&t);
	CHECK(llm_transcript_read(
	    SLICE("{\"text\":\"a\",\"duration\":-1,\"language\":"
		  "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9\"}"),
	    &t));
	/* No half of a character. */
	CHECK(t.duration_s == 0 && strlen(t.language) == 30);
	llm_transcript_fini(&t);
}

static const struct {
	int line;
	const char *body, *code, *message;
	bool too_long, no_credit;
} ERRORS[] = {
	{ __LINE__, "", "", "", false, false },
	{ __LINE__, "<html>", "", "", false, false },
	{ __LINE__, "[]", "", "", false, false },
	{ __LINE__, "{\"error\":{}}", "", "", false, false },
	{ __LINE__,
	    "{\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":null}}", "t",
	    "m", false, false },
	{ __LINE__,
	    "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}",
	    "context_length_exceeded", "m", true, false },
	{ __LINE__,
	    "{\"error\":{\"message\":\"This model's maximum context length is "
	    "8192 tokens.\",\"code\":400}}",
	    "", "This model's maximum context length is 8192 tokens.", true,
	    false },
	{ __LINE__, "{\"error\":{\"code\":\"insufficient_quota\"}}",
	    "insufficient_quota", "", false, true },
	{ __LINE__, "{\"error\":\"text\"}", "", "text", false, false },
	{ __LINE__, "{\"message\":\"m\",\"code\":\"c\"}", "c", "m", false,
	    false },
	{ __LINE__, "{\"msg\":\"m\"}", "", "m", false, false },
	{ __LINE__, "{\"detail\":\"m\"}", "", "m", false, false },
};

static void
test_api_error_read(void)
{
	for (size_t i = 0; i < COUNT(ERRORS); i++) {
		struct api_error error;

		api_error_read(slice_from(ERRORS[i].body), &error);
		CHECK_SLICE_ROW(
		    ERRORS[i].line, slice_from(error.code), ERRORS[i].code);
		CHECK_SLICE_ROW(ERRORS[i].line, buf_slice(&error.message),
		    ERRORS[i].message);
		CHECK_ROW(ERRORS[i].line,
		    api_error_too_long(&error) == ERRORS[i].too_long);
		CHECK_ROW(ERRORS[i].line,
		    api_error_no_credit(&error) == ERRORS[i].no_credit);
		api_error_fini(&error);
	}
}

static const struct {
	int line;
	const char *body;
	enum edge_reply_status status;
	const char *result; /* "": NULL */
	bool retryable;
} EDGE[] = {
	{ __LINE__,
	    "{\"status\":\"success\",\"data\":{\"result\":{\"a\":1},"
	    "\"processing_time\":1.5,\"video_id\":\"v\",\"output_type\":\"t\"}}",
	    EDGE_REPLY_SUCCESS, "{\"a\":1}", false },
	{ __LINE__,
	    "{\"status\":\"success\",\"data\":{\"result\":null,"
	    "\"processing_time\":1.5,\"video_id\":\"v\",\"output_type\":\"t\"}}",
	    EDGE_REPLY_SUCCESS, "null", false },
	{ __LINE__, "{\"status\":\"success\",\"data\":{}}", EDGE_REPLY_FORM, "",
	    false },
	{ __LINE__, "{\"status\":\"success\",\"data\":5}", EDGE_REPLY_FORM, "",
	    false },
	{ __LINE__, "{\"status\":\"success\"}", EDGE_REPLY_FORM, "", false },
	{ __LINE__, "{\"status\":5}", EDGE_REPLY_FORM, "", false },
	{ __LINE__, "null", EDGE_REPLY_FORM, "", false },
	{ __LINE__, "", EDGE_REPLY_JSON, "", false },
	{ __LINE__, "{\"status\":\"success\"", EDGE_REPLY_JSON, "", false },
	{ __LINE__, "{\"status\":\"error\"}", EDGE_REPLY_ERROR, "", false },
	{ __LINE__,
	    "{\"status\":\"error\",\"error\":{\"metadata\":{\"retryable\":"
	    "true}}}",
	    EDGE_REPLY_ERROR, "", true },
	{ __LINE__,
	    "{\"status\":\"error\",\"error\":{\"metadata\":{\"retryable\":"
	    "\"yes\"}}}",
	    EDGE_REPLY_ERROR, "", false },
};

static void
test_edge_reply_read(void)
{
	for (size_t i = 0; i < COUNT(EDGE); i++) {
		struct buf printed = BUF_INIT;
		struct edge_reply r;

		CHECK_ROW(EDGE[i].line,
		    edge_reply_read(slice_from(EDGE[i].body), &r) ==
			EDGE[i].status);
		CHECK_ROW(EDGE[i].line, r.retryable == EDGE[i].retryable);
		if (EDGE[i].status == EDGE_REPLY_SUCCESS) {
			jval_print(&printed, r.result);
			CHECK_SLICE_ROW(
			    EDGE[i].line, buf_slice(&printed), EDGE[i].result);
			CHECK_ROW(EDGE[i].line,
			    r.processing_time == 1.5 &&
				strcmp(r.video_id, "v") == 0 &&
				strcmp(r.output_type, "t") == 0);
		}
		buf_fini(&printed);
		edge_reply_fini(&r);
	}
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_llm_vectors_read),
		CHECK_CASE(test_llm_transcript_read),
		CHECK_CASE(test_llm_transcript_rest),
		CHECK_CASE(test_api_error_read),
		CHECK_CASE(test_edge_reply_read), { NULL, NULL } });
}
