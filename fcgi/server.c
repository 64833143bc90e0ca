#include "fcgi/server.h"

#include <sys/resource.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ck.h"
#include "fcgi/identity.h"
#include "fcgi/keeper.h"
#include "fcgi/lead.h"
#include "fcgi/park.h"
#include "fcgi/request.h"
#include "fcgi/spare.h"
#include "handlers/dispatch.h"
#include "handlers/polling.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/rnd.h"

/* Held polls, connections and files want descriptors; fewer are too few. */
#define DESCRIPTORS_LOW 4096
/* Requests of one thread whose questions to the store share a round trip; as
 * many as that takes (io/store_pg_batch.h). */
#define SHARE_MAX 8
/* A body of more takes its time, also one that is only thrown away. */
#define BODY_LARGE 65536

struct server {
	const struct app *app;
	const struct conf *conf;
	struct eio_store eio;
	struct wake wake;
	struct metrics metrics;
	struct rds_breaker *breaker;
	struct lead lead;
	struct eio_memo *memo;
	struct park *park;
	struct keeper *keeper;
	struct spare *spare;
	struct ctx spare_ctx;
	struct store_place spare_place;
	sem_t store_gate;
	_Atomic bool stopping;
	_Atomic int64_t serial; /* of request ids */
};

/* A request, from its first byte to its answer. */
struct exchange {
	struct worker *worker;
	struct ctx ctx;
	struct http_request req;
	struct http_response res;
	struct slice identity;
	struct connection to;
	int64_t started;
	bool shared; /* it waits for others to share with */
};

struct worker {
	struct server *s;
	struct request *request;
	struct store_place place;
	struct exchange exchanges[SHARE_MAX];
	struct exchange *shared[SHARE_MAX]; /* in the order they asked */
	int n_shared;
	pthread_t thread;
	bool leading;
	_Atomic bool done;
};

static void
log_request(const struct ctx *c, struct slice identity, int status, int64_t us)
{
	struct log_line l =
	    log_begin(status >= 500 ? LOG_WARN : LOG_INFO, "request");

	identity_log(&l, identity);
	log_sid(&l, "sid", c->sid);
	log_str(&l, "method", slice_from(http_method_name(c->req->method)));
	log_str(
	    &l, "route", c->route ? slice_from(c->route->pattern) : SLICE("-"));
	log_int(&l, "status", status);
	log_int(&l, "ms", us / 1000);
	if (c->error.code != ERR_NONE)
		log_str(&l, "error", slice_from(err_name(c->error.code)));
	/* What a client did wrong may quote it; what we could not do may not. */
	if (status >= 500)
		log_str(&l, "why", slice_from(c->error.msg));
	log_end(&l);
}

/* False when the lot is full: the request is still the thread's. */
static bool
hold(struct exchange *x)
{
	const struct park_request request = {
		.later = &x->ctx.later,
		.route = x->ctx.route,
		.esid = x->ctx.sid,
		.connection = x->to,
		.headers = buf_slice(&x->res.headers),
		.identity = x->identity,
		.started_us = x->started,
	};

	return park_hold(x->worker->s->park, &request);
}

/* Read it, and run its handler: what that returns. */
static int
begin(struct exchange *x)
{
	struct server *s = x->worker->s;
	struct request *request = x->worker->request;
	struct ctx *c = &x->ctx;
	int rc;

	x->started = clock_mono_us();
	x->res = HTTP_RESPONSE_INIT;
	c->arena = ARENA_INIT;
	request_http(request, &c->arena, &x->req);
	x->identity = identity_of(&c->arena, &x->req, s->wake.process,
	    atomic_fetch_add(&s->serial, 1));
	c->req = &x->req;
	c->res = &x->res;
	c->route = NULL;
	c->sid = SLICE_EMPTY;
	c->who = PRINCIPAL_ANONYMOUS;
	c->error = ERR_INIT;
	c->body = (struct body_source){ request, request_body, request_piece };
	/* Whoever takes it, or throws it away. */
	if (x->req.content_length != 0)
		ctx_alone(c);
	if (x->req.content_length > BODY_LARGE)
		ctx_wait(c);
	rc = dispatch_run(c);
	x->to = request_release(request);
	return rc;
}

static void
end(struct exchange *x, int rc)
{
	struct server *s = x->worker->s;
	struct ctx *c = &x->ctx;
	bool later = rc == HANDLER_LATER;

	identity_answer(&x->res, &x->req, x->identity);
	if (later && !hold(x)) {
		later = false;
		dispatch_full(c);
	}
	if (!later) {
		(void)request_answer(
		    x->to, &x->res, x->req.method == HTTP_HEAD);
		metrics_status(&s->metrics, x->res.status);
		log_request(c, x->identity, x->res.status,
		    clock_mono_us() - x->started);
	}
	dispatch_end(c);
	http_response_fini(&x->res);
}

