/**
 * Rooms, and emitting to them across processes. A room of a namespace is a
 * Redis hash of ssid -> esid; an emit pushes one encoded packet to the session
 * of each member, each socket once however many of the rooms it is in. Every
 * socket is in the room of its namespace (no name) and in that of its own ssid.
 * A member whose session is gone is pruned; one that was recovered meanwhile
 * is followed to where it is.
 *
 * Failure: -1 with ERR_UNAVAILABLE; some members may have been reached.
 * Layer:  io (transport)
 * Spec:   polling protocol K13 to K15
 */
#ifndef IO_SIO_ADAPTER_H
#define IO_SIO_ADAPTER_H

#include "io/eio_store.h"
#include "proto/jval.h"

struct sio_adapter {
	struct rds *rds;
	const struct eio_store *store;
};

/** ERR_BAD_REQUEST for a name that rooms may not have or one room too many,
 *  ERR_STALE when the session has ended. */
int sio_adapter_join(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e) MUST_CHECK;
int sio_adapter_leave(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e) MUST_CHECK;

#define SIO_ROOMS_MAX 4
struct sio_emit {
	struct slice nsp;
	struct slice room[SIO_ROOMS_MAX];
	int n_rooms;          /* 0: everybody in the namespace */
	struct slice except;  /* an ssid; empty: nobody */
	bool *excepted;       /* set when that is a member; may be NULL */
	struct slice packet;  /* an EVENT, as sio_binary_write() makes it */
	bool is_volatile;     /* dropped where no GET is held */
	struct slice message; /* see eio_push */
	int64_t rev;
	bool again;
};

/** `*reached`: sessions that took it. */
int sio_adapter_emit(const struct sio_adapter *ad, const struct sio_emit *emit,
    int *reached, struct err *e) MUST_CHECK;

/** The packet of an event: `42/nsp,["event",args…]` from a JSON array. */
void
sio_adapter_event(struct buf *out, struct slice nsp, struct json_object *args);

/* The list of namespaces a session has joined, "NSP SSID[ PID]\n" each. */

/** The socket of a namespace in the list; false: not joined. */
bool
sio_adapter_socket(struct slice list, struct slice nsp, struct sio_socket *out);

#endif
