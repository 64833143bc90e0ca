/*
 * videodb.h against a server that says what it is told to: what a call is on
 * the wire, what each answer means, and who hears the key.
 */
#include "io/videodb.h"

#include <sys/socket.h>
#include <netinet/in.h>

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "harness/check.h"
#include "io/clock.h"
#include "proto/jval.h"

#define KEY "sk-0123456789"
/* Long before a stall ends, also on a busy machine. */
#define SOON_MS    15000
#define TIMEOUT_MS 700

/* One request a connection, answered with `answer`; what came is in `heard`. */
struct server {
	int fd, port;
	pthread_t thread;
	pthread_mutex_t lock;
	char heard[8192];
	char answer[2048]; /* "": nothing, ever */
	int asked;
};

static struct server server;

static void
serve(struct server *s, int fd)
{
	char request[8192];
	size_t n = 0;
	ssize_t got;
	char answer[2048], byte;

	/* A request of a test fits; its body comes with it. */
	do {
		got = recv(fd, request + n, sizeof(request) - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
		request[n] = '\0';
	} while (got > 0 && strstr(request, "\r\n\r\n") == NULL);
	if (n == 0) { /* connected, and said nothing */
		(void)close(fd);
		return;
	}
	(void)pthread_mutex_lock(&s->lock);
	(void)snprintf(s->heard, sizeof(s->heard), "%s", request);
	(void)snprintf(answer, sizeof(answer), "%s", s->answer);
	s->asked++;
	(void)pthread_mutex_unlock(&s->lock);
	if (*answer != '\0')
		(void)send(fd, answer, strlen(answer), MSG_NOSIGNAL);
	else
		(void)recv(fd, &byte, 1, 0); /* until the client leaves */
	(void)shutdown(fd, SHUT_WR);
	(void)close(fd);
}

static void *
run_server(void *cookie)
{
	struct server *s = cookie;
	int fd;

	while ((fd = accept(s->fd, NULL, NULL)) >= 0)
		serve(s, fd);
	return NULL;
}

static void
start(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)pthread_mutex_init(&s->lock, NULL);
	if (bind(s->fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(s->fd, 16) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&at, &size) != 0 ||
	    pthread_create(&s->thread, NULL, run_server, s) != 0)
		abort();
	s->port = ntohs(at.sin_port);
}

