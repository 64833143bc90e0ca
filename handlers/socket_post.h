/**
 * What one POST gathers for its session: the packets it causes, the namespaces
 * it joins and leaves, the binary packet it leaves half done, whether it ends
 * the session. For socket*.c.
 *
 *   socket.c       a POST: what is read, where it is decided how it is run
 *   socket_run.c   a Socket.IO packet: namespace, event, ack
 *   socket_call.c  what handlers may do
 *   socket_post.c  what comes of all that: begin and push
 *
 * Layer:  handlers (transport)
 */
#ifndef HANDLERS_SOCKET_POST_H
#define HANDLERS_SOCKET_POST_H

#include "handlers/handlers.h"
#include "handlers/socket.h"
#include "proto/eio_session.h"
#include "proto/sio_packet.h"

/** Namespaces one session may join: each costs a line in its hash. */
#define SOCKET_NAMESPACES_MAX 32

/** A binary packet of which attachments are missing. */
struct socket_parts {
	struct slice header; /* the first packet, behind its '4'; empty: none */
	struct slice part[SIO_ATTACHMENTS_MAX]; /* base64 */
	unsigned n, wanted;
	bool changed; /* by this POST */
};

struct socket_post {
	struct ctx *c;
	uint64_t token; /* 0: this is no POST */
	bool whole;     /* run by what is remembered of the session */
	enum eio_speech speech;
	struct slice principal;
	struct buf ns;      /* "NSP SSID[ PID]\n", as they are by now */
	struct buf left;    /* namespaces left in this payload, the same form */
	struct buf changes; /* as eio_push.ns has them */
	struct buf relied;  /* as eio_push.joined */
	struct socket_parts parts;
	bool alive;
	enum eio_end end;
	struct slice *packet; /* as eio_push has them, in the request's arena */
	size_t n, cap;
};

/** What begin says of a session. */
void socket_post_session(struct socket_post *p, struct slice text);
/** Ask for the session; `*text`, unless NULL, is what it is. */
enum socket_post_result socket_post_begin(
    struct socket_post *p, struct slice *text, struct err *e) MUST_CHECK;
enum socket_post_result
socket_post_end(struct socket_post *p, struct err *e) MUST_CHECK;
/** All of it in one push, for later: it is in the request's arena. */
const struct eio_push *socket_post_push(struct socket_post *p);
void socket_post_fini(struct socket_post *p);

/** Queue a packet for the session; of the form that eio_push takes. */
void socket_post_packet(struct socket_post *p, struct slice packet);
/** The same from the parts of a Socket.IO packet. */
void socket_post_sio(struct socket_post *p, enum sio_type type,
    struct slice nsp, int64_t id, struct slice json);
/** Join; leave; without any packet. False: too many are joined. */
bool
socket_post_join(struct socket_post *p, const struct sio_socket *so) MUST_CHECK;
void socket_post_leave(struct socket_post *p, struct slice nsp);
bool socket_post_left(const struct socket_post *p, struct slice nsp);
/** A whole POST is true only if this socket is joined. */
void socket_post_rely(struct socket_post *p, const struct sio_socket *so);
/** The same, if the namespace is not joined. */
void socket_post_rely_not(struct socket_post *p, struct slice nsp);
/** A socket that is in the session already. */
void socket_post_note(struct socket_post *p, const struct sio_socket *so);

/* socket_run.c */

/** Of the app's table; NULL: unknown. */
const struct socket_namespace *
socket_namespace(const struct app *app, struct slice name);
const struct socket_event *
socket_event(const struct app *app, struct slice nsp, struct slice name);
/** A Socket.IO packet, without the '4' before it. */
void socket_run_text(struct socket_post *p, struct slice raw);
/** An attachment: base64. */
void socket_run_bytes(struct socket_post *p, struct slice base64);
void socket_run_connect(
    struct socket_post *p, struct slice nsp, struct json_object *auth);
/** What waits for an ack: "NAME STATE". `args` NULL: it timed out. */
void socket_run_continuation(struct socket_post *p, struct slice nsp,
    struct slice waiting, struct json_object *args);

#endif
