/* http.h: queries, paths, cookies, hosts, response heads. */
#include "proto/http.h"

#include "harness/check.h"
#include "harness/guard.h"

#define ABSENT "(absent)"

static const struct {
	int line;
	const char *query;
	const char *name;
	const char *value;
} QUERY[] = {
	{ __LINE__, "EIO=4&transport=polling&t=a1", "EIO", "4" },
	{ __LINE__, "EIO=4&transport=polling&t=a1", "transport", "polling" },
	{ __LINE__, "EIO=4&transport=polling&t=a1", "sid", ABSENT },
	{ __LINE__, "", "sid", ABSENT },
	/* A5: empty is not the same as absent, the caller decides. */
	{ __LINE__, "sid=", "sid", "" },
	{ __LINE__, "sid", "sid", "" },
	{ __LINE__, "=x", "", "x" },
	{ __LINE__, "&&", "", ABSENT },
	/* A2: the last duplicate wins. */
	{ __LINE__, "sid=a&sid=b", "sid", "b" },
	{ __LINE__, "sid=a&sid=", "sid", "" },
	{ __LINE__, "&sid=a&", "sid", "a" },
	{ __LINE__, "sid=a=b", "sid", "a=b" },
	/* A2: + and %XX are decoded, a bad % stays. */
	{ __LINE__, "q=a+b%20c%2Bd", "q", "a b c+d" },
	{ __LINE__, "q=%", "q", "%" },
	{ __LINE__, "q=%4", "q", "%4" },
	{ __LINE__, "q=%zz%41", "q", "%zzA" },
	{ __LINE__, "q=%%41", "q", "%A" },
	{ __LINE__, "q=%26x%3Dy", "q", "&x=y" },
	{ __LINE__, "q=%C3%a9", "q", "\xC3\xA9" },
	{ __LINE__, "%73%69d=a", "sid", "a" },
	{ __LINE__, "a+b=1", "a b", "1" },
	/* A2: names are case-sensitive; no prefix or suffix matches. */
	{ __LINE__, "SID=a", "sid", ABSENT },
	{ __LINE__, "si=a", "sid", ABSENT },
	{ __LINE__, "sidx=a", "sid", ABSENT },
	{ __LINE__, "xsid=a", "sid", ABSENT },
	{ __LINE__, "a;sid=b", "sid", ABSENT },
	{ __LINE__, "sid%00=a", "sid", ABSENT },
};

static void
test_http_query(void)
{
	for (size_t i = 0; i < COUNT(QUERY); i++) {
		struct guard g =
		    guard_copy(QUERY[i].query, strlen(QUERY[i].query));
		struct arena a = ARENA_INIT;
		bool present = false;
		struct slice value =
		    http_query(g.s, QUERY[i].name, &a, &present);

		CHECK_SLICE_ROW(QUERY[i].line, present ? value : SLICE(ABSENT),
		    QUERY[i].value);
		CHECK_ROW(QUERY[i].line, present || value.n == 0);
		arena_fini(&a);
		guard_free(&g);
	}
}

static void
test_http_query_nul_is_a_byte(void)
{
	struct arena a = ARENA_INIT;
	bool present;
	struct slice value = http_query(SLICE("q=a%00b"), "q", &a, &present);

	CHECK(present && value.n == 3 && memcmp(value.p, "a\0b", 3) == 0);
	arena_fini(&a);
}

static const struct {
	int line;
	const char *raw;
	const char *path;
} PATHS[] = {
	{ __LINE__, "abc", "abc" },
	{ __LINE__, "", "" },
	{ __LINE__, "a%20b+c", "a b+c" },
	{ __LINE__, "%e2%82%AC", "\xE2\x82\xAC" },
	{ __LINE__, "%FF", "\xFF" },
	{ __LINE__, "a/b", "a/b" },
	{ __LINE__, "a%2Fb", ABSENT },
	{ __LINE__, "a%2fb", ABSENT },
	{ __LINE__, "a%00", ABSENT },
	{ __LINE__, "%", ABSENT },
	{ __LINE__, "%4", ABSENT },
	{ __LINE__, "%4g", ABSENT },
	{ __LINE__, "%g4", ABSENT },
	{ __LINE__, "%+1", ABSENT },
	{ __LINE__, "%25%32%46", "%2F" },
};

static void
test_http_path_decode(void)
{
	for (size_t i = 0; i < COUNT(PATHS); i++) {
		struct guard g = guard_copy(PATHS[i].raw, strlen(PATHS[i].raw));
		struct arena a = ARENA_INIT;
		struct slice out = SLICE_EMPTY;

		if (!http_path_decode(g.s, &a, &out))
			out = SLICE(ABSENT);
		CHECK_SLICE_ROW(PATHS[i].line, out, PATHS[i].path);
		arena_fini(&a);
		guard_free(&g);
	}
}

