/*
 * flock() on an open file that fork() and exec() hand down: the kernel frees it
 * when the last holder is gone.
 */
#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "adm/lock.h"
#include "base/num.h"

/* A run that is being stopped or was killed is gone after 5 s at most. */
#define LOCK_WAIT_MS 8000
#define LOCK_STEP_MS 50

/* The process that the lock file names, 0 when it is on its way out. */
static pid_t
lock_owner(int fd)
{
	char text[32];
	int64_t pid;
	ssize_t n = pread(fd, text, sizeof(text), 0);

	if (n <= 0)
		return 0;
	if (!num_parse(slice_trim((struct slice){ text, (size_t)n }), 1,
		INT32_MAX, &pid))
		return 0;
	if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
		return 0;
	return (pid_t)pid;
}

int
lock_take(const char *path, struct err *e)
{
	const struct timespec step = { 0, LOCK_STEP_MS * 1000000L };
	int waited_ms = 0;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1)
		return err_set(e, ERR_FORBIDDEN,
		    "cannot write %.120s: %s (choose another folder with VAR=)",
		    path, strerrordesc_np(errno));
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		pid_t owner = lock_owner(fd);

		if (owner != 0 || waited_ms >= LOCK_WAIT_MS) {
			(void)close(fd);
			return err_set(e, ERR_CONFLICT,
			    "already running (process %ld holds %.120s): stop "
			    "that one, or choose another folder with VAR=",
			    (long)owner, path);
		}
		(void)nanosleep(&step, NULL);
		waited_ms += LOCK_STEP_MS;
	}
	lock_leave(fd);
	(void)dprintf(fd, "%ld\n", (long)getpid());
	return fd;
}

void
lock_leave(int fd)
{
	(void)!ftruncate(fd, 0);
}
