/*
 * http_client.h against a server that does what servers do wrong, and addresses
 * that must not be asked.
 */
#include "io/http_client.h"

#include <sys/ioctl.h>
#include <sys/wait.h>
#include <net/if.h>

#include <sched.h>

#include "base/buf.h"
#include "harness/check.h"
#include "io/clock.h"
#include "web_fixture.h"

#define MAX 100000
/* Long before a server's stall ends, also on a busy machine. */
#define SOON_MS 12000

static struct web web;
static struct http_client *client;

struct got {
	struct buf body;
	struct http_client_reply reply;
	struct err e;
	int rc;
	bool refuse;  /* what comes */
	int patience; /* then it is cancelled; 0: never */
};

static int
on_piece(void *cookie, const struct http_client_reply *reply,
    struct slice piece, struct err *e)
{
	struct got *g = cookie;

	CHECK(reply->status != 0);
	buf_add_slice(&g->body, piece);
	return g->refuse ? err_set(e, ERR_MEDIA_TYPE, "Not that.") : 0;
}

static bool
is_cancelled(void *cookie)
{
	struct got *g = cookie;

	return g->patience > 0 && --g->patience == 0;
}

static struct http_client_request
request_of(const char *url, struct got *g)
{
	return (struct http_client_request){
		.url = url,
		.max = MAX,
		.connect_ms = 5000,
		.silence_s = 30,
		.deadline_ms = 60000,
		.private = true,
		.piece = on_piece,
		.cancelled = is_cancelled,
		.cookie = g,
	};
}

static void
run(struct got *g, const struct http_client_request *r)
{
	int64_t since = clock_mono_ms();

	g->rc = http_client_run(client, r, &g->reply, &g->e);
	CHECK(g->rc == (g->e.code == ERR_NONE ? 0 : -1));
	CHECK(clock_mono_ms() - since < SOON_MS);
}

static const char *
address(char out[static 256], const char *path)
{
	(void)snprintf(out, 256, "http://127.0.0.1:%d%s", web.port, path);
	return out;
}

/* A GET of a path of the server. */
static struct got
get(const char *path)
{
	struct got g = { .body = BUF_INIT };
	char url[256];
	struct http_client_request r = request_of(address(url, path), &g);

	r.silence_s = 1;
	run(&g, &r);
	return g;
}

static const struct {
	int line;
	const char *path;
	enum err_code code;
	int status;
	const char *body; /* NULL: any */
} ROWS[] = {
	{ __LINE__, "/ok", ERR_NONE, 200, "hello" },
	{ __LINE__, "/ok?a=b&c=%20#d", ERR_NONE, 200, "hello" },
	{ __LINE__, "/empty", ERR_NONE, 200, "" },
	{ __LINE__, "/busy", ERR_NONE, 503, "busy" },
	/* Lengths that lie. */
	{ __LINE__, "/short", ERR_UNAVAILABLE, 200, "hello" },
	{ __LINE__, "/chunk", ERR_UNAVAILABLE, 200, "hello" },
	{ __LINE__, "/long", ERR_NONE, 200, "hello" },
	{ __LINE__, "/negative", ERR_UNPROCESSABLE, 200, "" },
	{ __LINE__, "/claim", ERR_TOO_LARGE, 200, "" },
	{ __LINE__, "/much", ERR_TOO_LARGE, 200, NULL },
	{ __LINE__, "/heads", ERR_UNAVAILABLE, 200, "" },
	/* No answer, or none that ends. */
	{ __LINE__, "/garbage", ERR_FORBIDDEN, 0, "" },
	{ __LINE__, "/nothing", ERR_UNAVAILABLE, 0, "" },
	{ __LINE__, "/mute", ERR_UNAVAILABLE, 0, "" },
	{ __LINE__, "/stall", ERR_UNAVAILABLE, 200, "hello" },
	{ __LINE__, "/drip", ERR_UNAVAILABLE, 200, NULL },
	/* Elsewhere. */
	{ __LINE__, "/hops/2", ERR_NONE, 200, NULL },
	{ __LINE__, "/hops/3", ERR_UNPROCESSABLE, 302, NULL },
	{ __LINE__, "/hops/99", ERR_UNPROCESSABLE, 302, NULL },
	{ __LINE__, "/to//to//ok", ERR_NONE, 200, "hello" },
	{ __LINE__, "/to/file:///etc/passwd", ERR_FORBIDDEN, 302, "" },
	{ __LINE__, "/to/gopher://127.0.0.1/x", ERR_FORBIDDEN, 302, "" },
	{ __LINE__, "/to/ftp://127.0.0.1/x", ERR_FORBIDDEN, 302, "" },
};

