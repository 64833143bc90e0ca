/*
 * What a list is asked for. The input is lines: query, Range, Range-Unit,
 * Prefer, and what somebody puts into a cursor.
 */
#include "proto/rest_query.h"

#include "base/base64.h"
#include "base/num.h"
#include "base/utf8.h"
#include "harness/fuzz.h"
#include "harness/rest.h"
#include "proto/rest_cursor.h"
#include "proto/rest_prefer.h"
#include "proto/rest_term.h"

static const char *const KNOWN[] = { "q", NULL };

static bool
parse(struct slice query, struct slice range, struct slice unit,
    struct arena *a, struct rest_query *q)
{
	const struct rest_asked asked = { query, range, unit, KNOWN };
	struct err e = ERR_INIT;
	bool good = rest_query_parse(&REST_TABLE, &asked, a, q, &e) == 0;

	fuzz_require(good || (e.code == ERR_BAD_REQUEST && e.msg[0] != '\0'));
	return good;
}

/* Printed, it is the same again. */
static void
require_term(const struct rest_term *term, struct arena *a)
{
	struct err e = ERR_INIT;
	const struct rest_reader r = { &REST_TABLE, a, "", &e };
	struct buf text = BUF_INIT;
	struct rest_term again;

	fuzz_require(term->column < REST_TABLE.n_columns);
	rest_term_print(&text, &REST_TABLE, term);
	fuzz_require(rest_term_parse(&r, buf_slice(&text), &again) == 0);
	fuzz_require(rest_term_equal(term, &again));
	buf_fini(&text);
}

static void
require_value(enum rest_type type, const struct rest_value *v)
{
	fuzz_require(!v->null && utf8_text(v->text));
	fuzz_require(type != REST_UUID || v->text.n == 36);
	fuzz_require(type != REST_MSEC || v->number % 1000 == 0);
}

/* An odd number of '\' at the end would escape what follows. */
static bool
ends_escaped(struct slice pattern)
{
	size_t n = 0;

	while (n < pattern.n && pattern.p[pattern.n - 1 - n] == '\\')
		n++;
	return n % 2 != 0;
}

static void
require_filter(const struct rest_filter *f, struct arena *a)
{
	enum rest_type type = rest_term_type(&REST_TABLE, &f->term);
	bool pattern = f->op == REST_LIKE || f->op == REST_ILIKE;

	require_term(&f->term, a);
	fuzz_require(rest_term_has(&REST_TABLE, &f->term, REST_FILTER));
	fuzz_require(
	    f->op == REST_IN ? f->n_values <= REST_LIST_MAX : f->n_values == 0);
	fuzz_require(
	    !pattern || (type == REST_TEXT && !ends_escaped(f->value.text)));
	if (f->op < REST_IN)
		require_value(type, &f->value);
	for (unsigned i = 0; i < f->n_values; i++)
		require_value(type, &f->values[i]);
}

/* Every column once, the key at the end and only there. */
static void
require_order(const struct rest_query *q, struct arena *a)
{
	const struct rest_term key = { 0 };

	fuzz_require(q->n_order >= 1 && q->n_order <= REST_TERMS_MAX);
	for (unsigned i = 0; i < q->n_order; i++) {
		const struct rest_term *term = &q->order[i].term;

		require_term(term, a);
		fuzz_require(rest_term_has(&REST_TABLE, term, REST_ORDER));
		fuzz_require(rest_term_type(&REST_TABLE, term) != REST_JSON);
		fuzz_require(
		    rest_term_equal(term, &key) == (i + 1 == q->n_order));
		for (unsigned k = 0; k < i; k++)
			fuzz_require(!rest_term_equal(term, &q->order[k].term));
	}
}

static void
require_query(const struct rest_query *q, struct arena *a)
{
	fuzz_require(q->n_filters <= REST_FILTERS_MAX);
	fuzz_require(q->n_select <= REST_SELECT_MAX);
	fuzz_require(q->limit >= 1 && q->limit <= REST_LIMIT_MAX);
	fuzz_require(q->offset >= 0);
	for (unsigned i = 0; i < q->n_filters; i++)
		require_filter(&q->filters[i], a);
	for (unsigned i = 0; i < q->n_select; i++) {
		require_term(&q->select[i].term, a);
		fuzz_require(
		    q->select[i].name.n != 0 && utf8_text(q->select[i].name));
		for (unsigned k = 0; k < i; k++)
			fuzz_require(
			    !slice_eq(q->select[i].name, q->select[k].name));
	}
	require_order(q, a);
}

/* The values of some row, in the order's columns. */
static void
make_row(const struct rest_query *q, struct slice text, struct rest_value *row)
{
	static const struct slice EXAMPLES[REST_TYPE__MAX] = {
		[REST_UUID] =
		    SLICE_INIT("019512ab-0000-4000-8000-00000000cafe"),
		[REST_INT] = SLICE_INIT("-42"),
		[REST_TIME] = SLICE_INIT("2026-01-02T03:04:05.678901Z"),
		[REST_MSEC] = SLICE_INIT("2026-01-02T03:04:05.678Z"),
	};

	for (unsigned i = 0; i < q->n_order; i++) {
		enum rest_type type =
		    rest_term_type(&REST_TABLE, &q->order[i].term);

		row[i] = (struct rest_value){ .text = EXAMPLES[type] };
		if (type == REST_TEXT)
			row[i].text = text;
	}
}

