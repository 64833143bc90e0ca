/*
 * SQLite. Statements are prepared once per connection and kept by index.
 *
 * Several processes share the writer's lock, which is free within milliseconds
 * as a rule. A waiter looks again every few milliseconds, at random, so that
 * nobody is starved by a growing back-off; after STORE_WAIT_MS it gives up with
 * ERR_UNAVAILABLE. Threads of one process queue for their turn first
 * (store_sqlite_queue.h).
 */
#include "io/store_sqlite.h"

#include <sys/types.h>
#include <endian.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/ck.h"
#include "io/clock.h"
#include "io/rnd.h"
#include "io/store_dialect.h"
#include "io/store_sqlite_file.h"
#include "io/store_sqlite_fn.h"
#include "io/store_sqlite_queue.h"

/* A request waits no longer for the writer's lock; web servers wait 60 s. */
#define STORE_WAIT_MS 5000
/* Nor for what it reads: as long as PostgreSQL has (store_pg.c). */
#define READ_MS 10000
/* Steps of SQLite's machine, some 50 ns each: STORE_PATIENCE_US. */
#define PROGRESS_STEPS 20000
/* No statement returns more. */
#define COLUMNS_MAX 64

/* Statements made of parts that are kept prepared. Requests have few forms. */
#define MADE_MAX 32

struct store_conn {
	sqlite3 *db;
	int64_t deadline_ms;   /* of the running call, clock_mono_ms() */
	int64_t read_until_ms; /* of the running read; else INT64_MAX */
	struct store_sqlite_watch watch;
	struct store_waiter waiter;
	bool writing; /* has entered the queue of writers */
	char *url;
	sqlite3_stmt *statements[STORE_QUERY__MAX];
	struct {
		sqlite3_stmt *statement;
		int64_t used; /* when, by `turn` */
	} made[MADE_MAX];
	int64_t turn;
};

static const char *const SQL[STORE_QUERY__MAX] = {
#define X(id, name, reads, sql) [id] = (sql),
#include "store_queries_sqlite.inc"
#undef X
};

static const char *const NAMES[STORE_QUERY__MAX] = {
#define X(id, name, reads, sql) [id] = (name),
#include "store_queries_sqlite.inc"
#undef X
};

static const struct store_migration MIGRATIONS[] = {
#define X(number, name, optional, statement) \
	{ name, statement, number, optional },
#include "store_schema_sqlite.inc"
#undef X
};

static void
tell_waiter(const struct store_conn *c)
{
	if (c->waiter.wait != NULL)
		c->waiter.wait(c->waiter.cookie);
}

/* A statement has computed for STORE_PATIENCE_US or so: may it go on? */
static bool
go_on(void *cookie)
{
	const struct store_conn *c = cookie;

	tell_waiter(c);
	return c->read_until_ms == INT64_MAX ||
	    clock_mono_ms() < c->read_until_ms;
}

static int
on_progress(void *cookie)
{
	return go_on(cookie) ? 0 : 1;
}

/* Sleep 1 to 8 ms; false when the call's time is up. */
static bool
wait_turn(const struct store_conn *c)
{
	uint8_t dice;

	if (clock_mono_ms() >= c->deadline_ms)
		return false;
	tell_waiter(c);
	rnd_bytes(&dice, 1);
	clock_sleep_ms(1 + dice % 8);
	return true;
}

static int
on_busy(void *cookie, int count)
{
	(void)count;
	return wait_turn(cookie);
}

/* What happened, in the store's terms. Never quotes the statement's values. */
static int
failed(struct store_conn *c, int rc, const char *what, struct err *e)
{
	const char *why = c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc);

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: /* lost the race for the log's locks for long */
		return err_set(e, ERR_UNAVAILABLE,
		    "The store is busy: other processes held it for %d "
		    "seconds. Try again in a moment.",
		    STORE_WAIT_MS / 1000);
	case SQLITE_INTERRUPT:
		return err_set(e, ERR_UNAVAILABLE,
		    "The store did not answer within %d seconds. Ask for less, "
		    "or try again.",
		    READ_MS / 1000);
	case SQLITE_FULL:
		return err_set(e, ERR_UNAVAILABLE,
		    "The disk that holds the store is full. Free some space.");
	case SQLITE_READONLY:
		return err_set(e, ERR_UNAVAILABLE,
		    "The store cannot be written to. Make its file and folder "
		    "writable for this user.");
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(e, ERR_UNAVAILABLE,
		    "The store's file cannot be opened. Check the path in "
		    "DATABASE_URL and who may write there.");
	case SQLITE_IOERR:
		return err_set(e, ERR_UNAVAILABLE,
		    "The store could not read or write its file (%s). Check "
		    "the disk.",
		    sqlite3_errstr(rc));
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(e, ERR_UNAVAILABLE,
		    "The store's file is damaged or not a SQLite database. "
		    "Restore it from a copy or choose another.");
	default:
		return err_set(e, ERR_INTERNAL, "%s: %s", what, why);
	}
}

