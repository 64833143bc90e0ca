/**
 * What one run is made of, settled before the first child is started: folders,
 * lock, port, programs, and the environment that every child gets.
 *
 * The environment is the one way in which anything is handed on: lighttpd.conf
 * reads it as env.NAME, the processes read it as their configuration, and the
 * table of children (kids.c) writes $NAME in its argument lists.
 *
 * Ownership: all strings live in the arena, for the life of the process.
 * Failure: -1 and a sentence for the user in struct err.
 * Layer:  adm (effects; links lib/base only)
 */
#ifndef ADM_STACK_H
#define ADM_STACK_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"

/** More processes than this on one machine is a slip of the finger. */
#define STACK_PROCESSES_MAX 64

/** What the command line said. */
struct stack_options {
	const char *root; /* top of the tree: lighttpd.conf, www/dist */
	const char *var;
	const char *port;
	const char *app;    /* NULL: director.fcgi beside this program */
	const char *worker; /* NULL: director-worker beside this program */
	const char *conf;   /* NULL: lighttpd.conf of the tree */
	const char *ready;  /* path asked until it answers 200 */
	int processes;
	bool no_worker;
	bool no_migrate;
	bool with_make; /* end with the make that started us */
};

struct stack {
	struct arena arena;
	struct stack_options opt;
	char *var;        /* absolute, real */
	char *sockets;    /* folder of the Unix sockets; may be `var` */
	const char *host; /* the address to ask for `opt.ready` */
	int port;
	int lock_fd;   /* inherited by every child: see lock.h */
	int listen_fd; /* the FastCGI socket, fd 0 of director.fcgi */
	char **env;    /* NULL-terminated, for execve() */
	size_t env_n;
	size_t env_cap;
};

/** Check and prepare everything that can be without starting a child. */
int stack_prepare(struct stack *s, const struct stack_options *opt,
    struct err *e) MUST_CHECK NONNULL(1, 2, 3);
/** Free the memory; files and children are not its business. */
void stack_fini(struct stack *s) NONNULL(1);
/** The value of an environment variable of the children; "" when not set. */
const char *stack_env(const struct stack *s, const char *name) NONNULL(1, 2);
/** VAR/name, in the arena. */
char *stack_file(struct stack *s, const char *name) NONNULL(1, 2);

#endif
