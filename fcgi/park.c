#include "fcgi/park_internal.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ck.h"
#include "base/num.h"
#include "fcgi/pair.h"
#include "fcgi/park_entry.h"
#include "io/clock.h"
#include "io/eio_look.h"
#include "io/log.h"
#include "io/rds_async.h"
#include "proto/fcgi_record.h"

/* Pub/sub may lose a hint: all entries look for themselves this often. */
#define SWEEP_S 10
/* A stopping process gives its polls so long to be answered. */
#define DRAIN_MS      1500
#define DRAIN_TICK_MS 50
/* While Redis is away a poll that is due is looked at this often. */
#define RETRY_MS 500
/* Packets that a request thread took are on the loop within this. */
#define STALE_MS 3000

static void look(struct park *p, struct park_entry *en, enum eio_why why);

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
		park_finish(p, en, 499);
	else if (clock_mono_ms() >= en->deadline_ms ||
	    atomic_load(&p->draining))
		park_reply(p, en, NULL);
	else
		wait_for(p, en, RETRY_MS);
}

static void on_taken(void *cookie, uint64_t token, struct redisReply *got);

/* An answer on the loop borrows its reply. */
static void
read_answer(struct park *p, struct eio_answer *a, struct redisReply *got)
{
	eio_answer_read(a, got);
	if (eio_answer_ended(a))
		metrics_add(p->setup.metrics, METRIC_SESSIONS_CLOSED, 1);
}

/* End the session of an entry. `token`: the entry that waits for Redis's answer, 0
 * for none. */
static void
ask_for_end(struct park *p, const struct park_entry *en, uint64_t token)
{
	const struct eio_push push = { .end = EIO_END_LOST,
		.parts_ms = EIO_PARTS_AS_THEY_ARE };
	struct eio_command c;

	eio_store_push(&c, p->setup.eio, slice_from(en->esid), &push);
	rds_async_call(p->redis, &c.c, on_taken, p, token);
}

void
park_end_session(struct park *p, const struct park_entry *en)
{
	ask_for_end(p, en, 0);
}

