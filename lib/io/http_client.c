#include "io/http_client.h"

#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ck.h"
#include "io/clock.h"
#include "proto/host_list.h"
#include "proto/net_address.h"

/* Longer is no answer to "when": a day. Callers make milliseconds of it. */
#define RETRY_AFTER_MAX_S 86400
#define AGENT             "director-fcgi"
#define REDIRECTS         3
/* Bytes a second: less is silence. */
#define SLOW 100L
/* How often it is asked whether the call is cancelled: well within half a
 * second, and too seldom to cost. */
#define CANCEL_MS 150
/* Connections kept by a thread: it asks one server at a time, a few in turn. */
#define KEPT 4L

/* Connections that may be private are kept apart: one of them must not serve a
 * call that may ask public addresses only. */
enum pool {
	POOL_PUBLIC,
	POOL_ANY,
	POOL__MAX
};

struct http_client {
	CURL *easy;
	CURLM *pool[POOL__MAX];
	char *proxy;
	char *private_hosts;
};

/* Where one request of a call goes. */
struct hop {
	char *url;
	char *scheme, *host; /* libcurl's: as it will connect to them */
	int port;
	bool private;
	bool proxied;
};

struct call {
	struct http_client *client;
	const struct http_client_request *request;
	struct http_client_reply *reply;
	CURL *curl;
	struct curl_slist *headers;
	curl_mime *mime;
	struct err *e;
	struct hop hop;
	int64_t deadline; /* monotonic */
	int64_t ask_next; /* whether it is cancelled */
	bool refused;     /* an address that is not public */
	bool opened;      /* some socket */
};

static void
init_once(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

static bool
is_public(const struct curl_sockaddr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (address->family == AF_INET) {
		memcpy(&four, &address->addr, sizeof(four));
		return net_address_public(
		    (const unsigned char *)&four.sin_addr, 4);
	}
	if (address->family != AF_INET6)
		return false;
	memcpy(&six, &address->addr, sizeof(six));
	return net_address_public(six.sin6_addr.s6_addr, 16);
}

/*
 * Here the address is what will be connected to, whatever a name said before.
 * Through a proxy it is the proxy's, which the operator has named.
 */
static curl_socket_t
open_socket(void *cookie, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct call *call = cookie;

	(void)purpose;
	if (!call->hop.private && !call->hop.proxied && !is_public(address)) {
		call->refused = true;
		return CURL_SOCKET_BAD;
	}
	call->opened = true;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static void
read_head(struct call *call)
{
	struct http_client_reply *reply = call->reply;
	const char *type = NULL;
	curl_off_t after = 0;
	long status = 0;

	(void)curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(call->curl, CURLINFO_CONTENT_TYPE, &type);
	(void)curl_easy_getinfo(call->curl, CURLINFO_RETRY_AFTER, &after);
	reply->status = (int)status;
	reply->retry_after_s = after < 0 ? 0
	    : after < RETRY_AFTER_MAX_S  ? after
					 : RETRY_AFTER_MAX_S;
	(void)snprintf(reply->content_type, sizeof(reply->content_type), "%s",
	    type != NULL ? type : "");
}

static int
too_large(const struct call *call)
{
	return err_set(call->e, ERR_TOO_LARGE,
	    "What this address has is larger than the %lld bytes this server "
	    "takes.",
	    (long long)call->request->max);
}

/* Its body is of no interest: it is gone from. */
static bool
leads_on(const struct call *call)
{
	const struct http_client_request *r = call->request;
	bool get = r->body.p == NULL && r->n_parts == 0 && r->method == NULL;

	switch (call->reply->status) {
	case 307:
	case 308:
		return true;
	case 301:
	case 302:
	case 303:
		return get;
	default:
		return false;
	}
}

static int
take_piece(struct call *call, struct slice piece)
{
	const struct http_client_request *r = call->request;

	if (leads_on(call))
		return 0;
	if (r->piece != NULL)
		return r->piece(r->cookie, call->reply, piece, call->e);
	if (r->into != NULL)
		buf_add_slice(r->into, piece);
	return 0;
}

/* As libcurl has it. */
static size_t
on_piece(char *bytes, size_t one, size_t n, void *cookie) // NOLINT
{
	struct call *call = cookie;
	struct slice piece = { bytes, one * n };

	if (call->reply->size == 0)
		read_head(call);
	call->reply->size += (int64_t)piece.n;
	if (call->reply->size > call->request->max)
		(void)too_large(call);
	else if (take_piece(call, piece) == 0)
		return piece.n;
	return CURL_WRITEFUNC_ERROR;
}

/* ---- what libcurl is told ------------------------------------------------- */

static void
set_limits(const struct call *call)
{
	const struct http_client_request *r = call->request;
	int64_t left = call->deadline - clock_mono_ms();
	CURL *c = call->curl;

	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	/* A name that is being looked up holds up no cancelling. */
	(void)curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	(void)curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)curl_easy_setopt(
	    c, CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_ms);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, SLOW);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)r->silence_s);
	(void)curl_easy_setopt(
	    c, CURLOPT_TIMEOUT_MS, (long)(left > 0 ? left : 1));
	(void)curl_easy_setopt(
	    c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->max);
}

