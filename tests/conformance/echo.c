/*
 * echo.fcgi: the transport with an application that only echoes. The protocol
 * suites are run against it. It is director.fcgi's own code (fcgi/, the
 * transport part of handlers/, lib/) with the tables below, which proves that
 * the transport knows nothing of Director.
 *
 *   /engine.io/ echoes every message, text or binary
 *
 *   /socket.io/, namespace / (recovery only with RECOVERY=1):
 *               on connection emits auth(the auth payload)
 *               message(...)            emits message-back(...)
 *               message-with-ack(...)   acks ...
 *               ask-me(...)             emits question(...), then answer(ack)
 *               ask-within(ms, ...)     the same; no-answer() when it is late
 *               join(room) leave(room)  acks "joined", "left"
 *               to-room(room, ...)      emits room-msg(...) to the room
 *               broadcast(...)          emits broadcast-msg(...) to all others
 *               volatile(...)           emits volatile-msg(...) to all, where a
 *                                       GET is held
 *               kick                    disconnects the namespace
 *               kick-close              ends the whole session
 *   /custom     on connection emits auth(the auth payload)
 *   /guarded    refuses all but the auth {"token":"secret"}
 *
 * Layer:  fcgi (tests)
 */
#include "base/attr.h"
#include "handlers/polling.h"
#include "harness/app.h"
#include "proto/jval.h"

/* Rooms are a part of keys in Redis: as long as any suite's, no longer. */
#define ROOM_SIZE_MAX 64

/* What the official suites expect, where the environment does not say. */
static const struct app_default DEFAULTS[] = {
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

/* The room of the first argument. */
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
	*room = text;
	return 0;
}

/* The call's arguments from `first` on. */
static struct json_object *
args_from(const struct socket_call *call, size_t first)
{
	struct json_object *args = json_object_new_array();

	for (size_t i = first; i < json_object_array_length(call->args); i++)
		(void)json_object_array_add(
		    args, json_object_get(socket_arg(call, i)));
	return args;
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
	struct sio_emit to = { .n_rooms = 1 };

	if (room_of(call, &to.room[0], e) != 0)
		return -1;
	return socket_emit_to(call, &to, "room-msg", args_from(call, 1), e);
}

static int
echo_broadcast(struct socket_call *call, struct err *e)
{
	struct sio_emit to = { .except = call->socket.ssid };

	return socket_emit_to(call, &to, "broadcast-msg", same_args(call), e);
}

static int
echo_volatile(struct socket_call *call, struct err *e)
{
	struct sio_emit to = { .is_volatile = true };

	return socket_emit_to(call, &to, "volatile-msg", same_args(call), e);
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
echo_guard(struct socket_call *call, struct err *e)
{
	if (slice_eqs(jval_str(socket_arg(call, 0), "token"), "secret"))
		return 0;
	call->refusal = json_object_new_object();
	jval_put_int(call->refusal, "code", 401);
	return err_set(e, ERR_FORBIDDEN, "not authorized");
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
	return socket_ask(call,
	    &(struct socket_question){ .event = "question",
		.args = same_args(call),
		.continuation = "answer",
		.state = SLICE_EMPTY },
	    e);
}

static int
echo_ask_within(struct socket_call *call, struct err *e)
{
	int64_t ms = json_object_get_int64(socket_arg(call, 0));

	if (ms < 1 || ms > 60000)
		return err_set(e, ERR_BAD_REQUEST, "1 to 60000 ms");
	return socket_ask(call,
	    &(struct socket_question){ .event = "question",
		.args = args_from(call, 1),
		.continuation = "answer",
		.state = SLICE_EMPTY,
		.timeout_ms = ms },
	    e);
}

static int
echo_answer(struct socket_call *call, struct err *e)
{
	(void)e;
	socket_emit(
	    call, call->timed_out ? "no-answer" : "answer", same_args(call));
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

/* ---- Engine.IO alone ------------------------------------------------------ */

static void
echo_packet(struct socket_call *call, struct slice packet)
{
	socket_send(call, packet);
}

/* clang-format off */
static const struct route ROUTES[] = {
	{ HTTP_GET | HTTP_POST, "/socket.io/?", polling_run, 0, NULL,
	  ROUTE_TRANSPORT, 0 },
	{ HTTP_GET | HTTP_POST, "/engine.io/?", polling_run, 0, NULL,
	  ROUTE_TRANSPORT | ROUTE_RAW, 0 },
	{ HTTP_GET, "/healthz", health_live, 0, NULL, 0, 0 },
	{ HTTP_GET, "/readyz", app_ready, 0, NULL, 0, 0 },
	{ HTTP_GET, "/metrics", health_metrics, 0, NULL, ROUTE_LOOPBACK, 0 },
};

static const struct socket_namespace NAMESPACES[] = {
	{ "/",        NULL,       echo_auth, SOCKET_PURE | SOCKET_RECOVER },
	{ "/custom",  NULL,       echo_auth, SOCKET_PURE | SOCKET_RECOVER },
	{ "/guarded", echo_guard, echo_auth, SOCKET_PURE | SOCKET_RECOVER },
};

static const struct socket_event EVENTS[] = {
	{ "/", "message",          echo_message,    SOCKET_PURE },
	{ "/", "message-with-ack", echo_acked,      SOCKET_PURE },
	{ "/", "ask-me",           echo_ask,        0 },
	{ "/", "ask-within",       echo_ask_within, 0 },
	{ "/", "join",             echo_join,       0 },
	{ "/", "leave",            echo_leave,      0 },
	{ "/", "to-room",          echo_to_room,    0 },
	{ "/", "broadcast",        echo_broadcast,  0 },
	{ "/", "volatile",         echo_volatile,   0 },
	{ "/", "kick",             echo_kick,       0 },
	{ "/", "kick-close",       echo_kick_close, 0 },
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
	.message = echo_packet,
	.versions = 1 << 4 | 1 << 3,
};

int
main(void)
{
	const char *recovery = getenv("RECOVERY"); /* NOLINT: before threads */

	/* The suites compare events byte for byte: no offsets, unless asked
	 * for. */
	if (recovery == NULL || *recovery != '1')
		(void)setenv("DIRECTOR_RECOVERY_MS", "0", 1);
	return app_main("echo.fcgi", &APP, DEFAULTS, COUNT(DEFAULTS));
}
