#include "io/llm_wire.h"

#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "proto/jschema.h"
#include "proto/jval.h"

/* ---- questions ------------------------------------------------------------ */

/* The caller keeps its own reference. */
static void
put(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, json_object_get(value)) != 0)
		abort();
}

static void
put_new(struct json_object *object, const char *key, struct json_object *value)
{
	put(object, key, value);
	json_object_put(value);
}

static struct json_object *
answer_format(const struct llm_chat *q)
{
	struct json_object *format = json_object_new_object();
	struct json_object *inner = json_object_new_object();

	jval_put_str(inner, "name",
	    slice_from(q->schema_name != NULL ? q->schema_name : "answer"));
	put_new(inner, "strict",
	    json_object_new_boolean(jschema_strict(q->schema)));
	put(inner, "schema", q->schema);
	jval_put_str(format, "type", SLICE("json_schema"));
	put_new(format, "json_schema", inner);
	return format;
}

/* OpenAI's new models refuse the old name, other servers know no other. */
static const char *
limit_name(const struct conf *conf)
{
	return strcmp(conf->openai_base, CONF_OPENAI_BASE) == 0
	    ? "max_completion_tokens"
	    : "max_tokens";
}

void
llm_wire_question(
    struct buf *out, const struct conf *conf, const struct llm_chat *q)
{
	struct json_object *body = json_object_new_object(), *options;

	jval_put_str(body, "model", slice_from(conf->openai_chat_model));
	put(body, "messages", q->messages);
	if (q->tools != NULL)
		put(body, "tools", q->tools);
	if (q->schema != NULL)
		put_new(body, "response_format", answer_format(q));
	if (q->max_tokens > 0)
		jval_put_int(body, limit_name(conf), q->max_tokens);
	if (q->on_text != NULL) {
		options = json_object_new_object();
		put_new(options, "include_usage", json_object_new_boolean(1));
		put_new(body, "stream", json_object_new_boolean(1));
		put_new(body, "stream_options", options);
	}
	jval_print(out, body);
	json_object_put(body);
}

/* Only these can be told; they would give 3072 else, the large one. */
static bool
takes_dimensions(const char *model)
{
	return slice_starts(slice_from(model), SLICE("text-embedding-3"));
}

void
llm_wire_texts(struct buf *out, const struct conf *conf,
    const struct slice *texts, size_t n)
{
	buf_adds(out, "{\"model\":");
	jval_quote(out, slice_from(conf->openai_embedding_model));
	if (takes_dimensions(conf->openai_embedding_model))
		buf_addf(out, ",\"dimensions\":%d", EMBED_DIMS);
	buf_adds(out, ",\"encoding_format\":\"float\",\"input\":[");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(out, ',');
		jval_quote(out, texts[i]);
	}
	buf_adds(out, "]}");
}

/* ---- answers -------------------------------------------------------------- */

static struct json_object *
arguments_of(const struct llm_stream_call *call)
{
	struct slice text = slice_trim(buf_slice(&call->arguments));
	struct json_object *value;

	/* A tool without parameters: some models send nothing. */
	if (text.n == 0)
		return json_object_new_object();
	if (jval_parse(text, &value) == JVAL_OK &&
	    json_object_is_type(value, json_type_object))
		return value;
	json_object_put(value);
	return jval_new_str(text);
}

struct json_object *
llm_wire_calls(const struct llm_stream *s)
{
	struct json_object *calls = json_object_new_array();

	for (size_t i = 0; i < s->n_calls; i++) {
		struct json_object *call = json_object_new_object();
		struct buf id = BUF_INIT;

		buf_add_slice(&id, buf_slice(&s->calls[i].id));
		/* Its result has to name it. */
		if (id.n == 0)
			buf_addf(&id, "call_%zu", i);
		jval_put_str(call, "id", buf_slice(&id));
		jval_put_str(call, "name", buf_slice(&s->calls[i].name));
		put_new(call, "arguments", arguments_of(&s->calls[i]));
		(void)json_object_array_add(calls, call);
		buf_fini(&id);
	}
	return calls;
}

static void
print_arguments(struct buf *out, struct json_object *arguments)
{
	if (json_object_is_type(arguments, json_type_string))
		buf_add_slice(out, jval_slice(arguments));
	else
		jval_print(out, arguments);
}

static struct json_object *
call_as_sent(struct json_object *call)
{
	struct json_object *sent = json_object_new_object();
	struct json_object *function = json_object_new_object();
	struct json_object *arguments = NULL;
	struct buf text = BUF_INIT;

	(void)json_object_object_get_ex(call, "arguments", &arguments);
	print_arguments(&text, arguments);
	jval_put_str(function, "name", jval_str(call, "name"));
	jval_put_str(function, "arguments", buf_slice(&text));
	jval_put_str(sent, "id", jval_str(call, "id"));
	jval_put_str(sent, "type", SLICE("function"));
	put_new(sent, "function", function);
	buf_fini(&text);
	return sent;
}

struct json_object *
llm_wire_message(struct slice text, struct json_object *calls)
{
	struct json_object *message = json_object_new_object();
	struct json_object *sent;

	jval_put_str(message, "role", SLICE("assistant"));
	if (text.n > 0 || calls == NULL)
		jval_put_str(message, "content", text);
	else
		put(message, "content", NULL);
	if (calls == NULL)
		return message;
	sent = json_object_new_array();
	for (size_t i = 0; i < json_object_array_length(calls); i++)
		(void)json_object_array_add(
		    sent, call_as_sent(json_object_array_get_idx(calls, i)));
	put_new(message, "tool_calls", sent);
	return message;
}

struct slice
llm_wire_unfence(struct slice text)
{
	struct slice fence = SLICE("```"), thought = SLICE("</think>");
	long end;

	text = slice_trim(text);
	end = slice_starts(text, SLICE("<think>")) ? slice_find(text, thought)
						   : -1;
	if (end >= 0)
		text = slice_trim(slice_from_at(text, (size_t)end + thought.n));
	if (!slice_starts(text, fence) || !slice_ends(text, fence) ||
	    text.n < 2 * fence.n)
		return text;
	text = slice_sub(text, 0, text.n - fence.n);
	return slice_trim(slice_from_at(text, slice_chr(text, '\n')));
}
