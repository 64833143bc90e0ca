#include "io/sio_adapter.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "io/rds_keys.h"
#include "proto/jval.h"
#include "proto/sio_packet.h"

static void
room_key(const struct sio_adapter *ad, struct slice nsp, struct slice room,
    char out[static EIO_KEY_SIZE])
{
	(void)snprintf(out, EIO_KEY_SIZE, KEYS_ROOM, ad->store->prefix,
	    SLICE_ARG(nsp), SLICE_ARG(room));
}

/* Clients may name rooms: not so that two keys or two lines become one. */
static int
check_room(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e)
{
	size_t fixed = sizeof(KEYS_ROOM) + strlen(ad->store->prefix);

	if (room.n == 0 || fixed + so->nsp.n + room.n > EIO_KEY_SIZE ||
	    memchr(room.p, '\n', room.n) || memchr(room.p, '\0', room.n))
		return err_field(e, ERR_BAD_REQUEST, "room",
		    "The room's name is empty, too long or has characters "
		    "that names may not have.");
	return 0;
}

/* The replies of a round trip are freed; one that is an error is a failure. */
static int
free_all(struct redisReply **replies, int n, struct err *e)
{
	int rc = 0;

	for (int i = 0; i < n; i++) {
		if (rds_is_error(replies[i]))
			rc = err_set(e, ERR_UNAVAILABLE, "Redis refused");
		rds_reply_free(replies[i]);
	}
	return rc;
}

static int
run_room(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, bool join, struct err *e)
{
	struct eio_command c;
	struct eio_answer a;
	int rc = 0;

	if (check_room(ad, so, room, e) != 0)
		return -1;
	eio_store_room(&c, ad->store, join, so, room);
	if (eio_store_run(ad->rds, ad->store, &c, &a, e) != 0)
		return -1;
	if (a.verdict == VERDICT_FULL)
		rc = err_field(e, ERR_BAD_REQUEST, "room",
		    "The socket is in as many rooms as it may be.");
	else if (a.verdict != VERDICT_OK)
		rc = err_set(e, ERR_STALE, "the session has ended");
	eio_answer_fini(&a);
	return rc;
}

int
sio_adapter_join(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e)
{
	return run_room(ad, so, room, true, e);
}

int
sio_adapter_leave(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e)
{
	return run_room(ad, so, room, false, e);
}

/* Members of all rooms, each ssid once, and the room it was found in. */
struct members {
	struct slice *ssid, *esid;
	struct slice *room;
	struct eio_command *command; /* EIO_BATCH_MAX, for one round trip */
	struct arena *arena;
	struct slice packet; /* as eio_push has it */
	size_t n;
	int reached; /* sessions that took the packet */
};

static bool
is_member(const struct members *m, struct slice ssid)
{
	for (size_t i = 0; i < m->n; i++)
		if (slice_eq(m->ssid[i], ssid))
			return true;
	return false;
}

static void
add_member(const struct sio_emit *emit, struct members *m, bool first,
    struct slice room, struct slice ssid, struct slice esid)
{
	/* A hash repeats nobody: only further rooms can. */
	if (esid.n == 0 || (!first && is_member(m, ssid)))
		return;
	if (slice_eq(ssid, emit->except)) {
		if (emit->excepted != NULL)
			*emit->excepted = true;
		return;
	}
	m->ssid[m->n] = ssid;
	m->esid[m->n] = esid;
	m->room[m->n++] = room;
}

/* Replies in pairs: the members of a room, and who has its name for an ssid. */
static void
gather(const struct sio_emit *emit, const struct slice *rooms, size_t n,
    struct redisReply *const *replies, struct members *m)
{
	size_t most = n;

	for (size_t r = 0; r < n; r++)
		most += rds_count(replies[2 * r]) / 2;
	m->ssid = arena_alloc(m->arena, most * sizeof(*m->ssid));
	m->esid = arena_alloc(m->arena, most * sizeof(*m->esid));
	m->room = arena_alloc(m->arena, most * sizeof(*m->room));
	m->command = arena_alloc(m->arena, EIO_BATCH_MAX * sizeof(*m->command));
	for (size_t r = 0; r < n; r++) {
		const struct redisReply *all = replies[2 * r];

		for (size_t i = 0; i + 1 < rds_count(all); i += 2)
			add_member(emit, m, r == 0, rooms[r],
			    rds_text(rds_at(all, i)),
			    rds_text(rds_at(all, i + 1)));
		add_member(emit, m, false, SLICE_EMPTY, rooms[r],
		    rds_text(replies[2 * r + 1]));
	}
}

/*
 * The session of a member does not know it. Where is it now? False: nowhere,
 * it was taken out of the room.
 */
static bool
find_again(const struct sio_adapter *ad, const struct sio_emit *emit,
    struct members *m, size_t i)
{
	struct rds_command c = { .script = RDS_PRUNE };
	char key[EIO_KEY_SIZE];
	struct err e = ERR_INIT;
	struct redisReply *reply;
	struct slice esid;

