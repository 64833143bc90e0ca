/* rest_query.h and what it is made of: lists as clients ask for them. */
#include "proto/rest_query.h"

#include "harness/check.h"
#include "harness/guard.h"
#include "harness/rest.h"
#include "proto/rest_term.h"

#define ID      "019512ab-0000-4000-8000-00000000cafe"
#define MORNING "2026-01-02T03:04:05"

static const char *const KNOWN[] = { "q", "upsert", NULL };

/* The query with its Range and Range-Unit; all lives in the arena. */
static int
parse(struct slice query, const char *range, const char *unit, struct arena *a,
    struct rest_query *q, struct err *e)
{
	const struct rest_asked asked = { query, slice_from(range),
		slice_from(unit), KNOWN };

	*e = ERR_INIT;
	return rest_query_parse(&REST_TABLE, &asked, a, q, e);
}

static void
put_value(struct buf *b, const struct rest_query *q,
    const struct rest_term *term, const struct rest_value *v)
{
	enum rest_type type = rest_term_type(q->table, term);

	if (v->null)
		buf_adds(b, "NULL");
	else if (type == REST_INT || type == REST_TIME || type == REST_MSEC)
		buf_add_int(b, v->number);
	else
		buf_addf(b, "'%.*s'", SLICE_ARG(v->text));
}

static void
put_filter(
    struct buf *b, const struct rest_query *q, const struct rest_filter *f)
{
	static const char *const OPS[REST_OP__MAX] = { "=", "<>", ">",
		">=", "<", "<=", "LIKE", "ILIKE", "IN", "NULL", "TRUE",
		"FALSE" };

	buf_adds(b, b->n == 0 ? "" : "; ");
	buf_adds(b, f->negated ? "not " : "");
	rest_term_print(b, q->table, &f->term);
	buf_addf(b, " %s", OPS[f->op]);
	if (f->op < REST_IN) {
		buf_addc(b, ' ');
		put_value(b, q, &f->term, &f->value);
	}
	for (unsigned i = 0; i < f->n_values; i++) {
		buf_addc(b, ' ');
		put_value(b, q, &f->term, &f->values[i]);
	}
}

static void
put_filters(struct buf *b, const struct rest_query *q)
{
	for (unsigned i = 0; i < q->n_filters; i++)
		put_filter(b, q, &q->filters[i]);
}

static void
put_select(struct buf *b, const struct rest_query *q)
{
	for (unsigned i = 0; i < q->n_select; i++) {
		buf_adds(b, i == 0 ? "" : "; ");
		buf_addf(b, "%.*s=", SLICE_ARG(q->select[i].name));
		rest_term_print(b, q->table, &q->select[i].term);
	}
}

static void
put_order(struct buf *b, const struct rest_query *q)
{
	for (unsigned i = 0; i < q->n_order; i++) {
		buf_adds(b, i == 0 ? "" : "; ");
		rest_term_print(b, q->table, &q->order[i].term);
		buf_adds(b, q->order[i].descending ? " desc" : "");
	}
}

struct row {
	int line;
	const char *query;
	const char *want;
};

