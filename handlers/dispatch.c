#include "handlers/dispatch.h"

#include <stdio.h>
#include <time.h>

#include "handlers/api_key.h"
#include "handlers/polling.h"
#include "io/rnd.h"
#include "proto/jval.h"
#include "proto/problem.h"

/* What stands around a file in a form: boundaries, heads, small fields. */
#define FORM_ROOM ((size_t)64 * 1024)
/* A request waits so long for a place in the store, then 503. */
#define GATE_WAIT_S 2
/* Name of the visitor's cookie, and how long a browser keeps it: a year. */
#define VISITOR_COOKIE "director_visitor"
#define VISITOR_AGE_S  "31536000"
/* The web server has it whole, and a socket's buffer takes so much. */
#define BODY_AT_ONCE 65536
/* 22 characters of base64url: 132 random bits. */
#define VISITOR_SIZE 22
#define WRITES       (HTTP_POST | HTTP_PUT | HTTP_PATCH | HTTP_DELETE | HTTP_OTHER)

void
ctx_wait(struct ctx *c)
{
	if (c->wait != NULL)
		c->wait(c->cookie);
}

void
ctx_alone(struct ctx *c)
{
	if (c->alone != NULL)
		c->alone(c->cookie);
}

bool
ctx_shares(const struct ctx *c)
{
	return c->alone != NULL && (c->route->flags & ROUTE_SHARES);
}

int
ctx_share(struct ctx *c, bool waits, int (*then)(struct ctx *c, struct err *e),
    void *state, struct err *e)
{
	c->then = then;
	c->asked = state;
	if (waits)
		return HANDLER_SHARES;
	ctx_alone(c);
	return then(c, e);
}

/* A place in the store for the thread. */
static bool
enter_store(struct ctx *c)
{
	struct timespec until;

	if (c->place->users > 0 || sem_trywait(c->place->gate) == 0)
		return true;
	ctx_wait(c);
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += GATE_WAIT_S;
	return sem_timedwait(c->place->gate, &until) == 0;
}

struct store *
ctx_store(struct ctx *c, struct err *e)
{
	if (c->holds_place)
		return c->store;
	if (c->store == NULL || !enter_store(c)) {
		(void)err_set(e, ERR_UNAVAILABLE,
		    "The store is busy. Please try again in a moment.");
		return NULL;
	}
	c->place->users++;
	c->holds_place = true;
	return c->store;
}

void
ctx_store_leave(struct ctx *c)
{
	if (c->holds_place && --c->place->users == 0)
		(void)sem_post(c->place->gate);
	c->holds_place = false;
}

void
dispatch_end(struct ctx *c)
{
	ctx_store_leave(c);
	arena_fini(&c->arena);
}

int
ctx_json(struct ctx *c, int status, struct json_object *value)
{
	c->res->status = status;
	http_header(c->res, "Content-Type", "application/json");
	http_header(c->res, "Cache-Control", "no-store");
	jval_print(&c->res->body, value);
	(void)json_object_put(value);
	return 0;
}

int
ctx_body_json(struct ctx *c, struct json_object **out, struct err *e)
{
	return ctx_json_object(c, c->req->body, out, e);
}

int
ctx_json_value(
    struct ctx *c, struct slice body, struct json_object **out, struct err *e)
{
	size_t at;
	enum jval_status status = jval_parse_sent(body, out, &at);
	struct buf place = BUF_INIT;

	if (status == JVAL_OK)
		return 0;
	jval_place(&place, body, at);
	(void)err_field(e, ERR_BAD_REQUEST, "body",
	    "The body is not acceptable JSON: %s", jval_strerror(status));
	(void)err_more(
	    e, NULL, arena_strdup(&c->arena, buf_slice(&place)), NULL);
	buf_fini(&place);
	return -1;
}

