#include "io/conf.h"

#include <sys/socket.h>
#include <arpa/inet.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ck.h"
#include "base/num.h"
#include "io/conf_engines.h"
#include "io/log.h"
#include "io/store.h"
#include "proto/http.h"
#include "proto/http_url.h"

enum kind {
	TEXT,
	NUMBER,
};

struct row {
	const char *name;
	const char *fallback;
	const char *help;
	size_t offset;
	enum kind kind;
	bool secret;
	int64_t min, max; /* of a NUMBER */
};

#define AT(member) offsetof(struct conf, member)

#define VIDEODB_URL "https://api.videodb.io"

/* clang-format off */
static const struct row TABLE[] = {
	{ "DATABASE_URL", "sqlite:var/director.db",
	  "the store: sqlite:PATH or postgresql://…", AT(database_url), TEXT, true, 0, 0 },
	{ "REDIS_URL", "redis://127.0.0.1:6379",
	  "redis://HOST:PORT or unix:PATH", AT(redis_url), TEXT, true, 0, 0 },
	{ "REDIS_PREFIX", "",
	  "prefix of every key; empty: from the store's uuid",
	  AT(redis_prefix), TEXT, false, 0, 0 },
	{ "CORS_ORIGINS", "",
	  "allowed origins, comma list; http://localhost:* is any port",
	  AT(cors_origins), TEXT, false, 0, 0 },
	{ "DIRECTOR_BIND", "127.0.0.1",
	  "address the web server listens on; on loopback foreign hosts and "
	  "origins are refused", AT(bind), TEXT, false, 0, 0 },
	{ "DIRECTOR_HOSTS", "",
	  "further host names to answer to on loopback, comma list",
	  AT(allowed_hosts), TEXT, false, 0, 0 },
	{ "DIRECTOR_API_KEY", "",
	  "what clients must show: Authorization: Bearer KEY, Socket.IO's auth "
	  "{token: KEY}; empty: nothing", AT(api_key), TEXT, true, 0, 0 },
	{ "ALLOW_ANONYMOUS", "0",
	  "1: listen beyond loopback without a key, open to everybody who "
	  "reaches it", AT(allow_anonymous), NUMBER, false, 0, 1 },
	{ "LOG_LEVEL", "info", "debug, info, warn or error",
	  AT(log_level), TEXT, false, 0, 0 },
	{ "DIRECTOR_THREADS", "8", "request threads",
	  AT(threads), NUMBER, false, 2, 256 },
	{ "DIRECTOR_WORKER_THREADS", "2",
	  "jobs at once in a worker; all but one of them may be downloads",
	  AT(worker_threads), NUMBER, false, 1, 64 },
	{ "DIRECTOR_PING_INTERVAL_MS", "25000", "Engine.IO pingInterval",
	  AT(ping_interval_ms), NUMBER, false, 50, 55000 },
	{ "DIRECTOR_PING_TIMEOUT_MS", "20000", "Engine.IO pingTimeout",
	  AT(ping_timeout_ms), NUMBER, false, 50, 120000 },
	{ "DIRECTOR_CONNECT_TIMEOUT_MS", "45000",
	  "a session that joined no namespace by then is closed",
	  AT(connect_timeout_ms), NUMBER, false, 50, 600000 },
	{ "DIRECTOR_RECOVERY_MS", "120000",
	  "a client that lost its connection may come back for so long and "
	  "gets what it missed; 0: never",
	  AT(recovery_ms), NUMBER, false, 0, 86400000 },
	{ "DIRECTOR_MAX_PAYLOAD", "1000000", "Engine.IO maxPayload, bytes",
	  AT(max_payload), NUMBER, false, 1000, 10000000 },
	{ "DIRECTOR_MEDIA", "var/media",
	  "folder of the files that were uploaded; the web server has it as "
	  "/media/", AT(media), TEXT, false, 0, 0 },
	{ "DIRECTOR_URL", "",
	  "where clients reach the server, for the addresses of media: "
	  "https://HOST; empty: as each request has it",
	  AT(url), TEXT, false, 0, 0 },
	{ "DIRECTOR_UPLOAD_MAX", "2000000000",
	  "largest file, bytes: the default is an hour of video at 4 Mbit/s",
	  AT(upload_max), NUMBER, false, 1000, 1000000000000 },
	{ "DIRECTOR_UPLOAD_WAIT_MS", "20000",
	  "an upload by address is waited for so long, then its job is named",
	  AT(upload_wait_ms), NUMBER, false, 0, 55000 },
	{ "DIRECTOR_FETCH_PRIVATE", "0",
	  "1: uploads by address may come from loopback and private networks",
	  AT(fetch_private), NUMBER, false, 0, 1 },
	{ "DIRECTOR_FETCH_TIMEOUT_MS", "3600000",
	  "an upload by address may take the worker so long",
	  AT(fetch_timeout_ms), NUMBER, false, 100, 86400000 },
	{ "DIRECTOR_REDIS_TIMEOUT_MS", "500", "deadline of a Redis command",
	  AT(redis_timeout_ms), NUMBER, false, 10, 60000 },
	{ "DIRECTOR_LEASE_MS", "8000",
	  "a job whose worker is silent for so long is taken over",
	  AT(lease_ms), NUMBER, false, 500, 600000 },
	{ "DIRECTOR_STOP_MS", "1000",
	  "a worker that is to stop goes on for so long with what it runs, then "
	  "gives it back", AT(stop_ms), NUMBER, false, 0, 600000 },
	{ "DIRECTOR_JOBS_KEEP_DAYS", "30",
	  "jobs that ended are forgotten after so many days; 0: never",
	  AT(jobs_keep_days), NUMBER, false, 0, 36500 },
	{ "DIRECTOR_JOBS_DEAD_KEEP_DAYS", "365",
	  "the same of dead letters", AT(jobs_dead_keep_days), NUMBER, false, 0,
	  36500 },
	{ "DIRECTOR_LLM_CONCURRENCY", "0",
	  "calls to the LLM at once, of all workers; 0: any number",
	  AT(llm_concurrency), NUMBER, false, 0, 10000 },
	{ "DIRECTOR_LLM_PER_MINUTE", "0",
	  "calls to the LLM in a minute, of all workers; 0: any number",
	  AT(llm_per_minute), NUMBER, false, 0, 1000000 },
	{ "DIRECTOR_EDGE_CONCURRENCY", "0",
	  "calls to Edge Functions at once, of all workers; 0: any number",
	  AT(edge_concurrency), NUMBER, false, 0, 10000 },
	{ "DIRECTOR_EDGE_PER_MINUTE", "0",
	  "calls to Edge Functions in a minute, of all workers; 0: any number",
	  AT(edge_per_minute), NUMBER, false, 0, 1000000 },
	{ "DIRECTOR_VIDEODB_CONCURRENCY", "0",
	  "calls to VideoDB at once, of all workers; 0: any number",
	  AT(videodb_concurrency), NUMBER, false, 0, 10000 },
	{ "DIRECTOR_VIDEODB_PER_MINUTE", "0",
	  "calls to VideoDB in a minute, of all workers; 0: any number",
	  AT(videodb_per_minute), NUMBER, false, 0, 1000000 },
	{ "VIDEO_DB_API_KEY", "",
	  "key of VideoDB, whose collections and media are then mirrored; empty: "
	  "the store alone serves", AT(videodb_key), TEXT, true, 0, 0 },
	{ "VIDEO_DB_BASE_URL", VIDEODB_URL,
	  "where VideoDB's API is", AT(videodb_url), TEXT, false, 0, 0 },
	{ "VIDEO_DB_TIMEOUT_MS", "30000",
	  "a call to VideoDB may take so long",
	  AT(videodb_timeout_ms), NUMBER, false, 100, 600000 },
	{ "VIDEO_DB_MIRROR_MS", "300000",
	  "VideoDB's lists are read again this often; where somebody looks at "
	  "them, ten times as often",
	  AT(videodb_mirror_ms), NUMBER, false, 100, 86400000 },
	{ "VIDEO_DB_POLL_MS", "5000",
	  "what VideoDB works at is asked for this often",
	  AT(videodb_poll_ms), NUMBER, false, 10, 600000 },
	{ "DIRECTOR_STAGE_DELAY_MS", "0",
	  "pause before each stage of a job, for demonstrations and tests",
	  AT(stage_delay_ms), NUMBER, false, 0, 60000 },
	{ "DIRECTOR_PROXY", "",
	  "the worker asks the internet through it: http://HOST:PORT; "
	  "empty: directly", AT(proxy), TEXT, true, 0, 0 },
	{ "DIRECTOR_PRIVATE_HOSTS", "",
	  "engines that may be on loopback or a private network, and are asked "
	  "without the proxy: HOST[:PORT], comma list",
	  AT(private_hosts), TEXT, false, 0, 0 },
	{ "OPENAI_API_KEY", "", "key of the language model's server",
	  AT(openai_key), TEXT, true, 0, 0 },
	{ "OPENAI_API_BASE", CONF_OPENAI_BASE,
	  "OpenAI's API, or one that speaks the same",
	  AT(openai_base), TEXT, false, 0, 0 },
	{ "OPENAI_CHAT_MODEL", "gpt-4o-2024-11-20", "model that answers",
	  AT(openai_chat_model), TEXT, false, 0, 0 },
	{ "OPENAI_EMBEDDING_MODEL", "text-embedding-3-small",
	  "model for search by meaning; its vectors must have 1536 dimensions",
	  AT(openai_embedding_model), TEXT, false, 0, 0 },
	{ "OPENAI_TRANSCRIPTION_MODEL", "whisper-1",
	  "model that writes down what is said",
	  AT(openai_transcription_model), TEXT, false, 0, 0 },
	{ "OPENAI_TIMEOUT_MS", "120000", "a call of the model may take so long",
	  AT(openai_timeout_ms), NUMBER, false, 100, 3600000 },
	{ "OPENAI_TRANSCRIPTION_TIMEOUT_MS", "600000",
	  "a transcription may take so long, the upload with it",
	  AT(openai_transcription_timeout_ms), NUMBER, false, 100, 86400000 },
	{ "OPENAI_TRANSCRIPTION_MAX", "26214400",
	  "largest recording the model's server takes, bytes",
	  AT(openai_transcription_max), NUMBER, false, 1000, 1000000000000 },
	{ "DIRECTOR_TOKENS_PER_JOB", "500000",
	  "tokens a job may use, its tries together; 0: no limit",
	  AT(tokens_per_job), NUMBER, false, 0, 1000000000000 },
	{ "DIRECTOR_TOKENS_PER_DAY", "0",
	  "tokens all jobs of a day (UTC) may use; 0: no limit",
	  AT(tokens_per_day), NUMBER, false, 0, 1000000000000 },
	{ "SUPABASE_PROJECT_REF", "", "project whose Edge Functions are asked",
	  AT(supabase_ref), TEXT, false, 0, 0 },
	{ "SUPABASE_ANON_KEY", "", "key of that project",
	  AT(supabase_key), TEXT, true, 0, 0 },
	{ "SUPABASE_FUNCTIONS_BASE", "",
	  "where the functions are; empty: "
	  "https://SUPABASE_PROJECT_REF.supabase.co/functions/v1",
	  AT(supabase_base), TEXT, false, 0, 0 },
	{ "DIRECTOR_EDGE_TIMEOUT_MS", "160000",
	  "an Edge Function may take so long; Supabase ends it after 150 s",
	  AT(edge_timeout_ms), NUMBER, false, 100, 3600000 },
	{ "DIRECTOR_EDGE_TRANSCRIBE", "transcribe",
	  "name of the Edge Function that writes down what is said",
	  AT(edge_transcribe), TEXT, false, 0, 0 },
	{ "DIRECTOR_EDGE_EMBED", "embed", "of that which makes embeddings",
	  AT(edge_embed), TEXT, false, 0, 0 },
	{ "DIRECTOR_EDGE_ANALYZE", "analyze", "of that which analyses",
	  AT(edge_analyze), TEXT, false, 0, 0 },
	{ "DIRECTOR_EDGE_STRUCTURED", "structured-data",
	  "of that which extracts structured data",
	  AT(edge_structured), TEXT, false, 0, 0 },
	{ "DIRECTOR_EDGE_VOICE", "voice-prompt",
	  "of that which makes a voice prompt", AT(edge_voice), TEXT, false, 0, 0 },
	{ "DIRECTOR_EDGE_TRAINING", "training-data",
	  "of that which makes training examples",
	  AT(edge_training), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE", "",
	  "who does the stages of the work: offline, llm or edge; empty: llm "
	  "where a key is set, else edge where a project is, else offline",
	  AT(engine), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_TRANSCRIPTION", "",
	  "the same of one stage: writing down what is said",
	  AT(engine_transcription), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_EMBEDDINGS", "",
	  "of what search by meaning compares",
	  AT(engine_embeddings), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_ANALYSIS", "",
	  "of the analysis",
	  AT(engine_analysis), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_STRUCTURED_DATA", "",
	  "of the structured data",
	  AT(engine_structured), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_VOICE_PROMPT", "",
	  "of the voice prompt",
	  AT(engine_voice), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_TRAINING_DATA", "",
	  "of the training data",
	  AT(engine_training), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_SUMMARY", "",
	  "of summaries: offline or llm",
	  AT(engine_summary), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_REASONING", "",
	  "of which agents answer a message: offline or llm",
	  AT(engine_reasoning), TEXT, false, 0, 0 },
	{ "DIRECTOR_ENGINE_INPUT_MAX", "200000",
	  "bytes of a transcript that an engine is given as a whole, some "
	  "50,000 tokens; of a longer one it gets the passages that matter",
	  AT(engine_input_max), NUMBER, false, 2000, 10000000 },
};
/* clang-format on */

