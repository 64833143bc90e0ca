/* multipart.h, http_param.h: forms as RFC 7578 has them, in any two pieces. */
#include "proto/multipart.h"

#include "base/buf.h"
#include "harness/check.h"
#include "harness/guard.h"
#include "proto/http_param.h"

#define CD        "Content-Disposition: form-data; "
#define FILE_HEAD CD "name=\"file\"; filename=\"a.mp4\"\r\n"

static const struct {
	int line;
	const char *type;
	const char *boundary; /* NULL: none */
} BOUNDARIES[] = {
	{ __LINE__, "multipart/form-data; boundary=B", "B" },
	{ __LINE__, "Multipart/Form-Data;boundary=\"a b'()+_,-./:=?\"",
	    "a b'()+_,-./:=?" },
	{ __LINE__, "multipart/form-data; charset=utf-8; BOUNDARY=----x;",
	    "----x" },
	{ __LINE__,
	    "multipart/form-data; boundary="
	    "1234567890123456789012345678901234567890123456789012345678901234567890",
	    "1234567890123456789012345678901234567890123456789012345678901234567890" },
	{ __LINE__,
	    "multipart/form-data; boundary="
	    "12345678901234567890123456789012345678901234567890123456789012345678901",
	    NULL },
	{ __LINE__, "", NULL },
	{ __LINE__, "multipart/form-data", NULL },
	{ __LINE__, "multipart/mixed; boundary=B", NULL },
	{ __LINE__, "multipart/form-data; boundary=", NULL },
	{ __LINE__, "multipart/form-data; boundary=\"\"", NULL },
	{ __LINE__, "multipart/form-data; boundary=\"B \"", NULL },
	{ __LINE__, "multipart/form-data; boundary=\"B", NULL },
	{ __LINE__, "multipart/form-data; boundary=\"B\\\"\"", NULL },
	{ __LINE__, "multipart/form-data; boundary=B; boundary=C", NULL },
	{ __LINE__, "multipart/form-data; boundary=B C", NULL },
	{ __LINE__, "multipart/form-data; boundary=\"\xC3\xA9\"", NULL },
	{ __LINE__, "multipart/form-data boundary=B", NULL },
};

static void
test_multipart_boundary(void)
{
	for (size_t i = 0; i < COUNT(BOUNDARIES); i++) {
		struct guard g =
		    guard_copy(BOUNDARIES[i].type, strlen(BOUNDARIES[i].type));
		struct slice boundary = SLICE_EMPTY;
		bool found = multipart_boundary(g.s, &boundary);

		CHECK_ROW(BOUNDARIES[i].line,
		    found == (BOUNDARIES[i].boundary != NULL));
		if (found && BOUNDARIES[i].boundary != NULL)
			CHECK_SLICE_ROW(BOUNDARIES[i].line, boundary,
			    BOUNDARIES[i].boundary);
		guard_free(&g);
	}
}

/* Bodies with the boundary B, and what is read of them:
 * "[name|filename|type]data;" for each part, then what failed. */
