#include "fcgi/spare.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/ck.h"
#include "fcgi/identity.h"
#include "handlers/dispatch.h"
#include "handlers/polling.h"
#include "handlers/socket.h"
#include "io/clock.h"
#include "io/log.h"

struct task {
	struct task *next;
	const struct route *route; /* NULL: an ack is overdue */
	struct connection connection;
	int64_t started_us;
	char *esid, *text; /* the body, or the ask */
	size_t text_n;
	bool octets, last;
	char *session;            /* of an ask */
	char *headers, *identity; /* of a POST */
};

struct spare {
	struct ctx *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t poke;
	struct task *first, **last;
	struct park *park; /* where requests wait on; NULL: nowhere */
	bool stop;
};

static void
add(struct spare *sp, const struct task *task)
{
	struct task *t = ck_malloc(sizeof(*t));

	*t = *task;
	t->next = NULL;
	(void)pthread_mutex_lock(&sp->lock);
	*sp->last = t;
	sp->last = &t->next;
	(void)pthread_cond_signal(&sp->poke);
	(void)pthread_mutex_unlock(&sp->lock);
}

static char *
copy(struct slice s)
{
	struct buf b = BUF_INIT;

	buf_add_slice(&b, s);
	return buf_take(&b);
}

void
spare_again(void *spare, const struct park_again *post)
{
	add(spare,
	    &(struct task){
		.route = post->route,
		.connection = post->connection,
		.started_us = post->started_us,
		.esid = copy(post->esid),
		.text = copy(post->body),
		.text_n = post->body.n,
		.octets = post->octets,
		.last = post->last,
		.headers = copy(post->headers),
		.identity = copy(post->identity),
	    });
}

void
spare_overdue(
    void *spare, struct slice esid, struct slice session, struct slice ask)
{
	add(spare,
	    &(struct task){
		.esid = copy(esid),
		.text = copy(ask),
		.text_n = ask.n,
		.session = copy(session),
	    });
}

static void
log_again(const struct ctx *c, const struct task *t, int status)
{
	struct log_line l = log_begin(status >= 500 ? LOG_WARN : LOG_INFO,
	    t->route->flags & ROUTE_TRANSPORT ? "request, at the second try"
					      : "request");

	identity_log(&l, slice_from(t->identity));
	log_sid(&l, "sid", c->sid);
	if (!(t->route->flags & ROUTE_TRANSPORT)) {
		log_str(&l, "method", SLICE("POST"));
		log_str(&l, "route", slice_from(t->route->pattern));
	}
	log_int(&l, "status", status);
	log_int(&l, "ms", (clock_mono_us() - t->started_us) / 1000);
	if (c->error.code != ERR_NONE)
		log_str(&l, "error", slice_from(err_name(c->error.code)));
	log_end(&l);
}

/* It waits on, in the lot. */
static bool
hold(struct spare *sp, const struct task *t)
{
	const struct park_request request = {
		.later = &sp->ctx->later,
		.route = t->route,
		.esid = sp->ctx->sid,
		.connection = t->connection,
		.headers = slice_from(t->headers),
		.identity = slice_from(t->identity),
		.started_us = t->started_us,
	};

	return sp->park != NULL && park_hold(sp->park, &request);
}

/* False: it waits on. */
static bool
answer(struct spare *sp, const struct task *t, struct slice body)
{
	struct ctx *c = sp->ctx;

	c->waited_ms = (clock_mono_us() - t->started_us) / 1000;
	c->waits_no_more = t->last;
	if (dispatch_again(c, body) != HANDLER_LATER)
		return true;
	if (hold(sp, t))
		return false;
	dispatch_full(c);
	return true;
}

static void
run_again(struct spare *sp, const struct task *t, struct slice body)
{
	const struct http_request req = {
		.method = HTTP_POST,
		.path = SLICE("/socket.io/"),
		.content_type =
		    slice_from(t->octets ? "application/octet-stream" : ""),
	};
	struct http_response res = HTTP_RESPONSE_INIT;
	struct ctx *c = sp->ctx;

	c->req = &req;
	c->res = &res;
	buf_adds(&res.headers, t->headers);
	if (answer(sp, t, body)) {
		(void)request_answer(t->connection, &res, false);
		metrics_status(c->metrics, res.status);
		log_again(c, t, res.status);
	}
	http_response_fini(&res);
	c->req = NULL;
	c->res = NULL;
}

static void
run_task(struct spare *sp, const struct task *t)
{
	const struct slice text = { t->text, t->text_n };
	struct ctx *c = sp->ctx;

	c->arena = ARENA_INIT;
	c->route = t->route;
	c->sid = slice_from(t->esid);
	c->who = PRINCIPAL_ANONYMOUS;
	c->error = ERR_INIT;
	if (t->route == NULL)
		socket_overdue(c, slice_from(t->session), text);
	else
		run_again(sp, t, text);
	dispatch_end(c);
}

/* NULL: the thread stops. */
static struct task *
next(struct spare *sp)
{
	struct task *t;

	(void)pthread_mutex_lock(&sp->lock);
	while (sp->first == NULL && !sp->stop)
		(void)pthread_cond_wait(&sp->poke, &sp->lock);
	t = sp->first;
	if (t != NULL)
		sp->first = t->next;
	if (sp->first == NULL)
		sp->last = &sp->first;
	(void)pthread_mutex_unlock(&sp->lock);
	return t;
}

static void *
run(void *cookie)
{
	struct spare *sp = cookie;
	struct task *t;

	while ((t = next(sp)) != NULL) {
		run_task(sp, t);
		free(t->esid);
		free(t->text);
		free(t->session);
		free(t->headers);
		free(t->identity);
		free(t);
	}
	return NULL;
}

struct spare *
spare_new(struct ctx *ctx)
{
	struct spare *sp = ck_calloc(1, sizeof(*sp));

	sp->ctx = ctx;
	sp->last = &sp->first;
	(void)pthread_mutex_init(&sp->lock, NULL);
	(void)pthread_cond_init(&sp->poke, NULL);
	if (pthread_create(&sp->thread, NULL, run, sp) != 0)
		abort();
	return sp;
}

void
spare_park(struct spare *sp, struct park *park)
{
	sp->park = park;
}

void
spare_free(struct spare *sp)
{
	(void)pthread_mutex_lock(&sp->lock);
	sp->stop = true;
	(void)pthread_cond_signal(&sp->poke);
	(void)pthread_mutex_unlock(&sp->lock);
	(void)pthread_join(sp->thread, NULL);
	(void)pthread_mutex_destroy(&sp->lock);
	(void)pthread_cond_destroy(&sp->poke);
	free(sp);
}
