/*
 * Page after page: every row once, whatever the order and whoever writes
 * meanwhile; and random queries, which SQLite and PostgreSQL answer alike.
 */
#include <sys/resource.h>

/* A sanitizer keeps what was freed. What SQLite has mapped of its file counts, too. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#	define MEMORY_TELLS false
#else
#	define MEMORY_TELLS true
#endif

#include "list_fixture.h"
#include "proto/http.h"
#include "proto/jsonb.h"

#define PAGES_MAX 100
/* Then it ends: rows that come ahead of a page of one would go on for ever. */
#define DISTURBED_PAGES 12
#define SEED            20260102
#define QUERIES         500

/* What is told of a row: its two keys' ends; rows of the disturbance are not. */
struct keys {
	const char *first, *second;
};

static const struct keys VIDEO = { "id", "video_id" };

static struct slice
end_of(struct slice id)
{
	return slice_from_at(id, id.n > 4 ? id.n - 4 : 0);
}

static void
put_keys(struct buf *b, const struct keys *keys, struct json_object *rows)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (!slice_starts(jval_str(row, "video_id"), SLICE("new")))
			buf_addf(b, "%.*s/%.*s ",
			    SLICE_ARG(end_of(jval_str(row, keys->first))),
			    SLICE_ARG(end_of(jval_str(row, keys->second))));
	}
}

/* One row before all others in time, one behind, of the same metadata. */
static void
disturb(struct store *s)
{
	static int n;

	for (int year = 2025; year < 2028; year += 2)
		list_sql(s,
		    "INSERT INTO videos (id, video_id, collection_id,"
		    " metadata, created_at) VALUES ('%08x"
		    "-0000-4000-8000-000000000042', 'new-%d', 'c-2',"
		    " '{\"n\":1}', '%d-01-01T00:00:00.000Z')",
		    year == 2025 ? n : -1 - n, n * 2 + year % 4 / 2, year);
	n++;
}

struct walk {
	struct store *s;
	const char *who;
	enum store_list_id id;
	const struct keys *keys;
	int limit;
	bool disturbed;
};

/* One page; false when it was the last, or none. */
static bool
walk_page(const struct walk *w, const char *query, struct buf *cursor,
    struct buf *out)
{
	struct buf text = BUF_INIT;
	struct json_object *rows;
	struct store_page page;
	struct err e = ERR_INIT;
	bool more;

	buf_addf(&text, "%s&limit=%d", query, w->limit);
	if (cursor->n > 0)
		buf_addf(&text, "&cursor=%.*s", (int)cursor->n, cursor->p);
	if (list_ask(w->s, w->who, w->id, buf_slice(&text), false, &page, &e) !=
	    0)
		check_fail(__FILE__, __LINE__, e.msg);
	rows = list_rows(&page);
	CHECK(json_object_array_length(rows) <= (size_t)w->limit);
	put_keys(out, w->keys, rows);
	more = page.cursor.n > 0;
	buf_clear(cursor);
	buf_add_slice(cursor, buf_slice(&page.cursor));
	(void)json_object_put(rows);
	store_page_fini(&page);
	buf_fini(&text);
	return more;
}

static void
walk(const struct walk *w, const char *query, struct buf *out)
{
	struct buf cursor = BUF_INIT;
	int pages = 1;

	buf_clear(out);
	while (walk_page(w, query, &cursor, out) && pages++ < PAGES_MAX)
		if (w->disturbed && pages < DISTURBED_PAGES)
			disturb(w->s);
	CHECK(pages < PAGES_MAX);
	if (w->disturbed)
		list_sql(
		    w->s, "DELETE FROM videos WHERE video_id LIKE 'new-%%'");
	buf_fini(&cursor);
}

