/* Lists for REST: what is asked, and which rows come in which order. */
#include "io/store_video.h"
#include "list_fixture.h"

#define NONE  ""
#define TO_04 "00 01 02 03 04"
#define TO_09 "05 06 07 08 09"
#define TO_39 "35 36 37 38 39"
/* Those whose n is not there. */
#define NO_N "00 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 35 36 37 38 39"
#define NO_N_TEXT \
	"00 08 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 35 36 37 38 39"
#define TIME "2026-01-02T03:04:"

struct row {
	int line;
	const char *query;
	const char *want;
};

static const struct row EQUAL[] = {
	{ __LINE__, "video_id=eq.v-07", "07" },
	{ __LINE__, "video_id=neq.v-07&id=gte." LIST_ID "06&limit=3",
	    "06 08 09" },
	{ __LINE__, "video_id=not.eq.v-07&id=gte." LIST_ID "06&limit=3",
	    "06 08 09" },
	{ __LINE__, "collection_id=eq.c-2&id=lt." LIST_ID "10", "00 03 06 09" },
	{ __LINE__, "id=eq." LIST_ID "07", "07" },
	{ __LINE__, "id=gt." LIST_ID "37", "38 39" },
	{ __LINE__, "id=lte." LIST_ID "01", "00 01" },
	{ __LINE__, "video_id=gt.v-37", "38 39" },
	{ __LINE__, "video_id=gte.v-38&video_id=lt.v-39", "38" },
	{ __LINE__, "video_id=is.null", NONE },
	{ __LINE__, "video_id=not.is.null&id=lt." LIST_ID "02", "00 01" },
	/* JSON: values, not their text. */
	{ __LINE__, "metadata->n=eq.1", "01 02" },
	{ __LINE__, "metadata->n=eq.1.00", "01 02" },
	{ __LINE__, "metadata->n=eq.1e2", "03 04" },
	{ __LINE__, "metadata->n=eq.%221%22", "06" },
	{ __LINE__, "metadata->n=eq.null", "08" },
	{ __LINE__, "metadata->n=eq.[1,%202,3]", "11 12" },
	{ __LINE__, "metadata->n=eq.{%22b%22:[{%22c%22:%22deep%22}],%22a%22:1}",
	    "13 14" },
	{ __LINE__, "metadata->n=neq.1",
	    "03 04 05 06 07 08 09 10 11 12 13 14 30 31 32 33 34" },
	{ __LINE__, "metadata->n=not.neq.1", "01 02" },
	{ __LINE__, "metadata->n=is.null", NO_N },
	{ __LINE__, "metadata->n=is.not_null&metadata->n=neq.1&limit=1", "03" },
	{ __LINE__, "metadata->n=is.true", "09" },
	{ __LINE__, "metadata->n=is.false", "10" },
	{ __LINE__, "metadata->n=not.is.true",
	    "01 02 03 04 05 06 07 08 10 11 12 13 14 30 31 32 33 34" },
	{ __LINE__, "metadata=eq.{}", "00" },
	{ __LINE__, "metadata=eq.{%22name%22:%22a%22,%22n%22:1.0}", "01" },
	{ __LINE__, "metadata=eq.%22text%22", "38" },
	{ __LINE__, "metadata=eq.null", "39" },
	{ __LINE__, "metadata=is.null", NONE },
	{ __LINE__, "metadata=in.({},null)", "00 39" },
	/* Of a path as text. */
	{ __LINE__, "metadata->>n=eq.1", "01 06" },
	{ __LINE__, "metadata->>n=eq.1.0", "02" },
	{ __LINE__, "metadata->>n=eq.100", "03 04" },
	{ __LINE__, "metadata->>n=is.null", NO_N_TEXT },
	{ __LINE__, "metadata->>name=is.null&id=gt." LIST_ID "36", "37 38 39" },
	{ __LINE__, "metadata->>name=eq.", "24" },
	{ __LINE__, "metadata->>name=eq.it's%20%22quoted%22", "15" },
	{ __LINE__, "metadata->>name=eq.\xe6\x97\xa5\xe6\x9c\xac", "23" },
	{ __LINE__,
	    "metadata->>n=eq.{%22a%22:%201.00,%20%22b%22:%20[{%22c%22:"
	    "%20%22deep%22}]}",
	    "14" },
	{ __LINE__, "metadata->>n=gt.1",
	    "02 03 04 07 09 10 11 12 13 14 30 31 32" },
	/* Paths. */
	{ __LINE__, "metadata->n->0=eq.1", "11 12" },
	{ __LINE__, "metadata->n->-1=eq.3", "11 12" },
	{ __LINE__, "metadata->n->b->0->>c=eq.deep", "13 14" },
	{ __LINE__, "metadata->1->n=eq.7", "37" },
	{ __LINE__, "metadata->key%20with%20space=eq.1", "35" },
	{ __LINE__, "metadata->>%22a->b%22=eq.arrow", "36" },
	{ __LINE__, "metadata->n->n->n->>n=not.is.null", NONE },
};