/* struct ctx's alone: those that wait to share share now. */
static void
answer_shared(void *cookie)
{
	const struct exchange *x = cookie;
	struct worker *w = x->worker;
	int n = w->n_shared;

	w->n_shared = 0;
	for (int i = 0; i < n; i++) {
		struct exchange *one = w->shared[i];

		end(one, dispatch_then(&one->ctx));
		one->shared = false;
	}
}

static struct exchange *
idle_exchange(struct worker *w)
{
	struct exchange *x = w->exchanges;

	while (x->shared)
		x++;
	return x;
}

static void
serve_one(struct worker *w)
{
	struct exchange *x = idle_exchange(w);
	int rc = begin(x);

	if (rc != HANDLER_SHARES) {
		end(x, rc);
		return;
	}
	x->shared = true;
	w->shared[w->n_shared++] = x;
}

/* The thread leads no more. */
static void
step_back(void *cookie)
{
	struct worker *w = cookie;

	if (w->leading)
		lead_leave(&w->s->lead);
	w->leading = false;
}

/* One more, if it waits at the door already. */
static bool
take_another(struct worker *w)
{
	if (w->n_shared == 0 || w->n_shared == SHARE_MAX || !w->leading ||
	    !request_accept_more(w->request))
		return false;
	/* Who connected and says nothing keeps nobody waiting. */
	if (!request_begun(w->request)) {
		answer_shared(w->exchanges);
		step_back(w);
	}
	return request_read(w->request);
}

static void
serve(struct worker *w)
{
	do
		serve_one(w);
	while (take_another(w));
	answer_shared(w->exchanges);
}

/* struct ctx's wait. A POST that comes here is run in steps. */
static void
may_wait(void *cookie)
{
	const struct exchange *x = cookie;
	struct worker *w = x->worker;
	const struct ctx *c = &x->ctx;

	if (c->route != NULL && (c->route->flags & ROUTE_TRANSPORT) &&
	    c->req->method == HTTP_POST && c->sid.n > 0)
		park_post_begins(w->s->park, c->sid);
	step_back(w);
}

/* Connected to Redis before the first request: how many descriptors a process
 * has does not depend on which of its threads has worked. */
static void
connect_first(struct ctx *c)
{
	struct err e = ERR_INIT;
	int64_t now;

	/* Whoever needs it connects again. */
	if (rds_now(c->rds, &now, &e) != 0)
		metrics_error(c->metrics, e.code);
}

static void *
run_worker(void *cookie)
{
	struct worker *w = cookie;

	connect_first(&w->exchanges[0].ctx);
	while (!atomic_load(&w->s->stopping)) {
		if (!w->leading && !lead_enter(&w->s->lead))
			break;
		w->leading = true;
		if (!request_accept(w->request)) {
			if (!atomic_load(&w->s->stopping))
				clock_sleep_ms(10); /* out of descriptors */
		} else if (request_read(w->request)) {
			serve(w);
		}
	}
	step_back(w);
	atomic_store(&w->done, true);
	return NULL;
}

static void
on_wake(int signal)
{
	(void)signal; /* only ends accept() */
}

static void
block_signals(void)
{
	/* What accept() does all the same: see request.c. */
	struct sigaction wake = { .sa_handler = on_wake,
		.sa_flags = SA_RESTART };
	sigset_t set;

	(void)sigaction(SIGUSR1, &wake, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void
wait_for_signal(void)
{
	sigset_t set;
	int got;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigwait(&set, &got);
}

/* What a thread that runs handlers needs for itself. */
static void
ctx_init(struct ctx *c, struct server *s, struct store_place *place)
{
	const struct conf *conf = s->conf;
	struct err e = ERR_INIT;
	struct rds *rds =
	    rds_new(conf->redis_url, conf->redis_timeout_ms, s->breaker);

	*c = (struct ctx){
		.app = s->app,
		.conf = conf,
		.eio = s->eio,
		.memo = s->memo,
		.rds = rds,
		.sockets = { rds, &s->eio },
		.queue = { rds, s->eio.prefix },
		.place = place,
		.metrics = &s->metrics,
	};
	if (s->app->wants_store) {
		c->store = store_open(conf->database_url, &e);
		if (c->store == NULL)
			log_fatal("%s", e.msg);
	}
}

static void
ctx_fini(struct ctx *c)
{
	if (c->store != NULL)
		store_close(c->store);
	rds_free(c->rds);
}

/* All of one thread share its connections. */
static void
worker_init(struct worker *w, struct server *s)
{
	struct exchange *first = &w->exchanges[0];

	w->s = s;
	w->place = (struct store_place){ .gate = &s->store_gate };
	w->request = request_new(STDIN_FILENO);
	ctx_init(&first->ctx, s, &w->place);
	first->ctx.wait = may_wait;
	first->ctx.alone = answer_shared;
	for (int i = 0; i < SHARE_MAX; i++) {
		struct exchange *x = &w->exchanges[i];

		x->ctx = first->ctx;
		x->worker = w;
		x->ctx.cookie = x;
	}
	if (first->ctx.store != NULL)
		store_on_wait(first->ctx.store, step_back, w);
}

static void
worker_fini(struct worker *w)
{
	request_free(w->request);
	ctx_fini(&w->exchanges[0].ctx);
}

/* A thread may be on its way into accept() when it is woken: wake again. */
static void
join(struct worker *workers, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		while (!atomic_load(&workers[i].done)) {
			(void)pthread_kill(workers[i].thread, SIGUSR1);
			clock_sleep_ms(10);
		}
		(void)pthread_join(workers[i].thread, NULL);
		worker_fini(&workers[i]);
	}
}

static void *
run_park(void *cookie)
{
	park_run(cookie);
	return NULL;
}

static void
warn_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < DESCRIPTORS_LOW)
		log_warnx("only %llu descriptors: raise the limit (ulimit -n) "
			  "to hold more than as many polls",
		    (unsigned long long)limit.rlim_cur);
}

