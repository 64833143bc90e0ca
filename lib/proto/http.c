#include "proto/http.h"

#include <stdarg.h>
#include <string.h>

#include "base/num.h"

static const struct {
	enum http_method method;
	const char *name;
} METHODS[] = {
	{ HTTP_GET, "GET" },
	{ HTTP_HEAD, "HEAD" },
	{ HTTP_POST, "POST" },
	{ HTTP_PUT, "PUT" },
	{ HTTP_PATCH, "PATCH" },
	{ HTTP_DELETE, "DELETE" },
	{ HTTP_OPTIONS, "OPTIONS" },
};

static const struct {
	int status;
	const char *reason;
} REASONS[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
};

void
http_response_fini(struct http_response *r)
{
	buf_fini(&r->headers);
	buf_fini(&r->body);
}

/* Take out of `b`, from `at` on, what could end a header line early. */
static void
drop_line_ends(struct buf *b, size_t at)
{
	size_t to = at;

	for (size_t i = at; i < b->n; i++) {
		char c = b->p[i];

		if (c != '\r' && c != '\n' && c != '\0')
			b->p[to++] = c;
	}
	b->n = to;
}

void
http_header_value(struct http_response *r, const char *name, struct slice value)
{
	size_t line = r->headers.n;

	buf_adds(&r->headers, name);
	buf_adds(&r->headers, ": ");
	buf_add_slice(&r->headers, value);
	drop_line_ends(&r->headers, line);
	buf_adds(&r->headers, "\r\n");
}

void
http_header(struct http_response *r, const char *name, const char *format, ...)
{
	struct buf value = BUF_INIT;
	va_list ap;

	/* Most are constant. */
	if (strchr(format, '%') == NULL) {
		http_header_value(r, name, slice_from(format));
		return;
	}
	va_start(ap, format);
	buf_addv(&value, format, ap);
	va_end(ap);
	http_header_value(r, name, buf_slice(&value));
	buf_fini(&value);
}

/* RFC 9110, 8.6 and 15.4.5: these are told by their status alone. */
static bool
has_no_body(int status)
{
	return status < 200 || status == 204 || status == 304;
}

void
http_head(struct buf *out, const struct http_response *r, size_t body_n)
{
	buf_adds(out, "Status: ");
	buf_add_int(out, r->status);
	buf_addc(out, ' ');
	buf_adds(out, http_reason(r->status));
	buf_adds(out, "\r\n");
	buf_add_slice(out, buf_slice(&r->headers));
	if (!has_no_body(r->status) && r->more.next == NULL) {
		buf_adds(out, "Content-Length: ");
		buf_add_int(out, (int64_t)body_n);
		buf_adds(out, "\r\n");
	}
	buf_adds(out, "\r\n");
}

const char *
http_reason(int status)
{
	for (size_t i = 0; i < COUNT(REASONS); i++) {
		if (REASONS[i].status == status)
			return REASONS[i].reason;
	}
	return "Unknown";
}

enum http_method
http_method_parse(struct slice name)
{
	for (size_t i = 0; i < COUNT(METHODS); i++) {
		if (slice_eqs(name, METHODS[i].name))
			return METHODS[i].method;
	}
	return HTTP_OTHER;
}

const char *
http_method_name(enum http_method method)
{
	for (size_t i = 0; i < COUNT(METHODS); i++) {
		if (METHODS[i].method == method)
			return METHODS[i].name;
	}
	return "OTHER";
}

