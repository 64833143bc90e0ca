/*
 * A socket's path has at most 107 bytes. Where VAR is too deep, the sockets go
 * to a private folder with a name that follows from VAR: so what an earlier
 * run left there is found again and taken away.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adm/sockets.h"

/* sun_path less its NUL. */
#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1)
/* The longest name in the socket folder, with its slash. */
#define SOCKET_NAME_MAX (sizeof("/director.sock") - 1)
/* New connections wait here while director.fcgi restarts. */
#define BACKLOG 1024

static const char *const socket_files[] = { "director.sock", "redis.sock" };

/* FNV-1a: names the private folder of a VAR, is no secret. */
static uint64_t
hash_of(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * UINT64_C(1099511628211);
	return h;
}

/* In a folder that all may write in, only what is a folder of ours counts. */
static bool
is_private(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

/* The folder under `base`; NULL when there is no such base or it is too deep. */
static char *
socket_folder(struct stack *s, const char *base)
{
	char *path = arena_printf(&s->arena, "%s/director-%lu-%016" PRIx64,
	    base, (unsigned long)geteuid(), hash_of(s->var));

	if (base[0] != '/' || strlen(path) + SOCKET_NAME_MAX > SOCKET_PATH_MAX)
		return NULL;
	return path;
}

int
sockets_prepare(struct stack *s, struct err *e)
{
	const char *base[] = { "/tmp", stack_env(s, "XDG_RUNTIME_DIR") };
	char *made = NULL;

	s->sockets = s->var;
	if (strlen(s->var) + SOCKET_NAME_MAX <= SOCKET_PATH_MAX) {
		sockets_clean(s);
		return 0;
	}
	for (size_t i = 0; i < COUNT(base); i++) {
		s->sockets = socket_folder(s, base[i]);
		if (s->sockets == NULL)
			continue;
		if (is_private(s->sockets))
			sockets_clean(s);
		if (mkdir(s->sockets, 0700) != 0)
			continue;
		if (made != NULL)
			(void)rmdir(made);
		made = s->sockets;
	}
	s->sockets = made;
	if (made != NULL)
		return 0;
	return err_set(e, ERR_FORBIDDEN,
	    "VAR is too long a path for sockets, and no private folder can be "
	    "made in /tmp: choose a shorter VAR=");
}

void
sockets_clean(const struct stack *s)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT(socket_files); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", s->sockets, socket_files[i]);
		(void)unlink(path);
	}
	if (strcmp(s->sockets, s->var) != 0)
		(void)rmdir(s->sockets);
}

int
sockets_listen(struct stack *s, struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const char *path = stack_env(s, "DIRECTOR_SOCKET");

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	/* umask 077 makes it 0700: for us alone. */
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listen_fd == -1 ||
	    bind(s->listen_fd, (const struct sockaddr *)&sun, sizeof(sun)) !=
		0 ||
	    listen(s->listen_fd, BACKLOG) != 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "cannot listen on the socket %s: %s", path,
		    strerrordesc_np(errno));
	return 0;
}
