/* media_file.h: whole or not at all, under names that are ours. */
#include "io/media_file.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/check.h"

#define SIZE_MAX_TESTED 1000
#define OWNER           "m-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define OTHER           "a-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

static char folder[PATH_MAX];

static void
folder_make(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/media test XXXXXX");
	if (mkdtemp(folder) == NULL)
		abort();
}

/* How many files are in it; `name` is one of them. */
static int
files(char name[static 256])
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_type == DT_REG) {
			(void)snprintf(name, 256, "%s", entry->d_name);
			n++;
		}
	if (dir != NULL)
		(void)closedir(dir);
	return n;
}

static void
folder_remove(void)
{
	char name[256], path[PATH_MAX + 256];

	while (files(name) != 0) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static bool
file_holds(const char *name, const char *text)
{
	char path[PATH_MAX + 256], got[64] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	(void)fclose(f);
	return strcmp(got, text) == 0;
}

static void
test_media_file_keep(void)
{
	struct err e = ERR_INIT;
	struct media_file *f;
	char name[MEDIA_FILE_NAME] = "", seen[256];

	folder_make();
	f = media_file_new(folder, NULL, SIZE_MAX_TESTED, &e);
	CHECK(f != NULL);
	CHECK(media_file_write(f, SLICE("one "), &e) == 0);
	CHECK(media_file_write(f, SLICE_EMPTY, &e) == 0);
	CHECK(media_file_write(f, SLICE("two"), &e) == 0);
	CHECK(files(seen) == 1 && seen[0] == '.');
	CHECK(media_file_keep(f, OWNER, "mp4", name, &e) == 0);
	CHECK(files(seen) == 1 && strcmp(seen, name) == 0);
	CHECK(strcmp(name, OWNER ".mp4") == 0);
	CHECK(file_holds(name, "one two"));
	CHECK(media_file_remove(folder, SLICE(OWNER), &e) == 0);
	CHECK(files(seen) == 0);
	/* Gone already is as good. */
	CHECK(media_file_remove(folder, SLICE(OWNER), &e) == 0);
	folder_remove();
}

static void
test_media_file_folder_is_made(void)
{
	struct err e = ERR_INIT;
	struct media_file *f;
	char name[MEDIA_FILE_NAME];

	folder_make();
	(void)rmdir(folder);
	f = media_file_new(folder, NULL, SIZE_MAX_TESTED, &e);
	CHECK(f != NULL && media_file_keep(f, OWNER, "png", name, &e) == 0);
	CHECK(file_holds(name, ""));
	folder_remove();
}

static void
test_media_file_too_large(void)
{
	static const char bytes[SIZE_MAX_TESTED] = { 'x' };
	struct err e = ERR_INIT;
	struct media_file *f;
	char seen[256];

	folder_make();
	f = media_file_new(folder, NULL, SIZE_MAX_TESTED, &e);
	CHECK(media_file_write(f, (struct slice){ bytes, sizeof(bytes) }, &e) ==
	    0);
	CHECK(media_file_write(f, SLICE("1"), &e) == -1);
	CHECK(e.code == ERR_TOO_LARGE);
	media_file_drop(f);
	CHECK(files(seen) == 0);
	folder_remove();
}

static void
test_media_file_no_folder(void)
{
	struct err e = ERR_INIT;

	CHECK(media_file_new("/dev/null/x", NULL, 1, &e) == NULL);
	CHECK(e.code == ERR_INTERNAL && e.msg[0] != '\0');
	media_file_drop(NULL);
}

/* All of an owner's, whatever their endings, and nothing else. */
static void
test_media_file_any_ending(void)
{
	static const char *const NAMES[] = { OWNER ".mp4", OWNER ".bin",
		OWNER ".svg", OTHER ".mp4", "note.mp4", OWNER ".txt" };
	struct err e = ERR_INIT;
	char path[PATH_MAX + 64], seen[256];
	FILE *f;

	folder_make();
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, NAMES[i]);
		f = fopen(path, "we");
		CHECK(f != NULL && fclose(f) == 0);
	}
	CHECK(media_file_remove(folder, SLICE(OWNER), &e) == 0);
	CHECK(files(seen) == 3);
	CHECK(media_file_remove(folder, SLICE(OTHER), &e) == 0);
	CHECK(files(seen) == 2);
	folder_remove();
}

/* What another row has stays, whatever this one says of it. */
static void
test_media_file_of_others(void)
{
	static const char *const OWNERS[] = { OTHER, "",
		"m-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaab", "m-",
		"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", OWNER ".", OWNER ".mp4",
		"../" OWNER, "." };
	struct err e = ERR_INIT;
	struct media_file *f;
	char name[MEDIA_FILE_NAME] = "", seen[256];

	folder_make();
	f = media_file_new(folder, NULL, SIZE_MAX_TESTED, &e);
	CHECK(f != NULL && media_file_keep(f, OWNER, "mp4", name, &e) == 0);
	for (size_t i = 0; i < sizeof(OWNERS) / sizeof(OWNERS[0]); i++) {
		CHECK(
		    media_file_remove(folder, slice_from(OWNERS[i]), &e) == 0);
		CHECK(files(seen) == 1);
	}
	CHECK(media_file_remove(folder, SLICE(OWNER), &e) == 0);
	CHECK(files(seen) == 0);
	folder_remove();
}

