#include "io/llm.h"

#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "io/budget.h"
#include "io/conf.h"
#include "io/http_client.h"
#include "io/llm_wire.h"
#include "proto/jschema.h"
#include "proto/jval.h"
#include "proto/llm_stream.h"
#include "proto/llm_vectors.h"

#define CONNECT_MS 10000
/* An event of a few hundred bytes for each token: of a text that is as long as
 * it may be. */
#define CHAT_ANSWER_MAX 64000000
/* LLM_VECTORS_MAX vectors, each number written with twenty digits. */
#define EMBED_ANSWER_MAX 8000000
/* Texts of one request together, bytes: below 300,000 tokens, OpenAI's limit. */
#define EMBED_TEXT_MAX 400000
/* Ten hours of speech, with what is said of each segment. */
#define TRANSCRIPT_ANSWER_MAX 16000000
/* Of a failure's body. */
#define SAID_MAX 65536
/* Of a recording: models that count them take one for each tenth of a second, which
 * of video is some 10 KB. Others are paid by the minute, and counted the same. */
#define TOKENS_PER_S    10
#define BYTES_PER_TENTH 10000
/* Of a text, where the server does not count: English has some four. */
#define BYTES_PER_TOKEN 4

static const struct engine_names NAMES = {
	.server = "The language model's server",
	.key = "OPENAI_API_KEY",
	.what = "OPENAI_API_BASE and the model's name",
};

bool
llm_configured(const struct conf *conf)
{
	return *conf->openai_key != '\0' ||
	    strcmp(conf->openai_base, CONF_OPENAI_BASE) != 0;
}

/* ---- what all calls have -------------------------------------------------- */

struct call {
	struct engine *en;
	struct engine_names names;
	struct buf url, bearer, body;
	struct buf said; /* the answer, or what was said of a failure */
	const char *headers[3];
	struct http_client_reply reply;
};

static void
call_init(struct call *c, struct engine *en, const char *path, bool json)
{
	const struct conf *conf = en->conf;
	size_t n = 0;

	*c = (struct call){ .en = en, .names = NAMES };
	c->names.secret = conf->openai_key;
	buf_addf(&c->url, "%s%s", conf->openai_base, path);
	if (json)
		c->headers[n++] = "Content-Type: application/json";
	if (*conf->openai_key == '\0')
		return;
	buf_addf(&c->bearer, "Authorization: Bearer %s", conf->openai_key);
	c->headers[n] = buf_cstr(&c->bearer);
}

static void
call_fini(struct call *c)
{
	if (c->bearer.p != NULL)
		explicit_bzero(c->bearer.p, c->bearer.cap);
	buf_fini(&c->url);
	buf_fini(&c->bearer);
	buf_fini(&c->body);
	buf_fini(&c->said);
}

static bool
call_cancelled(void *cookie)
{
	const struct engine *en = ((const struct call *)cookie)->en;

	return en->cancelled != NULL && en->cancelled(en->cookie);
}

static struct http_client_request
call_request(struct call *c, int64_t max, int64_t deadline_ms)
{
	return (struct http_client_request){
		.url = buf_cstr(&c->url),
		.headers = c->headers[0] != NULL ? c->headers : NULL,
		.body = buf_slice(&c->body),
		.max = max,
		.connect_ms = CONNECT_MS,
		.deadline_ms = deadline_ms,
		.into = &c->said,
		.cancelled = call_cancelled,
		.cookie = c,
	};
}

/* Run it; 0: what was asked for is there. */
static int
call_run(
    struct call *c, const struct http_client_request *request, struct err *e)
{
	if (engine_run(c->en, &c->names, request, &c->reply, e) != 0)
		return -1;
	if (engine_good(&c->reply))
		return 0;
	return engine_refused(
	    c->en, &c->names, &c->reply, buf_slice(&c->said), e);
}

static int64_t
guess(size_t bytes)
{
	return (int64_t)(bytes / BYTES_PER_TOKEN) + 1;
}

