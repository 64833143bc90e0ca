/* The index of words follows the chunks, whatever happens to them. */
#include <sqlite3.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/buf.h"
#include "harness/check.h"
#include "io/store_driver.h"
#include "io/store_sqlite.h"
#include "io/store_sqlite_fn.h"
#include "text/words_query.h"

static void
run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
		(void)printf("# %s: %s\n", sql, why);
		check_fail(__FILE__, __LINE__, "statement");
	}
	sqlite3_free(why);
}

/* What stands in the schema of the numbers [first, last]. */
static void
migrate(sqlite3 *db, int first, int last)
{
	for (size_t i = 0; i < store_sqlite_driver.n_migrations; i++) {
		const struct store_migration *m =
		    &store_sqlite_driver.migrations[i];

		if (m->number >= first && m->number <= last)
			run(db, m->statement);
	}
}

/* One video with a transcript, no chunks. */
static sqlite3 *
open_version(int version)
{
	static struct store_sqlite_watch watch;
	sqlite3 *db;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    store_sqlite_fn_register(db, &watch) != SQLITE_OK)
		abort();
	migrate(db, 0, version);
	run(db,
	    "INSERT INTO videos (id, video_id, collection_id, created_at) "
	    "VALUES ('v', 'v', 'c-main', '')");
	run(db,
	    "INSERT INTO transcripts (id, video_id, full_text, created_at) "
	    "VALUES ('t', 'v', '', '')");
	return db;
}

static void
add_chunks(sqlite3 *db)
{
	run(db,
	    "INSERT INTO transcript_chunks "
	    "(id, transcript_id, chunk_text, chunk_index, created_at) VALUES "
	    "('1', 't', 'The beach at sunset', 0, ''), "
	    "('2', 't', 'A BEACH, and a p\xc3\xa9"
	    "age', 1, ''), "
	    "('3', 't', 'Sunset over the price of foo-bar', 2, '')");
}

