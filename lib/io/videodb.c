#include "io/videodb.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "io/clock.h"
#include "proto/jval.h"

#define CONNECT_MS 10000
#define SILENCE_S  20
/* Five thousand videos are 3 MB, the words of five hours 4 MB. */
#define REPLY_MAX ((int64_t)16 * 1000 * 1000)
/* For its turn a call waits this long in its thread, then it comes back. */
#define TURN_MS 60000
#define LOOK_MS 200
/* What is worth a clip: as VideoDB's own client has it. */
#define SCORE_MIN 0.2

struct call {
	struct videodb *v;
	struct limit_slot slot;
	struct buf body;
};

bool
videodb_configured(const struct conf *conf)
{
	return *conf->videodb_key != '\0';
}

/* ---- one call ------------------------------------------------------------- */

static bool
is_cancelled(void *cookie)
{
	struct call *call = cookie;
	struct videodb *v = call->v;

	if (v->limits != NULL)
		limit_keep(v->limits, &call->slot);
	return v->cancelled != NULL && v->cancelled(v->cookie);
}

static int
on_piece(void *cookie, const struct http_client_reply *reply,
    struct slice piece, struct err *e)
{
	struct call *call = cookie;

	(void)reply;
	(void)e;
	buf_add_slice(&call->body, piece);
	return 0;
}

/* In the thread: a call is a part of a job, which would begin again. */
static int
enter(struct call *call, struct err *e)
{
	struct videodb *v = call->v;
	int64_t wait_ms, until = clock_mono_ms() + TURN_MS;

	if (v->limits == NULL)
		return 0;
	for (;;) {
		if (limit_enter(v->limits, LIMIT_VIDEODB, &call->slot, &wait_ms,
			e) != 0)
			return -1;
		if (wait_ms == 0)
			return 0;
		if (v->cancelled != NULL && v->cancelled(v->cookie))
			return err_set(e, ERR_STALE, "Cancelled.");
		if (clock_mono_ms() + wait_ms > until) {
			v->retry_after_ms = wait_ms;
			v->waits = true;
			return err_set(e, ERR_UNAVAILABLE,
			    "VideoDB is asked as often as it may be.");
		}
		clock_sleep_ms(wait_ms < LOOK_MS ? wait_ms : LOOK_MS);
	}
}

static int
explain_call(struct err *e)
{
	char why[sizeof(e->msg)];

	if (e->code == ERR_STALE)
		return -1;
	(void)snprintf(why, sizeof(why), "%s", e->msg);
	if (e->code == ERR_UNAVAILABLE)
		return err_set(e, ERR_UNAVAILABLE,
		    "VideoDB did not answer as it should: %.200s", why);
	return err_set(e, ERR_UNPROCESSABLE,
	    "VideoDB cannot be asked (VIDEO_DB_BASE_URL): %.180s", why);
}

/* ---- what the status says ------------------------------------------------- */

static bool
may_pass(int status)
{
	return status == 408 || status == 425 || status == 429 || status >= 500;
}

static int
refused(enum err_code code, const char *what, const struct videodb_reply *r,
    struct err *e)
{
	if (*r->message == '\0')
		return err_set(e, code, "%s.", what);
	return err_set(e, code, "%s: %s%s", what, r->message,
	    strchr(".!?", r->message[strlen(r->message) - 1]) ? "" : ".");
}

static int
explain_status(struct videodb *v, const struct http_client_reply *reply,
    const struct videodb_reply *r, struct err *e)
{
	if (reply->status == 401 || reply->status == 403) {
		(void)err_set(e, ERR_UNPROCESSABLE,
		    "VideoDB does not accept the key: look at "
		    "VIDEO_DB_API_KEY.");
		return err_more(e, "videodb-key", NULL,
		    "Set VIDEO_DB_API_KEY to a key of your VideoDB account.");
	}
	if (reply->status == 402)
		return refused(ERR_UNPROCESSABLE,
		    "VideoDB wants to be paid for this", r, e);
	if (reply->status == 404)
		return refused(
		    ERR_NOT_FOUND, "VideoDB does not have this", r, e);
	if (!may_pass(reply->status))
		return refused(ERR_UNPROCESSABLE, "VideoDB refused this", r, e);
	v->retry_after_ms = reply->retry_after_s * 1000;
	if (v->limits != NULL && v->retry_after_ms > 0)
		limit_pause(v->limits, LIMIT_VIDEODB, v->retry_after_ms);
	return err_set(e, ERR_UNAVAILABLE,
	    "VideoDB is busy or broken (status %d).", reply->status);
}

