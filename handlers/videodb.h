/**
 * VideoDB as an engine of collections and media: what requests and the jobs of
 * a worker do where there is a key (VIDEO_DB_API_KEY).
 *
 *   GET of a list -> videodb_look() -> job videodb_mirror -> rows of the store
 *   DELETE -> videodb_bury() in its transaction -> job videodb_delete
 *   upload by address -> job fetch -> videodb_upload_run()
 *   address of audio or an image -> job videodb_url, the request waits parked
 *   videodb_transcript_want() -> job videodb_transcript -> transcript's row
 *
 * The store's first collection (c-main) stands for VideoDB's default one. All
 * else has VideoDB's own ids. Where there is no key nothing is asked, and no
 * job of these is made.
 *
 * What VideoDB works at is polled by giving the job back with a delay
 * (JOB_LATER): it holds no thread meanwhile and uses no try.
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_VIDEODB_H
#define HANDLERS_VIDEODB_H

#include "handlers/handlers.h"
#include "handlers/jobs.h"
#include "io/store_videodb.h"
#include "io/videodb.h"

#define JOB_VIDEODB_MIRROR     "videodb_mirror"
#define JOB_VIDEODB_DELETE     "videodb_delete"
#define JOB_VIDEODB_TRANSCRIPT "videodb_transcript"
#define JOB_VIDEODB_URL        "videodb_url"

/* ---- requests -------------------------------------------------------------- */

/** Somebody looks at lists: they are read again soon if they are old. Never
 *  waits for VideoDB, never fails. */
void videodb_look(struct ctx *c);

struct videodb_drop {
	char job[37]; /* "": it is not VideoDB's, or there is no key */
};

/** A row is being deleted: there it is to be, too. Part of the transaction. */
int videodb_bury(struct ctx *c, enum store_videodb_kind kind,
    struct slice local_id, struct videodb_drop *drop, struct err *e) MUST_CHECK;
/** Behind the transaction. */
void videodb_buried(struct ctx *c, const struct videodb_drop *drop);

/** The address of audio or an image that VideoDB has: answers, or waits parked
 *  (HANDLER_LATER). `*theirs` is false for a row that is not VideoDB's. */
int videodb_url_answer(struct ctx *c, enum media_kind kind,
    struct json_object *row, bool *theirs, struct err *e) MUST_CHECK;
/** The same request, which waited. */
int videodb_url_again(struct ctx *c, struct err *e) MUST_CHECK;

/** POST /api/v1/videos/{id}/transcript: 202 with the job that hears it. */
int videodb_transcript_post(struct ctx *c, struct err *e);

/* ---- for jobs and agents ---------------------------------------------------- */

/** The lists are read again if nobody asked for that within `every_ms`. */
int videodb_want(struct store *s, const struct queue *q, int64_t every_ms,
    struct err *e) MUST_CHECK;
/**
 * Have a job that gets a video's transcript, generated if there is none: a new
 * one, or that which is at it already; its id into `job`. Its result: {"video_id", "cues"}; wait for it as for any job
 * (store_job_outcome()). `video` is VideoDB's id.
 */
int videodb_transcript_want(struct store *s, const struct queue *q,
    struct slice video, char job[static 37], struct err *e) MUST_CHECK;
/** Is this row (of videos: its video_id) one of VideoDB's? */
int videodb_has(struct store *s, enum store_videodb_kind kind,
    struct slice local_id, bool *has, struct err *e) MUST_CHECK;

/** What a job asks VideoDB with. */
struct videodb_work {
	struct job_ctx *j;
	struct limits limits;
	struct videodb v;
};

/** Its connections are kept until videodb_work_fini(). */
void videodb_work_init(struct videodb_work *w, struct job_ctx *j);
void videodb_work_fini(struct videodb_work *w);

/** Something that VideoDB may take its time for. */
struct videodb_step {
	const char *name; /* within the job */
	int (*begin)(struct videodb *v, void *cookie, struct videodb_reply *r,
	    struct err *e);
	void *cookie;
};

enum videodb_step_end {
	VIDEODB_STEP_DONE,   /* the reply is what was asked for */
	VIDEODB_STEP_LATER,  /* the job ends as JOB_LATER */
	VIDEODB_STEP_FAILED, /* struct err */
};

/** Begin it, or ask how far it is. The reply is the caller's in any case. */
enum videodb_step_end
videodb_step(struct videodb_work *w, const struct videodb_step *step,
    struct videodb_reply *r, struct err *e) MUST_CHECK;

/** VideoDB's collection that ours stands for; made there where there is none.
 *  In the job's arena. */
int videodb_collection(struct videodb_work *w, struct slice local_id,
    struct slice *id, struct err *e) MUST_CHECK;

/** What a failure means for a job that tells nobody. */
enum job_end videodb_failed(struct videodb_work *w, struct err *e);
int videodb_give_up(struct job_ctx *j, const struct err *why, struct err *e);
int videodb_repeat(struct job_ctx *j, struct err *e);

/* ---- the jobs --------------------------------------------------------------- */

enum job_end videodb_mirror_run(struct job_ctx *j, struct err *e);
enum job_end videodb_delete_run(struct job_ctx *j, struct err *e);
enum job_end videodb_transcript_run(struct job_ctx *j, struct err *e);
enum job_end videodb_url_run(struct job_ctx *j, struct err *e);
int
videodb_url_give_up(struct job_ctx *j, const struct err *why, struct err *e);
int videodb_url_repeat(struct job_ctx *j, struct err *e);

/** All that was deleted here: there, too. */
int videodb_delete_all(struct videodb_work *w, struct err *e) MUST_CHECK;

/** Of job_fetch.c: the address is given to VideoDB. `*end` as JOB_…, and the
 *  kind and id of what came of it, in the job's arena, at JOB_DONE. */
struct videodb_upload {
	struct slice source, name, collection_id; /* ours */
	enum media_kind kind;
	struct slice id;
};
enum videodb_step_end videodb_upload_run(struct videodb_work *w,
    struct videodb_upload *up, struct err *e) MUST_CHECK;

/* ---- rows ------------------------------------------------------------------- */

/** A medium as a row of ours in `collection_id`: an item whose metadata is
 *  owned and whose hash is `hash`: videodb_item_fini(). */
void videodb_item(const struct videodb_medium *m, struct slice collection_id,
    char hash[static 33], struct store_videodb_item *item);
void videodb_item_fini(struct store_videodb_item *item);
enum store_videodb_kind videodb_kind_of(enum media_kind kind);

#endif
