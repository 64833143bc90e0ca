/**
 * A small application on the product's transport: what its main() does beside
 * the tables. Its configuration is the environment, with defaults of its own.
 *
 *      int
 *      main(void)
 *      {
 *              return app_main("echo.fcgi", &APP, DEFAULTS, COUNT(DEFAULTS));
 *      }
 */
#ifndef TESTS_HARNESS_APP_H
#define TESTS_HARNESS_APP_H

#include <stdio.h>
#include <stdlib.h>

#include "fcgi/server.h"
#include "handlers/health.h"
#include "io/log.h"

/** Set where the environment does not say. */
struct app_default {
	const char *name, *value;
};

/** For /readyz: Redis is all there is to wait for. */
static inline int
app_ready(struct ctx *c, struct err *e)
{
	struct rds_command ping = rds_command("PING", NULL);
	struct redisReply *reply = rds_call(c->rds, &ping, e);

	if (reply == NULL)
		return -1;
	rds_reply_free(reply);
	return health_live(c, e);
}

static inline int
app_conf(struct conf *conf, const char *program, const struct app_default *list,
    size_t n)
{
	struct err e = ERR_INIT;

	/* Before any thread. */
	for (size_t i = 0; i < n; i++)
		(void)setenv(list[i].name, list[i].value, 0);
	if (conf_load(conf, &e) != 0 ||
	    rds_url_check(conf->redis_url, &e) != 0) {
		(void)fprintf(stderr, "%s: %s\n", program, e.msg);
		return -1;
	}
	log_set_level(log_level_parse(conf->log_level));
	return 0;
}

static inline int
app_main(const char *program, const struct app *app,
    const struct app_default *list, size_t n)
{
	struct conf conf;
	int rc;

	if (app_conf(&conf, program, list, n) != 0)
		return 1;
	rc = server_run(app, &conf, conf.redis_prefix);
	conf_fini(&conf);
	return rc;
}

#endif