static const struct row NUMBERS[] = {
	{ __LINE__, "metadata->n=gt.1", "03 04 30 31 32" },
	{ __LINE__, "metadata->n=gte.1", "01 02 03 04 30 31 32" },
	{ __LINE__, "metadata->n=lt.1", "05 33 34" },
	{ __LINE__, "metadata->n=lt.0.10", "05 34" },
	{ __LINE__, "metadata->n=lte.1e-1", "05 33 34" },
	{ __LINE__, "metadata->n=lt.1e-7", "05" },
	{ __LINE__, "metadata->n=gt.-5.0", "01 02 03 04 30 31 32 33 34" },
	{ __LINE__, "metadata->n=gte.-5", "01 02 03 04 05 30 31 32 33 34" },
	{ __LINE__, "metadata->n=lt.-4.99", "05" },
	/* To the last digit. */
	{ __LINE__, "metadata->n=gt.12345678901234567890", "32" },
	{ __LINE__, "metadata->n=gte.12345678901234567890", "31 32" },
	{ __LINE__, "metadata->n=gt.1e300", NONE },
	/* What is no number is neither. */
	{ __LINE__, "metadata->n=not.gt.1", "01 02 05 33 34" },
};

static const struct row LISTS_OF_VALUES[] = {
	{ __LINE__, "video_id=in.(v-07,%22v-09%22,v-77)", "07 09" },
	{ __LINE__, "video_id=not.in.(v-00,v-02)&limit=2", "01 03" },
	{ __LINE__, "video_id=in.()", NONE },
	{ __LINE__, "id=in.(" LIST_ID "02," LIST_ID "01)", "01 02" },
	{ __LINE__, "metadata->>lang=in.(de,%22pt,br%22)", "26 27 30" },
	{ __LINE__, "metadata->n=in.(1,%22\\%22x\\%22%22)", "01 02 07" },
	{ __LINE__, "metadata->>lang=not.in.(de)", "27 28 29" },
	/* Of no values: all but NULL. */
	{ __LINE__, "metadata->>lang=not.in.()", "26 27 28 29 30" },
	{ __LINE__,
	    "metadata->>name=in.(%22it's%20\\%22quoted\\%22%22,"
	    "%22back\\\\slash%22)",
	    "15 16" },
	{ __LINE__, "created_at=in.(" TIME "00.500Z," TIME "01.5010001Z)",
	    TO_04 },
};

static const struct row PATTERNS[] = {
	{ __LINE__, "metadata->>name=like.a", "01 26 27 28" },
	{ __LINE__, "metadata->>name=ilike.a", "01 03 26 27 28" },
	{ __LINE__, "metadata->>name=like._", "01 02 03 04 26 27 28" },
	{ __LINE__, "metadata->>name=like.*slash", "16" },
	{ __LINE__, "metadata->>name=like.back\\\\slash", "16" },
	{ __LINE__, "metadata->>name=like.100\\%25", "17" },
	{ __LINE__, "metadata->>name=like.under\\_*", "18" },
	{ __LINE__, "metadata->>name=like.", "24" },
	{ __LINE__, "metadata->>name=not.like.%25", NONE },
	{ __LINE__, "metadata->>name=ilike.STRA_E", "19" },
	{ __LINE__, "metadata->>name=like.\xc3\x84*", "20" },
	{ __LINE__, "metadata->>name=ilike.\xc3\x84\xc3\xb6*", "20 21" },
	{ __LINE__, "metadata->>name=like._%20smile", "22" },
	{ __LINE__, "video_id=like.*-0_&collection_id=like.*2", "00 03 06 09" },
	{ __LINE__, "video_id=not.like.v-*", NONE },
};

