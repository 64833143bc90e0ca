/* Counters of several processes, and the text Prometheus reads. */
#include "io/metrics.h"

#include <json-c/json.h>

#include "base/num.h"
#include "eio_fixture.h"

static struct eio_fixture f;

static void
flush(struct metrics *m, const char *process)
{
	struct err e = ERR_INIT;

	CHECK(metrics_flush(m, f.rds, "t", process, &e) == 0);
}

/* The exposition; to be freed. */
static struct buf
print(struct json_object *jobs)
{
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;

	CHECK(metrics_print(f.rds, "t", jobs, &out, &e) == 0);
	return out;
}

/* The value of the sample `name{labels}`, -1 when there is none or two. */
static int64_t
value(const char *sample)
{
	struct buf text = print(NULL);
	struct slice rest = buf_slice(&text), line, name;
	int64_t n = -1;
	int found = 0;

	while (slice_cut(&rest, '\n', &line))
		if (slice_cut(&line, ' ', &name) && slice_eqs(name, sample) &&
		    num_parse(line, 0, INT64_MAX, &n))
			found++;
	buf_fini(&text);
	return found == 1 ? n : -1;
}

static void
fresh(void)
{
	rds_reply_free(eio_fixture_redis(&f, "FLUSHALL"));
}

static void
test_two_processes(void)
{
	struct metrics a = { .parked = 3 }, b = { .parked = 4 }, w = { 0 };

	fresh();
	metrics_add(&a, METRIC_POLLS, 5);
	metrics_add(&b, METRIC_POLLS, 7);
	metrics_add(&w, METRIC_JOBS_SUCCESS, 2);
	metrics_error(&a, ERR_UNAVAILABLE);
	metrics_error(&b, ERR_UNAVAILABLE);
	flush(&a, "procA");
	flush(&b, "procB");
	flush(&w, "");
	CHECK(value("director_polls_total") == 12);
	CHECK(value("director_parked_polls") == 7);
	CHECK(value("director_jobs_total{result=\"success\"}") == 2);
	CHECK(value("director_errors_total{type=\"unavailable\"}") == 2);
	/* Flushed again: nothing is counted twice. */
	flush(&a, "procA");
	flush(&b, "procB");
	CHECK(value("director_polls_total") == 12);
	metrics_add(&a, METRIC_POLLS, 1);
	flush(&a, "procA");
	CHECK(value("director_polls_total") == 13);
}

static void
test_statuses(void)
{
	static const int STATUS[] = { 200, 201, 204, 304, 400, 404, 503, 101, 0,
		999, -5 };
	struct metrics m = { 0 };

	fresh();
	for (size_t i = 0; i < COUNT(STATUS); i++)
		metrics_status(&m, STATUS[i]);
	flush(&m, "p");
	CHECK(value("director_requests_total{status=\"2xx\"}") == 3);
	CHECK(value("director_requests_total{status=\"3xx\"}") == 1);
	CHECK(value("director_requests_total{status=\"4xx\"}") == 2);
	CHECK(value("director_requests_total{status=\"5xx\"}") == 1);
}

/* A process that is not there any more holds no polls. */
static void
test_dead_process(void)
{
	struct metrics m = { .parked = 2 };

	fresh();
	flush(&m, "live");
	CHECK(eio_fixture_int(&f, "HSET {t}:gauges dead 50@1 odd x") == 2);
	rds_reply_free(eio_fixture_redis(&f, "HDEL {t}:gauges dead"));
	{
		struct rds_command c =
		    rds_command("HSET", "{t}:gauges", "dead", "50 1000", NULL);
		struct err e = ERR_INIT;

		rds_reply_free(rds_call(f.rds, &c, &e));
	}
	CHECK(value("director_parked_polls") == 2);
	CHECK(eio_fixture_int(&f, "HLEN {t}:gauges") == 1);
}

