/*
 * A statement is put together of parts: a filter that is not asked for is not in
 * it, which the planner would have to see through.
 */
#include "io/store_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "io/store_sql.h"
#include "text/words_query.h"

struct statement {
	struct store *store;
	struct store_sql sql;
};

static struct statement *
statement_new(struct store *s)
{
	struct statement *m = ck_malloc(sizeof(*m));

	m->store = s;
	store_sql_init(&m->sql, s->driver->dialect);
	return m;
}

/* The end of a statement; its rows are JSON. */
static int
statement_run(struct statement *m, struct json_object **rows, struct err *e)
{
	struct store_sink sink = { store_row_append, NULL, 0 };
	int rc;

	*rows = json_object_new_array();
	if (*rows == NULL)
		abort();
	sink.cookie = *rows;
	rc = store_sql_run(m->store, &m->sql, &sink, e);
	store_sql_fini(&m->sql);
	free(m);
	if (rc == 0)
		return 0;
	(void)json_object_put(*rows);
	*rows = NULL;
	return -1;
}

/* Filters */

static void
put_filter(struct statement *m, struct buf *b, enum store_part part,
    struct slice value)
{
	struct store_sql_part with = { .v = 0 };

	if (value.n == 0)
		return;
	with.v = store_sql_param(&m->sql, store_text(value));
	buf_adds(b, store_sql_made(&m->sql, part, &with));
}

/* What stands behind a condition; "" where there is no filter. */
static const char *
filters(struct statement *m, const struct store_search *search,
    enum store_part within, struct slice model)
{
	struct buf b = BUF_INIT;
	const char *made = "";

	put_filter(m, &b, STORE_PART_SEARCH_VIDEO, search->video);
	put_filter(m, &b, STORE_PART_SEARCH_COLLECTION, search->collection_id);
	put_filter(m, &b, STORE_PART_SEARCH_OUTPUT, search->output_type);
	if (b.n > 0)
		made = store_sql_made(&m->sql, within,
		    &(struct store_sql_part){ .x = buf_cstr(&b) });
	buf_clear(&b);
	put_filter(m, &b, STORE_PART_SEARCH_MODEL, model);
	if (b.n > 0) {
		buf_adds(&b, made);
		made = arena_strdup(&m->sql.arena, buf_slice(&b));
	}
	buf_fini(&b);
	return made;
}

static double
score_of(struct json_object *row)
{
	return json_object_get_double(json_object_object_get(row, "score"));
}

static int
best_first(const void *left, const void *right)
{
	struct json_object *a = *(struct json_object *const *)left;
	struct json_object *b = *(struct json_object *const *)right;
	double x = score_of(a), y = score_of(b);

	if (isless(x, y) || isgreater(x, y))
		return x < y ? 1 : -1;
	return strcmp(json_object_get_string(json_object_object_get(a, "id")),
	    json_object_get_string(json_object_object_get(b, "id")));
}

/* The best that have anything in common with what was looked for. */
static void
take_best(struct json_object *rows, int64_t limit)
{
	size_t n = json_object_array_length(rows), kept = 0;

	json_object_array_sort(rows, best_first);
	while (kept < n && kept < (size_t)limit &&
	    score_of(json_object_array_get_idx(rows, kept)) > 0)
		kept++;
	(void)json_object_array_del_idx(rows, kept, n - kept);
}

/* Run `part` for `what`. */
static int
find(struct store *s, enum store_part part, const struct store_search *search,
    struct store_value what, struct json_object **rows, struct err *e)
{
	struct statement *m = statement_new(s);
	struct store_sql_part with = { .v = store_sql_param(&m->sql, what) };

	with.x = part == STORE_PART_SEARCH_WORDS
	    ? filters(m, search, STORE_PART_SEARCH_WORDS_WITHIN, SLICE_EMPTY)
	    : filters(m, search, STORE_PART_SEARCH_WITHIN, search->model);
	with.p = store_sql_param(&m->sql, store_int(search->limit));
	store_sql_part(&m->sql, part, &with);
	if (statement_run(m, rows, e) != 0)
		return -1;
	take_best(*rows, search->limit);
	return 0;
}

