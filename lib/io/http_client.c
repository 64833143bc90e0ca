#include "io/http_client.h"

#include <sys/socket.h>
#include <netinet/in.h>

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/net_address.h"

#define AGENT     "director-fcgi"
#define REDIRECTS 3L
/* Bytes a second: less is silence. */
#define SLOW 100L

struct call {
	const struct http_client_request *request;
	struct http_client_reply *reply;
	CURL *curl;
	struct curl_slist *headers;
	struct err *e;
	bool refused; /* an address that is not public */
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

/* Here the address is what will be connected to, whatever a name said before. */
static curl_socket_t
open_socket(void *cookie, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct call *call = cookie;

	(void)purpose;
	if (!call->request->private && !is_public(address)) {
		call->refused = true;
		return CURL_SOCKET_BAD;
	}
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
	reply->retry_after_s = after;
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
	else if (call->request->piece(
		     call->request->cookie, call->reply, piece, call->e) == 0)
		return piece.n;
	return CURL_WRITEFUNC_ERROR;
}

static int
on_progress(void *cookie, curl_off_t down, curl_off_t down_now, curl_off_t up,
    curl_off_t up_now)
{
	const struct http_client_request *request =
	    ((const struct call *)cookie)->request;

	(void)down;
	(void)down_now;
	(void)up;
	(void)up_now;
	return request->cancelled != NULL &&
	    request->cancelled(request->cookie);
}

static void
set_limits(CURL *c, const struct http_client_request *r)
{
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(
	    c, CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_ms);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, SLOW);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)r->silence_s);
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)r->deadline_ms);
	(void)curl_easy_setopt(
	    c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->max);
}

/* False: this libcurl cannot be told what must hold. */
static bool
set_rules(CURL *c, const struct http_client_request *r)
{
	bool secure = slice_eq_nocase(
	    slice_sub(slice_from(r->url), 0, 8), SLICE("https://"));

	return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") ==
	    CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR,
		secure ? "https" : "http,https") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_MAXREDIRS, REDIRECTS) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
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
set_request(struct call *call)
{
	const struct http_client_request *r = call->request;
	CURL *c = call->curl;

	for (size_t i = 0; r->headers != NULL && r->headers[i] != NULL; i++)
		call->headers = curl_slist_append(call->headers, r->headers[i]);
	(void)curl_easy_setopt(c, CURLOPT_URL, r->url);
	(void)curl_easy_setopt(c, CURLOPT_USERAGENT, AGENT);
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, call->headers);
	if (r->body.p != NULL) {
		(void)curl_easy_setopt(c, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.p);
		(void)curl_easy_setopt(
		    c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
	}
}

static void
set_callbacks(struct call *call)
{
	CURL *c = call->curl;

	(void)curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, call);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_piece);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, call);
	(void)curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(c, CURLOPT_XFERINFODATA, call);
}

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
	{ CURLE_TOO_MANY_REDIRECTS, ERR_UNPROCESSABLE,
	    "This address leads on too often." },
	{ CURLE_OUT_OF_MEMORY, ERR_UNAVAILABLE, "There is no memory left." },
};

static int
explain(struct call *call, CURLcode code)
{
	if (code == CURLE_WRITE_ERROR && call->e->code != ERR_NONE)
		return -1;
	if (code == CURLE_FILESIZE_EXCEEDED)
		return too_large(call);
	if (code == CURLE_COULDNT_CONNECT && call->refused)
		return err_set(call->e, ERR_FORBIDDEN,
		    "This address is not on the public internet, so it is not "
		    "asked.");
	for (size_t i = 0; i < COUNT(MEANS); i++)
		if (MEANS[i].code == code)
			return err_set(
			    call->e, MEANS[i].means, "%s", MEANS[i].sentence);
	return err_set(call->e, ERR_UNPROCESSABLE,
	    "The answer of this address cannot be read (%d).", (int)code);
}

int
http_client_run(const struct http_client_request *request,
    struct http_client_reply *reply, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct call call = { .request = request, .reply = reply, .e = e };
	CURLcode code = CURLE_FAILED_INIT;

	*reply = (struct http_client_reply){ .status = 0 };
	*e = ERR_INIT;
	(void)pthread_once(&once, init_once);
	call.curl = curl_easy_init();
	if (call.curl != NULL && set_rules(call.curl, request)) {
		set_limits(call.curl, request);
		set_request(&call);
		set_callbacks(&call);
		code = curl_easy_perform(call.curl);
		read_head(&call);
	}
	curl_slist_free_all(call.headers);
	curl_easy_cleanup(call.curl);
	return code == CURLE_OK ? 0 : explain(&call, code);
}