static const struct row FILTERS[] = {
	{ __LINE__, "", "" },
	{ __LINE__, "&&q=1&upsert=2&q=3&", "" },
	{ __LINE__, "name=eq.", "name = ''" },
	{ __LINE__, "name=eq.a.b,\"c\"", "name = 'a.b,\"c\"'" },
	{ __LINE__, "n%61me=neq.a+b%26", "name <> 'a b&'" },
	{ __LINE__, "name=eq.x' OR 1=1--", "name = 'x' OR 1=1--'" },
	{ __LINE__, "name=eq.not.eq.a", "name = 'not.eq.a'" },
	{ __LINE__, "name=not.eq.a", "not name = 'a'" },
	/* Of one column both hold. */
	{ __LINE__, "size=gte.-1&size=lt.9223372036854775807",
	    "size >= -1; size < 9223372036854775807" },
	{ __LINE__, "size=lte.5&name=gt.a", "size <= 5; name > 'a'" },
	{ __LINE__, "id=eq.019512AB-0000-4000-8000-00000000CAFE",
	    "id = '" ID "'" },
	{ __LINE__, "id=in.(" ID ")", "id IN '" ID "'" },
	/* PostgREST's star; escapes stay for the store. */
	{ __LINE__, "name=like.*a%25_b*", "name LIKE '%a%_b%'" },
	{ __LINE__, "name=not.ilike.\\*a\\\\*", "not name ILIKE '\\*a\\\\%'" },
	{ __LINE__, "metadata->>k=like.de*", "metadata->>k LIKE 'de%'" },
	{ __LINE__, "name=in.(a,\"b,c\",\"d\\\"e\\\\\",,f\"g)",
	    "name IN 'a' 'b,c' 'd\"e\\' '' 'f\"g'" },
	{ __LINE__, "name=in.(\"\")", "name IN ''" },
	{ __LINE__, "name=not.in.()", "not name IN" },
	{ __LINE__, "size=in.(3,-4)", "size IN 3 -4" },
	{ __LINE__, "metadata->a=in.(1,\"\\\"x\\\"\",null)",
	    "metadata->a IN '1' '\"x\"' 'null'" },
	{ __LINE__, "name=is.null&size=is.NOT_NULL",
	    "name NULL; not size NULL" },
	{ __LINE__, "name=not.is.null&size=not.is.not_null",
	    "not name NULL; size NULL" },
	{ __LINE__, "metadata->f=is.true&metadata->f=not.is.False",
	    "metadata->f TRUE; not metadata->f FALSE" },
	/* JSON. */
	{ __LINE__, "metadata=eq.{\"a\":[1]}", "metadata = '{\"a\":[1]}'" },
	{ __LINE__, "metadata->a->0->>b=eq.x", "metadata->a->0->>b = 'x'" },
	{ __LINE__, "metadata->>k=in.(de,\"pt,br\")",
	    "metadata->>k IN 'de' 'pt,br'" },
	{ __LINE__, "metadata->n=gt.-1.5e3", "metadata->n > '-1.5e3'" },
	{ __LINE__, "metadata->>\"a->b, c\"=eq.1",
	    "metadata->>\"a->b, c\" = '1'" },
	{ __LINE__,
	    "metadata->>gr\xC3\xB6\xC3\x9F"
	    "e=eq.1",
	    "metadata->>\"gr\xC3\xB6\xC3\x9F"
	    "e\" = '1'" },
	/* Times in whole microseconds and milliseconds. */
	{ __LINE__, "created_at=eq." MORNING ".678901Z",
	    "created_at = 1767323045678901" },
	{ __LINE__, "created_at=eq." MORNING ".5678910%2B01:00",
	    "created_at = 1767319445567891" },
	{ __LINE__, "updated_at=eq." MORNING ".678000Z",
	    "updated_at = 1767323045678000" },
	/* A day is its beginning. */
	{ __LINE__, "created_at=gte.2026-01-02",
	    "created_at >= 1767312000000000" },
	{ __LINE__, "updated_at=in.(2026-01-02,1969-12-31)",
	    "updated_at IN 1767312000000000 -86400000000" },
	/* More digits equal nothing, and bounds stay where they are. */
	{ __LINE__, "created_at=eq." MORNING ".6789019Z", "created_at IN" },
	{ __LINE__, "created_at=neq." MORNING ".6789019Z",
	    "not created_at IN" },
	{ __LINE__, "created_at=not.neq." MORNING ".6789019Z",
	    "created_at IN" },
	{ __LINE__, "updated_at=gt." MORNING ".6781Z",
	    "updated_at > 1767323045678000" },
	{ __LINE__, "updated_at=gte." MORNING ".6781Z",
	    "updated_at > 1767323045678000" },
	{ __LINE__, "updated_at=lt." MORNING ".6781Z",
	    "updated_at <= 1767323045678000" },
	{ __LINE__, "updated_at=not.lte.1969-12-31T23:59:59.9999Z",
	    "not updated_at <= -1000" },
	{ __LINE__, "created_at=in.(" MORNING "Z," MORNING ".0000001Z)",
	    "created_at IN 1767323045000000" },
};