static int
fill(struct conf *c, const struct row *row, struct err *e)
{
	const char *value = getenv(row->name); /* NOLINT: before any thread */
	void *to = (char *)c + row->offset;
	int64_t number;

	if (value == NULL || *value == '\0')
		value = row->fallback;
	if (row->kind == TEXT) {
		*(char **)to = ck_strdup(value);
		return 0;
	}
	if (!num_parse(slice_from(value), row->min, row->max, &number))
		return err_field(e, ERR_BAD_REQUEST, row->name,
		    "%s must be a whole number from %lld to %lld, not \"%s\"",
		    row->name, (long long)row->min, (long long)row->max, value);
	*(int64_t *)to = number;
	return 0;
}

/* One spelling of an address, so that no rule about loopback is missed. */
static int
check_bind(struct conf *c, struct err *e)
{
	unsigned char address[16];
	char text[64];
	int family = strchr(c->bind, ':') != NULL ? AF_INET6 : AF_INET;

	if (inet_pton(family, c->bind, address) != 1 ||
	    inet_ntop(family, address, text, sizeof(text)) == NULL ||
	    slice_find(slice_from(text), SLICE("::ffff:")) == 0)
		return err_field(e, ERR_BAD_REQUEST, "DIRECTOR_BIND",
		    "DIRECTOR_BIND must be an IP address such as 127.0.0.1, "
		    "0.0.0.0 or ::1, not \"%s\"",
		    c->bind);
	free(c->bind);
	c->bind = ck_strdup(text);
	return 0;
}

