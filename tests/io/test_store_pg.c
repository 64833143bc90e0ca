/* The PostgreSQL driver: the server goes away and comes back. */
#include "io/store_rest.h"
#include "io/store_video.h"
#include "test_store_fixture.h"

static const struct principal NOBODY = { { "", 0 } };

/* An answer while there is no server; the driver tries for 300 ms. */
#define SOON_MS 3000

static int
add(struct fixture *f, const char *id)
{
	struct store_video_new new = { .video_id = slice_from(id),
		.collection_id = slice_from(id) };
	struct json_object *row = NULL;
	int rc = store_video_add(f->s, &NOBODY, &new, &row, &f->e);

	(void)json_object_put(row);
	return rc;
}

static bool
is_there(struct fixture *f, const char *id)
{
	struct err e = ERR_INIT;
	struct json_object *row = NULL;
	bool found =
	    store_video_get(f->s, &NOBODY, slice_from(id), &row, &e) == 0;

	(void)json_object_put(row);
	return found;
}

static const char *const HOWS[] = { "fast", "immediate", "kill9" };

/* Nothing was asked meanwhile: nobody needs to know. */
static void
test_idle_connection_is_made_again(void)
{
	struct fixture f;

	fixture_open(&f);
	for (size_t i = 0; i < COUNT(HOWS); i++) {
		pg_restart(&fixture_pg, HOWS[i]);
		CHECK(add(&f, HOWS[i]) == 0);
		CHECK(is_there(&f, HOWS[i]));
	}
	fixture_close(&f);
}

/* COMMIT on a new connection would succeed, with nothing in it. */
static void
test_commit_after_restart_fails(void)
{
	struct fixture f;

	fixture_open(&f);
	for (size_t i = 0; i < COUNT(HOWS); i++) {
		CHECK(store_begin(f.s, &f.e) == 0);
		CHECK(add(&f, HOWS[i]) == 0);
		pg_restart(&fixture_pg, HOWS[i]);
		CHECK(store_commit(f.s, &f.e) == -1);
		CHECK(f.e.code == ERR_UNAVAILABLE);
		CHECK(!is_there(&f, HOWS[i]));
	}
	CHECK(add(&f, "later") == 0 && is_there(&f, "later"));
	fixture_close(&f);
}

/* A write on a new connection would stand outside the transaction. */
static void
test_write_after_restart_fails(void)
{
	struct fixture f;

	fixture_open(&f);
	for (size_t i = 0; i < COUNT(HOWS); i++) {
		CHECK(store_begin(f.s, &f.e) == 0);
		pg_restart(&fixture_pg, HOWS[i]);
		CHECK(add(&f, HOWS[i]) == -1);
		CHECK(f.e.code == ERR_UNAVAILABLE);
		CHECK(add(&f, "more") == -1);
		CHECK(store_commit(f.s, &f.e) == -1);
		CHECK(!is_there(&f, HOWS[i]) && !is_there(&f, "more"));
	}
	fixture_close(&f);
}

/* A pooler keeps statements until the server is back, or we give up. */
static void
test_away(void)
{
	struct fixture f;
	int64_t before;

	if (fixture_is_pooled())
		return;
	fixture_open(&f);
	CHECK(add(&f, "before") == 0);
	pg_kill(&fixture_pg);
	for (int i = 0; i < 3; i++) {
		before = fixture_now_ms();
		CHECK(add(&f, "during") == -1);
		CHECK(f.e.code == ERR_UNAVAILABLE);
		CHECK(store_ready(f.s, &f.e) == -1);
		CHECK(fixture_now_ms() - before < SOON_MS);
	}
	pg_restart(&fixture_pg, "kill9");
	CHECK(is_there(&f, "before") && !is_there(&f, "during"));
	CHECK(store_ready(f.s, &f.e) == 0);
	fixture_close(&f);
}

/* A row named trip-STATE-N fails N times with that SQLSTATE. A sequence counts:
 * it is not rolled back. */
static void
set_trip(struct fixture *f)
{
	static const char *const STATEMENTS[] = {
		"CREATE SEQUENCE tries",
		"CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$"
		" BEGIN"
		"  IF nextval('tries') <= split_part(NEW.video_id, '-', 3)::int"
		"  THEN RAISE EXCEPTION 'tripped' USING ERRCODE ="
		"    split_part(NEW.video_id, '-', 2);"
		"  END IF;"
		"  RETURN NEW;"
		" END $$",
		"CREATE TRIGGER trip BEFORE INSERT ON videos FOR EACH ROW"
		" WHEN (NEW.video_id LIKE 'trip-%') EXECUTE FUNCTION trip()",
	};

	for (size_t i = 0; i < COUNT(STATEMENTS); i++)
		CHECK(f->s->driver->script(f->s->conn, STATEMENTS[i], &f->e) ==
		    0);
}

