/*
 * mkdir -p, a look whether one may write there, and what is in it at the start.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adm/var.h"

/* A log of more than this is put aside at the start: one old one is kept. */
#define LOG_BYTES_MAX (16L * 1024 * 1024)

static const char *const log_files[] = { "redis.log", "director.fcgi.log",
	"worker.log", "lighttpd.log" };

static int
make_folders(char *path)
{
	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		(void)mkdir(path, 0777); /* the last mkdir tells */
		*p = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

int
var_prepare(struct stack *s, struct err *e)
{
	const char *asked = s->opt.var;
	struct stat st;
	char real[PATH_MAX];

	if (asked[0] == '\0')
		return err_set(e, ERR_BAD_REQUEST,
		    "VAR is empty: "
		    "give the folder to keep data in");
	if (make_folders(arena_strdup(&s->arena, slice_from(asked))) != 0)
		return err_set(e, ERR_FORBIDDEN,
		    "cannot make the folder %.120s: %s (choose another with VAR=)",
		    asked, strerrordesc_np(errno));
	if (stat(asked, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ERR_BAD_REQUEST,
		    "%.120s is not a folder: choose another with VAR=", asked);
	if (access(asked, R_OK | W_OK | X_OK) != 0)
		return err_set(e, ERR_FORBIDDEN,
		    "cannot write in %.120s: %s (choose another folder with VAR=)",
		    asked, strerrordesc_np(errno));
	if (realpath(asked, real) == NULL)
		return err_set(e, ERR_INTERNAL, "cannot resolve %s: %s", asked,
		    strerrordesc_np(errno));
	s->var = arena_strdup(&s->arena, slice_from(real));
	return 0;
}

/* Bodies that a lighttpd which was killed had not taken away. */
static void
clear_uploads(struct stack *s)
{
	const char *folder = stack_file(s, "tmp");
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	/* One thread here. NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((entry = readdir(dir)) != NULL)
		if (slice_starts(
			slice_from(entry->d_name), SLICE("lighttpd-upload-")))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
}

int
var_folders(struct stack *s, struct err *e)
{
	const char *const folders[] = { "redis", "tmp", "media" };

	for (size_t i = 0; i < COUNT(folders); i++) {
		const char *path = stack_file(s, folders[i]);

		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return err_set(e, ERR_FORBIDDEN,
			    "cannot make the folder %s: %s", path,
			    strerrordesc_np(errno));
	}
	clear_uploads(s);
	for (size_t i = 0; i < COUNT(log_files); i++) {
		const char *path = stack_file(s, log_files[i]);
		struct stat st;

		if (stat(path, &st) == 0 && st.st_size > LOG_BYTES_MAX)
			(void)rename(
			    path, arena_printf(&s->arena, "%s.1", path));
	}
	return 0;
}
