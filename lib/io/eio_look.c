#include "io/eio_look.h"

#include <stdio.h>

#include "io/rds_keys.h"
#include "io/sio_adapter.h"
#include "proto/eio_payload.h"

/* Version 4 alone: the framing of version 3 has its cases. */
#define SPEAKS "4"

/* What is asked of the session's hash (lua/prelude.lua), and what it must be;
 * NULL: not there. */
static const struct {
	const char *field;
	const char *wanted;
} FIELDS[] = {
	{ "v", SPEAKS },
	{ "st", "" },
	{ "ob", "0" },
	{ "bin", "0" },
	{ "lt", NULL },
	{ "post", NULL },
};

/* Packets alone: nothing else is changed. */
static bool
only_answers(const struct eio_push *push)
{
	return push->whole && push->speech == EIO_V4 && !push->alive &&
	    push->ns.n == 0 && push->end == EIO_END_NOT &&
	    push->message.n == 0 && !push->is_volatile &&
	    push->parts_ms == EIO_PARTS_AS_THEY_ARE && push->n > 0;
}

bool
eio_look_fits(const struct eio_push *push, struct buf *out)
{
	size_t bytes = 0;

	if (!only_answers(push))
		return false;
	for (int i = 0; i < push->n; i++) {
		const struct slice *packet = &push->packet[i];

		bytes += packet->n + (i > 0);
		if (bytes > EIO_PAYLOAD_MAX ||
		    (packet->n > 0 && packet->p[0] == EIO_LOGGED))
			return false;
	}
	for (int i = 0; i < push->n; i++)
		eio_payload_add(out, push->packet[i]);
	return true;
}

void
eio_look(struct eio_command *c, const struct eio_store *st, struct slice esid)
{
	c->c = (struct rds_command){ .script = RDS_SCRIPT__MAX };
	(void)snprintf(
	    c->key, EIO_KEY_SIZE, KEYS_SESSION, st->prefix, SLICE_ARG(esid));
	rds_word(&c->c, SLICE("HMGET"));
	rds_word(&c->c, slice_from(c->key));
	for (size_t i = 0; i < COUNT(FIELDS); i++)
		rds_word(&c->c, slice_from(FIELDS[i].field));
	rds_word(&c->c, SLICE("ns"));
}

/* Is all of `joined` true of the session's sockets? */
static bool
is_joined(struct slice ns, struct slice joined)
{
	struct sio_socket so;
	struct slice line, nsp;

	while (slice_cut(&joined, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (line.p[0] == '!') {
			if (sio_adapter_socket(ns, slice_from_at(line, 1), &so))
				return false;
		} else if (!slice_cut(&line, ' ', &nsp) ||
		    !sio_adapter_socket(ns, nsp, &so) ||
		    !slice_eq(so.ssid, line)) {
			return false;
		}
	}
	return true;
}

static bool
is_as_wanted(const struct redisReply *value, const char *wanted)
{
	if (wanted == NULL || rds_is_null(value))
		return wanted == NULL && rds_is_null(value);
	return slice_eqs(rds_text(value), wanted);
}

bool
eio_look_agrees(const struct redisReply *reply, struct slice joined)
{
	if (rds_count(reply) != COUNT(FIELDS) + 1)
		return false;
	for (size_t i = 0; i < COUNT(FIELDS); i++)
		if (!is_as_wanted(rds_at(reply, i), FIELDS[i].wanted))
			return false;
	return is_joined(rds_text(rds_at(reply, COUNT(FIELDS))), joined);
}