static int
read_reply(struct call *call, const struct http_client_reply *reply,
    struct videodb_reply *r, struct err *e)
{
	videodb_reply_read(buf_slice(&call->body), r);
	/* Who quotes the key is not quoted. */
	if (strstr(r->message, call->v->conf->videodb_key) != NULL)
		r->message[0] = '\0';
	if (reply->status < 200 || reply->status > 299)
		return explain_status(call->v, reply, r, e);
	if (r->kind == VIDEODB_REFUSED)
		return refused(ERR_UNPROCESSABLE, "VideoDB refused this", r, e);
	if (r->kind == VIDEODB_UNREADABLE)
		return err_set(e, ERR_UNAVAILABLE,
		    "What VideoDB answered cannot be read.");
	return 0;
}

/* What is asked. `ours`: of the API itself, which may see the key. */
struct ask {
	const char *url;
	const char *method;
	struct slice body;
	bool ours;
};

static int
ask(struct call *call, const struct ask *what, const char *const *headers,
    struct videodb_reply *r, struct err *e)
{
	struct videodb *v = call->v;
	const struct http_client_request request = {
		.url = what->url,
		.headers = headers,
		.body = what->body,
		.method = what->method,
		.one_origin = true,
		.max = REPLY_MAX,
		.connect_ms = CONNECT_MS,
		.silence_s = SILENCE_S,
		.deadline_ms = v->conf->videodb_timeout_ms,
		/* Elsewhere than on the internet only where the operator said. */
		.private = what->ours && conf_videodb_elsewhere(v->conf),
		.piece = on_piece,
		.cancelled = is_cancelled,
		.cookie = call,
	};
	struct http_client_reply reply;
	int rc;

	if (enter(call, e) != 0)
		return -1;
	rc = http_client_run(v->client, &request, &reply, e);
	if (v->limits != NULL)
		limit_leave(v->limits, &call->slot);
	return rc == 0 ? read_reply(call, &reply, r, e) : explain_call(e);
}

static int
run(struct videodb *v, const struct ask *what, struct videodb_reply *r,
    struct err *e)
{
	struct call call = { .v = v, .body = BUF_INIT };
	struct buf key = BUF_INIT;
	const char *headers[3];
	int rc;

	*r = (struct videodb_reply){ .kind = VIDEODB_UNREADABLE };
	v->retry_after_ms = 0;
	buf_addf(&key, "x-access-token: %s", v->conf->videodb_key);
	headers[0] = "Content-Type: application/json";
	headers[1] = what->ours ? buf_cstr(&key) : NULL;
	headers[2] = NULL;
	rc = ask(&call, what, headers, r, e);
	explicit_bzero(key.p, key.cap);
	buf_fini(&key);
	buf_fini(&call.body);
	return rc;
}

static int
run_path(struct videodb *v, const char *path, struct ask *what,
    struct videodb_reply *r, struct err *e)
{
	struct buf url = BUF_INIT;
	int rc;

	buf_addf(&url, "%s/%s", v->conf->videodb_url, path);
	what->url = buf_cstr(&url);
	what->ours = true;
	rc = run(v, what, r, e);
	what->url = NULL;
	buf_fini(&url);
	return rc;
}

/* ---- the calls ------------------------------------------------------------ */

int
videodb_get(
    struct videodb *v, const char *path, struct videodb_reply *r, struct err *e)
{
	struct ask what = { .url = NULL };

	return run_path(v, path, &what, r, e);
}

int
videodb_post(struct videodb *v, const char *path, struct json_object *body,
    struct videodb_reply *r, struct err *e)
{
	struct buf json = BUF_INIT;
	struct ask what;
	int rc;

