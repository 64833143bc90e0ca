#include "proto/http_param.h"

#include <string.h>

static bool
is_token_byte(char c)
{
	return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?={}", c) == NULL;
}

static size_t
token_length(struct slice s)
{
	size_t n = 0;

	while (n < s.n && is_token_byte(s.p[n]))
		n++;
	return n;
}

bool
http_param_token(struct slice s)
{
	return s.n != 0 && token_length(s) == s.n;
}

static struct slice
take(struct slice *rest, size_t n)
{
	struct slice taken = slice_sub(*rest, 0, n);

	*rest = slice_from_at(*rest, n);
	return taken;
}

static void
skip_space(struct slice *rest)
{
	while (rest->n != 0 && (*rest->p == ' ' || *rest->p == '\t'))
		*rest = slice_from_at(*rest, 1);
}

/* Behind the opening quote; false when there is no other. */
static bool
take_quoted(struct slice *rest, struct slice *value)
{
	for (size_t i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		if (c == '"') {
			*value = take(rest, i);
			(void)take(rest, 1);
			return true;
		}
		if ((c < ' ' && c != '\t') && (unsigned char)c < 0x80)
			return false;
		if (c == '\\')
			i++;
	}
	return false;
}

static bool
take_value(struct slice *rest, struct slice *value)
{
	if (rest->n != 0 && *rest->p == '"') {
		(void)take(rest, 1);
		return take_quoted(rest, value);
	}
	*value = take(rest, token_length(*rest));
	return value->n != 0;
}

enum http_param_found
http_param_next(struct slice *rest, struct slice *name, struct slice *value)
{
	bool divided = false;

	/* Empty ones are allowed: "a;; b=c;". */
	for (skip_space(rest); rest->n != 0 && *rest->p == ';';
	     skip_space(rest)) {
		(void)take(rest, 1);
		divided = true;
	}
	if (rest->n == 0)
		return HTTP_PARAM_NONE;
	*name = take(rest, token_length(*rest));
	if (!divided || name->n == 0 || rest->n == 0 || *rest->p != '=')
		return HTTP_PARAM_MALFORMED;
	(void)take(rest, 1);
	return take_value(rest, value) ? HTTP_PARAM_ONE : HTTP_PARAM_MALFORMED;
}

struct slice
http_param_unquote(struct slice value, char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\' && i + 1 < value.n &&
		    (value.p[i + 1] == '"' || value.p[i + 1] == '\\'))
			i++;
		to[n++] = value.p[i];
	}
	return (struct slice){ to, n };
}