static void
test_http_client_answers(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct got g = get(ROWS[i].path);

		if (g.e.code != ROWS[i].code ||
		    g.reply.status != ROWS[i].status)
			(void)printf("# %s: %d %s\n", ROWS[i].path,
			    g.reply.status, g.e.msg);
		CHECK_ROW(ROWS[i].line, g.e.code == ROWS[i].code);
		CHECK_ROW(ROWS[i].line, g.reply.status == ROWS[i].status);
		CHECK_ROW(ROWS[i].line,
		    ROWS[i].body == NULL ||
			slice_eqs(buf_slice(&g.body), ROWS[i].body));
		CHECK_ROW(ROWS[i].line, g.body.n <= MAX);
		buf_fini(&g.body);
	}
}

static void
test_http_client_head(void)
{
	struct got g = get("/ok");

	CHECK(strcmp(g.reply.content_type, "video/mp4") == 0);
	CHECK(g.reply.size == 5 && g.reply.retry_after_s == 0);
	buf_fini(&g.body);
	g = get("/busy");
	CHECK(g.reply.retry_after_s == 7 && *g.reply.content_type == '\0');
	buf_fini(&g.body);
	/* Milliseconds are made of it. */
	g = get("/never");
	CHECK(g.reply.retry_after_s == 86400);
	buf_fini(&g.body);
}

static bool
has(const struct got *g, const char *text)
{
	return slice_find(buf_slice(&g->body), slice_from(text)) >= 0;
}

/* What a server is told: its own, no cookies; the environment says nothing. */
static void
test_http_client_request(void)
{
	static const char *const HEADERS[] = { "X-One: 1", NULL };
	struct got g = { .body = BUF_INIT };
	char url[256];
	struct http_client_request r;

	CHECK(setenv("http_proxy", "http://127.0.0.1:1", 1) == 0);
	CHECK(setenv("ALL_PROXY", "http://127.0.0.1:1", 1) == 0);
	r = request_of(address(url, "/hops/1"), &g);
	r.headers = HEADERS;
	run(&g, &r);
	CHECK(unsetenv("http_proxy") == 0 && unsetenv("ALL_PROXY") == 0);
	CHECK(g.rc == 0 && has(&g, "GET /echo HTTP/1.1\r\n"));
	CHECK(has(&g, "User-Agent: director-fcgi\r\n"));
	CHECK(has(&g, "X-One: 1\r\n"));
	CHECK(!has(&g, "Cookie") && !has(&g, "Authorization"));
	buf_clear(&g.body);
	r = request_of(address(url, "/echo"), &g);
	r.body = SLICE("{\"a\":1}");
	run(&g, &r);
	CHECK(g.rc == 0 && has(&g, "POST /echo ") && has(&g, "{\"a\":1}"));
	buf_fini(&g.body);
}

static void
test_http_client_deadline(void)
{
	struct got g = { .body = BUF_INIT };
	char url[256];
	struct http_client_request r = request_of(address(url, "/drip"), &g);

	r.deadline_ms = 500;
	run(&g, &r);
	CHECK(g.e.code == ERR_UNAVAILABLE && g.reply.status == 200);
	buf_fini(&g.body);
}

static void
test_http_client_cancelled(void)
{
	struct got g = { .body = BUF_INIT, .patience = 3 };
	char url[256];
	struct http_client_request r = request_of(address(url, "/mute"), &g);

	run(&g, &r);
	CHECK(g.e.code == ERR_STALE && g.patience == 0);
	buf_fini(&g.body);
}

static void
test_http_client_sink_refuses(void)
{
	struct got g = { .body = BUF_INIT, .refuse = true };
	char url[256];
	struct http_client_request r = request_of(address(url, "/much"), &g);

	run(&g, &r);
	CHECK(g.e.code == ERR_MEDIA_TYPE);
	buf_fini(&g.body);
}

/* Nothing is connected to, however it is spelled. */
static void
test_http_client_private(void)
{
	static const char *const HOSTS[] = { "127.0.0.1", "localhost", "[::1]",
		"2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "0.0.0.0",
		"[::ffff:127.0.0.1]", "[::]", "169.254.169.254", "10.0.0.1",
		"192.168.0.1", "172.16.0.1", "100.64.0.1", "[fd00::1]",
		"[fe80::1]" };
	int before = atomic_load(&web.asked);
	char url[256];

	for (size_t i = 0; i < COUNT(HOSTS); i++) {
		struct got g = { .body = BUF_INIT };
		struct http_client_request r;

		(void)snprintf(
		    url, sizeof(url), "http://%s:%d/ok", HOSTS[i], web.port);
		r = request_of(url, &g);
		r.private = false;
		run(&g, &r);
		if (g.e.code != ERR_FORBIDDEN)
			(void)printf("# %s: %s\n", HOSTS[i], g.e.msg);
		CHECK(g.e.code == ERR_FORBIDDEN && g.reply.status == 0);
		buf_fini(&g.body);
	}
	CHECK(atomic_load(&web.asked) == before);
}