static const struct row TIMES[] = {
	{ __LINE__, "created_at=eq." TIME "01.501Z", TO_09 },
	{ __LINE__, "created_at=eq.2026-01-02T05:04:01.501000%2B02:00", TO_09 },
	{ __LINE__, "created_at=eq." TIME "01.501001Z", NONE },
	{ __LINE__, "created_at=eq." TIME "01.5010001Z", NONE },
	{ __LINE__, "created_at=not.eq." TIME "00.500001Z&limit=2", "00 01" },
	{ __LINE__, "created_at=neq." TIME "00.500001Z&limit=2", "00 01" },
	{ __LINE__, "created_at=not.neq." TIME "00.500001Z", NONE },
	{ __LINE__, "created_at=lt." TIME "00.500Z", NONE },
	{ __LINE__, "created_at=lt." TIME "00.500001Z", TO_04 },
	{ __LINE__, "created_at=lt." TIME "00.5000001Z", TO_04 },
	{ __LINE__, "created_at=lte." TIME "00.500Z", TO_04 },
	{ __LINE__, "created_at=lte." TIME "00.500999Z", TO_04 },
	{ __LINE__, "created_at=gt." TIME "07.507Z", NONE },
	{ __LINE__, "created_at=gt." TIME "07.506999Z", TO_39 },
	{ __LINE__, "created_at=gte." TIME "07.507Z", TO_39 },
	{ __LINE__, "created_at=gte." TIME "07.507001Z", NONE },
	{ __LINE__, "created_at=not.lt." TIME "07.506001Z", TO_39 },
	{ __LINE__, "created_at=not.gte." TIME "00.500001Z", TO_04 },
	{ __LINE__, "created_at=gt.2026-01-02&created_at=lt.2026-01-03&limit=2",
	    "00 01" },
	{ __LINE__, "created_at=lte.2026-01-02", NONE },
	{ __LINE__, "created_at=gte.2026-01-03", NONE },
	{ __LINE__, "created_at=gt.9999-12-31T23:59:59Z", NONE },
	{ __LINE__, "created_at=lt.0001-01-01T00:00:00Z", NONE },
};

static const struct row ORDERS[] = {
	{ __LINE__, "order=created_at.desc&limit=6", "39 38 37 36 35 34" },
	{ __LINE__, "order=created_at.desc,id&limit=6", "35 36 37 38 39 30" },
	{ __LINE__, "order=created_at,id.desc&limit=6", "04 03 02 01 00 09" },
	{ __LINE__, "order=collection_id,video_id.desc&limit=3", "39 36 33" },
	{ __LINE__, "order=metadata->>n",
	    "05 34 33 01 06 02 03 04 31 32 30 12 11 10 09 07 13 14 " NO_N_TEXT },
	{ __LINE__, "order=metadata->>n.desc,id&offset=22",
	    "14 13 07 09 10 11 12 30 32 31 03 04 02 01 06 33 34 05" },
	{ __LINE__, "order=metadata->>n.desc&limit=2", "39 38" },
	{ __LINE__, "order=metadata->>lang.asc,metadata->>name.desc,id&limit=5",
	    "29 30 26 28 27" },
	{ __LINE__, "order=id&offset=38", "38 39" },
	{ __LINE__, "order=id&offset=40", NONE },
	{ __LINE__, "order=id&offset=9007199254740991", NONE },
	{ __LINE__, "order=id&limit=3&offset=1", "01 02 03" },
};

/* Values stay values. */
static const struct row HOSTILE[] = {
	{ __LINE__, "video_id=eq.'%20OR%20true%20--", NONE },
	{ __LINE__, "video_id=in.(%22'),(%22,%22\\%22},{%22)", NONE },
	{ __LINE__, "video_id=like.'%3B%20DROP%20TABLE%20videos%3B--", NONE },
	{ __LINE__, "metadata->>a'%20OR%20true--=eq.x", NONE },
	{ __LINE__, "metadata->>'))%20OR%201%3D1=not.is.null", NONE },
	{ __LINE__, "metadata->%22{a,b}%22=eq.1", NONE },
	{ __LINE__, "metadata->>$1=eq.$1&metadata->>?1=eq.?1", NONE },
	{ __LINE__, "metadata->>@v=eq.@v&metadata->>@x=like.@c", NONE },
	{ __LINE__, "order=metadata->>x'%3BDROP%20TABLE%20videos%3B--&limit=1",
	    "00" },
	{ __LINE__, "video_id=eq.v-07%2527", NONE },
	{ __LINE__, "metadata->>n=in.(NULL,null)", NONE },
};

