/* Search over chunks: by meaning, by words, within what. */
#include "io/store_search.h"

#include <sqlite3.h>

#include "io/store_sqlite_fn.h"
#include "test_store_fixture.h"
#include "text/embed.h"

static const struct principal NOBODY = { { "", 0 } };

static bool
has_vectors(void)
{
	return strcmp(fixture_topology(), "pg-plain") != 0;
}

/* A video with these chunks (NULL ends), embedded. */
static void
add(struct fixture *f, const char *name, const char *collection,
    const char *const *texts)
{
	struct store_video_new new = { .video_id = slice_from(name),
		.collection_id = slice_from(collection) };
	static float vectors[8][EMBED_DIMS];
	struct store_chunk chunks[8];
	struct json_object *video = NULL, *transcript = NULL;
	size_t n = 0;

	CHECK(store_video_add(f->s, &NOBODY, &new, &video, &f->e) == 0);
	CHECK(store_transcript_put(f->s, &NOBODY, slice_from(name), SLICE("x"),
		  NULL, &transcript, &f->e) == 0);
	for (; texts[n] != NULL; n++) {
		embed_text(slice_from(texts[n]), vectors[n]);
		chunks[n] = (struct store_chunk){ slice_from(texts[n]), NULL,
			vectors[n] };
	}
	CHECK(store_chunk_replace(
		  f->s, jval_str(transcript, "id"), chunks, n, &f->e) == 0);
	(void)json_object_put(video);
	(void)json_object_put(transcript);
}

static void
add_output(struct fixture *f, const char *video, const char *type)
{
	const struct store_output output = { type, SLICE("{}"), NULL };
	struct json_object *row = NULL;

	CHECK(store_video_get(f->s, &NOBODY, slice_from(video), &row, &f->e) ==
	    0);
	CHECK(store_output_replace(
		  f->s, jval_str(row, "id"), &output, 1, &f->e) == 0);
	(void)json_object_put(row);
}

/* 1: price and beach; 2: beach; 3: sailing, and a chunk that nothing is like. */
static void
add_all(struct fixture *f)
{
	add(f, "v-1", "c-main",
	    (const char *const[]){ "the price of the house is too high",
		"a house at the beach", NULL });
	add(f, "v-2", "c-two",
	    (const char *const[]){ "we walked along the beach at sunset",
		"price lists and the price of houses", NULL });
	add(f, "v-3", "c-two",
	    (const char *const[]){ "sailing boats need wind", "...", NULL });
	add(f, "v-4", "c-marks",
	    (const char *const[]){ "we run node.js at www.example.com/path",
		"mail anna@example.org about v2.0-beta of snake_case", NULL });
	add_output(f, "v-2", "analysis");
	add_output(f, "v-3", "voice_prompt");
}

/* "v-1/0 v-2/1", best first. */
static void
print_rows(struct buf *b, struct json_object *rows)
{
	for (size_t i = 0; rows && i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		buf_addf(b, "%s%.*s/%lld", i > 0 ? " " : "",
		    SLICE_ARG(jval_str(row, "video_id")),
		    (long long)fixture_int(row, "chunk_index"));
	}
}

struct search_row {
	int line;
	const char *what;
	const char *video, *collection, *output;
	int limit;
	const char *want;
};

static struct store_search
asked(const struct search_row *r)
{
	return (struct store_search){ slice_from(r->video),
		slice_from(r->collection), slice_from(r->output), r->limit, 0,
		SLICE_EMPTY };
}

static void
check_rows(struct fixture *f, const struct search_row *r, int rc,
    struct json_object *rows)
{
	struct buf b = BUF_INIT;

	if (rc != 0)
		(void)printf("# %s\n", f->e.msg);
	CHECK_ROW(r->line, rc == 0);
	print_rows(&b, rows);
	CHECK_SLICE_ROW(r->line, buf_slice(&b), r->want);
	buf_fini(&b);
	(void)json_object_put(rows);
}

#define ALL "", "", ""

