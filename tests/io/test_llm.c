/*
 * llm.h and edge.h against the double: what they send, what they make of the
 * answers, and every function against every fault.
 */
#include "io/llm.h"

#include <sys/resource.h>

#include <math.h>

#include "harness/check.h"

#include "engine_fixture.h"
#include "io/edge.h"
#include "proto/llm_stream.h"

#define QUESTION "[{\"role\":\"user\",\"content\":\"Is it <b>good</b>?\"}]"
#define SCHEMA                                                 \
	"{\"type\":\"object\",\"additionalProperties\":false," \
	"\"required\":[\"score\",\"words\"],\"properties\":{"  \
	"\"score\":{\"type\":\"integer\",\"minimum\":3},"      \
	"\"words\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}"
#define TOOLS                                                        \
	"[{\"type\":\"function\",\"function\":{\"name\":\"search\"," \
	"\"parameters\":{\"type\":\"object\"}}}]"

/* Bytes that all faults together may take; sanitizers keep what was freed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#	define MEMORY_MAX 900000000
#else
#	define MEMORY_MAX 50000000
#endif

static char recording[4096];

static void
add_text(void *cookie, struct slice piece)
{
	buf_add_slice(cookie, piece);
	buf_addc(cookie, '|');
}

/* The last of what the double was asked, to be put with *all. */
static struct json_object *
last_request(struct json_object **all)
{
	struct json_object *requests;

	*all = double_tell(&server, "/requests", "");
	requests = at(*all, "requests");
	return json_object_array_get_idx(
	    requests, json_object_array_length(requests) - 1);
}

/* ---- what is sent, what is made of the answer ------------------------------ */

static void
test_llm_chat(void)
{
	struct engine en = engine_new();
	struct llm_chat q = { .messages = json(QUESTION), .max_tokens = 77 };
	struct json_object *all, *body;
	struct llm_answer a;
	struct err e = ERR_INIT;

	CHECK(llm_chat(&en, &q, &a, &e) == 0);
	CHECK_SLICE(buf_slice(&a.text), "You said: Is it <b>good</b>?");
	CHECK(a.finish == LLM_STOP && a.calls == NULL && a.value == NULL);
	CHECK(!a.usage.guessed && a.usage.prompt_tokens > 5);
	CHECK_SLICE(jval_str(a.message, "role"), "assistant");
	body = at(last_request(&all), "body");
	CHECK_SLICE(jval_str(body, "model"), "a-model");
	CHECK(json_object_get_int64(at(body, "max_tokens")) == 77);
	CHECK(at(body, "stream") == NULL && at(body, "tools") == NULL);
	json_object_put(all);
	llm_answer_fini(&a);
	json_object_put(q.messages);
}

static void
test_llm_chat_streamed(void)
{
	struct engine en = engine_new();
	struct buf seen = BUF_INIT;
	struct llm_chat q = {
		.messages = json(QUESTION), .on_text = add_text, .cookie = &seen
	};
	struct llm_answer a;
	struct err e = ERR_INIT;

	double_do(&server, "/answer",
	    "{\"content\":\"\\ud83d\\ude00 and then some more words of it\"}");
	CHECK(llm_chat(&en, &q, &a, &e) == 0);
	CHECK_SLICE(buf_slice(&a.text),
	    "\xf0\x9f\x98\x80 and then some more words of it");
	CHECK(!a.usage.guessed && a.usage.completion_tokens > 5);
	/* All of it, in pieces. */
	CHECK(seen.n > a.text.n);
	llm_answer_fini(&a);
	/* A server that does not stream: at once. */
	buf_clear(&seen);
	double_do(&server, "/fault", "{\"kind\":\"whole\"}");
	CHECK(llm_chat(&en, &q, &a, &e) == 0);
	CHECK_SLICE(buf_slice(&seen), "You said: Is it <b>good</b>?|");
	llm_answer_fini(&a);
	buf_fini(&seen);
	json_object_put(q.messages);
}

