#include "proto/llm_stream.h"

#include "harness/check.h"

#define D(json)      "data: " json "\n\n"
#define CHOICE(part) "{\"choices\":[{\"index\":0," part "}]}"
#define TEXT(text)   D(CHOICE("\"delta\":{\"content\":\"" text "\"}"))
#define FINISH(why)  D(CHOICE("\"delta\":{},\"finish_reason\":\"" why "\""))
#define CALL(piece)  D(CHOICE("\"delta\":{\"tool_calls\":[" piece "]}"))
#define DONE         D("[DONE]")

/* `text` is the text, then each call as "(id name arguments)". */
static const struct {
	int line;
	const char *answer;
	enum llm_stream_status status;
	const char *text, *finish;
	int64_t prompt, completion;
} ROWS[] = {
	/* streamed */
	{ __LINE__, TEXT("Hel") TEXT("lo") FINISH("stop") DONE, LLM_STREAM_OK,
	    "Hello", "stop", -1, -1 },
	{ __LINE__, TEXT("Hello") DONE, LLM_STREAM_OK, "Hello", "", -1, -1 },
	{ __LINE__, TEXT("Hello") FINISH("length"), LLM_STREAM_OK, "Hello",
	    "length", -1, -1 },
	{ __LINE__,
	    ": ping\n\n" TEXT("a") FINISH("stop")
		D("{\"choices\":[],\"usage\":{\"prompt_tokens\":5,"
		  "\"completion_tokens\":7}}") DONE,
	    LLM_STREAM_OK, "a", "stop", 5, 7 },
	{ __LINE__,
	    TEXT("a") D("{\"choices\":[{\"index\":1,\"delta\":"
			"{\"content\":\"other\"}}]}") FINISH("stop"),
	    LLM_STREAM_OK, "a", "stop", -1, -1 },
	{ __LINE__, D(CHOICE("\"delta\":{\"content\":null}")) FINISH("stop"),
	    LLM_STREAM_OK, "", "stop", -1, -1 },
	{ __LINE__, D("{\"id\":1}") TEXT("a") DONE, LLM_STREAM_OK, "a", "", -1,
	    -1 },
	{ __LINE__,
	    D(CHOICE("\"delta\":{\"content\":[{\"type\":\"text\",\"text\":"
		     "\"a\"},{\"type\":\"image\"}]}")) DONE,
	    LLM_STREAM_OK, "a", "", -1, -1 },
	/* tools */
	{ __LINE__,
	    CALL("{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"f\","
		 "\"arguments\":\"\"}}") CALL("{\"index\":0,\"function\":"
					      "{\"arguments\":\"{\\\"a\\\"\"}}")
		CALL("{\"index\":0,\"function\":{\"arguments\":\":1}\"}}") CALL(
		    "{\"index\":1,\"id\":\"c2\",\"function\":{\"name\":"
		    "\"g\",\"arguments\":\"{}\"}}") FINISH("tool_calls") DONE,
	    LLM_STREAM_OK, "(c1 f {\"a\":1})(c2 g {})", "tool_calls", -1, -1 },
	/* Without an index: by the id. */
	{ __LINE__,
	    CALL("{\"id\":\"c1\",\"function\":{\"name\":\"f\","
		 "\"arguments\":\"{\"}}") CALL("{\"function\":{\"arguments\":"
					       "\"}\"}}")
		CALL("{\"id\":\"c2\",\"function\":{\"name\":\"g\","
		     "\"arguments\":{\"x\":1}}}") DONE,
	    LLM_STREAM_OK, "(c1 f {})(c2 g {\"x\":1})", "", -1, -1 },
	{ __LINE__, CALL("{\"index\":1,\"id\":\"c\"}") DONE, LLM_STREAM_BROKEN,
	    NULL, NULL, 0, 0 },
	{ __LINE__, CALL("{\"index\":-1,\"id\":\"c\"}") DONE, LLM_STREAM_BROKEN,
	    NULL, NULL, 0, 0 },
	{ __LINE__, CALL("5") DONE, LLM_STREAM_OK, "(  )", "", -1, -1 },
	/* in one piece */
	{ __LINE__,
	    "\n {\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hi\"},"
	    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,"
	    "\"completion_tokens\":2}}\n",
	    LLM_STREAM_OK, "Hi", "stop", 1, 2 },
	{ __LINE__,
	    CHOICE("\"message\":{\"content\":null,\"tool_calls\":["
		   "{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":"
		   "\"{}\"}}]},\"finish_reason\":\"tool_calls\""),
	    LLM_STREAM_OK, "(c f {})", "tool_calls", -1, -1 },
	{ __LINE__, CHOICE("\"message\":{\"content\":\"a\"}"), LLM_STREAM_OK,
	    "a", "", -1, -1 },
	{ __LINE__,
	    "{\"choices\":[],\"usage\":{\"prompt_tokens\":-1,"
	    "\"completion_tokens\":1e9}}",
	    LLM_STREAM_OK, "", "", -1, -1 },
	/* what is none */
	{ __LINE__, "", LLM_STREAM_CUT, NULL, NULL, 0, 0 },
	{ __LINE__, "   ", LLM_STREAM_CUT, NULL, NULL, 0, 0 },
	{ __LINE__, TEXT("Hel"), LLM_STREAM_CUT, NULL, NULL, 0, 0 },
	{ __LINE__, TEXT("Hel") "data: {\"cho", LLM_STREAM_CUT, NULL, NULL, 0,
	    0 },
	{ __LINE__, "{\"choices\":[{\"index\":0", LLM_STREAM_BROKEN, NULL, NULL,
	    0, 0 },
	{ __LINE__, "{}", LLM_STREAM_BROKEN, NULL, NULL, 0, 0 },
	{ __LINE__, "[]", LLM_STREAM_CUT, NULL, NULL, 0, 0 },
	{ __LINE__, "{\"choices\":5}", LLM_STREAM_BROKEN, NULL, NULL, 0, 0 },
	{ __LINE__, "{\"choices\":[5]}", LLM_STREAM_BROKEN, NULL, NULL, 0, 0 },
	{ __LINE__, CHOICE("\"message\":5"), LLM_STREAM_BROKEN, NULL, NULL, 0,
	    0 },
	{ __LINE__, CHOICE("\"message\":{\"content\":5}"), LLM_STREAM_BROKEN,
	    NULL, NULL, 0, 0 },
	{ __LINE__, CHOICE("\"message\":{\"tool_calls\":5}"), LLM_STREAM_BROKEN,
	    NULL, NULL, 0, 0 },
	{ __LINE__, D("{"), LLM_STREAM_BROKEN, NULL, NULL, 0, 0 },
	{ __LINE__, D("{\"choices\":7}"), LLM_STREAM_BROKEN, NULL, NULL, 0, 0 },
	{ __LINE__, TEXT("\\ud800"), LLM_STREAM_BROKEN, NULL, NULL, 0, 0 },
	{ __LINE__, "<html>", LLM_STREAM_CUT, NULL, NULL, 0, 0 },
	{ __LINE__, "{\"error\":{\"message\":\"no\"}}", LLM_STREAM_ERROR, NULL,
	    NULL, 0, 0 },
	{ __LINE__, TEXT("a") D("{\"error\":\"no\"}"), LLM_STREAM_ERROR, NULL,
	    NULL, 0, 0 },
	{ __LINE__, "{\"error\":null,\"choices\":[]}", LLM_STREAM_OK, "", "",
	    -1, -1 },
};

