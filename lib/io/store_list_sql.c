/* A statement's parameters are those of `from`, then as the text has them. */
#include "io/store_list_sql.h"

#include "io/store_list_where.h"
#include "proto/jval.h"
#include "proto/rest_term.h"

/* Rows that PostgreSQL's library may hold at once, which is faster: of metadata
 * as large as a body, 50 MB. */
#define AT_ONCE_MAX 50

/* In an answer a column is as it is, but what is stored as JSON must be JSON. */
static void
put_shown(struct store_list_sql *l, const struct rest_term *term)
{
	struct store_sql_part with = {
		.c = l->dialect->expressions[store_list_column(l, term)]
	};
	enum store_part part = STORE_PART_SHOWN;

	if (term->n_path > 0) {
		with.p = store_sql_array(&l->sql, term->path, term->n_path);
		part =
		    term->text ? STORE_PART_PATH_TEXT : STORE_PART_PATH_SHOWN;
	} else if (rest_term_type(l->q->table, term) == REST_JSON) {
		part = STORE_PART_JSON_SHOWN;
	}
	store_sql_part(&l->sql, part, &with);
}

void
store_list_put_source(struct store_list_sql *l)
{
	buf_addc(&l->sql.text, ' ');
	buf_adds(&l->sql.text, l->source->from);
	store_list_filters(l);
}

unsigned
store_list_shown_at(const struct rest_query *q, const struct rest_term *term)
{
	unsigned at = 0;

	while (at < q->n_select && !rest_term_equal(&q->select[at].term, term))
		at++;
	return at;
}

void
store_list_put_columns(struct store_list_sql *l, bool count)
{
	const struct rest_query *q = l->q;

	buf_adds(&l->sql.text, l->dialect->parts[STORE_PART_SELECT]);
	for (unsigned i = 0; i < q->n_select; i++) {
		buf_adds(&l->sql.text, i > 0 ? ", " : " ");
		put_shown(l, &q->select[i].term);
	}
	for (unsigned i = 0; i < q->n_order; i++)
		if (store_list_shown_at(q, &q->order[i].term) == q->n_select) {
			buf_adds(&l->sql.text, ", ");
			put_shown(l, &q->order[i].term);
		}
	if (count) {
		buf_addf(
		    &l->sql.text, ", (%s", l->dialect->parts[STORE_PART_COUNT]);
		store_list_put_source(l);
		buf_addc(&l->sql.text, ')');
	}
}

void
store_list_put_order(struct store_list_sql *l)
{
	const struct rest_query *q = l->q;

	buf_addc(&l->sql.text, ' ');
	buf_adds(&l->sql.text, l->dialect->parts[STORE_PART_ORDER]);
	for (unsigned i = 0; i < q->n_order; i++) {
		bool down = q->order[i].descending;

		buf_addf(&l->sql.text, "%s%s %s", i > 0 ? ", " : " ",
		    store_list_compared(l, &q->order[i].term),
		    down ? "DESC" : "ASC");
		if (store_list_nullable(l, &q->order[i].term))
			buf_addf(&l->sql.text, " %s",
			    l->dialect->parts[down ? STORE_PART_NULLS_DESC
						   : STORE_PART_NULLS_ASC]);
	}
}

void
store_list_put_page(struct store_list_sql *l)
{
	struct store_sql_part with = { .v = 0 };

	with.v = store_sql_param(&l->sql, store_int(l->q->limit + 1));
	with.x = store_sql_made(&l->sql, STORE_PART_INT_VALUE, &with);
	if (l->quick)
		with.x = store_sql_made(&l->sql, STORE_PART_BLIND, &with);
	buf_addc(&l->sql.text, ' ');
	store_sql_part(&l->sql, STORE_PART_LIMIT, &with);
	if (l->q->offset == 0)
		return;
	with.v = store_sql_param(&l->sql, store_int(l->q->offset));
	buf_addc(&l->sql.text, ' ');
	store_sql_part(&l->sql, STORE_PART_OFFSET, &with);
}

int
store_list_bound(const struct store_list_source *source,
    const struct store_view *view,
    struct store_value out[static STORE_LIST_BOUND_MAX])
{
	/* Nobody in particular has nothing where others may be nobody, too. */
	out[0] = store_text_or_null(view->who->id);
	out[1] = view->shared ? store_text(SLICE_EMPTY) : out[0];
	return source->n_bound < STORE_LIST_BOUND_MAX ? source->n_bound
						      : STORE_LIST_BOUND_MAX;
}

void
store_list_sql_init(struct store_list_sql *l, const struct store *s,
    const struct store_view *view, enum store_list_id id,
    const struct rest_query *q)
{
	struct store_value bound[STORE_LIST_BOUND_MAX];
	int n;

	l->q = q;
	l->dialect = s->driver->dialect;
	l->source = &l->dialect->lists[id];
	l->quick = false;
	store_sql_init(&l->sql, l->dialect);
	n = store_list_bound(l->source, view, bound);
	for (int i = 0; i < n; i++)
		(void)store_sql_param(&l->sql, bound[i]);
}

unsigned
store_list_members(struct store_list_sql *l, struct store_list_member *out)
{
	const struct rest_query *q = l->q;
	struct buf name = BUF_INIT;

	for (unsigned i = 0; i < q->n_select; i++) {
		buf_clear(&name);
		buf_addc(&name, i == 0 ? '{' : ',');
		jval_quote(&name, q->select[i].name);
		buf_addc(&name, ':');
		out[i] = (struct store_list_member){ arena_dup(&l->sql.arena,
							 buf_slice(&name)),
			rest_term_type(q->table, &q->select[i].term) };
	}
	buf_fini(&name);
	return q->n_select;
}

/* Text that nobody sorts by may be long. */
bool
store_list_is_large(const struct rest_query *q)
{
	for (unsigned i = 0; i < q->n_select; i++) {
		const struct rest_term *term = &q->select[i].term;

		if (rest_term_type(q->table, term) == REST_TEXT &&
		    !rest_term_has(q->table, term, REST_ORDER))
			return true;
	}
	return q->limit > AT_ONCE_MAX;
}

static bool
is_indexed(const struct rest_query *q, const struct rest_filter *f)
{
	return f->op == REST_EQ && !f->negated && f->term.n_path == 0 &&
	    rest_term_has(q->table, &f->term, REST_INDEXED);
}

bool
store_list_is_quick(const struct store_list_sql *l)
{
	const struct rest_query *q = l->q;

	for (unsigned i = 0; i < q->n_filters; i++)
		if (!is_indexed(q, &q->filters[i]))
			return false;
	return l->source->ordered && q->own_order && q->offset == 0 &&
	    !store_list_is_large(q);
}

void
store_list_select_all(struct rest_query *q)
{
	for (unsigned i = 0; i < q->table->n_columns; i++)
		if (!(q->table->columns[i].flags & REST_EXTRA))
			q->select[q->n_select++] =
			    (struct rest_select){ { .column = i },
				    slice_from(q->table->columns[i].name) };
}
