#include "io/store_sqlite_file.h"

#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "./" keeps names such as ":memory:" and "file:x" plain files. */
bool
store_sqlite_file_path(const char *url, char out[static PATH_MAX])
{
	const char *rest = url + sizeof("sqlite:") - 1;
	int n =
	    snprintf(out, PATH_MAX, "%s%s", rest[0] == '/' ? "" : "./", rest);

	return rest[0] != '\0' && n >= 0 && n < PATH_MAX;
}

/*
 * Under a name of its own first: opening and closing the real one could drop the
 * locks that another thread of this process holds on it (POSIX).
 */
void
store_sqlite_file_make(const char *path)
{
	char temporary[PATH_MAX];
	int n, fd;

	if (access(path, F_OK) == 0)
		return;
	n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return;
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd == -1)
		return;
	(void)close(fd);
	if (link(temporary, path) == -1 && errno != EEXIST) {
		/* No hard links here: rename, unless it came up meanwhile. */
		if (access(path, F_OK) == -1 && rename(temporary, path) == 0)
			return;
	}
	(void)unlink(temporary);
}

/* A descriptor of the file's folder, locked; or -1. */
static int
lock_folder(const char *url)
{
	char path[PATH_MAX];
	int fd;

	if (!store_sqlite_file_path(url, path))
		return -1;
	strrchr(path, '/')[1] = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd != -1 && flock(fd, LOCK_EX) == -1 && errno == EINTR)
		;
	return fd;
}

/*
 * The last one to close writes the log back into the file and removes it. Of two
 * that close at once each sees the other, and neither would: so one after the
 * other, by a lock that SQLite has nothing to do with.
 */
void
store_sqlite_file_close(sqlite3 *db, const char *url)
{
	int fd = lock_folder(url);

	(void)sqlite3_close(db);
	if (fd != -1)
		(void)close(fd);
}
