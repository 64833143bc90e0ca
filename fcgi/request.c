#include "fcgi/request.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "base/ck.h"
#include "base/num.h"
#include "io/clock.h"
#include "proto/fcgi_record.h"

/* Twice libfcgi's own buffer. */
#define READ_SIZE 16384
/*
 * On TCP it is libfcgi that accepts. With a time-out set, accept() is ended by a
 * signal even when its handler restarts system calls; reads of the accepted
 * connection are restarted. So a stopping process wakes its threads without
 * harming a request.
 */
#define ACCEPT_TIMEOUT_S 3600
/* On a unix socket it is we, who are never to wait there, also should somebody with
 * the same socket have made it blocking again. */
#define ACCEPT_TIMEOUT_US 1000
/* Until there may be descriptors, or memory, again. */
#define PAUSE_MS 10

struct request {
	FCGX_Request fcgx;
	int listen_fd;
	int poll_fd;       /* tells of connections; -1: not a unix socket */
	int64_t announced; /* CONTENT_LENGTH; -1: none */
	size_t received;   /* of what is read piece by piece */
	char piece[READ_SIZE];
};

static bool
is_local(int listen_fd)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	socklen_t n = sizeof(a);

	return getsockname(listen_fd, (struct sockaddr *)&a, &n) == 0 &&
	    a.ss_family == AF_UNIX;
}

/* Of a unix socket one looks whether there are more. All who share it are told
 * so by this; they are processes of this program. */
static int
set_accepting(int listen_fd)
{
	bool local = is_local(listen_fd);
	const struct timeval timeout = { local ? 0 : ACCEPT_TIMEOUT_S,
		local ? ACCEPT_TIMEOUT_US : 0 };

	if (setsockopt(listen_fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
		sizeof(timeout)) != 0)
		return -1;
	if (!local)
		return 0;
	return fcntl(
	    listen_fd, F_SETFL, fcntl(listen_fd, F_GETFL) | O_NONBLOCK);
}

int
request_init(int listen_fd)
{
	int type = 0, listening = 0;
	socklen_t n = sizeof(type);

	if (getsockopt(listen_fd, SOL_SOCKET, SO_TYPE, &type, &n) != 0)
		return -1;
	n = sizeof(listening);
	if (getsockopt(listen_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &n) !=
		0 ||
	    !listening || set_accepting(listen_fd) != 0)
		return -1;
	return FCGX_Init();
}

/* One connection wakes one who waits, not all: the first in the queue. */
static int
enter_queue(int poll_fd, int listen_fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };

	return epoll_ctl(poll_fd, EPOLL_CTL_ADD, listen_fd, &event);
}

/* To its end, so that threads and processes take turns. */
static void
queue_again(const struct request *r)
{
	(void)epoll_ctl(r->poll_fd, EPOLL_CTL_DEL, r->listen_fd, NULL);
	while (enter_queue(r->poll_fd, r->listen_fd) != 0)
		clock_sleep_ms(PAUSE_MS);
}

static int
poll_new(int listen_fd)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd == -1 || enter_queue(fd, listen_fd) != 0)
		abort();
	return fd;
}

struct request *
request_new(int listen_fd)
{
	struct request *r = ck_calloc(1, sizeof(*r));

	r->listen_fd = listen_fd;
	r->poll_fd = is_local(listen_fd) ? poll_new(listen_fd) : -1;
	(void)FCGX_InitRequest(&r->fcgx, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR);
	return r;
}

void
request_free(struct request *r)
{
	if (r == NULL)
		return;
	if (r->poll_fd != -1)
		(void)close(r->poll_fd);
	FCGX_Free(&r->fcgx, 1);
	free(r);
}

/*
 * libfcgi's accept waits in poll() for the first byte of a unix socket's
 * connection. A signal ends that, and the connection with it. (After
 * FCGX_ShutdownPending() it even closes the same number again and again,
 * whosever it is by then, and never returns; so that is not called.)
 */
static bool
accept_local(struct request *r)
{
	int fd = accept4(r->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd == -1)
		return false;
	r->fcgx.ipcFd = fd;
	/* Else FCGX_Accept_r() begins with closing it. */
	r->fcgx.keepConnection = 1;
	return true;
}

/* 1: there is something; 0: closed without a word; -1: nothing yet. */
static ssize_t
peek(const struct request *r)
{
	char first;

	return recv(r->fcgx.ipcFd, &first, 1, MSG_PEEK | MSG_DONTWAIT);
}