static void
test_http_encode(void)
{
	static const char *const RAW[] = { "", "a-b._c~1*", "a/b?c#d%41",
		" \"<ä>", "\x01\x7f" };
	static const char *const ENCODED[] = { "", "a-b._c~1*",
		"a%2Fb%3Fc%23d%2541", "%20%22%3C%C3%A4%3E", "%01%7F" };

	for (size_t i = 0; i < COUNT(RAW); i++) {
		struct buf b = BUF_INIT;

		http_encode(&b, slice_from(RAW[i]));
		CHECK_SLICE(buf_slice(&b), ENCODED[i]);
		buf_fini(&b);
	}
}

static void
test_http_path_decode_raw_nul(void)
{
	struct arena a = ARENA_INIT;
	struct slice out;

	CHECK(!http_path_decode((struct slice){ "a\0b", 3 }, &a, &out));
	arena_fini(&a);
}

static const struct {
	int line;
	const char *header;
	const char *name;
	const char *value;
} COOKIES[] = {
	{ __LINE__, "visitor=abc", "visitor", "abc" },
	{ __LINE__, "a=1; visitor=abc; b=2", "visitor", "abc" },
	{ __LINE__, "a=1;visitor=abc;b=2", "visitor", "abc" },
	{ __LINE__, " visitor = abc ", "visitor", "abc" },
	{ __LINE__, "visitor=", "visitor", "" },
	{ __LINE__, "visitor=a=b", "visitor", "a=b" },
	/* RFC 6265, 5.4: the longer path comes first, so the first counts. */
	{ __LINE__, "visitor=a; visitor=b", "visitor", "a" },
	{ __LINE__, "visitor", "visitor", ABSENT },
	{ __LINE__, "", "visitor", ABSENT },
	{ __LINE__, ";;=", "visitor", ABSENT },
	{ __LINE__, "Visitor=a", "visitor", ABSENT },
	{ __LINE__, "xvisitor=a; visitorx=b", "visitor", ABSENT },
	{ __LINE__, "a=\"visitor=b\"", "visitor", ABSENT },
};

static const struct {
	int line;
	const char *header;
	const char *token;
} BEARERS[] = {
	{ __LINE__, "Bearer abc", "abc" },
	{ __LINE__, "bEARER abc", "abc" },
	{ __LINE__, "Bearer  abc ", "abc" },
	{ __LINE__, "Bearer a-Z0.9_~+/==", "a-Z0.9_~+/==" },
	{ __LINE__, "", ABSENT },
	{ __LINE__, "Bearer", ABSENT },
	{ __LINE__, "Bearer ", ABSENT },
	{ __LINE__, "Bearerabc", ABSENT },
	{ __LINE__, "Basic abc", ABSENT },
	{ __LINE__, "Bearer a b", ABSENT },
	{ __LINE__, "Bearer a,b", ABSENT },
	{ __LINE__, "Bearer \xC3\xA9", ABSENT },
};

static void
test_http_bearer(void)
{
	for (size_t i = 0; i < COUNT(BEARERS); i++) {
		struct guard g =
		    guard_copy(BEARERS[i].header, strlen(BEARERS[i].header));
		struct slice token = http_bearer(g.s);

		CHECK_SLICE_ROW(BEARERS[i].line,
		    token.p == NULL ? SLICE(ABSENT) : token, BEARERS[i].token);
		guard_free(&g);
	}
}

static void
test_http_cookie(void)
{
	for (size_t i = 0; i < COUNT(COOKIES); i++) {
		struct guard g =
		    guard_copy(COOKIES[i].header, strlen(COOKIES[i].header));
		struct slice value = http_cookie(g.s, COOKIES[i].name);

		CHECK_SLICE_ROW(COOKIES[i].line,
		    value.p ? value : SLICE(ABSENT), COOKIES[i].value);
		guard_free(&g);
	}
}

static void
test_http_media_type(void)
{
	CHECK_SLICE(http_media_type(SLICE("text/vtt; charset=x")), "text/vtt");
	CHECK_SLICE(http_media_type(SLICE("text/vtt ;")), "text/vtt");
	CHECK_SLICE(http_media_type(SLICE(" a/b")), "a/b");
	CHECK_SLICE(http_media_type(SLICE(";x")), "");
	CHECK_SLICE(http_media_type(SLICE_EMPTY), "");
}

