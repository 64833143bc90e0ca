#include "io/chat_room.h"

#include <stdio.h>

#include "io/clock.h"
#include "io/store_chat.h"
#include "proto/jval.h"
#include "proto/message.h"

#define ROOM_SIZE 96

static struct slice
room_of(char out[static ROOM_SIZE], char kind, struct slice id)
{
	int n = snprintf(out, ROOM_SIZE, "%c:%.*s", kind, SLICE_ARG(id));

	return (struct slice){ out, (size_t)n };
}

static struct slice
principal_room(char out[static ROOM_SIZE], struct slice id)
{
	return room_of(out, 'p', slice_sub(id, 0, 64));
}

static struct slice
session_room(char out[static ROOM_SIZE], struct slice id)
{
	return room_of(out, 's', slice_sub(id, 0, MESSAGE_SESSION_ID_MAX));
}

int
chat_room_welcome(const struct chat_room *r, const struct sio_socket *so,
    bool loopback, struct err *e)
{
	char name[ROOM_SIZE];

	if (so->principal.n != 0 &&
	    sio_adapter_join(
		&r->sockets, so, principal_room(name, so->principal), e) != 0)
		return -1;
	if (!loopback)
		return 0;
	return sio_adapter_join(
	    &r->sockets, so, principal_room(name, SLICE_EMPTY), e);
}

int
chat_room_follow(const struct chat_room *r, const struct sio_socket *so,
    struct slice session_id, struct err *e)
{
	char name[ROOM_SIZE];

	return sio_adapter_join(
	    &r->sockets, so, session_room(name, session_id), e);
}

/* The packet of an event with one argument, which is borrowed. */
static void
event_packet(struct buf *packet, const char *name, struct json_object *value)
{
	struct json_object *args = json_object_new_array();

	(void)json_object_array_add(args, json_object_new_string(name));
	(void)json_object_array_add(args, json_object_get(value));
	sio_adapter_event(packet, SLICE(CHAT_NSP), args);
	(void)json_object_put(args);
}

/* An `event`, once; `emit` says to whom. */
static int
tell(const struct chat_room *r, struct sio_emit *emit,
    struct json_object *event, struct err *e)
{
	struct buf packet = BUF_INIT;
	int reached = 0, rc;

	event_packet(&packet, "event", event);
	emit->nsp = SLICE(CHAT_NSP);
	emit->packet = buf_slice(&packet);
	rc = sio_adapter_emit(&r->sockets, emit, &reached, e);
	metrics_add(r->metrics, METRIC_EVENTS_OUT, reached);
	buf_fini(&packet);
	return rc;
}

int
chat_room_announce(
    const struct chat_room *r, struct json_object *event, struct err *e)
{
	struct sio_emit all = { .n_rooms = 0 };

	return tell(r, &all, event, e);
}

int
chat_room_tell(const struct chat_room *r, const struct principal *who,
    struct slice session_id, struct json_object *event, struct err *e)
{
	char principal[ROOM_SIZE], session[ROOM_SIZE];
	struct sio_emit emit = {
		.room = { principal_room(principal, who->id),
		    session_room(session, session_id) },
		.n_rooms = 2,
	};

	return tell(r, &emit, event, e);
}

int
chat_room_emit(
    const struct chat_room *r, const struct chat_emission *m, struct err *e)
{
	char principal[ROOM_SIZE], session[ROOM_SIZE];
	struct buf packet = BUF_INIT;
	struct sio_emit emit = {
		.nsp = SLICE(CHAT_NSP),
		.room = { principal_room(principal, m->who.id),
		    session_room(session, m->session_id) },
		.n_rooms = 2,
		.message = m->msg_id,
		.rev = m->rev,
		.again = m->again,
	};
	int reached = 0, rc = -1;

	event_packet(&packet, "chat", m->event);
	emit.packet = buf_slice(&packet);
	for (int try = 0; rc != 0 && try < CHAT_EMIT_TRIES; try++) {
		if (try > 0)
			clock_sleep_ms(CHAT_EMIT_WAIT_MS << (try - 1));
		rc = sio_adapter_emit(&r->sockets, &emit, &reached, e);
		/* Some heard it before it failed: twice is harmless. */
		emit.again = true;
	}
	metrics_add(r->metrics, METRIC_EVENTS_OUT, reached);
	buf_fini(&packet);
	return rc;
}

static struct json_object *
member(struct json_object *row, const char *key)
{
	return json_object_object_get(row, key);
}

int
chat_room_emit_row(const struct chat_room *r, struct store *s,
    struct json_object *row, struct err *e)
{
	struct message_output out = {
		.session_id = jval_str(row, "session_id"),
		.conv_id = jval_str(row, "conv_id"),
		.msg_id = jval_str(row, "msg_id"),
		.actions = member(row, "actions"),
		.agents = member(row, "agents"),
		.content = member(row, "content"),
		.rev = json_object_get_int64(member(row, "rev")),
	};
	struct chat_emission m = {
		.session_id = out.session_id,
		.msg_id = out.msg_id,
		.rev = out.rev,
		.again = true,
	};
	char who[64];
	int rc;

	if (!message_status_parse(jval_str(row, "status"), &out.status))
		return err_set(
		    e, ERR_INTERNAL, "a stored message has no valid status");
	if (store_session_principal(s, out.session_id, who, e) != 0)
		return -1;
	m.who.id = slice_from(who);
	m.event = message_output_json(&out);
	rc = chat_room_emit(r, &m, e);
	(void)json_object_put(m.event);
	return rc;
}
