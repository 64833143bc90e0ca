/*
 * Building the commands of the session scripts and reading their answers. The
 * rules themselves are in lua/; what a packet means is decided in lib/proto.
 */
#include "io/eio_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ck.h"
#include "base/num.h"
#include "io/rds_keys.h"
#include "proto/eio_payload.h"

void
eio_store_channel(const struct eio_store *st, char out[static EIO_KEY_SIZE])
{
	(void)snprintf(
	    out, EIO_KEY_SIZE, KEYS_WAKE, st->prefix, st->wake->process);
}

static void
add(struct eio_command *c, const char *word)
{
	rds_word(&c->c, slice_from(word));
}

static void
start(struct eio_command *c, const struct eio_store *st, enum rds_script id,
    struct slice esid)
{
	c->c = (struct rds_command){ .script = id };
	(void)snprintf(c->prefix, EIO_KEY_SIZE, KEYS_PREFIX, st->prefix);
	add(c, "1");
	add(c, c->key);
	add(c, c->prefix);
	rds_word(&c->c, esid);
	add(c, st->wake->process);
}

static void
begin(struct eio_command *c, const struct eio_store *st, enum rds_script id,
    struct slice esid)
{
	(void)snprintf(
	    c->key, EIO_KEY_SIZE, KEYS_SESSION, st->prefix, SLICE_ARG(esid));
	start(c, st, id, esid);
}

static void
token_word(struct eio_command *c, uint64_t token)
{
	(void)snprintf(c->number[0], sizeof(c->number[0]), "%" PRIu64, token);
	add(c, token == 0 ? "" : c->number[0]);
}

void
eio_store_open(struct eio_command *c, const struct eio_store *st,
    struct slice esid, enum eio_speech speech, bool joins,
    struct slice principal)
{
	begin(c, st, RDS_OPEN, esid);
	rds_word_int(&c->c, (int)speech, c->number[0]);
	rds_word_int(&c->c, st->ping_interval_ms, c->number[1]);
	rds_word_int(&c->c, st->ping_timeout_ms, c->number[2]);
	rds_word_int(&c->c, joins ? st->connect_timeout_ms : 0, c->number[3]);
	rds_word(&c->c, principal);
	rds_word_int(&c->c, st->recovery_ms, c->number[4]);
}

void
eio_store_poll(struct eio_command *c, const struct eio_store *st,
    struct slice esid, uint64_t token)
{
	begin(c, st, RDS_POLL, esid);
	token_word(c, token);
}

void
eio_store_take(struct eio_command *c, const struct eio_store *st,
    struct slice esid, uint64_t token, enum eio_why why)
{
	static const char *const WHY[] = {
		[EIO_LOOK] = "look",
		[EIO_DRAIN] = "drain",
		[EIO_ABORT] = "abort",
	};

	begin(c, st, RDS_TAKE, esid);
	token_word(c, token);
	add(c, WHY[why]);
}

void
eio_store_begin(struct eio_command *c, const struct eio_store *st,
    struct slice esid, uint64_t token)
{
	begin(c, st, RDS_BEGIN, esid);
	token_word(c, token);
}

/* The flags of a push are "1" or "". */
static void
flag(struct eio_command *c, bool value)
{
	add(c, value ? "1" : "");
}

static void
push_parts(struct eio_command *c, const struct eio_push *push)
{
	if (push->parts_ms == EIO_PARTS_AS_THEY_ARE)
		add(c, "");
	else
		rds_word_int(&c->c, push->parts_ms, c->number[2]);
	rds_word_int(&c->c, push->n_parts, c->number[3]);
	c->c.more = push->packet;
	c->c.n_more = push->n + push->n_parts;
}

void
eio_store_push(struct eio_command *c, const struct eio_store *st,
    struct slice esid, const struct eio_push *push)
{
	static const char *const END[] = {
		[EIO_END_NOT] = "",
		[EIO_END_NOOP] = "noop",
		[EIO_END_CLOSE] = "close",
		[EIO_END_LOST] = "lost",
		[EIO_END_SOFT] = "soft",
	};

