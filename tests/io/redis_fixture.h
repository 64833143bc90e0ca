/**
 * A private redis-server for one test program: on a Unix socket in a folder of
 * its own, nothing kept on disk. It can be frozen, killed and started again on
 * the same path, and dies with the test whatever happens (PR_SET_PDEATHSIG).
 *
 * Ownership: redis_start() makes folder and process, redis_stop() ends both.
 * Failure: a Redis that does not come up ends the test program with a failed
 * case.
 */
#ifndef TESTS_IO_REDIS_FIXTURE_H
#define TESTS_IO_REDIS_FIXTURE_H

#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/rds.h"

/* Start-up on a machine that does ten other things. */
#define REDIS_START_MS 10000
/* A socket's path holds 107 bytes; "/redis.sock" goes behind the folder. */
#define REDIS_DIR_MAX 90

struct redis {
	pid_t pid; /* 0: not running */
	char dir[REDIS_DIR_MAX];
	char socket[REDIS_DIR_MAX + 16];
	char url[REDIS_DIR_MAX + 24];
};

static inline void
redis_give_up(const char *why)
{
	(void)printf("not ok redis: %s\n", why);
	exit(1);
}

static inline void
redis_exec(const struct redis *r, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* The parent may have died before the request was in place. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
	    null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0)
		_exit(1);
	(void)execlp("redis-server", "redis-server", "--port", "0",
	    "--unixsocket", r->socket, "--dir", r->dir, "--save", "",
	    "--appendonly", "no", "--daemonize", "no", (char *)NULL);
	_exit(127);
}

static inline bool
redis_answers(const struct redis *r)
{
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *connection = rds_new(r->url, 1000, breaker);
	struct rds_command ping = rds_command("PING", NULL);
	struct err e = ERR_INIT;
	struct redisReply *reply = rds_call(connection, &ping, &e);
	bool up = reply != NULL;

	rds_reply_free(reply);
	rds_free(connection);
	rds_breaker_free(breaker);
	return up;
}

/* Start it (again) on the path it has. */
static inline void
redis_launch(struct redis *r)
{
	int64_t until = clock_mono_ms() + REDIS_START_MS;
	pid_t parent = getpid();

	(void)unlink(r->socket);
	r->pid = fork();
	if (r->pid < 0)
		redis_give_up("cannot fork");
	if (r->pid == 0)
		redis_exec(r, parent);
	while (!redis_answers(r)) {
		if (waitpid(r->pid, NULL, WNOHANG) != 0)
			redis_give_up("redis-server ended at once: installed?");
		if (clock_mono_ms() > until)
			redis_give_up("redis-server does not answer");
		clock_sleep_ms(10);
	}
}

static inline void
redis_start(struct redis *r)
{
	const char *base = getenv("TEST_DIR");

	/* As the programs do: a Redis that went away is an error code. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (base == NULL || strlen(base) > REDIS_DIR_MAX - 16)
		base = "/tmp";
	(void)snprintf(r->dir, sizeof(r->dir), "%s/redis.XXXXXX", base);
	if (mkdtemp(r->dir) == NULL)
		redis_give_up("no folder");
	(void)snprintf(r->socket, sizeof(r->socket), "%s/redis.sock", r->dir);
	(void)snprintf(r->url, sizeof(r->url), "unix:%s", r->socket);
	redis_launch(r);
}

static inline void
redis_kill(struct redis *r)
{
	if (r->pid == 0)
		return;
	(void)kill(r->pid, SIGKILL);
	(void)waitpid(r->pid, NULL, 0);
	r->pid = 0;
}

static inline void
redis_freeze(const struct redis *r)
{
	(void)kill(r->pid, SIGSTOP);
}

static inline void
redis_thaw(const struct redis *r)
{
	(void)kill(r->pid, SIGCONT);
}

static inline void
redis_stop(struct redis *r)
{
	redis_kill(r);
	(void)unlink(r->socket);
	(void)rmdir(r->dir);
}

#endif