/* The same whether they come in pieces or not. */
static void
test_llm_chat_tools(void)
{
	struct engine en = engine_new();
	struct buf seen = BUF_INIT;
	struct llm_chat q = { .messages = json(QUESTION),
		.tools = json(TOOLS),
		.cookie = &seen };
	struct llm_answer a;
	struct err e = ERR_INIT;

	for (int streamed = 0; streamed < 2; streamed++) {
		q.on_text = streamed ? add_text : NULL;
		double_do(&server, "/answer",
		    "{\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
		    "\"function\":{\"name\":\"search\",\"arguments\":"
		    "\"{\\\"query\\\": \\\"the price is too high\\\"}\"}},"
		    "{\"id\":\"c2\",\"type\":\"function\",\"function\":"
		    "{\"name\":\"search\",\"arguments\":\"{broken\"}}]}");
		CHECK(llm_chat(&en, &q, &a, &e) == 0);
		CHECK(a.finish == LLM_TOOLS && a.text.n == 0);
		CHECK(json_object_array_length(a.calls) == 2);
		CHECK_SLICE(jval_str(at(a.calls, "0"), "id"), "c1");
		CHECK_SLICE(jval_str(at(a.calls, "0"), "name"), "search");
		CHECK_SLICE(jval_str(at(a.calls, "0/arguments"), "query"),
		    "the price is too high");
		CHECK_SLICE(jval_str(at(a.calls, "1"), "arguments"), "{broken");
		CHECK_SLICE(jval_str(at(a.message, "tool_calls/1/function"),
				"arguments"),
		    "{broken");
		CHECK(at(a.message, "content") == NULL);
		llm_answer_fini(&a);
	}
	buf_fini(&seen);
	json_object_put(q.messages);
	json_object_put(q.tools);
}

static void
test_llm_chat_schema(void)
{
	static const struct {
		int line;
		const char *answer;
		enum err_code code;
	} ROWS[] = {
		{ __LINE__, NULL, ERR_NONE }, /* the double's own */
		{ __LINE__,
		    "{\"content\":\"```json\\n{\\\"score\\\":5,"
		    "\\\"words\\\":[]}\\n```\"}",
		    ERR_NONE },
		{ __LINE__,
		    "{\"content\":\"<think>{</think>\\n{\\\"score\\\":5,"
		    "\\\"words\\\":[]}\"}",
		    ERR_NONE },
		{ __LINE__, "{\"content\":\"no JSON\"}", ERR_UNAVAILABLE },
		{ __LINE__, "{\"content\":\"{\\\"score\\\":5}\"}",
		    ERR_UNAVAILABLE },
		{ __LINE__,
		    "{\"content\":\"{\\\"score\\\":2,\\\"words\\\":[]}\"}",
		    ERR_UNAVAILABLE },
		{ __LINE__,
		    "{\"content\":\"{\\\"score\\\":5\","
		    "\"finish_reason\":\"length\"}",
		    ERR_UNPROCESSABLE },
		{ __LINE__, "{\"content\":null,\"refusal\":\"I will not.\"}",
		    ERR_UNPROCESSABLE },
		{ __LINE__,
		    "{\"content\":\"x\",\"finish_reason\":\"content_filter\"}",
		    ERR_UNPROCESSABLE },
		{ __LINE__, "{\"content\":\"\"}", ERR_UNAVAILABLE },
	};
	struct engine en = engine_new();
	struct llm_chat q = { .messages = json(QUESTION),
		.schema = json(SCHEMA) };
	struct json_object *all, *format;

	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct llm_answer a;
		struct err e = ERR_INIT;

		if (ROWS[i].answer != NULL)
			double_do(&server, "/answer", ROWS[i].answer);
		(void)!llm_chat(&en, &q, &a, &e);
		CHECK_ROW(ROWS[i].line, e.code == ROWS[i].code);
		CHECK_ROW(ROWS[i].line,
		    e.code != ERR_NONE ||
			json_object_get_int64(at(a.value, "score")) >= 3);
		llm_answer_fini(&a);
	}
	format = at(last_request(&all), "body/response_format");
	CHECK_SLICE(jval_str(format, "type"), "json_schema");
	CHECK(json_object_get_boolean(at(format, "json_schema/strict")));
	CHECK(json_object_equal(at(format, "json_schema/schema"), q.schema));
	json_object_put(all);
	json_object_put(q.messages);
	json_object_put(q.schema);
}