static void
on_taken_parked(struct park *p, struct park_entry *en, struct eio_answer *a)
{
	bool draining = atomic_load(&p->draining);

	switch (a->verdict) {
	case VERDICT_PACKETS:
		park_reply(p, en, a);
		break;
	case VERDICT_WAIT:
		en->deadline_ms = clock_mono_ms() + a->number;
		if (en->again || draining)
			/* Once more: something came while it was under way. */
			look(p, en, draining ? EIO_DRAIN : EIO_LOOK);
		else
			wait_for(p, en, a->number);
		break;
	case VERDICT_STALE:
		/* A push of this process took the packets for us: they are
		 * on their way to on_poke(). Should they not come, Redis's
		 * answer with them was lost: better no session than a gap. */
		if (!en->stale)
			en->deadline_ms = clock_mono_ms() + STALE_MS;
		en->stale = true;
		if (clock_mono_ms() < en->deadline_ms) {
			wait_for(p, en, en->deadline_ms - clock_mono_ms());
		} else {
			park_end_session(p, en);
			park_answer_close(p, en);
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
	case VERDICT_CHANGED:
	case VERDICT_ASKS:
	case VERDICT_FULL:
		park_answer_close(p, en);
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
	ask_for_end(p, en, en->token);
}

static void
on_taken(void *cookie, uint64_t token, struct redisReply *got)
{
	struct park *p = cookie;
	struct park_entry *en = park_table_find(&p->table, token);
	struct eio_answer a = { .verdict = VERDICT_GONE };

	if (got != NULL)
		read_answer(p, &a, got);
	if (en == NULL)
		return;
	en->taking = false;
	if (en->state == PARK_WRITING)
		return;
	if (got == NULL)
		without_redis(p, en);
	else if (en->state == PARK_ABORTED &&
	    (!en->ending || a.verdict == VERDICT_STALE))
		end_aborted(p, en);
	else if (en->state == PARK_ABORTED)
		park_finish(p, en, 499);
	else
		on_taken_parked(p, en, &a);
}

static void run_again(struct park *p, struct park_entry *en);

/* Ask the session whether there is something to say. */
static void
look(struct park *p, struct park_entry *en, enum eio_why why)
{
	struct eio_command c;

	if (en->kind == LATER_WAIT) {
		run_again(p, en);
		return;
	}
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
	if (en->kind == LATER_WAIT) {
		park_finish(p, en, 499);
		return;
	}
	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(en, PARK_ABORTED);
	(void)pthread_mutex_unlock(&p->table.lock);
	if (en->taking)
		return; /* its answer ends the session */
	en->ending = true;
	look(p, en, EIO_ABORT);
}

/* A poll is held from here on, unless packets were left on it. */
static void
settle(struct park *p, struct park_entry *en, bool arrived)
{
	bool woken;
	struct wake_payload payload =
	    park_table_enter(&p->table, en, PARK_PARKED, &woken);

	if (payload.body.n != 0)
		park_answer_payload(p, en, &payload);
	else if (atomic_load(&p->draining))
		look(p, en, EIO_DRAIN);
	else if (woken)
		look(p, en, EIO_LOOK);
	else if (arrived)
		wait_for(p, en, en->deadline_ms - clock_mono_ms());
	buf_fini(&payload.body);
}

static void
watch_client(struct park *p, struct park_entry *en)
{
	ev_io_init(&en->io, on_readable, en->connection.fd, EV_READ);
	en->io.data = en;
	ev_io_start(p->loop, &en->io);
}

static void
park(struct park *p, struct park_entry *en, const struct eio_answer *a)
{
	int64_t speech;

	if (!num_parse(a->text, 0, INT32_MAX, &speech))
		speech = EIO_V4;
	en->speech = eio_session_speech(speech);
	en->deadline_ms = clock_mono_ms() + a->number;
	/* It may be held for long: what it was asked with goes. */
	en->text = ck_realloc(en->text, (size_t)en->headers_n + en->id_n + 1);
	watch_client(p, en);
	settle(p, en, true);
}

/* Nothing is asked: others say when it goes on. */
static void
park_waiting(struct park *p, struct park_entry *en)
{
	en->next = p->waiting;
	p->waiting = en;
	watch_client(p, en);
	settle(p, en, true);
}

/* From a request of this loop, or of a thread: packets for a poll of ours. */

static bool
leave(struct park *p, uint64_t token, struct wake_payload *payload)
{
	struct park_entry *en;

	(void)pthread_mutex_lock(&p->table.lock);
	en = park_table_find_locked(&p->table, token);
	if (en != NULL && en->state != PARK_WRITING &&
	    en->state != PARK_ABORTED) {
		buf_fini(&en->payload.body);
		en->payload = *payload;
		*payload = (struct wake_payload){ BUF_INIT, false };
	} else {
		en = NULL;
	}
	(void)pthread_mutex_unlock(&p->table.lock);
	return en != NULL;
}

static void
deliver_here(struct park *p, const struct eio_answer *a)
{
	struct wake_payload payload = { BUF_INIT, false };
	struct park_entry *en;
	int64_t token;

	if (!num_parse(a->text, 1, INT64_MAX, &token))
		return;
	payload.binary = eio_answer_payload(a, &payload.body);
	en = park_table_find(&p->table, (uint64_t)token);
	if (en != NULL && leave(p, (uint64_t)token, &payload) &&
	    en->state == PARK_PARKED)
		settle(p, en, false);
	buf_fini(&payload.body);
}

/* The session is not as the thread had thought, or the waiting is over: it has to
 * run again. */
static void
run_again(struct park *p, struct park_entry *en)
{
	const char *id = en->text + en->headers_n;
	const struct park_again post = {
		.route = en->route,
		.connection = en->connection,
		.esid = slice_from(en->esid),
		.headers = { en->text, en->headers_n },
		.identity = { id, en->id_n },
		.body = park_entry_body(en),
		.octets = en->octets,
		.last = atomic_load(&p->draining),
		.started_us = en->started_us,
	};

	p->setup.again(p->setup.cookie, &post);
	park_release(p, en);
}

static void
on_asked(void *cookie, uint64_t token, struct redisReply *got)
{
	struct park *p = cookie;
	struct park_entry *en = park_table_find(&p->table, token);
	struct eio_answer a = { .verdict = VERDICT_GONE };

	if (en == NULL)
		return;
	if (got == NULL) {
		park_reply(p, en, NULL);
		return;
	}
	read_answer(p, &a, got);
	if (en->kind == LATER_OPEN)
		metrics_add(p->setup.metrics, METRIC_SESSIONS_OPENED, 1);
	if (a.verdict == VERDICT_PARK) {
		park(p, en, &a);
	} else if (a.verdict == VERDICT_CHANGED) {
		run_again(p, en);
	} else {
		/* First what was waited for longer. */
		if (a.verdict == VERDICT_DELIVER)
			deliver_here(p, &a);
		park_reply(p, en, &a);
	}
}

static struct park_question
question_of(struct park *p, struct park_entry *en)
{
	if (en->along != 0)
		return park_pair_question(p, en);
	return (struct park_question){
		.command = park_entry_command(en),
		.done = on_asked,
	};
}

void
park_ask(struct park *p, struct park_entry *en)
{
	struct park_question q;

	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(en, PARK_ASKING);
	(void)pthread_mutex_unlock(&p->table.lock);
	if (en->kind == LATER_WAIT) {
		park_waiting(p, en);
		return;
	}
	q = question_of(p, en);
	rds_async_send(p->redis, q.command, q.done, p, en->token);
	buf_fini(&q.made);
}

/*
 * By the request's own thread, while the loop sleeps: so the loop need not be
 * woken before Redis is. Under load it does not sleep, and takes many at once.
 */
static bool
ask_aside(struct park *p, struct park_entry *en)
{
	bool sent, left = false;
	struct park_question q;

	if (en->kind == LATER_WAIT || pthread_mutex_trylock(&p->awake) != 0)
		return false;
	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(en, PARK_ASKING);
	(void)pthread_mutex_unlock(&p->table.lock);
	q = question_of(p, en);
	sent = rds_async_send_aside(
	    p->redis, q.command, q.done, p, en->token, &left);
	buf_fini(&q.made);
	if (!sent) {
		(void)pthread_mutex_lock(&p->table.lock);
		park_table_set(en, PARK_HANDED);
		(void)pthread_mutex_unlock(&p->table.lock);
	}
	(void)pthread_mutex_unlock(&p->awake);
	if (left) {
		atomic_store(&p->left, true);
		ev_async_send(p->loop, &p->poke);
	}
	return sent;
}

/* From the loop's mailbox. */

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
			park_ask(p, en);
	}
	for (size_t at = 0; at < ready.n; at += sizeof(token)) {
		memcpy(&token, ready.p + at, sizeof(token));
		en = park_table_find(&p->table, token);
		if (en != NULL && is_parked(p, en))
			settle(p, en, false);
	}
	buf_fini(&handed);
	buf_fini(&ready);
	if (atomic_exchange(&p->left, false))
		rds_async_flush(p->redis);
}

