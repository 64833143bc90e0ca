#include "proto/traceparent.h"

/* Hexadecimal digits of each field. */
#define TRACE_N  32
#define PARENT_N 16
#define FLAGS_N  2

static bool
is_hex(struct slice s, size_t n)
{
	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
			(s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

/* All zero stands for none. */
static bool
is_id(struct slice s, size_t n)
{
	if (!is_hex(s, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (s.p[i] != '0')
			return true;
	return false;
}

bool
traceparent_parse(struct slice header, struct slice *trace_id)
{
	struct slice rest = header, version, parent;

	return slice_cut(&rest, '-', &version) &&
	    slice_cut(&rest, '-', trace_id) && slice_cut(&rest, '-', &parent) &&
	    rest.p != NULL && slice_eq(version, SLICE("00")) &&
	    is_id(*trace_id, TRACE_N) && is_id(parent, PARENT_N) &&
	    is_hex(rest, FLAGS_N);
}
