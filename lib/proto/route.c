#include "proto/route.h"

#include "base/utf8.h"
#include "proto/http.h"

static bool
is_param(struct slice segment)
{
	return segment.n > 2 && segment.p[0] == '{' &&
	    segment.p[segment.n - 1] == '}';
}

/*
 * Most segments hold no '%' and are taken as they are: a table of patterns is
 * tried one by one, and a long path need not be copied for each.
 */
static bool
decode_segment(struct slice raw, struct arena *a, struct slice *segment)
{
	*segment = raw;
	if (slice_chr(raw, '%') < raw.n && !http_path_decode(raw, a, segment))
		return false;
	return utf8_text(*segment);
}

/* One segment of the path, raw, against one of the pattern. */
static bool
match_segment(struct slice pattern, struct slice raw, struct arena *a,
    struct route_params *out)
{
	struct slice segment;

	if (!decode_segment(raw, a, &segment))
		return false;
	if (!is_param(pattern))
		return slice_eq(pattern, segment);
	if (segment.n == 0 || out->n == ROUTE_PARAMS_MAX)
		return false;
	out->value[out->n++] = segment;
	return true;
}

/* Drop the "/?" of the pattern and the one slash that it allows. */
static void
drop_optional_slash(struct slice *pattern, struct slice *path)
{
	if (!slice_ends(*pattern, SLICE("/?")))
		return;
	pattern->n -= 2;
	if (path->n > 0 && path->p[path->n - 1] == '/')
		path->n--;
}

/*
 * Before its first parameter a pattern is text: most of a table is told apart
 * there. What may be decoded into something else is not looked at.
 */
static bool
begins_otherwise(const char *pattern, struct slice path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (pattern[i] == '{' ||
		    (pattern[i] == '/' && pattern[i + 1] == '?') ||
		    path.p[i] == '%')
			return false;
		/* A path may hold a NUL, and go on behind it. */
		if (pattern[i] == '\0' || pattern[i] != path.p[i])
			return true;
	}
	return false;
}

bool
route_match(const char *pattern, struct slice path, struct arena *a,
    struct route_params *out)
{
	struct slice want, got = path;
	struct slice want_segment, got_segment;

	out->n = 0;
	if (begins_otherwise(pattern, path))
		return false;
	want = slice_from(pattern);
	drop_optional_slash(&want, &got);
	/* A slash that is encoded is none. */
	if (slice_count(want, '/') != slice_count(got, '/'))
		return false;
	while (slice_cut(&want, '/', &want_segment)) {
		if (!slice_cut(&got, '/', &got_segment) ||
		    !match_segment(want_segment, got_segment, a, out))
			return false;
	}
	return got.p == NULL;
}