static void
check_rows(const struct row *rows, size_t n)
{
	struct buf query = BUF_INIT, got = BUF_INIT;
	struct store_page page;
	struct fixture f;

	fixture_open(&f);
	list_fill(f.s);
	for (size_t i = 0; i < n; i++) {
		struct json_object *list;

		buf_clear(&query);
		buf_clear(&got);
		buf_addf(&query, "%s%s", rows[i].query,
		    strstr(rows[i].query, "order=") ? "" : "&order=id");
		CHECK_ROW(rows[i].line,
		    list_ask(f.s, "", STORE_LIST_VIDEOS, buf_slice(&query),
			false, &page, &f.e) == 0);
		CHECK_SLICE_ROW(rows[i].line, slice_from(f.e.msg), "");
		f.e.msg[0] = '\0';
		list = list_rows(&page);
		list_numbers(&got, list, "id");
		CHECK_SLICE_ROW(rows[i].line, buf_slice(&got), rows[i].want);
		CHECK_ROW(rows[i].line,
		    (int64_t)json_object_array_length(list) == page.n);
		(void)json_object_put(list);
		store_page_fini(&page);
	}
	buf_fini(&query);
	buf_fini(&got);
	fixture_close(&f);
}

static void
test_equal(void)
{
	check_rows(EQUAL, COUNT(EQUAL));
}

static void
test_numbers(void)
{
	check_rows(NUMBERS, COUNT(NUMBERS));
}

static void
test_lists_of_values(void)
{
	check_rows(LISTS_OF_VALUES, COUNT(LISTS_OF_VALUES));
}

static void
test_patterns(void)
{
	check_rows(PATTERNS, COUNT(PATTERNS));
}

static void
test_times(void)
{
	check_rows(TIMES, COUNT(TIMES));
}

static void
test_orders(void)
{
	check_rows(ORDERS, COUNT(ORDERS));
}

static void
test_hostile(void)
{
	check_rows(HOSTILE, COUNT(HOSTILE));
}

/* What a page's rows look like. */
static const struct row SHOWN[] = {
	{ __LINE__, "id=eq." LIST_ID "01",
	    "[{\"id\":\"" LIST_ID "01\",\"video_id\":\"v-01\","
	    "\"collection_id\":\"c-main\",\"metadata\":{\"n\":1,\"name\":\"a\"},"
	    "\"created_at\":\"TIME\"}]" },
	{ __LINE__, "select=video_id,id&order=id&limit=1",
	    "[{\"video_id\":\"v-00\",\"id\":\"" LIST_ID "00\"}]" },
	{ __LINE__, "select=j:metadata->n,t:metadata->>n&order=id&limit=14",
	    "[{\"j\":null,\"t\":null},{\"j\":1,\"t\":\"1\"},"
	    "{\"j\":1.0,\"t\":\"1.0\"},{\"j\":100,\"t\":\"100\"},"
	    "{\"j\":100,\"t\":\"100\"},{\"j\":-5,\"t\":\"-5\"},"
	    "{\"j\":\"1\",\"t\":\"1\"},{\"j\":\"x\",\"t\":\"x\"},"
	    "{\"j\":null,\"t\":null},{\"j\":true,\"t\":\"true\"},"
	    "{\"j\":false,\"t\":\"false\"},"
	    "{\"j\":[1,2,3],\"t\":\"[1, 2, 3]\"},"
	    "{\"j\":[1,2,3.0],\"t\":\"[1, 2, 3.0]\"},"
	    "{\"j\":{\"a\":1,\"b\":[{\"c\":\"deep\"}]},"
	    "\"t\":\"{\\\"a\\\": 1, \\\"b\\\": [{\\\"c\\\": \\\"deep\\\"}]}\"}]" },
	{ __LINE__, "select=metadata->>name&id=eq." LIST_ID "15",
	    "[{\"name\":\"it's \\\"quoted\\\"\"}]" },
	{ __LINE__, "select=x:metadata->name&id=eq." LIST_ID "15",
	    "[{\"x\":\"it's \\\"quoted\\\"\"}]" },
	{ __LINE__, "select=metadata&order=id&offset=37",
	    "[{\"metadata\":[1,{\"n\":7}]},{\"metadata\":\"text\"},"
	    "{\"metadata\":null}]" },
	{ __LINE__, "select=\xc3\xa4:id&limit=1&order=id",
	    "[{\"\xc3\xa4\":\"" LIST_ID "00\"}]" },
};

/* Times have more digits in PostgreSQL. */
static void
print_rows(struct buf *b, struct json_object *rows)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (jval_str(row, "created_at").n >= sizeof(TIME "00.000Z") - 1)
			jval_put_str(row, "created_at", SLICE("TIME"));
	}
	buf_clear(b);
	jval_print(b, rows);
}

