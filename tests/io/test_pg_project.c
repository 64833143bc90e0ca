/*
 * A project that was there before us: tables as Supabase's users have them, with
 * what nobody forbids in them, taken as they are; and a role that may not make
 * tables.
 */
#include "handlers/resource.h"
#include "io/store_list.h"
#include "io/store_video.h"
#include "list_fixture.h"

static const struct principal NOBODY = { { "", 0 } };

/* The seeds' tables, with defaults, without constraints. */
static const char *const KINDS[][4] = {
	/* metadata, created_at, content */
	{ "json", "timestamp", "jsonb" },
	{ "jsonb", "timestamptz", "text" },
};

static void
make_tables(struct store *s, size_t kind)
{
	const char *json = KINDS[kind][0], *time = KINDS[kind][1];

	list_sql(s,
	    "CREATE TABLE videos (id uuid PRIMARY KEY DEFAULT"
	    " gen_random_uuid(), video_id text, collection_id text, metadata"
	    " %s, created_at %s DEFAULT now())",
	    json, time);
	list_sql(s,
	    "CREATE TABLE transcripts (id uuid PRIMARY KEY DEFAULT"
	    " gen_random_uuid(), video_id uuid REFERENCES videos (id),"
	    " full_text text, metadata %s, created_at %s DEFAULT now())",
	    json, time);
	list_sql(s,
	    "CREATE TABLE transcript_chunks (id uuid PRIMARY KEY DEFAULT"
	    " gen_random_uuid(), transcript_id uuid REFERENCES transcripts"
	    " (id), chunk_text text, chunk_index int, embedding vector(1536),"
	    " metadata %s, created_at %s DEFAULT now())",
	    json, time);
	list_sql(s,
	    "CREATE TABLE generated_outputs (id uuid PRIMARY KEY DEFAULT"
	    " gen_random_uuid(), video_id uuid REFERENCES videos (id),"
	    " output_type text, content %s, metadata %s, created_at %s DEFAULT"
	    " now())",
	    KINDS[kind][2], json, time);
}

/* Two videos of one name, NULL wherever one may be. */
static void
fill_tables(struct store *s)
{
	list_sql(s,
	    "INSERT INTO videos (id, video_id, collection_id, metadata,"
	    " created_at) VALUES"
	    " ('" LIST_ID "01', 'v', 'theirs', '{\"n\": 1}', '2026-01-01'),"
	    " ('" LIST_ID "02', 'v', NULL, NULL, NULL),"
	    " ('" LIST_ID "03', NULL, 'theirs', '\"text\"', '2026-01-03'),"
	    " ('" LIST_ID "04', 'w', 'c-main', '[]', NULL)");
	list_sql(s,
	    "INSERT INTO transcripts (id, video_id, full_text) VALUES"
	    " ('" LIST_ID "01', '" LIST_ID "01', 'one'), ('" LIST_ID
	    "02', '" LIST_ID "01', NULL)");
	list_sql(s,
	    "INSERT INTO transcript_chunks (transcript_id, chunk_text) VALUES"
	    " ('" LIST_ID "01', 'x'), ('" LIST_ID "01', NULL)");
	list_sql(s,
	    "INSERT INTO generated_outputs (id, video_id, output_type, content)"
	    " VALUES ('" LIST_ID "01', '" LIST_ID
	    "01', 'training_data', '{\"a\": 1}'),"
	    " ('" LIST_ID "02', '" LIST_ID "01', 'voice_prompt', NULL)");
}

/* The tables made, but not ours. */
static void
open_project(struct fixture *f, size_t kind)
{
	fixture_open_empty(f);
	f->s = store_open(f->url, &f->e);
	make_tables(f->s, kind);
	fill_tables(f->s);
	list_sql(
	    f->s, "ALTER DATABASE %s SET timezone = 'Asia/Tokyo'", f->database);
	store_close(f->s);
	f->s = store_open(f->url, &f->e);
}

