/*
 * Two hiredis contexts on one libev loop. hiredis 0.14 has no time-outs of its
 * own: a timer sends PING every BEAT_S and drops a connection on which nothing
 * came for BEATS_MISSED of them, so a frozen Redis is noticed. (Not sooner: a few
 * megabytes may be on their way before the PING.)
 */
#include "io/rds_async.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <hiredis/adapters/libev.h>
#include <hiredis/async.h>
#include <hiredis/sds.h>
#pragma GCC diagnostic pop

#include "base/ck.h"
#include "io/log.h"
#include "io/rds_internal.h"

#define BEAT_S       0.5
#define BEATS_MISSED 2

struct side {
	struct rds_async *owner;
	redisAsyncContext *connection; /* NULL: none */
	bool up;
	int beats;    /* since something came */
	bool listens; /* the channel's side */
};

struct rds_async {
	struct ev_loop *loop;
	struct rds_address address;
	char *channel;
	struct rds_async_events events;
	struct side commands, subscription;
	ev_timer beat;
	bool aside; /* a thread is at it: nothing of the loop may be touched */
	bool closing;
};

struct call {
	void (*done)(void *, uint64_t, struct redisReply *);
	void *cookie;
	uint64_t token;
	struct rds_async *owner;
};

static void
on_disconnect(const redisAsyncContext *c, int status)
{
	struct side *s = c->data;

	(void)status;
	if (s->up && !s->owner->closing)
		log_warnx("Redis: connection of the event loop lost");
	s->connection = NULL;
	s->up = false;
}

/* To what only shows that Redis is there. */
static void
on_beat_answer(redisAsyncContext *c, void *reply, void *data)
{
	struct side *s = data;

	(void)c;
	if (reply == NULL)
		return;
	s->beats = 0;
	if (s->owner->events.breaker != NULL)
		rds_breaker_close(s->owner->events.breaker);
}

/* On the same connection, so before its next command. */
static void
load(redisAsyncContext *c)
{
	struct slice library = rds_library();

	(void)redisAsyncCommand(c, on_beat_answer, c->data,
	    "FUNCTION LOAD REPLACE %b", library.p, library.n);
}

static void
on_connect(const redisAsyncContext *c, int status)
{
	struct side *s = c->data;

	/* hiredis frees a context that could not connect. */
	s->up = status == REDIS_OK;
	if (!s->up)
		s->connection = NULL;
	else if (!s->listens)
		/* Whatever it knew: it may be another Redis by now. */
		load(s->connection);
}

static void
on_message(redisAsyncContext *c, void *got, void *data)
{
	struct side *s = data;
	struct rds_async *ra = s->owner;
	const redisReply *reply = got;
	struct slice kind = rds_text(rds_at(reply, 0));

	(void)c;
	if (slice_eq(kind, SLICE("message")))
		ra->events.message(
		    ra->events.cookie, rds_text(rds_at(reply, 2)));
	else if (slice_eq(kind, SLICE("subscribe")))
		ra->events.listening(ra->events.cookie);
}

/* hiredis wants to write; a thread writes itself. */
static void
add_write(void *watchers)
{
	struct redisLibevEvents *e = watchers;
	const struct side *s = e->context->data;

	if (!s->owner->aside)
		redisLibevAddWrite(watchers);
}

static void
connect_side(struct side *s)
{
	struct rds_async *ra = s->owner;
	redisAsyncContext *c = ra->address.port == 0
	    ? redisAsyncConnectUnix(ra->address.host)
	    : redisAsyncConnect(ra->address.host, ra->address.port);

	if (c == NULL)
		return;
	if (c->err != 0) {
		redisAsyncFree(c);
		return;
	}
	c->data = s;
	s->connection = c;
	s->beats = 0;
	(void)redisLibevAttach(ra->loop, c);
	c->ev.addWrite = add_write;
	(void)redisAsyncSetConnectCallback(c, on_connect);
	(void)redisAsyncSetDisconnectCallback(c, on_disconnect);
	if (s->listens)
		(void)redisAsyncCommand(
		    c, on_message, s, "SUBSCRIBE %s", ra->channel);
}

static void
beat_side(struct side *s)
{
	/* A subscribed RESP2 connection may only PING through its channel. */
	if (s->connection != NULL && s->listens)
		return;
	if (s->connection != NULL && s->beats == BEATS_MISSED) {
		redisAsyncFree(s->connection);
		/* on_disconnect may have run; it is only called when up. */
		s->connection = NULL;
		s->up = false;
	}
	if (s->connection == NULL) {
		connect_side(s);
		return;
	}
	s->beats++;
	(void)redisAsyncCommand(s->connection, on_beat_answer, s, "PING");
}

