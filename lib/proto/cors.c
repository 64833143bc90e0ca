#include "proto/cors.h"

#include <string.h>

#include "base/num.h"

/* Browsers ask for a handful of names; a longer list is not echoed. */
#define CORS_REQUEST_HEADERS_MAX 1024
/* Seconds a preflight may be kept: Chromium's own upper bound. */
#define CORS_MAX_AGE_S 7200

/* What a page may read beyond the few headers that are safe. */
#define CORS_EXPOSED                                      \
	"ETag, Link, Content-Range, Location, "           \
	"Preference-Applied, Retry-After, X-Request-Id, " \
	"traceparent, WWW-Authenticate"

/* An origin taken apart; the port is a number, the scheme's own when none. */
struct origin {
	struct slice scheme;
	struct slice host;
	int64_t port;
};

static int64_t
default_port(struct slice scheme)
{
	if (slice_eq_nocase(scheme, SLICE("http")))
		return 80;
	return slice_eq_nocase(scheme, SLICE("https")) ? 443 : 0;
}

static bool
origin_host(struct slice authority, struct origin *out)
{
	struct slice port;

	out->port = default_port(out->scheme);
	if (!http_host_split(authority, &out->host, &port))
		return false;
	return port.n == 0 || num_parse(port, 0, UINT16_MAX, &out->port);
}

/* "scheme://host[:port]"; false for "null" and everything else. */
static bool
origin_parse(struct slice text, struct origin *out)
{
	long at = slice_find(text, SLICE("://"));

	if (at <= 0)
		return false;
	out->scheme = slice_sub(text, 0, (size_t)at);
	return origin_host(slice_from_at(text, (size_t)at + 3), out);
}

static bool
origin_eq(const struct origin *a, const struct origin *b, bool any_port)
{
	return slice_eq_nocase(a->scheme, b->scheme) &&
	    slice_eq_nocase(a->host, b->host) &&
	    (any_port || a->port == b->port);
}

/* Does one entry of the list let `origin` in? */
static bool
entry_allows(struct slice entry, const struct origin *origin)
{
	struct slice wildcard = SLICE(":*");
	bool any_port = slice_ends(entry, wildcard);
	struct origin allowed;

	if (any_port)
		entry.n -= wildcard.n;
	return origin_parse(entry, &allowed) &&
	    origin_eq(&allowed, origin, any_port);
}

static bool
list_allows(struct slice list, const struct origin *origin)
{
	struct slice entry;

	while (slice_cut(&list, ',', &entry)) {
		if (entry_allows(slice_trim(entry), origin))
			return true;
	}
	return false;
}

static bool
list_has_any(struct slice list)
{
	struct slice entry;

	while (slice_cut(&list, ',', &entry)) {
		if (slice_eqs(slice_trim(entry), "*"))
			return true;
	}
	return false;
}

/*
 * A proxy that ends the TLS hands us http and the client's Host, so https with
 * the same host is us. The other way round is not: a page that came over http
 * may have been changed on its way.
 */
static bool
is_same_origin(const struct origin *origin, const struct http_request *request)
{
	struct origin own = { .scheme = origin->scheme };

	return (slice_eq_nocase(origin->scheme, request->scheme) ||
		   slice_eq_nocase(origin->scheme, SLICE("https"))) &&
	    origin_host(request->host, &own) && origin_eq(&own, origin, false);
}

enum cors_verdict
cors_check(const struct cors_policy *policy, const struct http_request *request)
{
	struct origin origin;

	if (policy->loopback && !http_host_is_loopback(request->host))
		return CORS_BAD_HOST;
	if (list_has_any(policy->origins))
		return CORS_ANY;
	if (request->origin.n == 0)
		return CORS_SAME;
	if (!origin_parse(request->origin, &origin))
		return CORS_FOREIGN;
	if (is_same_origin(&origin, request))
		return CORS_SAME;
	return list_allows(policy->origins, &origin) ? CORS_ALLOWED
						     : CORS_FOREIGN;
}

bool
cors_origin_bytes_ok(struct slice origin)
{
	for (size_t i = 0; i < origin.n; i++) {
		unsigned char c = (unsigned char)origin.p[i];

		/* Node's own rule: a tab and bytes from 0x80 on may stand. */
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

void
cors_headers(struct http_response *response, const struct http_request *request,
    enum cors_verdict verdict)
{
	switch (verdict) {
	case CORS_ANY:
		http_header(response, "Access-Control-Allow-Origin", "*");
		break;
	case CORS_ALLOWED:
		http_header(response, "Access-Control-Allow-Origin", "%.*s",
		    SLICE_ARG(request->origin));
		http_header(
		    response, "Access-Control-Allow-Credentials", "true");
		http_header(response, "Vary", "Origin");
		break;
	case CORS_FOREIGN:
		/* So that no cache gives this to an origin that may read. */
		http_header(response, "Vary", "Origin");
		break;
	case CORS_SAME:
	case CORS_BAD_HOST:
		break;
	}
}

void
cors_expose(struct http_response *response, enum cors_verdict verdict)
{
	if (verdict == CORS_ALLOWED || verdict == CORS_ANY)
		http_header(
		    response, "Access-Control-Expose-Headers", CORS_EXPOSED);
}

/* A list of header names (tokens) and nothing else; echoed as it came. */
static bool
is_header_list(struct slice list)
{
	if (list.n == 0 || list.n > CORS_REQUEST_HEADERS_MAX)
		return false;
	for (size_t i = 0; i < list.n; i++) {
		char c = list.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9');

		if (!alnum && (c == '\0' || !strchr("-_, !#$%&'*+.^`|~", c)))
			return false;
	}
	return true;
}

static void
allow_methods(struct http_response *response, const char *name, unsigned mask)
{
	struct buf list = BUF_INIT;

	http_methods(&list, mask);
	http_header(response, name, "%s", buf_cstr(&list));
	buf_fini(&list);
}

void
cors_preflight(struct http_response *response,
    const struct http_request *request, enum cors_verdict verdict,
    unsigned methods)
{
	response->status = verdict == CORS_BAD_HOST ? 403 : 204;
	cors_headers(response, request, verdict);
	allow_methods(response, "Allow", methods);
	http_header(response, "Vary", "Access-Control-Request-Headers");
	if (verdict != CORS_ALLOWED && verdict != CORS_ANY)
		return;
	allow_methods(response, "Access-Control-Allow-Methods", methods);
	if (is_header_list(request->request_headers))
		http_header(response, "Access-Control-Allow-Headers", "%.*s",
		    SLICE_ARG(request->request_headers));
	http_header(response, "Access-Control-Max-Age", "%d", CORS_MAX_AGE_S);
}
