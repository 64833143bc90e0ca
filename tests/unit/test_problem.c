/* problem.h: RFC 9457 documents. */
#include "proto/problem.h"

#include "harness/check.h"
#include "proto/jval.h"

#define HEADERS \
	"Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"

/* Arrays are not initialized by what stands in parentheses. */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define ERR(name, at, text)                              \
	{                                                \
		.code = (name), .field = at, .msg = text \
	}
/* NOLINTEND(bugprone-macro-parentheses) */
/* What follows "message" where nobody said more. */
#define PLAIN(word) "\"code\":\"" word "\",\"details\":null,\"hint\":null"

static const struct {
	int line;
	struct err e;
	const char *instance;
	int status;
	const char *headers;
	const char *body;
} ROWS[] = {
	{ __LINE__, ERR(ERR_NOT_FOUND, "", "No such video."), "", 404, HEADERS,
	    "{\"type\":\"/problems/not-found\",\"title\":\"Not found\","
	    "\"status\":404,\"detail\":\"No such video.\","
	    "\"message\":\"No such video.\"," PLAIN("not-found") "}" },
	/* The field at fault is named. */
	{ __LINE__, ERR(ERR_BAD_REQUEST, "content[0].text", "Bad \"x\"."),
	    "/api/v1/videos", 400, HEADERS,
	    "{\"type\":\"/problems/bad-request\",\"title\":\"Bad request\","
	    "\"status\":400,\"detail\":\"Bad \\\"x\\\".\","
	    "\"message\":\"Bad \\\"x\\\".\"," PLAIN(
		"bad-request") ",\"field\":\"content[0].text\","
			       "\"instance\":\"/api/v1/videos\"}" },
	/* No sentence: the title serves. */
	{ __LINE__, ERR(ERR_CONFLICT, "", ""), "", 409, HEADERS,
	    "{\"type\":\"/problems/conflict\",\"title\":\"Conflict\","
	    "\"status\":409,\"detail\":\"Conflict\","
	    "\"message\":\"Conflict\"," PLAIN("conflict") "}" },
	{ __LINE__, ERR(ERR_UNAVAILABLE, "", "Later."), "", 503,
	    HEADERS "Retry-After: 1\r\n",
	    "{\"type\":\"/problems/unavailable\","
	    "\"title\":\"Service unavailable\",\"status\":503,"
	    "\"detail\":\"Later.\",\"message\":\"Later.\"," PLAIN(
		"unavailable") "}" },
	/* Which scheme a client may use. */
	{ __LINE__, ERR(ERR_UNAUTHORIZED, "", "Who?"), "", 401,
	    HEADERS "WWW-Authenticate: Bearer\r\n",
	    "{\"type\":\"/problems/unauthorized\",\"title\":\"Unauthorized\","
	    "\"status\":401,\"detail\":\"Who?\",\"message\":\"Who?\"," PLAIN(
		"unauthorized") "}" },
	/* A word of its own; the type stays. */
	{ __LINE__,
	    { .code = ERR_BAD_REQUEST,
		.word = "unknown-column",
		.details = "d",
		.hint = "h",
		.msg = "No." },
	    "", 400, HEADERS,
	    "{\"type\":\"/problems/bad-request\",\"title\":\"Bad request\","
	    "\"status\":400,\"detail\":\"No.\",\"message\":\"No.\","
	    "\"code\":\"unknown-column\",\"details\":\"d\",\"hint\":\"h\"}" },
	/* A message cut in the middle of a character, hostile bytes. */
	{ __LINE__, ERR(ERR_INTERNAL, "\xFF", "a\xC3"), "\xC3\xA9\x01", 500,
	    HEADERS,
	    "{\"type\":\"/problems/internal\",\"title\":\"Internal error\","
	    "\"status\":500,\"detail\":\"a\xEF\xBF\xBD\","
	    "\"message\":\"a\xEF\xBF\xBD\"," PLAIN(
		"internal") ",\"field\":\"\xEF\xBF\xBD\","
			    "\"instance\":\"\xC3\xA9\\u0001\"}" },
};

static void
test_problem_write(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct http_response r = HTTP_RESPONSE_INIT;

		buf_adds(&r.body, "half an answer");
		problem_write(&r, &ROWS[i].e, slice_from(ROWS[i].instance));
		CHECK_ROW(ROWS[i].line, r.status == ROWS[i].status);
		CHECK_SLICE_ROW(
		    ROWS[i].line, buf_slice(&r.headers), ROWS[i].headers);
		CHECK_SLICE_ROW(ROWS[i].line, buf_slice(&r.body), ROWS[i].body);
		http_response_fini(&r);
	}
}

/* Every code gives a document that is JSON, with a type of its own. */
static void
test_problem_every_code(void)
{
	for (int code = ERR_BAD_REQUEST; code < ERR__MAX; code++) {
		struct http_response r = HTTP_RESPONSE_INIT;
		struct err e = ERR((enum err_code)code, "f", "m");
		struct json_object *object = NULL;

		problem_write(&r, &e, SLICE_EMPTY);
		CHECK(r.status >= 400);
		CHECK(jval_parse(buf_slice(&r.body), &object) == JVAL_OK);
		CHECK(slice_ends(
		    jval_str(object, "type"), slice_from(err_name(e.code))));
		json_object_put(object);
		http_response_fini(&r);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_problem_write),
	    CHECK_CASE(test_problem_every_code), { NULL, NULL } });
}