/* On a connection of its own: each thread's is for that thread alone. */
static void
warn_policy(const struct server *s)
{
	struct rds *rds =
	    rds_new(s->conf->redis_url, s->conf->redis_timeout_ms, s->breaker);

	rds_warn_policy(rds);
	rds_free(rds);
}

static void
server_init(struct server *s, const struct app *app, const struct conf *conf,
    const char *prefix)
{
	s->app = app;
	s->conf = conf;
	rnd_start();
	rnd_id(s->wake.process, 10);
	s->eio = (struct eio_store){ prefix, &s->wake, conf->ping_interval_ms,
		conf->ping_timeout_ms, conf->connect_timeout_ms,
		conf->recovery_ms };
	lead_init(&s->lead);
	s->breaker = rds_breaker_new();
	s->memo = eio_memo_new();
	/* Three in four threads may be in the store; one in four answers what
	 * needs none. */
	(void)sem_init(
	    &s->store_gate, 0, (unsigned)(conf->threads * 3 + 1) / 4);
	s->spare_place = (struct store_place){ .gate = &s->store_gate };
	ctx_init(&s->spare_ctx, s, &s->spare_place);
	connect_first(&s->spare_ctx);
	s->spare = spare_new(&s->spare_ctx);
	s->park = park_new(&(struct park_setup){ &s->eio, conf->redis_url,
	    s->breaker, &s->metrics, polling_reply, spare_again, s->spare });
	park_wake(s->park, &s->wake);
	spare_park(s->spare, s->park);
	s->keeper = keeper_new(&(struct keeper_setup){ &s->eio, conf->redis_url,
	    conf->redis_timeout_ms, s->breaker, &s->metrics, spare_overdue,
	    s->spare });
}

int
server_run(const struct app *app, const struct conf *conf, const char *prefix)
{
	struct server *s = ck_calloc(1, sizeof(*s));
	struct worker *workers =
	    ck_calloc((size_t)conf->threads, sizeof(*workers));
	pthread_t loop;

	if (request_init(STDIN_FILENO) != 0) {
		(void)fputs("This is a FastCGI program: its listening socket "
			    "must be file descriptor 0.\n",
		    stderr);
		free(workers);
		free(s);
		return 1;
	}
	block_signals();
	warn_limits();
	server_init(s, app, conf, prefix);
	for (int64_t i = 0; i < conf->threads; i++)
		worker_init(&workers[i], s);
	if (pthread_create(&loop, NULL, run_park, s->park) != 0)
		abort();
	for (int64_t i = 0; i < conf->threads; i++)
		if (pthread_create(
			&workers[i].thread, NULL, run_worker, &workers[i]) != 0)
			abort();
	warn_policy(s);
	log_info("started, process %s", s->wake.process);
	wait_for_signal();
	atomic_store(&s->stopping, true);
	lead_stop(&s->lead);
	join(workers, conf->threads);
	keeper_free(s->keeper);
	park_drain(s->park);
	(void)pthread_join(loop, NULL);
	/* It may still deliver: to polls that are answered by now. */
	spare_free(s->spare);
	park_free(s->park);
	ctx_fini(&s->spare_ctx);
	eio_memo_free(s->memo);
	lead_fini(&s->lead);
	rds_breaker_free(s->breaker);
	(void)sem_destroy(&s->store_gate);
	log_info("stopped");
	free(workers);
	free(s);
	return 0;
}