static void
check_numbers(
    struct store *s, enum store_list_id id, const char *query, const char *want)
{
	struct store_page page;
	struct buf got = BUF_INIT;
	struct json_object *rows;
	struct err e = ERR_INIT;

	CHECK(list_ask(s, "", id, slice_from(query), true, &page, &e) == 0);
	CHECK_SLICE(slice_from(e.msg), "");
	rows = list_rows(&page);
	list_numbers(&got, rows, "id");
	CHECK_SLICE(buf_slice(&got), want);
	(void)json_object_put(rows);
	buf_fini(&got);
	store_page_fini(&page);
}

/* All rows by their numbers, a page at a time. */
static void
check_pages(struct store *s, const char *order, const char *want)
{
	struct buf got = BUF_INIT, cursor = BUF_INIT, query = BUF_INIT;
	struct store_page page;
	struct json_object *rows;
	struct err e = ERR_INIT;

	do {
		buf_clear(&query);
		buf_addf(&query, "limit=1&order=%s", order);
		if (cursor.n > 0)
			buf_addf(&query, "&cursor=%s", buf_cstr(&cursor));
		CHECK(list_ask(s, "", STORE_LIST_VIDEOS, buf_slice(&query),
			  false, &page, &e) == 0);
		rows = list_rows(&page);
		list_numbers(&got, rows, "id");
		buf_clear(&cursor);
		buf_add_slice(&cursor, buf_slice(&page.cursor));
		(void)json_object_put(rows);
		store_page_fini(&page);
	} while (cursor.n > 0 && got.n < 100);
	CHECK_SLICE(buf_slice(&got), want);
	buf_fini(&got);
	buf_fini(&cursor);
	buf_fini(&query);
}

static void
check_reading(struct store *s)
{
	struct json_object *row = NULL;
	struct err e = ERR_INIT;

	check_numbers(s, STORE_LIST_VIDEOS, "order=id", "01 02 03 04");
	check_numbers(s, STORE_LIST_VIDEOS, "video_id=eq.v&order=id", "01 02");
	check_numbers(s, STORE_LIST_VIDEOS, "metadata->n=eq.1", "01");
	check_numbers(s, STORE_LIST_VIDEOS, "metadata=eq.%22text%22", "03");
	check_numbers(s, STORE_LIST_VIDEOS, "metadata=is.null", "02");
	check_numbers(
	    s, STORE_LIST_VIDEOS, "created_at=eq.2026-01-03T00:00:00Z", "03");
	check_numbers(s, STORE_LIST_VIDEOS,
	    "created_at=in.(2026-01-03T00:00:00Z,2026-01-02T15:00:00Z)", "03");
	check_pages(s, "created_at,id", "01 03 02 04");
	check_pages(s, "created_at.desc,id", "02 04 03 01");
	check_pages(s, "collection_id,video_id.desc,id", "04 03 01 02");
	check_numbers(s, STORE_LIST_COLLECTIONS, "id=eq.theirs", "rs");
	check_numbers(s, STORE_LIST_TRANSCRIPTS, "order=id", "01 02");
	check_numbers(s, STORE_LIST_OUTPUTS, "order=id", "01 02");
	CHECK(store_video_get(s, &NOBODY, SLICE("v"), &row, &e) == 0);
	CHECK_SLICE(jval_str(row, "id"), LIST_ID "01");
	(void)json_object_put(row);
}

static const char *const CONTENTS[] = { "Plain words.", "", "\"in quotes\"",
	"{not JSON}", "[1, 2] and more", "it's {\"a\": 1}",
	"{\"a\": 1}, \"content\": {\"b\": 2}", "12", "null", "true",
	"{\"a\": 1}", "[]", "{\"a\": 1e999999}" };