static const struct {
	int line;
	const char *body;
	const char *read;
} BODIES[] = {
	{ __LINE__,
	    "--B\r\n" FILE_HEAD "Content-Type: video/mp4\r\n\r\n"
	    "bytes\r\n--B--\r\n",
	    "[file|a.mp4|video/mp4]bytes;" },
	/* No line end behind the last boundary; none in a part. */
	{ __LINE__, "--B\r\n" CD "name=a\r\n\r\n\r\n--B--", "[a|-|];" },
	{ __LINE__,
	    "--B\r\n" CD "name=a\r\n\r\n1\r\n--B\r\n" CD
	    "name=b\r\n\r\n2\r\n--B--",
	    "[a|-|]1;[b|-|]2;" },
	{ __LINE__, "--B--\r\n", "" },
	/* Almost a boundary is data. */
	{ __LINE__,
	    "--B\r\n" CD "name=a\r\n\r\n\r\r\n\r\n-\r\n--\r\n--C\n--B\r"
	    "--B\r\n--B--",
	    "[a|-|]\r\r\n\r\n-\r\n--\r\n--C\n--B\r--B;" },
	{ __LINE__, "--B\r\n" CD "name=a\r\n\r\n\r\n\r\n--B--", "[a|-|]\r\n;" },
	/* Header names and the type in any case, others are passed over. */
	{ __LINE__,
	    "--B\r\nX-a: b\r\ncontent-TYPE:text/plain\r\n"
	    "CONTENT-disposition:FORM-data;NAME=a\r\n"
	    "Content-Transfer-Encoding: binary\r\n\r\n1\r\n--B--",
	    "[a|-|text/plain]1;" },
	/* Names: quotes and backslashes, UTF-8, the extended form wins. */
	{ __LINE__,
	    "--B\r\n" CD "name=\"a\\\"b\\\\c\\d\"; filename=\"\"\r\n\r\n"
	    "\r\n--B--",
	    "[a\"b\\c\\d||];" },
	{ __LINE__, "--B\r\n" CD "name=\"\xC3\xA9;=\"\r\n\r\n\r\n--B--",
	    "[\xC3\xA9;=|-|];" },
	{ __LINE__,
	    "--B\r\n" CD "filename*=utf-8'de'%C3%a9%20b; name=a; "
	    "filename=x\r\n\r\n\r\n--B--",
	    "[a|\xC3\xA9 b|];" },
	{ __LINE__, "--B\r\n" CD "name=a; size=3;\r\n\r\n\r\n--B--",
	    "[a|-|];" },
	/* Incomplete. */
	{ __LINE__, "", "!incomplete" },
	{ __LINE__, "--B", "!incomplete" },
	{ __LINE__, "--B\r\n", "!incomplete" },
	{ __LINE__, "--B\r\n" CD "name=a\r\n", "!incomplete" },
	{ __LINE__, "--B\r\n" CD "name=a\r\n\r\n1", "[a|-|]1!incomplete" },
	{ __LINE__, "--B\r\n" CD "name=a\r\n\r\n1\r\n--B",
	    "[a|-|]1;!incomplete" },
	{ __LINE__, "--B\r\n" CD "name=a\r\n\r\n1\r\n--B-",
	    "[a|-|]1;!incomplete" },
	{ __LINE__, "--B--\r", "!incomplete" },
	/* Malformed: around the parts. */
	{ __LINE__, "preamble\r\n--B--", "!malformed" },
	{ __LINE__, "\r\n--B--", "!malformed" },
	{ __LINE__, "--C--", "!malformed" },
	{ __LINE__, "--B \r\n", "!malformed" },
	{ __LINE__, "--B\n" CD "name=a\n\n\n--B--", "!malformed" },
	{ __LINE__, "--B-\r\n", "!malformed" },
	{ __LINE__, "--B--\r\nepilogue", "!malformed" },
	{ __LINE__, "--B--x", "!malformed" },
	{ __LINE__, "--B\r\n" CD "name=a\r\n\r\n1\r\n--Bx",
	    "[a|-|]1;!malformed" },
	/* Malformed: heads. */
	{ __LINE__, "--B\r\n\r\n1\r\n--B--", "!malformed" },
	{ __LINE__, "--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--",
	    "!malformed" },
	{ __LINE__, "--B\r\n" CD "filename=a\r\n\r\n1\r\n--B--", "!malformed" },
	{ __LINE__,
	    "--B\r\nContent-Disposition: attachment; name=a\r\n\r\n"
	    "1\r\n--B--",
	    "!malformed" },
	{ __LINE__, "--B\r\n" CD "name=a\r\n" CD "name=a\r\n\r\n1\r\n--B--",
	    "!malformed" },
	{ __LINE__, "--B\r\n" CD "name=a; name=b\r\n\r\n1\r\n--B--",
	    "!malformed" },
	{ __LINE__,
	    "--B\r\n" CD "name=a; filename=b; filename=c\r\n\r\n1\r\n"
	    "--B--",
	    "!malformed" },
	{ __LINE__, "--B\r\n" CD "name=\"a\r\n\r\n1\r\n--B--", "!malformed" },
	{ __LINE__, "--B\r\n" CD "name=\"\xFF\"\r\n\r\n1\r\n--B--",
	    "!malformed" },
	{ __LINE__, "--B\r\n" CD "name=a; filename*=%41\r\n\r\n1\r\n--B--",
	    "!malformed" },
	{ __LINE__,
	    "--B\r\n" CD "name=a; filename*=latin1''%41\r\n\r\n1\r\n"
	    "--B--",
	    "!malformed" },
	{ __LINE__,
	    "--B\r\n" CD "name=a; filename*=UTF-8''%4\r\n\r\n1\r\n"
	    "--B--",
	    "!malformed" },
	{ __LINE__,
	    "--B\r\n" CD "name=a; filename*=UTF-8''%00\r\n\r\n1\r\n"
	    "--B--",
	    "!malformed" },
	{ __LINE__, "--B\r\n" CD "name=a;\r\n filename=b\r\n\r\n1\r\n--B--",
	    "!malformed" },
	{ __LINE__, "--B\r\nX y: 1\r\n" CD "name=a\r\n\r\n1\r\n--B--",
	    "!malformed" },
	{ __LINE__, "--B\r\n" CD "name=a\n\r\n\r\n1\r\n--B--", "!malformed" },
	{ __LINE__,
	    "--B\r\n" CD "name=a\r\nContent-Transfer-Encoding: base64"
	    "\r\n\r\nMQ==\r\n--B--",
	    "!malformed" },
};