static int
refused(struct store_conn *c, int rc, const char *name, struct err *e)
{
	switch (rc) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		return err_set(
		    e, ERR_CONFLICT, "A row with this id is there already.");
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return err_set(
		    e, ERR_NOT_FOUND, "What the row belongs to is not there.");
	default:
		return failed(c, rc, name, e);
	}
}

static int
prepare_text(struct store_conn *c, const char *sql, const char *name,
    sqlite3_stmt **out, struct err *e)
{
	int rc;

	if (*out != NULL)
		return 0;
	do
		rc = sqlite3_prepare_v3(
		    c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
	while ((rc & 0xff) == SQLITE_BUSY && wait_turn(c));
	return rc == SQLITE_OK ? 0 : failed(c, rc, name, e);
}

static int
prepare(struct store_conn *c, enum store_query q, struct err *e)
{
	return prepare_text(c, SQL[q], NAMES[q], &c->statements[q], e);
}

/* The place of this text, or that of the one longest unused. */
static size_t
find_made(struct store_conn *c, const char *sql)
{
	size_t oldest = 0;

	for (size_t i = 0; i < MADE_MAX; i++) {
		sqlite3_stmt *statement = c->made[i].statement;

		if (statement != NULL &&
		    strcmp(sqlite3_sql(statement), sql) == 0)
			return i;
		if (c->made[i].used < c->made[oldest].used)
			oldest = i;
	}
	(void)sqlite3_finalize(c->made[oldest].statement);
	c->made[oldest].statement = NULL;
	return oldest;
}

static int
sqlite_prepare(struct store_conn *c, enum store_query q, struct err *e)
{
	c->deadline_ms = clock_mono_ms() + STORE_WAIT_MS;
	return prepare(c, q, e);
}

/* Little-endian in the file, whatever the machine. */
static int
bind_floats(sqlite3_stmt *st, int at, struct slice floats)
{
	char *copy = sqlite3_malloc64(floats.n);
	uint32_t word;

	if (copy == NULL)
		abort();
	for (size_t i = 0; i + sizeof(word) <= floats.n; i += sizeof(word)) {
		memcpy(&word, floats.p + i, sizeof(word));
		word = htole32(word);
		memcpy(copy + i, &word, sizeof(word));
	}
	return sqlite3_bind_blob64(st, at, copy, floats.n, sqlite3_free);
}

static int
bind(sqlite3_stmt *st, int at, const struct store_value *v)
{
	switch (v->type) {
	case STORE_INT:
		return sqlite3_bind_int64(st, at, v->number);
	case STORE_TEXT:
		return sqlite3_bind_text64(
		    st, at, v->bytes.p, v->bytes.n, SQLITE_STATIC, SQLITE_UTF8);
	case STORE_BLOB:
		return sqlite3_bind_blob64(
		    st, at, v->bytes.p, v->bytes.n, SQLITE_STATIC);
	case STORE_FLOATS:
		return bind_floats(st, at, v->bytes);
	case STORE_REAL:
	case STORE_NULL:
		break;
	}
	return sqlite3_bind_null(st, at);
}

/* The value is looked up once; a connection without mutexes protects none. */
static struct store_value
column(sqlite3_stmt *st, int at)
{
	sqlite3_value *value = sqlite3_column_value(st, at);
	const void *p;

	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER:
		return store_int(sqlite3_value_int64(value));
	case SQLITE_NULL:
		return STORE_NULL_VALUE;
	case SQLITE_BLOB:
		p = sqlite3_value_blob(value);
		return store_blob(p, (size_t)sqlite3_value_bytes(value));
	case SQLITE_FLOAT:
		return (struct store_value){ STORE_REAL,
			{ .real = sqlite3_value_double(value) }, SLICE_EMPTY };
	default:
		p = sqlite3_value_text(value);
		return store_text(
		    (struct slice){ p, (size_t)sqlite3_value_bytes(value) });
	}
}

