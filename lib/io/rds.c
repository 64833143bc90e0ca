#include "io/rds.h"

#include <sys/time.h>

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "base/num.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/rds_internal.h"

#include "rds_library.inc"

/*
 * After a failure the next try waits this long, doubling up to the second;
 * one thread tries, the rest fail at once.
 */
#define BREAKER_FIRST_MS 50
#define BREAKER_LAST_MS  1000
/* A try that may block for long does not keep the others out for longer. */
#define PROBE_MS 1000
/* A connection unused for so long is looked at before it is trusted. */
#define IDLE_MS 100

struct rds_breaker {
	pthread_mutex_t lock;
	int64_t wait_ms; /* 0: closed, all is well */
	int64_t retry_at_ms;
};

struct rds {
	struct rds_address address;
	int64_t timeout_ms;
	struct rds_breaker *breaker;
	redisContext *connection; /* NULL when there is none */
	int64_t used_ms;
};

static const char *const SCRIPTS[] = {
#define X(id, name) name,
#include "rds_scripts.inc"
#undef X
};

struct slice
rds_library(void)
{
	return SLICE(RDS_LIBRARY);
}

struct rds_breaker *
rds_breaker_new(void)
{
	struct rds_breaker *b = ck_calloc(1, sizeof(*b));

	(void)pthread_mutex_init(&b->lock, NULL);
	return b;
}

void
rds_breaker_free(struct rds_breaker *b)
{
	if (b == NULL)
		return;
	(void)pthread_mutex_destroy(&b->lock);
	free(b);
}

bool
rds_breaker_closed(struct rds_breaker *b)
{
	bool closed;

	(void)pthread_mutex_lock(&b->lock);
	closed = b->wait_ms == 0;
	(void)pthread_mutex_unlock(&b->lock);
	return closed;
}

/*
 * May this caller try now? An open breaker lets one through, and the next when
 * that one must have failed: a try at a frozen Redis takes all of `timeout_ms`.
 */
static bool
breaker_enter(struct rds_breaker *b, int64_t timeout_ms)
{
	int64_t now = clock_mono_ms();
	bool may;

	(void)pthread_mutex_lock(&b->lock);
	may = b->wait_ms == 0 || now >= b->retry_at_ms;
	if (may && b->wait_ms != 0)
		b->retry_at_ms = now + b->wait_ms +
		    (timeout_ms < PROBE_MS ? timeout_ms : PROBE_MS);
	(void)pthread_mutex_unlock(&b->lock);
	return may;
}

static void
breaker_result(struct rds_breaker *b, bool good)
{
	(void)pthread_mutex_lock(&b->lock);
	if (good) {
		b->wait_ms = 0;
	} else {
		b->wait_ms = b->wait_ms ? b->wait_ms * 2 : BREAKER_FIRST_MS;
		if (b->wait_ms > BREAKER_LAST_MS)
			b->wait_ms = BREAKER_LAST_MS;
		b->retry_at_ms = clock_mono_ms() + b->wait_ms;
	}
	(void)pthread_mutex_unlock(&b->lock);
}

void
rds_breaker_close(struct rds_breaker *b)
{
	breaker_result(b, true);
}

int
rds_address_parse(const char *url, struct rds_address *out, struct err *e)
{
	struct slice s = slice_from(url);
	struct slice host;
	int64_t port = 6379;

	if (slice_starts(s, SLICE("unix:"))) {
		*out = (struct rds_address){ ck_strdup(url + 5), 0 };
		return 0;
	}
	if (!slice_starts(s, SLICE("redis://")))
		return err_field(e, ERR_BAD_REQUEST, "REDIS_URL",
		    "REDIS_URL must be redis://HOST:PORT or unix:PATH");
	s = slice_from_at(s, 8);
	(void)slice_cut(&s, ':', &host);
	if ((s.p != NULL && !num_parse(s, 1, 65535, &port)) || host.n == 0)
		return err_field(e, ERR_BAD_REQUEST, "REDIS_URL",
		    "REDIS_URL has no valid HOST:PORT");
	*out = (struct rds_address){ strndup(host.p, host.n), (int)port };
	return 0;
}

