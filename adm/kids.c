/*
 * The table below is all there is to know about a child. An argument that
 * begins with $ is taken from the environment that stack.c made.
 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "adm/kids.h"

#define ARGS_MAX         32
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS   5000
/* Who lived this long starts again at once the next time. */
#define BACKOFF_RESET_MS 10000
#define STOP_STEP_MS     10
/* Stopping: the graces of the three steps and their kills stay under 5 s. */
#define GRACE_WEB_MS   500
#define GRACE_APP_MS   3000
#define GRACE_REDIS_MS 900
#define GRACE_KILL_MS  100

struct kid_plan {
	const char *name;
	const char *pid_file; /* NULL: has none */
	const char *log_file;
	const char *argv[ARGS_MAX]; /* the first is a $NAME with a path */
	enum kid_role role;
	int stop_step; /* first 0, then 1, ... */
	int grace_ms;  /* from TERM to KILL */
	bool listens;  /* gets the FastCGI socket as fd 0 */
	bool once;     /* runs to its end, is not started again */
};

/* Pages first, so that nothing new comes in; the state last. */
#define STOP_STEPS 3

static const struct kid_plan kid_plans[] = {
	{ .role = KID_REDIS,
	    .name = "redis-server",
	    .pid_file = "redis.pid",
	    .log_file = "redis.log",
	    .stop_step = 2,
	    .grace_ms = GRACE_REDIS_MS,
	    .argv = { "$DIRECTOR_REDIS_SERVER", "--port", "0", "--unixsocket",
		"$DIRECTOR_REDIS_SOCKET", "--unixsocketperm", "700", "--dir",
		"$DIRECTOR_REDIS_DIR", "--appendonly", "yes", "--appendfsync",
		"everysec", "--save", "", "--maxmemory-policy", "noeviction",
		"--daemonize", "no", "--set-proc-title", "no" } },
	{ .role = KID_MIGRATE,
	    .name = "director.fcgi --migrate",
	    .log_file = "director.fcgi.log",
	    .once = true,
	    .stop_step = 1,
	    .grace_ms = GRACE_APP_MS,
	    .argv = { "$DIRECTOR_APP", "--migrate", "samples/pitch.vtt" } },
	{ .role = KID_APP,
	    .name = "director.fcgi",
	    .pid_file = "director.fcgi.pid",
	    .log_file = "director.fcgi.log",
	    .listens = true,
	    .stop_step = 1,
	    .grace_ms = GRACE_APP_MS,
	    .argv = { "$DIRECTOR_APP" } },
	{ .role = KID_WORKER,
	    .name = "director-worker",
	    .pid_file = "worker.pid",
	    .log_file = "worker.log",
	    .stop_step = 1,
	    .grace_ms = GRACE_APP_MS,
	    .argv = { "$DIRECTOR_WORKER" } },
	{ .role = KID_WEB,
	    .name = "lighttpd",
	    .pid_file = "lighttpd.pid",
	    .log_file = "lighttpd.log",
	    .stop_step = 0,
	    .grace_ms = GRACE_WEB_MS,
	    .argv = { "$DIRECTOR_LIGHTTPD", "-D", "-f",
		"$DIRECTOR_LIGHTTPD_CONF" } },
};

int64_t
kids_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
nap(void)
{
	const struct timespec step = { 0, STOP_STEP_MS * 1000000L };

	(void)nanosleep(&step, NULL);
}

/* ---- laying out --------------------------------------------------------- */

/* director.fcgi.pid, then director.fcgi.2.pid, ... */
static const char *
pid_file_of(struct stack *s, const char *name, int copy)
{
	const char *dot;

	if (name == NULL)
		return NULL;
	if (copy == 1)
		return stack_file(s, name);
	dot = strrchr(name, '.');
	return stack_file(s,
	    arena_printf(
		&s->arena, "%.*s.%d%s", (int)(dot - name), name, copy, dot));
}

void
kids_init(struct kids *k, struct stack *s, struct kids_board *board)
{
	*k = (struct kids){ .stack = s, .board = board };
	for (size_t i = 0; i < COUNT(kid_plans); i++) {
		const struct kid_plan *plan = &kid_plans[i];
		int copies = plan->listens ? s->opt.processes : 1;

		if ((plan->role == KID_WORKER && s->opt.no_worker) ||
		    (plan->role == KID_MIGRATE && s->opt.no_migrate))
			continue;
		for (int copy = 1; copy <= copies; copy++)
			k->kid[k->n++] = (struct kid){ .plan = plan,
				.pid_file =
				    pid_file_of(s, plan->pid_file, copy),
				.log_file = stack_file(s, plan->log_file) };
	}
}

