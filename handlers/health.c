#include "handlers/health.h"

#include "io/store_job.h"
#include "proto/jval.h"

static int
say(struct ctx *c, const char *status)
{
	struct json_object *o = json_object_new_object();

	jval_put_str(o, "status", slice_from(status));
	return ctx_json(c, 200, o);
}

int
health_live(struct ctx *c, struct err *e)
{
	(void)e;
	return say(c, "alive");
}

int
health_ready(struct ctx *c, struct err *e)
{
	struct rds_command ping = rds_command("PING", NULL);
	struct redisReply *reply = rds_call(c->rds, &ping, e);
	struct store *s;

	if (reply == NULL)
		return -1;
	rds_reply_free(reply);
	s = ctx_store(c, e);
	if (s == NULL || store_ready(s, e) != 0)
		return -1;
	return say(c, "ready");
}

int
health_metrics(struct ctx *c, struct err *e)
{
	struct store *s = ctx_store(c, e);
	struct json_object *jobs = NULL;
	int rc;

	/* Without the store the rest is still worth telling. */
	if (s != NULL && store_job_counts(s, &jobs, e) != 0)
		jobs = NULL;
	rc = metrics_flush(
	    c->metrics, c->rds, c->eio.prefix, c->eio.wake->process, e);
	if (rc == 0)
		rc = metrics_print(
		    c->rds, c->eio.prefix, jobs, &c->res->body, e);
	(void)json_object_put(jobs);
	if (rc == 0)
		http_header(c->res, "Content-Type",
		    "text/plain; version=0.0.4; charset=utf-8");
	return rc;
}
