/* rest_cursor.h: where a page ended, there and back, and what others make. */
#include "proto/rest_cursor.h"

#include "base/base64.h"
#include "harness/check.h"
#include "harness/rest.h"

#define ID   "019512ab-0000-4000-8000-00000000cafe"
#define TIME "2026-01-02T03:04:05.678901Z"
#define US   INT64_C(1767323045678901)

#define VALUES_MAX REST_TERMS_MAX

/* `cursor`, not encoded yet, on a list in this order. */
static int
parse(struct slice order, struct slice cursor, struct arena *a,
    struct rest_query *q, struct err *e)
{
	struct rest_asked asked = { .known = NULL };
	struct buf query = BUF_INIT;
	int rc;

	if (order.n != 0)
		buf_addf(&query, "order=%.*s&", SLICE_ARG(order));
	buf_addf(&query, "cursor=%.*s", SLICE_ARG(cursor));
	*e = ERR_INIT;
	asked.query = arena_dup(a, buf_slice(&query));
	rc = rest_query_parse(&REST_TABLE, &asked, a, q, e);
	buf_fini(&query);
	return rc;
}

/* NULL is null; the rest are texts. */
static const struct {
	int line;
	const char *order;
	const char *values[VALUES_MAX];
	int64_t numbers[VALUES_MAX];
} BOTH[] = {
	{ __LINE__, "", { TIME, ID }, { US, 0 } },
	{ __LINE__, "", { "2026-01-02 04:04:05.678901+01", ID }, { US, 0 } },
	{ __LINE__, "id", { ID }, { 0 } },
	{ __LINE__, "name.desc,size", { "a\"\\/\xC3\xA9", "-7", ID },
	    { 0, -7, 0 } },
	{ __LINE__, "name,size", { NULL, NULL, ID }, { 0 } },
	{ __LINE__, "name", { "", ID }, { 0 } },
	{ __LINE__, "metadata->\"a,b\"->>c.desc", { "x", ID }, { 0 } },
	{ __LINE__, "metadata->>c", { NULL, ID }, { 0 } },
	{ __LINE__, "", { "infinity", ID }, { REST_TIME_INFINITY, 0 } },
	{ __LINE__, "", { "-infinity", ID }, { -REST_TIME_INFINITY, 0 } },
	{ __LINE__, "updated_at", { "2026-01-02T03:04:05.678Z", ID },
	    { US / 1000 * 1000, 0 } },
};

static void
check_both(size_t row)
{
	int line = BOTH[row].line;
	struct slice order = slice_from(BOTH[row].order);
	struct rest_value values[VALUES_MAX];
	struct arena a = ARENA_INIT;
	struct buf cursor = BUF_INIT;
	struct rest_query q;
	struct err e;

	/* Without a cursor it is empty, and that is none. */
	CHECK_ROW(line, parse(order, SLICE_EMPTY, &a, &q, &e) == -1);
	for (size_t i = 0; i < VALUES_MAX; i++)
		values[i] = (struct rest_value){
			.null = BOTH[row].values[i] == NULL,
			.text = slice_from(BOTH[row].values[i]),
		};
	rest_cursor_print(&cursor, &q, values);
	CHECK_ROW(line, parse(order, buf_slice(&cursor), &a, &q, &e) == 0);
	CHECK_ROW(line, q.resumes);
	for (unsigned i = 0; q.resumes && i < q.n_order; i++) {
		CHECK_ROW(line, q.after[i].null == values[i].null);
		CHECK_ROW(line, slice_eq(q.after[i].text, values[i].text));
		CHECK_ROW(line, q.after[i].number == BOTH[row].numbers[i]);
	}
	buf_fini(&cursor);
	arena_fini(&a);
}

static void
test_rest_cursor_both_ways(void)
{
	for (size_t i = 0; i < COUNT(BOTH); i++)
		check_both(i);
}

#define CREATED "\"created_at.desc,id.desc\""