static void
stop(struct server *s)
{
	(void)shutdown(s->fd, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	(void)close(s->fd);
}

/* The next answers: a status line, perhaps with headers, and a body. */
static void
says(const char *head, const char *body)
{
	(void)pthread_mutex_lock(&server.lock);
	server.heard[0] = server.answer[0] = '\0';
	if (head != NULL)
		(void)snprintf(server.answer, sizeof(server.answer),
		    "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", head,
		    strlen(body), body);
	(void)pthread_mutex_unlock(&server.lock);
}

static bool
heard(const char *text)
{
	bool found;

	(void)pthread_mutex_lock(&server.lock);
	found = strstr(server.heard, text) != NULL;
	(void)pthread_mutex_unlock(&server.lock);
	return found;
}

struct bench {
	struct conf conf;
	struct videodb v;
	struct videodb_reply r;
	struct err e;
	char url[64];
	char key[32];
	int patience; /* then it is cancelled; 0: never */
};

/* One for all: connections are kept, or not, without any difference. */
static struct http_client *client;

static bool
is_cancelled(void *cookie)
{
	struct bench *b = cookie;

	return b->patience > 0 && --b->patience == 0;
}

static void
bench_init(struct bench *b)
{
	*b = (struct bench){ .e = ERR_INIT };
	(void)snprintf(
	    b->url, sizeof(b->url), "http://127.0.0.1:%d", server.port);
	(void)snprintf(b->key, sizeof(b->key), "%s", KEY);
	b->conf.videodb_url = b->url;
	b->conf.videodb_key = b->key;
	b->conf.videodb_timeout_ms = TIMEOUT_MS;
	b->v = (struct videodb){ .conf = &b->conf,
		.client = client,
		.cancelled = is_cancelled,
		.cookie = b };
}

#define OK "{\"success\":true,\"data\":{\"id\":\"c-1\"}}"

static void
test_videodb_get(void)
{
	struct bench b;

	bench_init(&b);
	CHECK(videodb_configured(&b.conf));
	says("200 OK", OK);
	CHECK(videodb_get(&b.v, "collection/default", &b.r, &b.e) == 0);
	CHECK(b.r.kind == VIDEODB_READY);
	CHECK_SLICE(videodb_reply_id(&b.r, "id"), "c-1");
	CHECK(heard("GET /collection/default HTTP/1.1\r\n"));
	CHECK(heard("x-access-token: " KEY "\r\n"));
	videodb_reply_fini(&b.r);
	b.key[0] = '\0';
	CHECK(!videodb_configured(&b.conf));
}

static void
test_videodb_post(void)
{
	struct json_object *body = json_object_new_object();
	struct bench b;

	bench_init(&b);
	jval_put_str(body, "name", SLICE("A \"name\""));
	says("200 OK", OK);
	CHECK(videodb_post(&b.v, "collection", body, &b.r, &b.e) == 0);
	CHECK(heard("POST /collection HTTP/1.1\r\n"));
	CHECK(heard("Content-Type: application/json\r\n"));
	CHECK(heard("{\"name\":\"A \\\"name\\\"\"}"));
	videodb_reply_fini(&b.r);
	(void)json_object_put(body);
}

static void
test_videodb_delete(void)
{
	struct bench b;

	bench_init(&b);
	says("200 OK", "{\"success\":true}");
	CHECK(videodb_delete(&b.v, "video/m-1", &b.e) == 0);
	CHECK(heard("DELETE /video/m-1 HTTP/1.1\r\n") && heard(KEY));
	/* What is not there is deleted. */
	says("404 Not Found", "{\"success\":false}");
	CHECK(videodb_delete(&b.v, "video/m-1", &b.e) == 0);
	CHECK(b.e.code == ERR_NONE);
	says("400 Bad Request", "{\"success\":false,\"message\":\"No\"}");
	CHECK(videodb_delete(&b.v, "video/m-1", &b.e) == -1);
	CHECK(b.e.code == ERR_UNPROCESSABLE);
}

static const struct {
	int line;
	const char *head, *body;
	enum err_code code;
	const char *sentence; /* a part of it */
	int64_t after_ms;
} ROWS[] = {
	{ __LINE__, "200 OK", "{\"success\":false,\"message\":\"Too long\"}",
	    ERR_UNPROCESSABLE, "refused this: Too long.", 0 },
	{ __LINE__, "200 OK", "{\"success\":false}", ERR_UNPROCESSABLE,
	    "refused this.", 0 },
	{ __LINE__, "200 OK", "<html>", ERR_UNAVAILABLE, "cannot be read", 0 },
	{ __LINE__, "200 OK", "{\"success\":true,", ERR_UNAVAILABLE,
	    "cannot be read", 0 },
	{ __LINE__, "200 OK", "", ERR_UNAVAILABLE, "cannot be read", 0 },
	{ __LINE__, "401 Unauthorized",
	    "{\"success\":false,\"message\":\"Bad token " KEY "\"}",
	    ERR_UNPROCESSABLE, "VIDEO_DB_API_KEY", 0 },
	{ __LINE__, "403 Forbidden", "", ERR_UNPROCESSABLE, "VIDEO_DB_API_KEY",
	    0 },
	{ __LINE__, "402 Payment Required", "{}", ERR_UNPROCESSABLE, "paid",
	    0 },
	{ __LINE__, "404 Not Found", "{\"success\":false,\"message\":\"x\"}",
	    ERR_NOT_FOUND, "does not have this: x", 0 },
	{ __LINE__, "400 Bad Request",
	    "{\"success\":false,\"message\":\"key " KEY " is odd\"}",
	    ERR_UNPROCESSABLE, "refused this.", 0 },
	{ __LINE__, "429 Too Many Requests\r\nRetry-After: 7", "",
	    ERR_UNAVAILABLE, "429", 7000 },
	{ __LINE__, "500 Internal", "{\"success\":true,\"data\":{}}",
	    ERR_UNAVAILABLE, "500", 0 },
	{ __LINE__, "503 Busy\r\nRetry-After: 2", "", ERR_UNAVAILABLE, "503",
	    2000 },
	/* No answer at all. */
	{ __LINE__, NULL, "", ERR_UNAVAILABLE, "took too long", 0 },
	{ __LINE__, "200 OK\r\nX: y\r\nContent-Length: 90", "", ERR_UNAVAILABLE,
	    "", 0 },
};

static void
test_videodb_failures(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		int64_t since = clock_mono_ms();
		struct bench b;

		bench_init(&b);
		says(ROWS[i].head, ROWS[i].body);
		CHECK_ROW(ROWS[i].line,
		    videodb_get(&b.v, "collection", &b.r, &b.e) == -1);
		if (b.e.code != ROWS[i].code ||
		    strstr(b.e.msg, ROWS[i].sentence) == NULL)
			(void)printf("# %s\n", b.e.msg);
		CHECK_ROW(ROWS[i].line, b.e.code == ROWS[i].code);
		CHECK_ROW(
		    ROWS[i].line, strstr(b.e.msg, ROWS[i].sentence) != NULL);
		CHECK_ROW(ROWS[i].line, strstr(b.e.msg, KEY) == NULL);
		CHECK_ROW(ROWS[i].line, b.v.retry_after_ms == ROWS[i].after_ms);
		CHECK_ROW(ROWS[i].line, clock_mono_ms() - since < SOON_MS);
		videodb_reply_fini(&b.r);
	}
}

