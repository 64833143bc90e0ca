#include "proto/host_list.h"

#include <ctype.h>
#include <stdint.h>

#include "base/num.h"

/* Take host and port (0: any) of an entry apart; false: it is none. */
static bool
split(struct slice entry, struct slice *host, int64_t *port)
{
	size_t end = slice_chr(entry, ':');

	if (slice_starts(entry, SLICE("["))) {
		end = slice_chr(entry, ']');
		if (end == entry.n)
			return false;
		end++;
	}
	*host = slice_sub(entry, 0, end);
	*port = 0;
	if (end == entry.n)
		return true;
	return entry.p[end] == ':' &&
	    num_parse(slice_from_at(entry, end + 1), 1, 65535, port);
}

static bool
is_name(struct slice host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!isalnum((unsigned char)host.p[i]) && host.p[i] != '.' &&
		    host.p[i] != '-' && host.p[i] != '_')
			return false;
	return host.n > 0;
}

static bool
is_six(struct slice host)
{
	if (host.n < 4 || host.p[0] != '[' || host.p[host.n - 1] != ']')
		return false;
	for (size_t i = 1; i < host.n - 1; i++)
		if (!isxdigit((unsigned char)host.p[i]) && host.p[i] != ':' &&
		    host.p[i] != '.')
			return false;
	return true;
}

bool
host_list_has(struct slice list, struct slice host, int port)
{
	struct slice entry, name;
	int64_t only;

	while (slice_cut(&list, ',', &entry))
		if (split(slice_trim(entry), &name, &only) && name.n > 0 &&
		    slice_eq_nocase(name, host) && (only == 0 || only == port))
			return true;
	return false;
}

bool
host_list_check(struct slice list, struct slice *bad)
{
	struct slice entry, name;
	int64_t port;

	if (slice_trim(list).n == 0)
		return true;
	while (slice_cut(&list, ',', &entry)) {
		*bad = slice_trim(entry);
		if (!split(*bad, &name, &port) ||
		    (!is_name(name) && !is_six(name)))
			return false;
	}
	return true;
}