const struct kid *
kids_get(const struct kids *k, enum kid_role role)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->kid[i].plan->role == role)
			return &k->kid[i];
	return NULL;
}

void
kids_want(struct kids *k, enum kid_role role)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->kid[i].plan->role == role)
			k->kid[i].wanted = true;
}

/* ---- starting ----------------------------------------------------------- */

static void
write_pid_file(const struct kid *kid)
{
	char next[PATH_MAX];
	int fd;

	if (kid->pid_file == NULL)
		return;
	/* By rename: whoever reads it sees all of the old or of the new. */
	(void)snprintf(next, sizeof(next), "%s.new", kid->pid_file);
	fd = open(
	    next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return;
	(void)dprintf(fd, "%ld\n", (long)kid->pid);
	(void)close(fd);
	(void)rename(next, kid->pid_file);
}

/* Between fork and exec: only what is safe there. Never returns. */
static void NORETURN
become(const struct kid *kid, const struct stack *s, pid_t parent,
    const char *const *argv)
{
	const int in = kid->plan->listens
	    ? s->listen_fd
	    : open("/dev/null", O_RDWR | O_CLOEXEC);
	const int log = open(kid->log_file,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	/* A shell may have left us some of these ignored. */
	static const int reset[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM,
		SIGCHLD };
	sigset_t none;

	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1); /* it died before the line above */
	for (size_t i = 0; i < COUNT(reset); i++)
		(void)signal(reset[i], SIG_DFL);
	(void)sigemptyset(&none);
	(void)pthread_sigmask(SIG_SETMASK, &none, NULL);
	if (in == -1 || log == -1 || dup2(in, 0) == -1 || dup2(log, 1) == -1 ||
	    dup2(log, 2) == -1)
		_exit(126);
	/* The lock goes along: see lock.h. */
	(void)fcntl(s->lock_fd, F_SETFD, 0);
	/* execve() takes what it does not change as if it did. */
	(void)execve(argv[0], (char *const *)(uintptr_t)argv, s->env);
	(void)dprintf(
	    2, "cannot run %s: %s\n", argv[0], strerrordesc_np(errno));
	_exit(127);
}

static void
start(struct kids *k, size_t i)
{
	struct kid *kid = &k->kid[i];
	const char *argv[ARGS_MAX + 1] = { "", NULL };
	const pid_t parent = getpid();
	pid_t pid;

	for (size_t n = 0; n < ARGS_MAX && kid->plan->argv[n] != NULL; n++)
		argv[n] = kid->plan->argv[n][0] == '$'
		    ? stack_env(k->stack, kid->plan->argv[n] + 1)
		    : kid->plan->argv[n];
	kid->started_ms = kids_now_ms();
	pid = fork();
	if (pid == 0)
		become(kid, k->stack, parent, argv);
	if (pid == -1) {
		(void)fprintf(stderr, "cannot start %s: %s\n", kid->plan->name,
		    strerrordesc_np(errno));
		kid->due_ms = kid->started_ms + BACKOFF_MAX_MS;
		return;
	}
	k->board->pid[i] = pid;
	(void)setpgid(pid, pid); /* both sides: whoever is first */
	kid->pid = pid;
	write_pid_file(kid);
}

int64_t
kids_start_due(struct kids *k)
{
	int64_t next = -1;

	for (size_t i = 0; i < k->n; i++) {
		struct kid *kid = &k->kid[i];

		if (!kid->wanted || kid->pid != 0)
			continue;
		if (kid->due_ms <= kids_now_ms())
			start(k, i);
		if (kid->pid == 0 && (next == -1 || kid->due_ms < next))
			next = kid->due_ms;
	}
	return next;
}

/* ---- dying -------------------------------------------------------------- */

static void
say_death(const struct kid *kid, int wait_ms)
{
	char how[64];

	if (WIFSIGNALED(kid->status))
		(void)snprintf(how, sizeof(how), "was killed by signal %d",
		    WTERMSIG(kid->status));
	else
		(void)snprintf(how, sizeof(how), "ended with status %d",
		    WEXITSTATUS(kid->status));
	(void)fprintf(stderr,
	    "%s (process %ld) %s: starting it again in %d.%d s, see %s\n",
	    kid->plan->name, (long)kid->pid, how, wait_ms / 1000,
	    wait_ms % 1000 / 100, kid->log_file);
}

static void
note_death(struct kids *k, size_t i, int status)
{
	struct kid *kid = &k->kid[i];
	const int64_t now_ms = kids_now_ms();

	/* What it had forked, if anything, goes with it. */
	(void)kill(-kid->pid, SIGKILL);
	kid->status = status;
	if (kid->plan->once)
		kid->wanted = false;
	if (kid->wanted) {
		if (kid->backoff_ms == 0 ||
		    now_ms - kid->started_ms >= BACKOFF_RESET_MS)
			kid->backoff_ms = BACKOFF_FIRST_MS;
		say_death(kid, kid->backoff_ms);
		kid->due_ms = now_ms + kid->backoff_ms;
		kid->backoff_ms *= 2;
		if (kid->backoff_ms > BACKOFF_MAX_MS)
			kid->backoff_ms = BACKOFF_MAX_MS;
		kid->deaths++;
	}
	kid->pid = 0;
	k->board->pid[i] = 0;
}

void
kids_reap(struct kids *k)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < k->n; i++)
			if (k->kid[i].pid == pid)
				note_death(k, i, status);
}