void
http_methods(struct buf *out, unsigned mask)
{
	const char *separator = "";

	for (size_t i = 0; i < COUNT(METHODS); i++) {
		if ((mask & (unsigned)METHODS[i].method) == 0)
			continue;
		buf_adds(out, separator);
		buf_adds(out, METHODS[i].name);
		separator = ", ";
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that "%XX" at the start of `s` stands for, -1 when it is none. */
static int
percent_byte(struct slice s)
{
	int high, low;

	if (s.n < 3 || s.p[0] != '%')
		return -1;
	high = hex_value(s.p[1]);
	low = hex_value(s.p[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Take one decoded byte off `*s`, which is not empty (A2). */
static char
query_next(struct slice *s)
{
	int byte = percent_byte(*s);
	char c = s->p[0];

	if (byte >= 0) {
		*s = slice_from_at(*s, 3);
		return (char)byte;
	}
	*s = slice_from_at(*s, 1);
	if (c == '+')
		return ' ';
	return c;
}

/* Names are decoded too: "%73id" is "sid" to the clients' own parser. */
static bool
query_name_is(struct slice raw, const char *name)
{
	while (raw.n != 0) {
		if (*name == '\0' || query_next(&raw) != *name++)
			return false;
	}
	return *name == '\0';
}

static struct slice
query_decode(struct slice raw, struct arena *a)
{
	char *p = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	while (raw.n != 0)
		p[n++] = query_next(&raw);
	return (struct slice){ p, n };
}

struct slice
http_query(struct slice query, const char *name, struct arena *a, bool *present)
{
	struct slice rest = query;
	struct slice pair, found = SLICE_EMPTY;

	*present = false;
	while (slice_cut(&rest, '&', &pair)) {
		size_t equals = slice_chr(pair, '=');

		if (pair.n == 0 ||
		    !query_name_is(slice_sub(pair, 0, equals), name))
			continue;
		*present = true;
		found = slice_from_at(pair, equals + 1);
	}
	return found.n == 0 ? SLICE_EMPTY : query_decode(found, a);
}

bool
http_query_next(struct slice *rest, struct arena *a, struct slice *name,
    struct slice *value)
{
	struct slice pair;
	size_t equals;

	do {
		if (!slice_cut(rest, '&', &pair))
			return false;
	} while (pair.n == 0);
	equals = slice_chr(pair, '=');
	*name = query_decode(slice_sub(pair, 0, equals), a);
	*value = query_decode(slice_from_at(pair, equals + 1), a);
	return true;
}

bool
http_path_decode(struct slice raw, struct arena *a, struct slice *out)
{
	char *p = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	while (raw.n != 0) {
		bool encoded = raw.p[0] == '%';
		int byte = encoded ? percent_byte(raw) : raw.p[0];

		if ((encoded && (byte < 0 || byte == '/')) || byte == 0)
			return false;
		p[n++] = (char)byte;
		raw = slice_from_at(raw, encoded ? 3 : 1);
	}
	*out = (struct slice){ p, n };
	return true;
}

static bool
is_unreserved(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || (c != '\0' && strchr("-._~*", c));
}

void
http_encode(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_unreserved(s.p[i]))
			buf_addc(b, s.p[i]);
		else
			buf_addf(b, "%%%02X", (unsigned char)s.p[i]);
	}
}

struct slice
http_cookie(struct slice header, const char *name)
{
	struct slice rest = header, pair;

	while (slice_cut(&rest, ';', &pair)) {
		size_t equals = slice_chr(pair, '=');
		struct slice key = slice_trim(slice_sub(pair, 0, equals));

		if (equals < pair.n && slice_eqs(key, name))
			return slice_trim(slice_from_at(pair, equals + 1));
	}
	return (struct slice){ NULL, 0 };
}

static bool
is_token68(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~+/=", c));
}

struct slice
http_bearer(struct slice authorization)
{
	struct slice token = authorization, scheme;

	if (!slice_cut(&token, ' ', &scheme) ||
	    !slice_eq_nocase(scheme, SLICE("Bearer")))
		return (struct slice){ NULL, 0 };
	token = slice_trim(token);
	for (size_t i = 0; i < token.n; i++)
		if (!is_token68(token.p[i]))
			return (struct slice){ NULL, 0 };
	return token.n != 0 ? token : (struct slice){ NULL, 0 };
}

struct slice
http_media_type(struct slice content_type)
{
	return slice_trim(
	    slice_sub(content_type, 0, slice_chr(content_type, ';')));
}

/* Bytes that end or split a host name where somebody else parses it. */
static bool
is_host_byte(char c)
{
	return c > ' ' && c < 0x7f && strchr("/?#@\\%,;:[]\"<>", c) == NULL;
}

/* The length of the name at the start of `host`, 0 when there is none. */
static size_t
host_name_length(struct slice host)
{
	size_t n = 0;

	if (host.n != 0 && host.p[0] == '[') {
		size_t end = slice_chr(host, ']');

		for (n = 1; n < end; n++) {
			if (host.p[n] != ':' && !is_host_byte(host.p[n]))
				return 0;
		}
		return end < host.n && end > 1 ? end + 1 : 0;
	}
	while (n < host.n && is_host_byte(host.p[n]))
		n++;
	return n;
}

bool
http_host_split(struct slice host, struct slice *name, struct slice *port)
{
	size_t n = host_name_length(host);
	int64_t number;

	*name = slice_sub(host, 0, n);
	*port = SLICE_EMPTY;
	if (n == 0)
		return false;
	if (n < host.n) {
		*port = slice_from_at(host, n + 1);
		if (host.p[n] != ':' || port->p[0] == '-' ||
		    !num_parse(*port, 0, UINT16_MAX, &number))
			return false;
	}
	if (name->p[name->n - 1] == '.')
		name->n--;
	return name->n != 0;
}

/* 127.a.b.c, four decimal numbers without leading zeros (octal to some). */
static bool
is_loopback_v4(struct slice address)
{
	struct slice rest = address, part;
	int parts = 0;
	int64_t number;

	while (slice_cut(&rest, '.', &part)) {
		if (part.n == 0 || part.n > 3 || part.p[0] == '-' ||
		    (part.n > 1 && part.p[0] == '0') ||
		    !num_parse(part, 0, UINT8_MAX, &number) ||
		    (parts == 0 && number != 127))
			return false;
		parts++;
	}
	return parts == 4;
}

bool
http_host_is_loopback(struct slice host)
{
	struct slice name, port;

	if (!http_host_split(host, &name, &port))
		return false;
	return slice_eq_nocase(name, SLICE("localhost")) ||
	    slice_eqs(name, "[::1]") || is_loopback_v4(name);
}

bool
http_addr_is_loopback(struct slice addr)
{
	struct slice mapped = SLICE("::ffff:");
	bool is_mapped = addr.n > mapped.n &&
	    slice_eq_nocase(slice_sub(addr, 0, mapped.n), mapped);

	return addr.n == 0 || slice_eqs(addr, "::1") || is_loopback_v4(addr) ||
	    (is_mapped && is_loopback_v4(slice_from_at(addr, mapped.n)));
}
