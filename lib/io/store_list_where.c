/*
 * Terms and values are put together twice where they stand twice: what a
 * statement means is plain from its text, and its text is the same for requests
 * of the same form, so that it is prepared once.
 */
#include "io/store_list_where.h"

#include "base/num.h"
#include "proto/rest_term.h"
#include "proto/timefmt.h"

/* By enum rest_type: what is compared, a value, and a list of values. */
static const struct {
	enum store_part compared, value, in;
} PARTS[REST_TYPE__MAX] = {
	[REST_TEXT] = { STORE_PART_TEXT, STORE_PART_TEXT_VALUE,
	    STORE_PART_TEXT_IN },
	[REST_UUID] = { STORE_PART_UUID, STORE_PART_UUID_VALUE,
	    STORE_PART_UUID_IN },
	[REST_INT] = { STORE_PART_INT, STORE_PART_INT_VALUE,
	    STORE_PART_INT_IN },
	[REST_TIME] = { STORE_PART_TIME, STORE_PART_TIME_VALUE,
	    STORE_PART_TIME_IN },
	[REST_MSEC] = { STORE_PART_MSEC, STORE_PART_MSEC_VALUE,
	    STORE_PART_MSEC_IN },
	[REST_JSON] = { STORE_PART_JSON, STORE_PART_JSON_VALUE,
	    STORE_PART_JSON_IN },
};

/* Terms and values */

unsigned
store_list_column(const struct store_list_sql *l, const struct rest_term *term)
{
	return l->source->first_column + term->column;
}

static enum rest_type
type_of(const struct store_list_sql *l, const struct rest_term *term)
{
	return rest_term_type(l->q->table, term);
}

/* A column, or what is at a path, by `part` (text or JSON of a path). */
static const char *
term_text(struct store_list_sql *l, const struct rest_term *term,
    enum store_part of_path)
{
	const char *column =
	    l->dialect->expressions[store_list_column(l, term)];
	struct store_sql_part with = { .c = column };

	if (term->n_path == 0)
		return column;
	with.p = store_sql_array(&l->sql, term->path, term->n_path);
	return store_sql_made(&l->sql, of_path, &with);
}

static const char *
plain_text(struct store_list_sql *l, const struct rest_term *term)
{
	return term_text(
	    l, term, term->text ? STORE_PART_PATH_TEXT : STORE_PART_PATH_JSON);
}

/* What comparing and ordering take. */
const char *
store_list_compared(struct store_list_sql *l, const struct rest_term *term)
{
	return store_sql_made(&l->sql, PARTS[type_of(l, term)].compared,
	    &(struct store_sql_part){ .x = plain_text(l, term) });
}

/* What equality takes: no order, so no collation that an index may not have. */
static const char *
equal_text(struct store_list_sql *l, const struct rest_term *term)
{
	if (type_of(l, term) == REST_TEXT)
		return plain_text(l, term);
	return store_list_compared(l, term);
}

static struct slice
time_text(struct store_list_sql *l, int64_t us)
{
	char text[TIMEFMT_US_SIZE];

	/* Words to PostgreSQL, and in text greater or less than any digit. */
	if (us == REST_TIME_INFINITY || us == -REST_TIME_INFINITY)
		return us > 0 ? SLICE("infinity") : SLICE("-infinity");
	timefmt_iso_us(us, text);
	if (l->dialect->milliseconds)
		timefmt_iso(us / 1000 - (us % 1000 < 0), text);
	return arena_dup(&l->sql.arena, slice_from(text));
}

static struct store_value
value_of(
    struct store_list_sql *l, enum rest_type type, const struct rest_value *v)
{
	switch (type) {
	case REST_INT:
		return store_int(v->number);
	case REST_MSEC:
		return store_int(v->number / 1000);
	case REST_TIME:
		return store_text(time_text(l, v->number));
	case REST_TEXT:
	case REST_UUID:
	case REST_JSON:
	case REST_TYPE__MAX:
		break;
	}
	return store_text(v->text);
}

static const char *
value_text(
    struct store_list_sql *l, enum rest_type type, const struct rest_value *v)
{
	int number = store_sql_param(&l->sql, value_of(l, type, v));

	return store_sql_made(&l->sql, PARTS[type].value,
	    &(struct store_sql_part){ .v = number });
}

/* Filters */

static const char *const COMPARE[REST_OP__MAX] = {
	[REST_EQ] = " = ",
	[REST_NEQ] = " <> ",
	[REST_GT] = " > ",
	[REST_GTE] = " >= ",
	[REST_LT] = " < ",
	[REST_LTE] = " <= ",
};