/* May a question of this size be asked? */
static int
call_afford(struct call *c, int64_t tokens, struct err *e)
{
	struct engine *en = c->en;

	en->retry_after_ms = 0;
	if (en->budget == NULL)
		return 0;
	return budget_check(en->budget, tokens, &en->retry_after_ms, e);
}

static void
spend(const struct engine *en, int64_t tokens)
{
	if (en->budget != NULL)
		budget_spend(en->budget, tokens);
}

/* ---- chat: the answer as it comes ----------------------------------------- */

struct chat {
	struct call call; /* first: cookies are of it, too */
	const struct llm_chat *q;
	struct llm_stream stream;
	size_t told; /* of the text, bytes */
};

/* The caller gets to know what is new of the text. */
static void
tell(struct chat *chat)
{
	struct slice text = buf_slice(&chat->stream.text);

	if (text.n > chat->told && chat->q->on_text != NULL)
		chat->q->on_text(
		    chat->q->cookie, slice_from_at(text, chat->told));
	chat->told = text.n;
}

static int
stream_failed(struct chat *chat, enum llm_stream_status status, struct err *e)
{
	const char *server = chat->call.names.server;

	switch (status) {
	case LLM_STREAM_OK:
		return 0;
	case LLM_STREAM_TOO_LARGE:
		return err_set(e, ERR_TOO_LARGE,
		    "%s answered with more than is taken.", server);
	case LLM_STREAM_ERROR:
		return engine_failed(&chat->call.names, ERR_UNAVAILABLE,
		    buf_slice(&chat->stream.error), e);
	case LLM_STREAM_CUT:
		return err_set(e, ERR_UNAVAILABLE,
		    "The language model's answer was cut off.");
	case LLM_STREAM_BROKEN:
	case LLM_STREAM__MAX:
		break;
	}
	return err_set(e, ERR_UNAVAILABLE,
	    "%s gave an answer that cannot be read.", server);
}

static int
chat_piece(void *cookie, const struct http_client_reply *reply,
    struct slice piece, struct err *e)
{
	struct chat *chat = cookie;
	enum llm_stream_status status;

	if (!engine_good(reply)) {
		buf_add_slice(&chat->call.said,
		    slice_sub(piece, 0, SAID_MAX - chat->call.said.n));
		return 0;
	}
	status = llm_stream_feed(&chat->stream, piece);
	tell(chat);
	return stream_failed(chat, status, e);
}

static int
chat_run(struct chat *chat, struct err *e)
{
	struct call *c = &chat->call;
	struct http_client_request request =
	    call_request(c, CHAT_ANSWER_MAX, c->en->conf->openai_timeout_ms);

	request.piece = chat_piece;
	if (call_run(c, &request, e) != 0)
		return -1;
	if (stream_failed(chat, llm_stream_end(&chat->stream), e) != 0)
		return -1;
	/* All of it, of a server that does not stream. */
	tell(chat);
	return 0;
}

/* ---- chat: what is made of it --------------------------------------------- */

static void
take_usage(const struct chat *chat, struct llm_usage *usage)
{
	const struct llm_stream *s = &chat->stream;

	usage->prompt_tokens = s->prompt_tokens;
	usage->completion_tokens = s->completion_tokens;
	usage->guessed = s->prompt_tokens < 0 || s->completion_tokens < 0;
	if (usage->prompt_tokens < 0)
		usage->prompt_tokens = guess(chat->call.body.n);
	if (usage->completion_tokens < 0)
		usage->completion_tokens = guess(s->text.n + s->arguments);
}