static void
test_videodb_poll(void)
{
	char url[128];
	struct bench b;

	bench_init(&b);
	(void)snprintf(url, sizeof(url), "%s/async-response/1", b.url);
	says("200 OK", "{\"status\":\"processing\",\"data\":{}}");
	CHECK(videodb_poll(&b.v, slice_from(url), &b.r, &b.e) == 0);
	CHECK(b.r.kind == VIDEODB_PROCESSING && heard(KEY));
	videodb_reply_fini(&b.r);
	says("200 OK", "{\"status\":\"done\",\"response\":" OK "}");
	CHECK(videodb_poll(&b.v, slice_from(url), &b.r, &b.e) == 0);
	CHECK_SLICE(videodb_reply_id(&b.r, "id"), "c-1");
	videodb_reply_fini(&b.r);
}

static int
asked(void)
{
	int n;

	(void)pthread_mutex_lock(&server.lock);
	n = server.asked;
	(void)pthread_mutex_unlock(&server.lock);
	return n;
}

/* Somebody else: by another name, another port, a longer one. */
static void
test_videodb_elsewhere(void)
{
	static const char *const OTHERS[] = { "http://localhost:%d/x",
		"http://127.0.0.1:%d0/x", "http://127.0.0.1:%d@evil.invalid/x",
		"http://[::ffff:127.0.0.1]:%d/x" };
	struct bench b;
	int before;

	for (size_t i = 0; i < COUNT(OTHERS); i++) {
		char url[128];

		bench_init(&b);
		says("200 OK", OK);
		before = asked();
		/* The formats are the table's. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(url, sizeof(url), OTHERS[i], server.port);
#pragma GCC diagnostic pop
		CHECK(videodb_poll(&b.v, slice_from(url), &b.r, &b.e) == -1);
		CHECK(asked() == before && !heard(KEY));
		videodb_reply_fini(&b.r);
	}
	/* A redirect to one: at most connected to. */
	bench_init(&b);
	{
		char head[128];

		(void)snprintf(head, sizeof(head),
		    "307 Elsewhere\r\nLocation: http://localhost:%d/x",
		    server.port);
		says(head, "");
	}
	before = asked();
	CHECK(videodb_get(&b.v, "collection", &b.r, &b.e) == -1);
	CHECK(b.e.code != ERR_NONE && asked() == before + 1);
	CHECK(heard("GET /collection ") && !heard("GET /x "));
	videodb_reply_fini(&b.r);
}

/* The operator named no other server: loopback is not asked. */
static void
test_videodb_private(void)
{
	char home[] = "https://api.videodb.io";
	struct bench b;
	char url[128];
	int before = asked();

	bench_init(&b);
	(void)snprintf(url, sizeof(url), "%s/async-response/1", b.url);
	b.conf.videodb_url = home;
	says("200 OK", OK);
	CHECK(videodb_poll(&b.v, slice_from(url), &b.r, &b.e) == -1);
	CHECK(b.e.code == ERR_UNPROCESSABLE && asked() == before);
	videodb_reply_fini(&b.r);
}

static void
test_videodb_cancelled(void)
{
	struct bench b;

	bench_init(&b);
	b.patience = 1;
	b.conf.videodb_timeout_ms = 60000;
	says(NULL, "");
	CHECK(videodb_get(&b.v, "collection", &b.r, &b.e) == -1);
	CHECK(b.e.code == ERR_STALE);
	videodb_reply_fini(&b.r);
}

static void
test_videodb_search(void)
{
	struct videodb_query query = { .collection_id = SLICE("c-1"),
		.text = SLICE("price"),
		.limit = 7 };
	struct videodb_shot shots[4];
	struct bench b;

	bench_init(&b);
	says("200 OK",
	    "{\"success\":true,\"data\":{\"results\":[{\"video_id\":\"m-1\","
	    "\"collection_id\":\"c-1\",\"docs\":[{\"start\":1,\"end\":2,"
	    "\"text\":\"the price\",\"score\":0.9}]}]}}");
	CHECK(videodb_search(&b.v, &query, &b.r, &b.e) == 0);
	CHECK(heard("POST /collection/c-1/search "));
	CHECK(heard("\"query\":\"price\"") && heard("\"result_threshold\":7"));
	CHECK(videodb_reply_shots(&b.r, shots, COUNT(shots)) == 1);
	CHECK_SLICE(shots[0].text, "the price");
	{
		struct videodb_reply stream;

		says("200 OK",
		    "{\"success\":true,\"data\":{\"stream_url\":"
		    "\"https://s.example/c.m3u8\"}}");
		CHECK(videodb_compile(&b.v, shots, 1, &stream, &b.e) == 0);
		CHECK(heard("POST /compile "));
		CHECK(heard("\"video_id\":\"m-1\"") && heard("\"shots\":[["));
		CHECK_SLICE(videodb_reply_url(&stream, "stream_url"),
		    "https://s.example/c.m3u8");
		videodb_reply_fini(&stream);
	}
	videodb_reply_fini(&b.r);
	query.video_id = SLICE("m-1");
	says("200 OK", "{\"success\":true,\"data\":{\"results\":[]}}");
	CHECK(videodb_search(&b.v, &query, &b.r, &b.e) == 0);
	CHECK(heard("POST /video/m-1/search "));
	videodb_reply_fini(&b.r);
	CHECK(videodb_index(&b.v, query.video_id, &b.r, &b.e) == 0);
	CHECK(heard("POST /video/m-1/index "));
	CHECK(heard("\"index_type\":\"spoken_word\""));
	videodb_reply_fini(&b.r);
}

int
main(void)
{
	static const struct check_case CASES[] = { CHECK_CASE(test_videodb_get),
		CHECK_CASE(test_videodb_post), CHECK_CASE(test_videodb_delete),
		CHECK_CASE(test_videodb_failures),
		CHECK_CASE(test_videodb_poll),
		CHECK_CASE(test_videodb_elsewhere),
		CHECK_CASE(test_videodb_private),
		CHECK_CASE(test_videodb_cancelled),
		CHECK_CASE(test_videodb_search), { NULL, NULL } };
	int rc;

	client = http_client_new("", "");
	start(&server);
	rc = check_main(CASES);
	http_client_free(client);
	stop(&server);
	return rc;
}
