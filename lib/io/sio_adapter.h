/**
 * Rooms, and emitting to them across processes. A room of a namespace is a
 * Redis hash of ssid -> esid; an emit pushes one encoded packet to the session
 * of each member, each socket once however many of the rooms it is in. A
 * member whose session is gone is pruned.
 *
 * Failure: -1 with ERR_UNAVAILABLE; some members may have been reached.
 * Layer:  io (transport)
 * Spec:   polling protocol K13, K15
 */
#ifndef IO_SIO_ADAPTER_H
#define IO_SIO_ADAPTER_H

#include "io/eio_store.h"
#include "proto/jval.h"

struct sio_adapter {
	struct rds *rds;
	const struct eio_store *store;
};

/** A socket: what a namespace knows of a client. */
struct sio_socket {
	struct slice nsp;
	struct slice ssid;
	struct slice esid;
	struct slice principal;
};

int sio_adapter_join(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e) MUST_CHECK;
int sio_adapter_leave(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e) MUST_CHECK;

/** Leave all rooms of a namespace: the socket disconnected from it. */
int sio_adapter_quit(const struct sio_adapter *ad, struct slice esid,
    struct slice nsp, struct err *e) MUST_CHECK;

#define SIO_ROOMS_MAX 4
struct sio_emit {
	struct slice nsp;
	struct slice room[SIO_ROOMS_MAX];
	int n_rooms;
	struct slice except;  /* an ssid; empty: nobody */
	struct slice packet;  /* encoded Engine.IO packet */
	struct slice message; /* see eio_push */
	int64_t rev;
	bool again;
};

/** `*reached`: sessions that took it. */
int sio_adapter_emit(const struct sio_adapter *ad, const struct sio_emit *emit,
    int *reached, struct err *e) MUST_CHECK;

/** The packet of an event: `42/nsp,["event",args…]` from a JSON array. */
void sio_adapter_event(
    struct buf *out, struct slice nsp, int64_t id, struct json_object *args);

/**
 * A session ended and left this behind (eio_answer.text): take its sockets out
 * of their rooms. Best effort; what is missed is pruned by the next emit.
 */
void sio_adapter_clean(const struct sio_adapter *ad, struct slice left);

/* The list of namespaces a session has joined, "NSP SSID\n" each. */

/** The ssid of a namespace in the list; p == NULL: not joined. */
struct slice sio_adapter_ssid(struct slice list, struct slice nsp);

#endif
