/*
 * The front process: start the supervisor, pass signals on, clean up after it
 * if it could not do so itself.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "adm/guard.h"
#include "adm/lock.h"
#include "adm/sockets.h"

/* How often make is looked at; the user waits that much longer at most. */
#define MAKE_LOOK_MS 250
/* After kill -9 of the supervisor: TERM, this long, then KILL. */
#define ORPHAN_GRACE_MS 2000
#define ORPHAN_KILL_MS  500
#define ORPHAN_STEP_MS  10

static void
orphans_kill(const struct kids *k, int sig)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->board->pid[i] > 0)
			(void)kill(-k->board->pid[i], sig);
}

/* The supervisor's children are ours now. True when none is left. */
static bool
orphans_reap(const struct kids *k)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (size_t i = 0; i < k->n; i++)
			if (k->board->pid[i] == pid) {
				/* What it had forked goes with it. */
				(void)kill(-pid, SIGKILL);
				k->board->pid[i] = 0;
			}
	return pid == -1 && errno == ECHILD;
}

static void
orphans_stop(const struct kids *k)
{
	const struct timespec step = { 0, ORPHAN_STEP_MS * 1000000L };
	const int64_t kill_ms = kids_now_ms() + ORPHAN_GRACE_MS;
	bool killed = false;

	orphans_kill(k, SIGTERM);
	while (!orphans_reap(k)) {
		if (!killed && kids_now_ms() >= kill_ms) {
			orphans_kill(k, SIGKILL);
			killed = true;
		}
		if (kids_now_ms() >= kill_ms + ORPHAN_KILL_MS)
			break;
		(void)nanosleep(&step, NULL);
	}
}

/*
 * A make that gets INT alone (not from a terminal, which tells the whole
 * group) does not pass it on: it sets INT back to its default and waits for
 * us. So its status is looked at: does it still catch INT?
 */
static bool
make_was_interrupted(pid_t make)
{
	static const char key[] = "SigCgt:";
	char path[64];
	char line[128];
	unsigned long long caught = ~0ULL; /* unknown: not interrupted */
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)make);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, sizeof(key) - 1) == 0)
			caught = strtoull(line + sizeof(key) - 1, NULL, 16);
	(void)fclose(f);
	return (caught & (1ULL << (SIGINT - 1))) == 0;
}

static void
pass_on(pid_t supervisor, int sig)
{
	if (sig == SIGINT || sig == SIGTERM || sig == SIGHUP)
		(void)kill(supervisor, SIGTERM);
}

/* Until the supervisor has ended; its status as waitpid() gives it. */
static int
watch(const struct stack *s, pid_t supervisor, const sigset_t *mine)
{
	const struct timespec look = { 0, MAKE_LOOK_MS * 1000000L };
	const pid_t make = getppid();
	bool told = false;
	int status;

	if (s->opt.with_make && make_was_interrupted(make))
		told = true; /* not a make, or one that ignores INT */
	while (waitpid(supervisor, &status, WNOHANG) != supervisor) {
		int sig =
		    sigtimedwait(mine, NULL, s->opt.with_make ? &look : NULL);

		pass_on(supervisor, sig);
		if (sig == -1 && s->opt.with_make && !told &&
		    make_was_interrupted(make)) {
			(void)kill(supervisor, SIGTERM);
			told = true;
		}
	}
	return status;
}

static int
clean_up(struct stack *s, const struct kids *k)
{
	(void)fprintf(
	    stderr, "the supervisor was killed: stopping everything\n");
	lock_leave(s->lock_fd);
	orphans_stop(k);
	kids_clean(k);
	sockets_clean(s);
	return 1;
}

int
guard_run(
    struct stack *s, struct kids *k, int (*supervisor)(void *), void *cookie)
{
	const pid_t front = getpid();
	sigset_t mine;
	pid_t pid;
	int status;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL); /* ignored, it would hide the dead */
	(void)sigemptyset(&mine);
	(void)sigaddset(&mine, SIGINT);
	(void)sigaddset(&mine, SIGTERM);
	if (signal(SIGHUP, SIG_DFL) == SIG_IGN)
		(void)signal(SIGHUP, SIG_IGN); /* nohup: as asked */
	else
		(void)sigaddset(&mine, SIGHUP);
	(void)sigaddset(&mine, SIGCHLD);
	(void)pthread_sigmask(SIG_BLOCK, &mine, NULL);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (s->opt.with_make)
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	pid = fork();
	if (pid == -1) {
		(void)fprintf(
		    stderr, "cannot fork: %s\n", strerrordesc_np(errno));
		return 1;
	}
	if (pid == 0) {
		(void)setsid();
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != front)
			_exit(1);
		_exit(supervisor(cookie));
	}
	status = watch(s, pid, &mine);
	return WIFEXITED(status) ? WEXITSTATUS(status) : clean_up(s, k);
}
