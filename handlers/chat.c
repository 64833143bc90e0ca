#include "handlers/chat.h"

#include <stdio.h>

#include "base/utf8.h"
#include "handlers/media_view.h"
#include "io/chat_room.h"
#include "io/log.h"
#include "io/rnd.h"
#include "io/store_chat.h"
#include "io/store_video.h"
#include "proto/jval.h"
#include "proto/message.h"
#include "text/harmless.h"

/* A session is named by the start of its first message. */
#define NAME_MAX 60

static struct chat_room
room_of(const struct socket_call *call)
{
	return (struct chat_room){ call->c->sockets, call->c->metrics };
}

int
chat_connected(struct socket_call *call, struct err *e)
{
	struct json_object *auth = socket_arg(call, 0);
	struct slice session_id = jval_str(auth, "session_id");
	struct chat_room room = room_of(call);

	if (chat_room_welcome(
		&room, &call->socket, conf_loopback(call->c->conf), e) != 0)
		return -1;
	if (!message_session_id_valid(session_id))
		return 0;
	return chat_room_follow(&room, &call->socket, session_id, e);
}

static void
ack(struct socket_call *call, const char *status,
    const struct message_output *out, const char *message)
{
	struct json_object *args = json_object_new_array();
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "status", slice_from(status));
	jval_put_str(o, "session_id", out->session_id);
	jval_put_str(o, "conv_id", out->conv_id);
	jval_put_str(o, "msg_id", out->msg_id);
	if (message != NULL)
		jval_put_str(o, "message", slice_from(message));
	(void)json_object_array_add(args, o);
	socket_ack(call, args);
}

static void
emit_here(struct socket_call *call, const struct message_output *out)
{
	struct json_object *args = json_object_new_array();

	(void)json_object_array_add(args, message_output_json(out));
	socket_emit(call, "chat", args);
}

/*
 * What was sent is no message, or cannot be taken now: an answer that unlocks
 * the page, under whatever ids it sent.
 */
static void
reject(
    struct socket_call *call, struct json_object *value, const struct err *why)
{
	char msg_id[37];
	struct buf safe = BUF_INIT;
	struct json_object *content = json_object_new_array();
	struct message_output out = {
		.session_id = jval_str(value, "session_id"),
		.conv_id = jval_str(value, "conv_id"),
		.status = MESSAGE_ERROR,
		.content = content,
	};

	rnd_uuid(msg_id);
	out.msg_id = slice_from(msg_id);
	if (out.session_id.n > MESSAGE_SESSION_ID_MAX)
		out.session_id = SLICE_EMPTY;
	if (out.conv_id.n > MESSAGE_ID_MAX)
		out.conv_id = SLICE_EMPTY;
	harmless_markdown(slice_from(why->msg), &safe);
	(void)json_object_array_add(content,
	    message_text_item("assistant", MESSAGE_ERROR,
		"This message was not accepted", buf_slice(&safe)));
	emit_here(call, &out);
	ack(call, "error", &out, why->msg);
	buf_fini(&safe);
	(void)json_object_put(content);
}

/* A copy of the content as it may be inserted into a page. */
static struct json_object *
harmless_content(struct json_object *content)
{
	struct json_object *copy = NULL;
	size_t n;

	if (json_object_deep_copy(content, &copy, NULL) != 0)
		return json_object_new_array();
	n = json_object_array_length(copy);
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(copy, i);
		struct slice text = jval_str(item, "text");
		struct buf safe = BUF_INIT;

		if (text.p == NULL)
			continue;
		harmless_markdown(text, &safe);
		jval_put_str(item, "text", buf_slice(&safe));
		buf_fini(&safe);
	}
	return copy;
}

static struct json_object *
agents_array(const struct message *m)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < m->n_agents; i++)
		(void)json_object_array_add(array, jval_new_str(m->agents[i]));
	return array;
}

static struct json_object *
job_payload(
    struct ctx *c, const struct message *m, const struct store_chat_new *new)
{
	struct json_object *p = json_object_new_object();

