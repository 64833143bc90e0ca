/* director-worker: drains the job queue; --queues shows it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/worker.h"
#include "handlers/app.h"
#include "handlers/stage.h"
#include "io/log.h"
#include "proto/jval.h"

#define PURPOSE "runs the jobs of Director's queue"

/* ---- --queues --------------------------------------------------------------- */

/* How long somebody has waited: "12s", "3m", "5h"; "-": nobody does. */
static void
print_age(char out[static 32], int64_t queued, int64_t ms)
{
	int64_t s = ms / 1000;

	if (queued == 0)
		(void)snprintf(out, 32, "-");
	else if (s < 120)
		(void)snprintf(out, 32, "%llds", (long long)s);
	else if (s < 7200)
		(void)snprintf(out, 32, "%lldm", (long long)(s / 60));
	else
		(void)snprintf(out, 32, "%lldh", (long long)(s / 3600));
}

static int64_t
number(struct json_object *row, const char *key)
{
	return json_object_get_int64(json_object_object_get(row, key));
}

static int
print_jobs(const struct conf *conf, struct err *e)
{
	struct store *s = store_open(conf->database_url, e);
	struct json_object *rows = NULL;
	char age[32];
	int rc;

	if (s == NULL)
		return -1;
	rc = store_job_depths(s, &rows, e);
	store_close(s);
	if (rc != 0)
		return -1;
	(void)printf("%-12s %9s %9s %9s %9s\n", "type", "queued", "oldest",
	    "running", "dead");
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		int64_t queued = number(row, "queued");

		print_age(age, queued, number(row, "oldest_ms"));
		(void)printf("%-12s %9lld %9s %9lld %9lld\n",
		    json_object_get_string(json_object_object_get(row, "type")),
		    (long long)queued, age, (long long)number(row, "running"),
		    (long long)number(row, "dead"));
	}
	(void)json_object_put(rows);
	return 0;
}

static int
print_tickets(const struct conf *conf, const char *prefix, struct err *e)
{
	static const char *const LANES[] = { "jobs", "quick" };
	struct rds_breaker *breaker = rds_breaker_new();
	struct rds *rds =
	    rds_new(conf->redis_url, conf->redis_timeout_ms, breaker);
	int rc = 0;

	(void)printf(
	    "\n%-12s %9s %9s %9s\n", "lane", "tickets", "in flight", "delayed");
	for (int i = 0; rc == 0 && i < QUEUE_LANE__MAX; i++) {
		const struct queue q = { rds, prefix, (enum queue_lane)i };
		int64_t depth = 0, taken = 0, later = 0;

		rc = queue_depth(&q, &depth, e);
		if (rc == 0)
			rc = queue_taken(&q, &taken, &later, e);
		if (rc == 0)
			(void)printf("%-12s %9lld %9lld %9lld\n", LANES[i],
			    (long long)depth, (long long)taken,
			    (long long)later);
	}
	rds_free(rds);
	rds_breaker_free(breaker);
	return rc;
}

/* ---- main ------------------------------------------------------------------- */

static int
complain(const struct err *e)
{
	(void)fprintf(stderr, "director-worker: %s\n", e->msg);
	return 1;
}

static int
help(void)
{
	conf_help("director-worker", PURPOSE);
	(void)puts("\nOptions:\n"
		   "  --queues  print what waits, runs and is dead, and exit\n"
		   "  -t        check the configuration and exit");
	return 0;
}

static int
run(const struct conf *conf, const char *option)
{
	struct err e = ERR_INIT;
	char *prefix = app_prefix(conf, &e);
	int rc = 0;

	if (prefix == NULL)
		return complain(&e);
	if (strcmp(option, "--queues") != 0)
		worker_run(conf, prefix, jobs_find);
	else if (print_jobs(conf, &e) != 0 ||
	    print_tickets(conf, prefix, &e) != 0)
		rc = complain(&e);
	free(prefix);
	return rc;
}

int
main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : "";
	struct conf conf;
	struct err e = ERR_INIT;
	int rc;

	if (strcmp(option, "--help") == 0)
		return help();
	if (conf_load(&conf, &e) != 0 || stage_check(&conf, &e) != 0 ||
	    rds_url_check(conf.redis_url, &e) != 0) {
		conf_fini(&conf);
		return complain(&e);
	}
	log_set_level(log_level_parse(conf.log_level));
	if (strcmp(option, "-t") == 0)
		rc = puts("The configuration is good.") < 0;
	else if (*option == '\0' || strcmp(option, "--queues") == 0)
		rc = run(&conf, option);
	else
		rc = (fprintf(stderr,
			  "director-worker: unknown option %s; see --help\n",
			  option),
		    1);
	conf_fini(&conf);
	return rc;
}
