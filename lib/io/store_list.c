/*
 * The order of a statement's parameters: those of `from`, then as the text has
 * them. Terms and values are put together twice where they stand twice: what a
 * statement means is plain from its text, and its text is the same for requests
 * of the same form, so that it is prepared once.
 */
#include "io/store_list.h"

#include <stdio.h>
#include <string.h>

#include "base/ck.h"
#include "base/num.h"
#include "base/uuid.h"
#include "io/store_list_row.h"
#include "io/store_sql.h"
#include "proto/jval.h"
#include "proto/rest_cursor.h"
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

/* A statement of a list. */
struct list {
	struct store_sql sql;
	const struct rest_query *q;
	const struct store_list_source *source;
	const struct store_dialect *dialect;
};

/* Terms and values */

static unsigned
column_of(const struct list *l, const struct rest_term *term)
{
	return l->source->first_column + term->column;
}

static enum rest_type
type_of(const struct list *l, const struct rest_term *term)
{
	return rest_term_type(l->q->table, term);
}

/* A column, or what is at a path, by `part` (text or JSON of a path). */
static const char *
term_text(struct list *l, const struct rest_term *term, enum store_part of_path)
{
	const char *column = l->dialect->expressions[column_of(l, term)];
	struct store_sql_part with = { .c = column };

	if (term->n_path == 0)
		return column;
	with.p = store_sql_array(&l->sql, term->path, term->n_path);
	return store_sql_made(&l->sql, of_path, &with);
}

static const char *
plain_text(struct list *l, const struct rest_term *term)
{
	return term_text(
	    l, term, term->text ? STORE_PART_PATH_TEXT : STORE_PART_PATH_JSON);
}

/* What comparing and ordering take. */
static const char *
compared_text(struct list *l, const struct rest_term *term)
{
	return store_sql_made(&l->sql, PARTS[type_of(l, term)].compared,
	    &(struct store_sql_part){ .x = plain_text(l, term) });
}

/* What equality takes: no order, so no collation that an index may not have. */
static const char *
equal_text(struct list *l, const struct rest_term *term)
{
	if (type_of(l, term) == REST_TEXT)
		return plain_text(l, term);
	return compared_text(l, term);
}

static struct slice
time_text(struct list *l, int64_t us)
{
	char text[TIMEFMT_US_SIZE];

	timefmt_iso_us(us, text);
	if (l->dialect->milliseconds)
		timefmt_iso(us / 1000 - (us % 1000 < 0), text);
	return arena_dup(&l->sql.arena, slice_from(text));
}

static struct store_value
value_of(struct list *l, enum rest_type type, const struct rest_value *v)
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
value_text(struct list *l, enum rest_type type, const struct rest_value *v)
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
coarse_op(const struct list *l, const struct rest_filter *f)
{
	if (type_of(l, &f->term) != REST_TIME || !l->dialect->milliseconds ||
	    f->value.number % 1000 == 0)
		return f->op;
	if (f->op == REST_GTE)
		return REST_GT;
	return f->op == REST_LT ? REST_LTE : f->op;
}

static bool
is_between(const struct list *l, const struct rest_filter *f)
{
	return (f->op == REST_EQ || f->op == REST_NEQ) &&
	    type_of(l, &f->term) == REST_TIME && l->dialect->milliseconds &&
	    f->value.number % 1000 != 0;
}

/* True or false of all but NULL. */
static void
put_constant(struct list *l, const struct rest_filter *f, bool value)
{
	const char *x = equal_text(l, &f->term);

	buf_addf(&l->sql.text, value ? "%s = %s" : "%s <> %s", x, x);
}

/* Of JSON only numbers are greater or less. */
static void
put_number_compare(struct list *l, const struct rest_filter *f)
{
	struct store_sql_part x = { .x = plain_text(l, &f->term) };
	struct store_sql_part v = { .v = store_sql_param(
					&l->sql, store_text(f->value.text)) };

	store_sql_part(&l->sql, STORE_PART_NUMBER, &x);
	buf_adds(&l->sql.text, COMPARE[f->op]);
	store_sql_part(&l->sql, STORE_PART_NUMBER_VALUE, &v);
}

