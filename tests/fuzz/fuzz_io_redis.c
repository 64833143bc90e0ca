/*
 * Redis answers anything to everything it is asked. The input: a line that
 * says what to call, a line it is called with, then the answers.
 */
#include "harness/answers.h"
#include "harness/fuzz.h"

#include "io/eio_look.h"
#include "io/eio_store.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/queue.h"
#include "io/sio_adapter.h"

#define SID "abcdefghijklmnopqrst"

struct call {
	struct rds *rds;
	struct eio_store store;
	struct sio_adapter adapter;
	struct queue queue;
	struct slice with;
};

static void
deliver(void *cookie, uint64_t token, struct wake_payload *payload)
{
	(void)cookie;
	(void)payload;
	fuzz_require(token != 0 && token <= INT64_MAX);
}

static const struct wake WAKE = { .process = "fuzz", .deliver = deliver };

/* Packets as many as told; the payload is all of them and what joins them. */
static void
check_answer(const struct eio_answer *a)
{
	struct buf payload = BUF_INIT;
	size_t bytes = 0;
	bool binary;

	for (size_t i = 0; i < a->n; i++)
		bytes += eio_answer_packet(a, i).n;
	fuzz_require(eio_answer_packet(a, a->n).n == 0);
	binary = eio_answer_payload(a, &payload);
	fuzz_require(!binary || a->number == EIO_V3);
	if (eio_session_speech(a->number) == EIO_V4)
		fuzz_require(payload.n >= bytes && payload.n <= bytes + a->n);
	buf_fini(&payload);
}

/* ---- sessions ------------------------------------------------------------ */

static void
call_poll(struct call *c)
{
	struct err e = ERR_INIT;
	struct eio_command command;
	struct eio_answer a;

	eio_store_poll(&command, &c->store, SLICE(SID), 7);
	if (eio_store_run(c->rds, &c->store, &command, &a, &e) != 0) {
		fuzz_require(e.code != ERR_NONE && *e.msg != '\0');
		return;
	}
	check_answer(&a);
	eio_answer_fini(&a);
}

/* A list of what must be joined; a bar is the end of a line. */
static void
call_look(struct call *c)
{
	struct err e = ERR_INIT;
	struct eio_command command;
	struct redisReply *reply;
	struct buf joined = BUF_INIT;

	buf_add_slice(&joined, c->with);
	for (size_t i = 0; i < joined.n; i++)
		if (joined.p[i] == '|')
			joined.p[i] = '\n';
	eio_look(&command, &c->store, SLICE(SID));
	reply = rds_call(c->rds, &command.c, &e);
	if (eio_look_agrees(reply, buf_slice(&joined))) {
		fuzz_require(rds_count(reply) == 7);
		fuzz_require(slice_eqs(rds_text(rds_at(reply, 0)), "4"));
	}
	rds_reply_free(reply);
	buf_fini(&joined);
}

static void
call_many(struct call *c)
{
	struct err e = ERR_INIT;
	struct eio_command command[3];
	struct eio_answer a[3];

	for (int i = 0; i < 3; i++)
		eio_store_tick(&command[i], &c->store, SLICE(SID));
	if (eio_store_run_many(c->rds, &c->store, command, 3, a, &e) != 0)
		return;
	for (int i = 0; i < 3; i++) {
		check_answer(&a[i]);
		eio_answer_fini(&a[i]);
	}
}

/* ---- rooms --------------------------------------------------------------- */

static const struct sio_socket SOCKET = {
	.nsp = SLICE_INIT("/chat"),
	.ssid = SLICE_INIT(SID),
	.esid = SLICE_INIT(SID),
};

static void
call_join(struct call *c)
{
	struct err e = ERR_INIT;

	if (sio_adapter_join(&c->adapter, &SOCKET, c->with, &e) != 0)
		fuzz_require(e.code != ERR_NONE && *e.msg != '\0');
}

static void
call_leave(struct call *c)
{
	struct err e = ERR_INIT;

	if (sio_adapter_leave(&c->adapter, &SOCKET, c->with, &e) != 0)
		fuzz_require(e.code != ERR_NONE && *e.msg != '\0');
}

static void
emit_to(struct call *c, int n_rooms, bool is_volatile)
{
	struct err e = ERR_INIT;
	const struct sio_emit emit = {
		.nsp = SOCKET.nsp,
		.room = { SLICE("one"), SLICE("two") },
		.n_rooms = n_rooms,
		.except = c->with,
		.packet = SLICE("42[\"a\"]"),
		.is_volatile = is_volatile,
	};
	int reached = -1;

	if (sio_adapter_emit(&c->adapter, &emit, &reached, &e) != 0)
		fuzz_require(e.code != ERR_NONE);
	fuzz_require(reached >= 0);
}

