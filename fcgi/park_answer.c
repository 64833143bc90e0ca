/* What is answered, its log line, and the end of the entry. */
#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include "fcgi/identity.h"
#include "fcgi/park_internal.h"
#include "handlers/polling.h"
#include "io/clock.h"
#include "io/log.h"
#include "proto/eio_payload.h"
#include "proto/fcgi_record.h"

/* The web server takes an answer at once; one that does not is gone. */
#define WRITE_S 30

static void
log_entry(const struct park_entry *en, int status)
{
	struct log_line l = log_begin(LOG_INFO, "request");

	identity_log(&l, (struct slice){ en->text + en->headers_n, en->id_n });
	log_sid(&l, "sid", slice_from(en->esid));
	log_str(&l, "method",
	    en->kind == LATER_POST || en->kind == LATER_WAIT ? SLICE("POST")
							     : SLICE("GET"));
	log_str(&l, "route", slice_from(en->route->pattern));
	log_int(&l, "status", status);
	log_int(&l, "ms", (clock_mono_us() - en->started_us) / 1000);
	log_end(&l);
}

void
park_forget(struct park *p, struct park_entry *en)
{
	struct park_entry **at = &p->waiting;

	while (*at != NULL && *at != en)
		at = &(*at)->next;
	if (*at != NULL)
		*at = en->next;
}

void
park_release(struct park *p, struct park_entry *en)
{
	if (en->kind == LATER_WAIT)
		park_forget(p, en);
	ev_io_stop(p->loop, &en->io);
	ev_timer_stop(p->loop, &en->timer);
	if (en->kind == LATER_POLL)
		atomic_fetch_sub(&p->setup.metrics->parked, 1);
	park_table_release(&p->table, en);
}

void
park_finish(struct park *p, struct park_entry *en, int status)
{
	log_entry(en, status);
	if (en->connection.fd >= 0)
		(void)close(en->connection.fd);
	en->connection.fd = -1;
	park_release(p, en);
}

/* The client has gone, and what it was to be told with it. */
static void
give_up(struct park *p, struct park_entry *en)
{
	if (en->kind == LATER_POLL && en->status == 200)
		park_end_session(p, en);
	park_finish(p, en, 499);
}

/* Write what goes; false: there is more to write. */
static bool
write_some(struct park *p, struct park_entry *en)
{
	while (en->sent < en->answer.n) {
		ssize_t n = send(en->connection.fd, en->answer.p + en->sent,
		    en->answer.n - en->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0) {
			give_up(p, en);
			return true;
		}
		en->sent += (uint32_t)n;
	}
	park_finish(p, en, en->status);
	return true;
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
	(void)revents;
	(void)write_some(ev_userdata(loop), w->data);
}

static void
on_write_timeout(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)revents;
	give_up(ev_userdata(loop), w->data);
}

static void
write_answer(struct park *p, struct park_entry *en)
{
	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(en, PARK_WRITING);
	(void)pthread_mutex_unlock(&p->table.lock);
	ev_io_stop(p->loop, &en->io);
	ev_timer_stop(p->loop, &en->timer);
	if (write_some(p, en))
		return;
	ev_io_init(&en->io, on_writable, en->connection.fd, EV_WRITE);
	en->io.data = en;
	ev_timer_init(&en->timer, on_write_timeout, WRITE_S, 0.);
	en->timer.data = en;
	ev_io_start(p->loop, &en->io);
	ev_timer_start(p->loop, &en->timer);
}

/* Answer with `res`, behind the headers that its thread has made. */
static void
answer(struct park *p, struct park_entry *en, struct http_response *res)
{
	struct buf head = BUF_INIT;

	buf_add(&res->headers, en->text, en->headers_n);
	http_head(&head, res, res->body.n);
	en->status = res->status;
	fcgi_record_reply(&en->answer, en->connection.id, buf_slice(&head),
	    buf_slice(&res->body));
	buf_fini(&head);
	if (en->kind == LATER_POLL)
		metrics_add(p->setup.metrics, METRIC_POLLS, 1);
	metrics_status(p->setup.metrics, res->status);
	write_answer(p, en);
}

void
park_reply(struct park *p, struct park_entry *en, const struct eio_answer *a)
{
	struct http_response res = HTTP_RESPONSE_INIT;

	p->setup.reply(en->kind, park_entry_body(en), a, &res);
	answer(p, en, &res);
	http_response_fini(&res);
}

void
park_answer_payload(
    struct park *p, struct park_entry *en, const struct wake_payload *payload)
{
	struct http_response res = HTTP_RESPONSE_INIT;

	polling_packets(&res, buf_slice(&payload->body), payload->binary);
	answer(p, en, &res);
	http_response_fini(&res);
}

void
park_answer_close(struct park *p, struct park_entry *en)
{
	const struct slice packet = SLICE("1");
	struct wake_payload payload = { BUF_INIT, false };

	(void)eio_payload_join(
	    &payload.body, eio_session_framing(en->speech), &packet, 1);
	park_answer_payload(p, en, &payload);
	buf_fini(&payload.body);
}
