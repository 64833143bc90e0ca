#include "proto/llm_vectors.h"

#include <float.h>
#include <math.h>

#include "proto/jval.h"

static const char *const MESSAGES[LLM_VECTORS__MAX] = {
	[LLM_VECTORS_OK] = "Good.",
	[LLM_VECTORS_JSON] = "The answer is no JSON.",
	[LLM_VECTORS_FORM] = "The answer has no embeddings in it.",
	[LLM_VECTORS_INDEX] = "The answer has not one embedding for each text.",
	[LLM_VECTORS_DIMENSIONS] =
	    "They have not 1536 dimensions: OPENAI_EMBEDDING_MODEL.",
	[LLM_VECTORS_NUMBER] =
	    "An embedding has something in it that is no number.",
};

const char *
llm_vectors_strerror(enum llm_vectors_status status)
{
	return MESSAGES[status];
}

static struct json_object *
member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	(void)json_object_object_get_ex(object, key, &value);
	return value;
}

static enum llm_vectors_status
read_vector(struct json_object *vector, size_t dimensions, float *out)
{
	if (!json_object_is_type(vector, json_type_array))
		return LLM_VECTORS_FORM;
	if (json_object_array_length(vector) != dimensions)
		return LLM_VECTORS_DIMENSIONS;
	for (size_t i = 0; i < dimensions; i++) {
		struct json_object *value =
		    json_object_array_get_idx(vector, i);
		double number = json_object_get_double(value);

		if ((!json_object_is_type(value, json_type_double) &&
			!json_object_is_type(value, json_type_int)) ||
		    !isfinite(number) || fabs(number) > (double)FLT_MAX)
			return LLM_VECTORS_NUMBER;
		out[i] = (float)number;
	}
	return LLM_VECTORS_OK;
}

/* Without one, its place counts. */
static int64_t
index_of(struct json_object *row, size_t place)
{
	struct json_object *index = member(row, "index");

	if (index == NULL)
		return (int64_t)place;
	return json_object_is_type(index, json_type_int)
	    ? json_object_get_int64(index)
	    : -1;
}

static enum llm_vectors_status
read_rows(struct json_object *data, size_t n, size_t dimensions, float *out)
{
	uint64_t seen = 0; /* a bit for each of LLM_VECTORS_MAX */

	if (!json_object_is_type(data, json_type_array))
		return LLM_VECTORS_FORM;
	if (json_object_array_length(data) != n)
		return LLM_VECTORS_INDEX;
	for (size_t i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(data, i);
		int64_t index = index_of(row, i);
		enum llm_vectors_status status;

		if (index < 0 || index >= (int64_t)n ||
		    (seen >> index & 1) != 0)
			return LLM_VECTORS_INDEX;
		seen |= UINT64_C(1) << index;
		status = read_vector(member(row, "embedding"), dimensions,
		    out + (size_t)index * dimensions);
		if (status != LLM_VECTORS_OK)
			return status;
	}
	return LLM_VECTORS_OK;
}

/* No JSON has it, but some servers write it. */
static bool
has_nan(struct slice body)
{
	return slice_find(body, SLICE("NaN")) >= 0 ||
	    slice_find(body, SLICE("Infinity")) >= 0;
}

enum llm_vectors_status
llm_vectors_read(
    struct slice body, size_t n, size_t dimensions, float *out, int64_t *tokens)
{
	struct json_object *answer, *total;
	enum llm_vectors_status status;

	*tokens = -1;
	if (n > LLM_VECTORS_MAX)
		return LLM_VECTORS_INDEX;
	if (jval_parse(body, &answer) != JVAL_OK)
		return has_nan(body) ? LLM_VECTORS_NUMBER : LLM_VECTORS_JSON;
	status = read_rows(member(answer, "data"), n, dimensions, out);
	total = member(member(answer, "usage"), "total_tokens");
	if (json_object_is_type(total, json_type_int) &&
	    json_object_get_int64(total) >= 0)
		*tokens = json_object_get_int64(total);
	json_object_put(answer);
	return status;
}