bool
request_accept_more(struct request *r)
{
	if (r->poll_fd == -1 || !accept_local(r))
		return false;
	if (peek(r) != 0)
		return true;
	/* FCGX_Accept_r() would take the next one, and wait for it. */
	(void)close(r->fcgx.ipcFd);
	r->fcgx.ipcFd = -1;
	r->fcgx.keepConnection = 0;
	return false;
}

bool
request_accept(struct request *r)
{
	struct epoll_event event;

	/* On TCP FCGX_Accept_r() waits. */
	while (r->poll_fd != -1 && !accept_local(r)) {
		if (errno != EAGAIN ||
		    epoll_wait(r->poll_fd, &event, 1, -1) < 0)
			return false;
		queue_again(r);
	}
	return true;
}

bool
request_begun(const struct request *r)
{
	return peek(r) > 0;
}

bool
request_read(struct request *r)
{
	if (FCGX_Accept_r(&r->fcgx) == 0)
		return true;
	/* It accepts there, and has no descriptor left. */
	if (r->poll_fd == -1)
		clock_sleep_ms(PAUSE_MS);
	return false;
}

/* Meta-variables that become plain fields. */
static const struct {
	struct slice name;
	size_t offset;
} FIELDS[] = {
#define FIELD(name, member)                                             \
	{                                                               \
		SLICE_INIT(name), offsetof(struct http_request, member) \
	}
	FIELD("QUERY_STRING", query),
	FIELD("HTTP_HOST", host),
	FIELD("HTTP_ORIGIN", origin),
	FIELD("HTTP_COOKIE", cookie),
	FIELD("HTTP_AUTHORIZATION", authorization),
	FIELD("CONTENT_TYPE", content_type),
	FIELD("HTTP_ACCEPT", accept),
	FIELD("HTTP_X_REQUEST_ID", request_id),
	FIELD("HTTP_TRACEPARENT", traceparent),
	FIELD("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", request_headers),
	FIELD("HTTP_IF_MATCH", if_match),
	FIELD("HTTP_IF_NONE_MATCH", if_none_match),
	FIELD("HTTP_PREFER", prefer),
	FIELD("HTTP_RANGE", range),
	FIELD("HTTP_RANGE_UNIT", range_unit),
	FIELD("HTTP_IDEMPOTENCY_KEY", idempotency_key),
	FIELD("REMOTE_ADDR", remote_addr),
	FIELD("REQUEST_SCHEME", scheme),
#undef FIELD
};

/* Inline: there are some 35 parameters, each compared with all names. */
static bool
is(struct slice name, struct slice wanted)
{
	return name.n == wanted.n && name.p[0] == wanted.p[0] &&
	    memcmp(name.p, wanted.p, name.n) == 0;
}

/* The path as it was sent: PATH_INFO is decoded and cut by the web server. */
static void
special(struct http_request *out, struct slice name, const char *value)
{
	struct slice s;

	if (is(name, SLICE("REQUEST_METHOD"))) {
		out->method = http_method_parse(slice_from(value));
	} else if (is(name, SLICE("REQUEST_URI"))) {
		s = slice_from(value);
		out->path = slice_sub(s, 0, slice_chr(s, '?'));
	} else if (is(name, SLICE("CONTENT_LENGTH")) &&
	    !num_parse(slice_from(value), 0, INT64_MAX, &out->content_length)) {
		out->content_length = -1;
	}
}

/* NAME=VALUE; of most of them the value is not wanted. */
static void
take_param(struct arena *a, const char *param, struct http_request *out)
{
	const char *end = strchr(param, '=');
	struct slice name;

	if (end == NULL)
		return;
	name = (struct slice){ param, (size_t)(end - param) };
	special(out, name, end + 1);
	for (size_t i = 0; i < COUNT(FIELDS); i++)
		if (is(name, FIELDS[i].name)) {
			struct slice *to =
			    (void *)((char *)out + FIELDS[i].offset);

			*to = arena_dup(a, slice_from(end + 1));
			return;
		}
}

void
request_http(struct request *r, struct arena *a, struct http_request *out)
{
	*out = (struct http_request){
		.method = HTTP_OTHER,
		.content_length = -1,
		.scheme = SLICE("http"),
	};
	for (char **p = r->fcgx.envp; *p != NULL; p++)
		take_param(a, *p, out);
	out->path = arena_dup(a, out->path);
	r->announced = out->content_length;
	r->received = 0;
	/* No body was announced: there is none. */
	if (out->content_length < 0 && out->method == HTTP_GET)
		out->content_length = 0;
}