static const struct row SELECTS[] = {
	{ __LINE__, "", "" },
	{ __LINE__, "select=*", "" },
	{ __LINE__, "select=id", "id=id" },
	{ __LINE__, "select=id,%20n%20:%20name", "id=id; n=name" },
	{ __LINE__, "select=metadata->a->>b,c:metadata->0",
	    "b=metadata->a->>b; c=metadata->0" },
	{ __LINE__, "select=x:metadata->>\"a:b,c\"", "x=metadata->>\"a:b,c\"" },
	{ __LINE__, "select=embedding,content",
	    "embedding=embedding; content=content" },
	/* What is shown only when named is not in the star. */
	{ __LINE__, "select=*,e:embedding",
	    "id=id; name=name; size=size; metadata=metadata; "
	    "created_at=created_at; updated_at=updated_at; content=content; "
	    "e=embedding" },
};

static const struct row ORDERS[] = {
	{ __LINE__, "", "created_at desc; id desc" },
	{ __LINE__, "order=name", "name; id" },
	{ __LINE__, "order=name.asc,size.desc", "name; size desc; id desc" },
	{ __LINE__, "order=size.desc,%20id", "size desc; id" },
	{ __LINE__, "order=id.desc", "id desc" },
	/* Behind the key nothing decides. */
	{ __LINE__, "order=name,id.desc,size", "name; id desc" },
	{ __LINE__, "order=metadata->a->>b.desc",
	    "metadata->a->>b desc; id desc" },
	{ __LINE__, "order=metadata->>\"b.desc\"",
	    "metadata->>\"b.desc\"; id" },
	{ __LINE__,
	    "order=name,size,created_at,updated_at,metadata->>a,metadata->>b",
	    "name; size; created_at; updated_at; metadata->>a; metadata->>b; "
	    "id" },
};

static void
check_rows(const struct row *rows, size_t n,
    void (*put)(struct buf *, const struct rest_query *))
{
	for (size_t i = 0; i < n; i++) {
		struct guard g =
		    guard_copy(rows[i].query, strlen(rows[i].query));
		struct arena a = ARENA_INIT;
		struct buf got = BUF_INIT;
		struct rest_query q;
		struct err e;

		CHECK_ROW(rows[i].line, parse(g.s, "", "", &a, &q, &e) == 0);
		CHECK_SLICE_ROW(rows[i].line, slice_from(e.msg), "");
		put(&got, &q);
		CHECK_SLICE_ROW(rows[i].line, buf_slice(&got), rows[i].want);
		buf_fini(&got);
		arena_fini(&a);
		guard_free(&g);
	}
}

static void
test_rest_filters(void)
{
	check_rows(FILTERS, COUNT(FILTERS), put_filters);
}

static void
test_rest_select(void)
{
	check_rows(SELECTS, COUNT(SELECTS), put_select);
}

static void
test_rest_order(void)
{
	check_rows(ORDERS, COUNT(ORDERS), put_order);
}

static const struct {
	int line;
	const char *query;
	const char *range;
	const char *unit;
	int64_t limit;
	int64_t offset;
	bool ranged;
} PAGES[] = {
	{ __LINE__, "", "", "", REST_LIMIT_MAX, 0, false },
	{ __LINE__, "limit=50", "", "", 50, 0, false },
	{ __LINE__, "limit=0", "", "", 0, 0, false },
	{ __LINE__, "limit=1&offset=20", "", "", 1, 20, false },
	{ __LINE__, "limit=1001", "", "", REST_LIMIT_MAX, 0, false },
	{ __LINE__, "offset=9007199254740991", "", "", REST_LIMIT_MAX,
	    9007199254740991, false },
	{ __LINE__, "", "items=0-19", "", 20, 0, true },
	{ __LINE__, "", "Items = 5-5", "", 1, 5, true },
	{ __LINE__, "", "10-", "items", REST_LIMIT_MAX, 10, true },
	{ __LINE__, "", "0-9", "", 10, 0, true },
	{ __LINE__, "", "0-9007199254740991", "items", REST_LIMIT_MAX, 0,
	    true },
	/* RFC 9110, 14.2: units that are not known are ignored. */
	{ __LINE__, "limit=5", "bytes=0-19", "", 5, 0, false },
	{ __LINE__, "", "0-19", "bytes", REST_LIMIT_MAX, 0, false },
	{ __LINE__, "", "", "items", REST_LIMIT_MAX, 0, false },
};

