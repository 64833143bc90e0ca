/*
 * echo.fcgi: the transport with an application that only echoes. The protocol
 * suites are run against it. It is director.fcgi's own code (fcgi/, the
 * transport part of handlers/, lib/) with the tables below, which proves that
 * the transport knows nothing of Director.
 *
 *   /           on connection emits auth(the auth payload)
 *               message(...)            emits message-back(...)
 *               message-with-ack(...)   acks ...
 *               ask-me(...)             emits question(...), then answer(ack)
 *               join(room) leave(room)  acks "joined", "left"
 *               to-room(room, ...)      emits room-msg(...) to the room
 *               broadcast(...)          emits broadcast-msg(...) to all others
 *               kick                    disconnects the namespace
 *               kick-close              ends the whole session
 *   /custom     on connection emits auth(the auth payload)
 *
 * Layer:  fcgi (tests)
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "fcgi/server.h"
#include "handlers/health.h"
#include "handlers/polling.h"
#include "io/log.h"
#include "proto/jval.h"

/* Rooms are a part of keys in Redis: as long as any suite's, no longer. */
#define ROOM_SIZE_MAX 64

/* What the official suites expect, where the environment does not say. */
static const struct {
	const char *name, *value;
} DEFAULTS[] = {
	{ "DIRECTOR_PING_INTERVAL_MS", "300" },
	{ "DIRECTOR_PING_TIMEOUT_MS", "200" },
	{ "DIRECTOR_CONNECT_TIMEOUT_MS", "1000" },
	{ "DIRECTOR_MAX_PAYLOAD", "1000000" },
	{ "CORS_ORIGINS", "*" },
	{ "REDIS_PREFIX", "echo" },
};

static struct json_object *
same_args(const struct socket_call *call)
{
	return json_object_get(call->args);
}

static struct json_object *
one_text(const char *text)
{
	struct json_object *args = json_object_new_array();

	(void)json_object_array_add(args, json_object_new_string(text));
	return args;
}

/* ---- rooms -------------------------------------------------------------- */

/* The room of the first argument; names of clients never meet ours. */
static int
room_of(const struct socket_call *call, struct slice *room, struct err *e)
{
	struct json_object *name = socket_arg(call, 0);
	struct slice text = jval_slice(name);

	if (text.n == 0 || text.n > ROOM_SIZE_MAX ||
	    slice_chr(text, '\n') != text.n)
		return err_set(e, ERR_BAD_REQUEST,
		    "a room is a text of 1 to %d bytes in one line",
		    ROOM_SIZE_MAX);
	*room = slice_from(
	    arena_printf(&call->c->arena, "r:%.*s", SLICE_ARG(text)));
	return 0;
}

/* Emit to a room, with the call's arguments from `first` on. */
static int
emit_to(struct socket_call *call, struct slice room, struct slice except,
    const char *event, size_t first, struct err *e)
{
	struct sio_emit emit = { .nsp = call->socket.nsp,
		.room = { room },
		.n_rooms = 1,
		.except = except };
	struct json_object *args = one_text(event);
	struct buf packet = BUF_INIT;
	int reached, rc;

	for (size_t i = first; i < json_object_array_length(call->args); i++)
		(void)json_object_array_add(
		    args, json_object_get(socket_arg(call, i)));
	sio_adapter_event(&packet, emit.nsp, -1, args);
	emit.packet = buf_slice(&packet);
	rc = sio_adapter_emit(&call->c->sockets, &emit, &reached, e);
	buf_fini(&packet);
	(void)json_object_put(args);
	return rc;
}

static int
echo_join(struct socket_call *call, struct err *e)
{
	struct slice room;

	if (room_of(call, &room, e) != 0 ||
	    sio_adapter_join(&call->c->sockets, &call->socket, room, e) != 0)
		return -1;
	socket_ack(call, one_text("joined"));
	return 0;
}

static int
echo_leave(struct socket_call *call, struct err *e)
{
	struct slice room;

	if (room_of(call, &room, e) != 0 ||
	    sio_adapter_leave(&call->c->sockets, &call->socket, room, e) != 0)
		return -1;
	socket_ack(call, one_text("left"));
	return 0;
}

static int
echo_to_room(struct socket_call *call, struct err *e)
{
	struct slice room;

	if (room_of(call, &room, e) != 0)
		return -1;
	return emit_to(call, room, SLICE_EMPTY, "room-msg", 1, e);
}