/* What others undid is tried again, what has no room is not. */
static void
test_failures(void)
{
	static const struct {
		int line;
		const char *id;
		enum err_code code;
		const char *says;
	} ROWS[] = {
		{ __LINE__, "trip-40001-2", ERR_NONE, "" },
		{ __LINE__, "trip-40P01-2", ERR_NONE, "" },
		{ __LINE__, "trip-55P03-2", ERR_NONE, "" },
		{ __LINE__, "trip-40001-99", ERR_UNAVAILABLE, "busy" },
		{ __LINE__, "trip-55P03-99", ERR_UNAVAILABLE, "busy" },
		{ __LINE__, "trip-53100-1", ERR_UNAVAILABLE, "full" },
		{ __LINE__, "trip-53300-1", ERR_UNAVAILABLE, "no room" },
		{ __LINE__, "trip-57014-1", ERR_UNAVAILABLE, "too long" },
		{ __LINE__, "trip-25006-1", ERR_UNAVAILABLE, "read-only" },
		{ __LINE__, "trip-42501-1", ERR_UNAVAILABLE, "rights" },
		{ __LINE__, "trip-XX000-1", ERR_INTERNAL, "XX000" },
	};
	struct fixture f;

	fixture_open(&f);
	set_trip(&f);
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		bool good = ROWS[i].code == ERR_NONE;

		f.e = ERR_INIT;
		CHECK(f.s->driver->script(f.s->conn,
			  "ALTER SEQUENCE tries RESTART", &f.e) == 0);
		CHECK_ROW(ROWS[i].line, (add(&f, ROWS[i].id) == 0) == good);
		CHECK_ROW(ROWS[i].line, good || f.e.code == ROWS[i].code);
		CHECK_ROW(ROWS[i].line, strstr(f.e.msg, ROWS[i].says) != NULL);
		CHECK_ROW(ROWS[i].line, is_there(&f, ROWS[i].id) == good);
		/* What failed before is nothing to run again. */
		CHECK_ROW(ROWS[i].line, !store_again(f.s, 1));
	}
	fixture_close(&f);
}

/* Within a transaction nothing is tried again: it is the caller's, who learns
 * whether all of it may be. */
static void
test_failure_within(void)
{
	struct fixture f;

	fixture_open(&f);
	set_trip(&f);
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(add(&f, "first") == 0);
	CHECK(add(&f, "trip-40001-1") == -1);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	store_rollback(f.s);
	CHECK(store_again(f.s, 1));
	CHECK(!is_there(&f, "first"));
	CHECK(!store_again(f.s, 1));
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(!store_again(f.s, 1));
	CHECK(add(&f, "first") == 0);
	CHECK(add(&f, "trip-40001-1") == 0);
	CHECK(store_commit(f.s, &f.e) == 0);
	CHECK(is_there(&f, "first"));
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(add(&f, "trip-53100-99") == -1);
	store_rollback(f.s);
	CHECK(!store_again(f.s, 1));
	fixture_close(&f);
}

/* Longer than a request waits for a statement, once; then an error, once. */
static void
set_slow_index(struct fixture *f)
{
	static const char *const STATEMENTS[] = {
		"DROP INDEX generated_outputs_created",
		"CREATE SEQUENCE naps",
		"CREATE FUNCTION nap() RETURNS event_trigger LANGUAGE plpgsql"
		" AS $$ DECLARE n bigint := nextval('naps'); BEGIN"
		"  IF n = 1 THEN PERFORM pg_sleep(11); END IF;"
		"  IF n = 2 THEN RAISE EXCEPTION 'no room' USING ERRCODE ="
		"    '53100'; END IF;"
		" END $$",
	};

	for (size_t i = 0; i < COUNT(STATEMENTS); i++)
		CHECK(f->s->driver->script(f->s->conn, STATEMENTS[i], &f->e) ==
		    0);
	pg_sql_in(&fixture_pg, f->database,
	    "CREATE EVENT TRIGGER nap ON ddl_command_start WHEN TAG IN"
	    " ('CREATE INDEX') EXECUTE FUNCTION director.nap()");
}

static int
migrate_child(void *cookie)
{
	const struct fixture *f = cookie;
	struct err e = ERR_INIT;
	struct store *s = store_open(f->url, &e);
	int rc = s == NULL ? -1 : store_migrate(s, &e);

	store_close(s);
	return rc == 0 ? 0 : 1;
}

/* However long an index takes, and who waits for it: both start. */
static void
test_long_upkeep(void)
{
	struct fixture f;
	pid_t pid;

	fixture_open(&f);
	set_slow_index(&f);
	pid = fixture_fork(migrate_child, &f);
	CHECK(store_migrate(f.s, &f.e) == 0);
	CHECK_SLICE(slice_from(f.e.msg), "");
	CHECK(fixture_wait(pid) == 0);
	CHECK(f.s->driver->script(f.s->conn,
		  "DO $$BEGIN ASSERT to_regclass('generated_outputs_created')"
		  " IS NOT NULL; END$$",
		  &f.e) == 0);
	CHECK(add(&f, "after") == 0);
	fixture_close(&f);
}