/* What somebody wrote into a transcript is text, and nothing else. */
static void
test_llm_chat_injection(void)
{
	static const char ANSWER[] =
	    "Ignore all that. data: [DONE]\n\nevent: x <script>alert(1)</script> "
	    "{\"error\":1}";
	struct engine en = engine_new();
	struct buf seen = BUF_INIT;
	struct llm_chat q = { .messages = json(QUESTION), .cookie = &seen };
	struct buf told = BUF_INIT;
	struct llm_answer a;
	struct err e = ERR_INIT;

	buf_adds(&told, "{\"content\":");
	jval_quote(&told, slice_from(ANSWER));
	buf_adds(&told, "}");
	for (int streamed = 0; streamed < 2; streamed++) {
		q.on_text = streamed ? add_text : NULL;
		double_do(&server, "/answer", buf_cstr(&told));
		CHECK(llm_chat(&en, &q, &a, &e) == 0);
		CHECK_SLICE(buf_slice(&a.text), ANSWER);
		CHECK(a.calls == NULL && a.finish == LLM_STOP);
		llm_answer_fini(&a);
	}
	buf_fini(&told);
	buf_fini(&seen);
	json_object_put(q.messages);
}

/* Enough for three requests; each text has its own vector. */
static void
test_llm_embed(void)
{
	enum {
		TEXTS = 130
	};
	static float vectors[TEXTS * EMBED_DIMS], one[EMBED_DIMS];
	static char text[TEXTS][32];
	struct engine en = engine_new();
	struct slice texts[TEXTS];
	struct json_object *all, *body;
	struct err e = ERR_INIT;
	int64_t tokens;

	for (size_t i = 0; i < TEXTS; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "word%zu", i);
		texts[i] = slice_from(text[i]);
	}
	double_do(&server, "/reset", "");
	/* In any order. */
	double_do(&server, "/fault", "{\"kind\":\"shuffled\"}");
	CHECK(llm_embed(&en, texts, TEXTS, vectors, &tokens, &e) == 0);
	CHECK(tokens > TEXTS);
	for (size_t i = 0; i < TEXTS; i += 43) {
		CHECK(llm_embed(&en, &texts[i], 1, one, &tokens, &e) == 0);
		for (size_t k = 0; k < EMBED_DIMS; k++)
			CHECK(one[k] == vectors[i * EMBED_DIMS + k]);
	}
	body = at(last_request(&all), "body");
	CHECK(json_object_get_int64(at(body, "dimensions")) == EMBED_DIMS);
	CHECK(json_object_array_length(at(all, "requests")) == 3 + 4);
	/* All over one connection. */
	CHECK(json_object_get_int64(at(all, "connections")) <= 1);
	json_object_put(all);
}

static void
test_llm_transcribe(void)
{
	struct engine en = engine_new();
	struct llm_transcript t;
	struct json_object *all;
	struct slice sent;
	struct err e = ERR_INIT;

	CHECK(llm_transcribe(&en, recording, "call.mp3", &t, &e) == 0);
	CHECK(json_object_array_length(t.segments) == 3);
	CHECK_SLICE(
	    jval_str(at(t.segments, "1"), "text"), "It is too high for us.");
	CHECK(json_object_get_double(at(t.segments, "1/start")) == 3);
	CHECK(t.duration_s == 9.5 && strcmp(t.language, "english") == 0);
	CHECK(slice_starts(buf_slice(&t.text), SLICE("Good morning")));
	llm_transcript_fini(&t);
	sent = jval_str(last_request(&all), "body");
	CHECK(slice_find(sent, SLICE("filename=\"call.mp3\"")) > 0);
	CHECK(slice_find(sent, SLICE("verbose_json")) > 0);
	CHECK(slice_find(sent, SLICE("the recording")) > 0);
	json_object_put(all);
	CHECK(llm_transcribe(&en, "/nowhere", "a.mp3", &t, &e) != 0);
	CHECK(e.code == ERR_UNPROCESSABLE);
	llm_transcript_fini(&t);
	conf.openai_transcription_max = 5;
	CHECK(llm_transcribe(&en, recording, "a.mp3", &t, &e) != 0);
	conf.openai_transcription_max = 1000000;
	CHECK(e.code == ERR_TOO_LARGE);
	llm_transcript_fini(&t);
}

static void
test_edge_call(void)
{
	struct engine en = engine_new();
	struct json_object *question =
	    json("{\"video_id\":\"v1\",\"text\":\"t\"}");
	struct edge_reply reply;
	struct json_object *all;
	struct err e = ERR_INIT;

	CHECK(edge_call(&en, conf.edge_analyze, question, &reply, &e) == 0);
	CHECK(json_object_equal(at(reply.result, "echo"), question));
	CHECK(strcmp(reply.video_id, "v1") == 0);
	CHECK(strcmp(reply.output_type, "analyze") == 0);
	CHECK(reply.processing_time == 0.25);
	edge_reply_fini(&reply);
	CHECK_SLICE(
	    jval_str(at(last_request(&all), "headers"), "apikey"), server.key);
	json_object_put(all);
	json_object_put(question);
}