static void
on_beat(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct rds_async *ra = w->data;
	bool had_commands = ra->commands.connection != NULL;

	(void)loop;
	(void)revents;
	beat_side(&ra->commands);
	/* Both go to one Redis: when it froze for one, start both anew. */
	if (had_commands && !ra->commands.up &&
	    ra->subscription.connection != NULL && ra->subscription.up) {
		redisAsyncFree(ra->subscription.connection);
		ra->subscription.connection = NULL;
		ra->subscription.up = false;
	}
	beat_side(&ra->subscription);
}

struct rds_async *
rds_async_new(struct ev_loop *loop, const char *url, const char *channel,
    const struct rds_async_events *events)
{
	struct rds_async *ra = ck_calloc(1, sizeof(*ra));
	struct err e = ERR_INIT;

	ra->loop = loop;
	if (rds_address_parse(url, &ra->address, &e) != 0)
		ra->address.host = ck_strdup("");
	ra->channel = ck_strdup(channel);
	ra->events = *events;
	ra->commands.owner = ra;
	ra->subscription.owner = ra;
	ra->subscription.listens = true;
	connect_side(&ra->commands);
	connect_side(&ra->subscription);
	ev_timer_init(&ra->beat, on_beat, BEAT_S, BEAT_S);
	ra->beat.data = ra;
	ev_timer_start(loop, &ra->beat);
	return ra;
}

void
rds_async_free(struct rds_async *ra)
{
	if (ra == NULL)
		return;
	ra->closing = true;
	ev_timer_stop(ra->loop, &ra->beat);
	if (ra->commands.connection != NULL)
		redisAsyncFree(ra->commands.connection);
	if (ra->subscription.connection != NULL)
		redisAsyncFree(ra->subscription.connection);
	free(ra->address.host);
	free(ra->channel);
	free(ra);
}

bool
rds_async_up(const struct rds_async *ra)
{
	return ra->commands.up;
}

static void
on_reply(redisAsyncContext *c, void *got, void *data)
{
	struct call *call = data;
	redisReply *reply = got;

	(void)c;
	if (reply != NULL)
		call->owner->commands.beats = 0;
	if (rds_is_missing(reply) && call->owner->commands.connection != NULL)
		load(call->owner->commands.connection);
	if (rds_is_error(reply))
		reply = NULL;
	call->done(call->cookie, call->token, reply);
	free(call);
}

static bool
send_command(struct rds_async *ra, struct slice command,
    void (*done)(void *, uint64_t, struct redisReply *), void *cookie,
    uint64_t token)
{
	struct call *call = ck_calloc(1, sizeof(*call));

	*call = (struct call){ done, cookie, token, ra };
	if (redisAsyncFormattedCommand(ra->commands.connection, on_reply, call,
		command.p, command.n) == REDIS_OK)
		return true;
	free(call);
	return false;
}

void
rds_async_send(struct rds_async *ra, struct slice command,
    void (*done)(void *, uint64_t, struct redisReply *), void *cookie,
    uint64_t token)
{
	/* What is sent while it connects waits for that. */
	if (ra->commands.connection == NULL ||
	    !send_command(ra, command, done, cookie, token))
		done(cookie, token, NULL);
}

bool
rds_async_send_aside(struct rds_async *ra, struct slice command,
    void (*done)(void *, uint64_t, struct redisReply *), void *cookie,
    uint64_t token, bool *left)
{
	redisAsyncContext *c = ra->commands.connection;
	int written = 0;
	bool sent;

	/* What waits already goes first. */
	if (!ra->commands.up || sdslen(c->c.obuf) != 0)
		return false;
	ra->aside = true;
	sent = send_command(ra, command, done, cookie, token);
	/* An error is found again, and handled, by the loop. */
	if (sent)
		*left =
		    redisBufferWrite(&c->c, &written) != REDIS_OK || !written;
	ra->aside = false;
	return sent;
}

void
rds_async_flush(struct rds_async *ra)
{
	if (ra->commands.connection != NULL)
		redisLibevAddWrite(ra->commands.connection->ev.data);
}

void
rds_async_call(struct rds_async *ra, const struct rds_command *c,
    void (*done)(void *, uint64_t, struct redisReply *), void *cookie,
    uint64_t token)
{
	struct buf command = BUF_INIT;

	rds_format(c, &command);
	rds_async_send(ra, buf_slice(&command), done, cookie, token);
	buf_fini(&command);
}