static void
test_rest_page(void)
{
	for (size_t i = 0; i < COUNT(PAGES); i++) {
		int line = PAGES[i].line;
		struct arena a = ARENA_INIT;
		struct rest_query q;
		struct err e;

		CHECK_ROW(line,
		    parse(slice_from(PAGES[i].query), PAGES[i].range,
			PAGES[i].unit, &a, &q, &e) == 0);
		CHECK_ROW(line, q.limit == PAGES[i].limit);
		CHECK_ROW(line, q.offset == PAGES[i].offset);
		CHECK_ROW(line, q.ranged == PAGES[i].ranged);
		CHECK_ROW(line, !q.resumes);
		arena_fini(&a);
	}
}

/* ERR_BAD_REQUEST of this field, and what the message or the hint tells. */
static const struct {
	int line;
	const char *query;
	const char *range;
	const char *field;
	const char *told;
} REFUSED[] = {
	{ __LINE__, "x=eq.1", "", "x", "things; there are: id, name, size" },
	{ __LINE__, "or=(id.eq.1)", "", "or", "column of things" },
	{ __LINE__, "ID=eq." ID, "", "ID", "column of things" },
	{ __LINE__, "=1", "", "", "column" },
	{ __LINE__, "%FF=1", "", "\xFF", "column" },
	{ __LINE__, "content=eq.a", "", "content", "no filter" },
	{ __LINE__, "embedding=is.null", "", "embedding", "no filter" },
	{ __LINE__, "name", "", "name", "eq, neq, gt" },
	{ __LINE__, "name=a", "", "name", "operator.value" },
	{ __LINE__, "name=eq", "", "name", "operator.value" },
	{ __LINE__, "name=EQ.a", "", "name", "operator.value" },
	{ __LINE__, "name=not.not.eq.a", "", "name", "operator.value" },
	{ __LINE__, "name=eq(any).{a}", "", "name", "operator.value" },
	{ __LINE__, "name=eq.%FF", "", "name", "UTF-8" },
	{ __LINE__, "name=like.a%00", "", "name", "UTF-8" },
	{ __LINE__, "name=like.a\\", "", "name", "escape" },
	{ __LINE__, "name=like.a\\\\\\", "", "name", "escape" },
	{ __LINE__, "size=like.1", "", "size", "type" },
	{ __LINE__, "id=ilike.1", "", "id", "type" },
	{ __LINE__, "metadata=like.1", "", "metadata", "'->>'" },
	{ __LINE__, "metadata=gt.1", "", "metadata", "type" },
	{ __LINE__, "metadata->a=gt.\"x\"", "", "metadata->a", "numbers" },
	{ __LINE__, "metadata->a=eq.x", "", "metadata->a", "JSON" },
	{ __LINE__, "metadata->a=eq.\"\\u0000\"", "", "metadata->a", "JSON" },
	{ __LINE__, "size=eq.", "", "size", "integer" },
	{ __LINE__, "size=eq.1.0", "", "size", "integer" },
	{ __LINE__, "size=eq.9223372036854775808", "", "size", "integer" },
	{ __LINE__, "size=in.(1,x)", "", "size", "integer" },
	{ __LINE__, "id=eq.1", "", "id", "UUID" },
	{ __LINE__, "id=eq.{" ID "}", "", "id", "UUID" },
	{ __LINE__, "id=eq.019512ab00000-4000-8000-00000000cafe", "", "id",
	    "UUID" },
	{ __LINE__, "id=eq.019512ag-0000-4000-8000-00000000cafe", "", "id",
	    "UUID" },
	{ __LINE__, "created_at=eq.2026-02-30", "", "created_at", "date" },
	{ __LINE__, "created_at=eq.2026-1-002", "", "created_at", "date" },
	{ __LINE__, "created_at=eq.2026-01-02T", "", "created_at", "time" },
	{ __LINE__, "created_at=lt.0000-12-31T23:59:59Z", "", "created_at",
	    "time" },
	{ __LINE__, "created_at=gt." MORNING "+00:00", "", "created_at",
	    "%2B" },
	{ __LINE__, "name=in.a", "", "name", "in.(" },
	{ __LINE__, "name=in.", "", "name", "in.(" },
	{ __LINE__, "name=in.(", "", "name", "in.(" },
	{ __LINE__, "name=in.(a", "", "name", "in.(" },
	{ __LINE__, "name=in.(a,", "", "name", "in.(" },
	{ __LINE__, "name=in.(\"a)", "", "name", "in.(" },
	{ __LINE__, "name=in.(\"a\\", "", "name", "in.(" },
	{ __LINE__, "name=in.(\"a\"b)", "", "name", "in.(" },
	{ __LINE__, "name=in.(a)b", "", "name", "ends" },
	{ __LINE__, "name=is.nothing", "", "name", "not_null" },
	{ __LINE__, "name=is.true", "", "name", "'->'" },
	{ __LINE__, "metadata=is.true", "", "metadata", "'->'" },
	{ __LINE__, "metadata->>a=is.false", "", "metadata->>a", "'->'" },
	{ __LINE__, "name->>a=eq.1", "", "name->>a", "no JSON" },
	{ __LINE__, "metadata->=eq.1", "", "metadata->", "path" },
	{ __LINE__, "metadata->>a->b=eq.1", "", "metadata->>a->b", "path" },
	{ __LINE__, "metadata->>\"a=eq.1", "", "metadata->>\"a", "path" },
	{ __LINE__, "metadata->>\"a\"b=eq.1", "", "metadata->>\"a\"b", "path" },
	{ __LINE__, "metadata->>a\"b=eq.1", "", "metadata->>a\"b", "path" },
	{ __LINE__, "metadata->>a\\b=eq.1", "", "metadata->>a\\b", "path" },
	{ __LINE__, "metadata->>a%0A=eq.1", "", "metadata->>a\n", "path" },
	{ __LINE__, "metadata->1234567890=eq.1", "", "metadata->1234567890",
	    "path" },
	{ __LINE__, "metadata->1->2->3->4->5->6->7->8->9=eq.1", "",
	    "metadata->1->2->3->4->5->6->7->8->9", "8 steps" },
	{ __LINE__, "select=", "", "select", "column of things" },
	{ __LINE__, "select=id,", "", "select", "column of things" },
	{ __LINE__, "select=id,id", "", "select", "same name" },
	{ __LINE__, "select=*,id", "", "select", "same name" },
	{ __LINE__, "select=a:id,a:name", "", "select", "same name" },
	{ __LINE__, "select=:id", "", "select", "alias" },
	{ __LINE__, "select=id::text", "", "select", "casts" },
	{ __LINE__, "select=\"a\":id", "", "select", "alias" },
	{ __LINE__, "select=id&select=name", "", "select", "once" },
	{ __LINE__, "order=", "", "order", "column of things" },
	{ __LINE__, "order=name.", "", "order", "column of things" },
	{ __LINE__, "order=name.DESC", "", "order", "column of things" },
	{ __LINE__, "order=name.desc.nullslast", "", "order", "nullsfirst" },
	{ __LINE__, "order=name.nullsfirst", "", "order", "nullsfirst" },
	{ __LINE__, "order=name,name.desc", "", "order", "once" },
	{ __LINE__, "order=content", "", "order", "gives no order" },
	{ __LINE__, "order=metadata", "", "order", "'->>'" },
	{ __LINE__, "order=metadata->a", "", "order", "'->>'" },
	{ __LINE__, "order=name&order=name", "", "order", "once" },
	{ __LINE__,
	    "order=id,name,size,created_at,updated_at,metadata->>a,"
	    "metadata->>b",
	    "", "order", "at most 6" },
	{ __LINE__, "limit=-1", "", "limit", "from 0" },
	{ __LINE__, "limit=", "", "limit", "from 0" },
	{ __LINE__, "limit=99999999999999999999", "", "limit", "from 0" },
	{ __LINE__, "limit=1&limit=1", "", "limit", "once" },
	{ __LINE__, "offset=-1", "", "offset", "from 0" },
	{ __LINE__, "offset=1e3", "", "offset", "from 0" },
	{ __LINE__, "offset=1&offset=1", "", "offset", "once" },
	{ __LINE__, "cursor=a&cursor=a", "", "cursor", "once" },
	{ __LINE__, "cursor=&offset=0", "", "cursor", "no cursor" },
	{ __LINE__, "", "items=5-4", "Range", "items=0-19" },
	{ __LINE__, "", "items=-5", "Range", "items=0-19" },
	{ __LINE__, "", "items=", "Range", "items=0-19" },
	{ __LINE__, "", "items=1", "Range", "items=0-19" },
	{ __LINE__, "", "0-1,4-5", "Range", "items=0-19" },
	{ __LINE__, "limit=5", "items=0-4", "Range", "takes the place" },
	{ __LINE__, "offset=5", "0-4", "Range", "takes the place" },
};

