#include "io/media_file.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ck.h"
#include "io/rnd.h"
#include "proto/media_type.h"

/* The web server serves no name that begins with a dot. */
#define BEGUN ".upload-"
/* No upload takes so long: the web server has all of it when it begins. */
#define ABANDONED_S 3600

/* A job and a UUID. */
#define BEGUN_SIZE 80

struct media_file {
	char *folder;
	char begun[BEGUN_SIZE];
	int fd;
	int64_t size, max;
};

static int
fail(struct err *e, const char *what)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return err_set(e, ERR_UNAVAILABLE,
		    "There is no room left for files on the server.");
	return err_set(e, ERR_INTERNAL, "cannot %s a file of media: %s", what,
	    strerrordesc_np(errno));
}

static void
path_of(char out[static PATH_MAX], const char *folder, const char *prefix,
    const char *name)
{
	(void)snprintf(out, PATH_MAX, "%s/%s%s", folder, prefix, name);
}

static int
open_begun(const struct media_file *f)
{
	char path[PATH_MAX];

	path_of(path, f->folder, BEGUN, f->begun);
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
}

struct media_file *
media_file_new(const char *folder, const char *job, int64_t max, struct err *e)
{
	struct media_file *f = ck_calloc(1, sizeof(*f));
	char uuid[37];

	f->folder = ck_strdup(folder);
	f->max = max;
	rnd_uuid(uuid);
	(void)snprintf(f->begun, sizeof(f->begun), "%.36s.%s",
	    job != NULL ? job : "", uuid);
	f->fd = open_begun(f);
	if (f->fd < 0 && errno == ENOENT &&
	    (mkdir(folder, 0755) == 0 || errno == EEXIST))
		f->fd = open_begun(f);
	if (f->fd >= 0)
		return f;
	(void)fail(e, "begin");
	media_file_drop(f);
	return NULL;
}

int
media_file_write(struct media_file *f, struct slice piece, struct err *e)
{
	f->size += (int64_t)piece.n;
	if (f->size > f->max)
		return err_set(e, ERR_TOO_LARGE,
		    "The file is larger than the %lld bytes this server takes.",
		    (long long)f->max);
	while (piece.n != 0) {
		ssize_t n = write(f->fd, piece.p, piece.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(e, "write");
		piece = slice_from_at(piece, (size_t)n);
	}
	return 0;
}

/* Names of a folder are on the disk when the folder is. */
static int
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static void
file_free(struct media_file *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	free(f->folder);
	free(f);
}

int
media_file_sync(struct media_file *f, struct err *e)
{
	return fsync(f->fd) == 0 ? 0 : fail(e, "keep");
}

void
media_file_owner(
    char out[static MEDIA_FILE_OWNER], char letter, struct slice uuid)
{
	(void)snprintf(out, MEDIA_FILE_OWNER, "%c-%.*s", letter,
	    SLICE_ARG(slice_sub(uuid, 0, 36)));
}

int
media_file_keep(struct media_file *f, const char *owner, const char *ending,
    char name[static MEDIA_FILE_NAME], struct err *e)
{
	char from[PATH_MAX], to[PATH_MAX];

	(void)snprintf(name, MEDIA_FILE_NAME, "%s.%s", owner, ending);
	path_of(from, f->folder, BEGUN, f->begun);
	path_of(to, f->folder, "", name);
	if (fsync(f->fd) != 0 || rename(from, to) != 0) {
		(void)fail(e, "keep");
		media_file_drop(f);
		return -1;
	}
	if (sync_folder(f->folder) != 0) {
		(void)fail(e, "keep");
		(void)unlink(to);
		file_free(f);
		return -1;
	}
	file_free(f);
	return 0;
}

void
media_file_drop(struct media_file *f)
{
	char path[PATH_MAX];

	if (f == NULL)
		return;
	path_of(path, f->folder, BEGUN, f->begun);
	if (f->fd >= 0)
		(void)unlink(path);
	file_free(f);
}

/* An owner, a dot and letters: nothing that leads elsewhere. */
bool
media_file_name(struct slice name)
{
	const size_t dot = MEDIA_FILE_OWNER - 1;

	if (name.n <= dot + 1 || name.n >= MEDIA_FILE_NAME ||
	    name.p[1] != '-' || name.p[dot] != '.')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c == '-' && i < dot) || i == dot))
			return false;
	}
	return true;
}

/* Which ending it got, nobody but the folder knows for sure. */
int
media_file_remove(const char *folder, struct slice owner, struct err *e)
{
	char path[PATH_MAX], own[MEDIA_FILE_NAME];
	const char *ending;
	int rc = 0;

	for (size_t i = 0; (ending = media_type_ending(i)) != NULL; i++) {
		(void)snprintf(
		    own, sizeof(own), "%.*s.%s", SLICE_ARG(owner), ending);
		if (!media_file_name(slice_from(own)))
			continue;
		path_of(path, folder, "", own);
		if (unlink(path) == -1 && errno != ENOENT)
			rc = fail(e, "remove");
	}
	return rc;
}

/* What was begun under a name with this beginning, before `then`. */
static void
sweep(const char *folder, const char *prefix, time_t then)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	struct stat st;

	if (dir == NULL)
		return;
	/* The stream is ours alone. NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((entry = readdir(dir)) != NULL)
		if (slice_starts(
			slice_from(entry->d_name), slice_from(prefix)) &&
		    fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_mtime < then)
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
}

void
media_file_sweep(const char *folder)
{
	sweep(folder, BEGUN, time(NULL) - ABANDONED_S);
}

void
media_file_abandon(const char *folder, const char *job)
{
	char prefix[BEGUN_SIZE];

	(void)snprintf(prefix, sizeof(prefix), BEGUN "%.36s.", job);
	/* However young it is. */
	sweep(folder, prefix, time(NULL) + ABANDONED_S);
}
