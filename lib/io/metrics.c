#include "io/metrics.h"

#include <stdio.h>

#include <json-c/json.h>

#include "base/num.h"
#include "io/rds_keys.h"

#define KEY_SIZE 160
/* A process that has not flushed for so long is not there. */
#define GAUGE_MS 15000

struct row {
	const char *field; /* in the Redis hash */
	const char *family;
	const char *labels;
	const char *help;
};

/* clang-format off */
static const struct row ROWS[METRIC_ERROR_FIRST] = {
	[METRIC_REQUESTS_2XX] = { "req2", "director_requests_total",
	    "{status=\"2xx\"}", "HTTP requests answered, by class of status" },
	[METRIC_REQUESTS_3XX] = { "req3", "director_requests_total",
	    "{status=\"3xx\"}", NULL },
	[METRIC_REQUESTS_4XX] = { "req4", "director_requests_total",
	    "{status=\"4xx\"}", NULL },
	[METRIC_REQUESTS_5XX] = { "req5", "director_requests_total",
	    "{status=\"5xx\"}", NULL },
	[METRIC_POLLS] = { "polls", "director_polls_total", "",
	    "Engine.IO polls answered" },
	[METRIC_SESSIONS_OPENED] = { "opened", "director_sessions_opened_total",
	    "", "Engine.IO handshakes" },
	[METRIC_SESSIONS_CLOSED] = { "closed", "director_sessions_closed_total",
	    "", "Engine.IO sessions that ended" },
	[METRIC_EVENTS_IN] = { "in", "director_events_total",
	    "{direction=\"in\"}", "Socket.IO events" },
	[METRIC_EVENTS_OUT] = { "out", "director_events_total",
	    "{direction=\"out\"}", NULL },
	[METRIC_JOBS_SUCCESS] = { "jobs_ok", "director_jobs_total",
	    "{result=\"success\"}", "Jobs run, by result" },
	[METRIC_JOBS_ERROR] = { "jobs_err", "director_jobs_total",
	    "{result=\"error\"}", NULL },
	[METRIC_JOBS_RETRIED] = { "jobs_retry", "director_jobs_total",
	    "{result=\"retried\"}", NULL },
};
/* clang-format on */

void
metrics_add(struct metrics *m, enum metric which, int64_t n)
{
	atomic_fetch_add_explicit(&m->counter[which], n, memory_order_relaxed);
}

void
metrics_status(struct metrics *m, int http_status)
{
	int class = http_status / 100;

	if (class >= 2 && class <= 5)
		metrics_add(
		    m, (enum metric)(METRIC_REQUESTS_2XX + class - 2), 1);
}

void
metrics_error(struct metrics *m, enum err_code code)
{
	metrics_add(m, (enum metric)(METRIC_ERROR_FIRST + (int)code), 1);
}

static void
field_name(int which, char out[static 40])
{
	if (which < METRIC_ERROR_FIRST)
		(void)snprintf(out, 40, "%s", ROWS[which].field);
	else
		(void)snprintf(out, 40, "error:%s",
		    err_name((enum err_code)(which - METRIC_ERROR_FIRST)));
}

static int
add_counter(
    struct metrics *m, struct rds *r, const char *key, int which, struct err *e)
{
	int64_t n = atomic_exchange(&m->counter[which], 0);
	struct rds_command c;
	struct redisReply *reply;
	char field[40], number[24];

	if (n == 0)
		return 0;
	field_name(which, field);
	c = rds_command("HINCRBY", key, field, NULL);
	rds_word_int(&c, n, number);
	reply = rds_call(r, &c, e);
	if (reply == NULL) {
		/* With the next flush. */
		atomic_fetch_add(&m->counter[which], n);
		return -1;
	}
	rds_reply_free(reply);
	return 0;
}

int
metrics_flush(struct metrics *m, struct rds *r, const char *prefix,
    const char *process, struct err *e)
{
	char key[KEY_SIZE], value[64];
	struct rds_command c;
	struct redisReply *reply;
	int64_t now;

	(void)snprintf(key, sizeof(key), KEYS_METRICS, prefix);
	for (int i = 0; i < METRIC__MAX; i++)
		if (add_counter(m, r, key, i, e) != 0)
			return -1;
	if (*process == '\0')
		return 0;
	if (rds_now(r, &now, e) != 0)
		return -1;
	(void)snprintf(key, sizeof(key), KEYS_GAUGES, prefix);
	(void)snprintf(value, sizeof(value), "%lld %lld",
	    (long long)atomic_load(&m->parked), (long long)now);
	c = rds_command("HSET", key, process, value, NULL);
	reply = rds_call(r, &c, e);
	if (reply == NULL)
		return -1;
	rds_reply_free(reply);
	return 0;
}

