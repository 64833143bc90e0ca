#include "proto/http_url.h"

#include "proto/http.h"

static bool
is_plain(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '\\')
			return false;
	return text.n > 0 && text.n <= HTTP_URL_MAX;
}

/* Up to the first of the characters. */
static struct slice
cut_at(struct slice text, const char *ends)
{
	for (; *ends != '\0'; ends++)
		text.n = slice_chr(text, *ends);
	return text;
}

bool
http_url_parse(struct slice text, struct http_url *url)
{
	struct slice rest, authority, port;
	long at = slice_find(text, SLICE("://"));

	if (!is_plain(text) || at < 0)
		return false;
	url->scheme = slice_sub(text, 0, (size_t)at);
	if (!slice_eq_nocase(url->scheme, SLICE("http")) &&
	    !slice_eq_nocase(url->scheme, SLICE("https")))
		return false;
	rest = slice_from_at(text, (size_t)at + 3);
	authority = cut_at(rest, "/?#");
	url->path = cut_at(slice_from_at(rest, authority.n), "?#");
	/* Who asks; what follows the last one is whom. */
	for (size_t i = authority.n; i > 0; i--)
		if (authority.p[i - 1] == '@') {
			authority = slice_from_at(authority, i);
			break;
		}
	return http_host_split(authority, &url->host, &port) && url->host.n > 0;
}