/* All that wait for the word. */
static void
wake_waiting(struct park *p, struct slice word)
{
	struct park_entry *next;

	for (struct park_entry *en = p->waiting; en != NULL; en = next) {
		struct slice rest = park_entry_body(en), own;

		next = en->next;
		if (slice_cut(&rest, '\n', &own) && slice_eq(own, word))
			run_again(p, en);
	}
}

static void
on_message(void *cookie, struct slice text)
{
	struct park *p = cookie;
	struct park_entry *en = NULL;
	bool parked = false;
	int64_t token;

	if (!num_parse(text, 1, INT64_MAX, &token)) {
		wake_waiting(p, text);
		return;
	}
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

/* Any thread. */

static void
deliver(void *cookie, uint64_t token, struct wake_payload *payload)
{
	struct park *p = cookie;

	if (!leave(p, token, payload))
		return;
	(void)pthread_mutex_lock(&p->table.lock);
	buf_add(&p->table.ready, &token, sizeof(token));
	(void)pthread_mutex_unlock(&p->table.lock);
	ev_async_send(p->loop, &p->poke);
}

void
park_wake(struct park *p, struct wake *out)
{
	out->cookie = p;
	out->deliver = deliver;
}

static void
make_command(struct park *p, const struct park_request *request,
    struct park_entry *en, struct buf *out)
{
	const struct eio_store *eio = p->setup.eio;
	const struct later *later = request->later;
	struct eio_command c;

	switch (later->kind) {
	case LATER_POLL:
		eio_store_poll(&c, eio, request->esid, en->token);
		break;
	case LATER_POST:
		eio_store_push(&c, eio, request->esid, later->push);
		en->pairs = eio_look_fits(later->push, &en->payload.body);
		break;
	case LATER_OPEN:
		eio_store_open(&c, eio, request->esid, EIO_V4, later->joins,
		    later->principal);
		break;
	case LATER_WAIT:
		return;
	}
	rds_format(&c.c, out);
}

/* Its script is to be sent. `in_turn`: behind one that the loop has to send. */
static bool
hand(struct park *p, struct park_entry *en, bool in_turn)
{
	if (!in_turn && ask_aside(p, en))
		return false;
	(void)pthread_mutex_lock(&p->table.lock);
	buf_add(&p->table.handed, &en->token, sizeof(en->token));
	(void)pthread_mutex_unlock(&p->table.lock);
	ev_async_send(p->loop, &p->poke);
	return true;
}

bool
park_hold(struct park *p, const struct park_request *request)
{
	struct park_entry *en = park_table_new(&p->table, request->esid);
	struct park_entry *first = NULL;
	struct buf text = BUF_INIT;
	bool in_turn = false;

	if (en == NULL)
		return false;
	en->kind = request->later->kind;
	/* Asked when the loop can see the entry: it does not end before. */
	if (en->kind == LATER_WAIT && atomic_load(&p->draining)) {
		park_table_release(&p->table, en);
		return false;
	}
	en->deadline_ms = clock_mono_ms() + request->later->wait_ms;
	en->route = request->route;
	en->connection = request->connection;
	en->started_us = request->started_us;
	buf_add_slice(&text, request->headers);
	buf_add_slice(&text, request->identity);
	en->headers_n = (uint32_t)request->headers.n;
	en->id_n = (uint32_t)request->identity.n;
	make_command(p, request, en, &text);
	en->command_n = (uint32_t)text.n - en->headers_n - en->id_n;
	buf_add_slice(&text, request->later->body);
	en->body_n = (uint32_t)request->later->body.n;
	if (en->pairs) {
		buf_add_slice(&text, request->later->push->joined);
		en->joined_n = (uint32_t)request->later->push->joined.n;
	}
	en->octets = request->later->octets;
	en->text = buf_take(&text);
	if (en->kind == LATER_POLL)
		atomic_fetch_add(&p->setup.metrics->parked, 1);
	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(en, PARK_HANDED);
	(void)pthread_mutex_unlock(&p->table.lock);
	en = park_pair(p, en, &first);
	if (first != NULL)
		in_turn = hand(p, first, false);
	if (en != NULL)
		(void)hand(p, en, in_turn);
	return true;
}

void
park_post_begins(struct park *p, struct slice esid)
{
	uint64_t token;

	if (pair_release(p->pair, esid, &token))
		(void)hand(p, park_table_find(&p->table, token), false);
}

/* Draining. */

static uint32_t
in_use(struct park *p)
{
	uint32_t n;

	(void)pthread_mutex_lock(&p->table.lock);
	n = p->table.used;
	(void)pthread_mutex_unlock(&p->table.lock);
	return n;
}

static void
on_drain_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct park *p = ev_userdata(loop);

	(void)revents;
	(void)w;
	if (in_use(p) > 0 && p->drain_ticks++ < DRAIN_MS / DRAIN_TICK_MS)
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

static void
fall_asleep(struct ev_loop *loop) EV_NOEXCEPT
{
	struct park *p = ev_userdata(loop);

	(void)pthread_mutex_unlock(&p->awake);
}

static void
wake_up(struct ev_loop *loop) EV_NOEXCEPT
{
	struct park *p = ev_userdata(loop);

	(void)pthread_mutex_lock(&p->awake);
}

struct park *
park_new(const struct park_setup *setup)
{
	struct park *p = ck_calloc(1, sizeof(*p));
	const struct rds_async_events events = { p, on_message, on_listening,
		setup->breaker };
	char channel[EIO_KEY_SIZE];

	p->setup = *setup;
	park_table_init(&p->table);
	p->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (p->loop == NULL)
		log_fatal("no event loop");
	ev_set_userdata(p->loop, p);
	(void)pthread_mutex_init(&p->awake, NULL);
	ev_set_loop_release_cb(p->loop, fall_asleep, wake_up);
	ev_async_init(&p->poke, on_drain_poke);
	ev_async_start(p->loop, &p->poke);
	ev_timer_init(&p->sweep, on_sweep, 1., 1.);
	ev_timer_start(p->loop, &p->sweep);
	park_pair_init(p);
	eio_store_channel(setup->eio, channel);
	p->redis = rds_async_new(p->loop, setup->redis_url, channel, &events);
	return p;
}

void
park_run(struct park *p)
{
	(void)pthread_mutex_lock(&p->awake);
	(void)ev_run(p->loop, 0);
	(void)pthread_mutex_unlock(&p->awake);
}

void
park_free(struct park *p)
{
	if (p == NULL)
		return;
	rds_async_free(p->redis);
	park_pair_fini(p);
	ev_loop_destroy(p->loop);
	park_table_fini(&p->table);
	(void)pthread_mutex_destroy(&p->awake);
	free(p);
}
