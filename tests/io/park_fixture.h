/**
 * The parking lot with socket pairs as the web server's connections, for
 * test_park.c: a lot on its loop, and GETs that are armed, asked of Redis and
 * handed over as a request thread does it. What the lot writes is taken apart.
 */
#ifndef TESTS_IO_PARK_FIXTURE_H
#define TESTS_IO_PARK_FIXTURE_H

#include <sys/resource.h>
#include <sys/socket.h>

#include <poll.h>

#include "eio_fixture.h"

/* The lot is no library: it is compiled in, and its inside can be looked at. */
#include "fcgi/park.c"       /* NOLINT(bugprone-suspicious-include) */
#include "fcgi/park_entry.c" /* NOLINT(bugprone-suspicious-include) */

#define REQUEST_ID 7
/* Far above any wake-up, far below what looks for itself by time. */
#define SOON_MS 5000
#ifdef __SANITIZE_THREAD__
#	define MANY 300
#else
#	define MANY 2000
#endif

static struct eio_fixture f;

/* A process with a lot of its own. */
struct lot {
	struct park *park;
	struct metrics metrics;
	struct wake wake;
	struct eio_store eio;
	pthread_t loop;
	atomic_int ended;
};

static void
on_ended(void *cookie, struct slice left)
{
	struct lot *l = cookie;

	(void)left;
	(void)atomic_fetch_add(&l->ended, 1);
}

static void *
run_loop(void *cookie)
{
	park_run(cookie);
	return NULL;
}

static void
lot_init(struct lot *l, bool sweeps)
{
	memset(l, 0, sizeof(*l));
	(void)snprintf(l->wake.process, sizeof(l->wake.process), "lot");
	l->eio = f.store[PROC_A];
	l->eio.wake = &l->wake;
	l->park = park_new(&(struct park_setup){
	    &l->eio, f.redis.url, &l->metrics, on_ended, l });
	park_wake(l->park, &l->wake);
	if (!sweeps)
		ev_timer_stop(l->park->loop, &l->park->sweep);
	if (pthread_create(&l->loop, NULL, run_loop, l->park) != 0)
		abort();
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	/* Subscribed: wake-ups arrive from here on. */
	for (int i = 0; i < 300; i++) {
		struct redisReply *r =
		    eio_fixture_redis(&f, "PUBSUB NUMSUB t:wake:lot");
		bool there = rds_int(rds_at(r, 1)) == 1;

		rds_reply_free(r);
		if (there)
			return;
		clock_sleep_ms(10);
	}
	CHECK(!"the lot subscribes");
}

static void
lot_fini(struct lot *l)
{
	int64_t from = clock_mono_ms();

	park_drain(l->park);
	(void)pthread_join(l->loop, NULL);
	CHECK(clock_mono_ms() - from < DRAIN_MS + 1000);
	CHECK(atomic_load(&l->metrics.parked) == 0);
	park_free(l->park);
}

static bool
settles(const _Atomic int64_t *what, int64_t n)
{
	int64_t until = clock_mono_ms() + SOON_MS;

	while (atomic_load(what) != n && clock_mono_ms() < until)
		clock_sleep_ms(1);
	return atomic_load(what) == n;
}

/* Sessions. */

static enum eio_verdict
run_on(struct rds *r, const struct eio_store *st, const struct eio_command *c)
{
	struct err e = ERR_INIT;
	struct eio_answer a = { .verdict = VERDICT_GONE };
	enum eio_verdict v;

	if (eio_store_run(r, st, c, &a, &e) != 0)
		return VERDICT_STALE;
	v = a.verdict;
	eio_answer_fini(&a);
	return v;
}

static void
open_session(const struct eio_store *st, const char *esid)
{
	struct eio_command c;

	eio_store_open(&c, st, slice_from(esid), 4, SLICE_EMPTY);
	CHECK(run_on(f.rds, st, &c) == VERDICT_OK);
}

static enum eio_verdict
push_on(struct rds *r, const struct eio_store *st, const char *esid,
    const char *packet)
{
	const struct slice one = slice_from(packet);
	struct eio_command c;

	eio_store_push(&c, st, slice_from(esid),
	    &(struct eio_push){ .packet = &one, .n = 1 });
	return run_on(r, st, &c);
}