	jval_put_str(p, "session_id", new->session_id);
	jval_put_str(p, "conv_id", new->conv_id);
	jval_put_str(p, "msg_id", new->output_id);
	(void)json_object_object_add(p, "agents", agents_array(m));
	jval_put_str(p, "text", m->text);
	(void)json_object_object_add(
	    p, "force_refresh", json_object_new_boolean(m->force_refresh));
	jval_put_str(p, "video_id", m->video_id);
	jval_put_str(p, "collection_id", m->collection_id);
	/* The worker has no request: where files are for who has asked. */
	jval_put_str(p, "base", media_view_base(c));
	return p;
}

/* What was asked; with nothing behind the @name, who was. */
static struct slice
name_of(const struct message *m, bool *only_agent)
{
	struct slice text, agent = message_agent(m, &text);

	text = slice_trim(text);
	*only_agent = text.n == 0;
	return utf8_prefix(*only_agent ? agent : text, NAME_MAX);
}

/* Many sessions begin with an agent's name alone: the video tells them apart. */
static struct slice
name_of_video(struct ctx *c, struct slice video_id, struct slice fallback)
{
	struct json_object *row = NULL;
	struct err e = ERR_INIT;
	struct store *s = ctx_store(c, &e);
	struct slice name;

	/* No video, no store: the job will say so, the name does not matter. */
	if (s == NULL || store_video_get(s, &c->who, video_id, &row, &e) != 0)
		return fallback;
	name = jval_str(json_object_object_get(row, "metadata"), "name");
	name = name.n == 0 ? fallback
			   : arena_dup(&c->arena, utf8_prefix(name, NAME_MAX));
	(void)json_object_put(row);
	return name;
}

/* Ids that the message lacks are made here. */
struct ids {
	char session[37], input[37], output[37], job[37];
};

static void
fill(struct ctx *c, struct store_chat_new *new, const struct message *m,
    struct ids *ids)
{
	struct buf shown = BUF_INIT;
	bool only_agent;

	rnd_uuid(ids->session);
	rnd_uuid(ids->input);
	rnd_uuid(ids->output);
	rnd_uuid(ids->job);
	*new = (struct store_chat_new){
		.session_id =
		    m->session_id.n ? m->session_id : slice_from(ids->session),
		.conv_id = m->conv_id,
		.msg_id = m->msg_id.n ? m->msg_id : slice_from(ids->input),
		.output_id = slice_from(ids->output),
		.collection_id = m->collection_id,
		.video_id = m->video_id,
		.agents = agents_array(m),
		.content = harmless_content(m->content),
		.output_actions = json_object_new_array(),
		.output_content = json_object_new_array(),
		.job_id = slice_from(ids->job),
		.job_type = "chat",
	};
	new->name = name_of(m, &only_agent);
	if (only_agent && m->video_id.n != 0)
		new->name = name_of_video(c, m->video_id, new->name);
	harmless_name(new->name, &shown);
	new->name = arena_dup(&c->arena, buf_slice(&shown));
	buf_fini(&shown);
	new->job_payload = job_payload(c, m, new);
	(void)json_object_array_add(new->output_actions,
	    json_object_new_string("Waiting for a worker"));
	(void)json_object_array_add(new->output_content,
	    message_text_item("assistant", MESSAGE_PROGRESS,
		"Waiting for a worker", SLICE_EMPTY));
}

static void
fini(struct store_chat_new *new)
{
	(void)json_object_put(new->agents);
	(void)json_object_put(new->content);
	(void)json_object_put(new->output_actions);
	(void)json_object_put(new->output_content);
	(void)json_object_put(new->job_payload);
}

/* Everybody concerned sees the message's newest state, this socket included. */
static int
tell_row(struct socket_call *call, struct json_object *row, struct err *e)
{
	struct chat_room room = room_of(call);
	struct store *s = ctx_store(call->c, e);

	if (s == NULL ||
	    chat_room_follow(
		&room, &call->socket, jval_str(row, "session_id"), e) != 0)
		return -1;
	return chat_room_emit_row(&room, s, row, e);
}

static int
tell(struct socket_call *call, const struct store_chat_new *new,
    struct slice output_id, struct err *e)
{
	struct json_object *row = NULL;
	struct store *s = ctx_store(call->c, e);
	int rc;

