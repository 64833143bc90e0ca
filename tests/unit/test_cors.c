/* cors.h: Host and Origin. */
#include "proto/cors.h"

#include "harness/check.h"
#include "harness/guard.h"

/* What `make run` allows. */
#define LOCAL "http://localhost:*, http://127.0.0.1:*"
#define LIST  "https://a.example,https://b.example:8443, http://c.example"

static const struct row {
	int line;
	const char *origins;
	bool loopback;
	const char *scheme;
	const char *host;
	const char *origin;
	enum cors_verdict verdict;
} ROWS[] = {
	/* No Origin: a navigation, a same-origin GET, not a browser. */
	{ __LINE__, "", true, "http", "localhost:8080", "", CORS_SAME },
	{ __LINE__, "", false, "http", "app.example", "", CORS_SAME },
	{ __LINE__, "", true, "http", "[::1]:8080", "", CORS_SAME },
	/* On loopback a foreign Host is refused: DNS rebinding. */
	{ __LINE__, LOCAL, true, "http", "evil.example", "", CORS_BAD_HOST },
	{ __LINE__, LOCAL, true, "http", "evil.example:8080",
	    "http://evil.example:8080", CORS_BAD_HOST },
	{ __LINE__, "*", true, "http", "evil.example", "", CORS_BAD_HOST },
	{ __LINE__, "", true, "http", "", "", CORS_BAD_HOST },
	{ __LINE__, "", true, "http", "localhost.evil.example", "",
	    CORS_BAD_HOST },
	{ __LINE__, "", true, "http", "127.0.0.1:x", "", CORS_BAD_HOST },
	/* The same origin, spelt differently. */
	{ __LINE__, "", true, "http", "localhost:8080", "http://localhost:8080",
	    CORS_SAME },
	{ __LINE__, "", true, "http", "LOCALHOST.:8080",
	    "http://localhost:8080", CORS_SAME },
	{ __LINE__, "", false, "http", "app.example:80", "http://app.example",
	    CORS_SAME },
	{ __LINE__, "", false, "https", "app.example:443",
	    "https://app.example", CORS_SAME },
	{ __LINE__, "", true, "http", "[::1]:8080", "http://[::1]:8080",
	    CORS_SAME },
	/* A proxy ended the TLS; the other way round is a downgrade. */
	{ __LINE__, "", false, "http", "app.example", "https://app.example",
	    CORS_SAME },
	{ __LINE__, "", false, "https", "app.example", "http://app.example",
	    CORS_FOREIGN },
	/* Another port or name is another origin. */
	{ __LINE__, "", true, "http", "localhost:8080", "http://localhost:8081",
	    CORS_FOREIGN },
	{ __LINE__, "", true, "http", "localhost:8080", "http://localhost",
	    CORS_FOREIGN },
	{ __LINE__, "", true, "http", "localhost:8080", "http://127.0.0.1:8080",
	    CORS_FOREIGN },
	{ __LINE__, "", false, "http", "", "http://", CORS_FOREIGN },
	/* F2: a list. */
	{ __LINE__, LIST, false, "http", "x", "https://a.example",
	    CORS_ALLOWED },
	{ __LINE__, LIST, false, "http", "x", "https://A.example:443",
	    CORS_ALLOWED },
	{ __LINE__, LIST, false, "http", "x", "https://b.example:8443",
	    CORS_ALLOWED },
	{ __LINE__, LIST, false, "http", "x", "http://c.example",
	    CORS_ALLOWED },
	{ __LINE__, LIST, false, "http", "x", "http://a.example",
	    CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x", "https://b.example",
	    CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x", "https://a.example.evil",
	    CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x", "https://evil-a.example",
	    CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x", "https://evil@a.example",
	    CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x", "https://a.example/",
	    CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x", "null", CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x", "://a.example", CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x", "a.example", CORS_FOREIGN },
	{ __LINE__, LIST, false, "http", "x",
	    "https://a.example https://b.example:8443", CORS_FOREIGN },
	{ __LINE__, "null", false, "http", "x", "null", CORS_FOREIGN },
	{ __LINE__, ",, ,", false, "http", "x", "http://y", CORS_FOREIGN },
	/* Any port. */
	{ __LINE__, LOCAL, true, "http", "localhost:8080",
	    "http://localhost:5173", CORS_ALLOWED },
	{ __LINE__, LOCAL, true, "http", "localhost:8080", "http://localhost",
	    CORS_ALLOWED },
	{ __LINE__, LOCAL, true, "http", "localhost:8080",
	    "http://127.0.0.1:3000", CORS_ALLOWED },
	{ __LINE__, LOCAL, true, "http", "localhost:8080",
	    "https://localhost:5173", CORS_FOREIGN },
	{ __LINE__, LOCAL, true, "http", "localhost:8080",
	    "http://localhost:99999", CORS_FOREIGN },
	{ __LINE__, LOCAL, true, "http", "localhost:8080",
	    "http://localhost.evil.example:5173", CORS_FOREIGN },
	{ __LINE__, LOCAL, true, "http", "localhost:8080",
	    "http://evil.example", CORS_FOREIGN },
	/* F2: '*' is everybody, with and without an Origin. */
	{ __LINE__, "*", false, "http", "x", "", CORS_ANY },
	{ __LINE__, "*", true, "http", "localhost", "http://evil.example",
	    CORS_ANY },
	{ __LINE__, LOCAL ", *", false, "http", "x", "null", CORS_ANY },
	{ __LINE__, "http://*", false, "http", "x", "http://evil.example",
	    CORS_FOREIGN },
};

static void
test_cors_check(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		const struct row *row = &ROWS[i];
		struct guard list =
		    guard_copy(row->origins, strlen(row->origins));
		struct guard host = guard_copy(row->host, strlen(row->host));
		struct guard origin =
		    guard_copy(row->origin, strlen(row->origin));
		struct cors_policy policy = { list.s, row->loopback };
		struct http_request request = { .host = host.s,
			.origin = origin.s,
			.scheme = slice_from(row->scheme) };

		CHECK_ROW(
		    row->line, cors_check(&policy, &request) == row->verdict);
		guard_free(&list);
		guard_free(&host);
		guard_free(&origin);
	}
}