static void
put_compare(struct list *l, const struct rest_filter *f)
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
	    f->op == REST_EQ || f->op == REST_NEQ ? equal_text(l, &f->term)
						  : compared_text(l, &f->term));
	buf_adds(&l->sql.text, COMPARE[coarse_op(l, f)]);
	buf_adds(&l->sql.text, value_text(l, type, &f->value));
}

/* Numbers as text too: both dialects turn them back. */
static struct slice
item_text(struct list *l, enum rest_type type, const struct rest_value *v)
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
put_in(struct list *l, const struct rest_filter *f)
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
put_like(struct list *l, const struct rest_filter *f)
{
	struct store_sql_part with = { .x = plain_text(l, &f->term) };

	with.v = store_sql_param(&l->sql, store_text(f->value.text));
	store_sql_part(&l->sql,
	    f->op == REST_LIKE ? STORE_PART_LIKE : STORE_PART_ILIKE, &with);
}

static void
put_is(struct list *l, const struct rest_filter *f)
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
put_filter(struct list *l, const struct rest_filter *f)
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

static bool
is_nullable(const struct list *l, const struct rest_term *term)
{
	return term->n_path > 0 ||
	    (l->dialect->columns[column_of(l, term)].flags & REST_NULLABLE);
}

static void
put_equal(struct list *l, unsigned i)
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
put_behind(struct list *l, unsigned i)
{
	const struct rest_term *term = &l->q->order[i].term;
	bool down = l->q->order[i].descending;
	const char *x = compared_text(l, term);

	if (l->q->after[i].null) {
		buf_addf(
		    &l->sql.text, down ? "%s IS NOT NULL" : "%s <> %s", x, x);
		return;
	}
	buf_addf(&l->sql.text, "(%s %c ", x, down ? '<' : '>');
	buf_adds(
	    &l->sql.text, value_text(l, type_of(l, term), &l->q->after[i]));
	if (!down && is_nullable(l, term))
		buf_addf(&l->sql.text, " OR %s IS NULL", x);
	buf_addc(&l->sql.text, ')');
}

/* All in one direction and no NULL in the way: an index can be entered there. */
static bool
is_tuple(const struct list *l)
{
	const struct rest_query *q = l->q;

	for (unsigned i = 0; i < q->n_order; i++)
		if (q->after[i].null ||
		    q->order[i].descending != q->order[0].descending ||
		    (!q->order[i].descending &&
			is_nullable(l, &q->order[i].term)))
			return false;
	return true;
}

static void
put_tuple(struct list *l)
{
	const struct rest_query *q = l->q;

	buf_adds(&l->sql.text, " AND (");
	for (unsigned i = 0; i < q->n_order; i++)
		buf_addf(&l->sql.text, "%s%s", i > 0 ? ", " : "",
		    compared_text(l, &q->order[i].term));
	buf_addf(&l->sql.text, ") %c (", q->order[0].descending ? '<' : '>');
	for (unsigned i = 0; i < q->n_order; i++)
		buf_addf(&l->sql.text, "%s%s", i > 0 ? ", " : "",
		    value_text(l, type_of(l, &q->order[i].term), &q->after[i]));
	buf_addc(&l->sql.text, ')');
}

static void
put_after(struct list *l)
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

/* The statement */

/* In an answer a column is as it is, but what is stored as JSON must be JSON. */
static void
put_shown(struct list *l, const struct rest_term *term)
{
	struct store_sql_part with = {
		.c = l->dialect->expressions[column_of(l, term)]
	};
	enum store_part part = STORE_PART_SHOWN;

	if (term->n_path > 0) {
		with.p = store_sql_array(&l->sql, term->path, term->n_path);
		part =
		    term->text ? STORE_PART_PATH_TEXT : STORE_PART_PATH_SHOWN;
	} else if (type_of(l, term) == REST_JSON) {
		part = STORE_PART_JSON_SHOWN;
	}
	store_sql_part(&l->sql, part, &with);
}

