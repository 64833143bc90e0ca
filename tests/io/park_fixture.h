/**
 * The parking lot with socket pairs as the web server's connections, for
 * test_park.c: a lot on its loop, and requests that are handed over as a request
 * thread does it. What the lot writes is taken apart.
 */
#ifndef TESTS_IO_PARK_FIXTURE_H
#define TESTS_IO_PARK_FIXTURE_H

#include <sys/resource.h>
#include <sys/socket.h>

#include <poll.h>

#include "eio_fixture.h"
#include "handlers/polling.h"

/* The lot is no library: it is compiled in, and its inside can be looked at. */
#include "fcgi/identity.c" /* NOLINT(bugprone-suspicious-include) */
#include "fcgi/pair.c"     /* NOLINT(bugprone-suspicious-include) */
#include "fcgi/park.c"
#include "fcgi/park_answer.c" /* NOLINT(bugprone-suspicious-include) */
#include "fcgi/park_entry.c"  /* NOLINT(bugprone-suspicious-include) */
#include "fcgi/park_pair.c"   /* NOLINT(bugprone-suspicious-include) */

#define REQUEST_ID 7
/* Far above any wake-up, far below what looks for itself by time. */
#define SOON_MS 5000
#ifdef __SANITIZE_THREAD__
#	define MANY 300
#else
#	define MANY 2000
#endif

static struct eio_fixture f;

/* A request, as the web server has it. */
struct client {
	int fd, theirs; /* its end, and the lot's */
	uint64_t token; /* of a GET that is held */
};

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
get_reply(const struct client *g, int64_t ms)
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
check_reply(int line, const struct client *g, int status, const char *body)
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
#define CHECK_REPLY(request, status, body) \
	check_reply(__LINE__, request, status, body)

static bool
settles(const _Atomic int64_t *what, int64_t n)
{
	int64_t until = clock_mono_ms() + SOON_MS;

	while (atomic_load(what) != n && clock_mono_ms() < until)
		clock_sleep_ms(1);
	return atomic_load(what) == n;
}

/* A process with a lot of its own. */
struct lot {
	struct park *park;
	struct metrics metrics;
	struct wake wake;
	struct eio_store eio;
	pthread_t loop;
	/* The last POST that has to be run again, as text. */
	struct buf again;
	_Atomic int64_t n_again;
};

static const struct route ROUTE = { .pattern = "/socket.io/" };

/* The POST is run again elsewhere; here it is written down. */
static void
on_again(void *cookie, const struct park_again *post)
{
	struct lot *l = cookie;

	buf_clear(&l->again);
	buf_add_slice(&l->again, post->esid);
	buf_add_slice(&l->again, post->headers);
	buf_add_slice(&l->again, post->identity);
	buf_add_slice(&l->again, post->body);
	buf_adds(&l->again, post->octets ? " octets " : " text ");
	buf_adds(&l->again, post->last ? "last " : "");
	buf_adds(&l->again, post->route->pattern);
	(void)close(post->connection.fd);
	(void)atomic_fetch_add(&l->n_again, 1);
}

static void *
run_loop(void *cookie)
{
	park_run(cookie);
	return NULL;
}

static struct client
request_hand(struct lot *l, const char *esid, const struct later *later)
{
	struct client r = { .token = 0 };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		abort();
	r.fd = pair[0];
	r.theirs = pair[1];
	CHECK(park_hold(l->park,
	    &(struct park_request){
		.later = later,
		.route = &ROUTE,
		.esid = slice_from(esid),
		.connection = { r.theirs, REQUEST_ID },
		.headers = SLICE("X-Test: yes\r\n"),
		.identity = SLICE("r-1"),
		.started_us = clock_mono_us(),
	    }));
	return r;
}

/* A GET, on its way. */
static struct client
get_hand(struct lot *l, const char *esid)
{
	return request_hand(l, esid, &(struct later){ .kind = LATER_POLL });
}