	begin(c, st, RDS_PUSH, esid);
	if (push->whole)
		add(c, "=");
	else
		token_word(c, push->post);
	flag(c, push->alive);
	rds_word(&c->c, push->ns);
	add(c, END[push->end]);
	rds_word(&c->c, push->message);
	rds_word_int(&c->c, push->rev, c->number[1]);
	flag(c, push->again);
	rds_word(&c->c, push->joined);
	if (push->speech == EIO_ANY)
		add(c, "");
	else
		rds_word_int(&c->c, (int)push->speech, c->number[4]);
	flag(c, push->is_volatile);
	push_parts(c, push);
}

void
eio_store_tick(
    struct eio_command *c, const struct eio_store *st, struct slice esid)
{
	begin(c, st, RDS_TICK, esid);
}

void
eio_store_sweep(struct eio_command *c, const struct eio_store *st,
    unsigned shard, int64_t claim_ms, int limit)
{
	(void)snprintf(c->key, EIO_KEY_SIZE, KEYS_DUE, st->prefix, shard);
	start(c, st, RDS_SWEEP, SLICE_EMPTY);
	rds_word_int(&c->c, claim_ms, c->number[0]);
	rds_word_int(&c->c, limit, c->number[1]);
}

void
eio_store_room(struct eio_command *c, const struct eio_store *st, bool join,
    const struct sio_socket *socket, struct slice room)
{
	begin(c, st, RDS_ROOM, socket->esid);
	if (join)
		add(c, socket->fresh ? "enter" : "join");
	else
		add(c, "leave");
	rds_word(&c->c, socket->nsp);
	rds_word(&c->c, socket->ssid);
	rds_word(&c->c, socket->pid);
	rds_word(&c->c, room);
}

void
eio_store_recover(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice pid, struct slice nsp, int64_t seen)
{
	begin(c, st, RDS_RECOVER, esid);
	rds_word(&c->c, pid);
	rds_word(&c->c, nsp);
	rds_word_int(&c->c, seen, c->number[0]);
}

void
eio_store_ask(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice nsp, struct slice waiting,
    int64_t timeout_ms)
{
	begin(c, st, RDS_ASK, esid);
	rds_word(&c->c, nsp);
	rds_word(&c->c, waiting);
	rds_word_int(&c->c, timeout_ms, c->number[0]);
}

void
eio_store_acked(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice nsp, int64_t id)
{
	begin(c, st, RDS_ACKED, esid);
	rds_word(&c->c, nsp);
	rds_word_int(&c->c, id, c->number[0]);
}

static enum eio_verdict
verdict_of(struct slice name)
{
	static const struct {
		const char *name;
		enum eio_verdict verdict;
	} TABLE[] = {
		{ "ok", VERDICT_OK },
		{ "packets", VERDICT_PACKETS },
		{ "park", VERDICT_PARK },
		{ "wait", VERDICT_WAIT },
		{ "stale", VERDICT_STALE },
		{ "overlap", VERDICT_OVERLAP },
		{ "closed", VERDICT_CLOSED },
		{ "deliver", VERDICT_DELIVER },
		{ "overflow", VERDICT_OVERFLOW },
		{ "old", VERDICT_OLD },
		{ "changed", VERDICT_CHANGED },
		{ "asks", VERDICT_ASKS },
		{ "full", VERDICT_FULL },
	};

	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (slice_eqs(name, TABLE[i].name))
			return TABLE[i].verdict;
	return VERDICT_GONE;
}

/* Every answer begins with these three; packets follow. */
#define ANSWER_HEAD 3

void
eio_answer_read(struct eio_answer *a, struct redisReply *reply)
{
	size_t n = rds_count(reply);

	a->reply = reply;
	a->verdict = verdict_of(rds_text(rds_at(reply, 0)));
	a->number = rds_int(rds_at(reply, 1));
	a->text = rds_text(rds_at(reply, 2));
	a->n = n > ANSWER_HEAD ? n - ANSWER_HEAD : 0;
}

