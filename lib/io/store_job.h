/**
 * Jobs: the row is the truth, the Redis ticket only a hint.
 *
 *      queued --start--> running --finish--> success | error | cancelled
 *        ^                  |
 *        +--retry, release--+   a lease that ran out: start again, deaths + 1,
 *                               dead at STORE_JOB_DEATHS
 *
 * The token is the number of the attempt; only its holder may write. All time
 * is the store's clock, in milliseconds. Nothing here talks to Redis.
 *
 * Failure and threads: as store.h; ERR_STALE when the token was overtaken.
 * Layer:  io (store)
 */
#ifndef IO_STORE_JOB_H
#define IO_STORE_JOB_H

#include <stdbool.h>

#include "io/store.h"

/** Failures that a job may have before it ends as an error. */
#define STORE_JOB_TRIES 3
/** Workers that may die on a job before it is taken for poison. */
#define STORE_JOB_DEATHS 10

struct store_job {
	char id[37];
	char type[32];
	int64_t token;               /* attempt number, from 1 */
	int tries;                   /* failures so far */
	int deaths;                  /* leases that ran out */
	struct json_object *payload; /* owned: store_job_fini() */
};

void store_job_fini(struct store_job *job);

enum store_job_start {
	STORE_JOB_STARTED,
	STORE_JOB_BUSY,  /* somebody holds a live lease, or it is not due */
	STORE_JOB_FINAL, /* ended already; `job` is filled all the same */
	STORE_JOB_DEAD,  /* this start found too many deaths: now ended as
	                    error; the caller tells the user */
	STORE_JOB_GONE,  /* no such row */
};

/** Insert a queued job, due after `delay_ms`; part of the transaction. */
int store_job_add(struct store *s, struct slice id, const char *type,
    struct json_object *payload, int64_t delay_ms, struct err *e) MUST_CHECK;
/** One conditional UPDATE: queued and due, or lease run out -> running. */
int store_job_start(struct store *s, struct slice id, int64_t lease_ms,
    struct store_job *job, enum store_job_start *what,
    struct err *e) MUST_CHECK;
/** Its type, without starting it; "" when there is no such job. */
int store_job_type(struct store *s, struct slice id, char type[static 32],
    struct err *e) MUST_CHECK;
int store_job_renew(struct store *s, const struct store_job *job,
    int64_t lease_ms, struct err *e) MUST_CHECK;
/** `state`: success, error or cancelled; `error` a sentence or "". */
int store_job_finish(struct store *s, const struct store_job *job,
    const char *state, const char *error, struct err *e) MUST_CHECK;
/** The same with success, and what it has made: an object; borrowed. */
int store_job_succeed(struct store *s, const struct store_job *job,
    struct json_object *result, struct err *e) MUST_CHECK;
/** {state, error, result}; ERR_NOT_FOUND: there is no such job. */
int store_job_outcome(struct store *s, struct slice id,
    struct json_object **row, struct err *e) MUST_CHECK;
/** A failure that may pass: tries + 1, queued again after `delay_ms`. */
int store_job_retry(struct store *s, const struct store_job *job,
    int64_t delay_ms, const char *error, struct err *e) MUST_CHECK;
/** Give it back unharmed: queued, due after `delay_ms`, no try used. */
int store_job_release(struct store *s, const struct store_job *job,
    int64_t delay_ms, struct err *e) MUST_CHECK;

/**
 * What needs a ticket: queued and due, or running with a lease that ran out,
 * and no ticket written within the last `quiet_ms`. Marks them as ticketed
 * now. At most `limit` ids into `ids`; the number to `*n`.
 */
int store_job_sweep(struct store *s, int64_t quiet_ms, int limit,
    char (*ids)[37], int *n, struct err *e) MUST_CHECK;
/** A ticket was written for it just now. */
int
store_job_ticketed(struct store *s, struct slice id, struct err *e) MUST_CHECK;
/** {"queued": n, "running": n, "success": n, "error": n, …} */
int store_job_counts(
    struct store *s, struct json_object **counts, struct err *e) MUST_CHECK;

#endif
