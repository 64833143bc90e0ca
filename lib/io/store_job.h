/**
 * Jobs: the row is the truth, the Redis ticket only a hint.
 *
 *      queued --start--> running --finish--> success | error | cancelled
 *        ^                  |                            |
 *        +--retry, release--+                            +--revive--> queued
 *
 * A lease that ran out: start again, deaths + 1, at STORE_JOB_DEATHS the job is
 * poison. The token is the number of the attempt; only its holder may write. Jobs
 * of a session run one after the other, in the order they were added. All time
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
/** Jobs that one statement adds, starts, renews or ends: a few hundred KB. */
#define STORE_JOB_BATCH 1000
#define STORE_JOB_ID    37
#define STORE_JOB_KEY   200

struct store_job {
	char id[STORE_JOB_ID];
	char type[32];
	char session_id[80];         /* "": of no session */
	int64_t token;               /* attempt number, from 1 */
	int tries;                   /* failures so far */
	int deaths;                  /* leases that ran out */
	bool cancel;                 /* it is to end as cancelled */
	int64_t life;                /* how often it was revived */
	int64_t unknown_ms;          /* for so long nobody knew its type */
	struct json_object *payload; /* owned: store_job_fini() */
};

void store_job_fini(struct store_job *job);

/* ---- adding --------------------------------------------------------------- */

/** Everything is borrowed. */
struct store_job_new {
	struct slice id;
	const char *type;
	struct json_object *payload;
	struct slice session_id; /* empty: of no session */
	struct slice key;        /* empty: not unique */
	int64_t delay_ms;
};

/** Insert a queued job, due after `delay_ms`; part of the transaction. */
int store_job_add(struct store *s, struct slice id, const char *type,
    struct json_object *payload, int64_t delay_ms, struct err *e) MUST_CHECK;
/**
 * The same with all there is. When a live job has the same key nothing is
 * written, and `live` gets that one's id, else it is ""; NULL: ERR_CONFLICT.
 */
int store_job_add_new(struct store *s, const struct store_job_new *job,
    char live[STORE_JOB_ID], struct err *e) MUST_CHECK;
/** Insert STORE_JOB_BATCH of them at most, of no session and without a key. */
int store_job_add_many(struct store *s, const struct store_job_new *jobs,
    size_t n, struct err *e) MUST_CHECK;

/* ---- running -------------------------------------------------------------- */

enum store_job_start {
	STORE_JOB_STARTED,
	STORE_JOB_BUSY,  /* somebody holds a live lease, or it is not due */
	STORE_JOB_WAITS, /* an older job of its session is not ended */
	STORE_JOB_FINAL, /* ended already; `job` is filled all the same */
	STORE_JOB_DEAD,  /* this start found too many deaths: now ended as
	                    error; the caller tells the user */
	STORE_JOB_GONE,  /* no such row */
};

/** One conditional UPDATE: queued and due, or lease run out -> running. */
int store_job_start(struct store *s, struct slice id, int64_t lease_ms,
    struct store_job *job, enum store_job_start *what,
    struct err *e) MUST_CHECK;
struct store_job_many {
	struct store_job *jobs; /* room for as many as are asked for */
	size_t n;
};

/** The same of `n` at once: those that could be started into `out`; of the others
 *  store_job_start() says why, or starts them: those on which a worker died. */
int store_job_start_many(struct store *s, const struct slice *ids, size_t n,
    int64_t lease_ms, struct store_job_many *out, struct err *e) MUST_CHECK;
/** Its type, without starting it; "" when there is no such job. */
int store_job_type(struct store *s, struct slice id, char type[static 32],
    struct err *e) MUST_CHECK;

/** A job that runs, and what its lease says by now. */
struct store_job_lease {
	const struct store_job *job;
	bool held;   /* else another's, ended or deleted */
	bool cancel; /* it is to end as cancelled */
};

int store_job_renew(struct store *s, struct store_job_lease *leases, size_t n,
    int64_t lease_ms, struct err *e) MUST_CHECK;
/** {done, total, text} or the like, for who looks; borrowed. */
int store_job_progress(struct store *s, const struct store_job *job,
    struct json_object *progress, struct err *e) MUST_CHECK;

/* ---- ending --------------------------------------------------------------- */

/** `state`: success, error, cancelled, or dead: an error because nobody could do
 *  it; `error` a sentence or "". */