static const struct search_row WORDS[] = {
	{ __LINE__, "price", ALL, 10, "v-2/1 v-1/0" },
	{ __LINE__, "price", ALL, 1, "v-2/1" },
	{ __LINE__, "PRICE house", ALL, 10, "v-1/0" },
	{ __LINE__, "sunset or sailing", "", "c-two", "voice_prompt", 10,
	    "v-3/0" },
	{ __LINE__, "beach -sunset", ALL, 10, "v-1/1" },
	{ __LINE__, "\"the beach\"", "v-2", "", "", 10, "v-2/0" },
	{ __LINE__, "beach", "", "c-two", "", 10, "v-2/0" },
	{ __LINE__, "beach", "", "c-none", "", 10, "" },
	{ __LINE__, "beach", "", "", "analysis", 10, "v-2/0" },
	{ __LINE__, "beach", "v-1", "c-two", "", 10, "" },
	{ __LINE__, "beach", "nobody's", "", "", 10, "" },
	/* Parts of what PostgreSQL's parser takes for one word. */
	{ __LINE__, "node", ALL, 10, "v-4/0" },
	{ __LINE__, "node.js", ALL, 10, "v-4/0" },
	{ __LINE__, "js.node", ALL, 10, "" },
	{ __LINE__, "example.com", ALL, 10, "v-4/0" },
	{ __LINE__, "www.example.com/path", ALL, 10, "v-4/0" },
	{ __LINE__, "anna", ALL, 10, "v-4/1" },
	{ __LINE__, "mail -anna", ALL, 10, "" },
	{ __LINE__, "anna@example.org", ALL, 10, "v-4/1" },
	{ __LINE__, "beta", ALL, 10, "v-4/1" },
	{ __LINE__, "v2.0-beta or nothing", ALL, 10, "v-4/1" },
	{ __LINE__, "snake case", ALL, 10, "v-4/1" },
	{ __LINE__, "?!", ALL, 10, "" },
	{ __LINE__, "-beach", ALL, 10, "" },
	{ __LINE__, "' OR 1=1 --", ALL, 10, "" },
};

static void
test_words(void)
{
	struct fixture f;

	fixture_open(&f);
	add_all(&f);
	for (size_t i = 0; i < COUNT(WORDS); i++) {
		const struct store_search search = asked(&WORDS[i]);
		struct json_object *rows = NULL;

		int rc = store_search_words(f.s, &NOBODY, &search,
		    slice_from(WORDS[i].what), &rows, &f.e);

		check_rows(&f, &WORDS[i], rc, rows);
	}
	fixture_close(&f);
}

static const struct search_row NEAR[] = {
	{ __LINE__, "walking at the beach at sunset", ALL, 2, "v-2/0 v-1/1" },
	{ __LINE__, "the prices of houses", ALL, 1, "v-2/1" },
	{ __LINE__, "a boat for sailing", "", "c-two", "", 1, "v-3/0" },
	{ __LINE__, "a boat for sailing", "v-2", "c-main", "", 9, "" },
	{ __LINE__, "the house at the beach", "v-1", "", "", 2, "v-1/1 v-1/0" },
	{ __LINE__, "the sailing boat", "", "", "voice_prompt", 1, "v-3/0" },
	{ __LINE__, "...", ALL, 10, "" },
	{ __LINE__, "beach", "", "c-none", "", 10, "" },
};

static int
near(struct fixture *f, const struct search_row *r, struct json_object **rows)
{
	const struct store_search search = asked(r);
	float vector[EMBED_DIMS];

	embed_text(slice_from(r->what), vector);
	return store_search_near(f->s, &NOBODY, &search, vector, rows, &f->e);
}

static void
test_near(void)
{
	struct fixture f;

	fixture_open(&f);
	add_all(&f);
	for (size_t i = 0; i < COUNT(NEAR) && has_vectors(); i++) {
		struct json_object *rows = NULL;
		int rc = near(&f, &NEAR[i], &rows);

		check_rows(&f, &NEAR[i], rc, rows);
	}
	fixture_close(&f);
}

static void
set_model(struct fixture *f, const char *model, const char *like)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE transcript_chunks SET metadata ="
	    " '{\"embedding_model\":\"%s\"}' WHERE chunk_text LIKE '%s'",
	    model, like);
	CHECK(f->s->driver->script(f->s->conn, sql, &f->e) == 0);
}