/* False: this libcurl cannot be told what must hold. */
static bool
set_rules(const struct call *call)
{
	CURL *c = call->curl;

	return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") ==
	    CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PROXY,
		call->hop.proxied ? call->client->proxy : "") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_NOPROXY, "") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_SSLVERSION,
		(long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
		(long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) ==
	    CURLE_OK;
}

static void
set_parts(struct call *call)
{
	const struct http_client_request *r = call->request;

	call->mime = curl_mime_init(call->curl);
	for (size_t i = 0; i < r->n_parts; i++) {
		const struct http_client_part *p = &r->parts[i];
		curl_mimepart *part = curl_mime_addpart(call->mime);

		(void)curl_mime_name(part, p->name);
		if (p->text.p != NULL) {
			(void)curl_mime_data(part, p->text.p, p->text.n);
			continue;
		}
		/* A file that cannot be opened ends the transfer. */
		(void)curl_mime_filedata(part, p->path);
		(void)curl_mime_filename(part, p->filename);
		(void)curl_mime_type(part, p->type);
	}
	(void)curl_easy_setopt(call->curl, CURLOPT_MIMEPOST, call->mime);
}

static void
set_request(struct call *call)
{
	const struct http_client_request *r = call->request;
	CURL *c = call->curl;

	for (size_t i = 0; r->headers != NULL && r->headers[i] != NULL; i++)
		call->headers = curl_slist_append(call->headers, r->headers[i]);
	/* Some servers never say that they are ready for a large body. */
	if (r->body.p != NULL || r->n_parts > 0)
		call->headers = curl_slist_append(call->headers, "Expect:");
	(void)curl_easy_setopt(c, CURLOPT_URL, call->hop.url);
	(void)curl_easy_setopt(c, CURLOPT_USERAGENT, AGENT);
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, call->headers);
	if (r->n_parts > 0) {
		set_parts(call);
	} else if (r->body.p != NULL) {
		(void)curl_easy_setopt(c, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.p);
		(void)curl_easy_setopt(
		    c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
	}
	if (r->method != NULL)
		(void)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
}

static void
set_callbacks(struct call *call)
{
	CURL *c = call->curl;

	(void)curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, call);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_piece);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, call);
}

/* ---- failures ------------------------------------------------------------- */

/* The rest will not go better. */
static const struct {
	CURLcode code;
	enum err_code means;
	const char *sentence;
} MEANS[] = {
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_FORBIDDEN,
	    "This is no http or https address, or its server speaks "
	    "something else." },
	{ CURLE_URL_MALFORMAT, ERR_UNPROCESSABLE, "This is no web address." },
	{ CURLE_ABORTED_BY_CALLBACK, ERR_STALE, "Cancelled." },
	{ CURLE_OPERATION_TIMEDOUT, ERR_UNAVAILABLE,
	    "The server of this address took too long." },
	{ CURLE_COULDNT_RESOLVE_HOST, ERR_UNAVAILABLE,
	    "The server of this address was not found." },
	{ CURLE_COULDNT_CONNECT, ERR_UNAVAILABLE,
	    "The server of this address cannot be reached." },
	{ CURLE_PARTIAL_FILE, ERR_UNAVAILABLE, "The answer was cut off." },
	{ CURLE_GOT_NOTHING, ERR_UNAVAILABLE,
	    "The server of this address says nothing." },
	{ CURLE_SEND_ERROR, ERR_UNAVAILABLE, "The connection broke." },
	{ CURLE_RECV_ERROR, ERR_UNAVAILABLE, "The connection broke." },
	{ CURLE_SSL_CONNECT_ERROR, ERR_UNAVAILABLE,
	    "No secure connection to the server of this address." },
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_UNPROCESSABLE,
	    "The certificate of this address is not trusted." },
	{ CURLE_COULDNT_RESOLVE_PROXY, ERR_UNAVAILABLE,
	    "The proxy was not found: DIRECTOR_PROXY." },
	{ CURLE_READ_ERROR, ERR_INTERNAL, "The file to send cannot be read." },
	{ CURLE_OUT_OF_MEMORY, ERR_UNAVAILABLE, "There is no memory left." },
};