/*
 * A time finer than the store's lies between two that can be stored: greater or
 * equal is greater than the lower one, less is less or equal.
 */
static enum rest_op
coarse_op(const struct store_list_sql *l, const struct rest_filter *f)
{
	if (type_of(l, &f->term) != REST_TIME || !l->dialect->milliseconds ||
	    f->value.number % 1000 == 0)
		return f->op;
	if (f->op == REST_GTE)
		return REST_GT;
	return f->op == REST_LT ? REST_LTE : f->op;
}

static bool
is_between(const struct store_list_sql *l, const struct rest_filter *f)
{
	return (f->op == REST_EQ || f->op == REST_NEQ) &&
	    type_of(l, &f->term) == REST_TIME && l->dialect->milliseconds &&
	    f->value.number % 1000 != 0;
}

/* True or false of all but NULL. */
static void
put_constant(struct store_list_sql *l, const struct rest_filter *f, bool value)
{
	const char *x = equal_text(l, &f->term);

	buf_addf(&l->sql.text, value ? "%s = %s" : "%s <> %s", x, x);
}

/* Of JSON only numbers are greater or less. */
static void
put_number_compare(struct store_list_sql *l, const struct rest_filter *f)
{
	struct store_sql_part x = { .x = plain_text(l, &f->term) };
	struct store_sql_part v = { .v = store_sql_param(
					&l->sql, store_text(f->value.text)) };

	store_sql_part(&l->sql, STORE_PART_NUMBER, &x);
	buf_adds(&l->sql.text, COMPARE[f->op]);
	store_sql_part(&l->sql, STORE_PART_NUMBER_VALUE, &v);
}

/* What a filter compares with. */
static const char *
operand(struct store_list_sql *l, const struct rest_filter *f)
{
	const char *x = value_text(l, type_of(l, &f->term), &f->value);

	if (!l->quick)
		return x;
	return store_sql_made(
	    &l->sql, STORE_PART_BLIND, &(struct store_sql_part){ .x = x });
}

static void
put_compare(struct store_list_sql *l, const struct rest_filter *f)
{
	enum rest_type type = type_of(l, &f->term);

	if (is_between(l, f)) {
		put_constant(l, f, f->op == REST_NEQ);
		return;
	}
	if (type == REST_JSON && f->op != REST_EQ && f->op != REST_NEQ) {
		put_number_compare(l, f);
		return;
	}
	buf_adds(&l->sql.text,
	    f->op == REST_EQ || f->op == REST_NEQ
		? equal_text(l, &f->term)
		: store_list_compared(l, &f->term));
	buf_adds(&l->sql.text, COMPARE[coarse_op(l, f)]);
	buf_adds(&l->sql.text, operand(l, f));
}

/* Numbers as text too: both dialects turn them back. */
static struct slice
item_text(
    struct store_list_sql *l, enum rest_type type, const struct rest_value *v)
{
	char text[NUM_TEXT_SIZE];

	if (type == REST_TIME)
		return time_text(l, v->number);
	if (type != REST_INT && type != REST_MSEC)
		return v->text;
	(void)num_text(type == REST_INT ? v->number : v->number / 1000, text);
	return arena_dup(&l->sql.arena, slice_from(text));
}

static void
put_in(struct store_list_sql *l, const struct rest_filter *f)
{
	enum rest_type type = type_of(l, &f->term);
	struct store_sql_part with;
	struct slice items[REST_LIST_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < f->n_values; i++)
		if (type != REST_TIME || !l->dialect->milliseconds ||
		    f->values[i].number % 1000 == 0)
			items[n++] = item_text(l, type, &f->values[i]);
	/* SQL takes even NULL for known not to be in an empty list. */
	if (n == 0) {
		put_constant(l, f, false);
		return;
	}
	with.x = equal_text(l, &f->term);
	with.v = store_sql_array(&l->sql, items, n);
	store_sql_part(&l->sql, PARTS[type].in, &with);
}

static void
put_like(struct store_list_sql *l, const struct rest_filter *f)
{
	struct store_sql_part with = { .x = plain_text(l, &f->term) };

	with.v = store_sql_param(&l->sql, store_text(f->value.text));
	store_sql_part(&l->sql,
	    f->op == REST_LIKE ? STORE_PART_LIKE : STORE_PART_ILIKE, &with);
}

static void
put_is(struct store_list_sql *l, const struct rest_filter *f)
{
	struct rest_value v = {
		.text = f->op == REST_IS_TRUE ? SLICE("true") : SLICE("false")
	};

	if (f->op == REST_IS_NULL) {
		buf_addf(&l->sql.text, "%s IS NULL", plain_text(l, &f->term));
		return;
	}
	buf_addf(&l->sql.text, "%s = ",
	    store_sql_made(&l->sql, STORE_PART_JSON,
		&(struct store_sql_part){
		    .x = term_text(l, &f->term, STORE_PART_PATH_JSON) }));
	buf_adds(&l->sql.text, value_text(l, REST_JSON, &v));
}