/* What was written is read as it was; only JSON is JSON in a jsonb column. */
static void
check_contents(struct store *s, bool jsonb)
{
	struct json_object *job = fixture_json("{\"job\": \"j\"}");
	struct json_object *rows = NULL;
	struct store_output outputs[COUNT(CONTENTS)];
	struct err e = ERR_INIT;

	for (size_t i = 0; i < COUNT(CONTENTS); i++)
		outputs[i] = (struct store_output){ "analysis",
			slice_from(CONTENTS[i]), job };
	for (size_t i = 0; i < COUNT(CONTENTS); i++) {
		CHECK(store_output_replace(
			  s, SLICE(LIST_ID "04"), &outputs[i], 1, &e) == 0);
		CHECK_SLICE(slice_from(e.msg), "");
		CHECK(
		    store_output_list(s, &NOBODY, SLICE("w"), &rows, &e) == 0);
		CHECK(json_object_array_length(rows) == 1);
		CHECK_SLICE(
		    jval_str(json_object_array_get_idx(rows, 0), "content"),
		    CONTENTS[i]);
		(void)json_object_put(rows);
	}
	(void)json_object_put(job);
	/* The training data's index finds what is in it. */
	if (jsonb) {
		struct store_output output = { "training_data",
			SLICE("{\"k\": [1]}"), NULL };

		CHECK(store_output_replace(
			  s, SLICE(LIST_ID "04"), &output, 1, &e) == 0);
		list_sql(s,
		    "DO $$BEGIN ASSERT (SELECT count(*) = 1 FROM"
		    " generated_outputs WHERE content @> '{\"k\": [1]}'); "
		    "END$$");
	}
}

static void
check_writing(struct store *s)
{
	static float embedding[STORE_DIMENSIONS] = { 1.0F };
	struct store_video_new new = { .video_id = SLICE("new"),
		.collection_id = SLICE("c-new") };
	struct store_chunk chunk = { SLICE("piece"), NULL, embedding };
	struct json_object *row = NULL;
	struct err e = ERR_INIT;

	CHECK(store_video_add(s, &NOBODY, &new, &row, &e) == 0);
	(void)json_object_put(row);
	CHECK(store_video_add(s, &NOBODY, &new, &row, &e) == -1);
	CHECK(e.code == ERR_CONFLICT);
	e = (struct err){ .code = ERR_NONE };
	/* Two transcripts and their chunks are replaced by one. */
	for (int i = 0; i < 2; i++) {
		CHECK(store_transcript_put(s, &NOBODY, SLICE(LIST_ID "01"),
			  SLICE("two"), NULL, &row, &e) == 0);
		CHECK_SLICE(slice_from(e.msg), "");
		CHECK(store_chunk_replace(
			  s, jval_str(row, "id"), &chunk, 1, &e) == 0);
		CHECK_SLICE(slice_from(e.msg), "");
		(void)json_object_put(row);
	}
	CHECK(store_transcript_get(s, &NOBODY, SLICE(LIST_ID "01"), &row, &e) ==
	    0);
	CHECK_SLICE(jval_str(row, "full_text"), "two");
	(void)json_object_put(row);
}

/* Removes it, whatever it is. */
static int
edit_none(void *cookie, struct slice json, struct json_object *row,
    struct store_fields *fields, struct err *e)
{
	(void)cookie;
	(void)json;
	(void)row;
	(void)fields;
	(void)e;
	return 0;
}

static const struct store_edit by_none = { edit_none, NULL };

struct patch {
	enum store_list_id list;
	struct json_object *patch;
	struct arena arena;
};

static int
edit(void *cookie, struct slice json, struct json_object *row,
    struct store_fields *fields, struct err *e)
{
	struct patch *p = cookie;

	(void)json;
	return resource_patch(
	    resource_of(p->list), row, p->patch, &p->arena, fields, e);
}

