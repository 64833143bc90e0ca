#include "proto/rest_query.h"

#include <string.h>

#include "base/num.h"
#include "proto/http.h"
#include "proto/rest_cursor.h"
#include "proto/rest_filter.h"
#include "proto/rest_term.h"

/* Parameters that are no filter; each counts once. */
enum param {
	SELECT,
	ORDER,
	LIMIT,
	OFFSET,
	CURSOR,
	PARAM__MAX
};

static const char *const PARAMS[PARAM__MAX] = {
	[SELECT] = "select",
	[ORDER] = "order",
	[LIMIT] = "limit",
	[OFFSET] = "offset",
	[CURSOR] = "cursor",
};

/* p == NULL: not given. */
struct given {
	struct slice param[PARAM__MAX];
};

static int
refuse(const struct rest_reader *r, const char *why)
{
	return err_field(r->e, ERR_BAD_REQUEST, r->field, "%s", why);
}

static bool
is_known(struct slice name, const char *const *known)
{
	for (; known != NULL && *known != NULL; known++) {
		if (slice_eqs(name, *known))
			return true;
	}
	return false;
}

static int
read_filter(const struct rest_reader *r, struct slice name, struct slice text,
    struct rest_query *out)
{
	if (out->n_filters == REST_FILTERS_MAX)
		return err_field(r->e, ERR_BAD_REQUEST, r->field,
		    "A list has at most %d filters.", REST_FILTERS_MAX);
	return rest_filter_parse(
	    r, name, text, &out->filters[out->n_filters++]);
}

/* Either one of PARAMS into `*given`, or a filter. */
static int
read_param(const struct rest_reader *r, struct slice name, struct slice text,
    struct given *given, struct rest_query *out)
{
	for (int i = 0; i < PARAM__MAX; i++) {
		if (!slice_eqs(name, PARAMS[i]))
			continue;
		if (given->param[i].p != NULL)
			return refuse(r, "This parameter counts once.");
		given->param[i] = text;
		return 0;
	}
	return read_filter(r, name, text, out);
}

static int
read_params(struct rest_reader *r, const struct rest_asked *asked,
    struct given *given, struct rest_query *out)
{
	struct slice rest = asked->query, name, text;

	r->field = "query";
	if (rest.n > REST_QUERY_MAX)
		return err_field(r->e, ERR_BAD_REQUEST, r->field,
		    "A query has at most %d bytes.", REST_QUERY_MAX);
	while (http_query_next(&rest, r->arena, &name, &text)) {
		if (is_known(name, asked->known))
			continue;
		r->field = arena_strdup(r->arena, name);
		if (read_param(r, name, text, given, out) != 0)
			return -1;
	}
	return 0;
}

/* ".desc" or ".asc" off the end of `*text`. */
static bool
take_direction(struct slice *text, bool *descending)
{
	*descending = slice_ends(*text, SLICE(".desc"));
	if (*descending)
		text->n -= 5;
	else if (slice_ends(*text, SLICE(".asc")))
		text->n -= 4;
	return !slice_ends(*text, SLICE(".nullsfirst")) &&
	    !slice_ends(*text, SLICE(".nullslast"));
}

static int
check_order(const struct rest_reader *r, const struct rest_query *q,
    const struct rest_term *term)
{
	if (!rest_term_has(r->table, term, REST_ORDER))
		return refuse(r, "This column gives no order.");
	if (rest_term_type(r->table, term) == REST_JSON)
		return refuse(
		    r, "JSON has no order; its text has, with '->>'.");
	for (unsigned i = 0; i < q->n_order; i++) {
		if (rest_term_equal(&q->order[i].term, term))
			return refuse(r, "A column is in an order once.");
	}
	return 0;
}

static int
read_order_item(
    const struct rest_reader *r, struct slice text, struct rest_query *out)
{
	struct rest_order order;

	if (out->n_order == REST_ORDER_MAX)
		return err_field(r->e, ERR_BAD_REQUEST, r->field,
		    "An order has at most %d columns.", REST_ORDER_MAX);
	if (!take_direction(&text, &order.descending))
		return refuse(r,
		    "Where null stands is not chosen: it is greater than all "
		    "values. Leave out nullsfirst and nullslast.");
	if (rest_term_parse(r, text, &order.term) != 0 ||
	    check_order(r, out, &order.term) != 0)
		return -1;
	out->order[out->n_order++] = order;
	return 0;
}

