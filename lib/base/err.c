#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

static const struct {
	int status;
	const char *name;
	const char *title;
} TABLE[ERR__MAX] = {
	[ERR_NONE] = { 200, "none", "OK" },
	[ERR_BAD_REQUEST] = { 400, "bad-request", "Bad request" },
	[ERR_UNAUTHORIZED] = { 401, "unauthorized", "Unauthorized" },
	[ERR_FORBIDDEN] = { 403, "forbidden", "Forbidden" },
	[ERR_NOT_FOUND] = { 404, "not-found", "Not found" },
	[ERR_METHOD] = { 405, "method-not-allowed", "Method not allowed" },
	[ERR_NOT_ACCEPTABLE] = { 406, "not-acceptable", "Not acceptable" },
	[ERR_CONFLICT] = { 409, "conflict", "Conflict" },
	[ERR_PRECONDITION] = { 412, "precondition", "Precondition failed" },
	[ERR_TOO_LARGE] = { 413, "too-large", "Body too large" },
	[ERR_MEDIA_TYPE] = { 415, "media-type", "Unsupported media type" },
	[ERR_RANGE] = { 416, "range", "Range not satisfiable" },
	[ERR_UNPROCESSABLE] = { 422, "unprocessable", "Unprocessable content" },
	[ERR_UNAVAILABLE] = { 503, "unavailable", "Service unavailable" },
	[ERR_TIMEOUT] = { 504, "timeout", "Timed out" },
	[ERR_STALE] = { 500, "stale", "Overtaken" },
	[ERR_INTERNAL] = { 500, "internal", "Internal error" },
};

static void
fill(struct err *e, enum err_code code, const char *format, va_list ap)
{
	e->code = code;
	e->word = e->details = e->hint = NULL;
	e->field[0] = '\0';
	(void)vsnprintf(e->msg, sizeof(e->msg), format, ap);
}

int
err_set(struct err *e, enum err_code code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fill(e, code, format, ap);
	va_end(ap);
	return -1;
}

int
err_field(struct err *e, enum err_code code, const char *field,
    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fill(e, code, format, ap);
	va_end(ap);
	(void)snprintf(e->field, sizeof(e->field), "%.*s",
	    SLICE_ARG(utf8_prefix(slice_from(field), sizeof(e->field) - 1)));
	return -1;
}

int
err_more(struct err *e, const char *word, const char *details, const char *hint)
{
	e->word = word;
	e->details = details;
	e->hint = hint;
	return -1;
}

const char *
err_word(const struct err *e)
{
	return e->word != NULL ? e->word : err_name(e->code);
}

int
err_status(enum err_code code)
{
	return TABLE[code].status;
}

const char *
err_name(enum err_code code)
{
	return TABLE[code].name;
}

const char *
err_title(enum err_code code)
{
	return TABLE[code].title;
}
