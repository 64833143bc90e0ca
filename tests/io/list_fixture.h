/**
 * Rows for lists: 40 videos of unlike metadata, five to a moment, and what
 * belongs to some of them; the same in either store.
 *
 *      videos       00000000-0000-4000-8000-0000000000NN, "v-NN", in c-main or
 *                   (each third) c-2
 *      transcripts, chunks, outputs   of the first ones, ids NN
 *      sessions     s-N of "ann", "bob" and nobody, each with messages
 *
 * Included by the test_store_list*.c programs only.
 */
#ifndef TESTS_IO_LIST_FIXTURE_H
#define TESTS_IO_LIST_FIXTURE_H

#include <stdarg.h>

#include "io/store_dialect.h"
#include "io/store_list.h"
#include "test_store_fixture.h"

#define LIST_ID "00000000-0000-4000-8000-0000000000"

/* By the video's number; what is asked for them is in test_store_list.c. */
static const char *const LIST_METADATA[] = {
	"{}",
	"{\"n\":1,\"name\":\"a\"}",
	"{\"n\":1.0,\"name\":\"b\"}",
	"{\"n\":100,\"name\":\"A\"}",
	"{\"n\":1e2,\"name\":\"B\"}",
	"{\"n\":-5}",
	"{\"n\":\"1\"}",
	"{\"n\":\"x\"}",
	"{\"n\":null}",
	"{\"n\":true}",
	/* 10 */
	"{\"n\":false}",
	"{\"n\":[1,2,3]}",
	"{\"n\":[1,2,3.0]}",
	"{\"n\":{\"a\":1,\"b\":[{\"c\":\"deep\"}]}}",
	"{\"n\":{\"b\":[{\"c\":\"deep\"}],\"a\":1.00}}",
	"{\"name\":\"it's \\\"quoted\\\"\"}",
	"{\"name\":\"back\\\\slash\"}",
	"{\"name\":\"100%\"}",
	"{\"name\":\"under_score\"}",
	"{\"name\":\"Stra\xc3\x9f"
	"e\"}",
	/* 20 */
	"{\"name\":\"\xc3\x84\xc3\x96\xc3\x9c\"}",
	"{\"name\":\"\xc3\xa4\xc3\xb6\xc3\xbc\"}",
	"{\"name\":\"\xf0\x9f\x98\x80 smile\"}",
	"{\"name\":\"\\u65e5\\u672c\"}",
	"{\"name\":\"\"}",
	"{\"name\":null}",
	"{\"name\":\"a\",\"lang\":\"de\"}",
	"{\"name\":\"a\",\"lang\":\"pt,br\"}",
	"{\"name\":\"a\",\"lang\":\"en\"}",
	"{\"lang\":\"EN\"}",
	/* 30 */
	"{\"lang\":\"de\",\"n\":2.5}",
	"{\"n\":12345678901234567890}",
	"{\"n\":12345678901234567891}",
	"{\"n\":0.1}",
	"{\"n\":1e-7}",
	"{\"key with space\":1}",
	"{\"a->b\":\"arrow\"}",
	"[1,{\"n\":7}]",
	"\"text\"",
	"null",
};

#define LIST_VIDEOS ((int)COUNT(LIST_METADATA))

/* One statement, of literals: $own is where our tables are. */
static inline void
list_sql(struct store *s, const char *format, ...)
{
	struct err e = ERR_INIT;
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (s->driver->script(s->conn, text, &e) == -1) {
		(void)printf("not ok list_sql: %s\n# %s\n", e.msg, text);
		abort();
	}
}

static inline const char *
list_own(const struct store *s)
{
	return s->driver->dialect == &store_dialect_pg ? "director." : "";
}

static inline void
list_video(struct store *s, int i)
{
	struct buf b = BUF_INIT;

	for (const char *p = LIST_METADATA[i]; *p != '\0'; p++)
		buf_adds(&b, *p == '\'' ? "''" : (char[]){ *p, '\0' });
	list_sql(s,
	    "INSERT INTO videos (id, video_id, collection_id, metadata,"
	    " created_at) VALUES ('" LIST_ID "%02d', 'v-%02d', '%s', '%s',"
	    " '2026-01-02T03:04:%02d.5%02dZ')",
	    i, i, i % 3 == 0 ? "c-2" : "c-main", buf_cstr(&b), i / 5, i / 5);
	buf_fini(&b);
}