static int
check_schema(const struct chat *chat, struct llm_answer *a, struct err *e)
{
	struct err why = ERR_INIT;

	if (a->finish == LLM_LENGTH)
		return err_set(e, ERR_UNPROCESSABLE,
		    "The language model's answer was longer than it may be.");
	if (jval_parse(llm_wire_unfence(buf_slice(&a->text)), &a->value) !=
	    JVAL_OK)
		return err_set(e, ERR_UNAVAILABLE,
		    "The language model's answer is no JSON.");
	if (jschema_check(chat->q->schema, a->value, &why) == 0)
		return 0;
	return err_set(e, ERR_UNAVAILABLE,
	    "The language model's answer is not of the form that was asked "
	    "for: %.120s",
	    why.msg);
}

static int
check_answer(const struct chat *chat, struct llm_answer *a, struct err *e)
{
	const struct llm_stream *s = &chat->stream;

	if (s->refusal.n > 0 || strcmp(s->finish, "content_filter") == 0)
		return err_set(e, ERR_UNPROCESSABLE,
		    "The language model refused to answer this.");
	if (a->calls != NULL)
		return 0;
	if (a->text.n == 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "The language model gave an empty answer.");
	return chat->q->schema != NULL ? check_schema(chat, a, e) : 0;
}

static void
take_answer(struct chat *chat, struct llm_answer *a)
{
	struct llm_stream *s = &chat->stream;

	a->text = s->text;
	s->text = BUF_INIT;
	a->finish = LLM_STOP;
	if (strcmp(s->finish, "length") == 0)
		a->finish = LLM_LENGTH;
	if (s->n_calls > 0) {
		a->finish = LLM_TOOLS;
		a->calls = llm_wire_calls(s);
	}
	a->message = llm_wire_message(buf_slice(&a->text), a->calls);
}

int
llm_chat(struct engine *en, const struct llm_chat *q, struct llm_answer *a,
    struct err *e)
{
	struct chat chat = { .q = q };
	int rc;

	*a = (struct llm_answer){ .finish = LLM_STOP };
	call_init(&chat.call, en, "/chat/completions", true);
	llm_wire_question(&chat.call.body, en->conf, q);
	llm_stream_init(&chat.stream);
	rc = call_afford(&chat.call, guess(chat.call.body.n), e);
	if (rc == 0) {
		rc = chat_run(&chat, e);
		take_usage(&chat, &a->usage);
		/* What broke off was paid, too. */
		if (engine_good(&chat.call.reply))
			spend(en,
			    a->usage.prompt_tokens +
				a->usage.completion_tokens);
	}
	if (rc == 0) {
		take_answer(&chat, a);
		rc = check_answer(&chat, a, e);
	}
	llm_stream_fini(&chat.stream);
	call_fini(&chat.call);
	return rc;
}

void
llm_answer_fini(struct llm_answer *a)
{
	buf_fini(&a->text);
	json_object_put(a->value);
	json_object_put(a->calls);
	json_object_put(a->message);
	*a = (struct llm_answer){ .finish = LLM_STOP };
}

/* ---- embeddings ----------------------------------------------------------- */

size_t
llm_embed_batch(const struct slice *texts, size_t n)
{
	size_t bytes = 0, i = 0;

	while (i < n && i < LLM_VECTORS_MAX &&
	    (i == 0 || bytes + texts[i].n <= EMBED_TEXT_MAX))
		bytes += texts[i++].n;
	return i;
}

static int
take_vectors(
    struct call *c, size_t n, float *out, int64_t *tokens, struct err *e)
{
	enum llm_vectors_status status =
	    llm_vectors_read(buf_slice(&c->said), n, EMBED_DIMS, out, tokens);

	if (*tokens < 0)
		*tokens = guess(c->body.n);
	spend(c->en, *tokens);
	if (status == LLM_VECTORS_OK)
		return 0;
	/* The rest would be the same the next time. */
	return err_set(e,
	    status == LLM_VECTORS_JSON ? ERR_UNAVAILABLE : ERR_UNPROCESSABLE,
	    "%s gave no embeddings that can be used. %s", c->names.server,
	    llm_vectors_strerror(status));
}