/* A GET: the web server's end of it, and the token. */
struct get {
	int fd, theirs;
	uint64_t token;
};

/* Armed and asked of Redis. */
static enum eio_verdict
get_ask(struct get *g, struct rds *r, struct lot *l, const char *esid)
{
	struct eio_command c;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	g->fd = pair[0];
	g->theirs = pair[1];
	g->token = l->wake.arm(l->wake.cookie, slice_from(esid));
	CHECK(g->token != 0);
	eio_store_poll(&c, &l->eio, slice_from(esid), g->token);
	return run_on(r, &l->eio, &c);
}

static void
get_hold(const struct get *g, struct lot *l, int64_t wait_ms)
{
	park_hold(l->park,
	    &(struct park_poll){
		.token = g->token,
		.connection = { g->theirs, REQUEST_ID },
		.wait_ms = wait_ms,
		.headers = SLICE("X-Test: yes\r\n"),
		.request_id = SLICE("r-1"),
		.started_us = clock_mono_us(),
	    });
}

static void
get_give_up(const struct get *g, struct lot *l)
{
	l->wake.disarm(l->wake.cookie, g->token);
	(void)close(g->theirs);
	(void)close(g->fd);
}

/* A GET that is held. */
static struct get
get_park(struct lot *l, const char *esid)
{
	struct get g;

	CHECK(get_ask(&g, f.rds, l, esid) == VERDICT_PARK);
	get_hold(&g, l, 25000);
	return g;
}

/* All that the lot writes until it closes, within `ms`; false: it does not. */
static bool
read_all(int fd, struct buf *out, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = until - clock_mono_ms();
		char *to;
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return false;
		to = buf_room(out, 65536);
		n = read(fd, to, 65536);
		if (n < 0)
			return false;
		if (n == 0)
			return true;
		out->n += (size_t)n;
	}
}

/* The STDOUT of a complete reply; false for anything else. */
static bool
stdout_of(struct slice raw, struct buf *out)
{
	bool closed = false;

	while (raw.n >= 8) {
		const unsigned char *h = (const unsigned char *)raw.p;
		size_t n = (size_t)h[4] << 8 | h[5];

		if (h[0] != 1 || h[2] != 0 || h[3] != REQUEST_ID ||
		    raw.n < 8 + n + h[6])
			return false;
		if (h[1] == 3)
			return closed && n == 8 && raw.n == 8 + n + h[6];
		if (h[1] != 6 || closed)
			return false;
		closed = n == 0;
		buf_add(out, raw.p + 8, n);
		raw = slice_from_at(raw, 8 + n + h[6]);
	}
	return false;
}

struct reply {
	int status;
	struct buf text; /* head and body */
	struct slice body;
};

/* What the web server reads; status 0: nothing came in time. */
static struct reply
get_reply(const struct get *g, int64_t ms)
{
	struct reply r = { 0, BUF_INIT, SLICE_EMPTY };
	struct buf raw = BUF_INIT;
	long head;

	if (read_all(g->fd, &raw, ms) && stdout_of(buf_slice(&raw), &r.text)) {
		head = slice_find(buf_slice(&r.text), SLICE("\r\n\r\n"));
		if (head > 0 && sscanf(r.text.p, "Status: %d", &r.status) == 1)
			r.body =
			    slice_from_at(buf_slice(&r.text), (size_t)head + 4);
	}
	buf_fini(&raw);
	(void)close(g->fd);
	return r;
}

static void
check_reply(int line, const struct get *g, int status, const char *body)
{
	struct reply r = get_reply(g, SOON_MS);

	if (r.status != status)
		(void)printf("# status %d\n", r.status);
	CHECK_ROW(line, r.status == status);
	if (r.status == 200) {
		CHECK_SLICE_ROW(line, r.body, body);
		CHECK_ROW(line,
		    slice_find(buf_slice(&r.text), SLICE("X-Test: yes\r\n")) >=
			0);
	}
	buf_fini(&r.text);
}
#define CHECK_REPLY(get, status, body) check_reply(__LINE__, get, status, body)

#endif