static const char *const ORDERS[] = {
	"",
	"order=id",
	"order=id.desc",
	"order=created_at",
	"order=created_at,id.desc",
	"order=created_at.desc,video_id",
	"order=collection_id,created_at.desc",
	"order=metadata->>n",
	"order=metadata->>n.desc",
	"order=metadata->>n.desc,id",
	"order=metadata->>lang,metadata->>n,metadata->>name",
	"order=metadata->>lang.desc,metadata->>n,metadata->>name.desc,id.desc",
	"order=collection_id.desc,metadata->>none,id.desc",
	"order=metadata->>name&metadata->>name=not.is.null",
};

/* The same rows in the same order as on one page. */
static void
check_walk(struct walk *w, const char *query, size_t rows)
{
	struct buf want = BUF_INIT, got = BUF_INIT;
	size_t n = 0;

	w->limit = REST_LIMIT_MAX;
	walk(w, query, &want);
	for (size_t i = 0; i < want.n; i++)
		n += want.p[i] == ' ';
	CHECK(rows == 0 || n == rows);
	for (w->limit = 1; w->limit < 10; w->limit += 3) {
		walk(w, query, &got);
		if (!slice_eq(buf_slice(&got), buf_slice(&want)))
			(void)printf("# %s&limit=%d\n", query, w->limit);
		CHECK_SLICE(buf_slice(&got), buf_cstr(&want));
	}
	buf_fini(&want);
	buf_fini(&got);
}

static void
test_every_row_once(void)
{
	struct fixture f;
	struct walk w = { NULL, "", STORE_LIST_VIDEOS, &VIDEO, 0, false };

	fixture_open(&f);
	list_fill(f.s);
	w.s = f.s;
	for (size_t i = 0; i < COUNT(ORDERS); i++)
		check_walk(&w, ORDERS[i],
		    strstr(ORDERS[i], "not.is") ? 0 : (size_t)LIST_VIDEOS);
	fixture_close(&f);
}

/* PostgreSQL has times before and after all others. */
static void
test_infinite_times(void)
{
	struct store_page page;
	struct fixture f;
	struct walk w = { NULL, "", STORE_LIST_VIDEOS, &VIDEO, 0, false };

	fixture_open(&f);
	list_fill(f.s);
	w.s = f.s;
	list_sql(f.s,
	    "UPDATE videos SET created_at = 'infinity' WHERE video_id < 'v-07'");
	list_sql(f.s,
	    "UPDATE videos SET created_at = '-infinity'"
	    " WHERE video_id > 'v-33'");
	check_walk(&w, "order=created_at", (size_t)LIST_VIDEOS);
	check_walk(&w, "order=created_at.desc", (size_t)LIST_VIDEOS);
	CHECK(list_ask(f.s, "", STORE_LIST_VIDEOS,
		  SLICE("order=created_at.desc&limit=1&select=created_at"),
		  false, &page, &f.e) == 0);
	CHECK_SLICE(buf_slice(&page.json),
	    "[{\"created_at\":\"9999-12-31T23:59:59.999999Z\"}]");
	store_page_fini(&page);
	CHECK(list_ask(f.s, "", STORE_LIST_VIDEOS,
		  SLICE("created_at=eq.-infinity&limit=1&select=created_at"),
		  false, &page, &f.e) == 0);
	CHECK_SLICE(buf_slice(&page.json),
	    "[{\"created_at\":\"0000-01-01T00:00:00.000000Z\"}]");
	store_page_fini(&page);
	fixture_close(&f);
}

#define LARGE_ROWS  60
#define LARGE_BYTES ((size_t)1000000)

static long
peak_kb(void)
{
	struct rusage usage;

	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_maxrss;
}

