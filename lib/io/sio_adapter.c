#include "io/sio_adapter.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "io/rds_keys.h"
#include "proto/jval.h"
#include "proto/sio_packet.h"

/*
 * Sockets of one emit: far above the tabs and devices of one person, and a
 * bound for the memory of a request.
 */
#define MEMBERS_MAX 20000

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
run_plain(
    const struct sio_adapter *ad, struct rds_command *c, int n, struct err *e)
{
	struct redisReply *replies[3];

	if (rds_pipeline(ad->rds, c, n, replies, e) != 0)
		return -1;
	return free_all(replies, n, e);
}

/* The session notes the room first: so a room never holds what no end cleans. */
static int
note(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, bool join, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct eio_command c;
	struct eio_answer answer;
	int rc;

	eio_store_room(&c, ad->store, so->esid, join,
	    slice_from(arena_printf(
		&a, "%.*s %.*s\n", SLICE_ARG(so->nsp), SLICE_ARG(room))));
	rc = eio_store_run(ad->rds, ad->store, &c, &answer, e);
	if (rc == 0) {
		if (answer.verdict != VERDICT_OK)
			rc = err_set(e, ERR_STALE, "the session has ended");
		eio_answer_fini(&answer);
	}
	arena_fini(&a);
	return rc;
}

int
sio_adapter_join(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e)
{
	struct rds_command c[2];
	char key[EIO_KEY_SIZE], ttl[24];

	if (check_room(ad, so, room, e) != 0 ||
	    note(ad, so, room, true, e) != 0)
		return -1;
	room_key(ad, so->nsp, room, key);
	c[0] = rds_command("HSET", key, NULL);
	rds_word(&c[0], so->ssid);
	rds_word(&c[0], so->esid);
	c[1] = rds_command("EXPIRE", key, NULL);
	rds_word_int(&c[1], KEYS_ROOM_TTL_S, ttl);
	return run_plain(ad, c, 2, e);
}

int
sio_adapter_leave(const struct sio_adapter *ad, const struct sio_socket *so,
    struct slice room, struct err *e)
{
	struct rds_command c;
	char key[EIO_KEY_SIZE];

	if (check_room(ad, so, room, e) != 0 ||
	    note(ad, so, room, false, e) != 0)
		return -1;
	room_key(ad, so->nsp, room, key);
	c = rds_command("HDEL", key, NULL);
	rds_word(&c, so->ssid);
	return run_plain(ad, &c, 1, e);
}

int
sio_adapter_quit(const struct sio_adapter *ad, struct slice esid,
    struct slice nsp, struct err *e)
{
	struct eio_command c;
	struct eio_answer a;

	eio_store_quit(&c, ad->store, esid, nsp);
	if (eio_store_run(ad->rds, ad->store, &c, &a, e) != 0)
		return -1;
	/* The answer has the form a closed session leaves behind. */
	sio_adapter_clean(ad, a.text);
	eio_answer_fini(&a);
	return 0;
}

/* Members of all rooms, each ssid once, and the room it was found in. */
struct members {
	struct slice *ssid, *esid;
	int *room;
	struct eio_command *command; /* EIO_BATCH_MAX, for one round trip */
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
gather(const struct sio_emit *emit, struct redisReply *const *replies,
    struct arena *a, struct members *m)
{
	size_t most = 0;

	for (int r = 0; r < emit->n_rooms; r++)
		most += rds_count(replies[r]) / 2;
	m->ssid = arena_alloc(a, most * sizeof(*m->ssid));
	m->esid = arena_alloc(a, most * sizeof(*m->esid));
	m->room = arena_alloc(a, most * sizeof(*m->room));
	m->command = arena_alloc(a, EIO_BATCH_MAX * sizeof(*m->command));
	for (int r = 0; r < emit->n_rooms; r++)
		for (size_t i = 0; i + 1 < rds_count(replies[r]); i += 2) {
			struct slice ssid = rds_text(rds_at(replies[r], i));

			/* A hash repeats nobody: only further rooms can. */
			if (slice_eq(ssid, emit->except) ||
			    (r > 0 && is_member(m, ssid)) ||
			    m->n == MEMBERS_MAX)
				continue;
			m->ssid[m->n] = ssid;
			m->esid[m->n] = rds_text(rds_at(replies[r], i + 1));
			m->room[m->n++] = r;
		}
}

static void
prune(const struct sio_adapter *ad, const struct sio_emit *emit,
    struct slice room, struct slice ssid)
{
	struct err e = ERR_INIT;
	struct rds_command c;
	char key[EIO_KEY_SIZE];

