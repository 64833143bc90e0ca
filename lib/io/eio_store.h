/**
 * Engine.IO sessions in Redis. Each call is one script (lib/io/lua/), atomic,
 * with the clock of Redis: any process answers any request of any session.
 *
 * A command is built first and run second, so that request threads (rds.h) and
 * the event loop (rds_async.h) share all of it.
 *
 * Ownership: a command borrows its arguments until it was sent. An answer owns
 * its reply: eio_answer_fini(). Packets are encoded Engine.IO packets.
 * Units: milliseconds.
 * Failure: -1 with ERR_UNAVAILABLE when Redis does not answer. What Redis
 * answers is checked: an answer of another shape is VERDICT_GONE.
 * Layer:  io (transport)
 * Spec:   Engine.IO v4; rules C, D, E of the polling protocol
 */
#ifndef IO_EIO_STORE_H
#define IO_EIO_STORE_H

#include "base/buf.h"
#include "io/rds.h"
#include "io/wake.h"

/** Where sessions are; const after start. */
struct eio_store {
	const char *prefix;
	const struct wake *wake; /* this process */
	int64_t ping_interval_ms;
	int64_t ping_timeout_ms;
	int64_t connect_timeout_ms;
};

enum eio_verdict {
	VERDICT_GONE,     /* no such session (any more) */
	VERDICT_OK,       /* done */
	VERDICT_PACKETS,  /* answer these */
	VERDICT_PARK,     /* hold the GET for `ms` */
	VERDICT_WAIT,     /* go on holding it for `ms` */
	VERDICT_STALE,    /* the lease or the POST was overtaken */
	VERDICT_OVERLAP,  /* two at once: 400, the session is closed */
	VERDICT_CLOSED,   /* the session ended by this */
	VERDICT_DELIVER,  /* `text` is the token of a GET of ours to answer */
	VERDICT_OVERFLOW, /* the outbox was full; the session is closed */
	VERDICT_OLD,      /* an older revision than the session has seen */
};

struct eio_answer {
	enum eio_verdict verdict;
	int64_t ms;
	struct slice text; /* e.g. what a closed session leaves behind */
	struct redisReply *reply;
	size_t n; /* packets */
};

void eio_answer_fini(struct eio_answer *a);
struct slice eio_answer_packet(const struct eio_answer *a, size_t i);
/** All packets joined as one payload. */
void eio_answer_payload(const struct eio_answer *a, struct buf *out);
/** Take a reply apart; the answer owns it from here on. */
void eio_answer_read(struct eio_answer *a, struct redisReply *reply);

#define EIO_KEY_SIZE 192
struct eio_command {
	struct rds_command c;
	char key[4][EIO_KEY_SIZE];
	char channel[EIO_KEY_SIZE];
	char number[5][24];
};

void eio_store_open(struct eio_command *c, const struct eio_store *st,
    struct slice esid, int version, struct slice principal);
void eio_store_poll(struct eio_command *c, const struct eio_store *st,
    struct slice esid, uint64_t token);

enum eio_why {
	EIO_LOOK,  /* a wake-up or a deadline */
	EIO_DRAIN, /* the process stops */
	EIO_ABORT, /* the client went away */
};
void eio_store_take(struct eio_command *c, const struct eio_store *st,
    struct slice esid, uint64_t token, enum eio_why why);
void eio_store_begin(struct eio_command *c, const struct eio_store *st,
    struct slice esid, uint64_t token);

/** How a push ends the session. */
enum eio_end {
	EIO_END_NOT,
	EIO_END_NOOP,  /* the client closed: a held GET gets a noop */
	EIO_END_CLOSE, /* an error: a held GET gets a close packet */
	EIO_END_SOFT,  /* packets are delivered first, then a close packet */
};

struct eio_push {
	uint64_t post; /* token of the POST that ends here; 0: none */
	bool pong;
	bool ns_changed;
	struct slice ns; /* the new list of namespaces */
	enum eio_end end;
	struct slice message; /* chat message of the revision; empty: none */
	int64_t rev;
	bool again; /* the same revision passes */
	const struct slice *packet;
	int n;
};

void eio_store_push(struct eio_command *c, const struct eio_store *st,
    struct slice esid, const struct eio_push *push);
void eio_store_tick(
    struct eio_command *c, const struct eio_store *st, struct slice esid);
/** What is due in a shard; the packets of the answer are esids. */
void eio_store_sweep(struct eio_command *c, const struct eio_store *st,
    unsigned shard, int64_t claim_ms, int limit);
/** The session notes a room, "NSP ROOM\n", for the cleaning at its end. */
void eio_store_room(struct eio_command *c, const struct eio_store *st,
    struct slice esid, bool join, struct slice line);
/** The socket of a namespace leaves all its rooms; `text`: what they were. */
void eio_store_quit(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice nsp);
/** An ack asked of the client: `ms` of the answer is its id. */
void eio_store_ask(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice nsp, struct slice waiting);
void eio_store_acked(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice nsp, int64_t id);

/**
 * Run it on a connection and read the answer; packets that came back for a GET
 * that this process holds are on their way to it.
 */
int eio_store_run(struct rds *r, const struct eio_store *st,
    const struct eio_command *c, struct eio_answer *a,
    struct err *e) MUST_CHECK;
/** At most EIO_BATCH_MAX of them in one round trip; all or none on -1. */
#define EIO_BATCH_MAX 32
int eio_store_run_many(struct rds *r, const struct eio_store *st,
    const struct eio_command *c, int n, struct eio_answer *a,
    struct err *e) MUST_CHECK;

/** Channel on which the wake-ups of this process arrive. */
void
eio_store_channel(const struct eio_store *st, char out[static EIO_KEY_SIZE]);

#endif