/* A page ends with its bytes, too, and no more than that is ever held. */
static void
test_large_rows(void)
{
	struct slice query = SLICE_EMPTY;
	struct buf next = BUF_INIT;
	struct store_page page;
	struct fixture f;
	int64_t n = 0;
	int pages = 0;
	long before;

	fixture_open(&f);
	list_fill(f.s);
	list_sql(f.s, "DELETE FROM generated_outputs");
	for (int i = 0; i < LARGE_ROWS; i++)
		list_sql(f.s,
		    "INSERT INTO generated_outputs (id, video_id, output_type,"
		    " content, created_at) VALUES ('" LIST_ID "%02d', '" LIST_ID
		    "00', 'note', %s, '2026-01-02T03:04:05.000Z')",
		    i,
		    fixture_is_pg() ? "repeat('x', 1000000)"
				    : "printf('%.*c', 1000000, 'x')");
	before = peak_kb();
	do {
		CHECK(list_ask(f.s, "", STORE_LIST_OUTPUTS, query, pages == 1,
			  &page, &f.e) == 0);
		CHECK(page.json.n < STORE_PAGE_BYTES + 2 * LARGE_BYTES);
		CHECK(page.total == (pages == 1 ? LARGE_ROWS : -1));
		n += page.n;
		buf_clear(&next);
		buf_addf(&next, "cursor=%s", buf_cstr(&page.cursor));
		query = buf_slice(&next);
		if (page.cursor.n == 0)
			query.n = 0;
		store_page_fini(&page);
	} while (query.n > 0 && ++pages < PAGES_MAX);
	CHECK(n == LARGE_ROWS);
	CHECK(pages == LARGE_ROWS / 8);
	CHECK(!MEMORY_TELLS || !fixture_is_pg() || peak_kb() - before < 45000);
	buf_fini(&next);
	fixture_close(&f);
}

static void
test_new_rows_do_not_disturb(void)
{
	struct fixture f;
	struct walk w = { NULL, "", STORE_LIST_VIDEOS, &VIDEO, 0, true };

	fixture_open(&f);
	list_fill(f.s);
	w.s = f.s;
	for (size_t i = 0; i < COUNT(ORDERS); i++)
		check_walk(&w, ORDERS[i],
		    strstr(ORDERS[i], "not.is") ? 0 : (size_t)LIST_VIDEOS);
	fixture_close(&f);
}

static const struct {
	int line;
	enum store_list_id id;
	struct keys keys;
	const char *query;
	size_t rows;
} LISTS[] = {
	{ __LINE__, STORE_LIST_CHUNKS, { "id", "id" }, "", 9 },
	{ __LINE__, STORE_LIST_CHUNKS, { "id", "id" },
	    "order=created_at,chunk_index.desc", 9 },
	{ __LINE__, STORE_LIST_OUTPUTS, { "id", "id" }, "", 9 },
	{ __LINE__, STORE_LIST_OUTPUTS, { "id", "id" },
	    "order=output_type.desc,video_id", 9 },
	{ __LINE__, STORE_LIST_SESSIONS, { "session_id", "name" }, "", 2 },
	{ __LINE__, STORE_LIST_SESSIONS, { "session_id", "name" }, "order=name",
	    2 },
	{ __LINE__, STORE_LIST_SESSIONS, { "session_id", "name" },
	    "order=updated_at,video_id.desc,created_at", 2 },
	{ __LINE__, STORE_LIST_JOBS, { "id", "type" }, "", 3 },
	{ __LINE__, STORE_LIST_COLLECTIONS, { "id", "name" }, "", 2 },
	/* Clients choose the messages' ids: two sessions may have the same. */
	{ __LINE__, STORE_LIST_MESSAGES, { "session_id", "msg_id" }, "", 4 },
	{ __LINE__, STORE_LIST_MESSAGES, { "session_id", "msg_id" },
	    "order=msg_id", 4 },
	{ __LINE__, STORE_LIST_MESSAGES, { "session_id", "msg_id" },
	    "order=conv_id.desc", 4 },
};

static void
test_every_list(void)
{
	struct fixture f;

	fixture_open(&f);
	list_fill(f.s);
	for (size_t i = 0; i < COUNT(LISTS); i++) {
		struct walk w = { f.s, "ann", LISTS[i].id, &LISTS[i].keys, 0,
			false };

		check_walk(&w, LISTS[i].query, LISTS[i].rows);
	}
	fixture_close(&f);
}