int store_job_finish(struct store *s, const struct store_job *job,
    const char *state, const char *error, struct err *e) MUST_CHECK;
/** The same with success, and what it has made: an object; borrowed. */
int store_job_succeed(struct store *s, const struct store_job *job,
    struct json_object *result, struct err *e) MUST_CHECK;
/** The same of `n` at once; results[i] may be NULL. `*ended` is less when some
 *  were overtaken. */
int store_job_succeed_many(struct store *s, const struct store_job *jobs,
    struct json_object *const *results, size_t n, size_t *ended,
    struct err *e) MUST_CHECK;
/** {state, error, payload, result}; ERR_NOT_FOUND: there is no such job. */
int store_job_outcome(struct store *s, struct slice id,
    struct json_object **row, struct err *e) MUST_CHECK;
/** A failure that may pass: tries + 1, queued again after `delay_ms`. */
int store_job_retry(struct store *s, const struct store_job *job,
    int64_t delay_ms, const char *error, struct err *e) MUST_CHECK;
/** Give it back unharmed: queued, due after `delay_ms`, no try used. */
int store_job_release(struct store *s, const struct store_job *job,
    int64_t delay_ms, struct err *e) MUST_CHECK;

/** The same of one whose type the caller does not know. */
int store_job_unknown(struct store *s, const struct store_job *job,
    int64_t delay_ms, struct err *e) MUST_CHECK;

/* ---- cancelling, living again --------------------------------------------- */

enum store_job_cancel {
	STORE_JOB_TAKEN, /* it was queued: the caller holds it, and ends it */
	STORE_JOB_TOLD,  /* it runs: its worker sees it in its lease */
	STORE_JOB_TOO_LATE, /* it has ended, or there is no such row */
};

int store_job_cancel(struct store *s, struct slice id, int64_t lease_ms,
    struct store_job *job, enum store_job_cancel *what,
    struct err *e) MUST_CHECK;
/** One that ended as error or cancelled is queued again, last of its session.
 *  ERR_CONFLICT: it has not. */
int store_job_revive(struct store *s, struct slice id, struct store_job *job,
    struct err *e) MUST_CHECK;
/** Delete one that ended. ERR_CONFLICT: it has not. */
int store_job_drop(struct store *s, struct slice id, struct err *e) MUST_CHECK;
/** The job of the session that may start now; "": none. */
int store_job_next(struct store *s, struct slice session_id,
    char id[static STORE_JOB_ID], struct err *e) MUST_CHECK;

/* ---- forgetting ----------------------------------------------------------- */

/** How long jobs that ended are kept; 0: for ever. */
struct store_job_keep {
	int64_t ended_ms;
	int64_t dead_ms;    /* dead letters */
	int64_t vectors_ms; /* not the job: the embedding in its result */
};

/** Rows that one store_job_forget() takes of each: a few milliseconds of a
 *  transaction. */
#define STORE_JOB_FORGET_MAX 500

/**
 * Forget what ended too long ago, the oldest first. Of all who ask within
 * `every_ms` one does it. `*more`: it is to ask again, with 0 for every_ms.
 */
int store_job_forget(struct store *s, const struct store_job_keep *keep,
    int64_t every_ms, bool *more, struct err *e) MUST_CHECK;

/* ---- tickets -------------------------------------------------------------- */

struct store_job_swept {
	char id[STORE_JOB_ID];
	char type[32];
};

/**
 * What needs a ticket: queued, due and waiting for nobody, or running with a
 * lease that ran out, and no ticket written within the last `quiet_ms`. Marks
 * them as ticketed now. At most `limit` into `jobs`; the number to `*n`.
 */
int store_job_sweep(struct store *s, int64_t quiet_ms, int limit,
    struct store_job_swept *jobs, int *n, struct err *e) MUST_CHECK;
/** A ticket was written for it just now. */
int
store_job_ticketed(struct store *s, struct slice id, struct err *e) MUST_CHECK;
/** {"queued": n, "running": n, "success": n, "error": n, …} */
int store_job_counts(
    struct store *s, struct json_object **counts, struct err *e) MUST_CHECK;
/** [{type, queued, oldest_ms, running, dead}] */
int store_job_depths(
    struct store *s, struct json_object **rows, struct err *e) MUST_CHECK;

#endif
