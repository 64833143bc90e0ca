/* director-worker: drains the job queue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/worker.h"
#include "handlers/app.h"
#include "io/log.h"

#define PURPOSE "runs the jobs of Director's queue"

int
main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : "";
	struct conf conf;
	struct err e = ERR_INIT;
	char *prefix = NULL;
	int rc = 0;

	if (strcmp(option, "--help") == 0) {
		conf_help("director-worker", PURPOSE);
		return 0;
	}
	if (conf_load(&conf, &e) != 0 ||
	    rds_url_check(conf.redis_url, &e) != 0) {
		(void)fprintf(stderr, "director-worker: %s\n", e.msg);
		return 1;
	}
	log_set_level(log_level_parse(conf.log_level));
	if (strcmp(option, "-t") == 0) {
		rc = puts("The configuration is good.") < 0;
	} else if ((prefix = app_prefix(&conf, &e)) == NULL) {
		(void)fprintf(stderr, "director-worker: %s\n", e.msg);
		rc = 1;
	} else {
		worker_run(&conf, prefix, jobs_find);
	}
	free(prefix);
	conf_fini(&conf);
	return rc;
}
