/* Whatever is typed: FTS5 takes the expression. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "text/words_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static sqlite3_stmt *
open_search(void)
{
	sqlite3_stmt *search;
	sqlite3 *db;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    sqlite3_exec(db,
		"CREATE VIRTUAL TABLE t USING fts5"
		"(x, tokenize = 'unicode61 remove_diacritics 0');"
		"INSERT INTO t VALUES ('a b or c')",
		NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "SELECT count(*) FROM t WHERE t MATCH ?", -1,
		&search, NULL) != SQLITE_OK)
		abort();
	return search;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static sqlite3_stmt *search;
	struct buf b = BUF_INIT;

	if (search == NULL)
		search = open_search();
	if (words_query((struct slice){ (const char *)bytes, n }, &b)) {
		(void)sqlite3_bind_text64(
		    search, 1, b.p, b.n, SQLITE_STATIC, SQLITE_UTF8);
		if (sqlite3_step(search) != SQLITE_ROW) {
			(void)printf("# %s: %s\n", b.p,
			    sqlite3_errmsg(sqlite3_db_handle(search)));
			abort();
		}
		(void)sqlite3_reset(search);
	} else if (b.n != 0)
		abort();
	buf_fini(&b);
	return 0;
}

#include "harness/fuzz_main.h"