static int64_t
field_value(const struct redisReply *hash, const char *field)
{
	for (size_t i = 0; i + 1 < rds_count(hash); i += 2)
		if (slice_eqs(rds_text(rds_at(hash, i)), field))
			return rds_int(rds_at(hash, i + 1));
	return 0;
}

static void
print_counters(const struct redisReply *hash, struct buf *out)
{
	char field[40];

	for (int i = 0; i < METRIC_ERROR_FIRST; i++) {
		if (ROWS[i].help != NULL)
			buf_addf(out, "# HELP %s %s\n# TYPE %s counter\n",
			    ROWS[i].family, ROWS[i].help, ROWS[i].family);
		buf_addf(out, "%s%s %lld\n", ROWS[i].family, ROWS[i].labels,
		    (long long)field_value(hash, ROWS[i].field));
	}
	buf_adds(out,
	    "# HELP director_errors_total Errors, by type\n"
	    "# TYPE director_errors_total counter\n");
	for (int i = METRIC_ERROR_FIRST + 1; i < METRIC__MAX; i++) {
		field_name(i, field);
		buf_addf(out, "director_errors_total{type=\"%s\"} %lld\n",
		    field + 6, (long long)field_value(hash, field));
	}
}

/* Sum of what live processes said of themselves; the dead are dropped. */
static int64_t
parked_polls(struct rds *r, const char *key, const struct redisReply *hash)
{
	struct err e = ERR_INIT;
	int64_t now = 0, sum = 0;

	/* Without the time nobody can be told dead. */
	if (rds_now(r, &now, &e) != 0)
		return 0;
	for (size_t i = 0; i + 1 < rds_count(hash); i += 2) {
		struct slice value = rds_text(rds_at(hash, i + 1)), count;
		int64_t n = 0, at = 0;

		if (slice_cut(&value, ' ', &count) && value.p != NULL &&
		    num_parse(count, 0, INT64_MAX / 2, &n) &&
		    num_parse(value, 0, INT64_MAX, &at) && now - at < GAUGE_MS)
			sum += n;
		else {
			struct rds_command c = rds_command("HDEL", key, NULL);

			rds_word(&c, rds_text(rds_at(hash, i)));
			rds_reply_free(rds_call(r, &c, &e));
		}
	}
	return sum;
}

static int
print_gauges(struct rds *r, const char *prefix, struct buf *out, struct err *e)
{
	struct rds_command c[KEYS_SHARDS + 1];
	struct redisReply *replies[KEYS_SHARDS + 1];
	char key[KEYS_SHARDS + 1][KEY_SIZE];
	int64_t sessions = 0;

	for (unsigned i = 0; i < KEYS_SHARDS; i++) {
		(void)snprintf(key[i], KEY_SIZE, KEYS_DUE, prefix, i);
		c[i] = rds_command("ZCARD", key[i], NULL);
	}
	(void)snprintf(key[KEYS_SHARDS], KEY_SIZE, KEYS_GAUGES, prefix);
	c[KEYS_SHARDS] = rds_command("HGETALL", key[KEYS_SHARDS], NULL);
	if (rds_pipeline(r, c, KEYS_SHARDS + 1, replies, e) != 0)
		return -1;
	for (unsigned i = 0; i < KEYS_SHARDS; i++)
		sessions += rds_int(replies[i]);
	buf_addf(out,
	    "# HELP director_sessions Engine.IO sessions open\n"
	    "# TYPE director_sessions gauge\n"
	    "director_sessions %lld\n"
	    "# HELP director_parked_polls Polls held, all processes\n"
	    "# TYPE director_parked_polls gauge\n"
	    "director_parked_polls %lld\n",
	    (long long)sessions,
	    (long long)parked_polls(r, key[KEYS_SHARDS], replies[KEYS_SHARDS]));
	for (unsigned i = 0; i <= KEYS_SHARDS; i++)
		rds_reply_free(replies[i]);
	return 0;
}

static void
print_jobs(struct json_object *jobs, struct buf *out)
{
	if (jobs == NULL)
		return;
	buf_adds(out,
	    "# HELP director_jobs Jobs in the store, by state\n"
	    "# TYPE director_jobs gauge\n");
	json_object_object_foreach(jobs, state, count) {
		buf_addf(out, "director_jobs{state=\"%s\"} %lld\n", state,
		    (long long)json_object_get_int64(count));
	}
}

int
metrics_print(struct rds *r, const char *prefix, struct json_object *jobs,
    struct buf *out, struct err *e)
{
	char key[KEY_SIZE];
	struct rds_command c;
	struct redisReply *hash;
	int rc;

	(void)snprintf(key, sizeof(key), KEYS_METRICS, prefix);
	c = rds_command("HGETALL", key, NULL);
	hash = rds_call(r, &c, e);
	if (hash == NULL)
		return -1;
	print_counters(hash, out);
	rds_reply_free(hash);
	rc = print_gauges(r, prefix, out, e);
	print_jobs(jobs, out);
	return rc;
}