static void
put_source(struct list *l)
{
	buf_addc(&l->sql.text, ' ');
	buf_adds(&l->sql.text, l->source->from);
	for (unsigned i = 0; i < l->q->n_filters; i++)
		put_filter(l, &l->q->filters[i]);
}

static void
put_columns(struct list *l, bool count)
{
	const struct rest_query *q = l->q;

	buf_adds(&l->sql.text, l->dialect->parts[STORE_PART_SELECT]);
	for (unsigned i = 0; i < q->n_select; i++) {
		buf_adds(&l->sql.text, i > 0 ? ", " : " ");
		put_shown(l, &q->select[i].term);
	}
	for (unsigned i = 0; i < q->n_order; i++) {
		buf_adds(&l->sql.text, ", ");
		put_shown(l, &q->order[i].term);
	}
	if (count) {
		buf_addf(
		    &l->sql.text, ", (%s", l->dialect->parts[STORE_PART_COUNT]);
		put_source(l);
		buf_addc(&l->sql.text, ')');
	}
}

static void
put_order(struct list *l)
{
	const struct rest_query *q = l->q;

	buf_addc(&l->sql.text, ' ');
	buf_adds(&l->sql.text, l->dialect->parts[STORE_PART_ORDER]);
	for (unsigned i = 0; i < q->n_order; i++) {
		bool down = q->order[i].descending;

		buf_addf(&l->sql.text, "%s%s %s", i > 0 ? ", " : " ",
		    compared_text(l, &q->order[i].term), down ? "DESC" : "ASC");
		if (is_nullable(l, &q->order[i].term))
			buf_addf(&l->sql.text, " %s",
			    l->dialect->parts[down ? STORE_PART_NULLS_DESC
						   : STORE_PART_NULLS_ASC]);
	}
}

static void
put_page(struct list *l)
{
	struct store_sql_part with = { .v = 0 };

	/* One more than wanted tells whether there is a next page. */
	with.v = store_sql_param(&l->sql, store_int(l->q->limit + 1));
	buf_addc(&l->sql.text, ' ');
	store_sql_part(&l->sql, STORE_PART_LIMIT, &with);
	if (l->q->offset == 0)
		return;
	with.v = store_sql_param(&l->sql, store_int(l->q->offset));
	buf_addc(&l->sql.text, ' ');
	store_sql_part(&l->sql, STORE_PART_OFFSET, &with);
}

static void
list_init(struct list *l, const struct store *s, const struct store_view *view,
    enum store_list_id id, const struct rest_query *q)
{
	const struct slice words[2] = { view->who->id,
		view->shared ? SLICE_EMPTY : view->who->id };

	l->q = q;
	l->dialect = s->driver->dialect;
	l->source = &l->dialect->lists[id];
	store_sql_init(&l->sql, l->dialect);
	for (int i = 0; i < l->source->n_bound; i++)
		(void)store_sql_param(&l->sql, store_text(words[i]));
}

/* Rows as JSON */

/* What stands at a row's position. */
struct member {
	struct slice name;
	enum rest_type type;
};

struct printer {
	struct buf *out;
	const struct member *members;
	unsigned n_members;
	int64_t n, limit;
	int64_t *total; /* NULL: not counted */
	/* The order's values of the last row; text in `last`. */
	const struct list *list;
	struct buf last;
	size_t last_end[REST_TERMS_MAX];
	bool last_null[REST_TERMS_MAX];
};

static void
put_row(struct printer *p, const struct store_row *row)
{
	buf_addc(p->out, '{');
	for (unsigned i = 0; i < p->n_members; i++) {
		if (i > 0)
			buf_addc(p->out, ',');
		jval_quote(p->out, p->members[i].name);
		buf_addc(p->out, ':');
		store_list_value_print(
		    p->out, p->members[i].type, &row->values[i]);
	}
	buf_addc(p->out, '}');
}