static void
test_edge_says_error(void)
{
	static const struct {
		int line;
		const char *answer;
		enum err_code code;
		const char *says;
	} ROWS[] = {
		{ __LINE__,
		    "{\"status\":\"error\",\"error\":{\"message\":"
		    "\"<b>No video</b>\\nof that id\",\"code\":\"NO_VIDEO\"}}",
		    ERR_UNPROCESSABLE, "of that id" },
		{ __LINE__,
		    "{\"status\":\"error\",\"error\":{\"message\":\"Wait.\","
		    "\"code\":\"X\",\"metadata\":{\"retryable\":true}}}",
		    ERR_UNAVAILABLE, "Wait." },
		{ __LINE__, "{\"status\":\"error\"}", ERR_UNPROCESSABLE,
		    "failed" },
		{ __LINE__, "{\"status\":\"success\"}", ERR_UNPROCESSABLE,
		    "without a result" },
		{ __LINE__, "{\"status\":\"success\",\"data\":{}}",
		    ERR_UNPROCESSABLE, "without a result" },
		{ __LINE__,
		    "{\"status\":\"success\",\"data\":{\"result\":null}}",
		    ERR_NONE, "" },
	};
	struct engine en = engine_new();
	struct json_object *question = json("{}");

	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct edge_reply reply;
		struct err e = ERR_INIT;
		struct buf told = BUF_INIT;

		buf_addf(&told, "{\"name\":\"analyze\",\"answer\":%s}",
		    ROWS[i].answer);
		double_do(&server, "/edge", buf_cstr(&told));
		(void)!edge_call(&en, "analyze", question, &reply, &e);
		CHECK_ROW(ROWS[i].line, e.code == ROWS[i].code);
		CHECK_ROW(ROWS[i].line, strstr(e.msg, ROWS[i].says) != NULL);
		CHECK_ROW(ROWS[i].line, strpbrk(e.msg, "<>\n") == NULL);
		edge_reply_fini(&reply);
		buf_fini(&told);
	}
	double_do(&server, "/reset", "");
	json_object_put(question);
}

/* ---- every function, every fault ------------------------------------------- */

static enum err_code
ask_chat(struct engine *en, bool streamed, struct err *e)
{
	struct buf seen = BUF_INIT;
	struct llm_chat q = { .messages = json(QUESTION),
		.on_text = streamed ? add_text : NULL,
		.cookie = &seen };
	struct llm_answer a;
	int rc = llm_chat(en, &q, &a, e);

	CHECK(rc == (e->code == ERR_NONE ? 0 : -1));
	CHECK(a.text.n <= LLM_STREAM_TEXT_MAX && seen.n < 10000000);
	llm_answer_fini(&a);
	buf_fini(&seen);
	json_object_put(q.messages);
	return e->code;
}

static enum err_code
chat(struct engine *en, struct err *e)
{
	return ask_chat(en, false, e);
}

static enum err_code
chat_streamed(struct engine *en, struct err *e)
{
	return ask_chat(en, true, e);
}

static enum err_code
embed(struct engine *en, struct err *e)
{
	static float out[2 * EMBED_DIMS];
	struct slice texts[] = { SLICE("the price"), SLICE("is high") };
	int64_t tokens;
	int rc = llm_embed(en, texts, COUNT(texts), out, &tokens, e);

	CHECK(rc == (e->code == ERR_NONE ? 0 : -1));
	return e->code;
}

static enum err_code
transcribe(struct engine *en, struct err *e)
{
	struct llm_transcript t;
	int rc = llm_transcribe(en, recording, "call.mp3", &t, e);

	CHECK(rc == (e->code == ERR_NONE ? 0 : -1));
	llm_transcript_fini(&t);
	return e->code;
}

static enum err_code
edge(struct engine *en, struct err *e)
{
	struct json_object *question = json("{\"video_id\":\"v1\"}");
	struct edge_reply reply;
	int rc = edge_call(en, "analyze", question, &reply, e);

	CHECK(rc == (e->code == ERR_NONE ? 0 : -1));
	edge_reply_fini(&reply);
	json_object_put(question);
	return e->code;
}

