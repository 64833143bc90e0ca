#include "fcgi/park.h"

#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ck.h"
#include "base/num.h"
#include "fcgi/park_entry.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/rds_async.h"
#include "proto/eio_payload.h"
#include "proto/fcgi_record.h"

/* Pub/sub may lose a hint: all entries look for themselves this often. */
#define SWEEP_S 10
/* A stopping process gives its polls so long to be answered. */
#define DRAIN_MS      1500
#define DRAIN_TICK_MS 50
/* The web server takes an answer at once; one that does not is gone. */
#define WRITE_S 30
/* While Redis is away a poll that is due is looked at this often. */
#define RETRY_MS 500
/* Packets that a request thread took are on the loop within this. */
#define STALE_MS 3000

struct park {
	struct park_setup setup;
	struct park_table table;
	struct ev_loop *loop;
	struct rds_async *redis;
	ev_async poke;
	ev_timer sweep, drain_end;
	uint32_t sweep_at, sweep_step; /* places of the table */
	int drain_ticks;
	_Atomic bool draining;
};

static void look(struct park *p, struct park_entry *en, enum eio_why why);

/* The answer, its log line, and the end of the entry. */

static void
finish(struct park *p, struct park_entry *en, int status)
{
	struct log_line l = log_begin(LOG_INFO, "request");

	log_str(&l, "id", (struct slice){ en->text + en->headers_n, en->id_n });
	log_sid(&l, "sid", slice_from(en->esid));
	log_str(&l, "method", SLICE("GET"));
	log_str(&l, "route", SLICE("/socket.io/?"));
	log_int(&l, "status", status);
	log_int(&l, "ms", (clock_mono_us() - en->started_us) / 1000);
	log_end(&l);
	ev_io_stop(p->loop, &en->io);
	ev_timer_stop(p->loop, &en->timer);
	if (en->connection.fd >= 0)
		(void)close(en->connection.fd);
	en->connection.fd = -1;
	atomic_fetch_sub(&p->setup.metrics->parked, 1);
	park_table_release(&p->table, en);
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct park_entry *en = (struct park_entry *)w->data;
	struct park *p = ev_userdata(loop);

	(void)revents;
	while (en->sent < en->payload.n) {
		ssize_t n = send(en->connection.fd, en->payload.p + en->sent,
		    en->payload.n - en->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			finish(p, en, 499);
			return;
		}
		en->sent += (uint32_t)n;
	}
	finish(p, en, en->status);
}

static void
on_write_timeout(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)revents;
	finish(ev_userdata(loop), w->data, 499);
}

static void
write_answer(struct park *p, struct park_entry *en)
{
	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(en, PARK_WRITING);
	(void)pthread_mutex_unlock(&p->table.lock);
	ev_io_stop(p->loop, &en->io);
	ev_timer_stop(p->loop, &en->timer);
	ev_io_init(&en->io, on_writable, en->connection.fd, EV_WRITE);
	en->io.data = en;
	ev_timer_init(&en->timer, on_write_timeout, WRITE_S, 0.);
	en->timer.data = en;
	ev_io_start(p->loop, &en->io);
	ev_timer_start(p->loop, &en->timer);
	on_writable(p->loop, &en->io, EV_WRITE);
}

/* Make the records of the answer; `body` may be the entry's own payload. */
static void
answer(struct park *p, struct park_entry *en, int status, struct slice body)
{
	struct http_response res = HTTP_RESPONSE_INIT;
	struct buf head = BUF_INIT, records = BUF_INIT;

	res.status = status;
	en->status = status;
	buf_add(&res.headers, en->text, en->headers_n);
	if (status == 503)
		http_header(&res, "Retry-After", "1");
	http_head(&head, &res, body.n);
	fcgi_record_reply(&records, en->connection.id, buf_slice(&head), body);
	(void)pthread_mutex_lock(&p->table.lock);
	buf_fini(&en->payload);
	en->payload = records;
	(void)pthread_mutex_unlock(&p->table.lock);
	buf_fini(&head);
	http_response_fini(&res);
	metrics_add(p->setup.metrics, METRIC_POLLS, 1);
	metrics_status(p->setup.metrics, status);
	write_answer(p, en);
}

/* Waiting. */

static void
on_due(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)revents;
	look(ev_userdata(loop), w->data, EIO_LOOK);
}

static void
wait_for(struct park *p, struct park_entry *en, int64_t ms)
{
	ev_timer_stop(p->loop, &en->timer);
	ev_timer_init(
	    &en->timer, on_due, (double)(ms > 0 ? ms : 0) / 1000., 0.);
	en->timer.data = en;
	ev_timer_start(p->loop, &en->timer);
}

