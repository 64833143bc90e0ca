/*
 * director-run: starts and keeps a whole installation in the foreground:
 * a private Redis, director.fcgi, director-worker and lighttpd.
 *
 * stack.c settles what the run is made of, guard.c puts two processes in
 * charge, kids.c has the children. Here is the order in which they come up.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adm/guard.h"
#include "adm/kids.h"
#include "adm/lock.h"
#include "adm/probe.h"
#include "adm/sockets.h"
#include "adm/stack.h"
#include "base/num.h"

/* From the first child to the first answer. */
#define READY_LIMIT_MS 30000
#define READY_STEP_MS  20

struct run {
	struct stack stack;
	struct kids kids;
	char **argv; /* of the process, for its title */
	int signals; /* signalfd: TERM, INT, HUP, CHLD */
	bool stop;
	int64_t limit_ms; /* of the start-up */
};

/*
 * Take in signals for up to `ms` (-1: until something happens), note the
 * dead, start what is due.
 */
static void
pump(struct run *r, int ms)
{
	struct signalfd_siginfo info;
	struct pollfd pfd = { .fd = r->signals, .events = POLLIN };
	const int64_t due_ms = kids_start_due(&r->kids);

	if (due_ms != -1) {
		int64_t wait_ms = due_ms - kids_now_ms();

		if (wait_ms < 0)
			wait_ms = 0;
		if (ms == -1 || wait_ms < ms)
			ms = (int)wait_ms;
	}
	(void)poll(&pfd, 1, ms);
	while (read(r->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			r->stop = true;
	kids_reap(&r->kids);
}

/* ---- coming up: each step -1 with a sentence, or 0 ---------------------- */

/* Before the sentence that names the log: most need not look into it then. */
static void
say_why(const char *log)
{
	char line[KIDS_LINE];

	kids_last_words(log, line);
	if (*line != '\0')
		(void)fprintf(stderr, "%s\n", line);
}

static int
too_late(const struct run *r, const char *what, const char *log, struct err *e)
{
	const char *sick = kids_sick_log(&r->kids);

	if (sick != NULL)
		log = sick;
	say_why(log);
	return err_set(e, ERR_UNAVAILABLE, "%s within %d s: see %.160s", what,
	    READY_LIMIT_MS / 1000, log);
}

static int
up_redis(struct run *r, struct err *e)
{
	const struct kid *redis = kids_get(&r->kids, KID_REDIS);
	const char *socket_path = stack_env(&r->stack, "DIRECTOR_REDIS_SOCKET");

	kids_want(&r->kids, KID_REDIS);
	while (pump(r, READY_STEP_MS), !r->stop) {
		if (redis->pid != 0 && probe_redis(socket_path))
			return 0;
		if (kids_now_ms() > r->limit_ms)
			return too_late(
			    r, "Redis did not answer", redis->log_file, e);
	}
	return 0;
}

static int
up_migrate(struct run *r, struct err *e)
{
	const struct kid *migrate = kids_get(&r->kids, KID_MIGRATE);

	if (migrate == NULL)
		return 0;
	kids_want(&r->kids, KID_MIGRATE);
	while (pump(r, READY_STEP_MS), !r->stop) {
		if (!migrate->wanted)
			break;
		if (kids_now_ms() > r->limit_ms)
			return too_late(r, "the migrations were not applied",
			    migrate->log_file, e);
	}
	if (r->stop || migrate->status == 0)
		return 0;
	say_why(migrate->log_file);
	return err_set(e, ERR_UNAVAILABLE,
	    "the migrations could not be applied: see %.160s",
	    migrate->log_file);
}

static int
up_rest(struct run *r, struct err *e)
{
	const struct stack *s = &r->stack;

	if (sockets_listen(&r->stack, e) != 0)
		return -1;
	kids_want(&r->kids, KID_APP);
	kids_want(&r->kids, KID_WORKER);
	kids_want(&r->kids, KID_WEB);
	while (pump(r, READY_STEP_MS), !r->stop) {
		if (kids_get(&r->kids, KID_WEB)->pid != 0 &&
		    probe_http(s->host, s->port, s->opt.ready))
			break;
		if (kids_now_ms() > r->limit_ms)
			return too_late(r, "no request was answered",
			    kids_get(&r->kids, KID_APP)->log_file, e);
	}
	return 0;
}

static void
say_ready(const struct run *r)
{
	const bool six = strchr(r->stack.host, ':') != NULL;

	(void)printf("ready http://%s%s%s:%d/\n", six ? "[" : "", r->stack.host,
	    six ? "]" : "", r->stack.port);
	(void)fflush(stdout);
}

static int
up(struct run *r, struct err *e)
{
	static int (*const steps[])(
	    struct run *, struct err *) = { up_redis, up_migrate, up_rest };

	r->limit_ms = kids_now_ms() + READY_LIMIT_MS;
	for (size_t i = 0; i < COUNT(steps) && !r->stop; i++)
		if (steps[i](r, e) != 0)
			return -1;
	return 0;
}

/* ---- the supervisor process --------------------------------------------- */

/*
 * Another name than the front's: who kills "director-run" by name hits one of
 * the two, and the other cleans up.
 */
static void
take_name(char **argv)
{
	static const char name[] = "director-keeper";
	char *end = argv[0];

	if (end == NULL)
		return;
	for (char **p = argv; *p != NULL && *p == end; p++)
		end += strlen(end) + 1;
	(void)prctl(PR_SET_NAME, name);
	memset(argv[0], 0, (size_t)(end - argv[0]));
	if ((size_t)(end - argv[0]) >= sizeof(name))
		memcpy(argv[0], name, sizeof(name));
}

static int
supervise(void *cookie)
{
	struct run *r = cookie;
	struct err e = ERR_INIT;
	sigset_t set;
	int rc = 0;

	take_name(r->argv);
	(void)pthread_sigmask(SIG_BLOCK, NULL, &set); /* guard.c blocked them */
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r->signals == -1)
		rc = err_set(&e, ERR_INTERNAL, "no signalfd: %s",
		    strerrordesc_np(errno));
	else
		rc = up(r, &e);
	if (rc != 0)
		(void)fprintf(stderr, "%s\n", e.msg);
	else if (!r->stop)
		say_ready(r);
	while (rc == 0 && !r->stop)
		pump(r, -1);
	lock_leave(r->stack.lock_fd);
	kids_stop(&r->kids);
	kids_clean(&r->kids);
	sockets_clean(&r->stack);
	return rc == 0 ? 0 : 1;
}

/* ---- the command line --------------------------------------------------- */

static const char usage[] =
    "usage: director-run [options]\n"
    "  --port N        port of the web server (8080)\n"
    "  --var DIR       folder for data, logs, pid files (var)\n"
    "  --root DIR      top of the tree (.); the paths here are relative to it\n"
    "  --app PATH      the FastCGI program (director.fcgi beside this one)\n"
    "  --processes N   how many of it (1)\n"
    "  --worker PATH   the worker (director-worker beside this one)\n"
    "  --no-worker     run none\n"
    "  --no-migrate    do not run the FastCGI program with --migrate first\n"
    "  --conf PATH     configuration of lighttpd (lighttpd.conf)\n"
    "  --ready PATH    what is asked until it answers 200 (/readyz)\n"
    "  --with-make     end with the make that started this\n";

enum option_id {
	OPT_PORT = 1,
	OPT_VAR,
	OPT_ROOT,
	OPT_APP,
	OPT_PROCESSES,
	OPT_WORKER,
	OPT_NO_WORKER,
	OPT_NO_MIGRATE,
	OPT_CONF,
	OPT_READY,
	OPT_WITH_MAKE,
	OPT_HELP
};

static const struct option options[] = {
	{ "port", required_argument, NULL, OPT_PORT },
	{ "var", required_argument, NULL, OPT_VAR },
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "app", required_argument, NULL, OPT_APP },
	{ "processes", required_argument, NULL, OPT_PROCESSES },
	{ "worker", required_argument, NULL, OPT_WORKER },
	{ "no-worker", no_argument, NULL, OPT_NO_WORKER },
	{ "no-migrate", no_argument, NULL, OPT_NO_MIGRATE },
	{ "conf", required_argument, NULL, OPT_CONF },
	{ "ready", required_argument, NULL, OPT_READY },
	{ "with-make", no_argument, NULL, OPT_WITH_MAKE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static bool
set_processes(struct stack_options *o, const char *text)
{
	int64_t n;

	if (!num_parse(slice_from(text), 1, STACK_PROCESSES_MAX, &n)) {
		(void)fprintf(stderr, "--processes is from 1 to %d\n",
		    STACK_PROCESSES_MAX);
		return false;
	}
	o->processes = (int)n;
	return true;
}

/* One option; false when it is not understood. */
static bool
set_option(struct stack_options *o, int id)
{
	const struct {
		int id;
		const char **text;
		bool *flag;
	} places[] = {
		{ OPT_PORT, &o->port, NULL },
		{ OPT_VAR, &o->var, NULL },
		{ OPT_ROOT, &o->root, NULL },
		{ OPT_APP, &o->app, NULL },
		{ OPT_WORKER, &o->worker, NULL },
		{ OPT_CONF, &o->conf, NULL },
		{ OPT_READY, &o->ready, NULL },
		{ OPT_NO_WORKER, NULL, &o->no_worker },
		{ OPT_NO_MIGRATE, NULL, &o->no_migrate },
		{ OPT_WITH_MAKE, NULL, &o->with_make },
	};

	if (id == OPT_PROCESSES)
		return set_processes(o, optarg);
	for (size_t i = 0; i < COUNT(places); i++) {
		if (places[i].id != id)
			continue;
		if (places[i].text != NULL)
			*places[i].text = optarg;
		else
			*places[i].flag = true;
		return true;
	}
	return false;
}

/* 0 to go on, else the exit status plus 1. */
static int
read_options(struct stack_options *o, int argc, char **argv)
{
	int id;

	/* One thread here. NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (id == OPT_HELP) {
			(void)fputs(usage, stdout);
			return 1;
		}
		if (!set_option(o, id))
			goto bad;
	}
	if (optind == argc)
		return 0;
bad:
	(void)fputs(usage, stderr);
	return 2;
}

/* getopt's strings live in argv, which take_name() overwrites. */
static void
keep_options(struct arena *a, struct stack_options *o)
{
	const char **text[] = { &o->port, &o->var, &o->root, &o->app,
		&o->worker, &o->conf, &o->ready };

	for (size_t i = 0; i < COUNT(text); i++)
		if (*text[i] != NULL)
			*text[i] = arena_strdup(a, slice_from(*text[i]));
}

/* Prepared or not, the front's part of the run; the exit status. */
static int
run_all(struct run *run, const struct stack_options *opt)
{
	struct err e = ERR_INIT;
	struct kids_board *board;

	if (stack_prepare(&run->stack, opt, &e) != 0) {
		(void)fprintf(stderr, "%s\n", e.msg);
		return 1;
	}
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED) {
		(void)fprintf(
		    stderr, "no shared memory: %s\n", strerrordesc_np(errno));
		return 1;
	}
	kids_init(&run->kids, &run->stack, board);
	return guard_run(&run->stack, &run->kids, supervise, run);
}

int
main(int argc, char **argv)
{
	struct stack_options opt = { .root = ".",
		.var = "var",
		.port = "8080",
		.ready = "/readyz",
		.processes = 1 };
	struct arena kept = ARENA_INIT;
	struct run run = { .argv = argv, .signals = -1 };
	int rc = read_options(&opt, argc, argv);

	if (rc != 0)
		return rc - 1;
	keep_options(&kept, &opt);
	rc = run_all(&run, &opt);
	stack_fini(&run.stack);
	arena_fini(&kept);
	return rc;
}
