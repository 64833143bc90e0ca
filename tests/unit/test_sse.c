#include "proto/sse.h"

#include "base/attr.h"
#include "harness/check.h"
#include "harness/guard.h"

/* Events are written "data|data|", a failure as "!". */
static const struct {
	int line;
	const char *stream, *events;
} ROWS[] = {
	{ __LINE__, "", "" },
	{ __LINE__, "data: a\n\n", "a|" },
	{ __LINE__, "data:a\n\n", "a|" },
	{ __LINE__, "data:  a \n\n", " a |" },
	{ __LINE__, "data: a\r\n\r\n", "a|" },
	{ __LINE__, "data: a\r\r", "a|" },
	{ __LINE__, "data: a\n\rdata: b\r\n\n", "a|b|" },
	{ __LINE__, "data: a\n\ndata: b\n\n", "a|b|" },
	{ __LINE__, "data: a\ndata: b\n\n", "a\nb|" },
	{ __LINE__, "data\n\n", "|" },
	{ __LINE__, "data:\ndata:\n\n", "\n|" },
	{ __LINE__, ": a comment\ndata: a\n\n", "a|" },
	{ __LINE__, "event: x\nid: 1\nretry: 5\ndata: a\n\n", "a|" },
	{ __LINE__, "event: x\n\n", "" },
	{ __LINE__, "\n\n\ndata: a\n\n\n\n", "a|" },
	{ __LINE__, "dat: a\ndataa: b\n data: c\n\n", "" },
	{ __LINE__,
	    "\xef\xbb\xbf"
	    "data: a\n\n",
	    "a|" },
	{ __LINE__,
	    "data: a\n\n\xef\xbb\xbf"
	    "data: b\n\n",
	    "a|" },
	/* Without an end it is none. */
	{ __LINE__, "data: a", "" },
	{ __LINE__, "data: a\n", "" },
	{ __LINE__, "data: a: b\n\n", "a: b|" },
};

static void
feed(struct sse *s, struct slice in, struct buf *events)
{
	struct slice data;
	enum sse_event event;

	while ((event = sse_next(s, &in, &data)) == SSE_EVENT) {
		buf_add_slice(events, data);
		buf_addc(events, '|');
	}
	if (event == SSE_TOO_LARGE)
		buf_addc(events, '!');
}

/* The same in pieces of any size. */
static void
test_sse_events(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++)
		for (size_t size = 1; size < 9; size++) {
			struct slice all = slice_from(ROWS[i].stream);
			struct buf events = BUF_INIT;
			struct sse s;

			sse_init(&s);
			for (size_t at = 0; at < all.n; at += size) {
				struct slice piece = slice_sub(all, at, size);
				struct guard g = guard_copy(piece.p, piece.n);

				feed(&s, g.s, &events);
				guard_free(&g);
			}
			CHECK_SLICE_ROW(
			    ROWS[i].line, buf_slice(&events), ROWS[i].events);
			sse_fini(&s);
			buf_fini(&events);
		}
}

/* In one line, or in many. */
static void
test_sse_too_large(void)
{
	static char line[100001];

	memset(line, 'x', sizeof(line) - 1);
	for (int many = 0; many < 2; many++) {
		struct buf events = BUF_INIT;
		struct sse s;

		sse_init(&s);
		memcpy(line, "data: ", 6); // NOLINT: it goes on behind that
		for (int i = 0; i < SSE_EVENT_MAX / 100000 + 1; i++) {
			feed(&s, slice_from(line), &events);
			if (many)
				feed(&s, SLICE("\n"), &events);
		}
		CHECK(events.n > 0 && events.p[0] == '!');
		CHECK(s.line.n + s.data.n <= SSE_EVENT_MAX);
		/* It stays. */
		buf_clear(&events);
		feed(&s, SLICE("\n\ndata: a\n\n"), &events);
		CHECK_SLICE(buf_slice(&events), "!");
		sse_fini(&s);
		buf_fini(&events);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_sse_events),
	    CHECK_CASE(test_sse_too_large), { NULL, NULL } });
}
