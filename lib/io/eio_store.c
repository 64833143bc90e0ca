/*
 * Building the commands of the session scripts and reading their answers. The
 * rules themselves are in lua/; what a packet means is decided in lib/proto.
 */
#include "io/eio_store.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/num.h"
#include "io/rds_keys.h"
#include "proto/eio_payload.h"

/* The shard is in the id's first character, so every key of it agrees. */
static unsigned
shard_of(struct slice esid)
{
	return esid.n == 0 ? 0 : (unsigned char)esid.p[0] % KEYS_SHARDS;
}

static void
channel_prefix(const struct eio_store *st, char out[static EIO_KEY_SIZE])
{
	(void)snprintf(out, EIO_KEY_SIZE, KEYS_WAKE, st->prefix, "");
}

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
    unsigned shard, struct slice esid)
{
	c->c = (struct rds_command){ .script = id };
	(void)snprintf(c->key[0], EIO_KEY_SIZE, KEYS_SESSION, st->prefix, shard,
	    SLICE_ARG(esid));
	(void)snprintf(c->key[1], EIO_KEY_SIZE, KEYS_OUTBOX, st->prefix, shard,
	    SLICE_ARG(esid));
	(void)snprintf(c->key[2], EIO_KEY_SIZE, KEYS_DUE, st->prefix, shard);
	(void)snprintf(c->key[3], EIO_KEY_SIZE, KEYS_REVISIONS, st->prefix,
	    shard, SLICE_ARG(esid));
	channel_prefix(st, c->channel);
	add(c, "4");
	for (int i = 0; i < 4; i++)
		add(c, c->key[i]);
	rds_word(&c->c, esid);
	add(c, st->wake->process);
	add(c, c->channel);
}

static void
begin(struct eio_command *c, const struct eio_store *st, enum rds_script id,
    struct slice esid)
{
	start(c, st, id, shard_of(esid), esid);
}

static void
token_word(struct eio_command *c, uint64_t token)
{
	(void)snprintf(c->number[0], sizeof(c->number[0]), "%" PRIu64, token);
	add(c, token == 0 ? "" : c->number[0]);
}

void
eio_store_open(struct eio_command *c, const struct eio_store *st,
    struct slice esid, int version, struct slice principal)
{
	begin(c, st, RDS_OPEN, esid);
	rds_word_int(&c->c, version, c->number[0]);
	rds_word_int(&c->c, st->ping_interval_ms, c->number[1]);
	rds_word_int(&c->c, st->ping_timeout_ms, c->number[2]);
	rds_word_int(&c->c, st->connect_timeout_ms, c->number[3]);
	rds_word(&c->c, principal);
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

void
eio_store_push(struct eio_command *c, const struct eio_store *st,
    struct slice esid, const struct eio_push *push)
{
	static const char *const END[] = {
		[EIO_END_NOT] = "",
		[EIO_END_NOOP] = "noop",
		[EIO_END_CLOSE] = "close",
		[EIO_END_SOFT] = "soft",
	};

	begin(c, st, RDS_PUSH, esid);
	token_word(c, push->post);
	add(c, push->pong ? "1" : "");
	if (push->ns_changed && push->ns.n == 0)
		add(c, "-");
	else
		rds_word(&c->c, push->ns_changed ? push->ns : SLICE_EMPTY);
	add(c, END[push->end]);
	rds_word(&c->c, push->message);
	rds_word_int(&c->c, push->rev, c->number[1]);
	add(c, push->again ? "1" : "");
	c->c.more = push->packet;
	c->c.n_more = push->n;
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
	start(c, st, RDS_SWEEP, shard, SLICE_EMPTY);
	rds_word_int(&c->c, claim_ms, c->number[0]);
	rds_word_int(&c->c, limit, c->number[1]);
}

void
eio_store_room(struct eio_command *c, const struct eio_store *st,
    struct slice esid, bool join, struct slice line)
{
	begin(c, st, RDS_ROOM, esid);
	add(c, join ? "join" : "leave");
	rds_word(&c->c, line);
}

void
eio_store_quit(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice nsp)
{
	begin(c, st, RDS_QUIT, esid);
	rds_word(&c->c, nsp);
}

void
eio_store_ask(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice nsp, struct slice waiting)
{
	begin(c, st, RDS_ASK, esid);
	rds_word(&c->c, nsp);
	rds_word(&c->c, waiting);
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
	a->ms = rds_int(rds_at(reply, 1));
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

void
eio_answer_payload(const struct eio_answer *a, struct buf *out)
{
	for (size_t i = 0; i < a->n; i++)
		eio_payload_add(out, eio_answer_packet(a, i));
}

/* Packets taken for a GET that this process holds: to the parking lot. */
static void
deliver(const struct wake *wake, const struct eio_answer *a)
{
	struct buf payload = BUF_INIT;
	int64_t token;

	if (a->verdict != VERDICT_DELIVER ||
	    !num_parse(a->text, 1, INT64_MAX, &token))
		return;
	eio_answer_payload(a, &payload);
	wake->deliver(wake->cookie, (uint64_t)token, buf_slice(&payload));
	buf_fini(&payload);
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