int
rds_url_check(const char *url, struct err *e)
{
	struct rds_address a = { NULL, 0 };
	int rc = rds_address_parse(url, &a, e);

	free(a.host);
	return rc;
}

struct rds *
rds_new(const char *url, int64_t timeout_ms, struct rds_breaker *breaker)
{
	struct rds *r = ck_calloc(1, sizeof(*r));
	struct err e = ERR_INIT;

	/* The caller has checked the URL; a bad one never connects. */
	if (rds_address_parse(url, &r->address, &e) != 0)
		r->address.host = ck_strdup("");
	r->timeout_ms = timeout_ms;
	r->breaker = breaker;
	return r;
}

static void
drop(struct rds *r)
{
	if (r->connection != NULL)
		redisFree(r->connection);
	r->connection = NULL;
}

void
rds_free(struct rds *r)
{
	if (r == NULL)
		return;
	drop(r);
	free(r->address.host);
	free(r);
}

static struct timeval
as_timeval(int64_t ms)
{
	return (struct timeval){ ms / 1000, (ms % 1000) * 1000 };
}

static int
lost(struct rds *r, struct err *e, const char *why)
{
	/* `why` may be the connection's own. */
	(void)err_set(e, ERR_UNAVAILABLE,
	    "Redis does not answer (%s). Please try again in a moment.", why);
	drop(r);
	breaker_result(r->breaker, false);
	return -1;
}

/* A connection that Redis closed while it was idle shows as readable. */
static bool
went_away(const struct rds *r)
{
	struct pollfd p = { .fd = r->connection->fd, .events = POLLIN };

	return clock_mono_ms() - r->used_ms > IDLE_MS && poll(&p, 1, 0) != 0;
}

static int
connected(struct rds *r, struct err *e)
{
	struct timeval t = as_timeval(r->timeout_ms);

	if (r->connection != NULL && went_away(r))
		drop(r);
	r->used_ms = clock_mono_ms();
	if (r->connection != NULL)
		return 0;
	if (r->address.port == 0)
		r->connection = redisConnectUnixWithTimeout(r->address.host, t);
	else
		r->connection = redisConnectWithTimeout(
		    r->address.host, r->address.port, t);
	if (r->connection == NULL)
		return lost(r, e, "out of memory");
	if (r->connection->err != 0)
		return lost(r, e, r->connection->errstr);
	(void)redisSetTimeout(r->connection, t);
	return 0;
}

struct rds_command
rds_command(const char *first, ...)
{
	struct rds_command c = { .script = RDS_SCRIPT__MAX };
	va_list ap;

	va_start(ap, first);
	for (const char *w = first; w != NULL; w = va_arg(ap, const char *))
		rds_word(&c, slice_from(w));
	va_end(ap);
	return c;
}

void
rds_word(struct rds_command *c, struct slice word)
{
	if (c->n == RDS_WORDS_MAX)
		abort();
	c->word[c->n] = word.p;
	c->size[c->n++] = word.n;
}

void
rds_word_int(struct rds_command *c, int64_t number, char room[static 24])
{
	rds_word(c, (struct slice){ room, num_text(number, room) });
}

/*
 * FCALL name numkeys …: by custom the command's first word is the number of
 * keys.
 */
void
rds_argv_make(struct rds_argv *out, const struct rds_command *c)
{
	int head = c->script == RDS_SCRIPT__MAX ? 0 : 2;
	int at = head;

	out->n = head + c->n + c->n_more;
	out->word = ck_calloc((size_t)out->n, sizeof(*out->word));
	out->size = ck_calloc((size_t)out->n, sizeof(*out->size));
	if (head != 0) {
		out->word[0] = "FCALL";
		out->word[1] = SCRIPTS[c->script];
		for (int i = 0; i < head; i++)
			out->size[i] = strlen(out->word[i]);
	}
	for (int i = 0; i < c->n; i++, at++) {
		out->word[at] = c->word[i];
		out->size[at] = c->size[i];
	}
	for (int i = 0; i < c->n_more; i++, at++) {
		out->word[at] = c->more[i].p;
		out->size[at] = c->more[i].n;
	}
}