/* What is in the cursor, for the order of `created_at.desc`. */
static const struct {
	int line;
	const char *json;
	bool good;
} ROWS[] = {
	{ __LINE__,
	    "{\"order\":" CREATED ",\"values\":[\"" TIME "\",\"" ID "\"]}",
	    true },
	{ __LINE__,
	    "{\"values\":[\"" TIME "\",\"" ID "\"],\"order\":" CREATED "}",
	    true },
	{ __LINE__,
	    "{\"order\":\"created_at.asc,id.desc\","
	    "\"values\":[\"" TIME "\",\"" ID "\"]}",
	    false },
	{ __LINE__,
	    "{\"order\":\"id.desc\",\"values\":[\"" TIME "\",\"" ID "\"]}",
	    false },
	{ __LINE__, "{\"values\":[\"" TIME "\",\"" ID "\"]}", false },
	{ __LINE__, "{\"order\":" CREATED ",\"values\":[\"" TIME "\"]}",
	    false },
	{ __LINE__,
	    "{\"order\":" CREATED ",\"values\":[\"" TIME "\",\"" ID "\",\"\"]}",
	    false },
	{ __LINE__, "{\"order\":" CREATED ",\"values\":[\"" TIME "\",\"x\"]}",
	    false },
	{ __LINE__,
	    "{\"order\":" CREATED ",\"values\":[\"yesterday\",\"" ID "\"]}",
	    false },
	/* Neither is NULL in any row. */
	{ __LINE__, "{\"order\":" CREATED ",\"values\":[null,\"" ID "\"]}",
	    false },
	{ __LINE__, "{\"order\":" CREATED ",\"values\":[\"" TIME "\",null]}",
	    false },
	{ __LINE__,
	    "{\"order\":" CREATED
	    ",\"values\":[\"2026-01-02T03:04:05.6789012Z\",\"" ID "\"]}",
	    false },
	{ __LINE__, "{\"order\":" CREATED ",\"values\":[1,\"" ID "\"]}",
	    false },
	{ __LINE__, "{\"order\":" CREATED ",\"values\":\"" TIME "\"}", false },
	{ __LINE__, "{\"order\":" CREATED "}", false },
	{ __LINE__,
	    "{\"order\":" CREATED ",\"values\":[\"" TIME "\",\"" ID
	    "\"],\"x\":1}",
	    false },
	{ __LINE__, "[]", false },
	{ __LINE__, "null", false },
	{ __LINE__, "{", false },
	{ __LINE__, "", false },
};

static void
test_rest_cursor_hostile(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct arena a = ARENA_INIT;
		struct buf cursor = BUF_INIT;
		struct rest_query q;
		struct err e;

		base64_encode_url(&cursor, slice_from(ROWS[i].json));
		CHECK_ROW(ROWS[i].line,
		    (parse(SLICE_EMPTY, buf_slice(&cursor), &a, &q, &e) == 0) ==
			ROWS[i].good);
		CHECK_SLICE_ROW(ROWS[i].line, slice_from(e.field),
		    ROWS[i].good ? "" : "cursor");
		CHECK_ROW(
		    ROWS[i].line, ROWS[i].good || e.code == ERR_BAD_REQUEST);
		buf_fini(&cursor);
		arena_fini(&a);
	}
}

static void
test_rest_cursor_not_base64(void)
{
	static const char *const TEXTS[] = { "x", "!!!!", "e30 ", "e30=e30=" };

	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct arena a = ARENA_INIT;
		struct rest_query q;
		struct err e;

		CHECK(
		    parse(SLICE_EMPTY, slice_from(TEXTS[i]), &a, &q, &e) == -1);
		CHECK_SLICE(slice_from(e.field), "cursor");
		arena_fini(&a);
	}
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_rest_cursor_both_ways),
		CHECK_CASE(test_rest_cursor_hostile),
		CHECK_CASE(test_rest_cursor_not_base64), { NULL, NULL } });
}