int
ctx_json_object(
    struct ctx *c, struct slice body, struct json_object **out, struct err *e)
{
	if (ctx_json_value(c, body, out, e) != 0)
		return -1;
	if (!json_object_is_type(*out, json_type_object)) {
		(void)json_object_put(*out);
		*out = NULL;
		return err_field(e, ERR_BAD_REQUEST, "body",
		    "The body must be a JSON object.");
	}
	return 0;
}

/* HEAD goes where GET does, but not to the transport: it is no poll. */
static unsigned
methods_of(const struct route *r)
{
	if ((r->methods & HTTP_GET) && !(r->flags & ROUTE_TRANSPORT))
		return r->methods | HTTP_HEAD;
	return r->methods;
}

/* The route of path and method; where there is none, or OPTIONS asks, `*allowed`
 * gathers what the path takes. */
static const struct route *
find_route(struct ctx *c, unsigned *allowed)
{
	unsigned method = c->req->method;
	const struct route *found = NULL;

	for (size_t i = 0; i < c->app->n_routes; i++) {
		const struct route *r = &c->app->routes[i];
		struct route_params params = { .n = 0 };

		if (!route_match(r->pattern, c->req->path, &c->arena, &params))
			continue;
		*allowed |= methods_of(r);
		if (found != NULL ||
		    !((methods_of(r) & method) || (r->flags & ROUTE_TRANSPORT)))
			continue;
		found = r;
		c->params = params;
		if (method != HTTP_OPTIONS)
			break;
	}
	return found;
}

static bool
media_accepted(const char *list, struct slice media)
{
	struct slice rest = slice_from(list), one;

	while (slice_cut(&rest, ' ', &one))
		if (slice_eq_nocase(one, media))
			return true;
	return false;
}

/* A file, and the form it comes in. */
size_t
ctx_body_max(const struct ctx *c)
{
	if (c->route->flags & ROUTE_STREAM)
		return (size_t)c->conf->upload_max + FORM_ROOM;
	return c->route->body_max;
}

/* Reads the body the route allows, checked by length before it is read. */
static int
read_body(struct ctx *c, struct http_request *req, struct err *e)
{
	const struct route *r = c->route;
	size_t max = ctx_body_max(c);
	struct buf body = BUF_INIT;
	int rc;

	if (max == 0 && req->content_length > 0)
		return err_set(
		    e, ERR_BAD_REQUEST, "This address takes no body.");
	if (req->content_length > (int64_t)max)
		return err_set(e, ERR_TOO_LARGE,
		    "The body is larger than the %zu bytes this address takes.",
		    max);
	if (max == 0)
		return 0;
	if (r->media != NULL &&
	    (req->method & (HTTP_POST | HTTP_PUT | HTTP_PATCH)) &&
	    !media_accepted(r->media, http_media_type(req->content_type)))
		return err_field(e, ERR_MEDIA_TYPE, "Content-Type",
		    "Send one of: %s.", r->media);
	if (r->flags & ROUTE_STREAM)
		return 0;
	if (req->content_length < 0 || req->content_length > BODY_AT_ONCE)
		ctx_wait(c);
	rc = c->body.read(c->body.cookie, max, &body, e);
	if (rc == 0)
		req->body = arena_dup(&c->arena, buf_slice(&body));
	buf_fini(&body);
	return rc;
}

static bool
is_visitor(struct slice id)
{
	if (id.n != VISITOR_SIZE)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char ch = id.p[i];

		if (!((ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
			(ch >= 'a' && ch <= 'z') || ch == '-' || ch == '_'))
			return false;
	}
	return true;
}

static void
put_cookie(struct ctx *c)
{
	struct buf cookie = BUF_INIT;
	char fresh[VISITOR_SIZE + 1];

	rnd_id(fresh, VISITOR_SIZE);
	buf_adds(&cookie, VISITOR_COOKIE "=");
	buf_adds(&cookie, fresh);
	buf_adds(&cookie, "; Path=/; Max-Age=" VISITOR_AGE_S);
	buf_adds(&cookie, "; HttpOnly; SameSite=Lax");
	if (slice_eqs(c->req->scheme, "https"))
		buf_adds(&cookie, "; Secure");
	http_header_value(c->res, "Set-Cookie", buf_slice(&cookie));
	buf_fini(&cookie);
}

