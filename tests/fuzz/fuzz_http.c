/*
 * Everything of a request that http.h and cors.h read, and the problem document
 * that names it. The input is lines: query, path, Cookie, Host, Origin, the
 * headers a preflight asks for.
 */
#include "harness/fuzz.h"

#include <arpa/inet.h>

#include "proto/cors.h"
#include "proto/http.h"
#include "proto/jval.h"
#include "proto/problem.h"
#include "proto/traceparent.h"

static bool
has_header(const struct http_response *r, const char *name)
{
	return slice_find(buf_slice(&r->headers), slice_from(name)) >= 0;
}

/* Any bytes come back out of a query that has them encoded. */
static void
try_encoded(struct slice bytes)
{
	struct arena a = ARENA_INIT;
	struct buf query = BUF_INIT;
	struct slice back;
	bool present;

	buf_adds(&query, "a=1&%73id=");
	for (size_t i = 0; i < bytes.n; i++)
		buf_addf(&query, "%%%02x", (unsigned char)bytes.p[i]);
	back = http_query(buf_slice(&query), "sid", &a, &present);
	fuzz_require(present && slice_eq(back, bytes));
	if (http_path_decode(slice_from_at(buf_slice(&query), 10), &a, &back))
		fuzz_require(
		    slice_eq(back, bytes) && slice_chr(back, '/') == back.n);
	buf_fini(&query);
	arena_fini(&a);
}

/* One by one the parameters say the same: the last of a name counts. */
static void
try_parameters(struct slice query, const char *wanted)
{
	struct slice rest = query, name, value, last = SLICE_EMPTY, asked;
	struct arena a = ARENA_INIT;
	bool seen = false, present;

	while (http_query_next(&rest, &a, &name, &value)) {
		if (!slice_eqs(name, wanted))
			continue;
		seen = true;
		last = value;
	}
	asked = http_query(query, wanted, &a, &present);
	fuzz_require(present == seen && slice_eq(asked, last));
	arena_fini(&a);
}

static void
try_values(struct slice query, struct slice path, struct slice cookie)
{
	struct slice value, out = SLICE_EMPTY;
	struct arena a = ARENA_INIT;
	bool present;

	value = http_query(query, "sid", &a, &present);
	fuzz_require(value.n <= query.n && (present || value.n == 0));
	try_parameters(query, "sid");
	try_parameters(query, "");
	if (http_path_decode(path, &a, &out))
		fuzz_require(slice_chr(out, '\0') == out.n && out.n <= path.n);
	value = http_cookie(cookie, "visitor");
	fuzz_require(slice_chr(value, ';') == value.n);
	fuzz_require(slice_eq(slice_trim(value), value));
	fuzz_require(slice_find(cookie, value) >= 0);
	value = http_bearer(cookie);
	fuzz_require(slice_chr(value, ' ') == value.n);
	if (traceparent_parse(cookie, &value))
		fuzz_require(value.n == 32 && cookie.n == 55);
	value = http_media_type(cookie);
	fuzz_require(slice_chr(value, ';') == value.n);
	try_encoded(cookie);
	arena_fini(&a);
}

/* What the C library takes for an address of 127.0.0.0/8. */
static bool
is_loopback_v4(struct slice name)
{
	char text[INET_ADDRSTRLEN];
	unsigned char address[4];

	if (name.n >= sizeof(text) || slice_chr(name, '\0') != name.n)
		return false;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	return inet_pton(AF_INET, text, address) == 1 && address[0] == 127;
}

static void
try_host(struct slice host)
{
	struct slice name, port;
	bool good = http_host_split(host, &name, &port);

	fuzz_require(!good || (name.n != 0 && name.n + port.n <= host.n));
	fuzz_require(!good || slice_chr(name, '/') == name.n);
	fuzz_require(!good || slice_chr(name, '@') == name.n);
	fuzz_require(http_host_is_loopback(host) ==
	    (good &&
		(is_loopback_v4(name) || slice_eqs(name, "[::1]") ||
		    slice_eq_nocase(name, SLICE("localhost")))));
	fuzz_require(!is_loopback_v4(host) || http_addr_is_loopback(host));
}

/* The same origin has our own host in it. */
static void
require_same(const struct http_request *request)
{
	struct slice name = SLICE_EMPTY, port;
	long at = slice_find(request->origin, SLICE("://"));

	if (request->origin.n == 0)
		return;
	fuzz_require(at > 0 && http_host_split(request->host, &name, &port));
	fuzz_require(slice_eq_nocase(
	    slice_sub(request->origin, (size_t)at + 3, name.n), name));
}

static void
try_cors(const struct http_request *request, const char *origins)
{
	struct cors_policy policy = { slice_from(origins), true };
	struct http_response r = HTTP_RESPONSE_INIT;
	enum cors_verdict verdict = cors_check(&policy, request);
	bool open = verdict == CORS_ALLOWED || verdict == CORS_ANY;

	fuzz_require((verdict == CORS_BAD_HOST) ==
	    !http_host_is_loopback(request->host));
	fuzz_require(!open || *origins != '\0');
	if (verdict == CORS_SAME)
		require_same(request);
	cors_preflight(&r, request, verdict, HTTP_GET | HTTP_POST);
	fuzz_require_lines(buf_slice(&r.headers));
	fuzz_require(has_header(&r, "Access-Control-Allow-Origin: ") == open);
	fuzz_require(has_header(&r, "Access-Control-Allow-Credentials: ") ==
	    (verdict == CORS_ALLOWED));
	http_response_fini(&r);
}

/* JSON whatever stands in it. */
static void
try_problem(struct slice message, struct slice instance)
{
	struct http_response r = HTTP_RESPONSE_INIT;
	struct json_object *value = NULL;
	struct err e = ERR_INIT;

	(void)err_field(
	    &e, ERR_BAD_REQUEST, "Cookie", "\"%.*s\"", SLICE_ARG(message));
	problem_write(&r, &e, instance);
	fuzz_require_lines(buf_slice(&r.headers));
	fuzz_require(jval_parse(buf_slice(&r.body), &value) == JVAL_OK);
	json_object_put(value);
	http_response_fini(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_fields in = fuzz_fields_read(bytes, n, 6);
	struct http_request request = { .query = in.field[0],
		.path = in.field[1],
		.cookie = in.field[2],
		.host = in.field[3],
		.origin = in.field[4],
		.request_headers = in.field[5],
		.scheme = SLICE("http") };
	struct http_response r = HTTP_RESPONSE_INIT;

	try_values(request.query, request.path, request.cookie);
	try_host(request.host);
	try_cors(&request, "");
	try_cors(&request, "http://localhost:*, https://a.example:8443");
	try_cors(&request, "*");
	try_problem(request.cookie, request.path);
	http_header(&r, "X", "%.*s", SLICE_ARG(request.request_headers));
	fuzz_require_lines(buf_slice(&r.headers));
	http_response_fini(&r);
	fuzz_fields_fini(&in);
	return 0;
}

#include "harness/fuzz_main.h"