/* What a dead worker has begun, and nothing else. */
static void
test_media_file_abandon(void)
{
	static const char JOB[] = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
	struct err e = ERR_INIT;
	struct media_file *dead, *other, *form;
	char name[MEDIA_FILE_NAME], seen[256];

	folder_make();
	dead = media_file_new(folder, JOB, SIZE_MAX_TESTED, &e);
	other = media_file_new(folder, OTHER + 2, SIZE_MAX_TESTED, &e);
	form = media_file_new(folder, NULL, SIZE_MAX_TESTED, &e);
	CHECK(
	    dead != NULL && other != NULL && form != NULL && files(seen) == 3);
	media_file_abandon(folder, JOB);
	CHECK(files(seen) == 2);
	CHECK(media_file_write(dead, SLICE("x"), &e) == 0);
	CHECK(media_file_sync(dead, &e) == 0);
	CHECK(media_file_keep(dead, OWNER, "mp4", name, &e) == -1);
	media_file_drop(other);
	media_file_drop(form);
	CHECK(files(seen) == 0);
	folder_remove();
}

/* Only what nobody writes any more. */
static void
test_media_file_sweep(void)
{
	struct timespec long_ago[2] = { { 1000, 0 }, { 1000, 0 } };
	struct err e = ERR_INIT;
	struct media_file *old, *fresh;
	char name[MEDIA_FILE_NAME], path[PATH_MAX + 256], seen[256];

	folder_make();
	old = media_file_new(folder, NULL, SIZE_MAX_TESTED, &e);
	CHECK(files(seen) == 1);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, seen);
	CHECK(utimensat(AT_FDCWD, path, long_ago, 0) == 0);
	fresh = media_file_new(folder, NULL, SIZE_MAX_TESTED, &e);
	media_file_sweep(folder);
	CHECK(files(seen) == 1);
	CHECK(media_file_keep(fresh, OWNER, "mp4", name, &e) == 0);
	CHECK(media_file_keep(old, OTHER, "mp4", name, &e) == -1);
	CHECK(files(seen) == 1);
	folder_remove();
	media_file_sweep(folder);
}

static bool
tell(const char *file, const char *text)
{
	FILE *f = fopen(file, "we");

	if (f == NULL)
		return false;
	(void)fputs(text, f);
	return fclose(f) == 0;
}

/* Whoever may not mount has a user of their own made root of it. */
static bool
may_mount(void)
{
	char uid[32], gid[32];

	(void)snprintf(uid, sizeof(uid), "0 %u 1", geteuid());
	(void)snprintf(gid, sizeof(gid), "0 %u 1", getegid());
	return geteuid() == 0 ||
	    (unshare(CLONE_NEWUSER) == 0 &&
		tell("/proc/self/setgroups", "deny") &&
		tell("/proc/self/uid_map", uid) &&
		tell("/proc/self/gid_map", gid));
}

/* A disk of 64 KB in the folder, seen by this process alone. */
static bool
mount_disk(void)
{
	return may_mount() && unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("media", folder, "tmpfs", 0, "size=64k") == 0;
}

/* On a disk of its own. 0: as it should be; 77: no such disk here. */
static int
fill_disk(void)
{
	static const char bytes[4096];
	struct slice piece = { bytes, sizeof(bytes) };
	struct err e = ERR_INIT;
	struct media_file *f;
	char seen[256];
	int n = 0;

	if (!mount_disk())
		return 77;
	f = media_file_new(folder, NULL, 1 << 20, &e);
	if (f == NULL)
		return 1;
	while (media_file_write(f, piece, &e) == 0)
		if (++n > 100)
			return 2;
	media_file_drop(f);
	if (e.code != ERR_UNAVAILABLE || n == 0)
		return 3;
	return files(seen) == 0 ? 0 : 4;
}

static void
test_media_file_disk_full(void)
{
	pid_t child;
	int status = 0;

	folder_make();
	child = fork();
	if (child == 0)
		_exit(fill_disk());
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("no file system may be mounted here");
	else
		CHECK(WEXITSTATUS(status) == 0);
	folder_remove();
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_media_file_keep),
		CHECK_CASE(test_media_file_folder_is_made),
		CHECK_CASE(test_media_file_too_large),
		CHECK_CASE(test_media_file_no_folder),
		CHECK_CASE(test_media_file_any_ending),
		CHECK_CASE(test_media_file_of_others),
		CHECK_CASE(test_media_file_abandon),
		CHECK_CASE(test_media_file_sweep),
		CHECK_CASE(test_media_file_disk_full), { NULL, NULL } });
}
