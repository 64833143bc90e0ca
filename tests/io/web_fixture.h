/**
 * A web server for one test program, on a port of loopback: it does by path what
 * servers do wrong. One connection at a time, in a thread.
 *
 * Ownership: web_start() makes socket and thread, web_stop() ends both.
 */
#ifndef TESTS_IO_WEB_FIXTURE_H
#define TESTS_IO_WEB_FIXTURE_H

#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Far more than any case waits for. */
#define WEB_STALL_MS 20000

struct web {
	int fd;
	int port;
	pthread_t thread;
	_Atomic int asked; /* connections so far */
	_Atomic bool stop;
};

static inline bool
web_say(int fd, const char *text)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL) > 0;
}

/* Until the client leaves; `drip`: with a byte every 50 ms. */
static inline void
web_wait(const struct web *w, int fd, const char *drip)
{
	char byte;

	for (int ms = 0; ms < WEB_STALL_MS && !atomic_load(&w->stop);
	     ms += 50) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 50) > 0 && recv(fd, &byte, 1, 0) <= 0)
			return;
		if (drip != NULL && !web_say(fd, drip))
			return;
	}
}

static inline void
web_redirect(int fd, int status, const char *to)
{
	char head[2048];

	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 %d Elsewhere\r\nLocation: %s\r\nSet-Cookie: a=b\r\n"
	    "Content-Length: 4\r\nConnection: close\r\n\r\nmove",
	    status, to);
	(void)web_say(fd, head);
}

/* What comes over this connection as long as it is kept. */
static inline void
web_keep(const struct web *w, int fd)
{
	char request[4096];

	do {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		(void)web_say(
		    fd, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nkept");
		while (!atomic_load(&w->stop) && poll(&p, 1, 50) == 0)
			;
	} while (!atomic_load(&w->stop) &&
	    recv(fd, request, sizeof(request), 0) > 0);
}

/* What has one answer, by the beginning of its path. */
static const struct {
	const char *path;
	const char *answer;
} WEB_ANSWERS[] = {
	{ "/ok",
	    "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n"
	    "Content-Length: 5\r\n\r\nhello" },
	{ "/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
	{ "/busy",
	    "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n"
	    "\r\nbusy" },
	{ "/never",
	    "HTTP/1.1 503 Busy\r\nRetry-After: 9223372036854775807\r\n"
	    "Content-Length: 4\r\n\r\nbusy" },
	{ "/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello" },
	{ "/chunk",
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "5\r\nhello\r\n" },
	{ "/long", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello world" },
	{ "/negative", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello" },
	{ "/claim",
	    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nhello" },
	{ "/garbage", "what is this?\r\n\r\n" },
	{ "/nothing", "" },
	{ "/stall", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello" },
	{ "/drip", "HTTP/1.1 200 OK\r\n\r\n" },
	{ "/heads", "HTTP/1.1 200 OK\r\n" },
	{ "/much", "HTTP/1.1 200 OK\r\n\r\n" },
};

static inline void
web_answer(const struct web *w, int fd, const char *path)
{
	char block[1024];

	for (size_t i = 0; i < sizeof(WEB_ANSWERS) / sizeof(*WEB_ANSWERS); i++)
		if (strncmp(path, WEB_ANSWERS[i].path,
			strlen(WEB_ANSWERS[i].path)) == 0)
			(void)web_say(fd, WEB_ANSWERS[i].answer);
	if (strncmp(path, "/stall", 6) == 0 || strncmp(path, "/mute", 5) == 0)
		web_wait(w, fd, NULL);
	if (strncmp(path, "/drip", 5) == 0)
		web_wait(w, fd, "x");
	memset(block, 'x', sizeof(block) - 1);
	block[sizeof(block) - 1] = '\0';
	if (strncmp(path, "/heads", 6) == 0) {
		memcpy(block, "A: ", 3);
		memcpy(block + sizeof(block) - 3, "\r\n", 2);
	}
	if (strncmp(path, "/much", 5) == 0 || strncmp(path, "/heads", 6) == 0)
		while (!atomic_load(&w->stop) && web_say(fd, block))
			;
}

/* The request as the body of the answer. */
static inline void
web_echo(int fd, const char *request)
{
	char head[128];

	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(request));
	(void)web_say(fd, head);
	(void)web_say(fd, request);
}

static inline void
web_serve(const struct web *w, int fd)
{
	char request[4096] = "", path[1024] = "", to[64];
	int hops;
	ssize_t n = recv(fd, request, sizeof(request) - 1, 0);

	if (n <= 0 || sscanf(request, "%*s %1000s", path) != 1)
		return;
	/* As a proxy: it is all here. */
	if (strncmp(path, "http://", 7) == 0) {
		web_echo(fd, request);
		return;
	}
	if (sscanf(path, "/hops/%d", &hops) == 1) {
		(void)snprintf(to, sizeof(to), "/hops/%d", hops - 1);
		web_redirect(fd, 302, hops > 0 ? to : "/echo");
	} else if (strncmp(path, "/to/", 4) == 0) {
		web_redirect(fd, 302, path + 4);
	} else if (strncmp(path, "/again/", 7) == 0) {
		web_redirect(fd, 307, path + 7);
	} else if (strncmp(path, "/keep", 5) == 0) {
		web_keep(w, fd);
	} else if (strncmp(path, "/echo", 5) == 0) {
		web_echo(fd, request);
	} else {
		web_answer(w, fd, path);
	}
}

static inline void *
web_run(void *cookie)
{
	struct web *w = cookie;
	int fd;

	while ((fd = accept(w->fd, NULL, NULL)) >= 0) {
		atomic_fetch_add(&w->asked, 1);
		web_serve(w, fd);
		(void)shutdown(fd, SHUT_WR);
		(void)close(fd);
	}
	return NULL;
}

static inline void
web_start(struct web *w)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);

	*w = (struct web){ .fd =
			       socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	if (bind(w->fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(w->fd, 16) != 0 ||
	    getsockname(w->fd, (struct sockaddr *)&at, &size) != 0 ||
	    pthread_create(&w->thread, NULL, web_run, w) != 0)
		abort();
	w->port = ntohs(at.sin_port);
}

static inline void
web_stop(struct web *w)
{
	atomic_store(&w->stop, true);
	(void)shutdown(w->fd, SHUT_RDWR);
	(void)pthread_join(w->thread, NULL);
	(void)close(w->fd);
}

#endif