static void
test_sessions(void)
{
	fresh();
	rds_reply_free(eio_fixture_redis(&f, "ZADD {t}:due:00 1 a 2 b"));
	rds_reply_free(eio_fixture_redis(&f, "ZADD {t}:due:15 1 c"));
	CHECK(value("director_sessions") == 3);
}

/* While Redis is away counters wait; nothing is lost or counted twice. */
static void
test_redis_away(void)
{
	struct metrics m = { 0 };
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT;

	fresh();
	metrics_add(&m, METRIC_EVENTS_IN, 4);
	flush(&m, "p");
	redis_kill(&f.redis);
	metrics_add(&m, METRIC_EVENTS_IN, 5);
	CHECK(metrics_flush(&m, f.rds, "t", "p", &e) == -1);
	CHECK(e.code == ERR_UNAVAILABLE);
	CHECK(metrics_print(f.rds, "t", NULL, &out, &e) == -1);
	buf_fini(&out);
	redis_launch(&f.redis);
	clock_sleep_ms(200);
	flush(&m, "p");
	/* The private Redis kept nothing; what was not flushed is there. */
	CHECK(value("director_events_total{direction=\"in\"}") == 5);
}

static bool
is_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] == '_' || (s.p[i] >= 'a' && s.p[i] <= 'z')))
			return false;
	return s.n > 0;
}

/* NAME, or NAME{label="value"}. */
static bool
is_sample(struct slice s)
{
	size_t brace = slice_chr(s, '{');
	struct slice labels = slice_from_at(s, brace);
	struct slice label;

	if (!is_name(slice_sub(s, 0, brace)))
		return false;
	if (labels.n == 0)
		return true;
	labels = slice_from_at(labels, 1);
	return slice_cut(&labels, '=', &label) && is_name(label) &&
	    slice_starts(labels, SLICE("\"")) &&
	    slice_ends(labels, SLICE("\"}"));
}

/* Each line by the format's grammar; TYPE once, before the family's samples. */
static void
test_format(void)
{
	struct json_object *jobs = json_object_new_object();
	struct slice rest, line, word;
	struct buf text;
	char type[80] = "";
	int samples = 0;

	fresh();
	(void)json_object_object_add(jobs, "queued", json_object_new_int64(3));
	(void)json_object_object_add(jobs, "dead", json_object_new_int64(0));
	text = print(jobs);
	(void)json_object_put(jobs);
	rest = buf_slice(&text);
	CHECK(slice_ends(rest, SLICE("\n")));
	rest.n -= rest.n > 0;
	while (slice_cut(&rest, '\n', &line)) {
		int64_t n;

		if (slice_starts(line, SLICE("# TYPE "))) {
			line = slice_from_at(line, 7);
			(void)slice_cut(&line, ' ', &word);
			(void)snprintf(
			    type, sizeof(type), "%.*s", SLICE_ARG(word));
			CHECK(slice_eqs(line, "counter") ||
			    slice_eqs(line, "gauge"));
			continue;
		}
		if (slice_starts(line, SLICE("# HELP ")))
			continue;
		CHECK(slice_cut(&line, ' ', &word) && is_sample(word));
		CHECK(slice_starts(word, slice_from(type)) && *type != '\0');
		CHECK(num_parse(line, 0, INT64_MAX, &n));
		samples++;
	}
	CHECK(samples > 20);
	CHECK(slice_find(buf_slice(&text),
		  SLICE("director_jobs{state=\"queued\"} 3\n")) > 0);
	buf_fini(&text);
}

int
main(void)
{
	int rc;

	eio_fixture_init(&f);
	rc = check_main((struct check_case[]){ CHECK_CASE(test_two_processes),
	    CHECK_CASE(test_statuses), CHECK_CASE(test_dead_process),
	    CHECK_CASE(test_sessions), CHECK_CASE(test_redis_away),
	    CHECK_CASE(test_format), { NULL, NULL } });
	eio_fixture_fini(&f);
	return rc;
}