/* Both connections of the lot to Redis are there. */
static bool
lot_is_up(struct lot *l)
{
	struct redisReply *r =
	    eio_fixture_redis(&f, "PUBSUB NUMSUB {t}:wake:lot");
	bool listens = rds_int(rds_at(r, 1)) == 1;
	struct client g;
	struct reply answer;

	rds_reply_free(r);
	if (!listens)
		return false;
	g = get_hand(l, "nobody");
	answer = get_reply(&g, SOON_MS);
	buf_fini(&answer.text);
	return answer.status == 400 && settles(&l->metrics.parked, 0);
}

static void
lot_init(struct lot *l, bool sweeps)
{
	memset(l, 0, sizeof(*l));
	(void)snprintf(l->wake.process, sizeof(l->wake.process), "lot");
	l->eio = f.store[PROC_A];
	l->eio.wake = &l->wake;
	l->park = park_new(&(struct park_setup){ &l->eio, f.redis.url, NULL,
	    &l->metrics, polling_reply, on_again, l });
	park_wake(l->park, &l->wake);
	if (!sweeps)
		ev_timer_stop(l->park->loop, &l->park->sweep);
	if (pthread_create(&l->loop, NULL, run_loop, l->park) != 0)
		abort();
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
	for (int i = 0; i < 300; i++) {
		if (lot_is_up(l))
			return;
		clock_sleep_ms(10);
	}
	CHECK(!"the lot reaches Redis");
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
	buf_fini(&l->again);
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

static enum eio_verdict
open_by(struct rds *r, const struct eio_store *st, const char *esid,
    enum eio_speech speech)
{
	struct eio_command c;

	eio_store_open(&c, st, slice_from(esid), speech, true, SLICE_EMPTY);
	return run_on(r, st, &c);
}

static void
open_session(const struct eio_store *st, const char *esid)
{
	CHECK(open_by(f.rds, st, esid, EIO_V4) == VERDICT_OK);
}

static enum eio_verdict
push_on(struct rds *r, const struct eio_store *st, const char *esid,
    const char *packet)
{
	const struct slice one = slice_from(packet);
	struct eio_command c;

	eio_store_push(&c, st, slice_from(esid),
	    &(struct eio_push){
		.parts_ms = EIO_PARTS_AS_THEY_ARE, .packet = &one, .n = 1 });
	return run_on(r, st, &c);
}

/* A POST in one step, of one packet as its answer. */
static struct client
post_hand(
    struct lot *l, const char *esid, const char *joined, const char *packet)
{
	const struct slice one = slice_from(packet);
	const struct eio_push push = { .whole = true,
		.joined = slice_from(joined),
		.parts_ms = EIO_PARTS_AS_THEY_ARE,
		.packet = &one,
		.n = one.n != 0 };

	return request_hand(l, esid,
	    &(struct later){ .kind = LATER_POST,
		.push = &push,
		.body = SLICE("4\0body"),
		.octets = true });
}

/* The token of the newest request once the loop holds it; 0: not yet. */
static uint64_t
newest_token(struct lot *l)
{
	struct park_table *t = &l->park->table;
	uint64_t token = 0;

	(void)pthread_mutex_lock(&t->lock);
	for (uint32_t i = 0; i < t->n; i++)
		if (t->entry[i]->state == PARK_PARKED &&
		    t->entry[i]->token >> PLACE_BITS == t->generation)
			token = t->entry[i]->token;
	(void)pthread_mutex_unlock(&t->lock);
	return token;
}

/* A GET that is held. */
static struct client
get_park(struct lot *l, const char *esid)
{
	struct client g = get_hand(l, esid);
	int64_t until = clock_mono_ms() + SOON_MS;

	while ((g.token = newest_token(l)) == 0 && clock_mono_ms() < until)
		clock_sleep_ms(1);
	CHECK(g.token != 0);
	return g;
}

#endif
