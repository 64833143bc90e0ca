#include "proto/edge_reply.h"

#include <math.h>
#include <stdio.h>

#include "base/utf8.h"
#include "proto/jval.h"

static struct json_object *
member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	(void)json_object_object_get_ex(object, key, &value);
	return value;
}

/* What does not fit is none of ours. */
static void
copy(char *out, size_t size, struct slice text)
{
	(void)snprintf(
	    out, size, "%.*s", SLICE_ARG(text.n < size ? text : SLICE_EMPTY));
}

static double
positive(struct json_object *value)
{
	double number = json_object_get_double(value);

	if (!json_object_is_type(value, json_type_double) &&
	    !json_object_is_type(value, json_type_int))
		return 0;
	return isfinite(number) && number > 0 ? number : 0;
}

static enum edge_reply_status
read_success(struct json_object *data, struct edge_reply *out)
{
	if (!json_object_object_get_ex(data, "result", &out->result))
		return EDGE_REPLY_FORM;
	(void)json_object_get(out->result);
	out->processing_time = positive(member(data, "processing_time"));
	copy(out->video_id, sizeof(out->video_id), jval_str(data, "video_id"));
	copy(out->output_type, sizeof(out->output_type),
	    jval_str(data, "output_type"));
	return EDGE_REPLY_SUCCESS;
}

static enum edge_reply_status
read_error(struct json_object *error, struct edge_reply *out)
{
	struct json_object *says =
	    member(member(error, "metadata"), "retryable");

	out->retryable = json_object_is_type(says, json_type_boolean) &&
	    json_object_get_boolean(says);
	return EDGE_REPLY_ERROR;
}

enum edge_reply_status
edge_reply_read(struct slice body, struct edge_reply *out)
{
	enum edge_reply_status status = EDGE_REPLY_FORM;
	struct json_object *answer;
	struct slice word;

	*out = (struct edge_reply){ .result = NULL };
	if (jval_parse(body, &answer) != JVAL_OK)
		return EDGE_REPLY_JSON;
	word = jval_str(answer, "status");
	if (slice_eqs(word, "success"))
		status = read_success(member(answer, "data"), out);
	else if (slice_eqs(word, "error"))
		status = read_error(member(answer, "error"), out);
	json_object_put(answer);
	return status;
}

void
edge_reply_fini(struct edge_reply *answer)
{
	json_object_put(answer->result);
	answer->result = NULL;
}
