#include "io/conf_engines.h"

#include <arpa/inet.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "proto/host_list.h"
#include "proto/http_url.h"
#include "proto/net_address.h"

/* A name of a function, or a project: longer ones are mistakes. */
#define NAME_BYTES 64

static int
bad(struct err *e, const char *name, const char *why)
{
	return err_field(e, ERR_BAD_REQUEST, name, "%s %s", name, why);
}

static int
check_hosts(const struct conf *c, struct err *e)
{
	struct slice entry;

	if (host_list_check(slice_from(c->private_hosts), &entry))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "DIRECTOR_PRIVATE_HOSTS",
	    "DIRECTOR_PRIVATE_HOSTS must be like llm.internal:8000,10.1.2.3, "
	    "without https:// and stars, not \"%.*s\"",
	    SLICE_ARG(slice_sub(entry, 0, 80)));
}

/* It may have a password, so it is not repeated. */
static int
check_proxy(const struct conf *c, struct err *e)
{
	struct http_url url;

	if (*c->proxy == '\0' || http_url_parse(slice_from(c->proxy), &url))
		return 0;
	return bad(
	    e, "DIRECTOR_PROXY", "must be like http://proxy.example:3128");
}

/* It stands in a header. */
static int
check_key(const char *name, const char *key, struct err *e)
{
	for (const char *p = key; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return bad(e, name,
			    "has a space or another character that no key has");
	return 0;
}

/* ---- addresses ------------------------------------------------------------ */

static int
port_of(const struct http_url *url, struct slice text)
{
	const char *behind = url->host.p + url->host.n;
	struct slice rest = { behind, (size_t)(text.p + text.n - behind) };
	int64_t port;

	rest = slice_sub(rest, 0, slice_chr(rest, '/'));
	if (slice_starts(rest, SLICE(":")) &&
	    num_parse(slice_from_at(rest, 1), 1, 65535, &port))
		return (int)port;
	return slice_eq_nocase(url->scheme, SLICE("https")) ? 443 : 80;
}

static bool
is_private(struct slice host)
{
	unsigned char address[16];
	char text[64];

	if (host.n > 1 && host.p[0] == '[')
		host = slice_sub(host, 1, host.n - 2);
	(void)snprintf(text, sizeof(text), "%.*s", SLICE_ARG(host));
	if (inet_pton(AF_INET, text, address) == 1)
		return !net_address_public(address, 4);
	if (inet_pton(AF_INET6, text, address) == 1)
		return !net_address_public(address, 16);
	return slice_eq_nocase(host, SLICE("localhost"));
}

struct base {
	const char *name, *value;
	const char *key; /* what would be sent there */
};

/* A path is added to it. */
static bool
is_base(struct slice text, struct http_url *url)
{
	static const char NOT[] = "?#@";

	for (size_t i = 0; i < sizeof(NOT) - 1; i++)
		if (slice_chr(text, NOT[i]) != text.n)
			return false;
	return http_url_parse(text, url) && !slice_ends(text, SLICE("/"));
}

static int
check_base(const struct conf *c, const struct base *b, struct err *e)
{
	struct slice text = slice_from(b->value);
	struct http_url url;
	bool listed;

	if (!is_base(text, &url))
		return bad(e, b->name,
		    "must be like https://api.example/v1, without a slash at "
		    "its end");
	listed = host_list_has(
	    slice_from(c->private_hosts), url.host, port_of(&url, text));
	if (!listed && is_private(url.host))
		return bad(e, b->name,
		    "is not on the public internet: if it is to be asked, add "
		    "its host to DIRECTOR_PRIVATE_HOSTS");
	if (!listed && *b->key != '\0' &&
	    !slice_eq_nocase(url.scheme, SLICE("https")))
		return bad(e, b->name,
		    "would get the key unencrypted: use https, or add its host "
		    "to DIRECTOR_PRIVATE_HOSTS");
	return 0;
}

/* ---- OpenAI --------------------------------------------------------------- */

static int
check_openai(const struct conf *c, struct err *e)
{
	const struct {
		const char *name, *model;
	} MODELS[] = {
		{ "OPENAI_CHAT_MODEL", c->openai_chat_model },
		{ "OPENAI_EMBEDDING_MODEL", c->openai_embedding_model },
		{ "OPENAI_TRANSCRIPTION_MODEL", c->openai_transcription_model },
	};
	const struct base base = { "OPENAI_API_BASE", c->openai_base,
		c->openai_key };

	for (size_t i = 0; i < COUNT(MODELS); i++)
		for (const char *p = MODELS[i].model; *p != '\0'; p++)
			if (*p < ' ' || *p > '~')
				return bad(e, MODELS[i].name,
				    "has a character that no model's name has");
	if (check_key("OPENAI_API_KEY", c->openai_key, e) != 0)
		return -1;
	return check_base(c, &base, e);
}

/* ---- Supabase ------------------------------------------------------------- */

static bool
is_name(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' &&
		    text[i] != '_')
			return false;
	return n > 0 && n <= NAME_BYTES;
}

static int
check_names(const struct conf *c, struct err *e)
{
	const struct {
		const char *name, *value;
	} NAMES[] = {
		{ "DIRECTOR_EDGE_TRANSCRIBE", c->edge_transcribe },
		{ "DIRECTOR_EDGE_EMBED", c->edge_embed },
		{ "DIRECTOR_EDGE_ANALYZE", c->edge_analyze },
		{ "DIRECTOR_EDGE_STRUCTURED", c->edge_structured },
		{ "DIRECTOR_EDGE_VOICE", c->edge_voice },
		{ "DIRECTOR_EDGE_TRAINING", c->edge_training },
	};

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (!is_name(NAMES[i].value))
			return bad(e, NAMES[i].name,
			    "must be the name of a function: letters, digits, "
			    "hyphens and underscores");
	return 0;
}

static int
check_supabase(const struct conf *c, struct err *e)
{
	const struct base base = { "SUPABASE_FUNCTIONS_BASE", c->supabase_base,
		c->supabase_key };
	bool ref = *c->supabase_ref != '\0', has_base = *base.value != '\0';

	if (ref && !is_name(c->supabase_ref))
		return bad(e, "SUPABASE_PROJECT_REF",
		    "is the project's name alone, such as abcdefghijklmnop");
	if ((ref || has_base) && *base.key == '\0')
		return bad(e, ref ? "SUPABASE_PROJECT_REF" : base.name,
		    "needs SUPABASE_ANON_KEY");
	if (*base.key != '\0' && !ref && !has_base)
		return bad(e, "SUPABASE_ANON_KEY",
		    "needs SUPABASE_PROJECT_REF, which says whose it is");
	if (check_key("SUPABASE_ANON_KEY", base.key, e) != 0 ||
	    (has_base && check_base(c, &base, e) != 0))
		return -1;
	return check_names(c, e);
}

int
conf_engines_check(const struct conf *c, struct err *e)
{
	if (check_hosts(c, e) != 0 || check_proxy(c, e) != 0 ||
	    check_openai(c, e) != 0)
		return -1;
	return check_supabase(c, e);
}