static const struct {
	int line;
	const char *host;
	const char *name; /* ABSENT: refused */
	const char *port;
	bool loopback;
} HOSTS[] = {
	{ __LINE__, "localhost", "localhost", "", true },
	{ __LINE__, "localhost:8080", "localhost", "8080", true },
	{ __LINE__, "LocalHost:80", "LocalHost", "80", true },
	{ __LINE__, "localhost.", "localhost", "", true },
	{ __LINE__, "localhost.:80", "localhost", "80", true },
	{ __LINE__, "localhost..", "localhost.", "", false },
	{ __LINE__, "127.0.0.1:8080", "127.0.0.1", "8080", true },
	{ __LINE__, "127.255.1.2", "127.255.1.2", "", true },
	{ __LINE__, "[::1]", "[::1]", "", true },
	{ __LINE__, "[::1]:8080", "[::1]", "8080", true },
	{ __LINE__, "[::2]:8080", "[::2]", "8080", false },
	{ __LINE__, "example.org", "example.org", "", false },
	/* DNS rebinding and things that only look like loopback. */
	{ __LINE__, "localhost.evil.example", "localhost.evil.example", "",
	    false },
	{ __LINE__, "evil.localhost", "evil.localhost", "", false },
	{ __LINE__, "127.0.0.1.evil.example", "127.0.0.1.evil.example", "",
	    false },
	{ __LINE__, "127.0.0.1.nip.io:80", "127.0.0.1.nip.io", "80", false },
	{ __LINE__, "127.0.0.256", "127.0.0.256", "", false },
	{ __LINE__, "127.1", "127.1", "", false },
	{ __LINE__, "127.0.0.01", "127.0.0.01", "", false },
	{ __LINE__, "127.0.0.-1", "127.0.0.-1", "", false },
	{ __LINE__, "127.0..1", "127.0..1", "", false },
	{ __LINE__, "127.0.0.1.1", "127.0.0.1.1", "", false },
	{ __LINE__, "128.0.0.1", "128.0.0.1", "", false },
	{ __LINE__, "0.0.0.0", "0.0.0.0", "", false },
	{ __LINE__, "2130706433", "2130706433", "", false },
	{ __LINE__, "", ABSENT, "", false },
	{ __LINE__, ".", ABSENT, "", false },
	{ __LINE__, ":80", ABSENT, "", false },
	{ __LINE__, "localhost:", ABSENT, "", false },
	{ __LINE__, "localhost:x", ABSENT, "", false },
	{ __LINE__, "localhost:-0", ABSENT, "", false },
	{ __LINE__, "localhost:65536", ABSENT, "", false },
	{ __LINE__, "localhost:80:80", ABSENT, "", false },
	{ __LINE__, "localhost, evil.example", ABSENT, "", false },
	{ __LINE__, "localhost evil", ABSENT, "", false },
	{ __LINE__, "localhost@evil.example", ABSENT, "", false },
	{ __LINE__, "localhost/evil", ABSENT, "", false },
	{ __LINE__, "localhost\\evil", ABSENT, "", false },
	{ __LINE__, "localhost\r\n", ABSENT, "", false },
	{ __LINE__, "\xC3\xA9", ABSENT, "", false },
	{ __LINE__, "::1", ABSENT, "", false },
	{ __LINE__, "[::1", ABSENT, "", false },
	{ __LINE__, "[]", ABSENT, "", false },
	{ __LINE__, "[::1]x", ABSENT, "", false },
	{ __LINE__, "[::1%25lo]", ABSENT, "", false },
};

static void
test_http_host(void)
{
	for (size_t i = 0; i < COUNT(HOSTS); i++) {
		struct guard g =
		    guard_copy(HOSTS[i].host, strlen(HOSTS[i].host));
		struct slice name, port;

		if (!http_host_split(g.s, &name, &port)) {
			name = SLICE(ABSENT);
			port = SLICE_EMPTY;
		}
		CHECK_SLICE_ROW(HOSTS[i].line, name, HOSTS[i].name);
		CHECK_SLICE_ROW(HOSTS[i].line, port, HOSTS[i].port);
		CHECK_ROW(HOSTS[i].line,
		    http_host_is_loopback(g.s) == HOSTS[i].loopback);
		guard_free(&g);
	}
}

static void
test_http_addr_is_loopback(void)
{
	CHECK(http_addr_is_loopback(SLICE_EMPTY));
	CHECK(http_addr_is_loopback(SLICE("127.0.0.1")));
	CHECK(http_addr_is_loopback(SLICE("127.9.8.7")));
	CHECK(http_addr_is_loopback(SLICE("::1")));
	CHECK(http_addr_is_loopback(SLICE("::ffff:127.0.0.1")));
	CHECK(http_addr_is_loopback(SLICE("::FFFF:127.0.0.1")));
	CHECK(!http_addr_is_loopback(SLICE("::ffff:10.0.0.1")));
	CHECK(!http_addr_is_loopback(SLICE("::ffff:")));
	CHECK(!http_addr_is_loopback(SLICE("10.0.0.1")));
	CHECK(!http_addr_is_loopback(SLICE("127.0.0.1.evil")));
	CHECK(!http_addr_is_loopback(SLICE("localhost")));
}

