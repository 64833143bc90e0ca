#include "io/edge.h"

#include <string.h>

#include "base/buf.h"
#include "io/conf.h"
#include "io/http_client.h"
#include "proto/jval.h"

#define CONNECT_MS 10000
/* A transcript of many hours, or a few hundred embeddings. */
#define ANSWER_MAX 8000000

bool
edge_configured(const struct conf *conf)
{
	return *conf->supabase_key != '\0';
}

static void
add_url(struct buf *b, const struct conf *conf, const char *name)
{
	if (*conf->supabase_base != '\0')
		buf_adds(b, conf->supabase_base);
	else
		buf_addf(b, "https://%s.supabase.co/functions/v1",
		    conf->supabase_ref);
	buf_addf(b, "/%s", name);
}

/* ---- the answer ----------------------------------------------------------- */

static int
take_answer(const struct engine_names *names, struct slice body,
    struct edge_reply *answer, struct err *e)
{
	switch (edge_reply_read(body, answer)) {
	case EDGE_REPLY_SUCCESS:
		return 0;
	case EDGE_REPLY_ERROR:
		return engine_failed(names,
		    answer->retryable ? ERR_UNAVAILABLE : ERR_UNPROCESSABLE,
		    body, e);
	case EDGE_REPLY_JSON:
		return err_set(e, ERR_UNAVAILABLE,
		    "%s gave an answer that is no JSON.", names->server);
	case EDGE_REPLY_FORM:
	case EDGE_REPLY__MAX:
		break;
	}
	return err_set(e, ERR_UNPROCESSABLE,
	    "%s gave an answer without a result: the operator must look at %s.",
	    names->server, names->what);
}

/* ---- the call ------------------------------------------------------------- */

struct call {
	struct buf server, url, key, bearer, body, said;
};

static void
call_init(struct call *c, const struct conf *conf, const char *name,
    struct json_object *request)
{
	*c = (struct call){ .url = BUF_INIT };
	buf_addf(&c->server, "The Edge Function \"%s\"", name);
	add_url(&c->url, conf, name);
	buf_addf(&c->key, "apikey: %s", conf->supabase_key);
	buf_addf(&c->bearer, "Authorization: Bearer %s", conf->supabase_key);
	jval_print(&c->body, request);
}

static void
call_fini(struct call *c)
{
	explicit_bzero(c->key.p, c->key.cap);
	explicit_bzero(c->bearer.p, c->bearer.cap);
	buf_fini(&c->server);
	buf_fini(&c->url);
	buf_fini(&c->key);
	buf_fini(&c->bearer);
	buf_fini(&c->body);
	buf_fini(&c->said);
}

static int
ask(struct engine *en, struct call *c, struct edge_reply *answer, struct err *e)
{
	const struct engine_names names = {
		.server = buf_cstr(&c->server),
		.key = "SUPABASE_ANON_KEY",
		.what = "SUPABASE_PROJECT_REF and the function's name "
			"(DIRECTOR_EDGE_…)",
		.secret = en->conf->supabase_key,
	};
	const char *const headers[] = { "Content-Type: application/json",
		buf_cstr(&c->key), buf_cstr(&c->bearer), NULL };
	struct http_client_request request = {
		.url = buf_cstr(&c->url),
		.headers = headers,
		.body = buf_slice(&c->body),
		.max = ANSWER_MAX,
		.connect_ms = CONNECT_MS,
		.deadline_ms = en->conf->edge_timeout_ms,
		.into = &c->said,
		.cancelled = en->cancelled,
		.cookie = en->cookie,
	};
	struct http_client_reply reply;

	if (engine_run(en, &names, &request, &reply, e) != 0)
		return -1;
	if (!engine_good(&reply))
		return engine_refused(
		    en, &names, &reply, buf_slice(&c->said), e);
	return take_answer(&names, buf_slice(&c->said), answer, e);
}

int
edge_call(struct engine *en, const char *name, struct json_object *request,
    struct edge_reply *answer, struct err *e)
{
	struct call c;
	int rc;

	*answer = (struct edge_reply){ .result = NULL };
	call_init(&c, en->conf, name, request);
	rc = ask(en, &c, answer, e);
	call_fini(&c);
	return rc;
}