	jval_print(&json, body);
	what = (struct ask){ .body = buf_slice(&json) };
	rc = run_path(v, path, &what, r, e);
	buf_fini(&json);
	return rc;
}

int
videodb_delete(struct videodb *v, const char *path, struct err *e)
{
	struct ask what = { .method = "DELETE" };
	struct videodb_reply r;
	int rc = run_path(v, path, &what, &r, e);

	videodb_reply_fini(&r);
	if (rc == -1 && e->code == ERR_NOT_FOUND) {
		*e = ERR_INIT;
		return 0;
	}
	return rc;
}

/* Is the address one of the API's? What follows its name must not lengthen it. */
static bool
is_ours(const struct videodb *v, struct slice url)
{
	struct slice base = slice_from(v->conf->videodb_url);

	return slice_starts(url, base) && url.n > base.n &&
	    url.p[base.n] == '/';
}

int
videodb_poll(struct videodb *v, struct slice output_url,
    struct videodb_reply *r, struct err *e)
{
	struct buf url = BUF_INIT;
	struct ask what;
	int rc;

	buf_add_slice(&url, output_url);
	what = (struct ask){ .url = buf_cstr(&url),
		.ours = is_ours(v, output_url) };
	rc = run(v, &what, r, e);
	buf_fini(&url);
	return rc;
}

/* ---- words ---------------------------------------------------------------- */

int
videodb_search(struct videodb *v, const struct videodb_query *query,
    struct videodb_reply *r, struct err *e)
{
	bool one = query->video_id.n > 0;
	struct slice id = one ? query->video_id : query->collection_id;
	struct json_object *body = json_object_new_object();
	struct buf path = BUF_INIT;
	int rc;

	jval_put_str(body, "query", query->text);
	jval_put_str(body, "search_type", SLICE("semantic"));
	jval_put_str(body, "index_type", SLICE("spoken_word"));
	jval_put_int(body, "result_threshold", query->limit);
	(void)json_object_object_add(
	    body, "score_threshold", json_object_new_double(SCORE_MIN));
	buf_addf(&path, "%s/%.*s/search", one ? "video" : "collection",
	    SLICE_ARG(id));
	rc = videodb_post(v, buf_cstr(&path), body, r, e);
	buf_fini(&path);
	(void)json_object_put(body);
	return rc;
}

int
videodb_index(struct videodb *v, struct slice video_id, struct videodb_reply *r,
    struct err *e)
{
	struct json_object *body = json_object_new_object();
	struct buf path = BUF_INIT;
	int rc;

	jval_put_str(body, "index_type", SLICE("spoken_word"));
	jval_put_str(body, "segmentation_type", SLICE("sentence"));
	(void)json_object_object_add(body, "force", json_object_new_boolean(0));
	buf_addf(&path, "video/%.*s/index", SLICE_ARG(video_id));
	rc = videodb_post(v, buf_cstr(&path), body, r, e);
	buf_fini(&path);
	(void)json_object_put(body);
	return rc;
}

static struct json_object *
moment_json(const struct videodb_shot *shot)
{
	struct json_object *o = json_object_new_object();
	struct json_object *times = json_object_new_array();
	struct json_object *shots = json_object_new_array();

	(void)json_object_array_add(
	    times, json_object_new_double(shot->start_s));
	(void)json_object_array_add(times, json_object_new_double(shot->end_s));
	(void)json_object_array_add(shots, times);
	jval_put_str(o, "video_id", shot->video_id);
	jval_put_str(o, "collection_id", shot->collection_id);
	(void)json_object_object_add(o, "shots", shots);
	return o;
}

int
videodb_compile(struct videodb *v, const struct videodb_shot *shots, size_t n,
    struct videodb_reply *r, struct err *e)
{
	struct json_object *body = json_object_new_array();
	int rc;

	for (size_t i = 0; i < n; i++)
		(void)json_object_array_add(body, moment_json(&shots[i]));
	rc = videodb_post(v, "compile", body, r, e);
	(void)json_object_put(body);
	return rc;
}