static void
note_part(struct buf *out, const struct multipart_part *part)
{
	struct slice filename =
	    part->filename.p == NULL ? SLICE("-") : part->filename;

	buf_addf(out, "[%.*s|%.*s|%.*s]", SLICE_ARG(part->name),
	    SLICE_ARG(filename), SLICE_ARG(part->type));
}

/* False when it has failed. */
static bool
push(struct multipart *m, struct slice piece, struct buf *out)
{
	/* Bytes of its own, so that reading beyond a piece is caught. */
	struct guard g = guard_copy(piece.p, piece.n);
	struct slice in = g.s, data;
	enum multipart_event event;

	while ((event = multipart_next(m, &in, &data)) != MULTIPART_MORE &&
	    event < MULTIPART_MALFORMED) {
		if (event == MULTIPART_PART)
			note_part(out, &m->part);
		else if (event == MULTIPART_DATA)
			buf_add_slice(out, data);
		else
			buf_addc(out, ';');
	}
	guard_free(&g);
	return event == MULTIPART_MORE;
}

static void
note_end(const struct multipart *m, struct buf *out)
{
	static const char *const NAMES[] = {
		[MULTIPART_MORE] = "",
		[MULTIPART_MALFORMED] = "!malformed",
		[MULTIPART_INCOMPLETE] = "!incomplete",
		[MULTIPART_TOO_MANY] = "!too many",
		[MULTIPART_LONG_HEAD] = "!long head",
	};

	buf_adds(out, NAMES[multipart_end(m)]);
}

/* In two pieces, cut at `cut`. */
static void
check_cut(int line, struct slice body, size_t cut, const char *want)
{
	struct multipart m;
	struct buf out = BUF_INIT;

	multipart_init(&m, SLICE("B"));
	if (push(&m, slice_sub(body, 0, cut), &out))
		(void)push(&m, slice_from_at(body, cut), &out);
	note_end(&m, &out);
	CHECK_SLICE_ROW(line, buf_slice(&out), want);
	buf_fini(&out);
}

static void
test_multipart_every_cut(void)
{
	for (size_t i = 0; i < COUNT(BODIES); i++) {
		struct slice body = slice_from(BODIES[i].body);

		for (size_t cut = 0; cut <= body.n; cut++)
			check_cut(BODIES[i].line, body, cut, BODIES[i].read);
	}
}

static void
test_multipart_every_byte(void)
{
	for (size_t i = 0; i < COUNT(BODIES); i++) {
		struct slice body = slice_from(BODIES[i].body);
		struct multipart m;
		struct buf out = BUF_INIT;
		bool good = true;

		multipart_init(&m, SLICE("B"));
		for (size_t at = 0; good && at < body.n; at++)
			good = push(&m, slice_sub(body, at, 1), &out);
		note_end(&m, &out);
		CHECK_SLICE_ROW(
		    BODIES[i].line, buf_slice(&out), BODIES[i].read);
		buf_fini(&out);
	}
}