/* A column of the key: behind the order, unless it stands there; up to where? */
static unsigned
add_key(struct rest_query *q, unsigned column)
{
	const struct rest_term key = { .column = column };
	unsigned i = 0;

	while (i < q->n_order && !rest_term_equal(&q->order[i].term, &key))
		i++;
	if (i == q->n_order) {
		/* The same way as before it, so that one index serves both. */
		bool descending = i != 0 && q->order[i - 1].descending;

		q->order[i] = (struct rest_order){ key, descending };
		q->n_order++;
	}
	return i + 1;
}

/* The key ends it: what would follow decides nothing. */
static void
end_order(struct rest_query *q)
{
	unsigned end = add_key(q, 0);

	for (unsigned i = 1; i < q->table->n_columns; i++) {
		if (q->table->columns[i].flags & REST_KEY) {
			unsigned at = add_key(q, i);

			end = at > end ? at : end;
		}
	}
	q->n_order = end;
}

static int
read_order(struct rest_reader *r, struct slice text, struct rest_query *out)
{
	struct slice rest = text, item;

	r->field = PARAMS[ORDER];
	out->own_order = text.p == NULL;
	if (out->own_order)
		rest = slice_from(r->table->order);
	while (rest_term_cut(&rest, ',', &item)) {
		if (read_order_item(r, item, out) != 0)
			return -1;
	}
	end_order(out);
	return 0;
}

static int
add_select(const struct rest_reader *r, const struct rest_term *term,
    struct slice name, struct rest_query *out)
{
	for (unsigned i = 0; i < out->n_select; i++) {
		if (slice_eq(out->select[i].name, name))
			return refuse(r,
			    "Two columns have the same name; give one an "
			    "alias: name:column.");
	}
	if (out->n_select == REST_SELECT_MAX)
		return err_field(r->e, ERR_BAD_REQUEST, r->field,
		    "A list shows at most %d columns.", REST_SELECT_MAX);
	out->select[out->n_select++] = (struct rest_select){ *term, name };
	return 0;
}

/* '*': all that are shown where nothing is selected. */
static int
add_all(const struct rest_reader *r, struct rest_query *out)
{
	for (unsigned i = 0; i < r->table->n_columns; i++) {
		const struct rest_term term = { .column = i };

		if (!rest_term_has(r->table, &term, REST_EXTRA) &&
		    add_select(r, &term, slice_from(r->table->columns[i].name),
			out) != 0)
			return -1;
	}
	return 0;
}

/* "alias:" off `*text`; an empty one when there is none. False: a bad one. */
static bool
take_alias(struct slice *text, struct slice *alias)
{
	struct slice rest = *text;

	if (!rest_term_cut(&rest, ':', alias) || rest.p == NULL) {
		*alias = SLICE_EMPTY;
		return true;
	}
	*text = slice_trim(rest);
	return rest_term_is_key(*alias) && alias->n <= REST_ALIAS_MAX &&
	    (rest.n == 0 || rest.p[0] != ':');
}

static int
read_select_item(
    const struct rest_reader *r, struct slice text, struct rest_query *out)
{
	struct rest_term term;
	struct slice name;

	if (slice_eqs(text, "*"))
		return add_all(r, out);
	if (!take_alias(&text, &name))
		return err_field(r->e, ERR_BAD_REQUEST, r->field,
		    "An alias is 1 to %d bytes of text without quotes, and "
		    "there are no casts.",
		    REST_ALIAS_MAX);
	if (rest_term_parse(r, text, &term) != 0)
		return -1;
	if (name.n == 0)
		name = term.n_path != 0
		    ? term.path[term.n_path - 1]
		    : slice_from(r->table->columns[term.column].name);
	return add_select(r, &term, name, out);
}

static int
read_select(struct rest_reader *r, struct slice text, struct rest_query *out)
{
	struct slice rest = text, item;

	r->field = PARAMS[SELECT];
	/* No list of columns, so that the plain query serves it. */
	if (slice_eqs(text, "*"))
		return 0;
	while (rest_term_cut(&rest, ',', &item)) {
		if (read_select_item(r, item, out) != 0)
			return -1;
	}
	return 0;
}

static int64_t
limit_of(int64_t rows)
{
	return rows < REST_LIMIT_MAX ? rows : REST_LIMIT_MAX;
}

static int
read_limit(struct rest_reader *r, struct slice text, struct rest_query *out)
{
	out->limit = REST_LIMIT_MAX;
	r->field = PARAMS[LIMIT];
	if (text.p == NULL)
		return 0;
	if (!num_parse(text, 0, NUM_JS_MAX, &out->limit))
		return refuse(r, "A limit is a number from 0 on.");
	out->limit = limit_of(out->limit);
	return 0;
}