static void
test_shown(void)
{
	struct store_page page;
	struct buf got = BUF_INIT;
	struct fixture f;

	fixture_open(&f);
	list_fill(f.s);
	for (size_t i = 0; i < COUNT(SHOWN); i++) {
		struct json_object *rows;

		CHECK_ROW(SHOWN[i].line,
		    list_ask(f.s, "", STORE_LIST_VIDEOS,
			slice_from(SHOWN[i].query), false, &page, &f.e) == 0);
		rows = list_rows(&page);
		CHECK_ROW(SHOWN[i].line, rows != NULL);
		print_rows(&got, rows);
		CHECK_SLICE_ROW(SHOWN[i].line, buf_slice(&got), SHOWN[i].want);
		(void)json_object_put(rows);
		store_page_fini(&page);
	}
	buf_fini(&got);
	fixture_close(&f);
}

/* All lists, and whose rows they show. */
static const struct {
	int line;
	enum store_list_id id;
	const char *who;
	const char *query;
	const char *key;
	const char *want;
} LISTS[] = {
	{ __LINE__, STORE_LIST_COLLECTIONS, "", "", "id", "in -2" },
	{ __LINE__, STORE_LIST_COLLECTIONS, "", "name=like.Two", "id", "-2" },
	{ __LINE__, STORE_LIST_TRANSCRIPTS, "", "", "id", "02 01 00" },
	{ __LINE__, STORE_LIST_TRANSCRIPTS, "",
	    "full_text=like.*2&video_id=eq." LIST_ID "02", "id", "02" },
	{ __LINE__, STORE_LIST_CHUNKS, "", "", "id",
	    "00 03 06 01 04 07 02 05 08" },
	{ __LINE__, STORE_LIST_CHUNKS, "",
	    "transcript_id=eq." LIST_ID "01&chunk_index=gte.1", "id", "04 07" },
	{ __LINE__, STORE_LIST_CHUNKS, "",
	    "chunk_index=in.(0,2)&chunk_text=ilike.PIECE*&order=chunk_index.desc",
	    "id", "08 07 06 02 01 00" },
	{ __LINE__, STORE_LIST_OUTPUTS, "",
	    "video_id=eq." LIST_ID "01&output_type=eq.analysis&order=id", "id",
	    "01 03 05" },
	{ __LINE__, STORE_LIST_OUTPUTS, "",
	    "output_type=eq.structured_data&order=id", "content", "1} 1} 1}" },
	{ __LINE__, STORE_LIST_SESSIONS, "ann", "", "session_id", "-3 -0" },
	{ __LINE__, STORE_LIST_SESSIONS, "bob", "", "session_id", "-4 -1" },
	{ __LINE__, STORE_LIST_SESSIONS, "", "", "session_id", NONE },
	{ __LINE__, STORE_LIST_SESSIONS, "'", "", "session_id", NONE },
	{ __LINE__, STORE_LIST_SESSIONS, "ann", "name=is.null", "session_id",
	    "-0" },
	{ __LINE__, STORE_LIST_SESSIONS, "ann",
	    "created_at=eq.1970-01-01T00:00:00.003Z", "session_id", "-3" },
	{ __LINE__, STORE_LIST_SESSIONS, "ann",
	    "created_at=in.(1970-01-01T00:00:00.003Z)", "created_at", "3Z" },
	{ __LINE__, STORE_LIST_SESSIONS, "ann",
	    "updated_at=lt." TIME "05.6781Z&order=created_at", "updated_at",
	    "8Z 8Z" },
	{ __LINE__, STORE_LIST_SESSIONS, "ann", "updated_at=gt." TIME "05.678Z",
	    "session_id", NONE },
	{ __LINE__, STORE_LIST_MESSAGES, "ann", "", "session_id",
	    "-0 -0 -3 -3" },
	{ __LINE__, STORE_LIST_MESSAGES, "ann", "seq=eq.2", "msg_id", "-1 -1" },
	{ __LINE__, STORE_LIST_MESSAGES, "ann", "session_id=eq.s-1", "msg_id",
	    NONE },
	{ __LINE__, STORE_LIST_MESSAGES, "bob", "session_id=eq.s-1", "msg_id",
	    "-0 -1" },
	{ __LINE__, STORE_LIST_JOBS, "ann", "", "id", "-5 -3 -0" },
	{ __LINE__, STORE_LIST_JOBS, "ann", "session_id=is.null", "id", "-5" },
	{ __LINE__, STORE_LIST_JOBS, "bob", "state=eq.queued&session_id=eq.s-1",
	    "id", "-1" },
};

