#include "proto/eio_handshake.h"

#include "harness/check.h"
#include "harness/guard.h"

/* SLICE() for tables: an initializer, NUL bytes included. */
#define S(literal)                              \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

#define SID "Lbo5JLzTotvW3g2LAAAA"

static const struct {
	int line;
	const char *name;
	const char *query;
	const char *transport, *sid;
	int version;
	bool has_j, b64;
} QUERIES[] = {
	{ __LINE__, "M6: as the client sends it",
	    "EIO=4&transport=polling&t=O9AB12&sid=" SID, "polling", SID, 4,
	    false, false },
	{ __LINE__, "M6: any order", "sid=" SID "&transport=polling&EIO=4",
	    "polling", SID, 4, false, false },
	{ __LINE__, "no query", "", "", "", 0, false, false },
	{ __LINE__, "A5: sid present but empty", "sid=&transport=polling&EIO=4",
	    "polling", "", 4, false, false },
	{ __LINE__, "A2: the last duplicate wins",
	    "EIO=4&EIO=3&transport=x&transport=polling", "polling", "", 3,
	    false, false },
	{ __LINE__, "A2: decoded", "transport=p%6Flling&EIO=%34", "polling", "",
	    4, false, false },
	{ __LINE__, "A2: a bad % is left", "transport=polling%&EIO=4",
	    "polling%", "", 4, false, false },
	{ __LINE__, "A2: names are case-sensitive", "Transport=polling&eio=4",
	    "", "", 0, false, false },
	{ __LINE__, "A6: EIO=3", "EIO=3&transport=polling", "polling", "", 3,
	    false, false },
	{ __LINE__, "A6: EIO=abc", "EIO=abc", "", "", 0, false, false },
	{ __LINE__, "A6: EIO=4.0", "EIO=4.0", "", "", 0, false, false },
	{ __LINE__, "A6: EIO=04", "EIO=04", "", "", 0, false, false },
	{ __LINE__, "A6: EIO= 4", "EIO=+4", "", "", 0, false, false },
	{ __LINE__, "A6: EIO=44", "EIO=44", "", "", 0, false, false },
	{ __LINE__, "B7: j", "j=0&EIO=4", "", "", 4, true, false },
	{ __LINE__, "B7: j without value", "j&EIO=4", "", "", 4, true, false },
	{ __LINE__, "B7: b64", "b64=1&EIO=3", "", "", 3, false, true },
	{ __LINE__, "B7: an empty b64 is not true", "b64=&EIO=3", "", "", 3,
	    false, false },
};

static void
test_query(void)
{
	for (size_t i = 0; i < COUNT(QUERIES); i++) {
		struct guard g =
		    guard_copy(QUERIES[i].query, strlen(QUERIES[i].query));
		struct arena a = ARENA_INIT;
		struct eio_query q;
		int line = QUERIES[i].line;

		eio_query_parse(g.s, &a, &q);
		CHECK_SLICE_ROW(line, q.transport, QUERIES[i].transport);
		CHECK_SLICE_ROW(line, q.sid, QUERIES[i].sid);
		CHECK_ROW(line, q.version == QUERIES[i].version);
		CHECK_ROW(line, q.has_j == QUERIES[i].has_j);
		CHECK_ROW(line, q.b64 == QUERIES[i].b64);
		arena_fini(&a);
		guard_free(&g);
	}
}

#define V4   (1U << 4)
#define V3_4 (1U << 4 | 1U << 3)

