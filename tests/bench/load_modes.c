/*
 * What clients do once they are connected, as a table of modes, and the loop of
 * a process.
 */
#include <sys/epoll.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ck.h"
#include "base/num.h"
#include "bench/load.h"

#define EVENTS_MAX 256
#define TICK_MS    10
#define TICK_US    INT64_C(10000)
/* Requests are looked at for time-outs so often. */
#define CHECK_US 500000

int64_t
load_clock_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- events, ceiling ------------------------------------------------------- */

/* Buckets of equal width up to LOAD_STEPS, then LOAD_STEPS to a doubling. */
static size_t
bucket_of(int64_t us)
{
	size_t doublings = 0;

	while (us >= (int64_t)(2 * LOAD_STEPS)) {
		us >>= 1;
		doublings++;
	}
	return doublings * LOAD_STEPS + (size_t)us;
}

/* One more of what is counted in the window, begun at `c->since_us`. */
static void
record(struct client *c, int64_t *count)
{
	struct load_result *result = c->load->result;
	size_t at = bucket_of(c->load->now_us - c->since_us);

	if (c->load->window_us == 0)
		return;
	(*count)++;
	result->latency[at < LOAD_BUCKETS ? at : LOAD_BUCKETS - 1]++;
}

static void
event_record(struct client *c)
{
	c->load->result->acks++;
	record(c, &c->load->result->events);
}

static void
event_progress(struct client *c)
{
	if (!c->acked || c->post.busy)
		return;
	event_record(c);
	client_event(c);
}

/* The nearest thing to an event without state: a POST, and a GET meanwhile. */
static void
constant_opened(struct client *c)
{
	client_event(c);
	if (c->state == CLIENT_OPEN)
		client_get(c);
}

static void
constant_progress(struct client *c)
{
	if (!c->acked || c->post.busy || c->get.busy)
		return;
	event_record(c);
	constant_opened(c);
}

/* ---- hold ------------------------------------------------------------------ */

/* A browser keeps its POST connection for a while; a phone's is soon gone. */
static void
hold_progress(struct client *c)
{
	if (!c->post.busy && !c->load->opt->idle_posts)
		conn_close(&c->post);
}

/* ---- open ------------------------------------------------------------------ */

static void
session_again(struct client *c)
{
	const bool fresh = c->load->opt->fresh != 0;

	c->load->n_open--;
	if (fresh) {
		conn_close(&c->get);
		conn_close(&c->post);
	}
	client_start(c);
}

static void
session_opened(struct client *c)
{
	record(c, &c->load->result->sessions);
	if (c->load->opt->leave)
		session_again(c);
	else
		client_post(c, SLICE("1"));
}

static void
session_progress(struct client *c)
{
	if (!c->post.busy)
		session_again(c);
}

/* ---- churn ----------------------------------------------------------------- */

/* Every other client goes while its poll is held, the rest between polls. */
static void
churn_opened(struct client *c)
{
	c->load->result->sessions++;
	c->since_us = c->load->now_us;
	c->polls = (c->load->result->sessions & 1) != 0;
}

static void
churn_progress(struct client *c)
{
	(void)c;
}

static void
churn_tick(struct load *load)
{
	for (int i = 0; i < load->n_clients; i++) {
		struct client *c = &load->clients[i];

		if (c->state == CLIENT_OPEN &&
		    load->now_us - c->since_us > load->opt->life_ms * 1000) {
			load->result->gone++;
			client_stop(c);
		}
	}
}

/* clang-format off */
static const struct load_mode MODES[] = {
	/*            polls  waits  session */
	{ "events",  true,  true,  true,  client_event,    event_progress,    NULL },
	{ "ceiling", false, true,  false, constant_opened, constant_progress, NULL },
	{ "hold",    true,  true,  true,  hold_progress,   hold_progress,     NULL },
	{ "open",    false, false, true,  session_opened,  session_progress,  NULL },
	{ "churn",   false, false, true,  churn_opened,    churn_progress,    churn_tick },
};
/* clang-format on */

const struct load_mode *
load_mode_find(const char *name)
{
	for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++)
		if (strcmp(MODES[i].name, name) == 0)
			return &MODES[i];
	return NULL;
}

/* ---- the loop -------------------------------------------------------------- */

/* How many clients may have been started by now. */
static int64_t
due(const struct load *load)
{
	if (load->rate == 0)
		return INT64_MAX;
	return (load->now_us - load->begin_us) * load->rate / 1000000;
}

static void
start_some(struct load *load)
{
	for (int i = 0; i < load->n_clients; i++) {
		struct client *c = &load->clients[load->next];

		if (load->n_opening >= load->opt->opening ||
		    load->started >= due(load))
			return;
		load->next = (load->next + 1) % load->n_clients;
		if (c->state != CLIENT_IDLE)
			continue;
		load->started++;
		client_start(c);
	}
}

/* The window opens when the clients of all processes are there, and warm. */
static void
open_window(struct load *load)
{
	struct load_result *result = load->result;
	const int64_t age_us = load->now_us - load->begin_us;

	if (!result->ready && load->mode->waits &&
	    load->n_open < load->n_clients &&
	    age_us < load->opt->open_s * 1000000)
		return;
	result->ready = true;
	if (!result->go)
		return;
	if (load->warm_us == 0)
		load->warm_us = load->now_us;
	if (load->now_us - load->warm_us >= load->opt->warm * 1000000)
		load->window_us = load->now_us;
}

static void
tick(struct load *load)
{
	start_some(load);
	if (load->mode->tick != NULL)
		load->mode->tick(load);
	if (load->window_us == 0)
		open_window(load);
	if (load->now_us - load->checked_us < CHECK_US)
		return;
	load->checked_us = load->now_us;
	for (int i = 0; i < load->n_clients; i++)
		client_check_time(&load->clients[i]);
}

static bool
is_over(const struct load *load)
{
	return load->window_us != 0 &&
	    load->now_us - load->window_us >= load->opt->seconds * 1000000;
}

static void
prepare(struct load *load)
{
	load->net.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	load->clients =
	    ck_calloc((size_t)load->n_clients, sizeof(struct client));
	for (int i = 0; i < load->n_clients; i++) {
		struct client *c = &load->clients[i];

		c->load = load;
		conn_init(&c->get, c);
		conn_init(&c->post, c);
	}
	load->now_us = load->begin_us = load_clock_us();
}

void
load_run(struct load *load)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t ticked_us = 0;

	prepare(load);
	while (!is_over(load)) {
		int n =
		    epoll_wait(load->net.epoll_fd, events, EVENTS_MAX, TICK_MS);

		for (int i = 0; i < n; i++) {
			load->now_us = load_clock_us();
			client_go_on(events[i].data.ptr, events[i].events);
		}
		load->now_us = load_clock_us();
		if (load->now_us - ticked_us >= TICK_US) {
			ticked_us = load->now_us;
			tick(load);
		}
	}
	for (int i = 0; i < load->n_clients; i++)
		load->result->held += load->clients[i].state == CLIENT_OPEN &&
		    load->clients[i].get.busy;
	load->result->resent = load->net.resent;
	load->result->window_us = load->now_us - load->window_us;
}