static int
read_offset(struct rest_reader *r, struct slice text, struct rest_query *out)
{
	r->field = PARAMS[OFFSET];
	if (text.p != NULL && !num_parse(text, 0, NUM_JS_MAX, &out->offset))
		return refuse(r, "An offset is a number from 0 on.");
	return 0;
}

static int
read_cursor(struct rest_reader *r, struct slice text, struct rest_query *out)
{
	r->field = PARAMS[CURSOR];
	if (text.p == NULL)
		return 0;
	return rest_cursor_parse(r, text, out);
}

/*
 * The part behind "items=" or, as Range-Unit says it, all of it. Other units
 * are not ours (RFC 9110, 14.2): p == NULL, as without a range.
 */
static struct slice
range_spec(struct slice range, struct slice unit)
{
	size_t equals = slice_chr(range, '=');
	struct slice items = SLICE("items");

	if (equals < range.n)
		unit = slice_trim(slice_sub(range, 0, equals));
	else if (unit.n == 0)
		unit = items;
	if (range.n == 0 || !slice_eq_nocase(unit, items))
		return (struct slice){ NULL, 0 };
	return equals < range.n ? slice_trim(slice_from_at(range, equals + 1))
				: range;
}

/* "0-19" or "20-", positions of the first and the last row. */
static bool
parse_range(struct slice spec, int64_t *first, int64_t *last)
{
	size_t dash = slice_chr(spec, '-');

	*last = NUM_JS_MAX;
	return num_parse(slice_sub(spec, 0, dash), 0, NUM_JS_MAX, first) &&
	    dash < spec.n &&
	    (dash + 1 == spec.n ||
		num_parse(
		    slice_from_at(spec, dash + 1), *first, NUM_JS_MAX, last));
}

static int
read_range(struct rest_reader *r, struct slice spec, const struct given *given,
    struct rest_query *out)
{
	int64_t last;

	r->field = "Range";
	if (spec.p == NULL)
		return 0;
	if (given->param[LIMIT].p != NULL || given->param[OFFSET].p != NULL ||
	    given->param[CURSOR].p != NULL)
		return refuse(r,
		    "The range takes the place of limit, offset and cursor.");
	if (!parse_range(spec, &out->offset, &last))
		return refuse(r, "A range of rows is written items=0-19.");
	out->limit = limit_of(last - out->offset + 1);
	out->ranged = true;
	return 0;
}

int
rest_query_parse(const struct rest_table *table, const struct rest_asked *asked,
    struct arena *a, struct rest_query *out, struct err *e)
{
	struct rest_reader r = { table, a, "", e };
	struct given given = { { { NULL, 0 } } };

	memset(out, 0, sizeof(*out));
	out->table = table;
	if (read_params(&r, asked, &given, out) != 0 ||
	    read_select(&r, given.param[SELECT], out) != 0 ||
	    read_order(&r, given.param[ORDER], out) != 0 ||
	    read_limit(&r, given.param[LIMIT], out) != 0 ||
	    read_offset(&r, given.param[OFFSET], out) != 0 ||
	    read_cursor(&r, given.param[CURSOR], out) != 0)
		return -1;
	return read_range(
	    &r, range_spec(asked->range, asked->range_unit), &given, out);
}

static void
put_number(struct buf *b, enum param param, int64_t number)
{
	buf_adds(b, PARAMS[param]);
	buf_addc(b, '=');
	buf_add_int(b, number);
}

void
rest_query_next(struct buf *b, struct slice query, const struct rest_next *next,
    struct arena *a)
{
	struct slice rest = query, name, value;

	while (http_query_next(&rest, a, &name, &value)) {
		if (slice_eqs(name, PARAMS[OFFSET]) ||
		    (next->cursor.n > 0 && slice_eqs(name, PARAMS[CURSOR])))
			continue;
		http_encode(b, name);
		buf_addc(b, '=');
		http_encode(b, value);
		buf_addc(b, '&');
	}
	if (next->limit > 0) {
		put_number(b, LIMIT, next->limit);
		buf_addc(b, '&');
	}
	if (next->cursor.n == 0) {
		put_number(b, OFFSET, next->offset);
		return;
	}
	buf_adds(b, PARAMS[CURSOR]);
	buf_addc(b, '=');
	http_encode(b, next->cursor);
}
