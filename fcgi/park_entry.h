/**
 * The table of requests that are the loop's, and who may touch one. For
 * park.c.
 *
 * A token names a place in the table and the generation of its use, so an old
 * token finds nothing. Until it is HANDED an entry is the request thread's, then
 * the loop's. What others have to say to it is left under the table's lock.
 *
 * Layer:  fcgi
 */
#ifndef FCGI_PARK_ENTRY_H
#define FCGI_PARK_ENTRY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <ev.h>

#include "base/buf.h"
#include "fcgi/request.h"
#include "handlers/handlers.h"
#include "io/wake.h"

/** Held polls of one process: its descriptors end sooner. */
#define PARK_MAX 100000

enum park_state {
	PARK_FREE,
	PARK_MAKING,  /* a request thread fills it in */
	PARK_HANDED,  /* on its way to the loop, or waits for the other one of a
	               * pair */
	PARK_ALONG,   /* a poll that is answered with its POST (pair.h) */
	PARK_ASKING,  /* its script is under way */
	PARK_PARKED,  /* a held poll */
	PARK_WRITING, /* its answer does not fit the socket at once */
	PARK_ABORTED, /* the client went away, the session is being closed */
};

struct park_entry {
	ev_io io;
	ev_timer timer;
	struct park_entry *next; /* in the free list, or of those that wait */
	uint64_t token;
	uint64_t along;      /* of a POST: the poll that comes along; 0: none */
	int64_t deadline_ms; /* monotonic: when the poll must be answered */
	int64_t started_us;
	/* One allocation: headers, identity; until it was ASKING, behind them
	 * the command, and of a POST its body and the sockets it relies on; what a
	 * LATER_WAIT waits for. */
	char *text;
	uint32_t headers_n, id_n, command_n, body_n, joined_n;
	struct wake_payload payload; /* packets left for it; of a POST that
	                              * pairs, what it has for its poll */
	struct buf answer;           /* when WRITING */
	uint32_t sent;
	const struct route *route;
	struct connection connection;
	int status; /* of its answer, when WRITING */
	enum park_state state;
	enum later_kind kind;
	enum eio_speech speech;
	bool octets; /* of a POST, as struct later has it */
	bool pairs;  /* of a POST: a poll may come along with it */
	bool woken;  /* a wake-up came while it was on its way */
	bool taking; /* a take script is under way */
	bool again;  /* and another is wanted after it */
	bool ending; /* its client left: the last script is under way */
	bool stale;  /* its packets are on their way by another path */
	char esid[24];
};

struct park_table {
	pthread_mutex_t lock;
	struct park_entry **entry;
	uint32_t n, cap;
	uint32_t used; /* entries that are not FREE */
	uint32_t generation;
	struct park_entry *free;
	struct buf handed; /* tokens: new on the loop */
	struct buf ready;  /* tokens: packets came for them */
};

/** As struct later has it; nothing of a poll. */
struct slice park_entry_body(const struct park_entry *en);
struct slice park_entry_command(const struct park_entry *en);
struct slice park_entry_joined(const struct park_entry *en);

void park_table_init(struct park_table *t);
void park_table_fini(struct park_table *t);
/** NULL when the lot is full or `esid` is no Engine.IO session id. */
struct park_entry *park_table_new(struct park_table *t, struct slice esid);
/** NULL for a token that is over. `_locked`: the caller holds the lock. */
struct park_entry *park_table_find(struct park_table *t, uint64_t token);
struct park_entry *park_table_find_locked(struct park_table *t, uint64_t token);
/** Tokens of the entries PARKED, of places from <= i < to; how many places. */
uint32_t park_table_parked(
    struct park_table *t, uint32_t from, uint32_t to, struct buf *tokens);
/** Change the state and take what was left on the entry, in one step. */
struct wake_payload park_table_enter(struct park_table *t,
    struct park_entry *en, enum park_state to, bool *woken);
/** Back to the free list. */
void park_table_release(struct park_table *t, struct park_entry *en);
/** The only place where a state changes. Call with the lock held. */
void park_table_set(struct park_entry *en, enum park_state to);

#endif