/* `kept`, a condition of what is stored, holds before and after. */
static void
check_kept(struct store *s, enum store_list_id list, const char *id,
    const char *patch, const char *kept)
{
	const struct store_view view = { &NOBODY, false };
	const struct store_address at = { &view, list, slice_from(id) };
	struct patch p = { list, fixture_json(patch), ARENA_INIT };
	struct store_edit by = { edit, &p };
	struct err e = ERR_INIT;
	struct buf row = BUF_INIT;

	list_sql(s, "DO $$BEGIN ASSERT (SELECT %s); END$$", kept);
	CHECK(store_rest_change(s, &at, &by, &row, &e) == 0);
	CHECK_SLICE(slice_from(e.msg), "");
	list_sql(s, "DO $$BEGIN ASSERT (SELECT %s); END$$", kept);
	arena_fini(&p.arena);
	buf_fini(&row);
	(void)json_object_put(p.patch);
}

/* A patch leaves alone what it does not name, and what it says again. */
static void
check_patching(struct store *s, bool jsonb)
{
	static const char *const VALUES[] = { "5", "true", "\"{\\\"a\\\":1}\"",
		"[1.50]", "null" };
	char kept[256];

	for (size_t i = 0; jsonb && i < COUNT(VALUES); i++) {
		list_sql(s,
		    "UPDATE generated_outputs SET content = '%s' WHERE id ="
		    " '" LIST_ID "02'",
		    VALUES[i]);
		(void)snprintf(kept, sizeof(kept),
		    "content = '%s' FROM generated_outputs WHERE id = '" LIST_ID
		    "02'",
		    VALUES[i]);
		check_kept(s, STORE_LIST_OUTPUTS, LIST_ID "02",
		    "{\"metadata\": {\"x\": 1}, \"video_id\": \"" LIST_ID
		    "01\"}",
		    kept);
	}
	list_sql(s,
	    "UPDATE generated_outputs SET content = NULL, output_type ="
	    " 'Their type' WHERE id = '" LIST_ID "02'");
	check_kept(s, STORE_LIST_OUTPUTS, LIST_ID "02",
	    "{\"metadata\": {}, \"content\": null, \"output_type\":"
	    " \"Their type\"}",
	    "content IS NULL AND output_type = 'Their type' FROM"
	    " generated_outputs WHERE id = '" LIST_ID "02'");
	check_kept(s, STORE_LIST_VIDEOS, LIST_ID "02",
	    "{\"metadata\": {\"x\": 1}}",
	    "video_id = 'v' AND collection_id IS NULL FROM videos WHERE id ="
	    " '" LIST_ID "02'");
	check_kept(s, STORE_LIST_VIDEOS, LIST_ID "03",
	    "{\"collection_id\": \"theirs\", \"metadata\": \"text\"}",
	    "video_id IS NULL AND metadata::text = '\"text\"' FROM videos"
	    " WHERE id = '" LIST_ID "03'");
	list_sql(s,
	    "UPDATE videos SET video_id = 'https://a.example/Größe' WHERE"
	    " id = '" LIST_ID "03'");
	check_kept(s, STORE_LIST_VIDEOS, LIST_ID "03",
	    "{\"metadata\": {\"x\": 1}, \"video_id\":"
	    " \"https://a.example/Größe\"}",
	    "video_id = 'https://a.example/Größe' FROM videos WHERE id ="
	    " '" LIST_ID "03'");
}

