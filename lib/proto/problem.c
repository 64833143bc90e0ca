#include "proto/problem.h"

#include <json-c/json.h>

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "proto/jval.h"

/* Seconds: a circuit breaker's prober is quicker than that. */
#define PROBLEM_RETRY_AFTER_S 1

/* `text` with every byte that is not UTF-8, and every NUL, as U+FFFD. */
static void
scrub(struct buf *out, struct slice text)
{
	while (text.n != 0) {
		uint32_t code;
		size_t n = utf8_next(text, &code);

		if (n == 0 || code == 0)
			buf_adds(out, "\xEF\xBF\xBD");
		else
			buf_add(out, text.p, n);
		text = slice_from_at(text, n == 0 ? 1 : n);
	}
}

static void
put_text(struct json_object *object, const char *key, struct slice text)
{
	struct buf clean = BUF_INIT;

	scrub(&clean, text);
	jval_put_str(object, key, buf_slice(&clean));
	buf_fini(&clean);
}

/* Members that are always there, as PostgREST's clients declare them. */
static void
put_literal(struct json_object *object, const char *key, const char *text)
{
	(void)json_object_object_add(
	    object, key, text ? json_object_new_string(text) : NULL);
}

static void
put_type(struct json_object *object, enum err_code code)
{
	struct buf type = BUF_INIT;

	buf_addf(&type, "/problems/%s", err_name(code));
	jval_put_str(object, "type", buf_slice(&type));
	buf_fini(&type);
}

void
problem_write(
    struct http_response *response, const struct err *e, struct slice instance)
{
	struct json_object *object = json_object_new_object();
	struct slice detail = slice_from(e->msg);

	if (detail.n == 0)
		detail = slice_from(err_title(e->code));
	put_type(object, e->code);
	put_text(object, "title", slice_from(err_title(e->code)));
	jval_put_int(object, "status", err_status(e->code));
	put_text(object, "detail", detail);
	put_text(object, "message", detail);
	put_literal(object, "code", err_word(e));
	put_literal(object, "details", e->details);
	put_literal(object, "hint", e->hint);
	if (e->field[0] != '\0')
		put_text(object, "field", slice_from(e->field));
	if (instance.n != 0)
		put_text(object, "instance", instance);

	response->status = err_status(e->code);
	http_header(response, "Content-Type", "application/problem+json");
	http_header(response, "Cache-Control", "no-store");
	if (e->code == ERR_UNAUTHORIZED)
		http_header(response, "WWW-Authenticate", "Bearer");
	if (e->code == ERR_UNAVAILABLE)
		http_header(
		    response, "Retry-After", "%d", PROBLEM_RETRY_AFTER_S);
	buf_clear(&response->body);
	jval_print(&response->body, object);
	json_object_put(object);
}
