/*
 * The parser knows what servers of Socket.IO send: a status line, headers and a
 * body of a given length, in chunks, or up to the end of the connection.
 */
#include "bench/load_conn.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Answers are a few hundred bytes. */
#define READ_SIZE 2048
/* The first source address; 127.0.0.1 is the server's. */
#define SOURCE_FIRST (INADDR_LOOPBACK + 1)

void
conn_init(struct conn *x, struct client *client)
{
	*x = (struct conn){ .client = client, .fd = -1 };
}

void
conn_close(struct conn *x)
{
	if (x->fd != -1)
		(void)close(x->fd);
	x->fd = -1;
	x->busy = x->used = false;
}

/*
 * The port is chosen by connect(), which knows the destination: so each source
 * address has all ports.
 */
static bool
bind_source(int fd, struct conn_net *net)
{
	const int on = 1;
	struct sockaddr_in from = { .sin_family = AF_INET };

	if (net->sources == 0)
		return true;
	net->next_source = (net->next_source + 1) % net->sources;
	from.sin_addr.s_addr = htonl(SOURCE_FIRST + (uint32_t)net->next_source);
	return setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
		   sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&from, sizeof(from)) == 0;
}

static bool
open_conn(struct conn *x, struct conn_net *net)
{
	const int on = 1;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(net->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = x };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return false;
	if (!bind_source(fd, net) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0 &&
		errno != EINPROGRESS) ||
	    epoll_ctl(net->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
		(void)close(fd);
		return false;
	}
	x->fd = fd;
	x->used = false;
	return true;
}

static void
watch(struct conn *x, struct conn_net *net, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = x };

	(void)epoll_ctl(net->epoll_fd, EPOLL_CTL_MOD, x->fd, &event);
}

/* What is broken shows when the answer is read. */
static void
flush(struct conn *x, struct conn_net *net, bool watched)
{
	ssize_t n =
	    send(x->fd, x->out.p + x->sent, x->out.n - x->sent, MSG_NOSIGNAL);

	if (n > 0)
		x->sent += (size_t)n;
	if (x->sent < x->out.n && !watched)
		watch(x, net, EPOLLIN | EPOLLOUT);
	else if (x->sent == x->out.n && watched)
		watch(x, net, EPOLLIN);
}

bool
conn_send(struct conn *x, struct conn_net *net, int64_t now_us)
{
	if (x->fd == -1 && !open_conn(x, net))
		return false;
	buf_clear(&x->in);
	x->sent = 0;
	x->busy = true;
	x->since_us = now_us;
	flush(x, net, false);
	return true;
}

/* ---- answers -------------------------------------------------------------- */

/* The value of a header in `head`, which begins with the status line. */
static struct slice
header(struct slice head, struct slice name)
{
	struct slice line;

	while (slice_cut(&head, '\n', &line))
		if (line.n > name.n && line.p[name.n] == ':' &&
		    slice_eq_nocase(slice_sub(line, 0, name.n), name))
			return slice_trim(slice_from_at(line, name.n + 1));
	return SLICE_EMPTY;
}

/* Chunks, put together in place once the last is there. */
static bool
unchunk(char *p, size_t n, struct slice *body)
{
	struct slice rest = { p, n };
	size_t at = 0, from, size;

	if (!slice_ends(rest, SLICE("0\r\n\r\n")))
		return false;
	*body = (struct slice){ p, 0 };
	while (at < n) {
		rest = (struct slice){ p + at, n - at };
		size = strtoul(rest.p, NULL, 16);
		from = at + slice_chr(rest, '\n') + 1;
		if (from > n || size > n - from)
			return false;
		memmove(p + body->n, p + from, size);
		body->n += size;
		at = from + size + 2;
	}
	return true;
}

static bool
body_of(struct conn *x, struct slice head, bool ended, struct slice *body)
{
	char *p = x->in.p + head.n;
	size_t n = x->in.n - head.n;
	struct slice length = header(head, SLICE("content-length"));

	*body = (struct slice){ p, n };
	if (length.n != 0) {
		body->n = strtoul(length.p, NULL, 10);
		return n >= body->n;
	}
	if (header(head, SLICE("transfer-encoding")).n != 0)
		return unchunk(p, n, body);
	return ended;
}

/* The answer, when all of it is there. */
static bool
parse(struct conn *x, bool ended, struct conn_answer *answer)
{
	struct slice all = buf_slice(&x->in), connection;
	long end = slice_find(all, SLICE("\r\n\r\n"));
	struct slice head;

	if (end < 0 || !slice_starts(all, SLICE("HTTP/1.")))
		return false;
	head = slice_sub(all, 0, (size_t)end + 4);
	if (!body_of(x, head, ended, &answer->body))
		return false;
	answer->status = (int)strtol(all.p + sizeof("HTTP/1.x"), NULL, 10);
	connection = header(head, SLICE("connection"));
	x->busy = false;
	x->used = true;
	if (ended || slice_eq_nocase(connection, SLICE("close")) ||
	    (all.p[7] == '0' && connection.n == 0))
		conn_close(x);
	return true;
}

/* Nothing left to read for now: closed, or is more to come? */
static enum conn_event
ended(struct conn *x, struct conn_net *net, struct conn_answer *answer)
{
	const bool again = x->busy && x->used && x->in.n == 0;

	if (x->busy && parse(x, true, answer))
		return CONN_ANSWERED;
	if (!x->busy || again)
		conn_close(x);
	if (!again)
		return x->busy ? CONN_BROKEN : CONN_NOTHING;
	net->resent++;
	return conn_send(x, net, x->since_us) ? CONN_NOTHING : CONN_BROKEN;
}

enum conn_event
conn_go_on(struct conn *x, struct conn_net *net, uint32_t events,
    struct conn_answer *answer)
{
	ssize_t n;

	if (x->fd == -1) /* closed by an event before this one */
		return CONN_NOTHING;
	if (events & EPOLLOUT)
		flush(x, net, true);
	n = recv(x->fd, buf_room(&x->in, READ_SIZE), READ_SIZE, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CONN_NOTHING;
	if (n <= 0)
		return ended(x, net, answer);
	x->in.n += (size_t)n;
	x->in.p[x->in.n] = '\0';
	if (!x->busy) /* an answer nobody asked for */
		return CONN_BROKEN;
	return parse(x, false, answer) ? CONN_ANSWERED : CONN_NOTHING;
}
