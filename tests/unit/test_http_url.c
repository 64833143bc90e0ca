/* http_url.h: what may be an address to fetch from. */
#include "proto/http_url.h"

#include "harness/check.h"
#include "harness/guard.h"

static const struct {
	int line;
	const char *text;
	const char *parts; /* "scheme host path"; NULL: none */
} ROWS[] = {
	{ __LINE__, "http://a.example/b/c.mp4", "http a.example /b/c.mp4" },
	{ __LINE__, "https://a.example", "https a.example " },
	{ __LINE__, "HTTPS://A.Example:8443/x?y=/z#w", "HTTPS A.Example /x" },
	{ __LINE__, "http://a.example?x", "http a.example " },
	{ __LINE__, "http://a.example#x/y", "http a.example " },
	{ __LINE__, "http://u:p@a.example/x", "http a.example /x" },
	{ __LINE__, "http://b@c@a.example/@x", "http a.example /@x" },
	{ __LINE__, "http://[::1]:80/x", "http [::1] /x" },
	{ __LINE__, "http://127.0.0.1/x", "http 127.0.0.1 /x" },
	{ __LINE__, "", NULL },
	{ __LINE__, "http", NULL },
	{ __LINE__, "http://", NULL },
	{ __LINE__, "http:///x", NULL },
	{ __LINE__, "http://u@/x", NULL },
	{ __LINE__, "http:a.example/x", NULL },
	{ __LINE__, "//a.example/x", NULL },
	{ __LINE__, "a.example/x", NULL },
	{ __LINE__, "ftp://a.example/x", NULL },
	{ __LINE__, "file:///etc/passwd", NULL },
	{ __LINE__, "javascript://a.example/x", NULL },
	{ __LINE__, " http://a.example/x", NULL },
	{ __LINE__, "http://a.example/a b", NULL },
	{ __LINE__, "http://a.example/\r\nHost: b", NULL },
	{ __LINE__, "http://a.example/\xc3\xbc", NULL },
	{ __LINE__, "http://a.example\\@b.example/", NULL },
	{ __LINE__, "http://a.example:port/", NULL },
};

static void
test_http_url_parse(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard text =
		    guard_copy(ROWS[i].text, strlen(ROWS[i].text));
		struct http_url u;
		char parts[256] = "";

		if (http_url_parse(text.s, &u))
			(void)snprintf(parts, sizeof(parts), "%.*s %.*s %.*s",
			    SLICE_ARG(u.scheme), SLICE_ARG(u.host),
			    SLICE_ARG(u.path));
		CHECK_ROW(ROWS[i].line,
		    strcmp(parts, ROWS[i].parts ? ROWS[i].parts : "") == 0);
		guard_free(&text);
	}
}

static void
test_http_url_long(void)
{
	static char text[HTTP_URL_MAX + 2];
	struct http_url u;

	memset(text, 'x', HTTP_URL_MAX + 1);
	memcpy(text, "http://a/", 9);
	CHECK(!http_url_parse(slice_from(text), &u));
	text[HTTP_URL_MAX] = '\0';
	CHECK(http_url_parse(slice_from(text), &u));
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_http_url_parse),
		CHECK_CASE(test_http_url_long), { NULL, NULL } });
}
