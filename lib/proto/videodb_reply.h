/**
 * What VideoDB answers, read: the envelope, and the few things in it that are
 * of use here. All of it is hostile: ids go into paths, so they are checked;
 * names and sentences are cut; addresses that are no web address are dropped;
 * what has no good id is not there.
 *
 *      {"success": true, "data": {…}, "message": "…"}
 *      {"success": true, "status": "processing", "data": {"output_url": "…"}}
 *      {"status": "done", "response": {"success": true, "data": {…}}}
 *
 * Ownership: a struct videodb_reply owns its JSON (videodb_reply_fini()); all
 * slices and values read of it are borrowed.
 * Failure: none; what cannot be read is VIDEODB_UNREADABLE, false or 0.
 * Layer:  proto (pure)
 * Spec:   VideoDB Server API 1.0.0 (openapi.yaml of videodb-python)
 */
#ifndef PROTO_VIDEODB_REPLY_H
#define PROTO_VIDEODB_REPLY_H

#include <json-c/json.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/slice.h"
#include "proto/media_type.h"

/** Theirs have some 45 characters. */
#define VIDEODB_ID_MAX 128
/** Bytes of a name; as an upload's. */
#define VIDEODB_NAME_MAX 255
/** Bytes of a description: a long paragraph. */
#define VIDEODB_DESCRIPTION_MAX 4000
/** Bytes of a sentence that is shown to people. */
#define VIDEODB_MESSAGE_MAX 160
/** Bytes of what is said in a shot of a search. */
#define VIDEODB_SHOT_TEXT_MAX 4000

enum videodb_reply_kind {
	VIDEODB_READY,      /* `data` is what was asked for */
	VIDEODB_PROCESSING, /* `output_url` has it later */
	VIDEODB_REFUSED,    /* `message` says why */
	VIDEODB_UNREADABLE, /* no JSON, or another shape */
};

struct videodb_reply {
	enum videodb_reply_kind kind;
	struct json_object *root;
	struct json_object *data; /* object or array, or NULL */
	struct slice output_url;  /* empty: none that is a web address */
	char message[VIDEODB_MESSAGE_MAX + 1]; /* one line; "" for none */
};

struct videodb_collection {
	struct slice id, name, description;
};

struct videodb_medium {
	enum media_kind kind;
	struct slice id, collection_id, name, description;
	struct slice stream_url, player_url, thumbnail_url, url;
	double length_s; /* < 0: unknown */
};

struct videodb_shot {
	struct slice video_id, collection_id, title, text, stream_url;
	double start_s, end_s, length_s, score; /* < 0: unknown */
};

void videodb_reply_read(struct slice body, struct videodb_reply *r) NONNULL(2);
void videodb_reply_fini(struct videodb_reply *r) NONNULL(1);

/** 1 to VIDEODB_ID_MAX of [A-Za-z0-9_.-], not beginning with a dot. */
bool videodb_id_valid(struct slice id) MUST_CHECK;
/** The array `key` of the data, NULL when there is none. */
struct json_object *
videodb_reply_list(const struct videodb_reply *r, const char *key) MUST_CHECK;
bool videodb_collection_read(struct json_object *item,
    struct videodb_collection *out) MUST_CHECK NONNULL(2);
/** `kind` MEDIA_KIND__MAX: as its id begins (m-, a-, img-). */
bool videodb_medium_read(struct json_object *item, enum media_kind kind,
    struct videodb_medium *out) MUST_CHECK NONNULL(3);
/** The moments found by a search, at most `max`; how many. */
size_t videodb_reply_shots(const struct videodb_reply *r,
    struct videodb_shot *out, size_t max) NONNULL(1, 2);
/** The array of words (or longer pieces) with their times; or NULL. */
struct json_object *
videodb_reply_words(const struct videodb_reply *r) MUST_CHECK NONNULL(1);
/** The address `key` of the data; empty when it is no web address. */
struct slice videodb_reply_url(
    const struct videodb_reply *r, const char *key) MUST_CHECK NONNULL(1, 2);
/** The id `key` of the data; empty when it is no good id. */
struct slice videodb_reply_id(
    const struct videodb_reply *r, const char *key) MUST_CHECK NONNULL(1, 2);
/** Seconds, of a number or of text as some answers have it; -1 for others. */
double videodb_seconds(struct json_object *value) MUST_CHECK;

#endif
