/**
 * The children of a run: a table of what they are, and how they are started,
 * noticed dead, started again and stopped.
 *
 * Each child is the leader of its own process group, has its end tied to its
 * parent's (PR_SET_PDEATHSIG), and writes to its log in VAR. Its pid stands in
 * its pid file, and on a board shared with the front process (guard.c), which
 * stops what is left when the supervisor itself is killed.
 *
 * Ownership: struct kids belongs to the supervisor; the board is shared memory.
 * Times: milliseconds of CLOCK_MONOTONIC.
 * Layer:  adm (effects; links lib/base only)
 */
#ifndef ADM_KIDS_H
#define ADM_KIDS_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adm/stack.h"

/* Redis, migration, worker, lighttpd, and the director.fcgi processes. */
#define KIDS_MAX (STACK_PROCESSES_MAX + 4)

/** Shared: the pid of each child, 0 when there is none. */
struct kids_board {
	volatile pid_t pid[KIDS_MAX];
};

enum kid_role {
	KID_REDIS,
	KID_MIGRATE,
	KID_APP,
	KID_WORKER,
	KID_WEB
};

struct kid_plan; /* kids.c */

struct kid {
	const struct kid_plan *plan;
	const char *pid_file;
	const char *log_file;
	pid_t pid; /* 0: not running */
	bool wanted;
	int status;         /* of the last death, as waitpid() gives it */
	int deaths;         /* since the start of the run */
	int64_t started_ms; /* of the present life */
	int64_t due_ms;     /* not started again before */
	int backoff_ms;
};

struct kids {
	struct stack *stack;
	struct kids_board *board;
	struct kid kid[KIDS_MAX];
	size_t n;
};

/** Now, in milliseconds. */
int64_t kids_now_ms(void);
/** Lay out the children of this run; nothing is started. */
void kids_init(struct kids *k, struct stack *s, struct kids_board *board)
    NONNULL(1, 2, 3);
/** Want all of a role from now on: they are started and kept alive. */
void kids_want(struct kids *k, enum kid_role role) NONNULL(1);
/** The (first) child of a role; NULL when this run has none. */
const struct kid *kids_get(const struct kids *k, enum kid_role role) NONNULL(1);
/** Take note of the dead: one line on standard error for each. */
void kids_reap(struct kids *k) NONNULL(1);
/** Start what is wanted and due; when the next one is due, or -1. */
int64_t kids_start_due(struct kids *k) NONNULL(1);
/** Stop everything, in the table's order; all is gone within 5 s. */
void kids_stop(struct kids *k) NONNULL(1);
/** The log of the child that died most often; NULL when none did. */
const char *kids_sick_log(const struct kids *k) NONNULL(1);
/** The last line of a log, "" when there is none: why something would not start. */
#define KIDS_LINE 512
void kids_last_words(const char *log, char line[static KIDS_LINE]);
/** Remove all pid files. */
void kids_clean(const struct kids *k) NONNULL(1);

#endif
