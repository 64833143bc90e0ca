#include "io/store_list.h"

#include <stdlib.h>

#include "base/ck.h"
#include "io/store_list_sql.h"
#include "io/store_list_where.h"
#include "proto/rest_cursor.h"
#include "proto/rest_term.h"
#include "proto/timefmt.h"

/* A list of 50 videos; what is longer grows. */
#define PAGE_ROOM 12288

/* Rows as JSON */

struct printer {
	struct buf *out;
	const struct store_list_member *members;
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
keep_last(struct printer *p, const struct store_row *row)
{
	const struct rest_query *q = p->list->q;

	unsigned more = q->n_select;

	buf_clear(&p->last);
	for (unsigned i = 0; i < q->n_order; i++) {
		unsigned at = store_list_shown_at(q, &q->order[i].term);
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
	store_list_members_print(
	    p->out, p->members, p->n_members, p->doubts, row);
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

	store_list_sql_init(&l, s, view, id, q);
	buf_adds(&l.sql.text, l.dialect->parts[STORE_PART_COUNT]);
	store_list_put_source(&l);
	rc = store_sql_run(s, &l.sql, &sink, e);
	store_sql_fini(&l.sql);
	return rc;
}

/* What is wanted beside the rows. */
struct wanted {
	bool count;
	const struct store_each *each; /* or NULL: an array */
};

struct store_page_question {
	struct store *s;
	struct store_view view;
	enum store_list_id id;
	struct wanted wanted;
	struct rest_query q;
	struct store_list_sql list;
	struct store_made made;
	bool waits; /* for others that share its round trip */
};

static int
run_question(struct store_page_question *question, struct store_sink *sink,
    struct err *e)
{
	if (question->waits)
		return store_take_made(question->s, &question->made, sink, e);
	return store_run_made(question->s, &question->made, sink, e);
}

static int
read_page(struct store_page_question *question, struct store_page *page,
    struct err *e)
{
	struct store_list_sql *l = &question->list;
	const struct wanted *wanted = &question->wanted;
	struct store_list_member members[REST_SELECT_MAX];
	struct printer p = { .out = &page->json,
		.members = members,
		.n_members = store_list_members(l, members),
		.doubts = l->dialect->json_is_text,
		.limit = l->q->limit,
		.bytes = l->q->bytes > 0 ? l->q->bytes : STORE_PAGE_BYTES,
		.total = wanted->count ? &page->total : NULL,
		.each = wanted->each,
		.list = l };
	struct store_sink sink = { print_row, &p, 0 };
	int rc;

	(void)buf_room(&page->json, PAGE_ROOM);
	if (wanted->each == NULL)
		buf_addc(&page->json, '[');
	rc = run_question(question, &sink, e);
	if (wanted->each == NULL)
		buf_addc(&page->json, ']');
	page->n = p.n < p.limit ? p.n : p.limit;
	if (rc == 0 && p.n > p.limit)
		put_cursor(&page->cursor, &p);
	buf_fini(&p.last);
	return rc;
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

static void
put_statement(struct store_page_question *question)
{
	struct store_list_sql *l = &question->list;

	store_list_sql_init(
	    l, question->s, &question->view, question->id, &question->q);
	l->quick = !question->wanted.count && store_list_is_quick(l);
	store_list_put_columns(l, question->wanted.count);
	store_list_put_source(l);
	if (l->q->resumes)
		store_list_after(l);
	store_list_put_order(l);
	store_list_put_page(l);
	l->sql.stream = store_list_is_large(l->q);
	question->made = store_sql_statement(&l->sql);
}

static struct store_page_question *
question_new(struct store *s, const struct store_view *view,
    enum store_list_id id, const struct rest_query *q,
    const struct wanted *wanted)
{
	struct store_page_question *question = ck_calloc(1, sizeof(*question));

	question->s = s;
	question->view = *view;
	question->id = id;
	question->wanted = *wanted;
	question->q = *q;
	if (q->n_select == 0)
		store_list_select_all(&question->q);
	put_statement(question);
	return question;
}

static void
question_free(struct store_page_question *question)
{
	store_sql_fini(&question->list.sql);
	free(question);
}

static int
answer(struct store_page_question *question, struct store_page *page,
    struct err *e)
{
	const struct wanted *wanted = &question->wanted;
	int rc = 0;

	*page = (struct store_page){
		.json = BUF_INIT, .total = -1, .cursor = BUF_INIT
	};
	if (question->q.limit > 0)
		rc = read_page(question, page, e);
	else /* there is nothing to read */
		buf_adds(&page->json, wanted->each == NULL ? "[]" : "");
	if (rc == 0 && wanted->count && page->n == 0)
		rc = count_rows(question->s, &question->view, question->id,
		    &question->q, page, e);
	if (rc == -1)
		store_page_fini(page);
	return rc;
}

struct store_page_question *
store_list_ask( // NOLINT(readability-function-size)
    struct store *s, const struct store_view *view, enum store_list_id id,
    const struct rest_query *q, bool count, bool share, struct err *e)
{
	const struct wanted wanted = { count, NULL };
	struct store_page_question *question;

	if (check_order(q, e) != 0)
		return NULL;
	question = question_new(s, view, id, q, &wanted);
	question->waits = share && question->list.quick && q->limit > 0 &&
	    store_ask_made(s, &question->made);
	return question;
}

bool
store_list_waits(const struct store_page_question *question)
{
	return question->waits;
}

int
store_list_answer(struct store_page_question *question, struct store_page *page,
    struct err *e)
{
	int rc = answer(question, page, e);

	question_free(question);
	return rc;
}

int
store_list( // NOLINT(readability-function-size)
    struct store *s, const struct store_view *view, enum store_list_id id,
    const struct rest_query *q, bool count, struct store_page *page,
    struct err *e)
{
	struct store_page_question *question =
	    store_list_ask(s, view, id, q, count, false, e);

	return question ? store_list_answer(question, page, e) : -1;
}

int
store_list_each( // NOLINT(readability-function-size)
    struct store *s, const struct store_view *view, enum store_list_id id,
    const struct rest_query *q, const struct store_each *each,
    struct store_page *page, struct err *e)
{
	const struct wanted wanted = { false, each };

	if (check_order(q, e) != 0)
		return -1;
	return store_list_answer(
	    question_new(s, view, id, q, &wanted), page, e);
}

void
store_page_fini(struct store_page *page)
{
	buf_fini(&page->json);
	buf_fini(&page->cursor);
}