/* A3, A4: control bytes in Origin are error 3. */
static void
test_cors_origin_bytes(void)
{
	CHECK(cors_origin_bytes_ok(SLICE_EMPTY));
	CHECK(cors_origin_bytes_ok(SLICE("http://localhost:8080")));
	CHECK(cors_origin_bytes_ok(SLICE("http://\xC3\xA9")));
	CHECK(!cors_origin_bytes_ok(SLICE("http://a\x01")));
	CHECK(!cors_origin_bytes_ok(SLICE("http://a\x7f")));
	CHECK(!cors_origin_bytes_ok(SLICE("http://a\r\nX: y")));
	CHECK(!cors_origin_bytes_ok(SLICE("a\0b")));
}

static const struct {
	int line;
	enum cors_verdict verdict;
	const char *headers;
} HEADERS[] = {
	{ __LINE__, CORS_SAME, "" },
	{ __LINE__, CORS_ALLOWED,
	    "Access-Control-Allow-Origin: http://o\r\n"
	    "Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n" },
	/* F3: never credentials together with '*'. */
	{ __LINE__, CORS_ANY, "Access-Control-Allow-Origin: *\r\n" },
	{ __LINE__, CORS_FOREIGN, "Vary: Origin\r\n" },
	{ __LINE__, CORS_BAD_HOST, "" },
};

static void
test_cors_headers(void)
{
	for (size_t i = 0; i < COUNT(HEADERS); i++) {
		struct http_response r = HTTP_RESPONSE_INIT;
		struct http_request request = { .origin = SLICE("http://o") };

		cors_headers(&r, &request, HEADERS[i].verdict);
		CHECK_SLICE_ROW(
		    HEADERS[i].line, buf_slice(&r.headers), HEADERS[i].headers);
		http_response_fini(&r);
	}
}