static const struct {
	int line;
	const char *name;
	enum http_method method;
	const char *query;
	struct slice origin;
	unsigned versions;
	enum eio_error error;
} CHECKS[] = {
	{ __LINE__, "B1: handshake", HTTP_GET, "EIO=4&transport=polling", S(""),
	    V4, EIO_NO_ERROR },
	{ __LINE__, "A4: transport missing", HTTP_GET, "EIO=4", S(""), V4,
	    EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "A4: transport empty", HTTP_GET, "EIO=4&transport=", S(""),
	    V4, EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "A4: transport unknown", HTTP_GET, "EIO=4&transport=abc",
	    S(""), V4, EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "A4: transport in capitals", HTTP_GET,
	    "EIO=4&transport=Polling", S(""), V4, EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "A8: NUL behind the transport", HTTP_GET,
	    "EIO=4&transport=polling%00", S(""), V4, EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "I2: websocket", HTTP_GET, "EIO=4&transport=websocket",
	    S(""), V4, EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "I3: websocket with a sid", HTTP_GET,
	    "EIO=4&transport=websocket&sid=" SID, S(""), V4,
	    EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "I5: webtransport", HTTP_GET,
	    "EIO=4&transport=webtransport", S(""), V4, EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "A8: a prototype name", HTTP_GET,
	    "EIO=4&transport=constructor", S(""), V4, EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "A4: control byte in Origin", HTTP_GET,
	    "EIO=4&transport=polling", S("http://a\x01"), V4, EIO_BAD_REQUEST },
	{ __LINE__, "A4: DEL in Origin", HTTP_GET, "EIO=4&transport=polling",
	    S("http://a\x7f"), V4, EIO_BAD_REQUEST },
	{ __LINE__, "A4: NUL in Origin", HTTP_POST,
	    "EIO=4&transport=polling&sid=" SID, S("a\0"), V4, EIO_BAD_REQUEST },
	{ __LINE__, "A4: a good Origin", HTTP_GET, "EIO=4&transport=polling",
	    S("http://localhost:8080"), V4, EIO_NO_ERROR },
	{ __LINE__, "A3: transport before Origin", HTTP_GET, "transport=x",
	    S("\x01"), V4, EIO_TRANSPORT_UNKNOWN },
	{ __LINE__, "A3: Origin before sid", HTTP_GET,
	    "transport=polling&sid=x", S("\x01"), V4, EIO_BAD_REQUEST },
	{ __LINE__, "A3: Origin before method", HTTP_POST, "transport=polling",
	    S("\x01"), V4, EIO_BAD_REQUEST },
	{ __LINE__, "C1: poll", HTTP_GET, "transport=polling&EIO=4&sid=" SID,
	    S(""), V4, EIO_NO_ERROR },
	{ __LINE__, "D1: data", HTTP_POST, "transport=polling&EIO=4&sid=" SID,
	    S(""), V4, EIO_NO_ERROR },
	{ __LINE__, "A7: another method with a sid is looked up", HTTP_DELETE,
	    "transport=polling&sid=" SID, S(""), V4, EIO_NO_ERROR },
	{ __LINE__, "A6: EIO is not looked at with a sid", HTTP_GET,
	    "transport=polling&EIO=abc&sid=" SID, S(""), V4, EIO_NO_ERROR },
	{ __LINE__, "A4: sid of another shape", HTTP_GET,
	    "transport=polling&EIO=4&sid=abc", S(""), V4, EIO_SESSION_UNKNOWN },
	{ __LINE__, "A4: the same for POST", HTTP_POST,
	    "transport=polling&EIO=4&sid=abc", S(""), V4, EIO_SESSION_UNKNOWN },
	{ __LINE__, "A4: the same for any method", HTTP_OTHER,
	    "transport=polling&sid=abc", S(""), V4, EIO_SESSION_UNKNOWN },
	{ __LINE__, "A8: sid with NUL behind it", HTTP_GET,
	    "transport=polling&sid=" SID "%00", S(""), V4,
	    EIO_SESSION_UNKNOWN },
	{ __LINE__, "A8: __proto__ as sid", HTTP_GET,
	    "transport=polling&sid=__proto__", S(""), V4, EIO_SESSION_UNKNOWN },
	{ __LINE__, "A5: empty sid is a handshake", HTTP_GET,
	    "EIO=4&transport=polling&sid=", S(""), V4, EIO_NO_ERROR },
	{ __LINE__, "A4: POST without sid", HTTP_POST,
	    "EIO=4&transport=polling", S(""), V4, EIO_BAD_METHOD },
	{ __LINE__, "A4: PUT without sid", HTTP_PUT, "EIO=4&transport=polling",
	    S(""), V4, EIO_BAD_METHOD },
	{ __LINE__, "A4: HEAD without sid", HTTP_HEAD,
	    "EIO=4&transport=polling", S(""), V4, EIO_BAD_METHOD },
	{ __LINE__, "F5: OPTIONS without sid", HTTP_OPTIONS,
	    "EIO=4&transport=polling", S(""), V4, EIO_BAD_METHOD },
	{ __LINE__, "A3: method before version", HTTP_POST,
	    "EIO=abc&transport=polling", S(""), V4, EIO_BAD_METHOD },
	{ __LINE__, "A6: EIO absent", HTTP_GET, "transport=polling", S(""), V4,
	    EIO_UNSUPPORTED_VERSION },
	{ __LINE__, "A6: EIO=abc", HTTP_GET, "EIO=abc&transport=polling", S(""),
	    V3_4, EIO_UNSUPPORTED_VERSION },
	{ __LINE__, "A6: EIO=3 not enabled", HTTP_GET,
	    "EIO=3&transport=polling", S(""), V4, EIO_UNSUPPORTED_VERSION },
	{ __LINE__, "A6: EIO=3 enabled", HTTP_GET, "EIO=3&transport=polling",
	    S(""), V3_4, EIO_NO_ERROR },
	{ __LINE__, "A6: garbage never is a version", HTTP_GET,
	    "EIO=x&transport=polling", S(""), ~0U, EIO_UNSUPPORTED_VERSION },
};