/* What another model made is not compared, wherever it is. */
static void
test_near_of_a_model(void)
{
	const struct search_row row = { __LINE__, "the price of the house", ALL,
		10, "" };
	struct store_search search = asked(&row);
	float vector[EMBED_DIMS];
	struct fixture f;

	fixture_open(&f);
	add_all(&f);
	set_model(&f, "mine", "%beach%");
	set_model(&f, "other", "%price%");
	embed_text(slice_from(row.what), vector);
	for (int exact = 0; exact < 2 && has_vectors(); exact++) {
		struct json_object *rows = NULL;
		struct buf b = BUF_INIT;

		search.exact_max = exact == 0 ? 1 : 0;
		search.model = SLICE("mine");
		CHECK(store_search_near(
			  f.s, &NOBODY, &search, vector, &rows, &f.e) == 0);
		print_rows(&b, rows);
		CHECK_SLICE(buf_slice(&b), "v-1/1 v-2/0");
		(void)json_object_put(rows);
		search.model = SLICE("nobody's");
		CHECK(store_search_near(
			  f.s, &NOBODY, &search, vector, &rows, &f.e) == 0);
		CHECK(json_object_array_length(rows) == 0);
		(void)json_object_put(rows);
		buf_fini(&b);
	}
	fixture_close(&f);
}

static void
test_without_vectors(void)
{
	struct json_object *rows = NULL;
	struct fixture f;

	fixture_open(&f);
	add_all(&f);
	if (!has_vectors()) {
		CHECK(near(&f, &NEAR[0], &rows) == -1);
		CHECK(f.e.code == ERR_UNAVAILABLE);
		CHECK(strcmp(err_word(&f.e), STORE_SEARCH_NO_VECTORS) == 0);
		CHECK(f.e.hint != NULL && rows == NULL);
		CHECK(!f.s->inside);
	}
	fixture_close(&f);
}

/* A row says all that a hit shows. */
static void
test_row(void)
{
	static const struct search_row ROW = { __LINE__, "sailing", ALL, 1,
		"" };
	const struct store_search search = asked(&ROW);
	struct json_object *rows = NULL, *row, *again = NULL;
	struct fixture f;

	fixture_open(&f);
	add_all(&f);
	CHECK(store_search_words(f.s, &NOBODY, &search, slice_from(ROW.what),
		  &rows, &f.e) == 0);
	row = json_object_array_get_idx(rows, 0);
	CHECK(json_object_object_length(row) == 10);
	CHECK(jval_str(row, "id").n == 36);
	CHECK(jval_str(row, "transcript_id").n == 36);
	CHECK(
	    slice_eqs(jval_str(row, "chunk_text"), "sailing boats need wind"));
	CHECK(slice_eqs(jval_str(row, "collection_id"), "c-two"));
	CHECK(json_object_is_type(
	    json_object_object_get(row, "metadata"), json_type_object));
	CHECK(json_object_is_type(
	    json_object_object_get(row, "video_metadata"), json_type_object));
	CHECK(json_object_get_double(json_object_object_get(row, "score")) > 0);
	/* Also by its uuid. */
	CHECK(store_search_words(f.s, &NOBODY,
		  &(struct store_search){
		      .video = jval_str(row, "video_uuid"), .limit = 9 },
		  slice_from(ROW.what), &again, &f.e) == 0);
	CHECK(json_object_array_length(again) == 1);
	(void)json_object_put(again);
	(void)json_object_put(rows);
	fixture_close(&f);
}

/*
 * PostgreSQL's index is asked where there are too many chunks to compare them
 * all; with a filter it goes on until enough have passed, though all of its first
 * candidates are in another collection.
 */
enum {
	MANY = 1100, /* more than the index looks at once */
	FEW = 30
};

static void
add_many(struct fixture *f, const char *video, const char *collection, int n)
{
	struct store_video_new new = { .video_id = slice_from(video),
		.collection_id = slice_from(collection) };
	float(*vectors)[EMBED_DIMS] = calloc((size_t)n, sizeof(*vectors));
	struct store_chunk *chunks = calloc((size_t)n, sizeof(*chunks));
	struct json_object *row = NULL, *transcript = NULL;
	char text[64];

	for (int i = 0; i < n; i++) {
		(void)snprintf(text, sizeof(text), "%s %d",
		    n == MANY ? "at the beach at sunset" : "a beach", i);
		embed_text(slice_from(text), vectors[i]);
		chunks[i] =
		    (struct store_chunk){ SLICE("x"), NULL, vectors[i] };
	}
	CHECK(store_video_add(f->s, &NOBODY, &new, &row, &f->e) == 0);
	CHECK(store_transcript_put(f->s, &NOBODY, slice_from(video), SLICE("x"),
		  NULL, &transcript, &f->e) == 0);
	CHECK(store_chunk_replace(f->s, jval_str(transcript, "id"), chunks,
		  (size_t)n, &f->e) == 0);
	(void)json_object_put(row);
	(void)json_object_put(transcript);
	free(chunks);
	free(vectors);
}

