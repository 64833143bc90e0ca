/*
 * How a run is prepared. Everything here happens in the front process, before
 * anything is started, so that each error is one sentence and leaves nothing
 * behind. The order matters: VAR, then its lock (from then on VAR is ours),
 * then the port, which the run before may have held until its lock was free.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <arpa/inet.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adm/lock.h"
#include "adm/probe.h"
#include "adm/sockets.h"
#include "adm/stack.h"
#include "adm/var.h"
#include "base/buf.h"
#include "base/ck.h"
#include "base/num.h"

/* lighttpd 1.4.69 keeps this figure in 16 bits. */
#define WEB_FDS_MAX 65535
/* It takes no new connection from 90 % of it on. That is more than those which
 * it has need for their requests: they are told so much more that it stops at
 * 97 % of what there is. */
#define WEB_FDS_STOP 90
#define WEB_FDS_USED 97
/* As conf.c has DIRECTOR_UPLOAD_MAX. */
#define UPLOAD_MAX 2000000000
/* Of a body: it keeps the figure in 32 bits, in KB. */
#define WEB_BODY_MAX ((int64_t)1 << 41)
/* Fewer descriptors are worth a warning. */
#define FDS_LOW 4096

/* make's own variables would change a make that a child may run. */
static const char *const env_dropped[] = { "MAKEFLAGS", "MFLAGS", "MAKELEVEL",
	"MAKEOVERRIDES", "MAKE_TERMOUT", "MAKE_TERMERR", "LISTEN_FDS",
	"LISTEN_PID" };

char *
stack_file(struct stack *s, const char *name)
{
	return arena_printf(&s->arena, "%s/%s", s->var, name);
}

/* ---- the environment of the children ---------------------------------- */

static size_t
env_find(const struct stack *s, const char *name)
{
	size_t n = strlen(name);
	size_t i;

	for (i = 0; i < s->env_n; i++)
		if (strncmp(s->env[i], name, n) == 0 && s->env[i][n] == '=')
			break;
	return i;
}

const char *
stack_env(const struct stack *s, const char *name)
{
	size_t i = env_find(s, name);

	return i == s->env_n ? "" : s->env[i] + strlen(name) + 1;
}

static void
env_set(struct stack *s, const char *name, const char *value)
{
	size_t i = env_find(s, name);

	if (i == s->env_n) {
		if (s->env_n + 2 > s->env_cap) {
			s->env_cap = 2 * s->env_cap + 64;
			s->env =
			    ck_realloc(s->env, s->env_cap * sizeof(s->env[0]));
		}
		s->env_n++;
		s->env[s->env_n] = NULL;
	}
	s->env[i] = arena_printf(&s->arena, "%s=%s", name, value);
}

static void
env_default(struct stack *s, const char *name, const char *value)
{
	if (stack_env(s, name)[0] == '\0')
		env_set(s, name, value);
}

static bool
env_is_dropped(const char *entry)
{
	for (size_t i = 0; i < COUNT(env_dropped); i++) {
		size_t n = strlen(env_dropped[i]);

		if (strncmp(entry, env_dropped[i], n) == 0 && entry[n] == '=')
			return true;
	}
	return false;
}

static void
env_inherit(struct stack *s)
{
	for (char **p = environ; *p != NULL; p++) {
		const char *equals = strchr(*p, '=');

		if (equals == NULL || env_is_dropped(*p))
			continue;
		env_set(s,
		    arena_strdup(
			&s->arena, (struct slice){ *p, (size_t)(equals - *p) }),
		    equals + 1);
	}
}

/* ---- the port ----------------------------------------------------------- */

static int
port_error(const struct stack *s, const char *bind_to, struct err *e)
{
	if (errno == EADDRINUSE)
		return err_set(e, ERR_CONFLICT,
		    "port %d is taken by another program: stop that one, or "
		    "choose another port with PORT=",
		    s->port);
	if (errno == EACCES)
		return err_set(e, ERR_FORBIDDEN,
		    "port %d may be used by root only: choose one from 1024 on "
		    "with PORT=",
		    s->port);
	return err_set(e, ERR_UNAVAILABLE,
	    "cannot listen on %s port %d: %s (see DIRECTOR_BIND)", bind_to,
	    s->port, strerrordesc_np(errno));
}

