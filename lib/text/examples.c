#include "text/examples.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/ck.h"
#include "base/utf8.h"
#include "text/embed.h"
#include "text/transcript.h"

/* Cosine of what is said; from here on it is the same example reworded. */
#define SAME 0.9F
/* "Yes." is no question to learn from, "Sure, we do." hardly an answer. */
#define INPUT_WORDS  2
#define OUTPUT_WORDS 3

static struct slice
text_of(struct json_object *item, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(item, json_type_object) ||
	    !json_object_object_get_ex(item, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return SLICE_EMPTY;
	return utf8_trim((struct slice){ json_object_get_string(value),
	    (size_t)json_object_get_string_len(value) });
}

static bool
is_cut_off(struct slice s)
{
	return slice_ends(s, SLICE("...")) || slice_ends(s, SLICE("…")) ||
	    slice_ends(s, SLICE(",")) || slice_ends(s, SLICE("-"));
}

static bool
is_complete(struct slice input, struct slice output)
{
	return transcript_words(input) >= INPUT_WORDS &&
	    transcript_words(output) >= OUTPUT_WORDS &&
	    input.n <= EXAMPLES_TEXT_MAX && output.n <= EXAMPLES_TEXT_MAX &&
	    !is_cut_off(output);
}

static bool
is_near(const float *a, const float *b)
{
	float sum = 0;

	for (size_t i = 0; i < EMBED_DIMS; i++)
		sum += a[i] * b[i];
	return sum >= SAME;
}

/* Its place among the vectors; false: one like it is there. */
static bool
is_new(float *vectors, size_t n, struct slice input, struct slice output)
{
	float *own = vectors + n * EMBED_DIMS;
	struct buf both = BUF_INIT;
	bool new = true;

	buf_addf(&both, "%.*s\n%.*s", SLICE_ARG(input), SLICE_ARG(output));
	embed_text(buf_slice(&both), own);
	buf_fini(&both);
	for (size_t i = 0; new &&i < n; i++)
		new = !is_near(vectors + i * EMBED_DIMS, own);
	return new;
}

static void
put(struct json_object *o, const char *key, struct slice s)
{
	(void)json_object_object_add(
	    o, key, json_object_new_string_len(s.p, (int)s.n));
}

static struct json_object *
example(struct slice input, struct slice output, struct slice context)
{
	struct json_object *o = json_object_new_object();

	put(o, "input", input);
	put(o, "output", output);
	if (context.n != 0)
		put(o, "context", utf8_prefix(context, EXAMPLES_TEXT_MAX));
	return o;
}

static void
take(struct json_object *item, struct json_object *kept, float *vectors,
    struct examples_counts *counts)
{
	struct slice input = text_of(item, "input"),
		     output = text_of(item, "output");

	if (counts->kept == EXAMPLES_MAX)
		return;
	if (!is_complete(input, output)) {
		counts->incomplete++;
		return;
	}
	if (!is_new(vectors, counts->kept, input, output)) {
		counts->repeated++;
		return;
	}
	counts->kept++;
	(void)json_object_array_add(
	    kept, example(input, output, text_of(item, "context")));
}

struct json_object *
examples_check(struct json_object *value, struct examples_counts *counts)
{
	struct json_object *top = json_object_new_object(),
			   *kept = json_object_new_array(), *list = value;
	float *vectors =
	    ck_calloc(EXAMPLES_MAX + 1, EMBED_DIMS * sizeof(float));

	*counts = (struct examples_counts){ 0, 0, 0 };
	if (json_object_is_type(value, json_type_object))
		(void)json_object_object_get_ex(value, "examples", &list);
	if (json_object_is_type(list, json_type_array))
		for (size_t i = 0; i < json_object_array_length(list); i++)
			take(json_object_array_get_idx(list, i), kept, vectors,
			    counts);
	free(vectors);
	(void)json_object_object_add(top, "examples", kept);
	return top;
}