/* More of the body: bytes read, 0 at its end, -1 when it broke off. */
static int
read_more(struct request *r, char *to, int room)
{
	int n = FCGX_GetStr(to, room, r->fcgx.in);

	if (n < room && FCGX_GetError(r->fcgx.in) != 0)
		return -1;
	return n;
}

/* What was read so far: not too much, and all of it where it ends. */
static int
check_length(const struct request *r, size_t so_far, bool ended, size_t max,
    struct err *e)
{
	if (so_far > max)
		return err_set(e, ERR_TOO_LARGE,
		    "The body is larger than the %zu bytes this address takes.",
		    max);
	/* The web server may have died in the middle of it. */
	if (ended && r->announced >= 0 && so_far != (size_t)r->announced)
		return err_set(e, ERR_BAD_REQUEST, "The body broke off.");
	return 0;
}

int
request_body(void *cookie, size_t max, struct buf *out, struct err *e)
{
	struct request *r = cookie;
	int room = READ_SIZE;
	int n;

	/* One byte more than it should have, to see its end. */
	if (r->announced >= 0 && r->announced < READ_SIZE)
		room = (int)r->announced + 1;
	do {
		n = read_more(r, buf_room(out, (size_t)room), room);
		if (n < 0)
			return err_set(
			    e, ERR_BAD_REQUEST, "The body broke off.");
		out->n += (size_t)n;
		if (check_length(r, out->n, n == 0, max, e) != 0)
			return -1;
	} while (n != 0);
	out->p[out->n] = '\0';
	return 0;
}

int
request_piece(void *cookie, size_t max, struct slice *piece, struct err *e)
{
	struct request *r = cookie;
	int n = read_more(r, r->piece, sizeof(r->piece));

	if (n < 0)
		return err_set(e, ERR_BAD_REQUEST, "The body broke off.");
	r->received += (size_t)n;
	*piece = (struct slice){ r->piece, (size_t)n };
	return check_length(r, r->received, n == 0, max, e);
}

struct connection
request_release(struct request *r)
{
	struct connection c;

	/*
	 * A body nobody read is read off, however long it is, before the
	 * connection is closed: else the web server sees a reset instead of the
	 * answer. It has all of it, so that is done as fast as memory is.
	 */
	while (read_more(r, r->piece, sizeof(r->piece)) > 0)
		;
	c = (struct connection){ r->fcgx.ipcFd, (uint16_t)r->fcgx.requestId };
	FCGX_Free(&r->fcgx, 0);
	(void)FCGX_InitRequest(
	    &r->fcgx, r->listen_fd, FCGI_FAIL_ACCEPT_ON_INTR);
	return c;
}

static bool
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

/*
 * Each piece is gone before the next is made; what is left in `records` is the
 * end. An answer that breaks off has none: the web server sees it close, and
 * tells its client by closing.
 */
static bool
write_more(
    struct connection to, const struct http_source *more, struct buf *records)
{
	struct buf piece = BUF_INIT;
	int rc = 1;

	while (rc > 0 && write_all(to.fd, records->p, records->n)) {
		buf_clear(records);
		buf_clear(&piece);
		rc = more->next(more->cookie, &piece);
		fcgi_record_stdout(records, to.id, buf_slice(&piece));
	}
	fcgi_record_end(records, to.id);
	buf_fini(&piece);
	return rc == 0;
}

bool
request_answer(
    struct connection to, const struct http_response *res, bool head_only)
{
	struct slice body = head_only ? SLICE_EMPTY : buf_slice(&res->body);
	struct buf head = BUF_INIT, records = BUF_INIT;
	bool sent = true;

	http_head(&head, res, res->body.n);
	if (head_only || res->more.next == NULL) {
		fcgi_record_reply(&records, to.id, buf_slice(&head), body);
	} else {
		fcgi_record_stdout(&records, to.id, buf_slice(&head));
		fcgi_record_stdout(&records, to.id, body);
		sent = write_more(to, &res->more, &records);
	}
	if (sent)
		sent = write_all(to.fd, records.p, records.n);
	(void)close(to.fd);
	buf_fini(&head);
	buf_fini(&records);
	return sent;
}