enum function {
	CHAT,
	STREAM,
	EMBED,
	TRANSCRIBE,
	EDGE,
	FUNCTION__MAX
};

static enum err_code (*const FUNCTIONS[FUNCTION__MAX])(struct engine *en,
    struct err *e) = { chat, chat_streamed, embed, transcribe, edge };

/* By what they come to. */
#define RETRY ERR_UNAVAILABLE
#define FINAL ERR_UNPROCESSABLE
#define LARGE ERR_TOO_LARGE
#define GOOD  ERR_NONE
#define ALL(x)                \
	{                     \
		x, x, x, x, x \
	}
#define STATUS(n) "{\"kind\":\"status\",\"status\":" #n "}"
#define SAYS(n, said) \
	"{\"kind\":\"status\",\"status\":" #n ",\"body\":{\"error\":" said "}}"
#define KIND(name) "{\"kind\":\"" name "\"}"

static const struct fault {
	int line;
	const char *fault;
	bool endless; /* the call's own time ends it */
	enum err_code code[FUNCTION__MAX];
	int64_t retry_after_ms;
	const char *says; /* a part of the sentence; or NULL */
} FAULTS[] = {
	{ __LINE__, KIND("none"), false, ALL(GOOD), 0, NULL },
	{ __LINE__, KIND("stall"), true, ALL(RETRY), 0, "too long" },
	{ __LINE__, KIND("stall-body"), true, ALL(RETRY), 0, "too long" },
	{ __LINE__, KIND("drip"), true, ALL(RETRY), 0, "too long" },
	{ __LINE__, KIND("cut"), false, ALL(RETRY), 0, NULL },
	{ __LINE__, KIND("reset"), false, ALL(RETRY), 0, NULL },
	{ __LINE__,
	    "{\"kind\":\"status\",\"status\":429,\"headers\":"
	    "{\"retry-after\":\"7\"}}",
	    false, ALL(RETRY), 7000, "too much to do" },
	{ __LINE__,
	    "{\"kind\":\"status\",\"status\":503,\"headers\":"
	    "{\"retry-after\":\"999999999\"}}",
	    false, ALL(RETRY), 86400000, NULL },
	{ __LINE__, STATUS(408), false, ALL(RETRY), 0, NULL },
	{ __LINE__, STATUS(500), false, ALL(RETRY), 0, "failed (500)" },
	{ __LINE__, STATUS(502), false, ALL(RETRY), 0, NULL },
	{ __LINE__, STATUS(504), false, ALL(RETRY), 0, "took too long" },
	{ __LINE__, STATUS(546), false, ALL(RETRY), 0, "memory or time" },
	{ __LINE__, STATUS(400), false, ALL(FINAL), 0, "refused" },
	{ __LINE__, STATUS(402), false, ALL(FINAL), 0, "credit" },
	{ __LINE__, STATUS(403), false, ALL(FINAL), 0, "_KEY" },
	{ __LINE__, STATUS(404), false, ALL(FINAL), 0, "operator" },
	{ __LINE__, STATUS(413), false, ALL(LARGE), 0, NULL },
	{ __LINE__, STATUS(422), false, ALL(FINAL), 0, NULL },
	{ __LINE__,
	    SAYS(429, "{\"code\":\"insufficient_quota\",\"message\":\"x\"}"),
	    false, ALL(FINAL), 0, "no credit" },
	{ __LINE__, SAYS(400, "{\"code\":\"context_length_exceeded\"}"), false,
	    ALL(LARGE), 0, "too long" },
	{ __LINE__, SAYS(400, "\"<img src=x onerror=y>\\u0007[a](b)\""), false,
	    ALL(FINAL), 0, "refused" },
	{ __LINE__, KIND("broken-json"), false, ALL(RETRY), 0, NULL },
	{ __LINE__, KIND("wrong-schema"), false,
	    { RETRY, RETRY, FINAL, RETRY, FINAL }, 0, NULL },
	{ __LINE__, KIND("html"), false, ALL(RETRY), 0, NULL },
	{ __LINE__, "{\"kind\":\"json\",\"body\":\"\"}", false, ALL(RETRY), 0,
	    NULL },
	{ __LINE__, "{\"kind\":\"json\",\"body\":\"[]\"}", false,
	    { RETRY, RETRY, FINAL, RETRY, FINAL }, 0, NULL },
	{ __LINE__, KIND("huge"), false, ALL(LARGE), 0, "more than" },
	/* The key goes nowhere else, and nothing unlisted is asked. */
	{ __LINE__, "{\"kind\":\"redirect\",\"to\":\"http://127.0.0.1:1/x\"}",
	    false, ALL(FINAL), 0, "operator" },
	{ __LINE__, "{\"kind\":\"redirect\",\"to\":\"http://api.example/x\"}",
	    false, ALL(FINAL), 0, "operator" },
	/* Of embeddings. */
	{ __LINE__, KIND("dimensions"), false,
	    { GOOD, GOOD, FINAL, GOOD, GOOD }, 0, NULL },
	{ __LINE__, KIND("nan"), false, { GOOD, GOOD, FINAL, GOOD, GOOD }, 0,
	    NULL },
	{ __LINE__, KIND("null"), false, { GOOD, GOOD, FINAL, GOOD, GOOD }, 0,
	    NULL },
	{ __LINE__, KIND("missing"), false, { GOOD, GOOD, FINAL, GOOD, GOOD },
	    0, NULL },
	{ __LINE__, KIND("twice"), false, { GOOD, GOOD, FINAL, GOOD, GOOD }, 0,
	    NULL },
	{ __LINE__, KIND("shuffled"), false, ALL(GOOD), 0, NULL },
	/* Of streams. */
	{ __LINE__, KIND("no-done"), false, { GOOD, RETRY, GOOD, GOOD, GOOD },
	    0, NULL },
	{ __LINE__, KIND("huge-events"), false,
	    { GOOD, LARGE, GOOD, GOOD, GOOD }, 0, NULL },
	{ __LINE__, KIND("error-event"), false,
	    { GOOD, RETRY, GOOD, GOOD, GOOD }, 0, NULL },
};

