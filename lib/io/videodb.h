/**
 * VideoDB's HTTP API: one call each, of a worker. The key goes to the server of
 * VIDEO_DB_BASE_URL and to nobody else, also where a redirect or an output_url
 * leads; loopback and private addresses are asked only if that is where the
 * operator put the API.
 *
 *      struct videodb v = { .conf = conf, .client = client, … };
 *      struct videodb_reply r;
 *
 *      if (videodb_get(&v, "collection", &r, e) != 0)
 *              return -1;
 *      … r.kind is VIDEODB_READY, or VIDEODB_PROCESSING: videodb_poll() later
 *      videodb_reply_fini(&r);
 *
 * Each call has a deadline, a size limit and a place in VideoDB's limits
 * (limit.h), for which it waits.
 *
 * Ownership: the caller's reply, whatever comes back: videodb_reply_fini().
 * Failure: -1 and struct err: ERR_UNAVAILABLE what may go better later (then
 * `retry_after_ms`, if VideoDB said so), ERR_NOT_FOUND, ERR_STALE cancelled,
 * others what will not; a sentence for people, in which VideoDB's own words may
 * stand, but no address and no key.
 * Layer:  io
 * Spec:   VideoDB Server API 1.0.0 (openapi.yaml of videodb-python)
 */
#ifndef IO_VIDEODB_H
#define IO_VIDEODB_H

#include "base/arena.h"
#include "io/conf.h"
#include "io/http_client.h"
#include "io/limit.h"
#include "proto/videodb_reply.h"

struct videodb {
	const struct conf *conf;
	struct http_client *client;
	const struct limits *limits; /* NULL: none */
	/** Asked about once a second; may be NULL. */
	bool (*cancelled)(void *cookie);
	void *cookie;
	int64_t retry_after_ms; /* of the last failure; 0: nothing was said */
	bool
	    waits; /* the last failure: it was not asked yet, by our own limit */
};

/** Is there a key? Without one no call may be made. */
bool videodb_configured(const struct conf *conf);

/** `path` without a slash at its beginning; ids in it are checked ones. */
int videodb_get(struct videodb *v, const char *path, struct videodb_reply *r,
    struct err *e) MUST_CHECK;
/** `body` is borrowed. */
int videodb_post(struct videodb *v, const char *path, struct json_object *body,
    struct videodb_reply *r, struct err *e) MUST_CHECK;
/** What is not there is no failure. */
int
videodb_delete(struct videodb *v, const char *path, struct err *e) MUST_CHECK;
/** Where a VIDEODB_PROCESSING said it would be. */
int videodb_poll(struct videodb *v, struct slice output_url,
    struct videodb_reply *r, struct err *e) MUST_CHECK;

struct videodb_query {
	struct slice video_id;      /* empty: in all of the collection */
	struct slice collection_id; /* VideoDB's id of it */
	struct slice text;
	int limit;
};

/** Moments by meaning, of what was said and indexed: videodb_reply_shots(). */
int videodb_search(struct videodb *v, const struct videodb_query *query,
    struct videodb_reply *r, struct err *e) MUST_CHECK;
/** Have a video's words indexed for that. May be VIDEODB_PROCESSING. */
int videodb_index(struct videodb *v, struct slice video_id,
    struct videodb_reply *r, struct err *e) MUST_CHECK;
/** One stream of these moments: `stream_url` of the reply. */
int videodb_compile(struct videodb *v, const struct videodb_shot *shots,
    size_t n, struct videodb_reply *r, struct err *e) MUST_CHECK;

#endif
