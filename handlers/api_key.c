#include "handlers/api_key.h"

#include "io/hash.h"
#include "proto/jval.h"

/* Where a person finds it. */
#define HINT "The key is the server's DIRECTOR_API_KEY."

static bool
is_key(const struct ctx *c, struct slice shown)
{
	return shown.p != NULL &&
	    hash_same(shown, slice_from(c->conf->api_key));
}

static bool
needs_none(const struct ctx *c)
{
	return *c->conf->api_key == '\0' ||
	    is_key(c, http_bearer(c->req->authorization));
}

int
api_key_request(struct ctx *c, struct err *e)
{
	if (needs_none(c))
		return 0;
	(void)err_set(e, ERR_UNAUTHORIZED,
	    c->req->authorization.n == 0
		? "This server asks for a key: send Authorization: Bearer KEY."
		: "This is not the key of this server.");
	return err_more(e, NULL, NULL, HINT);
}

int
api_key_connect(struct socket_call *call, struct err *e)
{
	struct slice token = jval_str(socket_arg(call, 0), "token");

	if (needs_none(call->c) || is_key(call->c, token))
		return 0;
	call->refusal = json_object_new_object();
	jval_put_str(
	    call->refusal, "code", slice_from(err_name(ERR_UNAUTHORIZED)));
	jval_put_int(call->refusal, "status", err_status(ERR_UNAUTHORIZED));
	return err_set(e, ERR_UNAUTHORIZED,
	    token.p == NULL
		? "This server asks for a key: connect with auth {token: KEY}."
		: "This is not the key of this server.");
}