/* It has to fit behind "Bearer ". */
static int
check_api_key(const struct conf *c, struct err *e)
{
	const char *key = c->api_key;
	struct buf header = BUF_INIT;
	bool good;

	buf_addf(&header, "Bearer %s", key);
	good = *key == '\0' || slice_eqs(http_bearer(buf_slice(&header)), key);
	explicit_bzero(header.p, header.cap);
	buf_fini(&header);
	if (good)
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "DIRECTOR_API_KEY",
	    "DIRECTOR_API_KEY may have letters, digits and -._~+/= only");
}

/* A path is added to it. */
static int
check_url(const struct conf *c, struct err *e)
{
	struct slice url = slice_from(c->url);

	if (url.n == 0 ||
	    ((slice_starts(url, SLICE("http://")) ||
		 slice_starts(url, SLICE("https://"))) &&
		!slice_ends(url, SLICE("/"))))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "DIRECTOR_URL",
	    "DIRECTOR_URL must be like https://director.example, without a "
	    "slash at its end, not \"%s\"",
	    c->url);
}

static int
check_log_level(const struct conf *c, struct err *e)
{
	if (log_level_known(c->log_level))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "LOG_LEVEL",
	    "LOG_LEVEL must be debug, info, warn or error, not \"%s\"",
	    c->log_level);
}

