/**
 * A store of its own in a temporary folder, and children to torture it with.
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
#include "proto/jval.h"

/* The folder's name has a space: paths are taken as they are. */
#define FIXTURE_DIR "/tmp/store test XXXXXX"

struct fixture {
	char dir[sizeof(FIXTURE_DIR)];
	char url[128];
	char path[96];
	struct store *s;
	struct err e;
};

/** TOPOLOGY=pg: the same tests on PostgreSQL. */
static inline bool
fixture_is_pg(void)
{
	const char *topology = getenv("TOPOLOGY");

	return topology != NULL && strcmp(topology, "pg") == 0;
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

/** A migrated store in it. */
static inline void
fixture_open(struct fixture *f)
{
	fixture_dir(f);
	f->s = store_open(f->url, &f->e);
	if (f->s == NULL || store_migrate(f->s, &f->e) == -1) {
		(void)printf("# %s\n", f->e.msg);
		abort();
	}
}

static inline void
fixture_close(struct fixture *f)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	store_close(f->s);
	f->s = NULL;
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