static void
test_http_client_schemes(void)
{
	static const char *const URLS[] = { "file:///etc/passwd",
		"ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/",
		"ldap://127.0.0.1/", "scp://127.0.0.1/x" };

	for (size_t i = 0; i < COUNT(URLS); i++) {
		struct got g = { .body = BUF_INIT };
		struct http_client_request r = request_of(URLS[i], &g);

		run(&g, &r);
		CHECK(g.e.code == ERR_FORBIDDEN && g.body.n == 0);
		buf_fini(&g.body);
	}
}

/* ---- a network of its own, where a public address is ours ----------------- */

#define PUBLIC "9.9.9.9"

static bool
tell(const char *file, const char *text)
{
	FILE *f = fopen(file, "we");

	return f != NULL && fputs(text, f) >= 0 && fclose(f) == 0;
}

static bool
set_address(int fd, const char *name, const char *text)
{
	struct ifreq lo = { .ifr_flags = 0 };
	struct sockaddr_in at = { .sin_family = AF_INET };

	(void)snprintf(lo.ifr_name, sizeof(lo.ifr_name), "%s", name);
	if (inet_pton(AF_INET, text, &at.sin_addr) != 1)
		return false;
	memcpy(&lo.ifr_addr, &at, sizeof(at));
	if (ioctl(fd, SIOCSIFADDR, &lo) != 0)
		return false;
	lo.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
	return ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
}

static bool
make_network(void)
{
	char uid[32], gid[32];
	int fd;
	bool made;

	(void)snprintf(uid, sizeof(uid), "0 %u 1", geteuid());
	(void)snprintf(gid, sizeof(gid), "0 %u 1", getegid());
	if (geteuid() != 0 &&
	    (unshare(CLONE_NEWUSER) != 0 ||
		!tell("/proc/self/setgroups", "deny") ||
		!tell("/proc/self/uid_map", uid) ||
		!tell("/proc/self/gid_map", gid)))
		return false;
	if (unshare(CLONE_NEWNET) != 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	made = set_address(fd, "lo", "127.0.0.1") &&
	    set_address(fd, "lo:1", PUBLIC);
	(void)close(fd);
	return made;
}

/* Asks the public address for `path`; its failure. */
static enum err_code
ask_public(const char *path)
{
	struct got g = { .body = BUF_INIT };
	char url[256];
	struct http_client_request r;

	(void)snprintf(
	    url, sizeof(url), "http://" PUBLIC ":%d%s", web.port, path);
	r = request_of(url, &g);
	r.private = false;
	run(&g, &r);
	buf_fini(&g.body);
	return g.e.code;
}

/* 0: as it should be; 77: no such network here. */
static int
ask_in_network(void)
{
	char path[256];
	int asked;

	if (!make_network())
		return 77;
	client = http_client_new("", "");
	web_start(&web);
	if (ask_public("/ok") != ERR_NONE)
		return 1;
	asked = atomic_load(&web.asked);
	(void)snprintf(
	    path, sizeof(path), "/to/http://127.0.0.1:%d/ok", web.port);
	if (ask_public(path) != ERR_FORBIDDEN)
		return 2;
	if (ask_public("/to/http://169.254.169.254/latest") != ERR_FORBIDDEN)
		return 3;
	return atomic_load(&web.asked) == asked + 2 && !check_failed ? 0 : 4;
}

static void
test_http_client_redirect_inward(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(ask_in_network());
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("no network may be made here");
	else
		CHECK(WEXITSTATUS(status) == 0);
}

int
main(void)
{
	static const struct check_case FIRST[] = {
		CHECK_CASE(test_http_client_redirect_inward), { NULL, NULL }
	};
	static const struct check_case CASES[] = {
		CHECK_CASE(test_http_client_answers),
		CHECK_CASE(test_http_client_head),
		CHECK_CASE(test_http_client_request),
		CHECK_CASE(test_http_client_deadline),
		CHECK_CASE(test_http_client_cancelled),
		CHECK_CASE(test_http_client_sink_refuses),
		CHECK_CASE(test_http_client_private),
		CHECK_CASE(test_http_client_schemes), { NULL, NULL }
	};
	/* It forks: before there is a thread. */
	int rc = check_main(FIRST);

	web_start(&web);
	client = http_client_new("", "");
	rc = check_main(CASES) != 0 ? 1 : rc;
	http_client_free(client);
	web_stop(&web);
	return rc;
}