/* How a form of `parts` parts, each with a head of `head` bytes, ends. */
static enum multipart_event
end_of(size_t parts, size_t head)
{
	static const struct slice LAST = SLICE_INIT(CD "name=a\r\n\r\n");
	struct multipart m;
	struct buf body = BUF_INIT, out = BUF_INIT;
	enum multipart_event end;

	for (size_t i = 0; i < parts; i++) {
		buf_adds(&body, "--B\r\nX:");
		for (size_t n = LAST.n + 4; n < head; n++)
			buf_addc(&body, 'x');
		buf_adds(&body, "\r\n");
		buf_add_slice(&body, LAST);
		buf_adds(&body, "\r\n");
	}
	buf_adds(&body, "--B--");
	multipart_init(&m, SLICE("B"));
	(void)push(&m, buf_slice(&body), &out);
	end = multipart_end(&m);
	buf_fini(&body);
	buf_fini(&out);
	return end;
}

static void
test_multipart_limits(void)
{
	CHECK(end_of(MULTIPART_PARTS_MAX, 100) == MULTIPART_MORE);
	CHECK(end_of(MULTIPART_PARTS_MAX + 1, 100) == MULTIPART_TOO_MANY);
	CHECK(end_of(1, MULTIPART_HEAD_MAX) == MULTIPART_MORE);
	CHECK(end_of(1, MULTIPART_HEAD_MAX + 1) == MULTIPART_LONG_HEAD);
}

/* A failure stays, and has a sentence of its own. */
static void
test_multipart_failure_stays(void)
{
	struct multipart m;
	struct slice in = SLICE("x"), more = SLICE("--B--"), data;

	multipart_init(&m, SLICE("B"));
	CHECK(multipart_next(&m, &in, &data) == MULTIPART_MALFORMED);
	CHECK(multipart_next(&m, &more, &data) == MULTIPART_MALFORMED);
	CHECK(multipart_end(&m) == MULTIPART_MALFORMED);
	for (int a = MULTIPART_MALFORMED; a <= MULTIPART_LONG_HEAD; a++)
		for (int b = a + 1; b <= MULTIPART_LONG_HEAD; b++)
			CHECK(
			    strcmp(multipart_strerror((enum multipart_event)a),
				multipart_strerror((enum multipart_event)b)) !=
			    0);
}

/* What stands behind the first word of a header: "name=value," for each. */
static const struct {
	int line;
	const char *rest;
	const char *read;
} PARAMS[] = {
	{ __LINE__, "", "" },
	{ __LINE__, " ; ;", "" },
	{ __LINE__, "; a=b ;\tc=\"d;e\"", "a=b,c=d;e," },
	{ __LINE__, ";a=\"\"", "a=," },
	{ __LINE__, ";a=\"b\\\"c\"", "a=b\\\"c," },
	{ __LINE__, "a=b", "!" },
	{ __LINE__, "; a", "!" },
	{ __LINE__, "; =b", "!" },
	{ __LINE__, "; a=", "!" },
	{ __LINE__, "; a =b", "!" },
	{ __LINE__, "; a=b c", "a=b,!" },
	{ __LINE__, "; a=\"b", "!" },
	{ __LINE__, "; a=\"b\\", "!" },
	{ __LINE__, "; a=\"b\\\"", "!" },
	{ __LINE__, "; a=\"b\x01\"", "!" },
	{ __LINE__, "; a=\"b\"c=d", "a=b,!" },
};

static void
test_http_param(void)
{
	for (size_t i = 0; i < COUNT(PARAMS); i++) {
		struct guard g =
		    guard_copy(PARAMS[i].rest, strlen(PARAMS[i].rest));
		struct slice rest = g.s, name, value;
		enum http_param_found found;
		struct buf out = BUF_INIT;

		while ((found = http_param_next(&rest, &name, &value)) ==
		    HTTP_PARAM_ONE)
			buf_addf(&out, "%.*s=%.*s,", SLICE_ARG(name),
			    SLICE_ARG(value));
		if (found == HTTP_PARAM_MALFORMED)
			buf_addc(&out, '!');
		CHECK_SLICE_ROW(
		    PARAMS[i].line, buf_slice(&out), PARAMS[i].read);
		buf_fini(&out);
		guard_free(&g);
	}
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_multipart_boundary),
		CHECK_CASE(test_multipart_every_cut),
		CHECK_CASE(test_multipart_every_byte),
		CHECK_CASE(test_multipart_limits),
		CHECK_CASE(test_multipart_failure_stays),
		CHECK_CASE(test_http_param), { NULL, NULL } });
}