/* What their constraints do not allow is no failure of ours. */
static void
check_constraints(struct store *s)
{
	const struct store_view view = { &NOBODY, false };
	struct patch p = { STORE_LIST_VIDEOS,
		fixture_json("{\"metadata\": {\"n\": 1}}"), ARENA_INIT };
	const struct store_address at = { &view, p.list, SLICE("new") };
	struct store_edit by = { edit, &p };
	struct err e = ERR_INIT;
	struct buf row = BUF_INIT;

	list_sql(s,
	    "ALTER TABLE videos ADD CONSTRAINT theirs CHECK (video_id <> 'new'"
	    " OR metadata::text = '{}')");
	CHECK(store_rest_change(s, &at, &by, &row, &e) == -1);
	CHECK(e.code == ERR_UNPROCESSABLE);
	CHECK(strstr(e.msg, "constraint of the database") != NULL);
	list_sql(s,
	    "CREATE TABLE notes AS SELECT id AS video FROM videos WHERE"
	    " video_id = 'new'");
	list_sql(s,
	    "ALTER TABLE notes ADD FOREIGN KEY (video) REFERENCES videos (id)");
	CHECK(store_rest_remove(s, &at, &by_none, &row, &e) == -1);
	CHECK(e.code == ERR_CONFLICT);
	CHECK(strstr(e.msg, "another table") != NULL);
	list_sql(s, "DROP TABLE notes");
	e = ERR_INIT;
	buf_clear(&row);
	CHECK(store_rest_remove(s, &at, &by_none, &row, &e) == 0);
	CHECK_SLICE(slice_from(e.msg), "");
	arena_fini(&p.arena);
	buf_fini(&row);
	(void)json_object_put(p.patch);
}

static void
check_project(size_t kind)
{
	struct fixture f;

	open_project(&f, kind);
	CHECK(store_migrate(f.s, &f.e) == 0);
	CHECK_SLICE(slice_from(f.e.msg), "");
	CHECK(store_migrate(f.s, &f.e) == 0);
	CHECK(store_prepare_all(f.s, &f.e) == 0);
	CHECK_SLICE(slice_from(f.e.msg), "");
	check_reading(f.s);
	check_contents(f.s, strcmp(KINDS[kind][2], "jsonb") == 0);
	check_writing(f.s);
	check_patching(f.s, strcmp(KINDS[kind][2], "jsonb") == 0);
	check_constraints(f.s);
	fixture_close(&f);
}

static void
test_project_with_json(void)
{
	check_project(0);
}

static void
test_project_with_jsonb(void)
{
	check_project(1);
}

/* As the role with these rights only. */
static void
open_as(struct fixture *f, const char *role)
{
	char *at = strstr(f->url, "user=");

	store_close(f->s);
	(void)snprintf(
	    at, sizeof(f->url) - (size_t)(at - f->url), "user=%s", role);
	f->s = store_open(f->url, &f->e);
}

static void
test_role_without_ddl(void)
{
	struct fixture f;

	open_project(&f, 0);
	CHECK(store_migrate(f.s, &f.e) == 0);
	pg_sql(&fixture_pg, "CREATE ROLE writer LOGIN");
	list_sql(f.s, "GRANT USAGE ON SCHEMA director TO writer");
	list_sql(f.s,
	    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA"
	    " public, director TO writer");
	open_as(&f, "writer");
	CHECK(store_ready(f.s, &f.e) == 0);
	CHECK_SLICE(slice_from(f.e.msg), "");
	CHECK(store_migrate(f.s, &f.e) == 0);
	CHECK_SLICE(slice_from(f.e.msg), "");
	check_reading(f.s);
	check_contents(f.s, true);
	check_writing(f.s);
	fixture_close(&f);
}

/* Says what to do, and leaves nothing. */
static void
test_no_right_to_migrate(void)
{
	struct fixture f;

	open_project(&f, 0);
	pg_sql(&fixture_pg, "CREATE ROLE nobody LOGIN");
	open_as(&f, "nobody");
	CHECK(store_migrate(f.s, &f.e) == -1);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	CHECK(strstr(f.e.msg, "--migrate once as the database's owner"));
	CHECK(store_ready(f.s, &f.e) == -1);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	fixture_close(&f);
}

int
main(void)
{
	(void)setenv("TOPOLOGY", "pg", 1);
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_project_with_json),
		CHECK_CASE(test_project_with_jsonb),
		CHECK_CASE(test_role_without_ddl),
		CHECK_CASE(test_no_right_to_migrate), { NULL, NULL } });
}