static void
put_filter(struct store_list_sql *l, const struct rest_filter *f)
{
	buf_adds(&l->sql.text, f->negated ? " AND NOT (" : " AND (");
	switch (f->op) {
	case REST_EQ:
	case REST_NEQ:
	case REST_GT:
	case REST_GTE:
	case REST_LT:
	case REST_LTE:
		put_compare(l, f);
		break;
	case REST_LIKE:
	case REST_ILIKE:
		put_like(l, f);
		break;
	case REST_IN:
		put_in(l, f);
		break;
	case REST_IS_NULL:
	case REST_IS_TRUE:
	case REST_IS_FALSE:
	case REST_OP__MAX:
		put_is(l, f);
		break;
	}
	buf_addc(&l->sql.text, ')');
}

/* Where the last page ended */

bool
store_list_nullable(
    const struct store_list_sql *l, const struct rest_term *term)
{
	return term->n_path > 0 ||
	    (l->dialect->columns[store_list_column(l, term)].flags &
		REST_NULLABLE);
}

static void
put_equal(struct store_list_sql *l, unsigned i)
{
	const struct rest_term *term = &l->q->order[i].term;

	buf_adds(&l->sql.text, equal_text(l, term));
	if (l->q->after[i].null) {
		buf_adds(&l->sql.text, " IS NULL");
		return;
	}
	buf_adds(&l->sql.text, " = ");
	buf_adds(
	    &l->sql.text, value_text(l, type_of(l, term), &l->q->after[i]));
}

/* Behind the value in the order of one term; NULL is the greatest. */
static void
put_behind(struct store_list_sql *l, unsigned i)
{
	const struct rest_term *term = &l->q->order[i].term;
	bool down = l->q->order[i].descending;
	const char *x = store_list_compared(l, term);

	if (l->q->after[i].null) {
		buf_addf(
		    &l->sql.text, down ? "%s IS NOT NULL" : "%s <> %s", x, x);
		return;
	}
	buf_addf(&l->sql.text, "(%s %c ", x, down ? '<' : '>');
	buf_adds(
	    &l->sql.text, value_text(l, type_of(l, term), &l->q->after[i]));
	if (!down && store_list_nullable(l, term))
		buf_addf(&l->sql.text, " OR %s IS NULL", x);
	buf_addc(&l->sql.text, ')');
}

/* All in one direction and no NULL in the way: an index can be entered there. */
static bool
is_tuple(const struct store_list_sql *l)
{
	const struct rest_query *q = l->q;

	for (unsigned i = 0; i < q->n_order; i++)
		if (q->after[i].null ||
		    q->order[i].descending != q->order[0].descending ||
		    (!q->order[i].descending &&
			store_list_nullable(l, &q->order[i].term)))
			return false;
	return true;
}

static void
put_tuple(struct store_list_sql *l)
{
	const struct rest_query *q = l->q;

	buf_adds(&l->sql.text, " AND (");
	for (unsigned i = 0; i < q->n_order; i++)
		buf_addf(&l->sql.text, "%s%s", i > 0 ? ", " : "",
		    store_list_compared(l, &q->order[i].term));
	buf_addf(&l->sql.text, ") %c (", q->order[0].descending ? '<' : '>');
	for (unsigned i = 0; i < q->n_order; i++)
		buf_addf(&l->sql.text, "%s%s", i > 0 ? ", " : "",
		    value_text(l, type_of(l, &q->order[i].term), &q->after[i]));
	buf_addc(&l->sql.text, ')');
}

void
store_list_after(struct store_list_sql *l)
{
	if (is_tuple(l)) {
		put_tuple(l);
		return;
	}
	buf_adds(&l->sql.text, " AND (");
	for (unsigned i = 0; i < l->q->n_order; i++) {
		buf_adds(&l->sql.text, i > 0 ? " OR (" : "(");
		for (unsigned k = 0; k < i; k++) {
			put_equal(l, k);
			buf_adds(&l->sql.text, " AND ");
		}
		put_behind(l, i);
		buf_addc(&l->sql.text, ')');
	}
	buf_addc(&l->sql.text, ')');
}

void
store_list_filters(struct store_list_sql *l)
{
	for (unsigned i = 0; i < l->q->n_filters; i++)
		put_filter(l, &l->q->filters[i]);
}
