/*
 * ledger.fcgi: an application whose every effect can be counted afterwards.
 * Its processes are killed while torture.mjs talks to it; what it keeps is in
 * Redis alone.
 *
 *   /ledger, with connection state recovery
 *     subscribe(room)              joins the room of publish.c; acks
 *     append(client, id, payload)  once per (client, id), however often it
 *                                  comes: a line of the client's ledger. Emits
 *                                  appended(id, run), acks (position, run):
 *                                  the run is how often it has come by now
 *     once(client, id)             counts how often it came; acks
 *
 *   {PREFIX:ledger:CLIENT}:lines  list   "ID PAYLOAD"
 *   {PREFIX:ledger:CLIENT}:place  hash   ID -> position in the list
 *   {PREFIX:ledger:CLIENT}:runs   hash   ID -> appends that came
 *   {PREFIX:ledger:CLIENT}:once   hash   ID -> onces that came
 *
 * Layer:  fcgi (tests)
 */
#include "tests/torture/ledger.h"

#include "base/num.h"
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
	"return {at, redis.call('HINCRBY', KEYS[3], ARGV[1], 1)}"

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

static const char *
key_of(const struct socket_call *call, struct slice client, const char *kind)
{
	return arena_printf(
	    &call->c->arena, KEY, call->c->eio.prefix, SLICE_ARG(client), kind);
}

static void
add_int(struct json_object *args, int64_t number)
{
	(void)json_object_array_add(args, json_object_new_int64(number));
}

static int
ledger_subscribe(struct socket_call *call, struct err *e)
{
	struct slice room;

	if (name_of(call, 0, &room, e) != 0 ||
	    sio_adapter_join(&call->c->sockets, &call->socket, room, e) != 0)
		return -1;
	socket_ack(call, json_object_new_array());
	return 0;
}

/* `*at` and `*run` of an append that took effect now or earlier. */
static int
append(const struct socket_call *call, struct slice client, struct slice id,
    int64_t place[static 2], struct err *e)
{
	struct rds_command c = rds_command("EVAL", APPEND, "3",
	    key_of(call, client, "lines"), key_of(call, client, "place"),
	    key_of(call, client, "runs"), NULL);
	struct redisReply *reply;

	rds_word(&c, id);
	rds_word(&c, jval_slice(socket_arg(call, 2)));
	reply = rds_call(call->c->rds, &c, e);
	if (reply == NULL)
		return -1;
	place[0] = rds_int(rds_at(reply, 0));
	place[1] = rds_int(rds_at(reply, 1));
	rds_reply_free(reply);
	return 0;
}

static int
ledger_append(struct socket_call *call, struct err *e)
{
	struct json_object *told = json_object_new_array();
	struct json_object *acked = json_object_new_array();
	struct slice client, id;
	int64_t place[2];

	if (name_of(call, 0, &client, e) != 0 ||
	    name_of(call, 1, &id, e) != 0 ||
	    append(call, client, id, place, e) != 0) {
		(void)json_object_put(told);
		(void)json_object_put(acked);
		return -1;
	}
	(void)json_object_array_add(told, jval_new_str(id));
	add_int(told, place[1]);
	socket_emit(call, "appended", told);
	add_int(acked, place[0]);
	add_int(acked, place[1]);
	socket_ack(call, acked);
	return 0;
}

static int
ledger_once(struct socket_call *call, struct err *e)
{
	struct redisReply *reply;
	struct rds_command c;
	struct slice client, id;

	if (name_of(call, 0, &client, e) != 0 || name_of(call, 1, &id, e) != 0)
		return -1;
	c = rds_command("HINCRBY", key_of(call, client, "once"), NULL);
	rds_word(&c, id);
	rds_word(&c, SLICE("1"));
	reply = rds_call(call->c->rds, &c, e);
	if (reply == NULL)
		return -1;
	rds_reply_free(reply);
	socket_ack(call, json_object_new_array());
	return 0;
}

/* clang-format off */
static const struct route ROUTES[] = {
	{ HTTP_GET | HTTP_POST, "/socket.io/?", polling_run, 0, NULL,
	  ROUTE_TRANSPORT },
	{ HTTP_GET, "/healthz", health_live, 0, NULL, 0 },
	{ HTTP_GET, "/readyz", app_ready, 0, NULL, 0 },
};

static const struct socket_namespace NAMESPACES[] = {
	{ .name = LEDGER_NAMESPACE },
};

static const struct socket_event EVENTS[] = {
	{ LEDGER_NAMESPACE, "subscribe", ledger_subscribe },
	{ LEDGER_NAMESPACE, "append",    ledger_append },
	{ LEDGER_NAMESPACE, "once",      ledger_once },
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