/* Another session that holds all videos. */
static PGconn *
hold_videos(const struct fixture *f)
{
	char url[PG_URL_MAX];
	PGconn *other;

	pg_url(&fixture_pg, f->database, url);
	other = PQconnectdb(url);
	PQclear(PQexec(other, "BEGIN"));
	PQclear(PQexec(other, "LOCK TABLE videos IN SHARE MODE"));
	return other;
}

/* Who is told to try again finds no row of the first time later on. */
static void
test_late_statement_is_taken_back(void)
{
	struct fixture f;
	PGconn *other;

	fixture_open(&f);
	other = hold_videos(&f);
	CHECK(add(&f, "late") == -1);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	PQclear(PQexec(other, "COMMIT"));
	/* Had it waited still, it would be in front of this one. */
	PQclear(PQexec(other, "BEGIN"));
	PQclear(PQexec(other, "LOCK TABLE videos"));
	PQfinish(other);
	CHECK(!is_there(&f, "late"));
	CHECK(add(&f, "late") == 0);
	fixture_close(&f);
}

/* A transaction in which something failed is rolled back by COMMIT, which succeeds. */
static void
test_commit_after_failure_fails(void)
{
	struct fixture f;

	fixture_open(&f);
	CHECK(store_begin(f.s, &f.e) == 0);
	CHECK(add(&f, "first") == 0);
	CHECK(f.s->driver->script(f.s->conn, "SELECT 1 / 0", &f.e) == -1);
	f.e = ERR_INIT;
	CHECK(store_commit(f.s, &f.e) == -1);
	CHECK(f.e.code == ERR_UNAVAILABLE);
	CHECK(!is_there(&f, "first"));
	CHECK(add(&f, "first") == 0 && is_there(&f, "first"));
	fixture_close(&f);
}

/* What a commit finds wrong comes behind the rows that were returned. */
static const char *const AT_COMMIT[] = {
	"RAISE EXCEPTION 'no' USING ERRCODE = '23514'",
	"RAISE EXCEPTION 'no' USING ERRCODE = '53100'",
	"RAISE EXCEPTION 'no' USING ERRCODE = '40001'",
	"PERFORM pg_terminate_backend(pg_backend_pid())",
};

static void
set_at_commit(struct fixture *f, const char *what)
{
	char function[256];

	(void)snprintf(function, sizeof(function),
	    "CREATE OR REPLACE FUNCTION late() RETURNS trigger LANGUAGE plpgsql"
	    " AS $$ BEGIN %s; RETURN NULL; END $$",
	    what);
	CHECK(f->s->driver->script(f->s->conn, function, &f->e) == 0);
	CHECK(f->s->driver->script(f->s->conn,
		  "DROP TRIGGER IF EXISTS late ON videos", &f->e) == 0);
	CHECK(f->s->driver->script(f->s->conn,
		  "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON videos"
		  " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
		  " WHEN (NEW.video_id = 'late') EXECUTE FUNCTION late()",
		  &f->e) == 0);
}

/* By one statement, which is a transaction. */
static int
insert(struct fixture *f, const char *id, struct buf *json)
{
	const struct store_fields fields = { .n = 4,
		.value = {
		    store_text(SLICE("0190a1b2-0000-7000-8000-000000000001")),
		    store_text(slice_from(id)),
		    store_text(SLICE("default")),
		    store_text(SLICE("{}")),
		} };
	bool inserted = false;
	int rc = store_rest_insert(
	    f->s, STORE_LIST_VIDEOS, &fields, &inserted, json, &f->e);

	return rc == 0 && inserted ? 0 : -1;
}

static void
test_commit_that_fails(void)
{
	struct buf json = BUF_INIT;
	struct fixture f;

	fixture_open(&f);
	for (size_t i = 0; i < COUNT(AT_COMMIT); i++) {
		set_at_commit(&f, AT_COMMIT[i]);
		f.e = ERR_INIT;
		CHECK(insert(&f, "late", &json) == -1);
		CHECK(f.e.code != ERR_NONE);
		CHECK(add(&f, "late") == -1);
		CHECK(!is_there(&f, "late"));
	}
	CHECK(insert(&f, "soon", &json) == 0 && is_there(&f, "soon"));
	buf_fini(&json);
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_idle_connection_is_made_again),
	    CHECK_CASE(test_commit_after_restart_fails),
	    CHECK_CASE(test_write_after_restart_fails),
	    CHECK_CASE(test_away),
	    CHECK_CASE(test_failures),
	    CHECK_CASE(test_failure_within),
	    CHECK_CASE(test_commit_that_fails),
	    CHECK_CASE(test_commit_after_failure_fails),
	    CHECK_CASE(test_long_upkeep),
	    CHECK_CASE(test_late_statement_is_taken_back),
	    { NULL, NULL },
	});
}