static void
test_http_methods(void)
{
	static const char *const NAMES[] = { "GET", "HEAD", "POST", "PUT",
		"PATCH", "DELETE", "OPTIONS" };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < COUNT(NAMES); i++) {
		enum http_method m = http_method_parse(slice_from(NAMES[i]));

		CHECK(m == (enum http_method)(1U << i));
		CHECK(strcmp(http_method_name(m), NAMES[i]) == 0);
	}
	CHECK(http_method_parse(SLICE("get")) == HTTP_OTHER);
	CHECK(http_method_parse(SLICE("GETS")) == HTTP_OTHER);
	CHECK(http_method_parse(SLICE_EMPTY) == HTTP_OTHER);
	CHECK(strcmp(http_method_name(HTTP_OTHER), "OTHER") == 0);
	http_methods(&b, HTTP_POST | HTTP_GET | HTTP_OPTIONS | HTTP_OTHER);
	CHECK_SLICE(buf_slice(&b), "GET, POST, OPTIONS");
	buf_clear(&b);
	http_methods(&b, 0);
	CHECK_SLICE(buf_slice(&b), "");
	buf_fini(&b);
}

/* Header injection: no value can end its line. */
static void
test_http_header_one_line(void)
{
	struct http_response r = HTTP_RESPONSE_INIT;

	http_header(&r, "A", "%s", "x\r\nSet-Cookie: y\n\rz");
	http_header(&r, "B", "%c%d", '\0', 7);
	http_header(&r, "C", "%s", "");
	CHECK_SLICE(
	    buf_slice(&r.headers), "A: xSet-Cookie: yz\r\nB: 7\r\nC: \r\n");
	http_response_fini(&r);
}

static void
test_http_head(void)
{
	static const struct {
		int line;
		int status;
		size_t body_n;
		const char *head;
	} HEADS[] = {
		{ __LINE__, 200, 2,
		    "Status: 200 OK\r\nX: y\r\nContent-Length: 2\r\n\r\n" },
		{ __LINE__, 413, 0,
		    "Status: 413 Content Too Large\r\nX: y\r\n"
		    "Content-Length: 0\r\n\r\n" },
		{ __LINE__, 204, 0, "Status: 204 No Content\r\nX: y\r\n\r\n" },
		{ __LINE__, 304, 0,
		    "Status: 304 Not Modified\r\nX: y\r\n\r\n" },
		{ __LINE__, 299, 1,
		    "Status: 299 Unknown\r\nX: y\r\n"
		    "Content-Length: 1\r\n\r\n" },
	};

	for (size_t i = 0; i < COUNT(HEADS); i++) {
		struct http_response r = HTTP_RESPONSE_INIT;
		struct buf out = BUF_INIT;

		r.status = HEADS[i].status;
		http_header(&r, "X", "y");
		http_head(&out, &r, HEADS[i].body_n);
		CHECK_SLICE_ROW(HEADS[i].line, buf_slice(&out), HEADS[i].head);
		buf_fini(&out);
		http_response_fini(&r);
	}
}

static int
nothing(void *cookie, struct buf *out)
{
	(void)cookie;
	(void)out;
	return 0;
}

/* Nobody knows how long it will be. */
static void
test_http_head_of_more(void)
{
	struct http_response r = HTTP_RESPONSE_INIT;
	struct buf out = BUF_INIT;

	r.more.next = nothing;
	http_head(&out, &r, 7);
	CHECK_SLICE(buf_slice(&out), "Status: 200 OK\r\n\r\n");
	buf_fini(&out);
	http_response_fini(&r);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_http_query),
	    CHECK_CASE(test_http_query_nul_is_a_byte),
	    CHECK_CASE(test_http_encode), CHECK_CASE(test_http_path_decode),
	    CHECK_CASE(test_http_path_decode_raw_nul),
	    CHECK_CASE(test_http_bearer), CHECK_CASE(test_http_cookie),
	    CHECK_CASE(test_http_media_type), CHECK_CASE(test_http_host),
	    CHECK_CASE(test_http_addr_is_loopback),
	    CHECK_CASE(test_http_methods),
	    CHECK_CASE(test_http_header_one_line), CHECK_CASE(test_http_head),
	    CHECK_CASE(test_http_head_of_more), { NULL, NULL } });
}