static void
test_lists(void)
{
	struct store_page page;
	struct buf got = BUF_INIT;
	struct fixture f;

	fixture_open(&f);
	list_fill(f.s);
	for (size_t i = 0; i < COUNT(LISTS); i++) {
		struct json_object *rows;

		CHECK_ROW(LISTS[i].line,
		    list_ask(f.s, LISTS[i].who, LISTS[i].id,
			slice_from(LISTS[i].query), true, &page, &f.e) == 0);
		rows = list_rows(&page);
		buf_clear(&got);
		list_numbers(&got, rows, LISTS[i].key);
		CHECK_SLICE_ROW(LISTS[i].line, buf_slice(&got), LISTS[i].want);
		CHECK_ROW(LISTS[i].line, page.total == page.n);
		(void)json_object_put(rows);
		store_page_fini(&page);
	}
	buf_fini(&got);
	fixture_close(&f);
}

/* Where others may be nobody, too, nobody has nothing. */
static void
test_nobody_owns_nothing(void)
{
	const struct principal nobody = { { "", 0 } };
	struct rest_query *q = NULL;
	struct arena a = ARENA_INIT;
	struct fixture f;

	fixture_open(&f);
	list_fill(f.s);
	for (int shared = 0; shared < 2; shared++) {
		const struct rest_asked asked = { .query = SLICE_EMPTY };
		struct store_view view = { &nobody, shared != 0 };
		struct store_page page;

		q = arena_alloc(&a, sizeof(*q));
		CHECK(rest_query_parse(store_list_table(STORE_LIST_SESSIONS),
			  &asked, &a, q, &f.e) == 0);
		CHECK(store_list(f.s, &view, STORE_LIST_SESSIONS, q, false,
			  &page, &f.e) == 0);
		CHECK((page.n > 0) == (shared != 0));
		store_page_fini(&page);
	}
	arena_fini(&a);
	fixture_close(&f);
}

/* As precise as it is stored. */
static void
test_time_as_shown(void)
{
	const struct principal nobody = { { "", 0 } };
	struct json_object *rows, *row = NULL;
	struct store_video_new new = { .video_id = SLICE("v") };
	struct store_page page;
	struct buf query = BUF_INIT;
	struct fixture f;

	fixture_open(&f);
	list_fill(f.s);
	CHECK(store_video_add(f.s, &nobody, &new, &row, &f.e) == 0);
	(void)json_object_put(row);
	CHECK(list_ask(f.s, "", STORE_LIST_VIDEOS, SLICE("video_id=eq.v"),
		  false, &page, &f.e) == 0);
	rows = list_rows(&page);
	row = json_object_array_get_idx(rows, 0);
	buf_addf(&query, "created_at=eq.%.*s",
	    SLICE_ARG(jval_str(row, "created_at")));
	store_page_fini(&page);
	CHECK(list_ask(f.s, "", STORE_LIST_VIDEOS, buf_slice(&query), true,
		  &page, &f.e) == 0);
	CHECK(page.n == 1 && page.total == 1);
	store_page_fini(&page);
	(void)json_object_put(rows);
	buf_fini(&query);
	fixture_close(&f);
}

/* All that a request may hold, at once. */
static void
put_full_query(struct buf *b)
{
	buf_adds(b, "limit=1&order=");
	for (int i = 0; i < REST_ORDER_MAX; i++)
		buf_addf(b, "%smetadata->>o%d", i > 0 ? "," : "", i);
	buf_adds(b, "&select=");
	for (int i = 0; i < REST_SELECT_MAX; i++)
		buf_addf(b, "%ss%d:metadata->a", i > 0 ? "," : "", i);
	for (int i = 0; i < REST_FILTERS_MAX; i++)
		buf_adds(b, "&metadata->>f=not.eq.x");
}

/* Somebody else's text where JSON belongs: in a page, and alone. */
static void
test_no_json(void)
{
	struct buf row = BUF_INIT;
	struct store_page page;
	struct fixture f;

	fixture_open(&f);
	list_fill(f.s);
	if (!fixture_is_pg())
		list_sql(f.s,
		    "UPDATE videos SET metadata = '{\"a\":1,}'"
		    " WHERE video_id = 'v-%02d'",
		    1);
	CHECK(list_ask(f.s, "", STORE_LIST_VIDEOS,
		  SLICE("video_id=eq.v-01&select=metadata"), false, &page,
		  &f.e) == 0);
	CHECK_SLICE(buf_slice(&page.json),
	    fixture_is_pg() ? "[{\"metadata\":{\"n\": 1, \"name\": \"a\"}}]"
			    : "[{\"metadata\":null}]");
	store_page_fini(&page);
	CHECK(store_list_get(f.s,
		  &(struct store_view){ &PRINCIPAL_ANONYMOUS, true },
		  STORE_LIST_VIDEOS, SLICE("v-01"), &row, &f.e) == 0);
	CHECK((strstr(buf_cstr(&row), "\"metadata\":null,") == NULL) ==
	    fixture_is_pg());
	buf_fini(&row);
	fixture_close(&f);
}