	room_key(ad, emit->nsp, room, key);
	c = rds_command("HDEL", key, NULL);
	rds_word(&c, ssid);
	/* Whoever emits next prunes it if this fails. */
	if (run_plain(ad, &c, 1, &e) != 0)
		return;
}

static int
push_batch(const struct sio_adapter *ad, const struct sio_emit *emit,
    struct members *m, size_t from, int n, struct err *e)
{
	struct eio_command *c = m->command;
	struct eio_answer a[EIO_BATCH_MAX];
	const struct eio_push push = {
		.message = emit->message,
		.rev = emit->rev,
		.again = emit->again,
		.packet = &emit->packet,
		.n = 1,
	};

	for (int i = 0; i < n; i++)
		eio_store_push(
		    &c[i], ad->store, m->esid[from + (size_t)i], &push);
	if (eio_store_run_many(ad->rds, ad->store, c, n, a, e) != 0)
		return -1;
	for (int i = 0; i < n; i++) {
		size_t at = from + (size_t)i;

		if (a[i].verdict == VERDICT_OK ||
		    a[i].verdict == VERDICT_DELIVER)
			m->reached++;
		if (a[i].verdict == VERDICT_GONE)
			prune(ad, emit, emit->room[m->room[at]], m->ssid[at]);
		if (a[i].verdict == VERDICT_OVERFLOW)
			sio_adapter_clean(ad, a[i].text);
		eio_answer_fini(&a[i]);
	}
	return 0;
}

static int
push_all(const struct sio_adapter *ad, const struct sio_emit *emit,
    struct members *m, struct err *e)
{
	for (size_t at = 0; at < m->n; at += EIO_BATCH_MAX) {
		size_t n =
		    m->n - at < EIO_BATCH_MAX ? m->n - at : EIO_BATCH_MAX;

		if (push_batch(ad, emit, m, at, (int)n, e) != 0)
			return -1;
	}
	return 0;
}

int
sio_adapter_emit(const struct sio_adapter *ad, const struct sio_emit *emit,
    int *reached, struct err *e)
{
	struct rds_command c[SIO_ROOMS_MAX];
	struct redisReply *replies[SIO_ROOMS_MAX];
	char key[SIO_ROOMS_MAX][EIO_KEY_SIZE];
	struct members m = { NULL, NULL, NULL, NULL, 0, 0 };
	struct arena a = ARENA_INIT;
	int rc;

	*reached = 0;
	for (int i = 0; i < emit->n_rooms; i++) {
		room_key(ad, emit->nsp, emit->room[i], key[i]);
		c[i] = rds_command("HGETALL", key[i], NULL);
	}
	if (rds_pipeline(ad->rds, c, emit->n_rooms, replies, e) != 0)
		return -1;
	gather(emit, replies, &a, &m);
	rc = push_all(ad, emit, &m, e);
	*reached = m.reached;
	arena_fini(&a);
	if (free_all(replies, emit->n_rooms, e) != 0)
		return -1;
	return rc;
}

void
sio_adapter_event(
    struct buf *out, struct slice nsp, int64_t id, struct json_object *args)
{
	struct buf json = BUF_INIT;

	jval_print(&json, args);
	buf_addc(out, '4');
	sio_packet_encode(out, SIO_EVENT, nsp, id, buf_slice(&json));
	buf_fini(&json);
}

struct slice
sio_adapter_ssid(struct slice list, struct slice nsp)
{
	struct slice line, name;

	while (slice_cut(&list, '\n', &line))
		if (slice_cut(&line, ' ', &name) && slice_eq(name, nsp) &&
		    line.p != NULL)
			return line;
	return (struct slice){ NULL, 0 };
}

void
sio_adapter_clean(const struct sio_adapter *ad, struct slice left)
{
	long end = slice_find(left, SLICE("\n\n"));
	struct slice list = slice_sub(left, 0, end < 0 ? 0 : (size_t)end + 1);
	struct slice rooms =
	    slice_from_at(left, end < 0 ? left.n : (size_t)end + 2);
	struct sio_emit emit = { .n_rooms = 1 };
	struct slice line, nsp, ssid;

	while (slice_cut(&rooms, '\n', &line)) {
		if (!slice_cut(&line, ' ', &nsp) || line.p == NULL)
			continue;
		ssid = sio_adapter_ssid(list, nsp);
		emit.nsp = nsp;
		if (ssid.p != NULL)
			prune(ad, &emit, line, ssid);
	}
}