const char *
kids_sick_log(const struct kids *k)
{
	const struct kid *worst = NULL;

	for (size_t i = 0; i < k->n; i++)
		if (k->kid[i].deaths > (worst == NULL ? 0 : worst->deaths))
			worst = &k->kid[i];
	return worst == NULL ? NULL : worst->log_file;
}

void
kids_last_words(const char *log, char line[static KIDS_LINE])
{
	char tail[KIDS_LINE] = "";
	int fd = open(log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t n = 0;
	char *last;

	if (fd != -1 && fstat(fd, &st) == 0)
		n = pread(fd, tail, sizeof(tail) - 1,
		    st.st_size < KIDS_LINE ? 0 : st.st_size - KIDS_LINE + 1);
	if (fd != -1)
		(void)close(fd);
	while (n > 0 && (tail[n - 1] == '\n' || tail[n - 1] == '\0'))
		n--;
	tail[n > 0 ? n : 0] = '\0';
	last = strrchr(tail, '\n');
	(void)snprintf(line, KIDS_LINE, "%s", last != NULL ? last + 1 : tail);
}

/* ---- stopping ----------------------------------------------------------- */

/* Signal what is left of a step; true when nothing is. */
static bool
signal_step(struct kids *k, int step, int sig)
{
	bool gone = true;

	for (size_t i = 0; i < k->n; i++) {
		struct kid *kid = &k->kid[i];

		if (kid->plan->stop_step != step || kid->pid == 0)
			continue;
		gone = false;
		if (sig == SIGKILL)
			(void)kill(-kid->pid, sig);
		else if (sig != 0)
			(void)kill(kid->pid, sig);
	}
	return gone;
}

static int
grace_of(const struct kids *k, int step)
{
	int grace_ms = 0;

	for (size_t i = 0; i < k->n; i++)
		if (k->kid[i].plan->stop_step == step &&
		    k->kid[i].plan->grace_ms > grace_ms)
			grace_ms = k->kid[i].plan->grace_ms;
	return grace_ms;
}

static void
stop_step(struct kids *k, int step)
{
	const int64_t kill_ms = kids_now_ms() + grace_of(k, step);
	bool killed = false;

	(void)signal_step(k, step, SIGTERM);
	while (kids_reap(k), !signal_step(k, step, 0)) {
		const int64_t now_ms = kids_now_ms();

		if (!killed && now_ms >= kill_ms) {
			(void)signal_step(k, step, SIGKILL);
			killed = true;
		}
		if (now_ms >= kill_ms + GRACE_KILL_MS)
			break; /* in the kernel's hands: not ours to wait for */
		nap();
	}
}

void
kids_stop(struct kids *k)
{
	for (size_t i = 0; i < k->n; i++)
		k->kid[i].wanted = false;
	for (int step = 0; step < STOP_STEPS; step++)
		stop_step(k, step);
}

void
kids_clean(const struct kids *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->kid[i].pid_file != NULL)
			(void)unlink(k->kid[i].pid_file);
}