static void
test_check(void)
{
	for (size_t i = 0; i < COUNT(CHECKS); i++) {
		struct guard g =
		    guard_copy(CHECKS[i].origin.p, CHECKS[i].origin.n);
		struct arena a = ARENA_INIT;
		struct eio_query q;

		eio_query_parse(slice_from(CHECKS[i].query), &a, &q);
		CHECK_ROW(CHECKS[i].line,
		    eio_handshake_check(&q, CHECKS[i].method, g.s,
			CHECKS[i].versions) == CHECKS[i].error);
		arena_fini(&a);
		guard_free(&g);
	}
}

static const struct {
	int line;
	struct slice sid;
	bool valid;
} SIDS[] = {
	{ __LINE__, S(SID), true },
	{ __LINE__, S("-_-_-_-_-_azAZ09abcd"), true },
	{ __LINE__, S(""), false },
	{ __LINE__, S("Lbo5JLzTotvW3g2LAAA"), false },
	{ __LINE__, S("Lbo5JLzTotvW3g2LAAAAA"), false },
	{ __LINE__, S("Lbo5JLzTotvW3g2LAAA\0"), false },
	{ __LINE__, S("Lbo5JLzTotvW3g2L AAA"), false },
	{ __LINE__, S("Lbo5JLzTotvW3g2L/AAA"), false },
	{ __LINE__, S("Lbo5JLzTotvW3g2L+AAA"), false },
	{ __LINE__, S("{Lbo5JLzTotvW3g2LAA}"), false },
	{ __LINE__, S("Lbo5JLzTotvW3g2LA\xc3\xa9\x41"), false },
};

static void
test_sid(void)
{
	for (size_t i = 0; i < COUNT(SIDS); i++) {
		struct guard g = guard_copy(SIDS[i].sid.p, SIDS[i].sid.n);

		CHECK_ROW(SIDS[i].line, eio_sid_valid(g.s) == SIDS[i].valid);
		guard_free(&g);
	}
}

static void
test_open(void)
{
	struct buf b = BUF_INIT;

	/* B1: keys and order. */
	eio_handshake_open(&b, SLICE(SID), 25000, 20000, 1000000);
	CHECK_SLICE(buf_slice(&b),
	    "0{\"sid\":\"" SID "\",\"upgrades\":[],\"pingInterval\":25000,"
	    "\"pingTimeout\":20000,\"maxPayload\":1000000}");
	buf_fini(&b);
}

static const struct {
	int line;
	enum eio_error error;
	const char *message;
	int status;
	const char *json;
} ERRORS[] = {
	/* A4, byte for byte */
	{ __LINE__, EIO_TRANSPORT_UNKNOWN, NULL, 400,
	    "{\"code\":0,\"message\":\"Transport unknown\"}" },
	{ __LINE__, EIO_SESSION_UNKNOWN, NULL, 400,
	    "{\"code\":1,\"message\":\"Session ID unknown\"}" },
	{ __LINE__, EIO_BAD_METHOD, NULL, 400,
	    "{\"code\":2,\"message\":\"Bad handshake method\"}" },
	{ __LINE__, EIO_BAD_REQUEST, NULL, 400,
	    "{\"code\":3,\"message\":\"Bad request\"}" },
	{ __LINE__, EIO_FORBIDDEN, NULL, 403,
	    "{\"code\":4,\"message\":\"Forbidden\"}" },
	{ __LINE__, EIO_FORBIDDEN, "Not \"you\"", 403,
	    "{\"code\":4,\"message\":\"Not \\\"you\\\"\"}" },
	{ __LINE__, EIO_UNSUPPORTED_VERSION, NULL, 400,
	    "{\"code\":5,\"message\":\"Unsupported protocol version\"}" },
};

static void
test_errors(void)
{
	for (size_t i = 0; i < COUNT(ERRORS); i++) {
		struct buf b = BUF_INIT;

		eio_handshake_error(&b, ERRORS[i].error, ERRORS[i].message);
		CHECK_SLICE_ROW(ERRORS[i].line, buf_slice(&b), ERRORS[i].json);
		CHECK_ROW(ERRORS[i].line,
		    eio_error_status(ERRORS[i].error) == ERRORS[i].status);
		buf_fini(&b);
	}
	CHECK(eio_error_status(EIO_NO_ERROR) == 200);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_query),
	    CHECK_CASE(test_check),
	    CHECK_CASE(test_sid),
	    CHECK_CASE(test_open),
	    CHECK_CASE(test_errors),
	    { NULL, NULL },
	});
}