/*
 * A visitor without a cookie is anonymous this once: the request came without
 * it, so nothing else of the same page can know the id yet. With a key that is the
 * visitor's it stays so, or its repetition would be somebody else's.
 */
void
dispatch_visitor(struct ctx *c)
{
	struct slice id = http_cookie(c->req->cookie, VISITOR_COOKIE);

	c->who = PRINCIPAL_ANONYMOUS;
	if (!c->app->visitors)
		return;
	if (is_visitor(id))
		c->who.id = id;
	else if (!(c->route->flags & ROUTE_ANYONE) &&
	    c->req->idempotency_key.n == 0)
		put_cookie(c);
}

/* Is the Host (its port aside) on the operator's list? */
static bool
host_listed(const struct ctx *c)
{
	struct slice rest = slice_from(c->conf->allowed_hosts), one;
	struct slice host =
	    slice_sub(c->req->host, 0, slice_chr(c->req->host, ':'));

	while (slice_cut(&rest, ',', &one))
		if (host.n != 0 && slice_eq_nocase(slice_trim(one), host))
			return true;
	return false;
}

static int
check_origin(struct ctx *c, struct err *e)
{
	const struct cors_policy policy = {
		slice_from(c->conf->cors_origins),
		conf_loopback(c->conf) && !host_listed(c),
	};

	c->cors = cors_check(&policy, c->req);
	if (c->cors == CORS_BAD_HOST)
		return err_field(e, ERR_FORBIDDEN, "Host",
		    "This server answers only to localhost; the operator can "
		    "add names with DIRECTOR_HOSTS.");
	if (c->cors == CORS_FOREIGN && (c->req->method & WRITES) &&
	    !(c->route && c->route->flags & ROUTE_TRANSPORT))
		return err_field(e, ERR_FORBIDDEN, "Origin",
		    "Pages of this origin may not write here; the operator "
		    "can allow it with CORS_ORIGINS.");
	return 0;
}

static int
no_route(struct ctx *c, unsigned allowed, struct err *e)
{
	struct buf methods = BUF_INIT;

	if (allowed == 0)
		return err_set(
		    e, ERR_NOT_FOUND, "There is nothing at this address.");
	http_methods(&methods, allowed | HTTP_OPTIONS);
	http_header(c->res, "Allow", "%s", buf_cstr(&methods));
	(void)err_set(e, ERR_METHOD, "This address does not take %s, but %s.",
	    http_method_name(c->req->method), buf_cstr(&methods));
	buf_fini(&methods);
	return -1;
}

/* Nothing that is not understood is left out in silence. */
static int
check_query(struct ctx *c, struct err *e)
{
	struct slice rest = c->req->query, name, value;

	if (!(c->route->flags & ROUTE_BARE) ||
	    !http_query_next(&rest, &c->arena, &name, &value))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, arena_strdup(&c->arena, name),
	    "This address takes no parameters.");
}

