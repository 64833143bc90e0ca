#include "fcgi/identity.h"

#include <string.h>

#include "base/num.h"
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

/* PROCESS-SERIAL */
static struct slice
own_id(struct arena *a, const char *process, int64_t serial)
{
	char number[NUM_TEXT_SIZE + 1] = "-";
	size_t digits = 1 + num_text(serial, number + 1);
	size_t n = strlen(process);
	char *p = arena_alloc(a, n + digits + 1);

	memcpy(p, process, n + 1);
	memcpy(p + n, number, digits + 1);
	return (struct slice){ p, n + digits };
}

struct slice
identity_of(struct arena *a, const struct http_request *req,
    const char *process, int64_t serial)
{
	struct slice id = req->request_id, trace;

	if (!is_harmless(id))
		id = own_id(a, process, serial);
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
	http_header_value(res, "X-Request-Id", id);
	if (identity.p != NULL)
		http_header_value(res, "traceparent", req->traceparent);
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