/* Random queries */

static uint64_t dice_state;

/* xorshift64 */
static unsigned
dice(size_t n)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (unsigned)(dice_state % n);
}

#define PICK(array) ((array)[dice(COUNT(array))])

static const char *const OPERATORS[] = { "eq", "neq", "gt", "gte", "lt", "lte",
	"like", "ilike", "in", "is" };
static const char *const WORDS[] = { "null", "not_null", "true", "false" };

static const char *const TEXTS[] = { "", "a", "A", "b", "1", "1.0", "100", "x",
	"true", "c-2", "c-main", "v-07", "v-%", "%a%", "_", "de", "'", "\"",
	"' OR true --", "[1, 2, 3]", "\xc3\xa4\xc3\xb6\xc3\xbc", "%\xc3\x9f%",
	"\xf0\x9f\x98\x80", "\\\\", "%\\%", "$1", "{a,b}", "NULL" };
static const char *const JSON[] = { "1", "1.0", "1e2", "-5", "0.1",
	"12345678901234567890", "\"1\"", "\"x\"", "null", "true", "false",
	"[1,2,3]", "{}", "[]", "{\"a\":1,\"b\":[{\"c\":\"deep\"}]}", "-0",
	"1e400", "1e-400", "\"'\"", "\"\\u00e4\"" };
static const char *const TIMES[] = { "2026-01-02T03:04:01.501Z",
	"2026-01-02T03:04:01.501001Z", "2026-01-02T03:04:03.5029999Z",
	"2026-01-02T03:04:05.505000+00:00", "1969-12-31T23:59:59.9999Z",
	"9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z" };
static const char *const IDS[] = { LIST_ID "07", LIST_ID "39", LIST_ID "00",
	"FFFFFFFF-0000-4000-8000-000000000000" };

static const struct {
	const char *term;
	const char *const *values;
	size_t n;
} TERMS[] = {
	{ "id", IDS, COUNT(IDS) },
	{ "video_id", TEXTS, COUNT(TEXTS) },
	{ "collection_id", TEXTS, COUNT(TEXTS) },
	{ "created_at", TIMES, COUNT(TIMES) },
	{ "metadata", JSON, COUNT(JSON) },
	{ "metadata->n", JSON, COUNT(JSON) },
	{ "metadata->n->0", JSON, COUNT(JSON) },
	{ "metadata->1->n", JSON, COUNT(JSON) },
	{ "metadata->n->a", JSON, COUNT(JSON) },
	{ "metadata->>n", TEXTS, COUNT(TEXTS) },
	{ "metadata->>name", TEXTS, COUNT(TEXTS) },
	{ "metadata->>lang", TEXTS, COUNT(TEXTS) },
	{ "metadata->>0", TEXTS, COUNT(TEXTS) },
};
static const char *const ORDER_TERMS[] = { "id", "video_id", "collection_id",
	"created_at", "metadata->>n", "metadata->>name", "metadata->>lang",
	"metadata->>0", "metadata->n->>a" };
/* Without the times, which have more digits in PostgreSQL. */
static const char *const SELECTS[] = { "id,video_id",
	"id,video_id,metadata,collection_id",
	"id,video_id,a:metadata->n,b:metadata->>n",
	"metadata->>name,x:metadata->name,video_id,id,z:metadata->0" };

static void
put_encoded(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		buf_addf(b, "%%%02X", (unsigned char)*text);
}

static void
put_quoted(struct buf *b, const char *text)
{
	buf_addc(b, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_adds(b, "%5C");
		buf_addf(b, "%%%02X", (unsigned char)*text);
	}
	buf_addc(b, '"');
}