/* ru_maxrss of this process, bytes. */
static int64_t
most_memory(void)
{
	struct rusage use;

	return getrusage(RUSAGE_SELF, &use) == 0 ? use.ru_maxrss * 1024 : 0;
}

static void
check_fault(const struct fault *f, size_t function)
{
	struct engine en = engine_new();
	int64_t since = clock_mono_ms();
	struct err e = ERR_INIT;
	enum err_code code;

	double_do(&server, "/reset", "");
	double_do(&server, "/fault", f->fault);
	engine_patience(f->endless ? SHORT_MS : PATIENT_MS);
	code = FUNCTIONS[function](&en, &e);
	engine_patience(PATIENT_MS);
	if (code != f->code[function])
		(void)printf("# function %zu: %s\n", function, e.msg);
	CHECK_ROW(f->line, code == f->code[function]);
	CHECK_ROW(f->line, clock_mono_ms() - since < PATIENT_MS / 2);
	CHECK_ROW(f->line, en.retry_after_ms == f->retry_after_ms);
	CHECK_ROW(f->line,
	    code == GOOD || f->says == NULL || strstr(e.msg, f->says) != NULL);
	/* A whole sentence, harmless, without the key. */
	CHECK_ROW(
	    f->line, code == GOOD || slice_ends(slice_from(e.msg), SLICE(".")));
	CHECK_ROW(f->line, strpbrk(e.msg, "<\a") == NULL);
	CHECK_ROW(f->line, strstr(e.msg, "](") == NULL);
	CHECK_ROW(f->line, strstr(e.msg, server.key) == NULL);
}

static void
test_engines_faults(void)
{
	int64_t before = most_memory();

	for (size_t i = 0; i < COUNT(FAULTS); i++)
		for (size_t k = 0; k < FUNCTION__MAX; k++)
			check_fault(&FAULTS[i], k);
	(void)printf("# most memory: %lld MB more\n",
	    (long long)(most_memory() - before) / 1000000);
	/* 50 MB were offered to each. */
	CHECK(most_memory() - before < MEMORY_MAX);
	double_do(&server, "/reset", "");
}

