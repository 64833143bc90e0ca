/**
 * Audio and images, and how collections and their videos come and go. Rows come
 * as JSON objects with the columns' names; the caller drops the reference.
 *
 * Failure and threads: as store.h.
 * Layer:  io (store)
 */
#ifndef IO_STORE_MEDIA_H
#define IO_STORE_MEDIA_H

#include "base/principal.h"
#include "io/store.h"
#include "proto/media_type.h"

/** Row {id, name, description}; the id is made. */
int store_collection_add(struct store *s, const struct principal *who,
    struct slice name, struct slice description, struct json_object **row,
    struct err *e) MUST_CHECK;
/** ERR_CONFLICT while something is in it, and for the default one. */
int store_collection_remove(struct store *s, const struct principal *who,
    struct slice id, struct err *e) MUST_CHECK;
/** With all that belongs to it. `uuid` is the row's. */
int store_video_remove(struct store *s, const struct principal *who,
    struct slice uuid, struct err *e) MUST_CHECK;

struct store_media_new {
	struct slice id;            /* letter, hyphen, UUID; empty: made */
	struct slice collection_id; /* must be there, else ERR_NOT_FOUND */
	enum media_kind kind;       /* audio or image */
	struct slice name;
	struct slice file;            /* in the folder of media */
	struct json_object *metadata; /* object or NULL; borrowed */
};

/** Row {id, collection_id, kind, name, file, metadata, created_at}. */
int store_media_add(struct store *s, const struct principal *who,
    const struct store_media_new *new, struct json_object **row,
    struct err *e) MUST_CHECK;
/** Which one: of a collection and of a kind. */
struct store_media_key {
	struct slice collection_id;
	enum media_kind kind;
	struct slice id;
};

/** Newest first; `of->id` is not asked for. */
int store_media_list(struct store *s, const struct principal *who,
    const struct store_media_key *of, int limit, struct json_object **rows,
    struct err *e) MUST_CHECK;

int store_media_get(struct store *s, const struct principal *who,
    const struct store_media_key *key, struct json_object **row,
    struct err *e) MUST_CHECK;
/** `*row` is what it was. */
int store_media_remove(struct store *s, const struct principal *who,
    const struct store_media_key *key, struct json_object **row,
    struct err *e) MUST_CHECK;

#endif