/* By meaning */

static int
no_vectors(struct err *e)
{
	(void)err_set(e, ERR_UNAVAILABLE,
	    "This store cannot compare embeddings: PostgreSQL lacks the "
	    "extension pgvector.");
	return err_more(e, STORE_SEARCH_NO_VECTORS,
	    "Search by keyword works without it.",
	    "Install pgvector on the database server (package "
	    "postgresql-NN-pgvector, or github.com/pgvector/pgvector), run "
	    "CREATE EXTENSION vector in the database, then restart "
	    "director.fcgi.");
}

static int64_t
exact_max(const struct store_search *search)
{
	return search->exact_max > 0 ? search->exact_max : STORE_SEARCH_EXACT;
}

/* How many chunks there may be, at most one more than are compared one by one. */
static int
count(struct store *s, const struct store_search *search, int64_t *chunks,
    struct err *e)
{
	struct statement *m = statement_new(s);
	/* Whoever embedded them: to read metadata takes longer than counting. */
	struct store_sql_part with = {
		.x = filters(m, search, STORE_PART_SEARCH_WITHIN, SLICE_EMPTY)
	};
	struct json_object *rows, *row;

	with.v = store_sql_param(&m->sql, store_int(exact_max(search) + 1));
	store_sql_part(&m->sql, STORE_PART_SEARCH_COUNT, &with);
	if (statement_run(m, &rows, e) != 0)
		return -1;
	row = json_object_array_get_idx(rows, 0);
	if (row != NULL)
		*chunks = json_object_get_int64(
		    json_object_object_get(row, "chunks"));
	(void)json_object_put(rows);
	return row != NULL ? 0 : no_vectors(e);
}

/* Settings for the index. */
static int
steer(struct store *s, struct err *e)
{
	struct statement *m = statement_new(s);
	struct json_object *rows;

	store_sql_part(&m->sql, STORE_PART_SEARCH_STEER,
	    &(struct store_sql_part){ .v = 0 });
	if (statement_run(m, &rows, e) != 0)
		return -1;
	(void)json_object_put(rows);
	return 0;
}

static int
find_near(struct store *s, const struct store_search *search,
    struct store_value embedding, struct json_object **rows, struct err *e)
{
	enum store_part part = STORE_PART_SEARCH_EXACT;
	int64_t chunks = 0;

	if (count(s, search, &chunks, e) != 0)
		return -1;
	if (search->video.n == 0 && chunks > exact_max(search)) {
		part = STORE_PART_SEARCH_NEAR;
		if (steer(s, e) != 0)
			return -1;
	}
	return find(s, part, search, embedding, rows, e);
}

/* The settings hold for a transaction, also behind a pooler. */
static int
find_by_index(struct store *s, const struct store_search *search,
    struct store_value embedding, struct json_object **rows, struct err *e)
{
	int rc;

	if (store_begin_read(s, e) != 0)
		return -1;
	rc = find_near(s, search, embedding, rows, e);
	store_rollback(s);
	return rc;
}

int
store_search_near(struct store *s, const struct principal *who,
    const struct store_search *search,
    const float embedding[static STORE_DIMENSIONS], struct json_object **rows,
    struct err *e)
{
	struct store_value what = store_floats(embedding, STORE_DIMENSIONS);

	(void)who;
	*rows = NULL;
	if (s->driver->dialect->scans)
		return find(s, STORE_PART_SEARCH_EXACT, search, what, rows, e);
	return find_by_index(s, search, what, rows, e);
}

/* By words */

int
store_search_words(struct store *s, const struct principal *who,
    const struct store_search *search, struct slice words,
    struct json_object **rows, struct err *e)
{
	struct buf query = BUF_INIT;
	int rc = 0;

	(void)who;
	*rows = NULL;
	/* SQLite reads the words itself (words_match()). */
	if (words_query_web(words, &query))
		rc = find(s, STORE_PART_SEARCH_WORDS, search,
		    store_text(
			s->driver->dialect->scans ? words : buf_slice(&query)),
		    rows, e);
	else if ((*rows = json_object_new_array()) == NULL)
		abort();
	buf_fini(&query);
	return rc;
}
