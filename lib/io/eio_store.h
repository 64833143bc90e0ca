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
#include "proto/eio_session.h"

/** Where sessions are; const after start. */
struct eio_store {
	const char *prefix;
	const struct wake *wake; /* this process */
	int64_t ping_interval_ms;
	int64_t ping_timeout_ms;
	int64_t connect_timeout_ms;
	int64_t recovery_ms; /* how long a lost socket can be recovered */
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
	VERDICT_CHANGED,  /* the session is not as the push demands */
	VERDICT_ASKS,     /* packets: "NSP ID STATE" of acks that are overdue */
	VERDICT_FULL,     /* as many rooms or asks as there may be */
};

struct eio_answer {
	enum eio_verdict verdict;
	int64_t number;    /* ms to wait, or with packets what is spoken */
	struct slice text; /* "ended": the session ended by this */
	struct redisReply *reply;
	size_t n; /* packets */
};

void eio_answer_fini(struct eio_answer *a);
struct slice eio_answer_packet(const struct eio_answer *a, size_t i);
/** All packets as one payload; true: it is binary (octet-stream). */
bool eio_answer_payload(const struct eio_answer *a, struct buf *out);
/** Did a session end by this? */
bool eio_answer_ended(const struct eio_answer *a);
/** Take a reply apart; the answer owns it from here on. */
void eio_answer_read(struct eio_answer *a, struct redisReply *reply);

#define EIO_KEY_SIZE 192
struct eio_command {
	struct rds_command c;
	char key[EIO_KEY_SIZE];
	char prefix[EIO_KEY_SIZE];
	char number[6][24];
};

/** `joins`: it ends unless it joins a namespace in time. */
void eio_store_open(struct eio_command *c, const struct eio_store *st,
    struct slice esid, enum eio_speech speech, bool joins,
    struct slice principal);
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
	EIO_END_CLOSE, /* an error of the client: a held GET gets a close packet,
	                  its sockets cannot be recovered */
	EIO_END_LOST,  /* an error of ours: they can */
	EIO_END_SOFT,  /* packets are delivered first, then a close packet */
};

/** Sent before a packet: it is an event of a socket that may be recovered, so
 *  it is numbered and logged. Its attachments follow behind separators. */
#define EIO_LOGGED '+'
/** `parts_ms` of a push that changes nothing about half-received packets. */
#define EIO_PARTS_AS_THEY_ARE (-1)

struct eio_push {
	uint64_t post;          /* token of the POST that ends here; 0: none */
	bool whole;             /* a POST in one step, without begin */
	enum eio_speech speech; /* of a whole POST: as it must be; 0: any */
	bool alive;             /* a sign of life came */
	struct slice ns;        /* "+NSP SSID[ PID]\n" joined, "-NSP\n" left */
	struct slice joined;    /* what must be true, a line each: "NSP SSID" is
	                           joined, "!NSP" is not */
	enum eio_end end;
	struct slice message; /* chat message of the revision; empty: none */
	int64_t rev;
	bool again;       /* the same revision passes */
	bool is_volatile; /* dropped where no GET is held */
	int64_t
	    parts_ms; /* how long to wait for the rest of a binary packet; 0:
	                     there is none */
	const struct slice *packet; /* `n` packets, then `n_parts` parts */
	int n, n_parts;
};

void eio_store_push(struct eio_command *c, const struct eio_store *st,
    struct slice esid, const struct eio_push *push);
void eio_store_tick(
    struct eio_command *c, const struct eio_store *st, struct slice esid);
/** What is due in a shard; the packets of the answer are esids. */
void eio_store_sweep(struct eio_command *c, const struct eio_store *st,
    unsigned shard, int64_t claim_ms, int limit);
/** A socket: what a namespace knows of a client. */
struct sio_socket {
	struct slice nsp;
	struct slice ssid;
	struct slice pid; /* empty: it cannot be recovered */
	bool fresh;       /* it is about to be connected */
	struct slice esid;
	struct slice principal;
};
void eio_store_room(struct eio_command *c, const struct eio_store *st,
    bool join, const struct sio_socket *socket, struct slice room);
/** The socket of `pid` comes back in this session; `text` is its ssid, and then
 *  " ended" if its old session was still open. */
void eio_store_recover(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice pid, struct slice nsp, int64_t seen);
/** An ack asked of the client: `number` of the answer is its id. */
void eio_store_ask(struct eio_command *c, const struct eio_store *st,
    struct slice esid, struct slice nsp, struct slice waiting,
    int64_t timeout_ms);
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
