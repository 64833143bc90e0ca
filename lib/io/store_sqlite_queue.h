/**
 * Writers of one process, in a queue: one at a time, and whoever's turn it is
 * takes along what the others want written, in one transaction. A commit waits for
 * the disk; so many requests that write share one wait.
 *
 *      thread 1  --write--> its turn: runs its own job and those that wait
 *      thread 2  --write--> waits  <--done-- by thread 1's commit
 *      thread 3  --enter--> waits, then has the turn until it leaves
 *
 * The turn goes to who has waited longest, and nobody else is woken. While there is
 * a crowd it pauses for a moment before it begins: more come along.
 *
 * Ownership: a job is its thread's, which waits until it is done.
 * Threads: any. A thread that has the turn may enter and write again.
 * Layer:  io (store)
 */
#ifndef IO_STORE_SQLITE_QUEUE_H
#define IO_STORE_SQLITE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "io/store_driver.h"

/** A statement that is a transaction by itself. */
struct write_job {
	enum store_query q;
	const struct store_value *params;
	int n_params;
	struct store_sink *sink;
	struct err *e;
	int rc; /* set by the batch */
	struct write_job *next;
	struct write_wait *wait; /* the queue's */
};

/** One commit's worth: what waits longer than its own job is not wanted. */
#define WRITE_BATCH_MAX 64

/**
 * Queue the job until it is done, by this thread or another: `batch` runs a list
 * of jobs. False: its turn did not come in time, and it will not be done.
 */
bool write_queue_run(struct write_job *job,
    void (*batch)(void *cookie, struct write_job *jobs), void *cookie,
    int64_t wait_ms) MUST_CHECK;
/** Wait for the turn, for a transaction of several statements. */
bool write_queue_enter(int64_t wait_ms) MUST_CHECK;
void write_queue_leave(void);

#endif