/* It goes into a header. */
static int
check_videodb(const struct conf *c, struct err *e)
{
	struct http_url url;

	for (const char *p = c->videodb_key; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return err_field(e, ERR_BAD_REQUEST, "VIDEO_DB_API_KEY",
			    "VIDEO_DB_API_KEY may have visible ASCII "
			    "characters only");
	if (http_url_parse(slice_from(c->videodb_url), &url) &&
	    strpbrk(c->videodb_url, "?#") == NULL &&
	    !slice_ends(slice_from(c->videodb_url), SLICE("/")))
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "VIDEO_DB_BASE_URL",
	    "VIDEO_DB_BASE_URL must be like " VIDEODB_URL
	    ", without a slash at its end, not \"%s\"",
	    c->videodb_url);
}

int
conf_access(const struct conf *c, struct err *e)
{
	if (conf_loopback(c) || *c->api_key != '\0' || c->allow_anonymous)
		return 0;
	return err_field(e, ERR_FORBIDDEN, "DIRECTOR_BIND",
	    "DIRECTOR_BIND=%s is open to other machines: set DIRECTOR_API_KEY, "
	    "or ALLOW_ANONYMOUS=1 to let everybody in",
	    c->bind);
}

int
conf_load(struct conf *c, struct err *e)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (fill(c, &TABLE[i], e) != 0) {
			conf_fini(c);
			return -1;
		}
	if (check_bind(c, e) != 0 || check_api_key(c, e) != 0 ||
	    check_url(c, e) != 0 || check_log_level(c, e) != 0 ||
	    check_videodb(c, e) != 0 ||
	    store_url_check(c->database_url, e) != 0 ||
	    conf_engines_check(c, e) != 0) {
		conf_fini(c);
		return -1;
	}
	return 0;
}

void
conf_fini(struct conf *c)
{
	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (TABLE[i].kind == TEXT) {
			char **text = (void *)((char *)c + TABLE[i].offset);

			free(*text);
			*text = NULL;
		}
}

void
conf_help(const char *program, const char *purpose)
{
	(void)printf("%s: %s\n\nEnvironment:\n", program, purpose);
	for (size_t i = 0; i < COUNT(TABLE); i++)
		(void)printf("  %s (default \"%s\")\n      %s\n", TABLE[i].name,
		    TABLE[i].fallback, TABLE[i].help);
}

bool
conf_videodb_elsewhere(const struct conf *c)
{
	return strcmp(c->videodb_url, VIDEODB_URL) != 0;
}

bool
conf_loopback(const struct conf *c)
{
	return http_addr_is_loopback(slice_from(c->bind));
}
