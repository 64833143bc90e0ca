/* A statement's parameters are those of `from`, then as the text has them. */
#include "io/store_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/num.h"
#include "base/uuid.h"
#include "io/store_list_row.h"
#include "io/store_list_where.h"
#include "proto/jscan.h"
#include "proto/jval.h"
#include "proto/rest_cursor.h"
#include "proto/rest_term.h"
#include "proto/timefmt.h"

/* Rows that PostgreSQL's library may hold at once, which is faster: of metadata
 * as large as a body, 50 MB. */
#define AT_ONCE_MAX 50
/* A list of 50 videos; what is longer grows. */
#define PAGE_ROOM 12288
/* sql/list/: the caller, and whose rows are everybody's. */
#define BOUND_MAX 2

/* The statement */

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

static void
put_source(struct store_list_sql *l)
{
	buf_addc(&l->sql.text, ' ');
	buf_adds(&l->sql.text, l->source->from);
	store_list_filters(l);
}

/* The place of a term among what is selected; n_select: it is not there. */
static unsigned
shown_at(const struct rest_query *q, const struct rest_term *term)
{
	unsigned at = 0;

	while (at < q->n_select && !rest_term_equal(&q->select[at].term, term))
		at++;
	return at;
}

/* What is selected, then what else the order needs for a cursor. */
static void
put_columns(struct store_list_sql *l, bool count)
{
	const struct rest_query *q = l->q;

	buf_adds(&l->sql.text, l->dialect->parts[STORE_PART_SELECT]);
	for (unsigned i = 0; i < q->n_select; i++) {
		buf_adds(&l->sql.text, i > 0 ? ", " : " ");
		put_shown(l, &q->select[i].term);
	}
	for (unsigned i = 0; i < q->n_order; i++)
		if (shown_at(q, &q->order[i].term) == q->n_select) {
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
put_order(struct store_list_sql *l)
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

static void
put_page(struct store_list_sql *l)
{
	struct store_sql_part with = { .v = 0 };

	/* One more than wanted tells whether there is a next page. */
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

/* What `from` takes; how many. */
static int
bound_of(const struct store_list_source *source, const struct store_view *view,
    struct store_value out[static BOUND_MAX])
{
	/* Nobody in particular has nothing where others may be nobody, too. */
	out[0] = store_text_or_null(view->who->id);
	out[1] = view->shared ? store_text(SLICE_EMPTY) : out[0];
	return source->n_bound < BOUND_MAX ? source->n_bound : BOUND_MAX;
}

static void
list_init(struct store_list_sql *l, const struct store *s,
    const struct store_view *view, enum store_list_id id,
    const struct rest_query *q)
{
	struct store_value bound[BOUND_MAX];
	int n;

	l->q = q;
	l->dialect = s->driver->dialect;
	l->source = &l->dialect->lists[id];
	l->quick = false;
	store_sql_init(&l->sql, l->dialect);
	n = bound_of(l->source, view, bound);
	for (int i = 0; i < n; i++)
		(void)store_sql_param(&l->sql, bound[i]);
}

/* Rows as JSON */

/* What stands at a row's position. */
struct member {
	struct slice
	    name; /* as in JSON, with what stands before and its colon */
	enum rest_type type;
};

struct printer {
	struct buf *out;
	const struct member *members;
	unsigned n_members;
	bool doubts; /* what is to be JSON may be none */
	int64_t n, limit;
	size_t bytes;                  /* that are left */
	int64_t *total;                /* NULL: not counted */
	const struct store_each *each; /* NULL: all into `out` */
	/* The order's values of the last row; text in `last`. */
	const struct store_list_sql *list;
	struct buf last;
	size_t last_end[REST_TERMS_MAX];
	bool last_null[REST_TERMS_MAX];
};

static void
put_value(struct printer *p, enum rest_type type, const struct store_value *v)
{
	if (p->doubts && type == REST_JSON && v->type == STORE_TEXT &&
	    !jscan_valid(v->bytes))
		buf_adds(p->out, "null");
	else
		store_list_value_print(p->out, type, v);
}

static void
put_row(struct printer *p, const struct store_row *row)
{
	for (unsigned i = 0; i < p->n_members; i++) {
		buf_add_slice(p->out, p->members[i].name);
		put_value(p, p->members[i].type, &row->values[i]);
	}
	buf_addc(p->out, '}');
}

static void
keep_last(struct printer *p, const struct store_row *row)
{
	const struct rest_query *q = p->list->q;

	unsigned more = q->n_select;

	buf_clear(&p->last);
	for (unsigned i = 0; i < q->n_order; i++) {
		unsigned at = shown_at(q, &q->order[i].term);
		const struct store_value *v =
		    &row->values[at < q->n_select ? at : more++];

		p->last_null[i] = v->type == STORE_NULL;
		if (v->type == STORE_INT &&
		    rest_term_type(p->list->q->table, &q->order[i].term) ==
			REST_MSEC) {
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
	size_t before;

	if (p->n == p->limit) {
		p->n++; /* there is a next page */
		return 1;
	}
	if (p->n++ > 0 && p->each == NULL)
		buf_addc(p->out, ',');
	before = p->out->n;
	put_row(p, row);
	if (p->out->n - before >= p->bytes)
		p->limit = p->n;
	p->bytes -= p->out->n - before;
	if (p->each != NULL) {
		p->each->row(p->each->cookie, buf_slice(p->out));
		buf_clear(p->out);
	}
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
    enum store_list_id id, const struct rest_query *q, struct store_page *page,
    struct err *e)
{
	struct store_sink sink = { row_number, &page->total, 0 };
	struct store_list_sql l;
	int rc;

	list_init(&l, s, view, id, q);
	buf_adds(&l.sql.text, l.dialect->parts[STORE_PART_COUNT]);
	put_source(&l);
	rc = store_sql_run(s, &l.sql, &sink, e);
	store_sql_fini(&l.sql);
	return rc;
}

static unsigned
members_of(struct store_list_sql *l, struct member *out)
{
	const struct rest_query *q = l->q;
	struct buf name = BUF_INIT;

	for (unsigned i = 0; i < q->n_select; i++) {
		buf_clear(&name);
		buf_addc(&name, i == 0 ? '{' : ',');
		jval_quote(&name, q->select[i].name);
		buf_addc(&name, ':');
		out[i] =
		    (struct member){ arena_dup(&l->sql.arena, buf_slice(&name)),
			    rest_term_type(q->table, &q->select[i].term) };
	}
	buf_fini(&name);
	return q->n_select;
}

/* Many rows, or any that may be long: text that nobody sorts by. */
static bool
is_large(const struct rest_query *q)
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

/* A page of few rows that an index leads to, one after the other. */
static bool
is_quick(const struct store_list_sql *l)
{
	const struct rest_query *q = l->q;

	for (unsigned i = 0; i < q->n_filters; i++)
		if (!is_indexed(q, &q->filters[i]))
			return false;
	return l->source->ordered && q->own_order && q->offset == 0 &&
	    !is_large(q);
}

/* What is wanted beside the rows. */
struct wanted {
	bool count;
	const struct store_each *each; /* or NULL: an array */
};

static int
read_page(struct store *s, struct store_list_sql *l,
    const struct wanted *wanted, struct store_page *page, struct err *e)
{
	struct member members[REST_SELECT_MAX];
	struct printer p = { .out = &page->json,
		.members = members,
		.n_members = members_of(l, members),
		.doubts = l->dialect->json_is_text,
		.limit = l->q->limit,
		.bytes = l->q->bytes > 0 ? l->q->bytes : STORE_PAGE_BYTES,
		.total = wanted->count ? &page->total : NULL,
		.each = wanted->each,
		.list = l };
	struct store_sink sink = { print_row, &p, 0 };
	int rc;

	l->sql.stream = is_large(l->q);
	(void)buf_room(&page->json, PAGE_ROOM);
	if (wanted->each == NULL)
		buf_addc(&page->json, '[');
	rc = store_sql_run(s, &l->sql, &sink, e);
	if (wanted->each == NULL)
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

/* One parameter more than usual: what is asked, and what comes of it. */
static int
list( // NOLINT(readability-function-size)
    struct store *s, const struct store_view *view, enum store_list_id id,
    const struct rest_query *asked, const struct wanted *wanted,
    struct store_page *page, struct err *e)
{
	struct rest_query *q = ck_calloc(1, sizeof(*q));
	struct store_list_sql *l = ck_calloc(1, sizeof(*l));
	int rc = check_order(asked, e);

	*page = (struct store_page){
		.json = BUF_INIT, .total = -1, .cursor = BUF_INIT
	};
	*q = *asked;
	if (q->n_select == 0)
		select_all(q);
	if (rc == 0 && q->limit == 0) {
		/* There is nothing to read. */
		buf_adds(&page->json, wanted->each == NULL ? "[]" : "");
	} else if (rc == 0) {
		list_init(l, s, view, id, q);
		l->quick = !wanted->count && is_quick(l);
		put_columns(l, wanted->count);
		put_source(l);
		if (q->resumes)
			store_list_after(l);
		put_order(l);
		put_page(l);
		rc = read_page(s, l, wanted, page, e);
		store_sql_fini(&l->sql);
	}
	if (rc == 0 && wanted->count && page->n == 0)
		rc = count_rows(s, view, id, q, page, e);
	free(l);
	free(q);
	if (rc == -1)
		store_page_fini(page);
	return rc;
}

int
store_list( // NOLINT(readability-function-size)
    struct store *s, const struct store_view *view, enum store_list_id id,
    const struct rest_query *q, bool count, struct store_page *page,
    struct err *e)
{
	const struct wanted wanted = { count, NULL };

	return list(s, view, id, q, &wanted, page, e);
}

int
store_list_each( // NOLINT(readability-function-size)
    struct store *s, const struct store_view *view, enum store_list_id id,
    const struct rest_query *q, const struct store_each *each,
    struct store_page *page, struct err *e)
{
	const struct wanted wanted = { false, each };

	return list(s, view, id, q, &wanted, page, e);
}

void
store_page_fini(struct store_page *page)
{
	buf_fini(&page->json);
	buf_fini(&page->cursor);
}

/* A row by its address: its statement is always the same, and made once. */

enum way {
	BY_UUID,
	BY_KEY,
	WAY__MAX
};

struct ready {
	struct buf sql;
	struct buf names; /* the members' */
	struct member members[REST_SELECT_MAX];
	unsigned n_members;
};

struct store_list_ready {
	struct ready *of[STORE_LIST__MAX][WAY__MAX][2]; /* to read, locked */
};

struct address {
	const struct store_view *view;
	enum store_list_id id;
	struct slice key;
	bool locked;
};

/* A key may be that of several rows; a uuid is not. */
static void
put_one(struct store_list_sql *l, enum way way, bool locked)
{
	const char *const *parts = l->dialect->parts;
	/* Its number; the statement has no value yet. */
	int key = store_sql_param(&l->sql, STORE_NULL_VALUE);

	put_columns(l, false);
	put_source(l);
	buf_adds(&l->sql.text, " AND ");
	store_sql_text(
	    &l->sql, way == BY_UUID ? l->source->uuid : l->source->key, key);
	if (locked)
		buf_adds(&l->sql.text, parts[STORE_PART_LOCKED]);
	else if (way == BY_KEY)
		buf_adds(&l->sql.text, parts[STORE_PART_FIRST]);
}

/* What is borrowed from the arena of the statement becomes the row's own. */
static void
keep_members(struct ready *r, const struct store_list_sql *l)
{
	size_t from = 0;

	for (unsigned i = 0; i < r->n_members; i++)
		buf_add_slice(&r->names, r->members[i].name);
	for (unsigned i = 0; i < r->n_members; i++) {
		size_t n = r->members[i].name.n;

		r->members[i].name = slice_sub(buf_slice(&r->names), from, n);
		from += n;
	}
	buf_add_slice(&r->sql, buf_slice(&l->sql.text));
}

static struct ready *
ready_new(const struct store *s, const struct address *a, enum way way)
{
	struct rest_query *q = ck_calloc(1, sizeof(*q));
	struct store_list_sql *l = ck_calloc(1, sizeof(*l));
	struct ready *r = ck_calloc(1, sizeof(*r));

	q->table = store_list_table(a->id);
	select_all(q);
	list_init(l, s, a->view, a->id, q);
	put_one(l, way, a->locked);
	r->n_members = members_of(l, r->members);
	keep_members(r, l);
	store_sql_fini(&l->sql);
	free(l);
	free(q);
	return r;
}

static struct ready *
ready_of(struct store *s, const struct address *a, enum way way)
{
	struct ready **r;

	if (s->ready == NULL)
		s->ready = ck_calloc(1, sizeof(*s->ready));
	r = &s->ready->of[a->id][way][a->locked];
	if (*r == NULL)
		*r = ready_new(s, a, way);
	return *r;
}

static void
ready_free(struct ready *r)
{
	if (r == NULL)
		return;
	buf_fini(&r->sql);
	buf_fini(&r->names);
	free(r);
}

void
store_list_ready_free(struct store_list_ready *ready)
{
	for (size_t i = 0; ready != NULL && i < STORE_LIST__MAX; i++)
		for (size_t way = 0; way < WAY__MAX; way++) {
			ready_free(ready->of[i][way][false]);
			ready_free(ready->of[i][way][true]);
		}
	free(ready);
}

static int
print_one(const struct store_row *row, void *cookie)
{
	struct printer *p = cookie;

	if (p->n++ > 0)
		return 1;
	put_row(p, row);
	return 0;
}

static int
get_one(struct store *s, const struct address *a, enum way way,
    struct buf *json, bool *found, struct err *e)
{
	struct ready *ready = ready_of(s, a, way);
	struct store_value params[BOUND_MAX + 1];
	int n = bound_of(&s->driver->dialect->lists[a->id], a->view, params);
	const struct store_made made = { buf_cstr(&ready->sql), params, n + 1,
		false };
	struct printer p = { .out = json,
		.members = ready->members,
		.n_members = ready->n_members,
		.doubts = s->driver->dialect->json_is_text };
	struct store_sink sink = { print_one, &p, 0 };
	int rc;

	params[n] = store_text(a->key);
	rc = store_run_made(s, &made, &sink, e);
	*found = p.n > 0;
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
	bool found = false;
	int rc = 0;

	if (source->uuid[0] != '\0' && uuid_parse(name, uuid)) {
		a->key = slice_from(uuid);
		rc = get_one(s, a, BY_UUID, json, &found, e);
	}
	if (rc == 0 && !found && source->key[0] != '\0') {
		a->key = name;
		rc = get_one(s, a, BY_KEY, json, &found, e);
	}
	if (rc == 0 && !found)
		return err_set(e, ERR_NOT_FOUND, "There is no %s with this id.",
		    source->one);
	return rc;
}

int
store_list_get(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, struct buf *json, struct err *e)
{
	struct address a = { view, id, key, false };

	return get(s, &a, json, e);
}

int
store_list_get_locked(struct store *s, const struct store_view *view,
    enum store_list_id id, struct slice key, struct buf *json, struct err *e)
{
	struct address a = { view, id, key, true };

	return get(s, &a, json, e);
}