void
eio_answer_fini(struct eio_answer *a)
{
	rds_reply_free(a->reply);
	*a = (struct eio_answer){ .verdict = VERDICT_GONE };
}

struct slice
eio_answer_packet(const struct eio_answer *a, size_t i)
{
	return rds_text(rds_at(a->reply, ANSWER_HEAD + i));
}

bool
eio_answer_ended(const struct eio_answer *a)
{
	return slice_eqs(a->text, "ended");
}

/*
 * What was queued as one may be a binary event and its attachments: they go out
 * singly. (A text of version 3 may hold the separator too, as itself.)
 */
static bool
next_packet(struct slice *rest, struct slice *one)
{
	if (rest->p == NULL || slice_starts(*rest, SLICE("45")) ||
	    slice_starts(*rest, SLICE("46")) || slice_starts(*rest, SLICE("b")))
		return slice_cut(rest, EIO_SEPARATOR, one);
	*one = *rest;
	*rest = (struct slice){ NULL, 0 };
	return true;
}

static size_t
count_packets(const struct eio_answer *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct slice rest = eio_answer_packet(a, i), one;

		while (next_packet(&rest, &one))
			n++;
	}
	return n;
}

bool
eio_answer_payload(const struct eio_answer *a, struct buf *out)
{
	enum eio_speech speech = eio_session_speech(a->number);
	struct slice *packets;
	size_t n = 0;
	bool binary;

	if (speech == EIO_V4) {
		for (size_t i = 0; i < a->n; i++)
			eio_payload_add(out, eio_answer_packet(a, i));
		return false;
	}
	packets = ck_calloc(count_packets(a), sizeof(*packets));
	for (size_t i = 0; i < a->n; i++) {
		struct slice rest = eio_answer_packet(a, i), one;

		while (next_packet(&rest, &one))
			packets[n++] = one;
	}
	binary = eio_payload_join(out, eio_session_framing(speech), packets,
		     n) == EIO_BINARY;
	free(packets);
	return binary;
}

/* Packets taken for a GET that this process holds: to the parking lot. */
static void
deliver(const struct wake *wake, const struct eio_answer *a)
{
	struct wake_payload payload = { .body = BUF_INIT };
	int64_t token;

	if (a->verdict != VERDICT_DELIVER ||
	    !num_parse(a->text, 1, INT64_MAX, &token))
		return;
	payload.binary = eio_answer_payload(a, &payload.body);
	wake->deliver(wake->cookie, (uint64_t)token, &payload);
	buf_fini(&payload.body);
}

int
eio_store_run_many(struct rds *r, const struct eio_store *st,
    const struct eio_command *c, int n, struct eio_answer *a, struct err *e)
{
	struct rds_command commands[EIO_BATCH_MAX] = { { .n = 0 } };
	struct redisReply *replies[EIO_BATCH_MAX];
	int rc = 0;

	for (int i = 0; i < n; i++)
		commands[i] = c[i].c;
	if (rds_pipeline(r, commands, n, replies, e) != 0)
		return -1;
	for (int i = 0; i < n; i++) {
		if (rds_is_error(replies[i]))
			rc = err_set(e, ERR_UNAVAILABLE, "Redis refused");
		eio_answer_read(&a[i], replies[i]);
		deliver(st->wake, &a[i]);
	}
	for (int i = 0; i < n && rc != 0; i++)
		eio_answer_fini(&a[i]);
	return rc;
}

int
eio_store_run(struct rds *r, const struct eio_store *st,
    const struct eio_command *c, struct eio_answer *a, struct err *e)
{
	struct redisReply *reply = rds_call(r, &c->c, e);

	if (reply == NULL)
		return -1;
	eio_answer_read(a, reply);
	deliver(st->wake, a);
	return 0;
}
