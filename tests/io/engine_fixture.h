/**
 * What a test of engines starts from: the double, a client, a configuration
 * which has nobody but the double in it.
 */
#ifndef TESTS_IO_ENGINE_FIXTURE_H
#define TESTS_IO_ENGINE_FIXTURE_H

#include <stdarg.h>

#include "double_fixture.h"
#include "io/clock.h"
#include "io/conf.h"
#include "io/engine.h"

/* Longer than anything takes that is not to wait: the machine is busy. */
#define PATIENT_MS 60000
/* What never ends is given so long. */
#define SHORT_MS 400

static struct double_server server;
static struct conf conf;
static struct http_client *client;

static inline void
engine_set(const char *name, const char *format, ...)
{
	char value[256];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(value, sizeof(value), format, ap);
	va_end(ap);
	if (setenv(name, value, 1) != 0)
		double_give_up("no environment");
}

static inline void
engine_patience(int64_t ms)
{
	conf.openai_timeout_ms = ms;
	conf.openai_transcription_timeout_ms = ms;
	conf.edge_timeout_ms = ms;
}

static inline void
engine_start(void)
{
	struct err e = ERR_INIT;

	/* The answer of a dead server is a failed write. */
	(void)signal(SIGPIPE, SIG_IGN);
	double_start(&server);
	engine_set("OPENAI_API_BASE", "http://127.0.0.1:%d/v1", server.port);
	engine_set("OPENAI_API_KEY", "%s", server.key);
	engine_set("OPENAI_CHAT_MODEL", "a-model");
	engine_set("OPENAI_EMBEDDING_MODEL", "text-embedding-3-small");
	engine_set("OPENAI_TRANSCRIPTION_MAX", "1000000");
	engine_set("SUPABASE_ANON_KEY", "%s", server.key);
	engine_set("SUPABASE_FUNCTIONS_BASE",
	    "http://127.0.0.1:%d/functions/v1", server.port);
	engine_set("DIRECTOR_PRIVATE_HOSTS", "127.0.0.1:%d", server.port);
	engine_set("DIRECTOR_PROXY", "");
	if (conf_load(&conf, &e) != 0)
		double_give_up(e.msg);
	engine_patience(PATIENT_MS);
	client = http_client_new(conf.proxy, conf.private_hosts);
}

static inline void
engine_stop(void)
{
	http_client_free(client);
	conf_fini(&conf);
	double_stop(&server);
}

static inline struct engine
engine_new(void)
{
	return (struct engine){ .conf = &conf, .http = client };
}

static inline struct json_object *
json(const char *text)
{
	struct json_object *value;

	if (jval_parse(slice_from(text), &value) != JVAL_OK)
		double_give_up(text);
	return value;
}

/* Member of an object or "3" of an array, on the way down; borrowed. */
static inline struct json_object *
at(struct json_object *value, const char *path)
{
	struct slice rest = slice_from(path), step;
	char key[64];

	while (value != NULL && slice_cut(&rest, '/', &step)) {
		(void)snprintf(key, sizeof(key), "%.*s", SLICE_ARG(step));
		if (json_object_is_type(value, json_type_array))
			value = json_object_array_get_idx(
			    value, (size_t)atoi(key)); // NOLINT
		else if (!json_object_object_get_ex(value, key, &value))
			return NULL;
	}
	return value;
}

#endif
