/*
 * Two structured data as one table each for techniques, strategies and
 * objections. Whatever is not of the shape that is looked for is left out: an
 * engine may have written anything.
 */
#include <string.h>

#include "base/utf8.h"
#include "text/report.h"

/* Rows of a table, and bytes in a cell: a page that can be read. */
#define MAX_ROWS 30u
#define MAX_CELL 240u

static struct json_object *
list_of(const struct report_side *side, const char *key)
{
	struct json_object *data = side->data, *inner = NULL, *list = NULL;

	if (json_object_is_type(data, json_type_object) &&
	    json_object_object_get_ex(data, "analysis_data", &inner))
		data = inner;
	if (json_object_is_type(data, json_type_object))
		(void)json_object_object_get_ex(data, key, &list);
	return json_object_is_type(list, json_type_array) ? list : NULL;
}

static size_t
length_of(struct json_object *list)
{
	return list == NULL ? 0 : json_object_array_length(list);
}

static struct slice
text_of(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return SLICE_EMPTY;
	return (struct slice){ json_object_get_string(value),
		(size_t)json_object_get_string_len(value) };
}

static struct slice
member(struct json_object *item, const char *key)
{
	struct json_object *value = NULL;

	if (json_object_is_type(item, json_type_object))
		(void)json_object_object_get_ex(item, key, &value);
	return utf8_trim(text_of(value));
}

/* Text in a cell: one line, its bars and marks mean nothing. */
static void
add_cell(struct slice text, struct buf *out)
{
	struct slice shown = utf8_prefix(text, MAX_CELL);

	for (size_t i = 0; i < shown.n; i++) {
		char c = shown.p[i];

		if (c == '\n' || c == '\r' || c == '\t')
			c = ' ';
		if (strchr("\\`*_[]#~|", c) != NULL && c != '\0')
			buf_addc(out, '\\');
		buf_addc(out, c);
	}
	if (shown.n < text.n)
		buf_adds(out, "…");
}

static void
add_head(const char *title, const char *first, const struct report_side *a,
    const struct report_side *b, struct buf *out)
{
	buf_addf(out, "\n## %s\n\n| %s | ", title, first);
	add_cell(a->name, out);
	buf_adds(out, " | ");
	add_cell(b->name, out);
	buf_adds(out, " |\n| --- | --- | --- |\n");
}

static struct json_object *
named(struct json_object *list, const char *key, struct slice name)
{
	for (size_t i = 0; i < length_of(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (slice_eq_nocase(member(item, key), name))
			return item;
	}
	return NULL;
}

/* How often, and the first of its words. */
static void
add_examples(struct json_object *item, struct buf *out)
{
	struct json_object *examples = NULL;
	size_t n;

	if (item == NULL) {
		buf_adds(out, "not used");
		return;
	}
	(void)json_object_object_get_ex(item, "examples", &examples);
	n = json_object_is_type(examples, json_type_array) ? length_of(examples)
							   : 0;
	if (n == 0) {
		buf_adds(out, "used");
		return;
	}
	buf_addf(out, "%zu %s: ", n, n == 1 ? "example" : "examples");
	add_cell(text_of(json_object_array_get_idx(examples, 0)), out);
}

static void
add_row(struct slice name, struct json_object *of_a, struct json_object *of_b,
    struct buf *out)
{
	buf_adds(out, "| ");
	add_cell(name, out);
	buf_adds(out, " | ");
	add_examples(of_a, out);
	buf_adds(out, " | ");
	add_examples(of_b, out);
	buf_adds(out, " |\n");
}

/* All of `a`, then what only `b` has. */
static void
add_table(const char *key, const char *name, const struct report_side *a,
    const struct report_side *b, struct buf *out)
{
	struct json_object *of_a = list_of(a, key), *of_b = list_of(b, key);
	size_t n = 0;

	for (size_t i = 0; i < length_of(of_a) && n < MAX_ROWS; i++) {
		struct json_object *x = json_object_array_get_idx(of_a, i);

		if (member(x, name).n == 0)
			continue;
		add_row(member(x, name), x, named(of_b, name, member(x, name)),
		    out);
		n++;
	}
	for (size_t i = 0; i < length_of(of_b) && n < MAX_ROWS; i++) {
		struct json_object *x = json_object_array_get_idx(of_b, i);

		if (member(x, name).n == 0 ||
		    named(of_a, name, member(x, name)) != NULL)
			continue;
		add_row(member(x, name), NULL, x, out);
		n++;
	}
	if (n == 0)
		buf_adds(out, "| none found | | |\n");
}

static void
add_objection(struct json_object *item, struct buf *out)
{
	struct slice answer = member(item, "response");

	if (member(item, "objection").n == 0)
		return;
	buf_adds(out, "“");
	add_cell(member(item, "objection"), out);
	buf_adds(out, "” ");
	if (answer.n == 0) {
		buf_adds(out, "— no answer");
		return;
	}
	buf_adds(out, "— answer: “");
	add_cell(answer, out);
	buf_adds(out, "”");
}

static void
add_objections(
    const struct report_side *a, const struct report_side *b, struct buf *out)
{
	struct json_object *of_a = list_of(a, "objection_handling"),
			   *of_b = list_of(b, "objection_handling");
	size_t na = length_of(of_a), nb = length_of(of_b),
	       n = na > nb ? na : nb;

	for (size_t i = 0; i < n && i < MAX_ROWS; i++) {
		buf_addf(out, "| %zu | ", i + 1);
		if (i < na)
			add_objection(json_object_array_get_idx(of_a, i), out);
		buf_adds(out, " | ");
		if (i < nb)
			add_objection(json_object_array_get_idx(of_b, i), out);
		buf_adds(out, " |\n");
	}
	if (n == 0)
		buf_adds(out, "| none found | | |\n");
}

void
report_compare(
    const struct report_side *a, const struct report_side *b, struct buf *out)
{
	buf_adds(out, "# Comparison of two pitches\n");
	add_head("Sales techniques", "Technique", a, b, out);
	add_table("sales_techniques", "name", a, b, out);
	add_head("Communication strategies", "Strategy", a, b, out);
	add_table("communication_strategies", "type", a, b, out);
	add_head("Objections and answers", "No.", a, b, out);
	add_objections(a, b, out);
}
