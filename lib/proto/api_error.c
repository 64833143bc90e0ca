#include "proto/api_error.h"

#include <stdio.h>

#include "base/utf8.h"
#include "proto/jval.h"

/* Of `object`, the first of these members that is a string with something in. */
static struct slice
first_of(struct json_object *object, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		struct slice text = jval_str(object, *keys);

		if (text.n > 0)
			return text;
	}
	return SLICE_EMPTY;
}

static void
take(struct json_object *object, struct api_error *error)
{
	static const char *const CODES[] = { "code", "type", NULL };
	static const char *const MESSAGES[] = { "message", "msg", "detail",
		"error", NULL };

	(void)snprintf(error->code, sizeof(error->code), "%.*s",
	    SLICE_ARG(
		utf8_prefix(first_of(object, CODES), sizeof(error->code) - 1)));
	buf_add_slice(&error->message,
	    utf8_prefix(first_of(object, MESSAGES), API_ERROR_MESSAGE_MAX));
}

void
api_error_read(struct slice body, struct api_error *error)
{
	struct json_object *answer, *inner = NULL;

	*error = (struct api_error){ .message = BUF_INIT };
	if (jval_parse(body, &answer) != JVAL_OK)
		return;
	(void)json_object_object_get_ex(answer, "error", &inner);
	take(json_object_is_type(inner, json_type_object) ? inner : answer,
	    error);
	json_object_put(answer);
}

void
api_error_fini(struct api_error *error)
{
	buf_fini(&error->message);
}

static bool
says(const struct api_error *error, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_find(slice_from(error->code), slice_from(*words)) >=
			0 ||
		    slice_find(
			buf_slice(&error->message), slice_from(*words)) >= 0)
			return true;
	return false;
}

bool
api_error_too_long(const struct api_error *error)
{
	/* OpenAI; vLLM; llama.cpp; Anthropic's compatible API. */
	static const char *const WORDS[] = { "context_length_exceeded",
		"maximum context length", "exceed_context_size", "context size",
		"prompt is too long", NULL };

	return says(error, WORDS);
}

bool
api_error_no_credit(const struct api_error *error)
{
	static const char *const WORDS[] = { "insufficient_quota",
		"billing_hard_limit_reached", "credit balance is too low",
		NULL };

	return says(error, WORDS);
}
