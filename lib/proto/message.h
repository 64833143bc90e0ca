/**
 * The chat message: what a client asks, and the snapshots it is answered with.
 *
 * Unknown members of the input are ignored, as the contract has it; the body
 * limit bounds them. Everything known is checked by type and bound before
 * anything is done. Text is NOT made harmless here (text/harmless.h).
 *
 * Ownership: struct message borrows from the JSON value, which must outlive it.
 * The functions that return a json_object give a new reference.
 * Failure: int functions give -1 and fill struct err, `field` says where.
 * Layer:  proto (pure)
 * Spec:   director contract, A.2, A.3, A.6, C, section 0 (8), L (9, 10)
 */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include <json-c/json.h>

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

/** Shorter ones could be guessed, and an id is a bearer secret for now. */
#define MESSAGE_SESSION_ID_MIN 8
/** A UUID has 36; longer ones would only make long keys. */
#define MESSAGE_SESSION_ID_MAX 64
/** Clients send 13 digits or a UUID. */
#define MESSAGE_ID_MAX 64
/** A name of ours or of another service, e.g. "m-" and a UUID. */
#define MESSAGE_MEDIA_ID_MAX 128
/** Different agents in one message; there are fewer than this in the menu. */
#define MESSAGE_AGENTS_MAX 8
/** Entries of `agents`, duplicates counted: a click adds one each time. */
#define MESSAGE_AGENTS_SENT_MAX 64
#define MESSAGE_AGENT_NAME_MAX  64
/** A client sends one text and at most one image. */
#define MESSAGE_CONTENT_MAX 16
/** Bytes: some 10,000 words, more than anybody types; less than maxPayload. */
#define MESSAGE_TEXT_MAX 65536
/** Bytes; what browsers and servers commonly take. */
#define MESSAGE_URL_MAX 2048

struct message {
	struct slice session_id; /* empty: none was sent, one must be made */
	struct slice conv_id;
	struct slice msg_id;         /* empty: one must be made */
	struct slice collection_id;  /* empty: null or absent */
	struct slice video_id;       /* empty: null or absent */
	struct json_object *content; /* array of checked items */
	struct slice text;           /* of the first text item; may be empty */
	size_t n_agents;
	struct slice agents[MESSAGE_AGENTS_MAX]; /* no duplicates, in order */
	bool is_retry;
	bool
	    force_refresh; /* what was made before is made anew; also in words */
};

enum message_status {
	MESSAGE_PROGRESS,
	MESSAGE_SUCCESS,
	MESSAGE_ERROR
};

/** One state of an answer. Each one replaces the one before as a whole. */
struct message_output {
	struct slice session_id;
	struct slice conv_id;
	struct slice msg_id; /* the same in all snapshots of an answer */
	enum message_status status;
	struct json_object *actions; /* array of strings; NULL: empty */
	struct json_object *agents;  /* array of strings; NULL: empty */
	struct json_object *content; /* array of items; NULL: empty */
	int64_t rev;                 /* grows with each snapshot */
	int64_t timestamp_ms;        /* 0: no metadata */
};

/** A video for the player; an empty slice is null. */
struct message_video {
	struct slice id;
	struct slice collection_id;
	struct slice name;
	struct slice description;
	struct slice stream_url; /* HLS, or the player shows nothing */
	struct slice external_url;
	struct slice player_url;
	struct slice thumbnail_url;
	struct slice error;
	double length_s; /* < 0: null */
};

/** Check what came as the argument of `chat`. */
int message_parse(struct json_object *value, struct message *out,
    struct err *e) MUST_CHECK NONNULL(2, 3);
/** 8 to 64 of [A-Za-z0-9_-]: checked before any key is built from it. */
bool message_session_id_valid(struct slice id) MUST_CHECK;
/**
 * May a page open or load it: http, https or a relative address? Nothing else
 * ("javascript:") is taken from a client or handed to one.
 */
bool message_url_safe(struct slice url) MUST_CHECK;
/**
 * Which agent is asked: the first of agents[], else "@name" at the start of the
 * text, else empty. `*rest` is the text without that "@name", trimmed.
 */
struct slice
message_agent(const struct message *message, struct slice *rest) NONNULL(1, 2);

/** "progress", "success", "error". */
const char *message_status_name(enum message_status status);
/** False for another word; `*out` is then left alone. */
bool message_status_parse(
    struct slice name, enum message_status *out) MUST_CHECK NONNULL(2);

/**
 * The `chat` event. The three arrays are shared, not copied: do not change them
 * while the result lives.
 */
struct json_object *
message_output_json(const struct message_output *output) MUST_CHECK NONNULL(1);
/** A text item; NULL or "" as `agent_name` or `status_message` is null. */
struct json_object *
message_text_item(const char *agent_name, enum message_status status,
    const char *status_message, struct slice text) MUST_CHECK;
/** A video item; `video` NULL gives null (not with MESSAGE_SUCCESS). */
struct json_object *
message_video_item(const char *agent_name, enum message_status status,
    const char *status_message, const struct message_video *video) MUST_CHECK;

#endif