void
rds_argv_fini(struct rds_argv *argv)
{
	free(argv->word);
	free(argv->size);
}

/* Enough for what stands before a word: '$', its size, two line ends. */
#define FRAME_SIZE (NUM_TEXT_SIZE + 5)

static char *
frame(char *to, char type, size_t n)
{
	*to++ = type;
	to += num_text((int64_t)n, to);
	*to++ = '\r';
	*to++ = '\n';
	return to;
}

/* Not by hiredis: it calls sprintf() for each word, of which there are 20. */
void
rds_format(const struct rds_command *c, struct buf *out)
{
	struct rds_argv argv;
	size_t room = FRAME_SIZE;
	char *to;

	rds_argv_make(&argv, c);
	for (int i = 0; i < argv.n; i++)
		room += FRAME_SIZE + argv.size[i];
	to = frame(buf_room(out, room), '*', (size_t)argv.n);
	for (int i = 0; i < argv.n; i++) {
		to = frame(to, '$', argv.size[i]);
		if (argv.size[i] != 0)
			memcpy(to, argv.word[i], argv.size[i]);
		to += argv.size[i];
		*to++ = '\r';
		*to++ = '\n';
	}
	*to = '\0';
	out->n = (size_t)(to - out->p);
	rds_argv_fini(&argv);
}

static int
send(struct rds *r, const struct rds_command *c, struct err *e)
{
	struct rds_argv argv;
	int rc;

	rds_argv_make(&argv, c);
	rc =
	    redisAppendCommandArgv(r->connection, argv.n, argv.word, argv.size);
	rds_argv_fini(&argv);
	return rc == REDIS_OK ? 0 : lost(r, e, "cannot send");
}

static int
receive(struct rds *r, redisReply **reply, struct err *e)
{
	void *got = NULL;

	if (redisGetReply(r->connection, &got) != REDIS_OK)
		return lost(r, e,
		    r->connection->err == REDIS_ERR_IO ? "no answer in time"
						       : r->connection->errstr);
	*reply = got;
	return 0;
}

bool
rds_is_missing(const redisReply *reply)
{
	return rds_is_error(reply) &&
	    slice_eq((struct slice){ reply->str, reply->len },
		SLICE("ERR Function not found"));
}

/* What an error reply says; rds_text() of one is empty. */
static struct slice
error_text(const redisReply *reply)
{
	return slice_sub((struct slice){ reply->str, reply->len }, 0, 200);
}

static int
load(struct rds *r, struct err *e)
{
	struct rds_command c = rds_command("FUNCTION", "LOAD", "REPLACE", NULL);
	redisReply *reply = NULL;
	int rc;

	rds_word(&c, rds_library());
	if (send(r, &c, e) != 0 || receive(r, &reply, e) != 0)
		return -1;
	rc = rds_is_error(reply)
	    ? err_set(e, ERR_INTERNAL,
		  "Redis (7 or newer is needed) does not take the scripts: "
		  "%.*s",
		  SLICE_ARG(error_text(reply)))
	    : 0;
	rds_reply_free(reply);
	return rc;
}

/* The reply to `c`; the scripts that Redis does not have are loaded, and it is
 * run again. */
static int
again_if_missing(struct rds *r, const struct rds_command *c, redisReply **reply,
    struct err *e)
{
	if (!rds_is_missing(*reply))
		return 0;
	rds_reply_free(*reply);
	*reply = NULL;
	if (load(r, e) != 0 || send(r, c, e) != 0)
		return -1;
	return receive(r, reply, e);
}

int
rds_pipeline(struct rds *r, const struct rds_command *c, int n,
    struct redisReply **replies, struct err *e)
{
	int got = 0;