static int
not_public(struct call *call)
{
	return err_set(call->e, ERR_FORBIDDEN,
	    "This address is not on the public internet, so it is not asked.");
}

static int
explain(struct call *call, CURLcode code)
{
	if (code == CURLE_WRITE_ERROR && call->e->code != ERR_NONE)
		return -1;
	if (code == CURLE_FILESIZE_EXCEEDED)
		return too_large(call);
	if (code == CURLE_COULDNT_CONNECT && call->refused && !call->opened)
		return not_public(call);
	for (size_t i = 0; i < COUNT(MEANS); i++)
		if (MEANS[i].code == code)
			return err_set(
			    call->e, MEANS[i].means, "%s", MEANS[i].sentence);
	return err_set(call->e, ERR_UNPROCESSABLE,
	    "The answer of this address cannot be read (%d).", (int)code);
}

/* ---- where it goes -------------------------------------------------------- */

static void
hop_fini(struct hop *hop)
{
	free(hop->url);
	curl_free(hop->scheme);
	curl_free(hop->host);
	*hop = (struct hop){ .url = NULL };
}

/* As libcurl reads the address: whatever spells 127.0.0.1 is that then. */
static bool
hop_read(struct hop *hop, const char *url)
{
	CURLU *u = curl_url();
	char *port = NULL;
	bool good = u != NULL &&
	    curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) ==
		CURLUE_OK &&
	    curl_url_get(u, CURLUPART_SCHEME, &hop->scheme, 0) == CURLUE_OK;

	if (good && curl_url_get(u, CURLUPART_HOST, &hop->host, 0) != CURLUE_OK)
		hop->host = NULL;
	if (good &&
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
		CURLUE_OK)
		hop->port = atoi(port); /* NOLINT: libcurl has checked it */
	curl_free(port);
	curl_url_cleanup(u);
	hop->url = ck_strdup(url);
	return good;
}

static bool
is_scheme(const struct hop *hop, const char *scheme)
{
	return slice_eqs(slice_from(hop->scheme), scheme);
}

/* Behind a proxy only what is written as an address can be told here. */
static bool
names_private(const struct hop *hop)
{
	struct slice host = slice_from(hop->host);
	unsigned char address[16];
	char six[64];

	if (slice_eq_nocase(host, SLICE("localhost")))
		return true;
	if (inet_pton(AF_INET, hop->host, address) == 1)
		return !net_address_public(address, 4);
	if (host.n < 2 || host.p[0] != '[')
		return false;
	(void)snprintf(six, sizeof(six), "%.*s",
	    SLICE_ARG(slice_sub(host, 1, slice_chr(host, ']') - 1)));
	return inet_pton(AF_INET6, six, address) != 1 ||
	    !net_address_public(address, 16);
}

/* Read the address and decide who may be connected to there. */
static int
hop_init(struct call *call, struct hop *hop, const char *url)
{
	const struct http_client *client = call->client;
	bool listed;

	*hop = (struct hop){ .url = NULL };
	if (!hop_read(hop, url))
		return explain(call, CURLE_URL_MALFORMAT);
	if (!is_scheme(hop, "http") && !is_scheme(hop, "https"))
		return explain(call, CURLE_UNSUPPORTED_PROTOCOL);
	if (hop->host == NULL)
		return explain(call, CURLE_URL_MALFORMAT);
	listed = host_list_has(slice_from(client->private_hosts),
	    slice_from(hop->host), hop->port);
	hop->private = call->request->private || listed;
	hop->proxied = *client->proxy != '\0' && !listed;
	if (hop->proxied && !hop->private && names_private(hop))
		return not_public(call);
	return 0;
}

static bool
same_server(const struct hop *a, const struct hop *b)
{
	return is_scheme(a, b->scheme) && a->port == b->port &&
	    slice_eq_nocase(slice_from(a->host), slice_from(b->host));
}

/* What the caller's headers say is for the server that they were meant for. */
static int
may_follow(struct call *call, const struct hop *from, const struct hop *to)
{
	if (is_scheme(from, "https") && !is_scheme(to, "https"))
		return explain(call, CURLE_UNSUPPORTED_PROTOCOL);
	if ((call->request->headers != NULL || call->request->one_origin) &&
	    !same_server(from, to))
		return err_set(call->e, ERR_FORBIDDEN,
		    "This address leads on to another server, which is not to "
		    "see what is sent here.");
	return 0;
}

/* ---- a request ------------------------------------------------------------ */