/* Hand one row over; what the sink says. The names are those of the first. */
static int
deliver(sqlite3_stmt *st, const char **names, struct store_sink *sink)
{
	struct store_value values[COLUMNS_MAX];
	int n = sqlite3_column_count(st);

	sink->count++;
	if (sink->row == NULL)
		return 0;
	if (n > COLUMNS_MAX)
		abort();
	for (int i = 0; i < n && sink->count == 1; i++)
		names[i] = sqlite3_column_name(st, i);
	for (int i = 0; i < n; i++)
		values[i] = column(st, i);
	return sink->row(&(struct store_row){ n, names, values }, sink->cookie);
}

/*
 * All rows, or until the sink has enough; SQLITE_DONE when all is well. What
 * writes goes to its end all the same: while a statement is reset, a defensive
 * connection does not let FTS5 write its index.
 */
static int
step_all(struct store_conn *c, sqlite3_stmt *st, struct store_sink *sink)
{
	const char *names[COLUMNS_MAX];
	bool enough = false;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		enough = enough || deliver(st, names, sink) != 0;
		if (enough && sqlite3_stmt_readonly(st))
			return SQLITE_DONE;
	}
	if (rc == SQLITE_DONE && sqlite3_column_count(st) == 0)
		sink->count = sqlite3_changes64(c->db);
	return rc;
}

/*
 * Busy without the handler having been asked (a snapshot grown old, a log
 * being recovered): nothing was done yet, so start over. Inside a transaction
 * only the whole of it could be tried again, which is the caller's.
 */
static int
step_patiently(struct store_conn *c, sqlite3_stmt *st, struct store_sink *sink)
{
	bool alone = sqlite3_get_autocommit(c->db) != 0;
	int rc;

	for (;;) {
		int reset;

		rc = step_all(c, st, sink);
		/* The end of a write that stopped early happens here. */
		reset = sqlite3_reset(st);
		if (rc == SQLITE_DONE && reset != SQLITE_OK)
			rc = reset;
		if ((rc & 0xff) != SQLITE_BUSY || !alone || sink->count != 0)
			return rc;
		if (!wait_turn(c))
			return rc;
	}
}

struct statement {
	sqlite3_stmt *st;
	const char *name; /* for the log */
};

static int
run_statement(struct store_conn *c, const struct statement *statement,
    const struct store_value *params, int n_params, struct store_sink *sink,
    struct err *e)
{
	sqlite3_stmt *st = statement->st;
	const char *name = statement->name;
	int rc = SQLITE_OK;

	if (sqlite3_bind_parameter_count(st) != n_params)
		return err_set(e, ERR_INTERNAL, "%s takes %d parameters.", name,
		    sqlite3_bind_parameter_count(st));
	for (int i = 0; i < n_params && rc == SQLITE_OK; i++)
		rc = bind(st, i + 1, &params[i]);
	/* What writes may not stop halfway: others are in its transaction. */
	if (sqlite3_stmt_readonly(st))
		c->read_until_ms = clock_mono_ms() + READ_MS;
	if (rc == SQLITE_OK)
		rc = step_patiently(c, st, sink);
	c->read_until_ms = INT64_MAX;
	/* Parameters are borrowed: none may outlive the call. */
	(void)sqlite3_clear_bindings(st);
	return rc == SQLITE_DONE ? 0 : refused(c, rc, name, e);
}

static int
run_named(struct store_conn *c, enum store_query q,
    const struct store_value *params, int n_params, struct store_sink *sink,
    struct err *e)
{
	struct statement statement;

	if (prepare(c, q, e) == -1)
		return -1;
	statement = (struct statement){ c->statements[q], NAMES[q] };
	return run_statement(c, &statement, params, n_params, sink, e);
}

static bool
is_open(const struct store_conn *c)
{
	return sqlite3_get_autocommit(c->db) == 0;
}

static void
run_job(struct store_conn *c, struct write_job *job)
{
	job->rc =
	    run_named(c, job->q, job->params, job->n_params, job->sink, job->e);
}

/* The transaction is gone, and with it what seemed done. */
static void
fail_all(struct write_job *jobs, const struct err *e)
{
	for (struct write_job *job = jobs; job != NULL; job = job->next) {
		if (job->rc == 0)
			*job->e = *e;
		job->rc = -1;
	}
}

/* A statement that fails leaves what the others did, unless it ended the
 * transaction (a full disk). */
