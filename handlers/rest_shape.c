#include "handlers/rest_shape.h"

#include "base/num.h"
#include "io/store_list.h"
#include "proto/http.h"
#include "proto/jval.h"
#include "proto/rest_term.h"

static int
check_names(struct ctx *c, struct err *e)
{
	struct slice rest = c->req->query, name, value;

	while (http_query_next(&rest, &c->arena, &name, &value))
		if (!slice_eqs(name, "select"))
			return err_field(e, ERR_BAD_REQUEST,
			    arena_strdup(&c->arena, name),
			    "This address takes no such parameter; only "
			    "select.");
	return 0;
}

static int
check_shown(const struct rest_query *q, struct err *e)
{
	for (unsigned i = 0; i < q->n_select; i++)
		if (rest_term_has(q->table, &q->select[i].term, REST_EXTRA))
			return err_field(e, ERR_BAD_REQUEST, "select",
			    "%s is shown in lists only.",
			    q->table->columns[q->select[i].term.column].name);
	return 0;
}

int
rest_shape_parse(struct ctx *c, const struct rest_query **shape, struct err *e)
{
	const struct rest_asked asked = { .query = c->req->query };
	struct rest_query *q;

	*shape = NULL;
	if (c->req->query.n == 0)
		return 0;
	q = arena_alloc(&c->arena, sizeof(*q));
	if (check_names(c, e) != 0 ||
	    rest_query_parse(store_list_table(c->route->what), &asked,
		&c->arena, q, e) != 0 ||
	    check_shown(q, e) != 0)
		return -1;
	if (q->n_select > 0)
		*shape = q;
	return 0;
}

/* A key of an object, or an index of an array: from its end with a minus. */
static struct json_object *
step(struct json_object *value, struct slice key)
{
	struct json_object *found = NULL;
	int64_t index, n;

	if (json_object_is_type(value, json_type_object)) {
		struct buf name = BUF_INIT;

		buf_add_slice(&name, key);
		(void)json_object_object_get_ex(value, buf_cstr(&name), &found);
		buf_fini(&name);
		return found;
	}
	if (!json_object_is_type(value, json_type_array))
		return NULL;
	n = (int64_t)json_object_array_length(value);
	if (!num_parse(key, 0, n - 1, &index))
		return NULL;
	return json_object_array_get_idx(value, (size_t)index);
}

static void
print_value(struct buf *out, const struct rest_term *term,
    struct json_object *row, const char *column)
{
	struct json_object *value = json_object_object_get(row, column);
	struct buf text = BUF_INIT;

	for (unsigned i = 0; i < term->n_path; i++)
		value = step(value, term->path[i]);
	if (term->n_path == 0 || !term->text || value == NULL ||
	    json_object_is_type(value, json_type_string)) {
		jval_print(out, value);
		return;
	}
	jval_print(&text, value);
	jval_quote(out, buf_slice(&text));
	buf_fini(&text);
}

static void
print_row(struct buf *out, const struct rest_query *q, struct json_object *row)
{
	buf_addc(out, '{');
	for (unsigned i = 0; i < q->n_select; i++) {
		const struct rest_term *term = &q->select[i].term;

		if (i > 0)
			buf_addc(out, ',');
		jval_quote(out, q->select[i].name);
		buf_addc(out, ':');
		print_value(
		    out, term, row, q->table->columns[term->column].name);
	}
	buf_addc(out, '}');
}

void
rest_shape_print(
    struct buf *out, const struct rest_query *shape, struct slice json)
{
	struct json_object *value = NULL;
	size_t n;

	if (shape == NULL || jval_parse(json, &value) != JVAL_OK) {
		buf_add_slice(out, json);
		return;
	}
	if (json_object_is_type(value, json_type_array)) {
		n = json_object_array_length(value);
		buf_addc(out, '[');
		for (size_t i = 0; i < n; i++) {
			if (i > 0)
				buf_addc(out, ',');
			print_row(
			    out, shape, json_object_array_get_idx(value, i));
		}
		buf_addc(out, ']');
	} else {
		print_row(out, shape, value);
	}
	(void)json_object_put(value);
}