static void
put_filter(struct buf *b)
{
	size_t term = dice(COUNT(TERMS)), n = dice(4);
	const char *operator= PICK(OPERATORS);

	buf_addf(
	    b, "&%s=%s%s.", TERMS[term].term, dice(4) ? "" : "not.", operator);
	if (strcmp(operator, "is") == 0) {
		buf_adds(b, PICK(WORDS));
	} else if (strcmp(operator, "in") == 0) {
		buf_addc(b, '(');
		for (size_t i = 0; i < n; i++) {
			buf_adds(b, i > 0 ? "," : "");
			put_quoted(b, TERMS[term].values[dice(TERMS[term].n)]);
		}
		buf_addc(b, ')');
	} else {
		put_encoded(b, TERMS[term].values[dice(TERMS[term].n)]);
	}
}

/* May be refused: then by both. */
static void
put_query(struct buf *b)
{
	unsigned filters = dice(3), orders = dice(4);

	buf_clear(b);
	buf_addf(b, "select=%s", PICK(SELECTS));
	for (unsigned i = 0; i < filters; i++)
		put_filter(b);
	for (unsigned i = 0; i < orders; i++)
		buf_addf(b, "%s%s%s",
		    i > 0 ? "," : "&order=", PICK(ORDER_TERMS),
		    dice(2) ? ".desc" : "");
}

struct answer {
	int rc;
	int64_t total;
	struct buf rows; /* values that are equal are the same bytes */
};

static void
ask(struct store *s, struct slice query, struct answer *out)
{
	struct err e = ERR_INIT;
	struct store_page page;

	*out = (struct answer){ .rows = BUF_INIT };
	out->rc = list_ask(s, "", STORE_LIST_VIDEOS, query, true, &page, &e);
	out->total = page.total;
	if (out->rc == 0)
		CHECK(jsonb_print(
		    buf_slice(&page.json), JSONB_CANON, &out->rows));
	else
		CHECK(e.code == ERR_BAD_REQUEST);
	store_page_fini(&page);
}

static void
check_alike(struct store *s, struct store *other, struct slice query)
{
	struct answer a, b;

	ask(s, query, &a);
	ask(other, query, &b);
	CHECK(a.rc == b.rc);
	CHECK(a.total == b.total);
	CHECK_SLICE(buf_slice(&a.rows), buf_cstr(&b.rows));
	buf_fini(&a.rows);
	buf_fini(&b.rows);
}

/* Answered, so that pages of it can be walked. */
static bool
is_good(struct store *s, struct slice query)
{
	struct answer a;

	ask(s, query, &a);
	buf_fini(&a.rows);
	return a.rc == 0;
}

static void
test_random_queries(void)
{
	struct fixture f, sqlite;
	struct buf query = BUF_INIT;
	struct walk w = { NULL, "", STORE_LIST_VIDEOS, &VIDEO, 0, false };
	int good = 0;

	dice_state = SEED;
	fixture_open(&f);
	fixture_open_sqlite(&sqlite);
	list_fill(f.s);
	list_fill(sqlite.s);
	w.s = f.s;
	for (int i = 0; i < QUERIES && !check_failed; i++) {
		put_query(&query);
		check_alike(f.s, sqlite.s, buf_slice(&query));
		if (is_good(f.s, buf_slice(&query))) {
			check_walk(&w, buf_cstr(&query), 0);
			good++;
		}
		if (check_failed)
			(void)printf("# query %d: %s\n", i, buf_cstr(&query));
	}
	/* Most are refused by none. */
	CHECK(check_failed || good > QUERIES / 2);
	buf_fini(&query);
	fixture_close(&sqlite);
	fixture_close(&f);
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_every_row_once),
		CHECK_CASE(test_new_rows_do_not_disturb),
		CHECK_CASE(test_infinite_times), CHECK_CASE(test_large_rows),
		CHECK_CASE(test_every_list), CHECK_CASE(test_random_queries),
		{ NULL, NULL } });
}