static bool
same_filter(const struct rest_filter *a, const struct rest_filter *b)
{
	return rest_term_equal(&a->term, &b->term) && a->op == b->op &&
	    a->negated == b->negated && a->n_values == b->n_values &&
	    slice_eq(a->value.text, b->value.text) &&
	    a->value.number == b->value.number;
}

/* The next page is of the same list, and resumes behind the row. */
static void
require_next(const struct rest_query *q, const struct rest_query *next,
    const struct rest_value *row)
{
	fuzz_require(next->resumes && next->offset == 0);
	fuzz_require(next->limit == q->limit || q->ranged);
	fuzz_require(next->n_filters == q->n_filters);
	for (unsigned i = 0; i < q->n_filters; i++)
		fuzz_require(same_filter(&q->filters[i], &next->filters[i]));
	fuzz_require(next->n_select == q->n_select);
	fuzz_require(next->n_order == q->n_order);
	for (unsigned i = 0; i < q->n_order; i++) {
		fuzz_require(
		    next->order[i].descending == q->order[i].descending);
		fuzz_require(
		    rest_term_equal(&next->order[i].term, &q->order[i].term));
		fuzz_require(next->after[i].null == row[i].null);
		fuzz_require(slice_eq(next->after[i].text, row[i].text));
	}
}

static void
try_next(const struct rest_query *q, struct slice query, struct slice text,
    struct arena *a)
{
	static struct rest_query next;
	struct rest_value row[REST_TERMS_MAX];
	struct buf cursor = BUF_INIT, again = BUF_INIT;

	if (q->resumes)
		memcpy(row, q->after, sizeof(row));
	else
		make_row(q, utf8_text(text) ? text : SLICE("x"), row);
	rest_cursor_print(&cursor, q, row);
	rest_query_next(&again, query,
	    &(struct rest_next){ .cursor = buf_slice(&cursor) }, a);
	for (size_t i = 0; i < again.n; i++)
		fuzz_require(again.p[i] > ' ' && again.p[i] != '>');
	/* Encoded, it may have become too long. */
	if (again.n <= REST_QUERY_MAX) {
		fuzz_require(parse(
		    buf_slice(&again), SLICE_EMPTY, SLICE_EMPTY, a, &next));
		require_next(q, &next, row);
	}
	buf_fini(&cursor);
	buf_fini(&again);
}

/* By position: the same place, and so many rows behind it. */
static void
try_position(const struct rest_query *q, struct slice query, struct arena *a)
{
	static struct rest_query next;
	struct rest_next to = { .offset = q->offset + q->limit };
	struct buf again = BUF_INIT;

	to.limit = q->ranged ? q->limit : 0;
	rest_query_next(&again, query, &to, a);
	if (again.n <= REST_QUERY_MAX) {
		fuzz_require(parse(
		    buf_slice(&again), SLICE_EMPTY, SLICE_EMPTY, a, &next));
		fuzz_require(next.offset == q->offset + q->limit);
		fuzz_require(next.limit == q->limit);
		fuzz_require(next.resumes == q->resumes);
		fuzz_require(next.n_filters == q->n_filters);
	}
	buf_fini(&again);
}

/* What is taken out of a made-up cursor is of the columns' types. */
static void
try_cursor(struct slice query, struct slice json, struct arena *a)
{
	static struct rest_query q;
	struct buf cursor = BUF_INIT, with = BUF_INIT;

	if (json.n == 0)
		return;
	base64_encode_url(&cursor, json);
	rest_query_next(&with, query,
	    &(struct rest_next){ .cursor = buf_slice(&cursor) }, a);
	if (parse(buf_slice(&with), SLICE_EMPTY, SLICE_EMPTY, a, &q)) {
		fuzz_require(q.resumes);
		for (unsigned i = 0; i < q.n_order; i++) {
			if (!q.after[i].null)
				require_value(rest_term_type(&REST_TABLE,
						  &q.order[i].term),
				    &q.after[i]);
		}
		fuzz_require(!q.after[q.n_order - 1].null);
		try_next(&q, query, SLICE_EMPTY, a);
	}
	buf_fini(&cursor);
	buf_fini(&with);
}

/* Printed, it asks for the same. */
static void
try_prefer(struct slice header)
{
	struct buf text = BUF_INIT;
	struct rest_prefer p, again;

	rest_prefer_parse(header, &p);
	rest_prefer_print(&text, &p);
	rest_prefer_parse(buf_slice(&text), &again);
	fuzz_require(p.returns == again.returns &&
	    p.resolution == again.resolution && p.count == again.count);
	buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 5);
	static struct rest_query q;
	struct arena a = ARENA_INIT;

	if (parse(in.field[0], in.field[1], in.field[2], &a, &q)) {
		require_query(&q, &a);
		try_next(&q, in.field[0], in.field[3], &a);
		if (q.offset <= NUM_JS_MAX - REST_LIMIT_MAX)
			try_position(&q, in.field[0], &a);
		try_cursor(in.field[0], in.field[4], &a);
	}
	try_prefer(in.field[3]);
	arena_fini(&a);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"