static void
keep_last(struct printer *p, const struct store_row *row)
{
	const struct rest_query *q = p->list->q;

	buf_clear(&p->last);
	for (unsigned i = 0; i < q->n_order; i++) {
		const struct store_value *v = &row->values[p->n_members + i];

		p->last_null[i] = v->type == STORE_NULL;
		if (v->type == STORE_INT &&
		    type_of(p->list, &q->order[i].term) == REST_MSEC) {
			char text[TIMEFMT_SIZE];

			timefmt_iso(v->number, text);
			buf_adds(&p->last, text);
		} else if (v->type == STORE_INT) {
			buf_add_int(&p->last, v->number);
		} else {
			buf_add_slice(&p->last, v->bytes);
		}
		p->last_end[i] = p->last.n;
	}
}

static int
print_row(const struct store_row *row, void *cookie)
{
	struct printer *p = cookie;

	if (p->n == p->limit) {
		p->n++; /* there is a next page */
		return 1;
	}
	if (p->n++ > 0)
		buf_addc(p->out, ',');
	put_row(p, row);
	if (p->total != NULL)
		*p->total = row->values[row->n - 1].number;
	if (p->n == p->limit)
		keep_last(p, row);
	return 0;
}

static void
put_cursor(struct buf *out, const struct printer *p)
{
	struct rest_value values[REST_TERMS_MAX];
	size_t from = 0;

	for (unsigned i = 0; i < p->list->q->n_order; i++) {
		values[i] = (struct rest_value){ .null = p->last_null[i],
			.text = slice_sub(
			    buf_slice(&p->last), from, p->last_end[i] - from) };
		from = p->last_end[i];
	}
	rest_cursor_print(out, p->list->q, values);
}

/* The calls */

static int
row_number(const struct store_row *row, void *cookie)
{
	int64_t *out = cookie;

	*out = row->values[0].number;
	return 1;
}

/* Where the page itself has no row to tell. */
static int
count_rows(struct store *s, const struct store_view *view,
    enum store_list_id id, const struct rest_query *q, int64_t *total,
    struct err *e)
{
	struct store_sink sink = { row_number, total, 0 };
	struct list l;
	int rc;

	list_init(&l, s, view, id, q);
	buf_adds(&l.sql.text, l.dialect->parts[STORE_PART_COUNT]);
	put_source(&l);
	rc = store_sql_run(s, &l.sql, &sink, e);
	store_sql_fini(&l.sql);
	return rc;
}

static unsigned
members_of(const struct rest_query *q, struct member *out)
{
	for (unsigned i = 0; i < q->n_select; i++)
		out[i] = (struct member){ q->select[i].name,
			rest_term_type(q->table, &q->select[i].term) };
	return q->n_select;
}

static int
read_page(struct store *s, struct list *l, bool count, struct store_page *page,
    struct err *e)
{
	struct member members[REST_SELECT_MAX];
	struct printer p = { .out = &page->json,
		.members = members,
		.n_members = members_of(l->q, members),
		.limit = l->q->limit,
		.total = count ? &page->total : NULL,
		.list = l };
	struct store_sink sink = { print_row, &p, 0 };
	int rc;

	buf_addc(&page->json, '[');
	rc = store_sql_run(s, &l->sql, &sink, e);
	buf_addc(&page->json, ']');
	page->n = p.n < p.limit ? p.n : p.limit;
	if (rc == 0 && p.n > p.limit)
		put_cursor(&page->cursor, &p);
	buf_fini(&p.last);
	return rc;
}

/* All columns but the extra ones, where none was named. */
static void
select_all(struct rest_query *q)
{
	for (unsigned i = 0; i < q->table->n_columns; i++)
		if (!(q->table->columns[i].flags & REST_EXTRA))
			q->select[q->n_select++] =
			    (struct rest_select){ { .column = i },
				    slice_from(q->table->columns[i].name) };
}

