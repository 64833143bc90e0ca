/*
 * publish ROOMS RATE BATCH: numbers events into the rooms of ledger.c from
 * outside of its processes, as the worker does.
 *
 * Emits tick(room, n, filler) to one of the rooms "0" to ROOMS-1 by chance, n
 * counting from 1 in each room, RATE times a second; now and then up to BATCH of
 * them at once, and one that is more than a socket takes in one write. Prints
 * "ROOM N" for each that was emitted. Ends when standard input does. An emit
 * that failed may have reached somebody, so it is never tried again: the program
 * ends with status 1.
 *
 * REDIS_URL and REDIS_PREFIX are those of ledger.fcgi. SEED in the environment
 * makes the same choices again.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ck.h"
#include "base/num.h"
#include "harness/app.h"
#include "io/clock.h"
#include "io/sio_adapter.h"
#include "proto/jval.h"
#include "tests/torture/ledger.h"

#define SECOND_US INT64_C(1000000)

/* One round in so many is a batch. */
#define BATCH_EVERY 8

/* One tick in so many is large: few enough for the log of a lost socket. */
#define LARGE_EVERY 3000
#define LARGE_SIZE  250000

#define LIMIT 1000000

static const struct app_default DEFAULTS[] = {
	{ "REDIS_PREFIX", LEDGER_PREFIX },
	{ "SEED", "1" },
	/* Redis is never killed here, but the machine may be busy. */
	{ "DIRECTOR_REDIS_TIMEOUT_MS", "5000" },
};

struct publisher {
	struct sio_adapter sockets;
	int64_t rooms, rate, batch;
	int64_t *last; /* number of each room */
	uint64_t state;
};

/* xorshift64: the same for the same seed. */
static int64_t
below(struct publisher *p, int64_t limit)
{
	p->state ^= p->state << 13;
	p->state ^= p->state >> 7;
	p->state ^= p->state << 17;
	return (int64_t)(p->state % (uint64_t)limit);
}

/* ["tick", room, n, filler] */
static struct json_object *
tick(struct publisher *p, const char *room, int64_t n)
{
	static char filler[LARGE_SIZE];
	struct json_object *args = json_object_new_array();
	size_t size = below(p, LARGE_EVERY) == 0 ? sizeof(filler) : 0;

	memset(filler, '.', size);
	(void)json_object_array_add(args, json_object_new_string("tick"));
	(void)json_object_array_add(args, json_object_new_string(room));
	(void)json_object_array_add(args, json_object_new_int64(n));
	(void)json_object_array_add(
	    args, jval_new_str((struct slice){ filler, size }));
	return args;
}

static int
emit_tick(struct publisher *p, struct err *e)
{
	int64_t *last = &p->last[below(p, p->rooms)];
	struct buf packet = BUF_INIT;
	struct sio_emit emit = { .nsp = SLICE(LEDGER_NAMESPACE), .n_rooms = 1 };
	struct json_object *args;
	char room[24];
	int reached, rc;

	(void)snprintf(room, sizeof(room), "%td", last - p->last);
	args = tick(p, room, *last + 1);
	sio_adapter_event(&packet, emit.nsp, args);
	emit.room[0] = slice_from(room);
	emit.packet = buf_slice(&packet);
	rc = sio_adapter_emit(&p->sockets, &emit, &reached, e);
	buf_fini(&packet);
	(void)json_object_put(args);
	if (rc == 0)
		(void)printf("%s %lld\n", room, (long long)++*last);
	return rc;
}

static int
emit_some(struct publisher *p, int64_t n, struct err *e)
{
	for (int64_t i = 0; i < n; i++)
		if (emit_tick(p, e) != 0)
			return -1;
	return fflush(stdout) == 0
	    ? 0
	    : err_set(e, ERR_INTERNAL, "nobody listens any more");
}

/* True when standard input has ended; nothing is ever written to it. */
static bool
ended(int64_t wait_us)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&pfd, 1, wait_us > 0 ? (int)(wait_us / 1000) : 0) != 0;
}

static int
publish(struct publisher *p, struct err *e)
{
	int64_t due = clock_mono_us();

	while (!ended(due - clock_mono_us())) {
		int64_t n =
		    below(p, BATCH_EVERY) == 0 ? 1 + below(p, p->batch) : 1;

		if (emit_some(p, n, e) != 0)
			return -1;
		due += n * SECOND_US / p->rate;
	}
	return 0;
}

static bool
take_arguments(struct publisher *p, int argc, char **argv)
{
	int64_t seed;

	if (argc != 4 || !num_parse(slice_from(argv[1]), 1, LIMIT, &p->rooms) ||
	    !num_parse(slice_from(argv[2]), 1, LIMIT, &p->rate) ||
	    !num_parse(slice_from(argv[3]), 1, LIMIT, &p->batch) ||
	    !num_parse(slice_from(getenv("SEED")), 1, NUM_JS_MAX, &seed))
		return false;
	/* Not all zeros, and small seeds are no neighbours. */
	p->state = (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15);
	p->last = ck_calloc((size_t)p->rooms, sizeof(*p->last));
	return true;
}

int
main(int argc, char **argv)
{
	struct wake wake = { .cookie = NULL }; /* holds no polls */
	struct rds_breaker *breaker = rds_breaker_new();
	struct publisher p = { .rate = 0 };
	struct eio_store store = { .wake = &wake };
	struct conf conf;
	struct err e = ERR_INIT;
	int rc = 0;

	if (app_conf(&conf, "publish", DEFAULTS, COUNT(DEFAULTS)) != 0)
		return 1;
	if (!take_arguments(&p, argc, argv)) {
		(void)fprintf(stderr, "usage: publish ROOMS RATE BATCH\n");
		return 1;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	store.prefix = conf.redis_prefix;
	store.ping_interval_ms = conf.ping_interval_ms;
	store.ping_timeout_ms = conf.ping_timeout_ms;
	store.connect_timeout_ms = conf.connect_timeout_ms;
	store.recovery_ms = conf.recovery_ms;
	p.sockets = (struct sio_adapter){
		rds_new(conf.redis_url, conf.redis_timeout_ms, breaker), &store
	};
	if (publish(&p, &e) != 0) {
		(void)fprintf(stderr, "publish: %s\n", e.msg);
		rc = 1;
	}
	rds_free(p.sockets.rds);
	rds_breaker_free(breaker);
	free(p.last);
	conf_fini(&conf);
	return rc;
}
