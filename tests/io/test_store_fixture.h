/**
 * A store of its own in a temporary folder, and children to torture it with.
 * TOPOLOGY runs the same tests on another store:
 *
 *      pg         PostgreSQL, a database of its own each
 *      pg-plain   the same without pgvector
 *      pgbouncer  through pgbouncer, which shares connections by transaction
 *
 * Included by the test_store_*.c programs only.
 */
#ifndef TESTS_IO_TEST_STORE_FIXTURE_H
#define TESTS_IO_TEST_STORE_FIXTURE_H

#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../harness/check.h"
#include "base/principal.h"
#include "io/rnd.h"
#include "io/store_driver.h"
#include "pg_fixture.h"
#include "proto/jval.h"

/* The folder's name has a space: paths are taken as they are. */
#define FIXTURE_DIR "/tmp/store test XXXXXX"

struct fixture {
	char dir[sizeof(FIXTURE_DIR)];
	char url[PG_URL_MAX];
	char path[96];
	char database[16]; /* PostgreSQL's; "": none */
	struct store *s;
	struct err e;
};

/* One for the program, from its first store to its end. */
static struct pg fixture_pg;

static inline const char *
fixture_topology(void)
{
	const char *topology = getenv("TOPOLOGY");

	return topology == NULL ? "" : topology;
}

static inline bool
fixture_is_pg(void)
{
	return strncmp(fixture_topology(), "pg", 2) == 0;
}

static inline bool
fixture_is_pooled(void)
{
	return strcmp(fixture_topology(), "pgbouncer") == 0;
}

static inline void
fixture_pg_stop(void)
{
	pg_stop(&fixture_pg);
}

/* Migrated once for all: that takes longer than most cases. */
static inline void
fixture_pg_migrate(void)
{
	struct err e = ERR_INIT;
	char url[PG_URL_MAX];
	struct store *s;

	pg_sql(&fixture_pg, "CREATE DATABASE migrated OWNER director");
	pg_url(&fixture_pg, "migrated", url);
	s = store_open(url, &e);
	if (s == NULL || store_migrate(s, &e) == -1)
		pg_give_up(e.msg);
	store_close(s);
}

static inline void
fixture_pg_start(void)
{
	bool plain = strcmp(fixture_topology(), "pg-plain") == 0;

	(void)atexit(fixture_pg_stop);
	pg_start(&fixture_pg, plain ? "--without-pgvector" : "");
	if (fixture_is_pooled())
		pg_bouncer(&fixture_pg);
	fixture_pg_migrate();
}

/** The folder only. */
static inline void
fixture_dir(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	(void)snprintf(f->dir, sizeof(f->dir), "%s", FIXTURE_DIR);
	if (mkdtemp(f->dir) == NULL)
		abort();
	(void)snprintf(f->path, sizeof(f->path), "%s/a store.db", f->dir);
	(void)snprintf(f->url, sizeof(f->url), "sqlite:%s", f->path);
}

/** A copy of the database `template`, and its address in `url`. */
static inline void
fixture_database(struct fixture *f, const char *template)
{
	if (fixture_pg.owner == 0)
		fixture_pg_start();
	pg_database(&fixture_pg, template, f->database);
	if (fixture_is_pooled())
		pg_bouncer_url(&fixture_pg, f->database, f->url);
	else
		pg_url(&fixture_pg, f->database, f->url);
}

static inline void
fixture_migrate(struct fixture *f)
{
	f->s = store_open(f->url, &f->e);
	if (f->s == NULL || store_migrate(f->s, &f->e) == -1) {
		(void)printf("# %s\n", f->e.msg);
		abort();
	}
}

/** A migrated store in the folder, or in PostgreSQL. */
static inline void
fixture_open(struct fixture *f)
{
	fixture_dir(f);
	if (fixture_is_pg())
		fixture_database(f, "migrated");
	fixture_migrate(f);
}

/** Nothing is there yet, nor open; `url` says where it will be. */
static inline void
fixture_open_empty(struct fixture *f)
{
	fixture_dir(f);
	if (fixture_is_pg())
		fixture_database(f, "template1");
}

/** A migrated store in the folder, whatever the topology. */
static inline void
fixture_open_sqlite(struct fixture *f)
{
	fixture_dir(f);
	fixture_migrate(f);
}

static inline void
fixture_close(struct fixture *f)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	store_close(f->s);
	f->s = NULL;
	if (f->database[0] != '\0')
		pg_drop(&fixture_pg, f->database);
	dir = opendir(f->dir);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", f->dir, entry->d_name);
		(void)unlink(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(f->dir);
}

static inline void
fixture_sleep(long ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000L };

	(void)nanosleep(&pause, NULL);
}

static inline int64_t
fixture_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** A child that runs `work` and ends with what it returns. */
static inline pid_t
fixture_fork(int (*work)(void *), void *cookie)
{
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(work(cookie));
	return pid;
}

/** Its exit status, or 128 + the signal. */
static inline int
fixture_wait(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/** JSON from a literal. */
static inline struct json_object *
fixture_json(const char *text)
{
	struct json_object *value = NULL;

	if (jval_parse(slice_from(text), &value) != JVAL_OK)
		abort();
	return value;
}

/** Member `key` printed compactly; in a buffer of the caller. */
static inline struct slice
fixture_print(struct buf *b, struct json_object *row, const char *key)
{
	buf_clear(b);
	jval_print(b, json_object_object_get(row, key));
	return buf_slice(b);
}

static inline int64_t
fixture_int(struct json_object *row, const char *key)
{
	return json_object_get_int64(json_object_object_get(row, key));
}

#endif