/* The ids of the chunks that match, best first within their order. */
static void
check_found(int line, sqlite3 *db, const char *typed, const char *want)
{
	struct buf expression = BUF_INIT;
	sqlite3_stmt *st = NULL;
	const char *got = NULL;

	CHECK_ROW(line, words_query(slice_from(typed), &expression));
	if (sqlite3_prepare_v2(db,
		"SELECT coalesce(group_concat(chunk_id, ' '), '') FROM "
		"(SELECT chunk_id FROM chunk_words JOIN chunk_numbers "
		"ON number = chunk_words.rowid "
		"WHERE chunk_words MATCH ? ORDER BY chunk_id)",
		-1, &st, NULL) == SQLITE_OK &&
	    sqlite3_bind_text(
		st, 1, buf_cstr(&expression), -1, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		got = (const char *)sqlite3_column_text(st, 0);
	else
		(void)printf("# %s\n", sqlite3_errmsg(db));
	CHECK_ROW(line, got != NULL);
	CHECK_SLICE_ROW(line, slice_from(got), want);
	(void)sqlite3_finalize(st);
	buf_fini(&expression);
}

/* The index says what the texts say, and no number is left over. */
static void
check_whole(int line, sqlite3 *db)
{
	sqlite3_stmt *st = NULL;

	CHECK_ROW(line,
	    sqlite3_exec(db,
		"INSERT INTO chunk_words (chunk_words, rank) "
		"VALUES ('integrity-check', 1)",
		NULL, NULL, NULL) == SQLITE_OK);
	CHECK_ROW(line,
	    sqlite3_prepare_v2(db,
		"SELECT count(*) FROM chunk_numbers n FULL JOIN "
		"transcript_chunks c ON c.id = n.chunk_id "
		"WHERE n.number IS NULL OR c.id IS NULL",
		-1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW &&
		sqlite3_column_int(st, 0) == 0);
	(void)sqlite3_finalize(st);
}

static void
test_words(void)
{
	static const struct {
		int line;
		const char *typed;
		const char *want;
	} ROWS[] = {
		{ __LINE__, "beach", "1 2" },
		{ __LINE__, "Beach SUNSET", "1" },
		{ __LINE__, "beach or sunset", "1 2 3" },
		{ __LINE__, "sunset -beach", "3" },
		{ __LINE__, "\"at sunset\"", "1" },
		{ __LINE__, "\"sunset at\"", "" },
		{ __LINE__,
		    "p\xc3\xa9"
		    "age",
		    "2" },
		{ __LINE__,
		    "P\xc3\x89"
		    "AGE",
		    "2" },
		{ __LINE__, "peage", "" },
		{ __LINE__, "foo-bar", "3" },
		{ __LINE__, "beac", "" },
	};
	sqlite3 *db = open_version(2);

	add_chunks(db);
	for (size_t i = 0; i < COUNT(ROWS); i++)
		check_found(ROWS[i].line, db, ROWS[i].typed, ROWS[i].want);
	check_whole(__LINE__, db);
	(void)sqlite3_close(db);
}

/* Chunks that were there before the index are in it. */
static void
test_older_store(void)
{
	sqlite3 *db = open_version(1);

	add_chunks(db);
	migrate(db, 2, 2);
	check_found(__LINE__, db, "beach", "1 2");
	check_whole(__LINE__, db);
	(void)sqlite3_close(db);
}

static void
test_update(void)
{
	sqlite3 *db = open_version(2);

	add_chunks(db);
	run(db,
	    "UPDATE transcript_chunks SET chunk_text = 'hills' WHERE id = '1'");
	check_found(__LINE__, db, "beach", "2");
	check_found(__LINE__, db, "hills", "1");
	run(db, "UPDATE transcript_chunks SET id = '4' WHERE id = '1'");
	check_found(__LINE__, db, "hills", "4");
	run(db, "UPDATE transcript_chunks SET embedding = zeroblob(6144)");
	check_found(__LINE__, db, "hills", "4");
	run(db,
	    "INSERT INTO transcript_chunks (id, transcript_id, chunk_text, "
	    "chunk_index, created_at) VALUES ('4', 't', 'lakes', 0, '') "
	    "ON CONFLICT DO UPDATE SET chunk_text = excluded.chunk_text");
	check_found(__LINE__, db, "hills or lakes", "4");
	check_found(__LINE__, db, "hills or nothing", "");
	check_whole(__LINE__, db);
	(void)sqlite3_close(db);
}

static void
test_delete(void)
{
	static const struct {
		int line;
		const char *sql;
		const char *left;
	} ROWS[] = {
		{ __LINE__, "DELETE FROM transcript_chunks WHERE id = '1'",
		    "2" },
		{ __LINE__, "DELETE FROM transcript_chunks", "" },
		{ __LINE__, "DELETE FROM transcripts", "" },
		{ __LINE__, "DELETE FROM videos", "" },
	};

	for (size_t i = 0; i < COUNT(ROWS); i++) {
		sqlite3 *db = open_version(2);

		add_chunks(db);
		run(db, ROWS[i].sql);
		check_found(ROWS[i].line, db, "beach", ROWS[i].left);
		check_whole(ROWS[i].line, db);
		(void)sqlite3_close(db);
	}
}

static void
test_rolled_back(void)
{
	sqlite3 *db = open_version(2);

	run(db, "BEGIN");
	add_chunks(db);
	run(db, "ROLLBACK");
	check_found(__LINE__, db, "beach", "");
	add_chunks(db);
	run(db, "BEGIN");
	run(db, "DELETE FROM videos");
	run(db, "ROLLBACK");
	check_found(__LINE__, db, "beach", "1 2");
	check_whole(__LINE__, db);
	(void)sqlite3_close(db);
}

/* Not even after VACUUM, which may number rows anew. */
static void
test_vacuum(void)
{
	sqlite3 *db = open_version(2);

	add_chunks(db);
	run(db, "DELETE FROM transcript_chunks WHERE id = '1'");
	run(db, "VACUUM");
	check_found(__LINE__, db, "sunset", "3");
	run(db, "DELETE FROM transcript_chunks WHERE id = '2'");
	check_found(__LINE__, db, "beach or sunset", "3");
	check_whole(__LINE__, db);
	(void)sqlite3_close(db);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_words),
	    CHECK_CASE(test_older_store),
	    CHECK_CASE(test_update),
	    CHECK_CASE(test_delete),
	    CHECK_CASE(test_rolled_back),
	    CHECK_CASE(test_vacuum),
	    { NULL, NULL },
	});
}
