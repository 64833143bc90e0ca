/*
 * One write, one read: both answers begin with what is looked for, and both
 * servers send their first bytes at once.
 */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adm/probe.h"
#include "base/slice.h"

/* Longer, and INT would be noticed late. */
#define PROBE_TIMEOUT_MS 1000

static bool
ask(int fd, const char *question, const char *answer)
{
	const struct timeval limit = { .tv_sec = PROBE_TIMEOUT_MS / 1000 };
	const size_t want = strlen(answer);
	char got[64];
	size_t n = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (send(fd, question, strlen(question), MSG_NOSIGNAL) !=
	    (ssize_t)strlen(question))
		return false;
	while (n < want) {
		ssize_t r = recv(fd, got + n, sizeof(got) - n, 0);

		if (r <= 0)
			return false;
		n += (size_t)r;
	}
	return slice_starts((struct slice){ got, n }, slice_from(answer));
}

bool
probe_redis(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool there;

	if (fd == -1)
		return false;
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	there = connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0 &&
	    ask(fd, "PING\r\n", "+PONG");
	(void)close(fd);
	return there;
}

int
probe_port(const struct addrinfo *ai)
{
	const int on = 1;
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = -1;
	int saved;

	if (fd == -1)
		return -1;
	/* As lighttpd does: what a run before left in TIME_WAIT is no bar. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		rc = listen(fd, 1);
	saved = errno;
	(void)close(fd);
	errno = saved;
	return rc;
}

static int
tcp_connect(const char *host, int port)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *ai;
	char service[8];
	int fd;

	(void)snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(host, service, &hints, &ai) != 0)
		return -1;
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
		(void)close(fd);
		fd = -1;
	}
	freeaddrinfo(ai);
	return fd;
}

bool
probe_http(const char *host, int port, const char *path)
{
	char question[512];
	int fd = tcp_connect(host, port);
	bool there;

	if (fd == -1)
		return false;
	/* HTTP/1.1 with close: lighttpd answers 1.0 with 1.0. */
	(void)snprintf(question, sizeof(question),
	    "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n"
	    "User-Agent: director-run\r\n\r\n",
	    path, port);
	there = ask(fd, question, "HTTP/1.1 200 ");
	(void)close(fd);
	return there;
}
