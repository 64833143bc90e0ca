/**
 * The load generator: what its files share. One process has one `struct load`,
 * a table of clients and one epoll instance; several processes share only
 * their results, which the parent adds up.
 *
 *   load.c         options, processes, the line that is printed
 *   load_modes.c   what clients do once they are connected, and when
 *   load_client.c  a Socket.IO client over polling: a GET and a POST connection
 *   load_conn.c    HTTP
 *
 * Layer:  tests
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/load_conn.h"

/** Latencies: 32 steps to each power of two, so within 3 %. */
#define LOAD_STEPS    ((size_t)32)
#define LOAD_BUCKETS  (LOAD_STEPS * 40)
#define LOAD_WHY_SIZE 200
/** An Engine.IO session id has 20 characters in most servers. */
#define LOAD_SID_SIZE 64

struct load_options {
	const char *mode, *path;
	int64_t port, clients, seconds, warm, processes, sources, rate;
	int64_t opening;    /* handshakes under way at once */
	int64_t life_ms;    /* of a client, in churn */
	int64_t timeout_s;  /* of a request */
	int64_t open_s;     /* who has not opened all by then goes on without */
	int64_t fresh;      /* open: new connections for each session */
	int64_t leave;      /* open: end sessions without packet 1 */
	int64_t idle_posts; /* hold: keep idle POST connections */
};

/** In memory shared with the parent. */
struct load_result {
	int64_t events, sessions, acks, pongs, errors, resent, held, gone;
	int64_t window_us;
	_Atomic bool ready;      /* all clients are open */
	_Atomic bool go;         /* so are those of all processes */
	char why[LOAD_WHY_SIZE]; /* the first error */
	uint32_t latency[LOAD_BUCKETS];
};

enum client_state {
	CLIENT_IDLE,
	CLIENT_OPENING,
	CLIENT_OPEN
};

struct client {
	struct load *load;
	struct conn get, post;
	int64_t since_us; /* of the event or, before that, of the start */
	enum client_state state;
	bool polls; /* each answered GET is followed by the next */
	bool pong_due;
	bool acked;     /* the ack of the event in flight came */
	bool connected; /* CONNECT was answered */
	int id; /* of that event: one digit, so that all cost the same */
	char sid[LOAD_SID_SIZE];
};

/** What a mode is made of. */
struct load_mode {
	const char *name;
	bool polls;   /* clients keep a GET outstanding */
	bool waits;   /* time counts from when all clients are open */
	bool session; /* false: constants are asked for, there is no session */
	void (*opened)(struct client *c);
	void (*progress)(struct client *c); /* an answer or an ack came */
	void (*tick)(struct load *load);    /* every 10 ms; may be NULL */
};

struct load {
	const struct load_options *opt;
	const struct load_mode *mode;
	struct load_result *result;
	struct client *clients;
	struct conn_net net;
	int64_t now_us, begin_us, checked_us;
	int64_t warm_us, window_us; /* 0 until they begin */
	int n_clients, n_opening, n_open, next;
	int64_t started;
	int rate; /* of this process */
};

/* load_client.c */
void client_start(struct client *c);
void client_stop(struct client *c);
void client_get(struct client *c);
void client_post(struct client *c, struct slice payload);
void client_event(struct client *c);
void client_go_on(struct conn *x, uint32_t events);
void client_check_time(struct client *c);

/* load_modes.c */
const struct load_mode *load_mode_find(const char *name);
/** The whole life of one process. */
void load_run(struct load *load);
int64_t load_clock_us(void);

#endif
