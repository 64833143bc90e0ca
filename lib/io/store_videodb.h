/**
 * What the store has of VideoDB: which rows stand for what is there, what was
 * deleted here and is to be deleted there, and what VideoDB works at for a job.
 *
 * A row of collections, videos or media that came from VideoDB goes when theirs
 * does; one that was here before (an existing project's videos) is kept up to
 * date and stays. What was changed here stays until VideoDB's changes.
 *
 * Failure and threads: as store.h.
 * Layer:  io (store)
 */
#ifndef IO_STORE_VIDEODB_H
#define IO_STORE_VIDEODB_H

#include "base/arena.h"
#include "base/principal.h"
#include "io/store.h"

enum store_videodb_kind {
	STORE_VIDEODB_AUDIO, /* in the order of their names: as rows come */
	STORE_VIDEODB_COLLECTION,
	STORE_VIDEODB_IMAGE,
	STORE_VIDEODB_VIDEO,
	STORE_VIDEODB__MAX
};

struct store_videodb_row {
	enum store_videodb_kind kind;
	struct slice id;       /* VideoDB's */
	struct slice local_id; /* ours */
	struct slice hash;
	bool made;        /* the row is here because of VideoDB */
	bool deleted;     /* here */
	bool gone;        /* and there */
	int64_t since_ms; /* the store's clock */
};

struct store_videodb_rows {
	struct store_videodb_row *row;
	size_t n;
};

/** The next `limit` of all behind `last` (NULL: the first), by kind and id, byte by
 *  byte; in the arena. */
int store_videodb_page(struct store *s, const struct store_videodb_row *last,
    size_t limit, struct arena *a, struct store_videodb_rows *rows,
    struct err *e) MUST_CHECK;
/** Those that were deleted here and not yet there; collections last. */
int store_videodb_deleted(struct store *s, struct arena *a,
    struct store_videodb_rows *rows, struct err *e) MUST_CHECK;

/** Which one: by VideoDB's id, or by ours. */
struct store_videodb_key {
	enum store_videodb_kind kind;
	struct slice id;
	bool local;
};

/** One; `rows->n` is 0 when there is none. */
int store_videodb_get(struct store *s, const struct store_videodb_key *key,
    struct arena *a, struct store_videodb_rows *rows, struct err *e) MUST_CHECK;

struct store_videodb_item {
	enum store_videodb_kind kind;
	struct slice id;
	struct slice local_id;      /* of a collection; else empty: the id */
	struct slice uuid;          /* of a new row of videos; empty: made */
	struct slice collection_id; /* ours; of what is in one */
	struct slice name;
	struct slice description;     /* of a collection */
	struct json_object *metadata; /* borrowed; a member that is null goes */
	struct slice hash;            /* of all this */
};

/**
 * Have a row for it: made, or changed to what this says. `*kept` is false where
 * the id is that of something of our own, or was deleted here: then nothing is.
 */
int store_videodb_keep(struct store *s, const struct store_videodb_item *item,
    bool *kept, struct err *e) MUST_CHECK;
/** Its collection is ours already (the default one, one made here). */
int store_videodb_map(struct store *s, struct slice id, struct slice local_id,
    struct err *e) MUST_CHECK;
/** VideoDB has it no more: nor have we, where it came from there. */
int store_videodb_lose(struct store *s, const struct store_videodb_row *row,
    struct err *e) MUST_CHECK;
/** Forget only that it is VideoDB's. */
int store_videodb_drop(struct store *s, const struct store_videodb_row *row,
    struct err *e) MUST_CHECK;
/** What a row's metadata of audio or an image is to say, too. */
int store_videodb_note(struct store *s, enum store_videodb_kind kind,
    struct slice id, struct json_object *metadata, struct err *e) MUST_CHECK;
/** What was deleted here is so there. The row is kept until no list that is
 *  being read can name it: it is to be dropped by who knows. */
int store_videodb_gone(struct store *s, const struct store_videodb_row *row,
    struct err *e) MUST_CHECK;
/** It is being deleted here; `*theirs`: there it is to be, too. */
int store_videodb_bury(struct store *s, enum store_videodb_kind kind,
    struct slice local_id, bool *theirs, struct err *e) MUST_CHECK;

/** True for one of all who ask within `every_ms`, unless the lists are being
 *  read; writes only then. */
int store_videodb_ask(
    struct store *s, int64_t every_ms, bool *due, struct err *e) MUST_CHECK;
/** The lists were read. */
int store_videodb_mirrored(struct store *s, struct err *e) MUST_CHECK;
/** The store's clock, as `since_ms` has it. */
int
store_videodb_now(struct store *s, int64_t *now_ms, struct err *e) MUST_CHECK;

struct store_videodb_call {
	struct slice output_url; /* empty: none such */
	int64_t failures;        /* one after the other */
	int64_t age_ms;
};

/** What VideoDB works at for this step of a job; in the arena. */
int store_videodb_call_get(struct store *s, struct slice job, const char *step,
    struct arena *a, struct store_videodb_call *call, struct err *e) MUST_CHECK;
/** One for a job: that of the step before is forgotten. */
int store_videodb_call_put(struct store *s, struct slice job, const char *step,
    struct slice output_url, struct err *e) MUST_CHECK;
int store_videodb_call_failed(struct store *s, struct slice job,
    int64_t failures, struct err *e) MUST_CHECK;
int store_videodb_call_drop(
    struct store *s, struct slice job, struct err *e) MUST_CHECK;
/** Those that nobody asked about for so long. */
int store_videodb_call_forget(
    struct store *s, int64_t age_ms, struct err *e) MUST_CHECK;

#endif