	if (!breaker_enter(r->breaker, r->timeout_ms))
		return err_set(e, ERR_UNAVAILABLE,
		    "Redis does not answer. Please try again in a moment.");
	if (connected(r, e) != 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (send(r, &c[i], e) != 0)
			return -1;
	for (; got < n; got++) {
		if (receive(r, &replies[got], e) != 0)
			goto out_free;
	}
	for (int i = 0; i < n; i++)
		if (again_if_missing(r, &c[i], &replies[i], e) != 0)
			goto out_free;
	breaker_result(r->breaker, true);
	return 0;

out_free:
	for (int i = 0; i < got; i++)
		rds_reply_free(replies[i]);
	return -1;
}

struct redisReply *
rds_call(struct rds *r, const struct rds_command *c, struct err *e)
{
	struct redisReply *reply = NULL;

	if (rds_pipeline(r, c, 1, &reply, e) != 0)
		return NULL;
	if (rds_is_error(reply)) {
		(void)err_set(e, ERR_UNAVAILABLE, "Redis: %.*s",
		    SLICE_ARG(error_text(reply)));
		rds_reply_free(reply);
		return NULL;
	}
	return reply;
}

struct redisReply *
rds_call_blocking(struct rds *r, const struct rds_command *c,
    int64_t timeout_ms, struct err *e)
{
	struct redisReply *reply;
	int64_t usual = r->timeout_ms;

	/* A connection gets its deadline when it is made or here. */
	r->timeout_ms = timeout_ms;
	if (r->connection != NULL)
		(void)redisSetTimeout(r->connection, as_timeval(timeout_ms));
	reply = rds_call(r, c, e);
	r->timeout_ms = usual;
	if (r->connection != NULL)
		(void)redisSetTimeout(r->connection, as_timeval(usual));
	return reply;
}

int
rds_now(struct rds *r, int64_t *now_ms, struct err *e)
{
	struct rds_command c = rds_command("TIME", NULL);
	struct redisReply *reply = rds_call(r, &c, e);
	int64_t s, us;

	if (reply == NULL)
		return -1;
	s = rds_int(rds_at(reply, 0));
	us = rds_int(rds_at(reply, 1));
	rds_reply_free(reply);
	if (s <= 0 || s > UINT32_MAX || us < 0 || us >= 1000000)
		return err_set(e, ERR_UNAVAILABLE, "Redis tells no time");
	*now_ms = s * 1000 + us / 1000;
	return 0;
}

void
rds_warn_policy(struct rds *r)
{
	struct rds_command c =
	    rds_command("CONFIG", "GET", "maxmemory-policy", NULL);
	struct err e = ERR_INIT;
	struct redisReply *reply = rds_call(r, &c, &e);
	struct slice policy = rds_text(rds_at(reply, 1));

	/* A Redis that does not tell, or is not there yet: nothing to say. */
	if (policy.n != 0 && !slice_eqs(policy, "noeviction"))
		log_warnx("Redis: maxmemory-policy is %.*s; it must be "
			  "noeviction, or sessions and tickets may vanish",
		    SLICE_ARG(policy));
	rds_reply_free(reply);
}

void
rds_reply_free(struct redisReply *reply)
{
	if (reply != NULL)
		freeReplyObject(reply);
}

bool
rds_is_error(const struct redisReply *reply)
{
	return reply != NULL && reply->type == REDIS_REPLY_ERROR;
}

bool
rds_is_null(const struct redisReply *reply)
{
	return reply == NULL || reply->type == REDIS_REPLY_NIL;
}

size_t
rds_count(const struct redisReply *reply)
{
	if (reply == NULL || reply->type != REDIS_REPLY_ARRAY)
		return 0;
	return reply->elements;
}

const struct redisReply *
rds_at(const struct redisReply *reply, size_t i)
{
	return i < rds_count(reply) ? reply->element[i] : NULL;
}

struct slice
rds_text(const struct redisReply *reply)
{
	if (reply == NULL ||
	    (reply->type != REDIS_REPLY_STRING &&
		reply->type != REDIS_REPLY_STATUS))
		return SLICE_EMPTY;
	return (struct slice){ reply->str, reply->len };
}

int64_t
rds_int(const struct redisReply *reply)
{
	int64_t value = 0;

	if (reply != NULL && reply->type == REDIS_REPLY_INTEGER)
		return reply->integer;
	if (!num_parse(rds_text(reply), INT64_MIN, INT64_MAX, &value))
		return 0;
	return value;
}