static bool
tells(const char *text, const char *told)
{
	return slice_find(slice_from(text), slice_from(told)) >= 0;
}

static void
test_rest_refused(void)
{
	for (size_t i = 0; i < COUNT(REFUSED); i++) {
		struct guard g =
		    guard_copy(REFUSED[i].query, strlen(REFUSED[i].query));
		struct arena a = ARENA_INIT;
		struct rest_query q;
		struct err e;

		CHECK_ROW(REFUSED[i].line,
		    parse(g.s, REFUSED[i].range, "", &a, &q, &e) == -1);
		CHECK_ROW(REFUSED[i].line, e.code == ERR_BAD_REQUEST);
		CHECK_SLICE_ROW(
		    REFUSED[i].line, slice_from(e.field), REFUSED[i].field);
		if (!tells(e.msg, REFUSED[i].told) &&
		    !tells(e.hint, REFUSED[i].told))
			CHECK_SLICE_ROW(REFUSED[i].line, slice_from(e.msg),
			    REFUSED[i].told);
		arena_fini(&a);
		guard_free(&g);
	}
}

/* What programs tell failures by. */
static const struct row WORDS[] = {
	{ __LINE__, "x=eq.1", "unknown-column" },
	{ __LINE__, "order=x", "unknown-column" },
	{ __LINE__, "name=has.1", "unknown-operator" },
	{ __LINE__, "cursor=x", "bad-cursor" },
	{ __LINE__, "size=eq.x", "bad-request" },
};

