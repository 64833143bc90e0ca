/* A poll and a POST that arrive together: one look at the session for both. */
#include <sys/timerfd.h>

#include <stdlib.h>
#include <unistd.h>

#include "fcgi/pair.h"
#include "fcgi/park_internal.h"
#include "io/clock.h"
#include "io/eio_look.h"
#include "io/log.h"

/* Any thread may set it: the loop need not wake up for that. */
static void
set_timer(struct park *p, int64_t us)
{
	const struct itimerspec once = { .it_value = { .tv_nsec = us * 1000 } };

	if (timerfd_settime(p->late.fd, 0, &once, NULL) != 0)
		abort();
}

static void
on_late(struct ev_loop *loop, ev_io *w, int revents)
{
	struct park *p = ev_userdata(loop);
	struct park_entry *en;
	uint64_t times, token;
	int64_t left_us;

	(void)revents;
	if (read(w->fd, &times, sizeof(times)) < 0)
		return;
	atomic_store(&p->late_on, false);
	while (pair_late(p->pair, clock_mono_us(), &token)) {
		en = park_table_find(&p->table, token);
		if (en != NULL)
			park_ask(p, en);
	}
	left_us = pair_wait_us(p->pair, clock_mono_us());
	if (left_us == 0)
		return;
	/* Should a thread have set it meanwhile: this is the shorter time. */
	atomic_store(&p->late_on, true);
	set_timer(p, left_us);
}

static struct park_entry *
together(struct park *p, struct park_entry *post, struct park_entry *poll)
{
	post->along = poll->token;
	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(poll, PARK_ALONG);
	(void)pthread_mutex_unlock(&p->table.lock);
	return post;
}

/* The session is not as it should be for that: one after the other. */
static void
ask_apart(struct park *p, struct park_entry *post, struct park_entry *poll)
{
	post->along = 0;
	(void)pthread_mutex_lock(&p->table.lock);
	park_table_set(post, PARK_HANDED);
	(void)pthread_mutex_unlock(&p->table.lock);
	park_ask(p, poll);
	park_ask(p, post);
}

static void
on_looked(void *cookie, uint64_t token, struct redisReply *got)
{
	const struct eio_answer done = { .verdict = VERDICT_OK };
	struct park *p = cookie;
	struct park_entry *post = park_table_find(&p->table, token);
	struct park_entry *poll =
	    post == NULL ? NULL : park_table_find(&p->table, post->along);

	if (post == NULL || poll == NULL)
		abort();
	if (got == NULL) {
		park_reply(p, poll, NULL);
		park_reply(p, post, NULL);
	} else if (eio_look_agrees(got, park_entry_joined(post))) {
		park_answer_payload(p, poll, &post->payload);
		park_reply(p, post, &done);
	} else {
		ask_apart(p, post, poll);
	}
}

struct park_question
park_pair_question(struct park *p, const struct park_entry *post)
{
	struct park_question q = { .made = BUF_INIT, .done = on_looked };
	struct eio_command c;

	eio_look(&c, p->setup.eio, slice_from(post->esid));
	rds_format(&c.c, &q.made);
	q.command = buf_slice(&q.made);
	return q;
}

struct park_entry *
park_pair(struct park *p, struct park_entry *en, struct park_entry **first)
{
	enum pair_side side = en->kind == LATER_POLL ? PAIR_GET : PAIR_POST;
	struct slice esid = slice_from(en->esid);
	struct park_entry *other;
	uint64_t token;

	if (en->kind == LATER_OPEN || en->kind == LATER_WAIT)
		return en;
	if (side == PAIR_POST && !en->pairs) {
		if (pair_release(p->pair, esid, &token))
			*first = park_table_find(&p->table, token);
		return en;
	}
	if (atomic_load(&p->draining))
		return en;
	switch (pair_arrive(
	    p->pair, esid, side, en->token, en->started_us, &token)) {
	case PAIR_ALONE:
		return en;
	case PAIR_WAITS:
		if (!atomic_exchange(&p->late_on, true))
			set_timer(p, PAIR_WAIT_US);
		return NULL;
	case PAIR_TWICE:
		*first = park_table_find(&p->table, token);
		return en;
	case PAIR_MET:
		break;
	}
	other = park_table_find(&p->table, token);
	return side == PAIR_GET ? together(p, other, en)
				: together(p, en, other);
}

void
park_pair_init(struct park *p)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0)
		log_fatal("no timer");
	p->pair = pair_new();
	ev_io_init(&p->late, on_late, fd, EV_READ);
	ev_io_start(p->loop, &p->late);
}

void
park_pair_fini(struct park *p)
{
	ev_io_stop(p->loop, &p->late);
	(void)close(p->late.fd);
	pair_free(p->pair);
}