static int
prepare_number(struct stack *s, struct err *e)
{
	int64_t port;

	if (!num_parse(slice_from(s->opt.port), 1, UINT16_MAX, &port))
		return err_set(e, ERR_BAD_REQUEST,
		    "PORT is a number from 1 to 65535, not \"%.32s\"",
		    s->opt.port);
	s->port = (int)port;
	return 0;
}

static int
prepare_port(struct stack *s, struct err *e)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	const char *bind_to = stack_env(s, "DIRECTOR_BIND");
	struct addrinfo *ai;
	int rc;

	if (getaddrinfo(bind_to, arena_printf(&s->arena, "%d", s->port), &hints,
		&ai) != 0)
		return err_set(e, ERR_BAD_REQUEST,
		    "DIRECTOR_BIND is an IP address, not \"%.64s\"", bind_to);
	rc = probe_port(ai);
	freeaddrinfo(ai);
	return rc == 0 ? 0 : port_error(s, bind_to, e);
}

/* ---- programs ----------------------------------------------------------- */

/* Debian keeps servers in sbin, which is not in an ordinary user's PATH. */
static const char *
find_program(struct stack *s, const char *name)
{
	struct slice rest = slice_from(arena_printf(&s->arena, "%s:%s",
	    stack_env(s, "PATH"), "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin"));
	struct slice folder;

	while (slice_cut(&rest, ':', &folder)) {
		char *path =
		    arena_printf(&s->arena, "%.*s/%s", SLICE_ARG(folder), name);

		if (folder.n != 0 && access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static int
need_program(
    struct stack *s, const char *variable, const char *name, struct err *e)
{
	const char *path = find_program(s, name);

	if (path == NULL)
		return err_set(e, ERR_NOT_FOUND,
		    "%s is not installed: apt-get install %s", name, name);
	env_set(s, variable, path);
	return 0;
}

/* Ours: given, or in the folder where this program is. */
static int
need_ours(struct stack *s, const char *variable, const char *given,
    const char *name, struct err *e)
{
	char self[PATH_MAX];
	char real[PATH_MAX];
	const char *path = given;
	ssize_t n;

	if (path == NULL) {
		n = readlink("/proc/self/exe", self, sizeof(self) - 1);
		if (n <= 0)
			return err_set(e, ERR_INTERNAL, "no /proc here: %s",
			    strerrordesc_np(errno));
		self[n] = '\0';
		path = arena_printf(&s->arena, "%.*s/%s",
		    (int)(strrchr(self, '/') - self), self, name);
	}
	if (realpath(path, real) == NULL || access(real, X_OK) != 0)
		return err_set(e, ERR_NOT_FOUND,
		    "cannot run %s: %s (is it built?)", path,
		    strerrordesc_np(errno));
	env_set(s, variable, real);
	return 0;
}

static int
prepare_programs(struct stack *s, struct err *e)
{
	if (need_program(s, "DIRECTOR_REDIS_SERVER", "redis-server", e) != 0 ||
	    need_program(s, "DIRECTOR_LIGHTTPD", "lighttpd", e) != 0 ||
	    need_ours(s, "DIRECTOR_APP", s->opt.app, "director.fcgi", e) != 0)
		return -1;
	if (s->opt.no_worker)
		return 0;
	return need_ours(
	    s, "DIRECTOR_WORKER", s->opt.worker, "director-worker", e);
}

/* ---- all of it ---------------------------------------------------------- */

/* A held poll costs lighttpd two descriptors and director.fcgi one. */
static void
prepare_limits(struct stack *s)
{
	struct rlimit lim;
	rlim_t fds = 1024;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &lim);
		fds = lim.rlim_max;
	}
	if (fds < FDS_LOW)
		(void)fprintf(stderr,
		    "only %lu open files are allowed here, enough for about "
		    "%lu clients: raise the hard limit (ulimit -Hn) for more\n",
		    (unsigned long)fds, (unsigned long)fds / 2);
	if (fds > WEB_FDS_MAX)
		fds = WEB_FDS_MAX;
	env_set(s, "LIGHTTPD_MAX_CONNECTIONS",
	    arena_printf(&s->arena, "%lu", (unsigned long)fds / 2));
	/* As root it would set this as its limit. */
	if (geteuid() != 0)
		fds = fds * WEB_FDS_USED / WEB_FDS_STOP;
	if (fds > WEB_FDS_MAX)
		fds = WEB_FDS_MAX;
	env_set(s, "LIGHTTPD_MAX_FDS",
	    arena_printf(&s->arena, "%lu", (unsigned long)fds));
}

/*
 * The Host headers that the web server answers to on loopback: this machine's
 * names and those of DIRECTOR_HOSTS, a comma list, as a regular expression.
 */
static const char *
hosts_pattern(struct stack *s)
{
	const char *listed = stack_env(s, "DIRECTOR_HOSTS");
	struct slice rest = slice_from(listed), name;
	struct buf pattern = BUF_INIT;
	const char *kept;

	buf_adds(&pattern, "^(localhost|127([.][0-9]+){3}|\\[::1\\]");
	while (slice_cut(&rest, ',', &name)) {
		name = slice_trim(name);
		if (name.n == 0)
			continue;
		buf_addc(&pattern, '|');
		for (size_t i = 0; i < name.n; i++) {
			/* A name's only special character; the rest of what
			 * patterns know has no place in a name. */
			if (name.p[i] == '.')
				buf_adds(&pattern, "[.]");
			else if (isalnum((unsigned char)name.p[i]) ||
			    name.p[i] == '-')
				buf_addc(&pattern, name.p[i]);
		}
	}
	buf_adds(&pattern, ")(:[0-9]+)?$");
	kept = arena_strdup(&s->arena, buf_slice(&pattern));
	buf_fini(&pattern);
	return kept;
}

static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* What director.fcgi refuses, said before anything was started. */
static int
check_access(const struct stack *s, struct err *e)
{
	const char *bind_to = stack_env(s, "DIRECTOR_BIND");

	if (is_loopback(bind_to) || *stack_env(s, "DIRECTOR_API_KEY") != '\0' ||
	    strcmp(stack_env(s, "ALLOW_ANONYMOUS"), "1") == 0)
		return 0;
	return err_set(e, ERR_FORBIDDEN,
	    "DIRECTOR_BIND=%s is open to other machines: set DIRECTOR_API_KEY, "
	    "or ALLOW_ANONYMOUS=1 to let everybody in",
	    bind_to);
}

/*
 * On loopback only loopback's names are served: web pages elsewhere can reach
 * 127.0.0.1 by a name of theirs (DNS rebinding).
 */
static void
prepare_hosts(struct stack *s)
{
	const char *bind_to = stack_env(s, "DIRECTOR_BIND");
	const bool six = strchr(bind_to, ':') != NULL;

	env_set(
	    s, "LIGHTTPD_HOSTS", is_loopback(bind_to) ? hosts_pattern(s) : "");
	/* lighttpd wants brackets around an IPv6 address. */
	env_set(s, "LIGHTTPD_BIND",
	    arena_printf(&s->arena, six ? "[%s]" : "%s", bind_to));
	s->host = bind_to;
	if (strcmp(bind_to, "0.0.0.0") == 0)
		s->host = "127.0.0.1";
	else if (strcmp(bind_to, "::") == 0)
		s->host = "::1";
}

/* The web server's limit of a body, from the largest file: 1 MB more than that,
 * in KB. What is no number is director.fcgi's to tell. */
static void
prepare_uploads(struct stack *s)
{
	const char *max = stack_env(s, "DIRECTOR_UPLOAD_MAX");
	int64_t bytes;

	if (!num_parse(slice_from(max), 0, WEB_BODY_MAX, &bytes))
		bytes = UPLOAD_MAX;
	env_set(s, "LIGHTTPD_UPLOAD_KB",
	    arena_printf(&s->arena, "%lld", (long long)(bytes >> 10) + 1024));
}

static void
prepare_env(struct stack *s)
{
	struct arena *a = &s->arena;
	const char *redis = arena_printf(a, "%s/redis.sock", s->sockets);

	env_set(s, "DIRECTOR_VAR", s->var);
	env_set(s, "DIRECTOR_PORT", arena_printf(a, "%d", s->port));
	env_set(s, "DIRECTOR_SOCKET",
	    arena_printf(a, "%s/director.sock", s->sockets));
	env_set(s, "DIRECTOR_REDIS_SOCKET", redis);
	env_set(s, "DIRECTOR_REDIS_DIR", stack_file(s, "redis"));
	env_set(s, "REDIS_URL", arena_printf(a, "unix:%s", redis));
	env_default(s, "DATABASE_URL",
	    arena_printf(a, "sqlite:%s/director.db", s->var));
	env_default(s, "DIRECTOR_MEDIA", stack_file(s, "media"));
	env_default(s, "CORS_ORIGINS", "http://localhost:*,http://127.0.0.1:*");
	prepare_hosts(s);
	prepare_limits(s);
	prepare_uploads(s);
}

static int
prepare_root(struct stack *s, struct err *e)
{
	char real[PATH_MAX];

	if (realpath(s->opt.root, real) == NULL || chdir(real) != 0)
		return err_set(e, ERR_NOT_FOUND, "cannot enter %s: %s",
		    s->opt.root, strerrordesc_np(errno));
	env_set(
	    s, "DIRECTOR_WWW", arena_printf(&s->arena, "%s/www/dist", real));
	env_set(s, "DIRECTOR_LIGHTTPD_CONF",
	    s->opt.conf != NULL
		? s->opt.conf
		: arena_printf(&s->arena, "%s/lighttpd.conf", real));
	return 0;
}

/* One spelling of the address, as director.fcgi wants it too. */
static int
prepare_bind(struct stack *s, struct err *e)
{
	const char *bind_to = stack_env(s, "DIRECTOR_BIND");
	const int family = strchr(bind_to, ':') != NULL ? AF_INET6 : AF_INET;
	unsigned char address[16];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(family, bind_to, address) != 1 ||
	    inet_ntop(family, address, text, sizeof(text)) == NULL)
		return err_set(e, ERR_BAD_REQUEST,
		    "DIRECTOR_BIND must be an IP address such as 127.0.0.1, "
		    "0.0.0.0 or ::1, not \"%s\"",
		    bind_to);
	env_set(s, "DIRECTOR_BIND", text);
	return 0;
}

int
stack_prepare(struct stack *s, const struct stack_options *opt, struct err *e)
{
	*s = (struct stack){ .opt = *opt, .lock_fd = -1, .listen_fd = -1 };
	env_inherit(s);
	env_default(s, "DIRECTOR_BIND", "127.0.0.1");
	if (prepare_bind(s, e) != 0 || check_access(s, e) != 0)
		return -1;
	if (prepare_number(s, e) != 0 || prepare_root(s, e) != 0 ||
	    var_prepare(s, e) != 0)
		return -1;
	(void)umask(077); /* what is in VAR is the user's own */
	s->lock_fd = lock_take(stack_file(s, "run.lock"), e);
	if (s->lock_fd == -1 || prepare_port(s, e) != 0 ||
	    prepare_programs(s, e) != 0 || var_folders(s, e) != 0 ||
	    sockets_prepare(s, e) != 0)
		return -1;
	prepare_env(s);
	return 0;
}

void
stack_fini(struct stack *s)
{
	free(s->env);
	arena_fini(&s->arena);
}