static void
test_limits(void)
{
	struct buf query = BUF_INIT;
	struct store_page page;
	struct fixture f;
	int pages = 0;

	fixture_open(&f);
	list_fill(f.s);
	for (int i = 0; i < 2; i++)
		list_sql(f.s,
		    "UPDATE videos SET metadata = '{\"f\":1,\"o0\":%d,"
		    "\"o1\":1,\"o2\":1,\"o3\":1,\"o4\":1,\"o5\":1}'"
		    " WHERE video_id = 'v-%02d'",
		    i, i);
	put_full_query(&query);
	do {
		CHECK(list_ask(f.s, "", STORE_LIST_VIDEOS, buf_slice(&query),
			  true, &page, &f.e) == 0);
		CHECK_SLICE(slice_from(f.e.msg), "");
		CHECK(page.n == 1 && page.total == 2);
		buf_clear(&query);
		put_full_query(&query);
		if (page.cursor.n > 0)
			buf_addf(&query, "&cursor=%s", buf_cstr(&page.cursor));
		pages += page.cursor.n > 0;
		store_page_fini(&page);
	} while (strstr(buf_cstr(&query), "&cursor=") && !check_failed);
	CHECK(pages == 1);
	buf_fini(&query);
	fixture_close(&f);
}

/*
 * Plans: a page is read from an index, in its order. The driver is the store's,
 * but for the statement in which it explains what it would do.
 */

static struct {
	const struct store_driver *driver;
	struct buf text;
} plan;

static int
keep_plan(const struct store_row *row, void *cookie)
{
	(void)cookie;
	for (int i = 0; i < row->n; i++)
		if (row->values[i].type == STORE_TEXT)
			buf_add_slice(&plan.text, row->values[i].bytes);
	buf_addc(&plan.text, '\n');
	return 0;
}

static int
explain(struct store_conn *c, const struct store_made *made,
    struct store_sink *sink, struct err *e)
{
	struct store_made asked = *made;
	struct store_sink keep = { keep_plan, NULL, 0 };
	struct buf text = BUF_INIT;
	int rc;

	buf_adds(&text, fixture_is_pg() ? "EXPLAIN " : "EXPLAIN QUERY PLAN ");
	buf_adds(&text, made->sql);
	buf_clear(&plan.text);
	asked.sql = buf_cstr(&text);
	rc = plan.driver->run_made(c, &asked, &keep, e);
	buf_fini(&text);
	if (rc == -1)
		return -1;
	return plan.driver->run_made(c, made, sink, e);
}

/* `sqlite`, `pg`: what stands in the plan, also behind a cursor. */
static const struct {
	int line;
	const char *query;
	const char *sqlite, *pg;
} PLANS[] = {
	{ __LINE__, "limit=3", "videos_created", "videos_created" },
	{ __LINE__, "limit=3&order=created_at.desc", "videos_created",
	    "videos_created" },
	{ __LINE__, "limit=3&collection_id=eq.c-main", "videos_collection",
	    "videos_collection" },
	{ __LINE__, "limit=3&order=id.desc", "autoindex_videos_1",
	    "videos_pkey" },
	{ __LINE__, "video_id=eq.v-07", "autoindex_videos_2", "video_id" },
};

static void
check_plan(size_t row, bool resumes)
{
	struct slice text = buf_slice(&plan.text);
	const char *index = fixture_is_pg() ? PLANS[row].pg : PLANS[row].sqlite;
	const char *entered = fixture_is_pg() ? "Index Cond" : "SEARCH";

	if (slice_find(text, SLICE("Sort")) >= 0 ||
	    slice_find(text, SLICE("B-TREE")) >= 0 ||
	    slice_find(text, slice_from(index)) < 0 ||
	    (resumes && slice_find(text, slice_from(entered)) < 0))
		CHECK_SLICE_ROW(PLANS[row].line, text, index);
}

