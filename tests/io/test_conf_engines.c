/* What does not go together is told at the start, in a sentence, without keys. */
#include <stdlib.h>

#include "harness/check.h"
#include "io/conf.h"

#define KEY "sk-0123456789-secret"

static const char *const NAMES[] = { "DIRECTOR_PRIVATE_HOSTS", "DIRECTOR_PROXY",
	"OPENAI_API_KEY", "OPENAI_API_BASE", "OPENAI_CHAT_MODEL",
	"OPENAI_EMBEDDING_MODEL", "OPENAI_TIMEOUT_MS",
	"DIRECTOR_TOKENS_PER_DAY", "SUPABASE_PROJECT_REF", "SUPABASE_ANON_KEY",
	"SUPABASE_FUNCTIONS_BASE", "DIRECTOR_EDGE_ANALYZE" };

#define SET(name, value) #name, value
#define PAIRS            6

static const struct {
	int line;
	const char *field; /* NULL: good */
	const char *set[PAIRS];
} ROWS[] = {
	{ __LINE__, NULL, { NULL } },
	{ __LINE__, NULL, { SET(OPENAI_API_KEY, KEY) } },
	{ __LINE__, "OPENAI_API_KEY", { SET(OPENAI_API_KEY, KEY " x") } },
	{ __LINE__, "OPENAI_API_KEY", { SET(OPENAI_API_KEY, KEY "\r\nA: b") } },
	{ __LINE__, "OPENAI_CHAT_MODEL", { SET(OPENAI_CHAT_MODEL, "a\nb") } },
	{ __LINE__, "OPENAI_TIMEOUT_MS", { SET(OPENAI_TIMEOUT_MS, "0") } },
	{ __LINE__, "DIRECTOR_TOKENS_PER_DAY",
	    { SET(DIRECTOR_TOKENS_PER_DAY, "-1") } },
	/* addresses */
	{ __LINE__, NULL, { SET(OPENAI_API_BASE, "https://a.example/v1") } },
	{ __LINE__, NULL, { SET(OPENAI_API_BASE, "http://a.example/v1") } },
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "https://a.example/v1/") } },
	{ __LINE__, "OPENAI_API_BASE", { SET(OPENAI_API_BASE, "a.example") } },
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "ftp://a.example") } },
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "https://a:b@a.example/v1") } },
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "https://a.example/v1?x=1") } },
	/* A key is not sent in the clear, but to who is listed. */
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "http://a.example/v1"),
		SET(OPENAI_API_KEY, KEY) } },
	{ __LINE__, NULL,
	    { SET(OPENAI_API_BASE, "http://llm:8000/v1"),
		SET(OPENAI_API_KEY, KEY),
		SET(DIRECTOR_PRIVATE_HOSTS, "llm:8000") } },
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "http://llm:8001/v1"),
		SET(OPENAI_API_KEY, KEY),
		SET(DIRECTOR_PRIVATE_HOSTS, "llm:8000") } },
	{ __LINE__, NULL,
	    { SET(OPENAI_API_BASE, "http://llm/v1"), SET(OPENAI_API_KEY, KEY),
		SET(DIRECTOR_PRIVATE_HOSTS, "llm:80") } },
	/* Nothing private without a word. */
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "http://127.0.0.1:8000/v1") } },
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "https://localhost/v1") } },
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "https://10.1.2.3/v1") } },
	{ __LINE__, "OPENAI_API_BASE",
	    { SET(OPENAI_API_BASE, "https://[fd00::1]:9/v1") } },
	{ __LINE__, NULL,
	    { SET(OPENAI_API_BASE, "https://[fd00::1]:9/v1"),
		SET(DIRECTOR_PRIVATE_HOSTS, "[fd00::1]:9") } },
	{ __LINE__, "DIRECTOR_PRIVATE_HOSTS",
	    { SET(DIRECTOR_PRIVATE_HOSTS, "http://a") } },
	{ __LINE__, "DIRECTOR_PRIVATE_HOSTS",
	    { SET(DIRECTOR_PRIVATE_HOSTS, "*.internal") } },
	{ __LINE__, NULL,
	    { SET(DIRECTOR_PROXY, "http://user:pass@proxy:3128") } },
	{ __LINE__, "DIRECTOR_PROXY", { SET(DIRECTOR_PROXY, "proxy:3128") } },
	/* Supabase: a key and whose it is. */
	{ __LINE__, NULL,
	    { SET(SUPABASE_PROJECT_REF, "abcdefgh"),
		SET(SUPABASE_ANON_KEY, KEY) } },
	{ __LINE__, "SUPABASE_PROJECT_REF",
	    { SET(SUPABASE_PROJECT_REF, "abcdefgh") } },
	{ __LINE__, "SUPABASE_ANON_KEY", { SET(SUPABASE_ANON_KEY, KEY) } },
	{ __LINE__, "SUPABASE_PROJECT_REF",
	    { SET(SUPABASE_PROJECT_REF, "https://abc.supabase.co"),
		SET(SUPABASE_ANON_KEY, KEY) } },
	{ __LINE__, "SUPABASE_FUNCTIONS_BASE",
	    { SET(SUPABASE_FUNCTIONS_BASE, "https://a.example/f") } },
	{ __LINE__, NULL,
	    { SET(SUPABASE_FUNCTIONS_BASE, "https://a.example/f"),
		SET(SUPABASE_ANON_KEY, KEY) } },
	{ __LINE__, "SUPABASE_FUNCTIONS_BASE",
	    { SET(SUPABASE_FUNCTIONS_BASE, "http://a.example/f"),
		SET(SUPABASE_ANON_KEY, KEY) } },
	{ __LINE__, "DIRECTOR_EDGE_ANALYZE",
	    { SET(DIRECTOR_EDGE_ANALYZE, "../admin") } },
};

static void
set_row(const char *const *set)
{
	for (size_t i = 0; i < COUNT(NAMES); i++)
		CHECK(unsetenv(NAMES[i]) == 0);
	for (size_t i = 0; i < PAIRS && set[i] != NULL; i += 2)
		CHECK(setenv(set[i], set[i + 1], 1) == 0);
}

static void
test_conf_engines(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct err e = ERR_INIT;
		struct conf c;
		int rc;

		set_row(ROWS[i].set);
		rc = conf_load(&c, &e);
		CHECK_ROW(ROWS[i].line, rc == (ROWS[i].field != NULL ? -1 : 0));
		if (rc == 0) {
			conf_fini(&c);
			continue;
		}
		CHECK_ROW(ROWS[i].line,
		    ROWS[i].field != NULL &&
			strcmp(e.field, ROWS[i].field) == 0);
		CHECK_ROW(ROWS[i].line,
		    strncmp(e.msg, e.field, strlen(e.field)) == 0);
		CHECK_ROW(ROWS[i].line, strstr(e.msg, "secret") == NULL);
	}
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_conf_engines), { NULL, NULL } });
}