/* Redis is away. A poll that is due cannot be answered well any more. */
static void
without_redis(struct park *p, struct park_entry *en)
{
	if (en->state == PARK_ABORTED)
		finish(p, en, 499);
	else if (clock_mono_ms() >= en->deadline_ms ||
	    atomic_load(&p->draining))
		answer(p, en, 503, SLICE_EMPTY);
	else
		wait_for(p, en, RETRY_MS);
}

static void on_taken(void *cookie, uint64_t token, struct redisReply *reply);

/* End the session of an entry whose lease is gone. `token`: the entry that
 * waits for Redis's answer, 0 for none. */
static void
end_session(struct park *p, const struct park_entry *en, uint64_t token)
{
	const struct eio_push push = { .end = EIO_END_CLOSE };
	struct eio_command c;

	eio_store_push(&c, p->setup.eio, slice_from(en->esid), &push);
	rds_async_call(p->redis, &c.c, on_taken, p, token);
}

static void
on_taken_parked(struct park *p, struct park_entry *en, struct eio_answer *a)
{
	struct buf payload = BUF_INIT;

	switch (a->verdict) {
	case VERDICT_PACKETS:
		eio_answer_payload(a, &payload);
		answer(p, en, 200, buf_slice(&payload));
		buf_fini(&payload);
		break;
	case VERDICT_WAIT:
		en->deadline_ms = clock_mono_ms() + a->ms;
		if (en->again || atomic_load(&p->draining))
			/* Once more: something came while it was under way. */
			look(p, en,
			    atomic_load(&p->draining) ? EIO_DRAIN : EIO_LOOK);
		else
			wait_for(p, en, a->ms);
		break;
	case VERDICT_STALE:
		/* A push of this process took the packets for us: they are
		 * on their way to on_poke(). Should they not come, Redis's
		 * answer with them was lost: better no session than a gap. */
		if (en->stale) {
			end_session(p, en, 0);
			answer(p, en, 200, SLICE("1"));
		} else {
			en->stale = true;
			wait_for(p, en, STALE_MS);
		}
		break;
	case VERDICT_GONE:
	case VERDICT_OK:
	case VERDICT_PARK:
	case VERDICT_OVERLAP:
	case VERDICT_CLOSED:
	case VERDICT_DELIVER:
	case VERDICT_OVERFLOW:
	case VERDICT_OLD:
		answer(p, en, 200, SLICE("1"));
		break;
	}
}

/*
 * A look was under way when the client left, and took the lease and packets
 * that nobody can be given: the session ends all the same.
 */
static void
end_aborted(struct park *p, struct park_entry *en)
{
	en->taking = en->ending = true;
	end_session(p, en, en->token);
}

static void
on_taken(void *cookie, uint64_t token, struct redisReply *reply)
{
	struct park *p = cookie;
	struct park_entry *en = park_table_find(&p->table, token);
	struct eio_answer a = { .verdict = VERDICT_GONE };

	if (reply != NULL) {
		eio_answer_read(&a, reply);
		if (a.text.n != 0)
			p->setup.ended(p->setup.cookie, a.text);
	}
	if (en == NULL)
		return;
	en->taking = false;
	if (en->state == PARK_WRITING)
		return;
	if (reply == NULL)
		without_redis(p, en);
	else if (en->state == PARK_ABORTED && !en->ending)
		end_aborted(p, en);
	else if (en->state == PARK_ABORTED)
		finish(p, en, 499);
	else
		on_taken_parked(p, en, &a);
}

/* Ask the session whether there is something to say. */
static void
look(struct park *p, struct park_entry *en, enum eio_why why)
{
	struct eio_command c;

	en->again = en->taking;
	if (en->taking)
		return;
	en->taking = true;
	eio_store_take(&c, p->setup.eio, slice_from(en->esid), en->token, why);
	rds_async_call(p->redis, &c.c, on_taken, p, en->token);
}

/* Nobody reads it, but the web server would log a missing answer, with the
 * whole address and so the session id. */