static void
call_emit(struct call *c)
{
	emit_to(c, 2, false);
}

static void
call_everybody(struct call *c)
{
	emit_to(c, 0, true);
}

/* A list of sockets; a bar is the end of a line. */
static void
call_socket(struct call *c)
{
	struct sio_socket so = { .nsp = SLICE_EMPTY };
	struct buf list = BUF_INIT;

	buf_add_slice(&list, c->with);
	for (size_t i = 0; i < list.n; i++)
		if (list.p[i] == '|')
			list.p[i] = '\n';
	if (sio_adapter_socket(buf_slice(&list), SLICE("/chat"), &so)) {
		fuzz_require(slice_eqs(so.nsp, "/chat"));
		fuzz_require(slice_chr(so.ssid, '\n') == so.ssid.n);
		fuzz_require(slice_chr(so.ssid, ' ') == so.ssid.n);
		fuzz_require(slice_chr(so.pid, '\n') == so.pid.n);
		fuzz_require(
		    slice_find(buf_slice(&list), SLICE("/chat ")) >= 0);
	}
	buf_fini(&list);
}

/* ---- tickets ------------------------------------------------------------- */

static void
check_ticket(const struct queue_ticket *t, bool got)
{
	if (!got)
		return;
	fuzz_require(memchr(t->entry, '\0', sizeof(t->entry)) != NULL);
	fuzz_require(strlen(t->job) == sizeof(t->job) - 1);
}

static void
call_reserve(struct call *c)
{
	struct err e = ERR_INIT;
	struct queue_ticket t;
	bool got = false;

	if (queue_reserve(&c->queue, SLICE("w1"), 10, &t, &got, &e) == 0)
		check_ticket(&t, got);
}

static void
call_reclaim(struct call *c)
{
	struct err e = ERR_INIT;
	struct queue_ticket t;
	bool got = false;

	if (queue_reclaim(&c->queue, SLICE("w1"), 10, &t, &got, &e) == 0)
		check_ticket(&t, got);
}

static void
call_add(struct call *c)
{
	struct err e = ERR_INIT;
	int64_t depth = 0;

	if (queue_add(&c->queue, c->with, 1000, &e) != 0 ||
	    queue_promote(&c->queue, &e) != 0 ||
	    queue_depth(&c->queue, &depth, &e) != 0)
		fuzz_require(e.code != ERR_NONE);
}

/* ---- the rest ------------------------------------------------------------ */

static void
call_now(struct call *c)
{
	struct err e = ERR_INIT;
	int64_t now;

	if (rds_now(c->rds, &now, &e) != 0)
		fuzz_require(e.code != ERR_NONE);
	rds_warn_policy(c->rds);
}

static void
call_metrics(struct call *c)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;

	if (metrics_print(c->rds, "fuzz", NULL, &out, &e) != 0)
		fuzz_require(e.code != ERR_NONE);
	buf_fini(&out);
}

/* Not from Redis, but where to find it. */
static void
call_url(struct call *c)
{
	struct err e = ERR_INIT;
	struct buf url = BUF_INIT;

	buf_add_slice(&url, c->with);
	if (rds_url_check(buf_cstr(&url), &e) != 0)
		fuzz_require(strcmp(e.field, "REDIS_URL") == 0);
	buf_fini(&url);
}

static const struct {
	const char *name;
	void (*run)(struct call *c);
} CALLS[] = {
	{ "poll", call_poll },
	{ "look", call_look },
	{ "many", call_many },
	{ "join", call_join },
	{ "leave", call_leave },
	{ "emit", call_emit },
	{ "everybody", call_everybody },
	{ "socket", call_socket },
	{ "reserve", call_reserve },
	{ "reclaim", call_reclaim },
	{ "add", call_add },
	{ "now", call_now },
	{ "metrics", call_metrics },
	{ "url", call_url },
};

static void
run(struct slice name, struct slice with)
{
	struct rds_breaker *breaker = rds_breaker_new();
	struct call c = { .with = with };

	c.rds = rds_new("unix:none", 1000, breaker);
	c.store = (struct eio_store){ .prefix = "fuzz", .wake = &WAKE };
	c.adapter = (struct sio_adapter){ c.rds, &c.store };
	c.queue = (struct queue){ c.rds, "fuzz", QUEUE_JOBS };
	for (size_t i = 0; i < COUNT(CALLS); i++)
		if (slice_eqs(name, CALLS[i].name))
			CALLS[i].run(&c);
	rds_free(c.rds);
	rds_breaker_free(breaker);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 3);

	log_set_level(LOG_ERROR);
	if (answers_begin(in.field[2]))
		run(in.field[0], in.field[1]);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"
