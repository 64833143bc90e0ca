/**
 * The double of outside servers (tests/harness/double.mjs) for one test program:
 * a child of it, that ends when the test does.
 *
 * Ownership: double_start() makes the process, double_stop() ends it.
 * Failure: one that does not come up ends the test program with a failed case.
 */
#ifndef TESTS_IO_DOUBLE_FIXTURE_H
#define TESTS_IO_DOUBLE_FIXTURE_H

#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/http_client.h"
#include "proto/jval.h"

struct double_server {
	pid_t pid;
	int input; /* it ends when this is closed, also by our death */
	int port, control;
	char key[64];
};

static inline void
double_give_up(const char *why)
{
	(void)printf("not ok double: %s\n", why);
	exit(1);
}

static inline void
double_exec(int in, int out)
{
	const char *tests = getenv("HERE"); /* of tests/run */
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/harness/double.mjs",
	    tests != NULL ? tests : "tests");
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0)
		_exit(1);
	(void)execlp("node", "node", path, (char *)NULL);
	_exit(127);
}

static inline void
double_start(struct double_server *d)
{
	int in[2], out[2];
	char line[256] = "";
	FILE *said;

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		double_give_up("no pipe");
	d->pid = fork();
	if (d->pid < 0)
		double_give_up("cannot fork");
	if (d->pid == 0)
		double_exec(in[0], out[1]);
	(void)close(in[0]);
	(void)close(out[1]);
	d->input = in[1];
	said = fdopen(out[0], "r");
	if (said == NULL || fgets(line, sizeof(line), said) == NULL ||
	    sscanf(line, // NOLINT: as double.mjs prints it
		"{\"port\":%d,\"control\":%d,\"key\":\"%63[^\"]", &d->port,
		&d->control, d->key) != 3)
		double_give_up("it does not come up: is node installed?");
	(void)fclose(said);
}

static inline void
double_stop(struct double_server *d)
{
	(void)close(d->input);
	(void)waitpid(d->pid, NULL, 0);
}

/* A command; its answer, to be put, or NULL. */
static inline struct json_object *
double_tell(const struct double_server *d, const char *path, const char *body)
{
	struct http_client *c = http_client_new("", "");
	struct http_client_reply reply;
	struct json_object *said = NULL;
	struct buf into = BUF_INIT;
	struct err e;
	char url[128];
	struct http_client_request r = {
		.url = url,
		.body = slice_from(body),
		.max = 10000000,
		.connect_ms = 20000,
		.deadline_ms = 60000,
		.private = true,
		.into = &into,
	};

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%d%s", d->control, path);
	if (http_client_run(c, &r, &reply, &e) != 0 ||
	    jval_parse(buf_slice(&into), &said) != JVAL_OK)
		double_give_up("it does not do what it is told");
	buf_fini(&into);
	http_client_free(c);
	return said;
}

static inline void
double_do(const struct double_server *d, const char *path, const char *body)
{
	json_object_put(double_tell(d, path, body));
}

#endif