static void
say_gone(struct connection to)
{
	struct buf records = BUF_INIT;

	fcgi_record_reply(&records, to.id,
	    SLICE("Status: 400 Bad Request\r\n\r\n"), SLICE_EMPTY);
	if (send(to.fd, records.p, records.n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		errno = 0; /* it is gone too */
	buf_fini(&records);
}

/* The client went away: its session ends (C6). */
static void
on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct park_entry *en = w->data;
	struct park *p = ev_userdata(loop);
	char scratch[64];
	ssize_t n =
	    recv(en->connection.fd, scratch, sizeof(scratch), MSG_DONTWAIT);

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* Anything but an abort has no business here either: same end. */
	ev_io_stop(p->loop, &en->io);
	ev_timer_stop(p->loop, &en->timer);
	say_gone(en->connection);
	(void)close(en->connection.fd);
	en->connection.fd = -1;
	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(en, PARK_ABORTED);
	(void)pthread_mutex_unlock(&p->table.lock);
	if (en->taking)
		return; /* its answer ends the session */
	en->ending = true;
	look(p, en, EIO_ABORT);
}

/* From the loop's mailbox. */

/* Packets were left on it, or it has to wait. */
static void
settle(struct park *p, struct park_entry *en, bool arrived)
{
	bool woken;
	struct buf payload =
	    park_table_enter(&p->table, en, PARK_PARKED, &woken);

	if (payload.n != 0)
		answer(p, en, 200, buf_slice(&payload));
	else if (atomic_load(&p->draining))
		look(p, en, EIO_DRAIN);
	else if (woken)
		look(p, en, EIO_LOOK);
	else if (arrived)
		wait_for(p, en, en->deadline_ms - clock_mono_ms());
	buf_fini(&payload);
}

static void
arrive(struct park *p, struct park_entry *en)
{
	ev_io_init(&en->io, on_readable, en->connection.fd, EV_READ);
	en->io.data = en;
	ev_io_start(p->loop, &en->io);
	settle(p, en, true);
}

static bool
is_parked(struct park *p, struct park_entry *en)
{
	bool parked;

	(void)pthread_mutex_lock(&p->table.lock);
	parked = en->state == PARK_PARKED;
	(void)pthread_mutex_unlock(&p->table.lock);
	return parked;
}

static void
on_poke(struct ev_loop *loop, ev_async *w, int revents)
{
	struct park *p = ev_userdata(loop);
	struct buf handed, ready;
	struct park_entry *en;
	uint64_t token;

	(void)w;
	(void)revents;
	(void)pthread_mutex_lock(&p->table.lock);
	handed = p->table.handed;
	ready = p->table.ready;
	p->table.handed = p->table.ready = BUF_INIT;
	(void)pthread_mutex_unlock(&p->table.lock);
	for (size_t at = 0; at < handed.n; at += sizeof(token)) {
		memcpy(&token, handed.p + at, sizeof(token));
		en = park_table_find(&p->table, token);
		if (en != NULL)
			arrive(p, en);
	}
	for (size_t at = 0; at < ready.n; at += sizeof(token)) {
		memcpy(&token, ready.p + at, sizeof(token));
		en = park_table_find(&p->table, token);
		if (en != NULL && is_parked(p, en))
			settle(p, en, false);
	}
	buf_fini(&handed);
	buf_fini(&ready);
}

static void
on_message(void *cookie, struct slice text)
{
	struct park *p = cookie;
	struct park_entry *en = NULL;
	bool parked = false;
	int64_t token;

	if (!num_parse(text, 1, INT64_MAX, &token))
		return;
	(void)pthread_mutex_lock(&p->table.lock);
	en = park_table_find_locked(&p->table, (uint64_t)token);
	if (en != NULL) {
		parked = en->state == PARK_PARKED;
		en->woken = true;
	}
	(void)pthread_mutex_unlock(&p->table.lock);
	if (parked)
		look(p, en, EIO_LOOK);
}

static uint32_t
look_from(struct park *p, uint32_t from, uint32_t to)
{
	enum eio_why why = atomic_load(&p->draining) ? EIO_DRAIN : EIO_LOOK;
	struct buf tokens = BUF_INIT;
	struct park_entry *en;
	uint64_t token;
	uint32_t n = park_table_parked(&p->table, from, to, &tokens);

	for (size_t at = 0; at < tokens.n; at += sizeof(token)) {
		memcpy(&token, tokens.p + at, sizeof(token));
		en = park_table_find(&p->table, token);
		if (en != NULL)
			look(p, en, why);
	}
	buf_fini(&tokens);
	return n;
}

static void
on_listening(void *cookie)
{
	(void)look_from(cookie, 0, PARK_MAX);
}

/* A tenth of the table every tenth of the time: no burst. */
static void
on_sweep(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct park *p = ev_userdata(loop);
	uint32_t n;

	(void)w;
	(void)revents;
	if (!rds_async_up(p->redis))
		return;
	n = look_from(p, p->sweep_at, p->sweep_at + p->sweep_step);
	p->sweep_at += p->sweep_step;
	if (p->sweep_at >= n)
		p->sweep_at = 0;
	p->sweep_step = n / SWEEP_S + 1;
}

/* The wake.h side: any thread. */

static uint64_t
arm(void *cookie, struct slice esid)
{
	struct park *p = cookie;
	struct park_entry *en = park_table_arm(&p->table, esid);

	if (en == NULL)
		return 0;
	atomic_fetch_add(&p->setup.metrics->parked, 1);
	return en->token;
}

static void
disarm(void *cookie, uint64_t token)
{
	struct park *p = cookie;
	struct park_entry *en;

	en = park_table_find(&p->table, token);
	if (en == NULL)
		return;
	atomic_fetch_sub(&p->setup.metrics->parked, 1);
	park_table_release(&p->table, en);
}

static void
deliver(void *cookie, uint64_t token, struct slice payload)
{
	struct park *p = cookie;
	struct park_entry *en;

	(void)pthread_mutex_lock(&p->table.lock);
	en = park_table_find_locked(&p->table, token);
	if (en != NULL && en->state != PARK_WRITING &&
	    en->state != PARK_ABORTED) {
		eio_payload_add(&en->payload, payload);
		buf_add(&p->table.ready, &token, sizeof(token));
	}
	(void)pthread_mutex_unlock(&p->table.lock);
	ev_async_send(p->loop, &p->poke);
}

void
park_wake(struct park *p, struct wake *out)
{
	out->cookie = p;
	out->arm = arm;
	out->disarm = disarm;
	out->deliver = deliver;
}

void
park_hold(struct park *p, const struct park_poll *poll)
{
	struct park_entry *en;

	(void)pthread_mutex_lock(&p->table.lock);
	en = park_table_find_locked(&p->table, poll->token);
	if (en == NULL)
		abort();
	en->connection = poll->connection;
	en->deadline_ms = clock_mono_ms() + poll->wait_ms;
	en->started_us = poll->started_us;
	en->headers_n = (uint32_t)poll->headers.n;
	en->id_n = (uint32_t)poll->request_id.n;
	en->text = ck_malloc(poll->headers.n + poll->request_id.n + 1);
	memcpy(en->text, poll->headers.p, poll->headers.n);
	memcpy(
	    en->text + poll->headers.n, poll->request_id.p, poll->request_id.n);
	park_table_set(en, PARK_HANDED);
	buf_add(&p->table.handed, &poll->token, sizeof(poll->token));
	(void)pthread_mutex_unlock(&p->table.lock);
	ev_async_send(p->loop, &p->poke);
}

/* Draining. */

static void
on_drain_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct park *p = ev_userdata(loop);

	(void)revents;
	(void)w;
	if (atomic_load(&p->setup.metrics->parked) > 0 &&
	    p->drain_ticks++ < DRAIN_MS / DRAIN_TICK_MS)
		(void)look_from(p, 0, PARK_MAX);
	else
		ev_break(loop, EVBREAK_ALL);
}