static int
run_route(struct ctx *c, struct err *e)
{
	/* The body is set on the request, which is const to handlers. */
	struct http_request req = *c->req;
	unsigned allowed = 0;

	/* cppcheck-suppress autoVariables; taken back in dispatch_run() */
	c->req = &req;
	c->route = find_route(c, &allowed);
	if (check_origin(c, e) != 0)
		return -1;
	cors_headers(c->res, c->req, c->cors);
	if (c->route == NULL || !(c->route->flags & ROUTE_TRANSPORT))
		cors_expose(c->res, c->cors);
	if (req.method == HTTP_OPTIONS && allowed != 0) {
		buf_clear(&c->res->headers);
		cors_preflight(c->res, c->req, c->cors, allowed | HTTP_OPTIONS);
		return 0;
	}
	if (c->route == NULL)
		return no_route(c, allowed, e);
	if ((c->route->flags & ROUTE_LOOPBACK) &&
	    !http_addr_is_loopback(req.remote_addr))
		return err_set(e, ERR_FORBIDDEN,
		    "Only clients on this machine may see this.");
	if (!(c->route->flags & (ROUTE_TRANSPORT | ROUTE_PROBE)) &&
	    api_key_request(c, e) != 0)
		return -1;
	if (!(c->route->flags & ROUTE_TRANSPORT)) {
		if (!(c->route->flags & ROUTE_QUICK))
			ctx_wait(c);
		if (!(c->route->flags & ROUTE_PROBE))
			dispatch_visitor(c);
		if (check_query(c, e) != 0 || read_body(c, &req, e) != 0)
			return -1;
	}
	if (!(c->route->flags & ROUTE_SHARES))
		ctx_alone(c);
	return c->route->run(c, e);
}

/* Answer with a problem document. */
static void
answer_problem(struct ctx *c)
{
	struct err shown = c->error;

	/* What went wrong inside is for the log. */
	if (shown.code == ERR_INTERNAL)
		(void)err_set(&shown, ERR_INTERNAL,
		    "Something went wrong on the server. Its log has it under "
		    "the X-Request-Id of this answer.");
	problem_write(c->res, &shown, c->req->path);
	metrics_error(c->metrics, c->error.code);
}

/* A request that waits is gone with its thread: what of it is needed to answer,
 * behind its word. */
static void
keep_request(struct ctx *c)
{
	const struct http_request *req = c->req;

	c->later.body =
	    slice_from(arena_printf(&c->arena, "%.*s\n%.*s\n%.*s\n%.*s",
		SLICE_ARG(c->later.body), SLICE_ARG(req->path),
		SLICE_ARG(req->scheme), SLICE_ARG(req->host)));
}

static int
end_run(struct ctx *c, int rc)
{
	if (rc == HANDLER_LATER && c->later.kind == LATER_WAIT)
		keep_request(c);
	if (rc >= 0)
		return rc;
	answer_problem(c);
	return 0;
}

int
dispatch_run(struct ctx *c)
{
	const struct http_request *req = c->req;
	int rc;

	c->waiting = SLICE_EMPTY;
	c->waits_no_more = false;
	rc = run_route(c, &c->error);
	c->req = req;
	return end_run(c, rc);
}

int
dispatch_then(struct ctx *c)
{
	return end_run(c, c->then(c, &c->error));
}

/* What keep_request() has kept, as a request. */
static int
run_waiting(struct ctx *c, struct slice body)
{
	const struct http_request *none = c->req;
	struct http_request req = *none;
	int rc;

	(void)slice_cut(&body, '\n', &c->waiting);
	(void)slice_cut(&body, '\n', &req.path);
	(void)slice_cut(&body, '\n', &req.scheme);
	(void)slice_cut(&body, '\n', &req.host);
	/* cppcheck-suppress autoVariables; taken back below */
	c->req = &req;
	rc = end_run(c, c->route->run(c, &c->error));
	c->req = none;
	return rc;
}

int
dispatch_again(struct ctx *c, struct slice body)
{
	if (!(c->route->flags & ROUTE_TRANSPORT))
		return run_waiting(c, body);
	return end_run(c, polling_again(c, body, &c->error));
}

void
dispatch_full(struct ctx *c)
{
	if (c->later.kind == LATER_WAIT) {
		c->waits_no_more = true;
		(void)dispatch_again(c, c->later.body);
		return;
	}
	(void)err_set(&c->error, ERR_UNAVAILABLE,
	    "This process holds as many polls as it can.");
	answer_problem(c);
}