static int
run_all(struct store_conn *c, struct write_job *jobs, struct err *e)
{
	struct store_sink none = { NULL, NULL, 0 };

	if (run_named(c, STORE_BEGIN, NULL, 0, &none, e) == -1)
		return -1;
	for (struct write_job *job = jobs; job != NULL; job = job->next) {
		run_job(c, job);
		if (!is_open(c)) {
			*e = *job->e;
			return -1;
		}
	}
	return run_named(c, STORE_COMMIT, NULL, 0, &none, e);
}

/*
 * Who has the turn writes through one connection of the process: its cache holds
 * what the last batch wrote, where another connection would have to read it all
 * again (18 pages for a row). It goes with the last of the others. A process that
 * was forked has none yet.
 */
static struct {
	pthread_mutex_t lock; /* of `pid` and `others` */
	pid_t pid;
	int others; /* connections of the process */
	struct store_conn *conn;
} writer = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct store_conn *open_conn(const char *url, struct err *e);
static void close_conn(struct store_conn *c);

/* One more, or one less: the last one takes the writer along. */
static void
count_conn(int more)
{
	(void)pthread_mutex_lock(&writer.lock);
	if (writer.pid != getpid()) {
		writer.pid = getpid();
		writer.others = 0;
		writer.conn = NULL;
	}
	writer.others += more;
	if (writer.others <= 0 && writer.conn != NULL) {
		close_conn(writer.conn);
		writer.conn = NULL;
	}
	(void)pthread_mutex_unlock(&writer.lock);
}

static struct store_conn *
writer_of(struct store_conn *c)
{
	struct err ignored = ERR_INIT;

	if (writer.pid != getpid())
		count_conn(0);
	if (writer.conn != NULL && strcmp(writer.conn->url, c->url) == 0)
		return writer.conn;
	if (writer.conn != NULL)
		close_conn(writer.conn);
	writer.conn = open_conn(c->url, &ignored);
	return writer.conn != NULL ? writer.conn : c;
}

static void
run_jobs(void *cookie, struct write_job *jobs)
{
	struct store_conn *c = writer_of(cookie);
	struct store_sink none = { NULL, NULL, 0 };
	struct err e = ERR_INIT, ignored = ERR_INIT;

	c->deadline_ms = clock_mono_ms() + STORE_WAIT_MS;
	if (jobs->next == NULL) {
		run_job(c, jobs);
		return;
	}
	if (run_all(c, jobs, &e) == 0)
		return;
	fail_all(jobs, &e);
	if (is_open(c) &&
	    run_named(c, STORE_ROLLBACK, NULL, 0, &none, &ignored) == -1) {
		/* SQLite has rolled back by itself. */
	}
}

static int
late(struct err *e)
{
	struct store_conn none = { .db = NULL };

	return failed(&none, SQLITE_BUSY, "queue", e);
}

static int
begin(struct store_conn *c, struct err *e)
{
	struct store_sink none = { NULL, NULL, 0 };

	tell_waiter(c);
	if (!write_queue_enter(STORE_WAIT_MS))
		return late(e);
	c->deadline_ms = clock_mono_ms() + STORE_WAIT_MS;
	c->writing = run_named(c, STORE_BEGIN, NULL, 0, &none, e) == 0;
	if (!c->writing)
		write_queue_leave();
	return c->writing ? 0 : -1;
}

static int
run_alone(struct store_conn *c, enum store_query q,
    const struct store_value *params, int n_params, struct store_sink *sink,
    struct err *e)
{
	struct write_job job = { .q = q,
		.params = params,
		.n_params = n_params,
		.sink = sink,
		.e = e };

	tell_waiter(c);
	if (!write_queue_run(&job, run_jobs, c, STORE_WAIT_MS))
		return late(e);
	return job.rc;
}

static int
sqlite_run(struct store_conn *c, enum store_query q,
    const struct store_value *params, int n_params, struct store_sink *sink,
    struct err *e)
{
	int rc;

	c->deadline_ms = clock_mono_ms() + STORE_WAIT_MS;
	if (q == STORE_BEGIN)
		return begin(c, e);
	if (prepare(c, q, e) == -1)
		return -1;
	if (!is_open(c) && !sqlite3_stmt_readonly(c->statements[q]))
		return run_alone(c, q, params, n_params, sink, e);
	rc = run_named(c, q, params, n_params, sink, e);
	/* A transaction of ours has ended, by COMMIT or by itself. */
	if (c->writing && !is_open(c)) {
		c->writing = false;
		write_queue_leave();
	}
	return rc;
}

static int
sqlite_run_made(struct store_conn *c, const struct store_made *made,
    struct store_sink *sink, struct err *e)
{
	size_t at = find_made(c, made->sql);
	struct statement statement;

