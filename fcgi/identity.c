#include "fcgi/identity.h"

#include "proto/traceparent.h"

/* A request id of a client that is longer is replaced by ours. */
#define REQUEST_ID_MAX 64

/* A part of log lines and header lines, and no space: that divides. */
static bool
is_harmless(struct slice id)
{
	bool good = id.n > 0 && id.n <= REQUEST_ID_MAX;

	for (size_t i = 0; good && i < id.n; i++)
		good = id.p[i] > ' ' && id.p[i] < 0x7F && id.p[i] != '"';
	return good;
}

struct slice
identity_of(struct arena *a, const struct http_request *req,
    const char *process, int64_t serial)
{
	struct slice id = req->request_id, trace;

	if (!is_harmless(id))
		id = slice_from(
		    arena_printf(a, "%s-%lld", process, (long long)serial));
	if (!traceparent_parse(req->traceparent, &trace))
		return id;
	return slice_from(
	    arena_printf(a, "%.*s %.*s", SLICE_ARG(id), SLICE_ARG(trace)));
}

void
identity_answer(struct http_response *res, const struct http_request *req,
    struct slice identity)
{
	struct slice id = SLICE_EMPTY;

	(void)slice_cut(&identity, ' ', &id);
	http_header(res, "X-Request-Id", "%.*s", SLICE_ARG(id));
	if (identity.p != NULL)
		http_header(
		    res, "traceparent", "%.*s", SLICE_ARG(req->traceparent));
}

void
identity_log(struct log_line *l, struct slice identity)
{
	struct slice id = SLICE_EMPTY;

	(void)slice_cut(&identity, ' ', &id);
	log_str(l, "id", id);
	if (identity.p != NULL)
		log_str(l, "trace_id", identity);
}