static void
test_cors_expose(void)
{
	for (size_t i = 0; i < COUNT(HEADERS); i++) {
		struct http_response r = HTTP_RESPONSE_INIT;
		bool reads = HEADERS[i].verdict == CORS_ALLOWED ||
		    HEADERS[i].verdict == CORS_ANY;

		cors_expose(&r, HEADERS[i].verdict);
		CHECK_SLICE_ROW(HEADERS[i].line, buf_slice(&r.headers),
		    reads ? "Access-Control-Expose-Headers: ETag, Link, "
			    "Content-Range, Location, Preference-Applied, "
			    "Retry-After, X-Request-Id, traceparent, "
			    "WWW-Authenticate\r\n"
			  : "");
		http_response_fini(&r);
	}
}

#define ALLOW   "Allow: GET, POST, OPTIONS\r\n"
#define VARY    "Vary: Access-Control-Request-Headers\r\n"
#define METHODS "Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
#define AGE     "Access-Control-Max-Age: 7200\r\n"
#define ECHO    "Access-Control-Allow-Headers: "
#define ANY     "Access-Control-Allow-Origin: *\r\n"

static const struct {
	int line;
	enum cors_verdict verdict;
	const char *asked;
	int status;
	const char *headers;
} PREFLIGHT[] = {
	{ __LINE__, CORS_ANY, "", 204, ANY ALLOW VARY METHODS AGE },
	{ __LINE__, CORS_ANY, "content-type, X-Request-Id", 204,
	    ANY ALLOW VARY METHODS ECHO "content-type, X-Request-Id\r\n" AGE },
	/* What is not a list of tokens is not sent back. */
	{ __LINE__, CORS_ANY, "x: y", 204, ANY ALLOW VARY METHODS AGE },
	{ __LINE__, CORS_ANY, "x\r\nSet-Cookie", 204,
	    ANY ALLOW VARY METHODS AGE },
	{ __LINE__, CORS_ANY, "\xC3\xA9", 204, ANY ALLOW VARY METHODS AGE },
	{ __LINE__, CORS_SAME, "x", 204, ALLOW VARY },
	{ __LINE__, CORS_FOREIGN, "x", 204, "Vary: Origin\r\n" ALLOW VARY },
	{ __LINE__, CORS_BAD_HOST, "x", 403, ALLOW VARY },
};

/* F4 */
static void
test_cors_preflight(void)
{
	for (size_t i = 0; i < COUNT(PREFLIGHT); i++) {
		struct http_response r = HTTP_RESPONSE_INIT;
		struct guard g =
		    guard_copy(PREFLIGHT[i].asked, strlen(PREFLIGHT[i].asked));
		struct http_request request = { .request_headers = g.s };

		cors_preflight(&r, &request, PREFLIGHT[i].verdict,
		    HTTP_GET | HTTP_POST | HTTP_OPTIONS);
		CHECK_ROW(PREFLIGHT[i].line, r.status == PREFLIGHT[i].status);
		CHECK_SLICE_ROW(PREFLIGHT[i].line, buf_slice(&r.headers),
		    PREFLIGHT[i].headers);
		CHECK_ROW(PREFLIGHT[i].line, r.body.n == 0);
		http_response_fini(&r);
		guard_free(&g);
	}
}

static void
test_cors_preflight_long_list(void)
{
	struct http_response r = HTTP_RESPONSE_INIT;
	char names[1025];
	struct http_request request = { .request_headers = { names, 1025 } };

	memset(names, 'x', sizeof(names));
	cors_preflight(&r, &request, CORS_ANY, HTTP_GET);
	CHECK(slice_find(buf_slice(&r.headers), SLICE("Allow-Headers")) < 0);
	http_response_fini(&r);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_cors_check),
	    CHECK_CASE(test_cors_origin_bytes), CHECK_CASE(test_cors_headers),
	    CHECK_CASE(test_cors_expose), CHECK_CASE(test_cors_preflight),
	    CHECK_CASE(test_cors_preflight_long_list), { NULL, NULL } });
}
