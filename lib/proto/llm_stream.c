#include "proto/llm_stream.h"

#include <stdio.h>

#include "base/utf8.h"
#include "proto/jval.h"

/* More tokens than any model takes, less than a sum could overflow by. */
#define TOKENS_MAX 1000000000

void
llm_stream_init(struct llm_stream *s)
{
	*s =
	    (struct llm_stream){ .prompt_tokens = -1, .completion_tokens = -1 };
	sse_init(&s->sse);
}

void
llm_stream_fini(struct llm_stream *s)
{
	for (size_t i = 0; i < s->n_calls; i++) {
		buf_fini(&s->calls[i].id);
		buf_fini(&s->calls[i].name);
		buf_fini(&s->calls[i].arguments);
	}
	buf_fini(&s->text);
	buf_fini(&s->refusal);
	buf_fini(&s->error);
	buf_fini(&s->whole);
	sse_fini(&s->sse);
}

static bool
fail(struct llm_stream *s, enum llm_stream_status status)
{
	s->status = status;
	return false;
}

static struct json_object *
member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	(void)json_object_object_get_ex(object, key, &value);
	return value;
}

static bool
grow(struct llm_stream *s, struct buf *b, struct slice more, size_t max)
{
	if (more.n > max - b->n)
		return fail(s, LLM_STREAM_TOO_LARGE);
	buf_add_slice(b, more);
	return true;
}

/* ---- text ----------------------------------------------------------------- */

/* A string, or parts of which some are text. */
static bool
take_text(struct llm_stream *s, struct json_object *content)
{
	size_t n;

	if (content == NULL)
		return true;
	if (json_object_is_type(content, json_type_string))
		return grow(
		    s, &s->text, jval_slice(content), LLM_STREAM_TEXT_MAX);
	if (!json_object_is_type(content, json_type_array))
		return fail(s, LLM_STREAM_BROKEN);
	n = json_object_array_length(content);
	for (size_t i = 0; i < n; i++)
		if (!grow(s, &s->text,
			jval_str(json_object_array_get_idx(content, i), "text"),
			LLM_STREAM_TEXT_MAX))
			return false;
	return true;
}

/* ---- tool calls ----------------------------------------------------------- */

/*
 * Which call a piece belongs to: it says so by an index; servers that leave it
 * out begin a call with its id.
 */
static struct llm_stream_call *
find_call(struct llm_stream *s, struct json_object *piece)
{
	struct json_object *index = member(piece, "index");
	int64_t at = (int64_t)s->n_calls;

	if (json_object_is_type(index, json_type_int))
		at = json_object_get_int64(index);
	else if (jval_str(piece, "id").n == 0 && s->n_calls > 0)
		at--;
	if (at < 0 || at > (int64_t)s->n_calls) {
		(void)fail(s, LLM_STREAM_BROKEN);
		return NULL;
	}
	if (at == LLM_STREAM_CALLS_MAX) {
		(void)fail(s, LLM_STREAM_TOO_LARGE);
		return NULL;
	}
	if (at == (int64_t)s->n_calls)
		s->n_calls++;
	return &s->calls[at];
}

/* A string in pieces; some servers send the object itself, at once. */
static bool
take_arguments(struct llm_stream *s, struct llm_stream_call *call,
    struct json_object *arguments)
{
	size_t before = call->arguments.n;

	if (arguments == NULL)
		return true;
	if (json_object_is_type(arguments, json_type_string))
		buf_add_slice(&call->arguments, jval_slice(arguments));
	else
		jval_print(&call->arguments, arguments);
	s->arguments += call->arguments.n - before;
	return s->arguments <= LLM_STREAM_TEXT_MAX ||
	    fail(s, LLM_STREAM_TOO_LARGE);
}

static bool
take_call(struct llm_stream *s, struct json_object *piece)
{
	struct json_object *function = member(piece, "function");
	struct llm_stream_call *call = find_call(s, piece);

	if (call == NULL)
		return false;
	/* Some servers say both again with every piece. */
	if (call->id.n == 0 &&
	    !grow(s, &call->id, jval_str(piece, "id"), LLM_STREAM_NAME_MAX))
		return false;
	if (call->name.n == 0 &&
	    !grow(s, &call->name, jval_str(function, "name"),
		LLM_STREAM_NAME_MAX))
		return false;
	return take_arguments(s, call, member(function, "arguments"));
}

static bool
take_calls(struct llm_stream *s, struct json_object *calls)
{
	size_t n;

	if (calls == NULL)
		return true;
	if (!json_object_is_type(calls, json_type_array))
		return fail(s, LLM_STREAM_BROKEN);
	n = json_object_array_length(calls);
	for (size_t i = 0; i < n; i++)
		if (!take_call(s, json_object_array_get_idx(calls, i)))
			return false;
	return true;
}