static void
test_rest_words(void)
{
	for (size_t i = 0; i < COUNT(WORDS); i++) {
		struct arena a = ARENA_INIT;
		struct rest_query q;
		struct err e;

		CHECK_ROW(WORDS[i].line,
		    parse(slice_from(WORDS[i].query), "", "", &a, &q, &e) ==
			-1);
		CHECK_SLICE_ROW(
		    WORDS[i].line, slice_from(err_word(&e)), WORDS[i].want);
		arena_fini(&a);
	}
}

/* `n` times `piece` behind `before`: one more than is allowed is refused. */
static const struct {
	int line;
	const char *before;
	const char *piece;
	const char *behind;
	size_t n;
	const char *field;
} LIMITS[] = {
	{ __LINE__, "", "size=gt.1&", "", REST_FILTERS_MAX, "size" },
	{ __LINE__, "size=in.(0", ",1", ")", REST_LIST_MAX - 1, "size" },
	{ __LINE__, "q=", "x", "", REST_QUERY_MAX - 2, "query" },
	{ __LINE__, "select=", "x", ":id", REST_ALIAS_MAX, "select" },
	{ __LINE__, "metadata", "->1", "=eq.1", REST_PATH_MAX, NULL },
};

static void
check_limit(size_t row, size_t n, bool good)
{
	struct arena a = ARENA_INIT;
	struct buf query = BUF_INIT;
	struct rest_query q;
	struct err e;

	buf_adds(&query, LIMITS[row].before);
	for (size_t i = 0; i < n; i++)
		buf_adds(&query, LIMITS[row].piece);
	buf_adds(&query, LIMITS[row].behind);
	CHECK_ROW(LIMITS[row].line,
	    parse(buf_slice(&query), "", "", &a, &q, &e) == (good ? 0 : -1));
	if (!good && LIMITS[row].field != NULL)
		CHECK_SLICE_ROW(
		    LIMITS[row].line, slice_from(e.field), LIMITS[row].field);
	buf_fini(&query);
	arena_fini(&a);
}