static void
check_count(struct fixture *f, const struct store_search *search, size_t want)
{
	struct json_object *rows = NULL;
	float vector[EMBED_DIMS];
	double last = 2;

	embed_text(SLICE("at the beach at sunset"), vector);
	CHECK(store_search_near(f->s, &NOBODY, search, vector, &rows, &f->e) ==
	    0);
	CHECK(json_object_array_length(rows) == want);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		double score = json_object_get_double(json_object_object_get(
		    json_object_array_get_idx(rows, i), "score"));

		CHECK(score <= last && score > 0);
		last = score;
	}
	(void)json_object_put(rows);
}

static void
test_many(void)
{
	struct fixture f;

	fixture_open(&f);
	add_many(&f, "v-many", "c-many", MANY);
	add_many(&f, "v-few", "c-few", FEW);
	for (int64_t exact = 1; exact <= MANY && has_vectors();
	     exact += MANY - 1) {
		const struct store_search rows[] = {
			{ .limit = 100, .exact_max = exact },
			{ .collection_id = SLICE("c-few"),
			    .limit = 100,
			    .exact_max = exact },
			{ .video = SLICE("v-many"),
			    .limit = 250,
			    .exact_max = exact },
		};
		static const size_t WANT[] = { 100, FEW, 250 };

		for (size_t i = 0; i < COUNT(rows); i++)
			check_count(&f, &rows[i], WANT[i]);
	}
	fixture_close(&f);
}

/* The functions that SQLite has for it. */

/* What an expression gives, "NULL" for nothing. */
static void
check_value(sqlite3 *db, int line, const char *sql, const char *want)
{
	sqlite3_stmt *st = NULL;
	const unsigned char *got = NULL;

	CHECK_ROW(
	    line, sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK);
	CHECK_ROW(line, sqlite3_step(st) == SQLITE_ROW);
	got = sqlite3_column_text(st, 0);
	CHECK_SLICE_ROW(
	    line, slice_from(got == NULL ? "NULL" : (const char *)got), want);
	(void)sqlite3_finalize(st);
}

static void
test_functions(void)
{
	static const struct {
		int line;
		const char *sql;
		const char *want;
	} ROWS[] = {
		{ __LINE__, "SELECT words_match('a \"b c\"')",
		    "(\"a\" AND \"b c\")" },
		{ __LINE__, "SELECT words_match('...')", "NULL" },
		{ __LINE__, "SELECT words_match(NULL)", "NULL" },
		{ __LINE__,
		    "SELECT vector_cosine(zeroblob(6144), zeroblob(6144))",
		    "0.0" },
		{ __LINE__,
		    "SELECT vector_cosine(zeroblob(6143), zeroblob(6144))",
		    "NULL" },
		{ __LINE__,
		    "SELECT vector_cosine(zeroblob(6144), zeroblob(6145))",
		    "NULL" },
		{ __LINE__, "SELECT vector_cosine('x', zeroblob(6144))",
		    "NULL" },
		{ __LINE__, "SELECT vector_cosine(zeroblob(6144), NULL)",
		    "NULL" },
	};
	struct store_sqlite_watch watch = { .go_on = NULL };
	sqlite3 *db;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    store_sqlite_fn_register(db, &watch) != SQLITE_OK)
		abort();
	for (size_t i = 0; i < COUNT(ROWS); i++)
		check_value(db, ROWS[i].line, ROWS[i].sql, ROWS[i].want);
	(void)sqlite3_close(db);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_words),
	    CHECK_CASE(test_near),
	    CHECK_CASE(test_near_of_a_model),
	    CHECK_CASE(test_without_vectors),
	    CHECK_CASE(test_row),
	    CHECK_CASE(test_many),
	    CHECK_CASE(test_functions),
	    { NULL, NULL },
	});
}