static enum llm_stream_status
feed(struct llm_stream *s, struct slice all, size_t size)
{
	for (size_t at = 0; at < all.n; at += size)
		if (llm_stream_feed(s, slice_sub(all, at, size)) !=
		    LLM_STREAM_OK)
			break;
	return llm_stream_end(s);
}

static void
check_row(size_t i, size_t size)
{
	struct buf text = BUF_INIT;
	struct llm_stream s;

	llm_stream_init(&s);
	CHECK_ROW(ROWS[i].line,
	    feed(&s, slice_from(ROWS[i].answer), size) == ROWS[i].status);
	if (ROWS[i].status == LLM_STREAM_OK) {
		buf_add_slice(&text, buf_slice(&s.text));
		for (size_t k = 0; k < s.n_calls; k++)
			buf_addf(&text, "(%s %s %s)", buf_cstr(&s.calls[k].id),
			    buf_cstr(&s.calls[k].name),
			    buf_cstr(&s.calls[k].arguments));
		CHECK_SLICE_ROW(ROWS[i].line, buf_slice(&text), ROWS[i].text);
		CHECK_SLICE_ROW(
		    ROWS[i].line, slice_from(s.finish), ROWS[i].finish);
		CHECK_ROW(ROWS[i].line, s.prompt_tokens == ROWS[i].prompt);
		CHECK_ROW(
		    ROWS[i].line, s.completion_tokens == ROWS[i].completion);
	}
	buf_fini(&text);
	llm_stream_fini(&s);
}

static void
test_llm_stream_answers(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		check_row(i, 1);
		check_row(i, 7);
		check_row(i, 100000);
	}
}

/* All that grows has an end. */
static void
test_llm_stream_limits(void)
{
	static const char *const PIECES[] = {
		TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		D(CHOICE("\"delta\":{\"refusal\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaa"
			 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}")),
		CALL("{\"index\":0,\"id\":\"c\",\"function\":{\"arguments\":"
		     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}"),
		CALL("{\"id\":\"c\"}"),
	};

	for (size_t i = 0; i < COUNT(PIECES); i++) {
		struct slice piece = slice_from(PIECES[i]);
		enum llm_stream_status status = LLM_STREAM_OK;
		struct llm_stream s;

		llm_stream_init(&s);
		for (int n = 0; n < 30000 && status == LLM_STREAM_OK; n++)
			status = llm_stream_feed(&s, piece);
		CHECK(status == LLM_STREAM_TOO_LARGE);
		CHECK(s.text.n <= LLM_STREAM_TEXT_MAX);
		CHECK(llm_stream_feed(&s, SLICE(DONE)) == LLM_STREAM_TOO_LARGE);
		CHECK(llm_stream_end(&s) == LLM_STREAM_TOO_LARGE);
		llm_stream_fini(&s);
	}
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_llm_stream_answers),
		CHECK_CASE(test_llm_stream_limits), { NULL, NULL } });
}