static void
test_rest_limits(void)
{
	for (size_t i = 0; i < COUNT(LIMITS); i++) {
		check_limit(i, LIMITS[i].n, true);
		check_limit(i, LIMITS[i].n + 1, false);
	}
}

static void
test_rest_select_limit(void)
{
	struct arena a = ARENA_INIT;
	struct buf query = BUF_INIT;
	struct rest_query q;
	struct err e;

	for (int i = 0; i < REST_SELECT_MAX; i++)
		buf_addf(&query, "%sn%d:id", i == 0 ? "select=" : ",", i);
	CHECK(parse(buf_slice(&query), "", "", &a, &q, &e) == 0);
	CHECK(q.n_select == REST_SELECT_MAX);
	buf_adds(&query, ",name");
	CHECK(parse(buf_slice(&query), "", "", &a, &q, &e) == -1);
	CHECK_SLICE(slice_from(e.field), "select");
	buf_fini(&query);
	arena_fini(&a);
}

#define BEHIND                          \
	{                               \
		SLICE_INIT("C-_"), 0, 0 \
	}

static const struct {
	int line;
	const char *query;
	const char *next;
	struct rest_next to;
} NEXT[] = {
	{ __LINE__, "", "cursor=C-_", BEHIND },
	{ __LINE__, "limit=5&offset=10", "limit=5&cursor=C-_", BEHIND },
	{ __LINE__, "cursor=B&q=1&&c%75rsor=A", "q=1&cursor=C-_", BEHIND },
	{ __LINE__, "name=like.a*+b%26%0d%0a>;\"&x",
	    "name=like.a*%20b%26%0D%0A%3E%3B%22&x=&cursor=C-_", BEHIND },
	{ __LINE__, "metadata->>k=in.(a,b)&order=id.desc",
	    "metadata-%3E%3Ek=in.%28a%2Cb%29&order=id.desc&cursor=C-_",
	    BEHIND },
	/* Of a range. */
	{ __LINE__, "q=1", "q=1&limit=2&cursor=C", { SLICE_INIT("C"), 4, 2 } },
	/* By position. */
	{ __LINE__, "limit=5&offset=10", "limit=5&offset=15",
	    { SLICE_INIT(""), 15, 0 } },
	{ __LINE__, "limit=5&cursor=A&offset=5", "limit=5&cursor=A&offset=10",
	    { SLICE_INIT(""), 10, 0 } },
	{ __LINE__, "", "limit=3&offset=3", { SLICE_INIT(""), 3, 3 } },
};

static void
test_rest_next(void)
{
	for (size_t i = 0; i < COUNT(NEXT); i++) {
		struct arena a = ARENA_INIT;
		struct buf b = BUF_INIT;

		rest_query_next(&b, slice_from(NEXT[i].query), &NEXT[i].to, &a);
		CHECK_SLICE_ROW(NEXT[i].line, buf_slice(&b), NEXT[i].next);
		buf_fini(&b);
		arena_fini(&a);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_rest_filters),
	    CHECK_CASE(test_rest_select), CHECK_CASE(test_rest_order),
	    CHECK_CASE(test_rest_page), CHECK_CASE(test_rest_refused),
	    CHECK_CASE(test_rest_words), CHECK_CASE(test_rest_limits),
	    CHECK_CASE(test_rest_select_limit), CHECK_CASE(test_rest_next),
	    { NULL, NULL } });
}