	if (s == NULL ||
	    store_chat_output(s, new->session_id, output_id, &row, e) != 0)
		return -1;
	rc = tell_row(call, row, e);
	(void)json_object_put(row);
	return rc;
}

/*
 * The conversation's newest output is told again, and acked as `found`.
 * ERR_NOT_FOUND: there is none.
 */
static int
tell_again(struct socket_call *call, struct slice session_id,
    struct slice conv_id, const char *found, struct err *e)
{
	struct message_output out = { .session_id = session_id,
		.conv_id = conv_id };
	struct store *s = ctx_store(call->c, e);
	struct json_object *row = NULL;
	int rc;

	if (s == NULL ||
	    store_chat_newest(s, session_id, conv_id, &row, e) != 0)
		return -1;
	rc = tell_row(call, row, e);
	out.msg_id = jval_str(row, "msg_id");
	if (rc == 0)
		ack(call, found, &out, NULL);
	(void)json_object_put(row);
	return rc;
}

int
chat_reconnect(struct socket_call *call, struct err *e)
{
	struct json_object *value = socket_arg(call, 0);
	struct message_output out = {
		.session_id = jval_str(value, "session_id"),
		.conv_id = jval_str(value, "conv_id"),
	};
	struct chat_room room = room_of(call);

	if (!message_session_id_valid(out.session_id) || out.conv_id.n == 0 ||
	    out.conv_id.n > MESSAGE_ID_MAX) {
		ack(call, "error", &(struct message_output){ .rev = 0 },
		    "reconnect needs the session_id and the conv_id of a "
		    "conversation.");
		return 0;
	}
	if (chat_room_follow(&room, &call->socket, out.session_id, e) == 0 &&
	    tell_again(call, out.session_id, out.conv_id, "ok", e) == 0)
		return 0;
	if (e->code == ERR_NOT_FOUND) {
		ack(call, "none", &out, NULL);
		return 0;
	}
	ack(call, "error", &out, e->msg);
	return -1;
}

static int
accept_message(
    struct socket_call *call, const struct store_chat_new *new, struct err *e)
{
	const struct principal who = { call->socket.principal };
	struct store *s = ctx_store(call->c, e);
	struct message_output out = {
		.session_id = new->session_id,
		.conv_id = new->conv_id,
	};
	struct err later = ERR_INIT;
	bool duplicate = false;
	char output_id[80];

	if (s == NULL ||
	    store_chat_accept(s, &who, new, &duplicate, output_id, e) != 0)
		return -1;
	out.msg_id = slice_from(output_id);
	/* Accepted. What fails from here on heals by itself: a lost ticket is
	 * written again by the worker's sweep, a lost snapshot is replaced.
	 * The message is seen before a worker can: its snapshots come after. */
	if (tell(call, new, out.msg_id, &later) != 0)
		metrics_error(call->c->metrics, later.code);
	if (!duplicate &&
	    queue_add(&call->c->queue, new->job_id, 0, &later) != 0)
		metrics_error(call->c->metrics, later.code);
	ack(call, duplicate ? "duplicate" : "accepted", &out, NULL);
	return 0;
}

int
chat_message(struct socket_call *call, struct err *e)
{
	struct json_object *value = socket_arg(call, 0);
	struct store_chat_new new;
	struct message m;
	struct err why = ERR_INIT;
	struct ids ids;

	(void)e;
	if (message_parse(value, &m, &why) != 0) {
		reject(call, value, &why);
		return 0;
	}
	/* Its client does not know that it was taken: it is not run twice. */
	if (m.is_retry && m.session_id.n != 0 && m.conv_id.n != 0 &&
	    tell_again(call, m.session_id, m.conv_id, "duplicate", &why) == 0)
		return 0;
	fill(call->c, &new, &m, &ids);
	if (accept_message(call, &new, &why) != 0) {
		if (why.code == ERR_UNAVAILABLE || why.code == ERR_INTERNAL)
			log_warnx("chat not accepted: %s", why.msg);
		reject(call, value, &why);
	}
	fini(&new);
	return 0;
}
