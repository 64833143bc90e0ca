/*
 * http_client.h: who may be asked, and over which connection. What is kept,
 * listed, led on, asked through a proxy, not trusted.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>

#include "base/buf.h"
#include "harness/check.h"
#include "io/clock.h"
#include "io/http_client.h"
#include "web_fixture.h"

static struct web web;

struct got {
	struct buf body;
	struct http_client_reply reply;
	struct err e;
};

static struct http_client_request
request_of(struct got *g, const char *url)
{
	*g = (struct got){ .body = BUF_INIT };
	return (struct http_client_request){
		.url = url,
		.max = 100000,
		.connect_ms = 20000,
		.silence_s = 30,
		.deadline_ms = 60000,
		.into = &g->body,
	};
}

static bool
has(const struct got *g, const char *text)
{
	return slice_find(buf_slice(&g->body), slice_from(text)) >= 0;
}

static const char *
address(char out[static 256], const char *host, const char *path)
{
	(void)snprintf(out, 256, "http://%s:%d%s", host, web.port, path);
	return out;
}

/* A GET of 127.0.0.1; its failure. */
static enum err_code
get(struct http_client *c, const char *path, bool private)
{
	struct got g;
	char url[256];
	struct http_client_request r =
	    request_of(&g, address(url, "127.0.0.1", path));

	r.private = private;
	(void)!http_client_run(c, &r, &g.reply, &g.e);
	buf_fini(&g.body);
	return g.e.code;
}

/* A connection serves the calls that could have made it, and no other. */
static void
test_http_client_kept(void)
{
	struct http_client *c = http_client_new("", "");
	int asked = atomic_load(&web.asked);

	for (int i = 0; i < 3; i++)
		CHECK(get(c, "/keep", true) == ERR_NONE);
	CHECK(atomic_load(&web.asked) == asked + 1);
	CHECK(get(c, "/keep", false) == ERR_FORBIDDEN);
	CHECK(get(c, "/keep", true) == ERR_NONE);
	CHECK(atomic_load(&web.asked) == asked + 1);
	http_client_free(c);
}

static void
test_http_client_listed(void)
{
	char list[256], path[256];
	struct http_client *c;

	(void)snprintf(list, sizeof(list), "x:1, 127.0.0.1:%d", web.port);
	c = http_client_new("", list);
	CHECK(get(c, "/ok", false) == ERR_NONE);
	CHECK(get(c, "/to//ok", false) == ERR_NONE);
	/* The same machine by another name is not on the list. */
	(void)snprintf(
	    path, sizeof(path), "/to/http://localhost:%d/ok", web.port);
	CHECK(get(c, path, false) == ERR_FORBIDDEN);
	CHECK(get(c, "/to/http://127.0.0.1:1/ok", false) == ERR_FORBIDDEN);
	http_client_free(c);
	c = http_client_new("", "127.0.0.1:1");
	CHECK(get(c, "/ok", false) == ERR_FORBIDDEN);
	http_client_free(c);
}

/* What headers say is for one server. */
static void
test_http_client_headers_stay(void)
{
	static const char *const HEADERS[] = { "apikey: secret", NULL };
	struct http_client *c = http_client_new("", "");
	char url[256], path[128];
	struct http_client_request r;
	struct got g;

	(void)snprintf(
	    path, sizeof(path), "/to/http://localhost:%d/echo", web.port);
	for (int i = 0; i < 3; i++) {
		int asked = atomic_load(&web.asked);

		r = request_of(&g, address(url, "127.0.0.1", path));
		r.private = true;
		r.headers = i == 1 ? HEADERS : NULL;
		r.one_origin = i == 2;
		(void)!http_client_run(c, &r, &g.reply, &g.e);
		CHECK(g.e.code == (i == 0 ? ERR_NONE : ERR_FORBIDDEN));
		CHECK(g.reply.status == (i == 0 ? 200 : 302));
		CHECK(atomic_load(&web.asked) == asked + (i == 0 ? 2 : 1));
		buf_fini(&g.body);
	}
	/* To the same one they go. */
	r = request_of(&g, address(url, "127.0.0.1", "/to//echo"));
	r.private = true;
	r.headers = HEADERS;
	CHECK(http_client_run(c, &r, &g.reply, &g.e) == 0);
	CHECK(has(&g, "apikey: secret\r\n"));
	buf_fini(&g.body);
	http_client_free(c);
}

/* Only what says so is posted again; nothing becomes a GET. */
static void
test_http_client_post_led_on(void)
{
	struct http_client *c = http_client_new("", "");
	char url[256];
	struct got g;
	struct http_client_request r =
	    request_of(&g, address(url, "127.0.0.1", "/hops/1"));

	r.private = true;
	r.body = SLICE("{}");
	CHECK(http_client_run(c, &r, &g.reply, &g.e) == 0);
	CHECK(g.reply.status == 302);
	buf_fini(&g.body);
	r = request_of(&g, address(url, "127.0.0.1", "/again//echo"));
	r.private = true;
	r.body = SLICE("{}");
	CHECK(http_client_run(c, &r, &g.reply, &g.e) == 0);
	CHECK(has(&g, "POST /echo ") && has(&g, "{}") && !has(&g, "move"));
	buf_fini(&g.body);
	r = request_of(&g, address(url, "127.0.0.1", "/echo"));
	r.private = true;
	r.method = "DELETE";
	CHECK(http_client_run(c, &r, &g.reply, &g.e) == 0);
	CHECK(has(&g, "DELETE /echo "));
	buf_fini(&g.body);
	http_client_free(c);
}