static bool
is_cancelled(struct call *call)
{
	const struct http_client_request *r = call->request;
	int64_t now = clock_mono_ms();

	if (r->cancelled == NULL || now < call->ask_next)
		return false;
	call->ask_next = now + CANCEL_MS;
	return r->cancelled(r->cookie);
}

static CURLcode
result_of(CURLM *pool)
{
	CURLcode code = CURLE_RECV_ERROR;
	struct CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(pool, &left)) != NULL)
		if (m->msg == CURLMSG_DONE)
			code = m->data.result;
	return code;
}

static CURLcode
perform(struct call *call)
{
	CURLM *pool =
	    call->client->pool[call->hop.private ? POOL_ANY : POOL_PUBLIC];
	CURLcode code = CURLE_OUT_OF_MEMORY;
	int running = 1;

	if (curl_multi_add_handle(pool, call->curl) != CURLM_OK)
		return code;
	while (curl_multi_perform(pool, &running) == CURLM_OK) {
		if (running == 0) {
			code = result_of(pool);
			break;
		}
		if (is_cancelled(call)) {
			code = CURLE_ABORTED_BY_CALLBACK;
			break;
		}
		if (curl_multi_poll(pool, NULL, 0, CANCEL_MS, NULL) != CURLM_OK)
			break;
	}
	(void)curl_multi_remove_handle(pool, call->curl);
	return code;
}

/* One request; `*next` is where its answer leads, or NULL. */
static int
ask(struct call *call, char **next)
{
	CURLcode code = CURLE_FAILED_INIT;
	const char *to = NULL;

	call->reply->size = 0;
	call->refused = call->opened = false;
	curl_easy_reset(call->curl);
	if (set_rules(call)) {
		set_limits(call);
		set_request(call);
		set_callbacks(call);
		code = perform(call);
		read_head(call);
	}
	if (code == CURLE_OK && leads_on(call))
		(void)curl_easy_getinfo(call->curl, CURLINFO_REDIRECT_URL, &to);
	*next = to != NULL ? ck_strdup(to) : NULL;
	curl_easy_reset(call->curl);
	curl_mime_free(call->mime);
	call->mime = NULL;
	curl_slist_free_all(call->headers);
	call->headers = NULL;
	return code == CURLE_OK ? 0 : explain(call, code);
}

/* Go on to `url`; the call is there then. */
static int
follow(struct call *call, const char *url)
{
	struct hop hop;
	int rc = hop_init(call, &hop, url);

	if (rc == 0)
		rc = may_follow(call, &call->hop, &hop);
	if (rc == 0) {
		struct hop old = call->hop;

		call->hop = hop;
		hop = old;
	}
	hop_fini(&hop);
	return rc;
}

static int
run(struct call *call)
{
	char *next = NULL;
	int rc = hop_init(call, &call->hop, call->request->url);

	for (int hops = 0; rc == 0; hops++) {
		rc = ask(call, &next);
		if (rc != 0 || next == NULL)
			break;
		if (hops == REDIRECTS)
			rc = err_set(call->e, ERR_UNPROCESSABLE,
			    "This address leads on too often.");
		else
			rc = follow(call, next);
		free(next);
	}
	return rc;
}

int
http_client_run(struct http_client *c,
    const struct http_client_request *request, struct http_client_reply *reply,
    struct err *e)
{
	struct call call = {
		.client = c,
		.request = request,
		.reply = reply,
		.curl = c->easy,
		.e = e,
		.deadline = clock_mono_ms() + request->deadline_ms,
	};
	int rc;

	*reply = (struct http_client_reply){ .status = 0 };
	*e = ERR_INIT;
	rc = run(&call);
	hop_fini(&call.hop);
	return rc;
}

struct http_client *
http_client_new(const char *proxy, const char *private_hosts)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http_client *c = ck_calloc(1, sizeof(*c));

	(void)pthread_once(&once, init_once);
	c->easy = curl_easy_init();
	if (c->easy == NULL)
		abort();
	for (size_t i = 0; i < POOL__MAX; i++) {
		c->pool[i] = curl_multi_init();
		if (c->pool[i] == NULL)
			abort();
		(void)curl_multi_setopt(c->pool[i], CURLMOPT_MAXCONNECTS, KEPT);
	}
	c->proxy = ck_strdup(proxy);
	c->private_hosts = ck_strdup(private_hosts);
	return c;
}

void
http_client_free(struct http_client *c)
{
	if (c == NULL)
		return;
	curl_easy_cleanup(c->easy);
	for (size_t i = 0; i < POOL__MAX; i++)
		(void)curl_multi_cleanup(c->pool[i]);
	free(c->proxy);
	free(c->private_hosts);
	free(c);
}
