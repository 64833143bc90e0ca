#include "proto/rest_cursor.h"

#include "base/base64.h"
#include "proto/jval.h"
#include "proto/rest_value.h"

static void
put_order(struct buf *b, const struct rest_query *q)
{
	for (unsigned i = 0; i < q->n_order; i++) {
		buf_adds(b, i == 0 ? "" : ",");
		rest_term_print(b, q->table, &q->order[i].term);
		buf_adds(b, q->order[i].descending ? ".desc" : ".asc");
	}
}

void
rest_cursor_print(
    struct buf *b, const struct rest_query *q, const struct rest_value *values)
{
	struct buf order = BUF_INIT, json = BUF_INIT;

	put_order(&order, q);
	buf_adds(&json, "{\"order\":");
	jval_quote(&json, buf_slice(&order));
	buf_adds(&json, ",\"values\":");
	for (unsigned i = 0; i < q->n_order; i++) {
		buf_addc(&json, i == 0 ? '[' : ',');
		if (values[i].null)
			buf_adds(&json, "null");
		else
			jval_quote(&json, values[i].text);
	}
	buf_adds(&json, "]}");
	base64_encode_url(b, buf_slice(&json));
	buf_fini(&order);
	buf_fini(&json);
}

/* The object in it, or NULL. */
static struct json_object *
decode(struct slice text)
{
	static const char *const MEMBERS[] = { "order", "values", NULL };
	struct json_object *object = NULL;
	struct buf json = BUF_INIT;
	struct err e;

	if (!base64_decode_url(&json, text) ||
	    jval_parse(buf_slice(&json), &object) != JVAL_OK ||
	    object == NULL || jval_only(object, MEMBERS, &e) != 0) {
		json_object_put(object);
		object = NULL;
	}
	buf_fini(&json);
	return object;
}

static bool
is_order(struct json_object *object, const struct rest_query *q)
{
	struct buf order = BUF_INIT;
	bool same;

	put_order(&order, q);
	same = slice_eq(jval_str(object, "order"), buf_slice(&order));
	buf_fini(&order);
	return same;
}

/* Only what may be NULL in a row may be in its cursor. */
static bool
read_null(const struct rest_query *q, unsigned i, struct rest_value *out)
{
	const struct rest_term *term = &q->order[i].term;

	*out = (struct rest_value){ .null = true };
	return term->n_path != 0 ||
	    rest_term_has(q->table, term, REST_NULLABLE);
}

static bool
read_after(const struct rest_reader *r, struct json_object *values,
    struct rest_query *q, unsigned i)
{
	struct json_object *value = json_object_array_get_idx(values, i);
	bool between;

	if (value == NULL)
		return read_null(q, i, &q->after[i]);
	return json_object_is_type(value, json_type_string) &&
	    rest_value_parse(r, rest_term_type(q->table, &q->order[i].term),
		arena_dup(r->arena, jval_slice(value)), &q->after[i],
		&between) == 0 &&
	    !between;
}

static bool
read_values(const struct rest_reader *r, struct json_object *object,
    struct rest_query *q)
{
	struct json_object *values = json_object_object_get(object, "values");

	if (!json_object_is_type(values, json_type_array) ||
	    json_object_array_length(values) != q->n_order)
		return false;
	for (unsigned i = 0; i < q->n_order; i++) {
		if (!read_after(r, values, q, i))
			return false;
	}
	return true;
}

static int
refuse(const struct rest_reader *r)
{
	(void)err_field(r->e, ERR_BAD_REQUEST, r->field,
	    "This is no cursor of this list in this order.");
	return err_more(r->e, "bad-cursor", NULL,
	    "Take it from the Link header as it is, and keep the order.");
}

int
rest_cursor_parse(
    const struct rest_reader *r, struct slice text, struct rest_query *q)
{
	struct json_object *object = decode(text);

	q->resumes =
	    object != NULL && is_order(object, q) && read_values(r, object, q);
	json_object_put(object);
	if (!q->resumes)
		return refuse(r);
	return 0;
}