/* ---- a choice, an answer --------------------------------------------------- */

static void
take_finish(struct llm_stream *s, struct slice reason)
{
	if (reason.n == 0)
		return;
	(void)snprintf(s->finish, sizeof(s->finish), "%.*s",
	    SLICE_ARG(utf8_prefix(reason, sizeof(s->finish) - 1)));
	s->done = true;
}

/* `delta` in a stream, `message` else. */
static bool
take_choice(struct llm_stream *s, struct json_object *choice)
{
	struct json_object *part = member(choice, "delta");

	if (part == NULL)
		part = member(choice, "message");
	if (!json_object_is_type(choice, json_type_object) ||
	    (part != NULL && !json_object_is_type(part, json_type_object)))
		return fail(s, LLM_STREAM_BROKEN);
	take_finish(s, jval_str(choice, "finish_reason"));
	return take_text(s, member(part, "content")) &&
	    grow(s, &s->refusal, jval_str(part, "refusal"),
		LLM_STREAM_TEXT_MAX) &&
	    take_calls(s, member(part, "tool_calls"));
}

static bool
is_first(struct json_object *choice)
{
	return json_object_get_int64(member(choice, "index")) == 0;
}

static int64_t
tokens(struct json_object *usage, const char *key)
{
	struct json_object *value = member(usage, key);
	int64_t n = json_object_get_int64(value);

	return json_object_is_type(value, json_type_int) && n >= 0 &&
		n <= TOKENS_MAX
	    ? n
	    : -1;
}

static void
take_usage(struct llm_stream *s, struct json_object *usage)
{
	if (!json_object_is_type(usage, json_type_object))
		return;
	s->prompt_tokens = tokens(usage, "prompt_tokens");
	s->completion_tokens = tokens(usage, "completion_tokens");
}

static bool
take_choices(struct llm_stream *s, struct json_object *choices)
{
	size_t n;

	if (!json_object_is_type(choices, json_type_array))
		return fail(s, LLM_STREAM_BROKEN);
	n = json_object_array_length(choices);
	for (size_t i = 0; i < n; i++) {
		struct json_object *choice =
		    json_object_array_get_idx(choices, i);

		if (is_first(choice) && !take_choice(s, choice))
			return false;
	}
	return true;
}

/* One event, or the whole answer. */
static bool
take_answer(struct llm_stream *s, struct slice text)
{
	struct json_object *answer, *choices;
	bool good = true;

	if (jval_parse(text, &answer) != JVAL_OK)
		return fail(s, LLM_STREAM_BROKEN);
	choices = member(answer, "choices");
	if (member(answer, "error") != NULL) {
		buf_add_slice(&s->error, text);
		good = fail(s, LLM_STREAM_ERROR);
	} else if (choices != NULL || !s->events) {
		good = take_choices(s, choices);
	}
	if (good)
		take_usage(s, member(answer, "usage"));
	json_object_put(answer);
	return good;
}

/* ---- how it comes --------------------------------------------------------- */

static void
feed_events(struct llm_stream *s, struct slice piece)
{
	enum sse_event event;
	struct slice data;

	while ((event = sse_next(&s->sse, &piece, &data)) == SSE_EVENT) {
		data = slice_trim(data);
		if (slice_eqs(data, "[DONE]"))
			s->done = true;
		else if (data.n > 0 && !take_answer(s, data))
			return;
	}
	if (event == SSE_TOO_LARGE)
		(void)fail(s, LLM_STREAM_TOO_LARGE);
}

/* An object begins with a brace, events with anything else. */
static struct slice
begin(struct llm_stream *s, struct slice piece)
{
	size_t n = 0;

	while (n < piece.n &&
	    (piece.p[n] == ' ' || piece.p[n] == '\n' || piece.p[n] == '\r' ||
		piece.p[n] == '\t'))
		n++;
	piece = slice_from_at(piece, n);
	if (piece.n > 0) {
		s->begun = true;
		s->events = piece.p[0] != '{';
	}
	return piece;
}

enum llm_stream_status
llm_stream_feed(struct llm_stream *s, struct slice piece)
{
	if (s->status != LLM_STREAM_OK)
		return s->status;
	if (!s->begun)
		piece = begin(s, piece);
	if (s->events)
		feed_events(s, piece);
	else
		(void)grow(s, &s->whole, piece, LLM_STREAM_WHOLE_MAX);
	return s->status;
}

enum llm_stream_status
llm_stream_end(struct llm_stream *s)
{
	if (s->status != LLM_STREAM_OK)
		return s->status;
	if (s->begun && !s->events && take_answer(s, buf_slice(&s->whole)))
		s->done = true;
	if (s->status == LLM_STREAM_OK && !s->done)
		s->status = LLM_STREAM_CUT;
	return s->status;
}