	room_key(ad, emit->nsp, m->room[i], key);
	rds_word(&c, SLICE("1"));
	rds_word(&c, slice_from(key));
	rds_word(&c, m->ssid[i]);
	rds_word(&c, m->esid[i]);
	reply = rds_call(ad->rds, &c, &e);
	/* Whoever emits next prunes it if this fails. */
	if (reply == NULL)
		return false;
	esid = arena_dup(m->arena, rds_text(reply));
	rds_reply_free(reply);
	m->esid[i] = esid;
	return esid.n != 0;
}

/* Members that one round trip pushes to. */
struct batch {
	size_t member[EIO_BATCH_MAX];
	int n;
};

/* Push to a batch; those to be tried elsewhere are left in it. */
static int
push_batch(const struct sio_adapter *ad, const struct sio_emit *emit,
    struct members *m, struct batch *b, struct err *e)
{
	struct eio_answer a[EIO_BATCH_MAX];
	struct eio_push push = {
		.message = emit->message,
		.rev = emit->rev,
		.again = emit->again,
		.is_volatile = emit->is_volatile,
		.parts_ms = EIO_PARTS_AS_THEY_ARE,
		.packet = &m->packet,
		.n = 1,
	};
	int n = b->n;

	for (int i = 0; i < n; i++) {
		size_t at = b->member[i];

		push.joined = slice_from(arena_printf(m->arena, "%.*s %.*s",
		    SLICE_ARG(emit->nsp), SLICE_ARG(m->ssid[at])));
		eio_store_push(&m->command[i], ad->store, m->esid[at], &push);
	}
	if (eio_store_run_many(ad->rds, ad->store, m->command, n, a, e) != 0)
		return -1;
	b->n = 0;
	for (int i = 0; i < n; i++) {
		if (a[i].verdict == VERDICT_OK ||
		    a[i].verdict == VERDICT_DELIVER)
			m->reached++;
		else if (a[i].verdict == VERDICT_GONE &&
		    find_again(ad, emit, m, b->member[i]))
			b->member[b->n++] = b->member[i];
		eio_answer_fini(&a[i]);
	}
	return 0;
}

/* A socket may be recovered again while it is looked for; not for long. */
#define FOLLOW_MAX 5

static int
push_all(const struct sio_adapter *ad, const struct sio_emit *emit,
    struct members *m, struct err *e)
{
	struct batch b;

	for (size_t at = 0; at < m->n;) {
		for (b.n = 0; b.n < EIO_BATCH_MAX && at < m->n; at++)
			b.member[b.n++] = at;
		for (int i = 0; b.n > 0 && i < FOLLOW_MAX; i++)
			if (push_batch(ad, emit, m, &b, e) != 0)
				return -1;
	}
	return 0;
}

int
sio_adapter_emit(const struct sio_adapter *ad, const struct sio_emit *emit,
    int *reached, struct err *e)
{
	static const struct slice EVERYBODY = SLICE_INIT("");
	const struct slice *rooms =
	    emit->n_rooms == 0 ? &EVERYBODY : emit->room;
	size_t n = emit->n_rooms == 0 ? 1 : (size_t)emit->n_rooms;
	struct rds_command c[2 * SIO_ROOMS_MAX];
	struct redisReply *replies[2 * SIO_ROOMS_MAX];
	char key[SIO_ROOMS_MAX][EIO_KEY_SIZE], all[EIO_KEY_SIZE];
	struct arena a = ARENA_INIT;
	struct members m = { .arena = &a };
	int rc = -1;

	*reached = 0;
	m.packet = emit->packet;
	if (!emit->is_volatile)
		m.packet = slice_from(arena_printf(
		    &a, "%c%.*s", EIO_LOGGED, SLICE_ARG(emit->packet)));
	room_key(ad, emit->nsp, EVERYBODY, all);
	for (size_t i = 0; i < n; i++) {
		room_key(ad, emit->nsp, rooms[i], key[i]);
		c[2 * i] = rds_command("HGETALL", key[i], NULL);
		c[2 * i + 1] = rds_command("HGET", all, NULL);
		rds_word(&c[2 * i + 1], rooms[i]);
	}
	if (rds_pipeline(ad->rds, c, (int)(2 * n), replies, e) == 0) {
		gather(emit, rooms, n, replies, &m);
		rc = push_all(ad, emit, &m, e);
		if (free_all(replies, (int)(2 * n), e) != 0)
			rc = -1;
	}
	*reached = m.reached;
	arena_fini(&a);
	return rc;
}

void
sio_adapter_event(struct buf *out, struct slice nsp, struct json_object *args)
{
	struct buf json = BUF_INIT;

	jval_print(&json, args);
	buf_addc(out, '4');
	sio_packet_encode(out, SIO_EVENT, nsp, -1, buf_slice(&json));
	buf_fini(&json);
}

bool
sio_adapter_socket(struct slice list, struct slice nsp, struct sio_socket *out)
{
	struct slice line, name;

	while (slice_cut(&list, '\n', &line)) {
		if (!slice_cut(&line, ' ', &name) || !slice_eq(name, nsp) ||
		    line.p == NULL)
			continue;
		out->nsp = name;
		(void)slice_cut(&line, ' ', &out->ssid);
		out->pid = line.p == NULL ? SLICE_EMPTY : line;
		return true;
	}
	return false;
}