static int
embed_batch(struct engine *en, const struct slice *texts, size_t n, float *out,
    int64_t *tokens, struct err *e)
{
	struct http_client_request request;
	struct call c;
	int rc;

	call_init(&c, en, "/embeddings", true);
	llm_wire_texts(&c.body, en->conf, texts, n);
	rc = call_afford(&c, guess(c.body.n), e);
	if (rc == 0) {
		request = call_request(
		    &c, EMBED_ANSWER_MAX, en->conf->openai_timeout_ms);
		rc = call_run(&c, &request, e);
	}
	if (rc == 0)
		rc = take_vectors(&c, n, out, tokens, e);
	call_fini(&c);
	return rc;
}

int
llm_embed(struct engine *en, const struct slice *texts, size_t n, float *out,
    int64_t *tokens, struct err *e)
{
	*tokens = 0;
	for (size_t at = 0; at < n;) {
		size_t batch = llm_embed_batch(texts + at, n - at);
		int64_t took;

		if (embed_batch(en, texts + at, batch, out + at * EMBED_DIMS,
			&took, e) != 0)
			return -1;
		*tokens += took;
		at += batch;
	}
	return 0;
}

/* ---- transcripts ---------------------------------------------------------- */

static int
check_file(
    const struct conf *conf, const char *path, int64_t *tokens, struct err *e)
{
	struct stat st;

	*tokens = 0;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(
		    e, ERR_UNPROCESSABLE, "The recording's file is not there.");
	*tokens = st.st_size / BYTES_PER_TENTH + 1;
	if (st.st_size <= conf->openai_transcription_max)
		return 0;
	return err_set(e, ERR_TOO_LARGE,
	    "The recording has %lld bytes; to be written down it may have "
	    "%lld (OPENAI_TRANSCRIPTION_MAX).",
	    (long long)st.st_size, (long long)conf->openai_transcription_max);
}

static int
transcribe(struct call *c, const char *path, const char *name, struct err *e)
{
	const struct conf *conf = c->en->conf;
	const struct http_client_part parts[] = {
		{ .name = "model",
		    .text = slice_from(conf->openai_transcription_model) },
		{ .name = "response_format", .text = SLICE("verbose_json") },
		{ .name = "timestamp_granularities[]",
		    .text = SLICE("segment") },
		{ .name = "file",
		    .path = path,
		    .filename = name,
		    .type = "application/octet-stream" },
	};
	struct http_client_request request = call_request(
	    c, TRANSCRIPT_ANSWER_MAX, conf->openai_transcription_timeout_ms);

	request.body = (struct slice){ NULL, 0 };
	request.parts = parts;
	request.n_parts = COUNT(parts);
	return call_run(c, &request, e);
}

/* What it took: as it is said, by its length, or as it was thought. */
static void
spend_transcript(
    const struct engine *en, const struct llm_transcript *t, int64_t thought)
{
	if (t->tokens >= 0)
		spend(en, t->tokens);
	else if (t->duration_s > 0)
		spend(en,
		    (int64_t)(t->duration_s * TOKENS_PER_S) + guess(t->text.n));
	else
		spend(en, thought + guess(t->text.n));
}

int
llm_transcribe(struct engine *en, const char *path, const char *name,
    struct llm_transcript *transcript, struct err *e)
{
	struct call c;
	int64_t thought = 0;
	int rc;

	*transcript = (struct llm_transcript){ .text = BUF_INIT, .tokens = -1 };
	call_init(&c, en, "/audio/transcriptions", false);
	rc = check_file(en->conf, path, &thought, e);
	if (rc == 0)
		rc = call_afford(&c, thought, e);
	if (rc == 0)
		rc = transcribe(&c, path, name, e);
	if (rc == 0 && !llm_transcript_read(buf_slice(&c.said), transcript))
		rc = err_set(e, ERR_UNAVAILABLE,
		    "%s gave a transcript that cannot be read.",
		    c.names.server);
	if (engine_good(&c.reply))
		spend_transcript(en, transcript, thought);
	call_fini(&c);
	return rc;
}