/* One page; `cursor` is where it begins, then where it ends. */
static void
plan_page(size_t row, struct store *s, struct buf *cursor)
{
	struct buf query = BUF_INIT;
	struct store_page page;
	struct err e = ERR_INIT;

	buf_adds(&query, PLANS[row].query);
	if (cursor->n > 0)
		buf_addf(&query, "&cursor=%s", buf_cstr(cursor));
	CHECK_ROW(PLANS[row].line,
	    list_ask(s, "", STORE_LIST_VIDEOS, buf_slice(&query), false, &page,
		&e) == 0);
	check_plan(row, cursor->n > 0);
	buf_clear(cursor);
	buf_add_slice(cursor, buf_slice(&page.cursor));
	buf_fini(&query);
	store_page_fini(&page);
}

/* The first page and the one behind it. */
static void
check_plans(size_t row, struct store *s)
{
	struct buf cursor = BUF_INIT;

	plan_page(row, s, &cursor);
	if (cursor.n > 0)
		plan_page(row, s, &cursor);
	buf_fini(&cursor);
}

static void
test_plans(void)
{
	struct store_driver driver;
	struct fixture f;

	fixture_open(&f);
	list_fill(f.s);
	/* So few rows are read and sorted faster than any index is. */
	if (fixture_is_pg())
		list_sql(f.s,
		    "ANALYZE; SET enable_seqscan = off; SET enable_sort = off;"
		    " SET enable_bitmapscan = off");
	plan.driver = f.s->driver;
	driver = *f.s->driver;
	driver.run_made = explain;
	f.s->driver = &driver;
	for (size_t i = 0; i < COUNT(PLANS); i++)
		check_plans(i, f.s);
	f.s->driver = plan.driver;
	buf_fini(&plan.text);
	fixture_close(&f);
}

static int
first_number(const struct store_row *row, void *cookie)
{
	int64_t *out = cookie;

	*out = row->values[0].number;
	return 1;
}

static void
check_collection(struct fixture *f, const char *value, int64_t n)
{
	struct buf query = BUF_INIT;
	struct store_page page;

	buf_addf(&query, "collection_id=%s&limit=50", value);
	CHECK(list_ask(f->s, "", STORE_LIST_VIDEOS, buf_slice(&query), false,
		  &page, &f->e) == 0);
	CHECK(page.n == n);
	buf_fini(&query);
	store_page_fini(&page);
}

/* How often a plan was made for given values; -1: no such statement. */
static int64_t
custom_plans(struct store *s)
{
	const struct store_made made = { "SELECT sum(custom_plans)::bigint FROM"
					 " pg_prepared_statements WHERE"
					 " statement LIKE '%(collection_id =%'",
		NULL, 0, false };
	struct err e = ERR_INIT;
	int64_t n = -1;
	struct store_sink sink = { first_number, &n, 0 };

	CHECK(store_run_made(s, &made, &sink, &e) == 0);
	return n;
}

static void
add_videos(struct fixture *f, const char *numbers, const char *collection)
{
	list_sql(f->s,
	    "INSERT INTO videos (id, video_id, collection_id) SELECT"
	    " gen_random_uuid(), 'p' || n, %s FROM generate_series(%s) n",
	    collection, numbers);
}

/* Some collections are small and one has nearly all: one plan does for each of
 * them. Before the server knows that it takes any plan for cheap, and then makes
 * some more until it is told otherwise by their average. */
static void
test_plan_is_kept(void)
{
	struct fixture f;
	int64_t before;

	if (!fixture_is_pg() || fixture_is_pooled())
		return;
	fixture_open(&f);
	add_videos(&f, "1, 2000", "'c' || n % 10");
	for (int i = 0; i < 6; i++)
		check_collection(&f, "eq.c3", 50);
	add_videos(&f, "2001, 50000", "'c-many'");
	list_sql(f.s, "ANALYZE videos");
	for (int i = 0; i < 200; i++)
		check_collection(&f, "eq.c3", 50);
	before = custom_plans(f.s);
	for (int i = 0; i < 20; i++)
		check_collection(&f, i % 2 ? "eq.c3" : "eq.c-many", 50);
	CHECK(before > 0 && custom_plans(f.s) == before);
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_equal),
	    CHECK_CASE(test_numbers), CHECK_CASE(test_lists_of_values),
	    CHECK_CASE(test_patterns), CHECK_CASE(test_times),
	    CHECK_CASE(test_orders), CHECK_CASE(test_hostile),
	    CHECK_CASE(test_shown), CHECK_CASE(test_lists),
	    CHECK_CASE(test_nobody_owns_nothing),
	    CHECK_CASE(test_time_as_shown), CHECK_CASE(test_no_json),
	    CHECK_CASE(test_limits), CHECK_CASE(test_plans),
	    CHECK_CASE(test_plan_is_kept), { NULL, NULL } });
}