static void
on_drain_poke(struct ev_loop *loop, ev_async *w, int revents)
{
	struct park *p = ev_userdata(loop);

	on_poke(loop, w, revents);
	if (!atomic_load(&p->draining) || ev_is_active(&p->drain_end))
		return;
	ev_timer_stop(loop, &p->sweep);
	ev_timer_init(&p->drain_end, on_drain_tick, 0., DRAIN_TICK_MS / 1000.);
	ev_timer_start(loop, &p->drain_end);
}

void
park_drain(struct park *p)
{
	atomic_store(&p->draining, true);
	ev_async_send(p->loop, &p->poke);
}

struct park *
park_new(const struct park_setup *setup)
{
	struct park *p = ck_calloc(1, sizeof(*p));
	const struct rds_async_events events = { p, on_message, on_listening };
	char channel[EIO_KEY_SIZE];

	p->setup = *setup;
	park_table_init(&p->table);
	p->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (p->loop == NULL)
		log_fatal("no event loop");
	ev_set_userdata(p->loop, p);
	ev_async_init(&p->poke, on_drain_poke);
	ev_async_start(p->loop, &p->poke);
	ev_timer_init(&p->sweep, on_sweep, 1., 1.);
	ev_timer_start(p->loop, &p->sweep);
	eio_store_channel(setup->eio, channel);
	p->redis = rds_async_new(p->loop, setup->redis_url, channel, &events);
	return p;
}

void
park_run(struct park *p)
{
	(void)ev_run(p->loop, 0);
}

void
park_free(struct park *p)
{
	if (p == NULL)
		return;
	rds_async_free(p->redis);
	ev_loop_destroy(p->loop);
	park_table_fini(&p->table);
	free(p);
}