static int
echo_broadcast(struct socket_call *call, struct err *e)
{
	return emit_to(
	    call, SLICE("all"), call->socket.ssid, "broadcast-msg", 0, e);
}

/* ---- the rest ------------------------------------------------------------ */

static int
echo_auth(struct socket_call *call, struct err *e)
{
	(void)e;
	socket_emit(call, "auth", same_args(call));
	return 0;
}

static int
echo_connected(struct socket_call *call, struct err *e)
{
	(void)echo_auth(call, e);
	return sio_adapter_join(
	    &call->c->sockets, &call->socket, SLICE("all"), e);
}

static int
echo_message(struct socket_call *call, struct err *e)
{
	(void)e;
	socket_emit(call, "message-back", same_args(call));
	return 0;
}

static int
echo_acked(struct socket_call *call, struct err *e)
{
	(void)e;
	socket_ack(call, same_args(call));
	return 0;
}

static int
echo_ask(struct socket_call *call, struct err *e)
{
	return socket_ask(
	    call, "question", same_args(call), "answer", SLICE_EMPTY, e);
}

static int
echo_answer(struct socket_call *call, struct err *e)
{
	(void)e;
	socket_emit(call, "answer", same_args(call));
	return 0;
}

static int
echo_kick(struct socket_call *call, struct err *e)
{
	(void)e;
	socket_kick(call, false);
	return 0;
}

static int
echo_kick_close(struct socket_call *call, struct err *e)
{
	(void)e;
	socket_kick(call, true);
	return 0;
}

/* Redis is all there is to wait for. */
static int
echo_ready(struct ctx *c, struct err *e)
{
	struct rds_command ping = rds_command("PING", NULL);
	struct redisReply *reply = rds_call(c->rds, &ping, e);

	if (reply == NULL)
		return -1;
	rds_reply_free(reply);
	return health_live(c, e);
}

/* clang-format off */
static const struct route ROUTES[] = {
	{ HTTP_GET | HTTP_POST, "/socket.io/?", polling_run, 0, NULL,
	  ROUTE_TRANSPORT },
	{ HTTP_GET, "/healthz", health_live, 0, NULL, 0 },
	{ HTTP_GET, "/readyz", echo_ready, 0, NULL, 0 },
	{ HTTP_GET, "/metrics", health_metrics, 0, NULL, ROUTE_LOOPBACK },
};

static const struct socket_namespace NAMESPACES[] = {
	{ "/",       NULL, echo_connected },
	{ "/custom", NULL, echo_auth },
};

static const struct socket_event EVENTS[] = {
	{ "/", "message",          echo_message },
	{ "/", "message-with-ack", echo_acked },
	{ "/", "ask-me",           echo_ask },
	{ "/", "join",             echo_join },
	{ "/", "leave",            echo_leave },
	{ "/", "to-room",          echo_to_room },
	{ "/", "broadcast",        echo_broadcast },
	{ "/", "kick",             echo_kick },
	{ "/", "kick-close",       echo_kick_close },
};

static const struct socket_ack ACKS[] = {
	{ "answer", echo_answer },
};
/* clang-format on */

static const struct app APP = {
	.routes = ROUTES,
	.n_routes = COUNT(ROUTES),
	.namespaces = NAMESPACES,
	.n_namespaces = COUNT(NAMESPACES),
	.events = EVENTS,
	.n_events = COUNT(EVENTS),
	.acks = ACKS,
	.n_acks = COUNT(ACKS),
	.versions = 1 << 4,
};

int
main(void)
{
	struct conf conf;
	struct err e = ERR_INIT;
	int rc;

	/* Before any thread. */
	for (size_t i = 0; i < COUNT(DEFAULTS); i++)
		(void)setenv(DEFAULTS[i].name, DEFAULTS[i].value, 0);
	if (conf_load(&conf, &e) != 0 ||
	    rds_url_check(conf.redis_url, &e) != 0) {
		(void)fprintf(stderr, "echo.fcgi: %s\n", e.msg);
		return 1;
	}
	log_set_level(log_level_parse(conf.log_level));
	rc = server_run(&APP, &conf, conf.redis_prefix);
	conf_fini(&conf);
	return rc;
}
