/**
 * Who hears of a chat message: the room of its principal (every tab and device
 * of the user) and the room of its session. A message is emitted as a whole
 * snapshot with its revision; sessions that have seen a newer one refuse it.
 *
 * Failure: -1 with ERR_UNAVAILABLE after CHAT_EMIT_TRIES; the store has the
 * snapshot all the same.
 * Layer:  io (transport of chat)
 */
#ifndef IO_CHAT_ROOM_H
#define IO_CHAT_ROOM_H

#include <json-c/json.h>

#include "base/principal.h"
#include "io/metrics.h"
#include "io/sio_adapter.h"
#include "io/store.h"

#define CHAT_NSP "/chat"
/** An emission that fails is tried so often, CHAT_EMIT_WAIT_MS apart, doubling. */
#define CHAT_EMIT_TRIES   3
#define CHAT_EMIT_WAIT_MS 100

struct chat_room {
	struct sio_adapter sockets;
	struct metrics *metrics; /* events are counted here */
};

/** The socket hears what its principal is told. `loopback`: nobody but this
 *  machine can connect, so all share the room of the anonymous. */
int chat_room_welcome(const struct chat_room *r, const struct sio_socket *so,
    bool loopback, struct err *e) MUST_CHECK;
/** The socket hears what the session is told. */
int chat_room_follow(const struct chat_room *r, const struct sio_socket *so,
    struct slice session_id, struct err *e) MUST_CHECK;

struct chat_emission {
	struct principal who;
	struct slice session_id, msg_id;
	struct json_object *event; /* borrowed: the snapshot */
	int64_t rev;
	bool again; /* the same revision may be heard twice */
};

int chat_room_emit(const struct chat_room *r, const struct chat_emission *m,
    struct err *e) MUST_CHECK;
/** An `event` to all sockets of the namespace; tried once. */
int chat_room_announce(const struct chat_room *r, struct json_object *event,
    struct err *e) MUST_CHECK;
/** An `event` about a session, to who hears its messages; tried once. */
int chat_room_tell(const struct chat_room *r, const struct principal *who,
    struct slice session_id, struct json_object *event,
    struct err *e) MUST_CHECK;
/** A stored output message, as a row of store_chat_output(). */
int chat_room_emit_row(const struct chat_room *r, struct store *s,
    struct json_object *row, struct err *e) MUST_CHECK;

#endif
