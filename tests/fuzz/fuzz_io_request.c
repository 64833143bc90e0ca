/*
 * A request and whatever Redis answers meanwhile, through routes, handlers and
 * transport; twice, as the second one finds the session remembered. The input
 * is lines: the application (director, else the echo server), method, path,
 * query, content type, body; then the answers. With the method OVERDUE an ack
 * did not come in time: the body is what waits for it, the content type the
 * session as Redis has it (a bar is a line's end).
 */
#include "harness/answers.h"
#include "harness/fuzz.h"

/* The echo server's application without its program. */
#define main echo_main
#include "conformance/echo.c" /* NOLINT(bugprone-suspicious-include) */
#undef main

#include "handlers/app.h"
#include "handlers/dispatch.h"
#include "handlers/socket.h"

#define MAX_PAYLOAD 100000
#define RECOVERY_MS 60000
#define PIECE       100

static const char PREFIX[] = "fuzz";
static struct eio_memo *memo;
static struct metrics metrics;

int
server_run(const struct app *app, const struct conf *conf, const char *prefix)
{
	(void)app;
	(void)conf;
	(void)prefix;
	return 0;
}

static void
deliver(void *cookie, uint64_t token, struct wake_payload *payload)
{
	(void)cookie;
	(void)token;
	(void)payload;
}

/* A body: all of it, and what was not yet given piece by piece. */
struct source {
	struct slice whole, rest;
};

static int
read_body(void *cookie, size_t max, struct buf *out, struct err *e)
{
	const struct source *source = cookie;

	if (source->whole.n > max)
		return err_set(e, ERR_TOO_LARGE, "too large");
	buf_add_slice(out, source->whole);
	return 0;
}

static int
read_piece(void *cookie, size_t max, struct slice *piece, struct err *e)
{
	struct source *source = cookie;

	if (source->whole.n > max)
		return err_set(e, ERR_TOO_LARGE, "too large");
	*piece = slice_sub(source->rest, 0, PIECE);
	source->rest = slice_from_at(source->rest, piece->n);
	return 0;
}

/* ---- what the event loop does with what is left for it ------------------- */

static bool
run_script(struct ctx *c, struct eio_answer *a)
{
	struct eio_command command;
	struct err e = ERR_INIT;

	if (c->later.kind == LATER_OPEN)
		eio_store_open(&command, &c->eio, c->sid, EIO_V4,
		    c->later.joins, c->later.principal);
	else if (c->later.kind == LATER_POLL)
		eio_store_poll(&command, &c->eio, c->sid, 7);
	else
		eio_store_push(&command, &c->eio, c->sid, c->later.push);
	return eio_store_run(c->rds, &c->eio, &command, a, &e) == 0;
}

static void
run_later(struct ctx *c)
{
	struct eio_answer a = { .verdict = VERDICT_GONE };
	bool answered = run_script(c, &a);

	if (a.verdict == VERDICT_CHANGED && c->later.kind == LATER_POST)
		dispatch_again(c, c->later.body);
	else if (a.verdict != VERDICT_PARK || c->later.kind != LATER_POLL)
		polling_reply(
		    c->later.kind, c->later.body, answered ? &a : NULL, c->res);
	eio_answer_fini(&a);
}

/* ---- the request --------------------------------------------------------- */

static void
check_answer(const struct http_response *r)
{
	struct json_object *value = NULL;
	struct slice headers = buf_slice(&r->headers);

	fuzz_require(r->status >= 200 && r->status < 600);
	fuzz_require_lines(headers);
	if (slice_find(headers, SLICE("json\r\n")) < 0)
		return;
	fuzz_require(jval_parse(buf_slice(&r->body), &value) == JVAL_OK);
	json_object_put(value);
}

static void
serve(struct ctx *c)
{
	c->arena = ARENA_INIT;
	c->error = ERR_INIT;
	c->sid = SLICE_EMPTY;
	*c->res = HTTP_RESPONSE_INIT;
	if (dispatch_run(c) == HANDLER_LATER)
		run_later(c);
	check_answer(c->res);
	http_response_fini(c->res);
	dispatch_end(c);
}

static void
run_overdue(struct ctx *c, const struct fuzz_fields *in)
{
	struct buf session = BUF_INIT;

	buf_add_slice(&session, in->field[4]);
	for (size_t i = 0; i < session.n; i++)
		if (session.p[i] == '|')
			session.p[i] = '\n';
	c->arena = ARENA_INIT;
	c->sid = SLICE("abcdefghijklmnopqrst");
	socket_overdue(c, buf_slice(&session), in->field[5]);
	arena_fini(&c->arena);
	buf_fini(&session);
}

/* Inputs are tried one by one: what was remembered is forgotten with each. */
static void
forget(const struct fuzz_fields *in)
{
	struct arena a = ARENA_INIT;
	bool present;

	eio_memo_put(
	    memo, http_query(in->field[3], "sid", &a, &present), SLICE_EMPTY);
	arena_fini(&a);
}

static void
run(const struct fuzz_fields *in)
{
	struct rds_breaker *breaker = rds_breaker_new();
	const struct wake wake = { .process = "fuzz", .deliver = deliver };
	const struct conf conf = { .cors_origins = (char[]){ "" },
		.bind = (char[]){ "127.0.0.1" },
		.allowed_hosts = (char[]){ "" },
		.api_key = (char[]){ "" },
		.media = (char[]){ "/nowhere" },
		.url = (char[]){ "" },
		.upload_max = MAX_PAYLOAD,
		.max_payload = MAX_PAYLOAD,
		.recovery_ms = RECOVERY_MS };
	struct slice body = in->field[5];
	struct source source = { body, body };
	const struct http_request request = {
		.method = http_method_parse(in->field[1]),
		.path = in->field[2],
		.query = in->field[3],
		.content_type = in->field[4],
		.content_length = (int64_t)body.n,
		.host = SLICE("localhost:8080"),
		.scheme = SLICE("http"),
	};
	struct http_response response;
	struct ctx c = { .conf = &conf,
		.memo = memo,
		.metrics = &metrics,
		.req = &request,
		.res = &response,
		.body = { &source, read_body, read_piece } };

	c.app = slice_eqs(in->field[0], "director") ? &app_director : &APP;
	c.rds = rds_new("unix:none", 1000, breaker);
	c.eio = (struct eio_store){ .prefix = PREFIX,
		.wake = &wake,
		.ping_interval_ms = 25000,
		.ping_timeout_ms = 20000,
		.recovery_ms = RECOVERY_MS };
	c.sockets = (struct sio_adapter){ c.rds, &c.eio };
	c.queue = (struct queue){ c.rds, PREFIX, QUEUE_JOBS };
	if (slice_eqs(in->field[1], "OVERDUE")) {
		run_overdue(&c, in);
	} else {
		serve(&c);
		serve(&c);
	}
	forget(in);
	rds_free(c.rds);
	rds_breaker_free(breaker);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 7);

	if (memo == NULL)
		memo = eio_memo_new();
	log_set_level(LOG_ERROR);
	if (answers_begin(in.field[6]))
		run(&in);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"