/* Servers that repeat a wrong key are about. */
static void
test_engines_wrong_key(void)
{
	static char wrong[] = "sk-wrong-9876543210";
	char *right[] = { conf.openai_key, conf.supabase_key };

	conf.openai_key = conf.supabase_key = wrong;
	for (size_t k = 0; k < FUNCTION__MAX; k++) {
		struct engine en = engine_new();
		struct err e = ERR_INIT;

		CHECK(FUNCTIONS[k](&en, &e) == ERR_UNPROCESSABLE);
		CHECK(strstr(e.msg, "does not accept the key") != NULL);
		CHECK(strstr(e.msg,
			  k == EDGE ? "SUPABASE_ANON_KEY" : "OPENAI_API_KEY") !=
		    NULL);
		CHECK(strstr(e.msg, "9876543210") == NULL);
	}
	/* As text of another failure, too. */
	double_do(&server, "/fault",
	    "{\"times\":5,\"kind\":\"status\",\"status\":400,\"body\":{"
	    "\"error\":{\"message\":\"the key sk-wrong-9876543210 is\"}}}");
	for (size_t k = 0; k < FUNCTION__MAX; k++) {
		struct engine en = engine_new();
		struct err e = ERR_INIT;

		CHECK(FUNCTIONS[k](&en, &e) == ERR_UNPROCESSABLE);
		CHECK(strstr(e.msg, "9876543210") == NULL);
	}
	conf.openai_key = right[0];
	conf.supabase_key = right[1];
}

/* Nobody listens, and again somebody does. */
static void
test_engines_down(void)
{
	double_do(&server, "/down", "");
	for (size_t k = 0; k < FUNCTION__MAX; k++) {
		struct engine en = engine_new();
		struct err e = ERR_INIT;

		CHECK(FUNCTIONS[k](&en, &e) == ERR_UNAVAILABLE);
	}
	double_do(&server, "/up", "");
	for (size_t k = 0; k < FUNCTION__MAX; k++) {
		struct engine en = engine_new();
		struct err e = ERR_INIT;

		CHECK(FUNCTIONS[k](&en, &e) == ERR_NONE);
	}
}

static bool
is_late(void *cookie)
{
	return clock_mono_ms() > *(const int64_t *)cookie;
}

/* Within half a second, also of a server that says nothing. */
static void
test_engines_cancelled(void)
{
	for (size_t k = 0; k < FUNCTION__MAX; k++) {
		int64_t at_ms = clock_mono_ms() + 300;
		struct engine en = engine_new();
		struct err e = ERR_INIT;

		en.cancelled = is_late;
		en.cookie = &at_ms;
		double_do(&server, "/fault", KIND("stall"));
		CHECK(FUNCTIONS[k](&en, &e) == ERR_STALE);
		(void)printf("# cancelled after %lld ms\n",
		    (long long)(clock_mono_ms() - at_ms));
		CHECK(clock_mono_ms() - at_ms < PATIENT_MS / 2);
	}
	double_do(&server, "/reset", "");
}

/* Nothing that is not on the list. */
static void
test_engines_private(void)
{
	struct http_client *mine = client;

	client = http_client_new("", "");
	for (size_t k = 0; k < FUNCTION__MAX; k++) {
		struct engine en = engine_new();
		struct err e = ERR_INIT;

		CHECK(FUNCTIONS[k](&en, &e) == ERR_UNPROCESSABLE);
		CHECK(strstr(e.msg, "DIRECTOR_PRIVATE_HOSTS") != NULL);
	}
	http_client_free(client);
	client = mine;
}

static void
make_recording(void)
{
	const char *dir = getenv("TEST_DIR");
	FILE *f;

	(void)snprintf(recording, sizeof(recording), "%s/double-%d.mp3",
	    dir != NULL ? dir : "/tmp", (int)getpid());
	f = fopen(recording, "we");
	if (f == NULL || fputs("the recording", f) < 0 || fclose(f) != 0)
		double_give_up("no file");
}

int
main(void)
{
	static const struct check_case CASES[] = { CHECK_CASE(test_llm_chat),
		CHECK_CASE(test_llm_chat_streamed),
		CHECK_CASE(test_llm_chat_tools),
		CHECK_CASE(test_llm_chat_schema),
		CHECK_CASE(test_llm_chat_injection), CHECK_CASE(test_llm_embed),
		CHECK_CASE(test_llm_transcribe), CHECK_CASE(test_edge_call),
		CHECK_CASE(test_edge_says_error),
		CHECK_CASE(test_engines_faults),
		CHECK_CASE(test_engines_wrong_key),
		CHECK_CASE(test_engines_down),
		CHECK_CASE(test_engines_cancelled),
		CHECK_CASE(test_engines_private), { NULL, NULL } };
	int rc;

	engine_start();
	make_recording();
	rc = check_main(CASES);
	(void)unlink(recording);
	engine_stop();
	return rc;
}