	c->deadline_ms = clock_mono_ms() + STORE_WAIT_MS;
	c->made[at].used = ++c->turn;
	if (prepare_text(c, made->sql, "list", &c->made[at].statement, e) == -1)
		return -1;
	statement = (struct statement){ c->made[at].statement, "list" };
	return run_statement(
	    c, &statement, made->params, made->n_params, sink, e);
}

static int
sqlite_script(struct store_conn *c, const char *statement, struct err *e)
{
	int rc;

	c->deadline_ms = clock_mono_ms() + STORE_WAIT_MS;
	do
		rc = sqlite3_exec(c->db, statement, NULL, NULL, NULL);
	while ((rc & 0xff) == SQLITE_BUSY && sqlite3_get_autocommit(c->db) &&
	    wait_turn(c));
	return rc == SQLITE_OK ? 0 : failed(c, rc, "migration", e);
}

static void
sqlite_on_wait(struct store_conn *c, const struct store_waiter *waiter)
{
	c->waiter = *waiter;
}

static bool
sqlite_inside(const struct store_conn *c)
{
	return sqlite3_get_autocommit(c->db) == 0;
}

static void
close_conn(struct store_conn *c)
{
	if (c->writing)
		write_queue_leave();
	for (int q = 0; q < STORE_QUERY__MAX; q++)
		(void)sqlite3_finalize(c->statements[q]);
	for (size_t i = 0; i < MADE_MAX; i++)
		(void)sqlite3_finalize(c->made[i].statement);
	store_sqlite_file_close(c->db, c->url);
	free(c->url);
	free(c);
}

static void
sqlite_close(struct store_conn *c)
{
	close_conn(c);
	count_conn(-1);
}

static int
set_up(struct store_conn *c, struct err *e)
{
	static const int ON[] = { SQLITE_DBCONFIG_DEFENSIVE };
	static const int OFF[] = { SQLITE_DBCONFIG_DQS_DDL,
		SQLITE_DBCONFIG_DQS_DML };

	for (size_t i = 0; i < COUNT(ON); i++)
		(void)sqlite3_db_config(c->db, ON[i], 1, NULL);
	for (size_t i = 0; i < COUNT(OFF); i++)
		(void)sqlite3_db_config(c->db, OFF[i], 0, NULL);
	(void)sqlite3_busy_handler(c->db, on_busy, c);
	sqlite3_progress_handler(c->db, PROGRESS_STEPS, on_progress, c);
	c->watch = (struct store_sqlite_watch){ go_on, c, 0 };
	if (store_sqlite_fn_register(c->db, &c->watch) != SQLITE_OK)
		return failed(c, SQLITE_ERROR, "functions", e);
	for (size_t i = 0; i < COUNT(MIGRATIONS); i++)
		if (MIGRATIONS[i].number == 0 &&
		    sqlite_script(c, MIGRATIONS[i].statement, e) == -1)
			return -1;
	return 0;
}

/* What SQLite counts of its memory nobody asks, and each allocation of each
 * thread would take one lock for it. Once it is in use it refuses. */
static void
configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static struct store_conn *
open_conn(const char *url, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char path[PATH_MAX];
	struct store_conn *c;
	int rc;

	if (!store_sqlite_file_path(url, path)) {
		(void)err_set(e, ERR_BAD_REQUEST,
		    "DATABASE_URL sqlite:PATH needs the path of a file.");
		return NULL;
	}
	(void)pthread_once(&once, configure);
	store_sqlite_file_make(path);
	c = ck_calloc(1, sizeof(*c));
	c->url = ck_strdup(url);
	c->read_until_ms = INT64_MAX;
	rc = sqlite3_open_v2(path, &c->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	if (rc != SQLITE_OK)
		(void)failed(c, rc, "open", e);
	else if (set_up(c, e) == 0)
		return c;
	close_conn(c);
	return NULL;
}

static struct store_conn *
sqlite_open(const char *url, struct err *e)
{
	struct store_conn *c = open_conn(url, e);

	if (c != NULL)
		count_conn(1);
	return c;
}

const struct store_driver store_sqlite_driver = {
	.dialect = &store_dialect_sqlite,
	.migrations = MIGRATIONS,
	.n_migrations = COUNT(MIGRATIONS),
	.open = sqlite_open,
	.close = sqlite_close,
	.prepare = sqlite_prepare,
	.run = sqlite_run,
	.run_made = sqlite_run_made,
	.on_wait = sqlite_on_wait,
	.script = sqlite_script,
	.inside = sqlite_inside,
};