/* Transcripts of videos 0 to 2, chunks of them, outputs of 0 and 1. */
static inline void
list_texts(struct store *s)
{
	for (int i = 0; i < 9; i++) {
		if (i < 3)
			list_sql(s,
			    "INSERT INTO transcripts (id, video_id, full_text,"
			    " created_at) VALUES ('" LIST_ID "%02d', '" LIST_ID
			    "%02d', 'text %d',"
			    " '2026-01-02T03:04:05.%03dZ')",
			    i, i, i, i);
		list_sql(s,
		    "INSERT INTO transcript_chunks (id, transcript_id,"
		    " chunk_text, chunk_index, created_at) VALUES ('" LIST_ID
		    "%02d', '" LIST_ID "%02d', 'piece %d', %d,"
		    " '2026-01-02T03:04:05.000Z')",
		    i, i % 3, i, i / 3);
		list_sql(s,
		    "INSERT INTO generated_outputs (id, video_id, output_type,"
		    " content, created_at) VALUES ('" LIST_ID "%02d', '" LIST_ID
		    "%02d', '%s', '%s',"
		    " '2026-01-02T03:04:05.000Z')",
		    i, i % 2, i < 6 ? "analysis" : "structured_data",
		    i < 6 ? "words" : "{\"a\": 1}");
	}
}

/* s-0 to s-5; two messages each, of the same ids in all sessions. */
static inline void
list_sessions(struct store *s)
{
	static const char *const WHO[] = { "ann", "bob", "" };
	const char *own = list_own(s);

	for (int i = 0; i < 6; i++) {
		list_sql(s,
		    "INSERT INTO %ssessions (session_id, principal, name,"
		    " created_ms, updated_ms) VALUES ('s-%d', '%s', %s, %d,"
		    " 1767323045678)",
		    own, i, WHO[i % 3], i < 3 ? "NULL" : "'called'", i);
		for (int m = 0; m < 2; m++)
			list_sql(s,
			    "INSERT INTO %sconversations (session_id, msg_id,"
			    " conv_id, msg_type, status, seq, created_ms,"
			    " updated_ms) VALUES ('s-%d', 'm-%d', 'c',"
			    " 'input', 'success', %d, 1, 2)",
			    own, i, m, m + 1);
		/* The last one has no session, and is everybody's. */
		list_sql(s,
		    "INSERT INTO %sjobs (id, type, payload, session_id, state,"
		    " due_ms, created_ms, updated_ms) VALUES ('j-%d', 'chat',"
		    " '{}', nullif('s-%d', 's-5'), 'queued', 0, 7, 7)",
		    own, i, i);
	}
}

static inline void
list_fill(struct store *s)
{
	list_sql(s,
	    "INSERT INTO %scollections (id, name, created_at)"
	    " VALUES ('c-2', 'Two', '2100-01-01T00:00:00.000Z')",
	    list_own(s));
	list_sql(s, "BEGIN");
	for (int i = 0; i < LIST_VIDEOS; i++)
		list_video(s, i);
	list_texts(s);
	list_sessions(s);
	list_sql(s, "COMMIT");
}

/** What `who` gets; -1 with `e` also when the query itself is refused. */
static inline int
list_ask(struct store *s, const char *who, enum store_list_id id,
    struct slice query, bool count, struct store_page *page, struct err *e)
{
	const struct principal principal = { slice_from(who) };
	const struct store_view view = { &principal, false };
	const struct rest_asked asked = { .query = query };
	struct rest_query *q = malloc(sizeof(*q));
	struct arena a = ARENA_INIT;
	int rc;

	*page = (struct store_page){
		.json = BUF_INIT, .total = -1, .cursor = BUF_INIT
	};
	rc = rest_query_parse(store_list_table(id), &asked, &a, q, e);
	if (rc == 0)
		rc = store_list(s, &view, id, q, count, page, e);
	arena_fini(&a);
	free(q);
	return rc;
}

/** The rows of a page; none, and the case fails, when it is no JSON array. */
static inline struct json_object *
list_rows(const struct store_page *page)
{
	struct json_object *rows = NULL;

	if (jval_parse(buf_slice(&page->json), &rows) == JVAL_OK)
		return rows;
	check_fail(__FILE__, __LINE__, "page is JSON");
	(void)printf("# %.*s\n", (int)page->json.n, page->json.p);
	return json_object_new_array();
}

/** Append the last two characters of each row's `key`: "07 12". */
static inline void
list_numbers(struct buf *b, struct json_object *rows, const char *key)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct slice id =
		    jval_str(json_object_array_get_idx(rows, i), key);

		buf_addf(b, "%s%.*s", b->n > 0 ? " " : "",
		    SLICE_ARG(slice_from_at(id, id.n > 2 ? id.n - 2 : 0)));
	}
}

#endif