static int
check_order(const struct rest_query *q, struct err *e)
{
	for (unsigned i = 0; i < q->n_order; i++)
		if (rest_term_type(q->table, &q->order[i].term) == REST_JSON)
			return err_field(e, ERR_BAD_REQUEST, "order",
			    "JSON is in no order; end the path with ->> to "
			    "sort by its text.");
	return 0;
}

int
store_list(struct store *s, const struct store_view *view,
    enum store_list_id id, const struct rest_query *asked, bool count,
    struct store_page *page, struct err *e)
{
	struct rest_query *q = ck_calloc(1, sizeof(*q));
	struct list *l = ck_calloc(1, sizeof(*l));
	int rc = check_order(asked, e);

	*page = (struct store_page){
		.json = BUF_INIT, .total = -1, .cursor = BUF_INIT
	};
	*q = *asked;
	if (q->n_select == 0)
		select_all(q);
	if (rc == 0) {
		list_init(l, s, view, id, q);
		put_columns(l, count);
		put_source(l);
		if (q->resumes)
			put_after(l);
		put_order(l);
		put_page(l);
		rc = read_page(s, l, count, page, e);
		store_sql_fini(&l->sql);
	}
	if (rc == 0 && count && page->n == 0)
		rc = count_rows(s, view, id, q, &page->total, e);
	free(l);
	free(q);
	if (rc == -1)
		store_page_fini(page);
	return rc;
}

void
store_page_fini(struct store_page *page)
{
	buf_fini(&page->json);
	buf_fini(&page->cursor);
}

/* A row by its address: which list, which way, and what is behind. */
struct address {
	const struct store_view *view;
	enum store_list_id id;
	const char *condition;
	struct slice key;
	enum store_part end;
};

static void
put_one(struct list *l, const struct address *a)
{
	put_columns(l, false);
	put_source(l);
	buf_adds(&l->sql.text, " AND ");
	store_sql_text(&l->sql, a->condition,
	    store_sql_param(&l->sql, store_text(a->key)));
	buf_adds(&l->sql.text, l->dialect->parts[a->end]);
}

static int
get_one(struct store *s, const struct address *a, struct buf *json,
    int64_t *found, struct err *e)
{
	struct rest_query *q = ck_calloc(1, sizeof(*q));
	struct list *l = ck_calloc(1, sizeof(*l));
	struct member members[REST_SELECT_MAX];
	struct printer p = { .out = json, .members = members, .limit = 1 };
	struct store_sink sink = { print_row, &p, 0 };
	int rc;

	q->table = store_list_table(a->id);
	select_all(q);
	list_init(l, s, a->view, a->id, q);
	p.n_members = members_of(q, members);
	p.list = l;
	put_one(l, a);
	rc = store_sql_run(s, &l->sql, &sink, e);
	*found = p.n;
	buf_fini(&p.last);
	store_sql_fini(&l->sql);
	free(l);
	free(q);
	return rc;
}

/* What looks like a uuid is one, or else a name after all. */
static int
get(struct store *s, struct address *a, struct buf *json, struct err *e)
{
	const struct store_list_source *source =
	    &s->driver->dialect->lists[a->id];
	char uuid[UUID_SIZE];
	struct slice name = a->key;
	int64_t found = 0;
	int rc = 0;

	if (source->uuid[0] != '\0' && uuid_parse(name, uuid)) {
		a->condition = source->uuid;
		a->key = slice_from(uuid);
		rc = get_one(s, a, json, &found, e);
	}
	if (rc == 0 && found == 0 && source->key[0] != '\0') {
		a->condition = source->key;
		a->key = name;
		rc = get_one(s, a, json, &found, e);
	}
	if (rc == 0 && found == 0)
		return err_set(e, ERR_NOT_FOUND, "There is no %s with this id.",
		    source->one);
	return rc;
}

int
store_list_get(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, struct buf *json, struct err *e)
{
	struct address a = { view, id, NULL, key, STORE_PART_FIRST };

	return get(s, &a, json, e);
}

int
store_list_get_locked(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, struct buf *json, struct err *e)
{
	struct address a = { view, id, NULL, key, STORE_PART_LOCKED };

	return get(s, &a, json, e);
}
