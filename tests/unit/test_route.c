/* route.h: patterns against paths. */
#include "proto/route.h"

#include "harness/check.h"
#include "harness/guard.h"

#define VIDEO      "/videodb/collection/{id}/video/{vid}"
#define TRANSCRIPT "/api/v1/videos/{id}/transcript"

static const struct row {
	int line;
	const char *pattern;
	const char *path;
	bool match;
	const char *params; /* joined by '|' */
} ROWS[] = {
	{ __LINE__, "/session/?", "/session", true, "" },
	/* Contract B: /agent and /session with and without the slash. */
	{ __LINE__, "/session/?", "/session/", true, "" },
	{ __LINE__, "/session/?", "/session//", false, "" },
	{ __LINE__, "/session/?", "/sessio", false, "" },
	{ __LINE__, "/session/?", "/sessions", false, "" },
	{ __LINE__, "/session/?", "/", false, "" },
	{ __LINE__, "/session/?", "", false, "" },
	{ __LINE__, "/session", "/session/", false, "" },
	{ __LINE__, "/", "/", true, "" },
	{ __LINE__, "/", "", false, "" },
	{ __LINE__, "/", "//", false, "" },
	/* A1: both spellings of the Engine.IO path, nothing deeper. */
	{ __LINE__, "/socket.io/?", "/socket.io/", true, "" },
	{ __LINE__, "/socket.io/?", "/socket.io", true, "" },
	{ __LINE__, "/socket.io/?", "/socket.io/x/y", false, "" },
	{ __LINE__, "/socket.io/?", "/Socket.IO/", false, "" },
	{ __LINE__, "/session/{id}", "/session/abc", true, "abc" },
	{ __LINE__, "/session/{id}", "/session/", false, "" },
	{ __LINE__, "/session/{id}", "/session/a/b", false, "" },
	{ __LINE__, "/session/{id}/?", "/session/abc/", true, "abc" },
	{ __LINE__, "/session/{id}/?", "/session//", false, "" },
	{ __LINE__, VIDEO, "/videodb/collection/default/video/m-1", true,
	    "default|m-1" },
	{ __LINE__, VIDEO, "/videodb/collection/default/video", false, "" },
	{ __LINE__, VIDEO, "/videodb/collection//video/m-1", false, "" },
	{ __LINE__, VIDEO, "videodb/collection/a/video/b", false, "" },
	{ __LINE__, TRANSCRIPT, "/api/v1/videos/a/transcript", true, "a" },
	{ __LINE__, TRANSCRIPT, "/api/v1/videos/a/outputs", false, "" },
	/* RFC 3986, 6.2.2.2: %XX of an ordinary character is that character. */
	{ __LINE__, TRANSCRIPT, "/%61pi/v1/videos/a%20b/transcript", true,
	    "a b" },
	{ __LINE__, TRANSCRIPT, "/api/v1/videos/%C3%A9/transcript", true,
	    "\xC3\xA9" },
	{ __LINE__, "/session/{id}", "/session/a+b", true, "a+b" },
	{ __LINE__, "/session/{id}", "/session/a%2Fb", false, "" },
	{ __LINE__, "/session/{id}", "/session/a%2fb", false, "" },
	{ __LINE__, "/session/{id}", "/session/a%00", false, "" },
	{ __LINE__, "/session/{id}", "/session/a%0", false, "" },
	{ __LINE__, "/session/{id}", "/session/%", false, "" },
	{ __LINE__, "/session/{id}", "/session/%zz", false, "" },
	{ __LINE__, "/session/{id}", "/session/%FF", false, "" },
	{ __LINE__, "/session/{id}", "/session/\xFF", false, "" },
	{ __LINE__, "/session/{id}", "/session/%C3", false, "" },
	{ __LINE__, "/{a}/{b}/{c}/{d}", "/1/2/3/4", true, "1|2|3|4" },
	{ __LINE__, "/{a}/{b}/{c}/{d}/{e}", "/1/2/3/4/5", false, "" },
};

static void
test_route_match(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		const struct row *row = &ROWS[i];
		struct guard g = guard_copy(row->path, strlen(row->path));
		struct arena a = ARENA_INIT;
		struct route_params params;
		struct slice want = slice_from(row->params), piece;
		bool match = route_match(row->pattern, g.s, &a, &params);

		CHECK_ROW(row->line, match == row->match);
		for (size_t k = 0; match && k < params.n; k++) {
			CHECK_ROW(row->line, slice_cut(&want, '|', &piece));
			CHECK_ROW(row->line, slice_eq(params.value[k], piece));
		}
		CHECK_ROW(row->line, !match || want.n == 0);
		arena_fini(&a);
		guard_free(&g);
	}
}

static void
test_route_nul_byte(void)
{
	struct guard g = guard_copy("/session/a\0b", 12);
	struct arena a = ARENA_INIT;
	struct route_params params;

	CHECK(!route_match("/session/{id}", g.s, &a, &params));
	/* The pattern is over where the path has it. */
	CHECK(!route_match("/session/a", g.s, &a, &params));
	arena_fini(&a);
	guard_free(&g);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_route_match),
	    CHECK_CASE(test_route_nul_byte), { NULL, NULL } });
}
