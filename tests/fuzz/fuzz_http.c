/*
 * Everything of a request that http.h and cors.h read. The input is lines:
 * query, path, Cookie, Host, Origin, the headers a preflight asks for.
 */
#include <stdint.h>
#include <stdlib.h>

#include "proto/cors.h"
#include "proto/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static struct slice
line(struct slice *rest)
{
	struct slice piece = SLICE_EMPTY;

	return slice_cut(rest, '\n', &piece) ? piece : SLICE_EMPTY;
}

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* A CR or LF only where a header line ends: nothing was injected. */
static void
require_lines(struct slice headers)
{
	struct slice rest = headers, piece;

	while (slice_cut(&rest, '\n', &piece)) {
		require(rest.p != NULL || piece.n == 0);
		require(piece.n == 0 || slice_chr(piece, '\r') == piece.n - 1);
		require(slice_chr(piece, '\0') == piece.n);
	}
}

static void
try_values(struct slice query, struct slice path, struct slice cookie)
{
	struct arena a = ARENA_INIT;
	struct slice out = SLICE_EMPTY;
	bool present;

	require(http_query(query, "sid", &a, &present).n <= query.n);
	require(http_query(query, "", &a, &present).n <= query.n);
	if (http_path_decode(path, &a, &out))
		require(slice_chr(out, '\0') == out.n && out.n <= path.n);
	require(http_cookie(cookie, "visitor").n <= cookie.n);
	require(http_media_type(cookie).n <= cookie.n);
	(void)http_addr_is_loopback(cookie);
	arena_fini(&a);
}

static void
try_cors(const struct http_request *request, const char *origins)
{
	struct cors_policy policy = { slice_from(origins), true };
	struct http_response r = HTTP_RESPONSE_INIT;
	enum cors_verdict verdict = cors_check(&policy, request);

	require((verdict == CORS_BAD_HOST) ==
	    !http_host_is_loopback(request->host));
	cors_preflight(&r, request, verdict, HTTP_GET | HTTP_POST);
	require_lines(buf_slice(&r.headers));
	http_response_fini(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice rest = { (const char *)bytes, n };
	struct http_request request = { .scheme = SLICE("http") };
	struct http_response r = HTTP_RESPONSE_INIT;

	request.query = line(&rest);
	request.path = line(&rest);
	request.cookie = line(&rest);
	request.host = line(&rest);
	request.origin = line(&rest);
	request.request_headers = rest.p != NULL ? rest : SLICE_EMPTY;
	try_values(request.query, request.path, request.cookie);
	try_cors(&request, "");
	try_cors(&request, "http://localhost:*, https://a.example:8443");
	try_cors(&request, "*");
	http_header(&r, "X", "%.*s", SLICE_ARG(request.request_headers));
	require_lines(buf_slice(&r.headers));
	http_response_fini(&r);
	return 0;
}

#include "harness/fuzz_main.h"
