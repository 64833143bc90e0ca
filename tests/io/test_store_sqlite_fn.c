/* The SQL functions, as a schema and a statement see them. */
#include "io/store_sqlite_fn.h"

#include <stdlib.h>

#include "base/slice.h"
#include "harness/check.h"

static struct store_sqlite_watch watch;

static sqlite3 *
open_memory(void)
{
	sqlite3 *db;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    store_sqlite_fn_register(db, &watch) != SQLITE_OK ||
	    sqlite3_exec(db, "PRAGMA trusted_schema = OFF", NULL, NULL, NULL) !=
		SQLITE_OK)
		abort();
	return db;
}

static int
run(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	int rc = sqlite3_exec(db, sql, NULL, NULL, &why);

	if (rc != SQLITE_OK)
		(void)printf("# %s: %s\n", sql, why);
	sqlite3_free(why);
	return rc;
}

/* The one value of `sql` is `want`, or NULL. */
static void
check_value(int line, sqlite3 *db, const char *sql, const char *want)
{
	sqlite3_stmt *st = NULL;
	const char *got;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_ROW) {
		(void)printf("# %s: %s\n", sql, sqlite3_errmsg(db));
		check_fail(__FILE__, line, "no row");
	} else {
		got = (const char *)sqlite3_column_text(st, 0);
		CHECK_ROW(line, (got == NULL) == (want == NULL));
		if (got != NULL && want != NULL)
			CHECK_SLICE_ROW(line,
			    ((struct slice){
				got, (size_t)sqlite3_column_bytes(st, 0) }),
			    want);
	}
	(void)sqlite3_finalize(st);
}

static void
test_values(void)
{
	static const struct {
		int line;
		const char *sql;
		const char *want;
	} ROWS[] = {
		{ __LINE__, "json_path_text('{\"a\":[1.50]}','[\"a\",\"0\"]')",
		    "1.50" },
		{ __LINE__, "json_path_text('{\"a\":\"x\"}','[\"a\"]')", "x" },
		{ __LINE__, "json_path_text('{\"a\":\"\"}','[\"a\"]')", "" },
		{ __LINE__, "json_path_text('{\"a\":null}','[\"a\"]')", NULL },
		{ __LINE__, "json_path_text('{\"a\":1}','[\"b\"]')", NULL },
		{ __LINE__, "json_path_text('{','[]')", NULL },
		{ __LINE__, "json_path_text('1','nonsense')", NULL },
		{ __LINE__, "json_path_text(NULL,'[]')", NULL },
		{ __LINE__, "json_path_text('1',NULL)", NULL },
		{ __LINE__, "json_path_text(1,'[]')", "1" },
		{ __LINE__, "typeof(json_path_text('1','[]'))", "text" },
		{ __LINE__, "json_path_canon('{\"a\":1.50}','[\"a\"]')",
		    "1.5" },
		{ __LINE__, "json_path_canon('{\"a\":null}','[\"a\"]')",
		    "null" },
		{ __LINE__, "json_path_canon('{\"a\":\"1\"}','[\"a\"]')",
		    "\"1\"" },
		{ __LINE__, "json_path_canon('{}','[\"a\"]')", NULL },
		{ __LINE__, "json_canon('{\"b\":1e0,\"a\":[ ]}')",
		    "{\"a\": [], \"b\": 1}" },
		{ __LINE__, "json_canon('[1.0]') = json_canon('[1]')", "1" },
		{ __LINE__, "json_canon('[\"1\"]') = json_canon('[1]')", "0" },
		{ __LINE__, "json_canon('')", NULL },
		{ __LINE__, "json_canon(NULL)", NULL },
		{ __LINE__, "json_number_order('9') < json_number_order('10')",
		    "1" },
		{ __LINE__,
		    "json_number_order('9007199254740993') > "
		    "json_number_order('9007199254740992')",
		    "1" },
		{ __LINE__, "json_number_order('\"9\"')", NULL },
		{ __LINE__, "json_number_order(NULL)", NULL },
		{ __LINE__, "like_text('a%','abc')", "1" },
		{ __LINE__, "like_text('A%','abc')", "0" },
		{ __LINE__, "like_text('a\\%','a%')", "1" },
		{ __LINE__, "like_text('a\\%','ab')", "0" },
		{ __LINE__, "like_text('1_','12')", "1" },
		{ __LINE__, "like_text('1_',12)", "1" },
		{ __LINE__, "like_text(NULL,'a')", NULL },
		{ __LINE__, "like_text('a',NULL)", NULL },
		{ __LINE__, "ilike_text('\xc3\x84%','\xc3\xa4pfel')", "1" },
		{ __LINE__, "ilike_text('b%','\xc3\xa4pfel')", "0" },
		{ __LINE__, "ilike_text(NULL,'a')", NULL },
	};
	sqlite3 *db = open_memory();
	char sql[256];

	for (size_t i = 0; i < COUNT(ROWS); i++) {
		(void)snprintf(sql, sizeof(sql), "SELECT %s", ROWS[i].sql);
		check_value(ROWS[i].line, db, sql, ROWS[i].want);
	}
	(void)sqlite3_close(db);
}

/* Deterministic and innocuous: an index and a view may name them. */
static void
test_in_a_schema(void)
{
	sqlite3 *db = open_memory();

	CHECK(run(db, "CREATE TABLE t (j TEXT NOT NULL) STRICT") == SQLITE_OK);
	CHECK(run(db,
		  "CREATE INDEX i ON t (json_path_text(j, '[\"k\"]'), "
		  "json_path_canon(j, '[\"k\"]'), json_canon(j)) "
		  "WHERE ilike_text('%k%', j) AND like_text('%k%', j)") ==
	    SQLITE_OK);
	CHECK(run(db,
		  "CREATE VIEW v AS SELECT json_path_text(j, '[\"k\"]') "
		  "AS k, json_canon(j) AS c, like_text('{%', j) AS l FROM t") ==
	    SQLITE_OK);
	CHECK(run(db, "INSERT INTO t VALUES ('{\"k\":1e1}'), ('{\"k\":2}')") ==
	    SQLITE_OK);
	check_value(__LINE__, db, "SELECT count(*) FROM v WHERE k = '10'", "1");
	check_value(
	    __LINE__, db, "SELECT c FROM v WHERE k = '2' AND l", "{\"k\": 2}");
	(void)sqlite3_close(db);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_values),
	    CHECK_CASE(test_in_a_schema),
	    { NULL, NULL },
	});
}
