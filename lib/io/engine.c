#include "io/engine.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "io/http_client.h"
#include "proto/api_error.h"
#include "text/harmless.h"

/* Of what a server says, for a sentence of 255 bytes. */
#define QUOTE_MAX 110
/* So much of a key shows which one it is. */
#define SECRET_PART 8

bool
engine_good(const struct http_client_reply *reply)
{
	return reply->status >= 200 && reply->status < 300;
}

/* ---- what it says --------------------------------------------------------- */

/* Some servers repeat the key that was wrong, or its end. */
static bool
repeats(struct slice said, const char *secret)
{
	struct slice key = slice_from(secret);
	size_t n = key.n < SECRET_PART ? key.n : SECRET_PART;

	return n > 0 &&
	    (slice_find(said, slice_sub(key, 0, n)) >= 0 ||
		slice_find(said, slice_from_at(key, key.n - n)) >= 0);
}

/* Harmless, and short; nothing where it could repeat the key. */
static void
add_quote(struct buf *b, struct slice said, const char *secret)
{
	struct buf plain = BUF_INIT;

	if (repeats(said, secret))
		return;
	harmless_name(utf8_prefix(said, (size_t)2 * QUOTE_MAX), &plain);
	if (plain.n > 0) {
		buf_adds(b, ": ");
		buf_add_slice(b, utf8_prefix(buf_slice(&plain), QUOTE_MAX));
	}
	buf_fini(&plain);
}

/* ---- failures by status --------------------------------------------------- */

enum follow_up {
	QUOTE,     /* what the server said */
	LOOK_KEY,  /* the operator has to look at the key */
	LOOK_WHAT, /* … at where and what is asked */
};

static const struct {
	int first, last;
	enum err_code code;
	enum follow_up then;
	const char *sentence; /* behind whose it is */
} STATUS[] = {
	{ 300, 399, ERR_UNPROCESSABLE, LOOK_WHAT, "is elsewhere" },
	{ 401, 401, ERR_UNPROCESSABLE, LOOK_KEY, "does not accept the key" },
	{ 402, 402, ERR_UNPROCESSABLE, LOOK_KEY, "has no credit for this key" },
	{ 403, 403, ERR_UNPROCESSABLE, LOOK_KEY,
	    "does not allow this to the key" },
	{ 404, 405, ERR_UNPROCESSABLE, LOOK_WHAT,
	    "does not know what was asked for" },
	{ 408, 408, ERR_UNAVAILABLE, QUOTE, "took too long" },
	{ 413, 413, ERR_TOO_LARGE, QUOTE, "takes nothing that large" },
	{ 425, 425, ERR_UNAVAILABLE, QUOTE, "is not ready yet" },
	{ 429, 429, ERR_UNAVAILABLE, QUOTE, "has too much to do for this key" },
	{ 400, 499, ERR_UNPROCESSABLE, QUOTE, "refused what was asked" },
	{ 504, 504, ERR_UNAVAILABLE, QUOTE, "took too long" },
	/* Supabase: a function that used up its memory or time. */
	{ 546, 546, ERR_UNAVAILABLE, QUOTE, "ran out of memory or time" },
	{ 500, 999, ERR_UNAVAILABLE, QUOTE, "failed" },
	/* What is no status at all. */
	{ 0, 999, ERR_UNAVAILABLE, QUOTE, "gave no answer" },
};

static size_t
row_of(int status)
{
	size_t i = 0;

	while (i + 1 < COUNT(STATUS) &&
	    (status < STATUS[i].first || status > STATUS[i].last))
		i++;
	return i;
}

static int
by_status(const struct engine_names *names, int status, struct slice said,
    struct err *e)
{
	size_t row = row_of(status);
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s %s (%d)", names->server, STATUS[row].sentence, status);
	if (STATUS[row].then == QUOTE)
		add_quote(&b, said, names->secret);
	else
		buf_addf(&b, ": the operator must look at %s",
		    STATUS[row].then == LOOK_KEY ? names->key : names->what);
	(void)err_set(e, STATUS[row].code, "%s.", buf_cstr(&b));
	if (status == 404 || status == 405)
		(void)err_more(e, ENGINE_LACKS, NULL, NULL);
	buf_fini(&b);
	return -1;
}

static int
no_credit(const struct engine_names *names, struct err *e)
{
	return err_set(e, ERR_UNPROCESSABLE,
	    "%s has no credit left for this key: the operator must look at %s.",
	    names->server, names->key);
}

static int
too_long(struct err *e)
{
	return err_set(
	    e, ERR_TOO_LARGE, "The text is too long for this language model.");
}

int
engine_refused(struct engine *en, const struct engine_names *names,
    const struct http_client_reply *reply, struct slice said, struct err *e)
{
	int64_t after = reply->retry_after_s;
	struct api_error error;

	api_error_read(said, &error);
	if (api_error_no_credit(&error))
		(void)no_credit(names, e);
	else if (reply->status < 500 && api_error_too_long(&error))
		(void)too_long(e);
	else
		(void)by_status(
		    names, reply->status, buf_slice(&error.message), e);
	api_error_fini(&error);
	if (e->code == ERR_UNAVAILABLE && after > 0)
		en->retry_after_ms = 1000 * after;
	return -1;
}

int
engine_failed(const struct engine_names *names, enum err_code code,
    struct slice said, struct err *e)
{
	struct api_error error;
	struct buf b = BUF_INIT;

	api_error_read(said, &error);
	if (api_error_no_credit(&error)) {
		(void)no_credit(names, e);
	} else if (api_error_too_long(&error)) {
		(void)too_long(e);
	} else {
		buf_addf(&b, "%s failed", names->server);
		add_quote(&b, buf_slice(&error.message), names->secret);
		(void)err_set(e, code, "%s.", buf_cstr(&b));
	}
	buf_fini(&b);
	api_error_fini(&error);
	return -1;
}

/* ---- asking --------------------------------------------------------------- */

/* Of the client's failures: who could not be asked. */
static int
name_it(const struct engine_names *names, struct err *e)
{
	struct err why = *e;

	if (why.code == ERR_STALE)
		return -1;
	if (why.code == ERR_FORBIDDEN)
		return err_set(e, ERR_UNPROCESSABLE,
		    "%s must not be asked: the operator must look at %s and "
		    "DIRECTOR_PRIVATE_HOSTS. %s",
		    names->server, names->what, why.msg);
	if (why.code == ERR_TOO_LARGE)
		return err_set(e, ERR_TOO_LARGE,
		    "%s answered with more than is taken.", names->server);
	return err_set(
	    e, why.code, "%s gave no whole answer. %s", names->server, why.msg);
}

int
engine_run(struct engine *en, const struct engine_names *names,
    const struct http_client_request *request, struct http_client_reply *reply,
    struct err *e)
{
	en->retry_after_ms = 0;
	if (http_client_run(en->http, request, reply, e) == 0)
		return 0;
	return name_it(names, e);
}
