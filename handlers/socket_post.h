/**
 * What one POST gathers for its session: the packets it causes, the namespaces
 * it joins and leaves, whether it ends the session. For socket.c.
 *
 * Layer:  handlers (transport)
 */
#ifndef HANDLERS_SOCKET_POST_H
#define HANDLERS_SOCKET_POST_H

#include "handlers/handlers.h"
#include "handlers/socket.h"
#include "proto/sio_packet.h"

/** Namespaces one session may join: each costs a line in its hash. */
#define SOCKET_NAMESPACES_MAX 32

struct socket_post {
	struct ctx *c;
	uint64_t token;
	int version;
	struct slice principal;
	struct buf ns;   /* "NSP SSID\n" lines */
	struct buf left; /* namespaces left in this payload, the same form */
	bool ns_changed;
	bool pong;
	enum eio_end end;
	struct slice *packet; /* encoded, in the arena of the request */
	size_t n, cap;
};

enum socket_post_result
socket_post_begin(struct socket_post *p, struct err *e) MUST_CHECK;
enum socket_post_result
socket_post_end(struct socket_post *p, struct err *e) MUST_CHECK;
void socket_post_fini(struct socket_post *p);
/** Queue a packet for the session. */
void socket_post_packet(struct socket_post *p, enum sio_type type,
    struct slice nsp, int64_t id, struct slice json);
/** Join, with the CONNECT packet; leave, without any. */
void
socket_post_join(struct socket_post *p, struct slice nsp, const char *ssid);
void socket_post_leave(struct socket_post *p, struct slice nsp);
bool socket_post_left(const struct socket_post *p, struct slice nsp);

#endif
