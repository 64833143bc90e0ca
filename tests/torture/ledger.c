/*
 * ledger.fcgi: an application whose every effect can be counted afterwards.
 * Its processes are killed while torture.mjs talks to it; what it keeps is in
 * Redis alone.
 *
 *   /ledger, with connection state recovery
 *     subscribe(room)              joins the room of publish.c; acks
 *     append(client, id, payload)  once per (client, id), however often it
 *                                  comes: a line of the client's ledger. Emits
 *                                  told(id, run), acks (run, position): the
 *                                  run is how often it has come by now
 *     once(client, id)             counts how often it came; acks
 *     echo(id)                     emits told(id, 1), acks (1)
 *
 *   {PREFIX:ledger:CLIENT}:lines  list   "ID PAYLOAD"
 *   {PREFIX:ledger:CLIENT}:place  hash   ID -> position in the list
 *   {PREFIX:ledger:CLIENT}:runs   hash   ID -> appends that came
 *   {PREFIX:ledger:CLIENT}:once   hash   ID -> onces that came
 *
 * Layer:  fcgi (tests)
 */
#include "tests/torture/ledger.h"

#include "base/attr.h"
#include "handlers/polling.h"
#include "harness/app.h"
#include "proto/jval.h"

#define KEY "{%s:ledger:%.*s}:%s"

/* Names become parts of keys. */
#define NAME_SIZE_MAX 32

/*
 * The effect and the note that it happened are one step: a process may die
 * before or after it, never in between.
 */
#define APPEND                                                         \
	"local at = redis.call('HGET', KEYS[2], ARGV[1])\n"            \
	"if not at then\n"                                             \
	"  at = redis.call('RPUSH', KEYS[1], ARGV[1]..' '..ARGV[2])\n" \
	"  redis.call('HSET', KEYS[2], ARGV[1], at)\n"                 \
	"end\n"                                                        \
	"return {redis.call('HINCRBY', KEYS[3], ARGV[1], 1), at}"

static const struct app_default DEFAULTS[] = {
	{ "DIRECTOR_PING_INTERVAL_MS", "5000" },
	{ "DIRECTOR_PING_TIMEOUT_MS", "5000" },
	{ "CORS_ORIGINS", "*" },
	{ "REDIS_PREFIX", LEDGER_PREFIX },
};

/* Argument `i` as a name: short, of letters and digits alone. */
static int
name_of(
    const struct socket_call *call, size_t i, struct slice *name, struct err *e)
{
	*name = jval_slice(socket_arg(call, i));
	if (name->n == 0 || name->n > NAME_SIZE_MAX)
		goto bad;
	for (size_t at = 0; at < name->n; at++) {
		char ch = name->p[at];

		if (!((ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z')))
			goto bad;
	}
	return 0;
bad:
	return err_set(e, ERR_BAD_REQUEST, "argument %zu is no name", i);
}

/* Argument `i`, a number, as a word for Redis. */
static struct slice
id_of(const struct socket_call *call, size_t i)
{
	return slice_from(arena_printf(&call->c->arena, "%lld",
	    (long long)json_object_get_int64(socket_arg(call, i))));
}

static const char *
key_of(const struct socket_call *call, struct slice client, const char *kind)
{
	return arena_printf(
	    &call->c->arena, KEY, call->c->eio.prefix, SLICE_ARG(client), kind);
}

static struct json_object *
numbers(const int64_t *number, int n)
{
	struct json_object *args = json_object_new_array();

	for (int i = 0; i < n; i++)
		(void)json_object_array_add(
		    args, json_object_new_int64(number[i]));
	return args;
}

/* What an event of the client causes: told, then the ack of `n` numbers. */
static void
tell(struct socket_call *call, size_t id, const int64_t *number, int n)
{
	const int64_t told[] = { json_object_get_int64(socket_arg(call, id)),
		number[0] };

	socket_emit(call, "told", numbers(told, COUNT(told)));
	socket_ack(call, numbers(number, n));
}

static int
ledger_subscribe(struct socket_call *call, struct err *e)
{
	struct slice room;

	if (name_of(call, 0, &room, e) != 0 ||
	    sio_adapter_join(&call->c->sockets, &call->socket, room, e) != 0)
		return -1;
	socket_ack(call, numbers(NULL, 0));
	return 0;
}

static int
ledger_append(struct socket_call *call, struct err *e)
{
	int64_t run_and_position[2];
	struct rds_command c;
	struct redisReply *reply;
	struct slice client;

	if (name_of(call, 0, &client, e) != 0)
		return -1;
	c = rds_command("EVAL", APPEND, "3", key_of(call, client, "lines"),
	    key_of(call, client, "place"), key_of(call, client, "runs"), NULL);
	rds_word(&c, id_of(call, 1));
	rds_word(&c, jval_slice(socket_arg(call, 2)));
	reply = rds_call(call->c->rds, &c, e);
	if (reply == NULL)
		return -1;
	for (size_t i = 0; i < COUNT(run_and_position); i++)
		run_and_position[i] = rds_int(rds_at(reply, i));
	rds_reply_free(reply);
	tell(call, 1, run_and_position, COUNT(run_and_position));
	return 0;
}

static int
ledger_once(struct socket_call *call, struct err *e)
{
	struct redisReply *reply;
	struct rds_command c;
	struct slice client;

	if (name_of(call, 0, &client, e) != 0)
		return -1;
	c = rds_command("HINCRBY", key_of(call, client, "once"), NULL);
	rds_word(&c, id_of(call, 1));
	rds_word(&c, SLICE("1"));
	reply = rds_call(call->c->rds, &c, e);
	if (reply == NULL)
		return -1;
	rds_reply_free(reply);
	socket_ack(call, numbers(NULL, 0));
	return 0;
}

static int
ledger_echo(struct socket_call *call, struct err *e)
{
	const int64_t run = 1;

	(void)e;
	tell(call, 0, &run, 1);
	return 0;
}

/* clang-format off */
static const struct route ROUTES[] = {
	{ HTTP_GET | HTTP_POST, "/socket.io/?", polling_run, 0, NULL,
	  ROUTE_TRANSPORT, 0 },
	{ HTTP_GET, "/healthz", health_live, 0, NULL, 0, 0 },
	{ HTTP_GET, "/readyz", app_ready, 0, NULL, 0, 0 },
};

static const struct socket_namespace NAMESPACES[] = {
	{ .name = LEDGER_NAMESPACE, .flags = SOCKET_RECOVER },
};

static const struct socket_event EVENTS[] = {
	{ LEDGER_NAMESPACE, "subscribe", ledger_subscribe, 0 },
	{ LEDGER_NAMESPACE, "append",    ledger_append,    0 },
	{ LEDGER_NAMESPACE, "once",      ledger_once,      0 },
	{ LEDGER_NAMESPACE, "echo",      ledger_echo,      SOCKET_PURE },
};
/* clang-format on */

static const struct app APP = {
	.routes = ROUTES,
	.n_routes = COUNT(ROUTES),
	.namespaces = NAMESPACES,
	.n_namespaces = COUNT(NAMESPACES),
	.events = EVENTS,
	.n_events = COUNT(EVENTS),
	.versions = 1 << 4,
};

int
main(void)
{
	return app_main("ledger.fcgi", &APP, DEFAULTS, COUNT(DEFAULTS));
}