static void
test_http_client_proxy(void)
{
	static const char *const PRIVATE[] = { "http://127.0.0.1:9/",
		"http://2130706433:9/", "http://localhost:9/",
		"http://[::1]:9/", "http://169.254.169.254/x" };
	char proxy[256], list[256];
	struct http_client *c;
	struct http_client_request r;
	struct got g;
	int asked;

	c = http_client_new(address(proxy, "127.0.0.1", ""), "");
	/* It resolves names. */
	r = request_of(&g, "http://public.example/a");
	CHECK(http_client_run(c, &r, &g.reply, &g.e) == 0);
	CHECK(has(&g, "GET http://public.example/a HTTP/1.1\r\n"));
	buf_fini(&g.body);
	asked = atomic_load(&web.asked);
	for (size_t i = 0; i < COUNT(PRIVATE); i++) {
		r = request_of(&g, PRIVATE[i]);
		CHECK(http_client_run(c, &r, &g.reply, &g.e) != 0);
		CHECK(g.e.code == ERR_FORBIDDEN);
		buf_fini(&g.body);
	}
	CHECK(atomic_load(&web.asked) == asked);
	http_client_free(c);
	/* Hosts on the list are asked without it. */
	(void)snprintf(list, sizeof(list), "127.0.0.1:%d", web.port);
	c = http_client_new("http://127.0.0.1:1", list);
	CHECK(get(c, "/ok", false) == ERR_NONE);
	http_client_free(c);
}

/* ---- certificates --------------------------------------------------------- */

static pid_t
run_shell(const char *command, int out)
{
	pid_t parent = getpid(), pid = fork();
	int null;

	if (pid != 0)
		return pid;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
	    dup2(null, 0) == 0 && dup2(out >= 0 ? out : null, 1) == 1 &&
	    dup2(null, 2) == 2)
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* A certificate that nobody trusts, and a server that has it; its port or 0. */
static int
start_tls(const char *dir, pid_t *server)
{
	char make[1024], serve[1024], line[256];
	int out[2], status, port = 0;
	FILE *said;

	(void)snprintf(make, sizeof(make),
	    "exec openssl req -x509 -newkey rsa:2048 -nodes -days 2 "
	    "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 "
	    "-keyout %s/tls.key -out %s/tls.pem",
	    dir, dir);
	(void)snprintf(serve, sizeof(serve),
	    "exec openssl s_server -accept 127.0.0.1:0 -www "
	    "-key %s/tls.key -cert %s/tls.pem",
	    dir, dir);
	if (waitpid(run_shell(make, -1), &status, 0) < 0 || status != 0 ||
	    pipe2(out, O_CLOEXEC) != 0)
		return 0;
	*server = run_shell(serve, out[1]);
	(void)close(out[1]);
	said = fdopen(out[0], "re");
	while (port == 0 && fgets(line, sizeof(line), said) != NULL)
		(void)sscanf(line, "ACCEPT 127.0.0.1:%d", &port); // NOLINT
	(void)fclose(said);
	return port;
}

static void
test_http_client_certificate(void)
{
	const char *base = getenv("TEST_DIR");
	char dir[256], url[256], file[512];
	struct http_client *c;
	struct http_client_request r;
	struct got g;
	pid_t server = 0;
	int port;

	(void)snprintf(dir, sizeof(dir), "%s/tls.XXXXXX",
	    base != NULL && strlen(base) < 200 ? base : "/tmp");
	CHECK(mkdtemp(dir) != NULL);
	port = start_tls(dir, &server);
	if (port == 0)
		CHECK_SKIP("no openssl here");
	else {
		c = http_client_new("", "");
		(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
		r = request_of(&g, url);
		r.private = true;
		CHECK(http_client_run(c, &r, &g.reply, &g.e) != 0);
		CHECK(g.e.code == ERR_UNPROCESSABLE);
		CHECK(strstr(g.e.msg, "certificate") != NULL);
		buf_fini(&g.body);
		http_client_free(c);
	}
	if (server > 0) {
		(void)kill(server, SIGKILL);
		(void)waitpid(server, NULL, 0);
	}
	(void)snprintf(file, sizeof(file), "%s/tls.key", dir);
	(void)unlink(file);
	(void)snprintf(file, sizeof(file), "%s/tls.pem", dir);
	(void)unlink(file);
	(void)rmdir(dir);
}

int
main(void)
{
	static const struct check_case FIRST[] = {
		CHECK_CASE(test_http_client_certificate), { NULL, NULL }
	};
	static const struct check_case CASES[] = { CHECK_CASE(
						       test_http_client_kept),
		CHECK_CASE(test_http_client_listed),
		CHECK_CASE(test_http_client_headers_stay),
		CHECK_CASE(test_http_client_post_led_on),
		CHECK_CASE(test_http_client_proxy), { NULL, NULL } };
	int rc;

	(void)signal(SIGPIPE, SIG_IGN);
	/* It forks: before there is a thread. */
	rc = check_main(FIRST);
	web_start(&web);
	rc = check_main(CASES) != 0 ? 1 : rc;
	web_stop(&web);
	return rc;
}
