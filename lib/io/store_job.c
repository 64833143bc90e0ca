/*
 * Every change of a job is one conditional UPDATE, so two processes that want
 * the same thing cannot both have it.
 */
#include "io/store_job.h"

#include <stdio.h>
#include <string.h>

#include "io/store_driver.h"
#include "io/store_job_row.h"
#include "proto/jval.h"

void
store_job_fini(struct store_job *job)
{
	(void)json_object_put(job->payload);
	memset(job, 0, sizeof(*job));
}

int
store_job_row_add(
    struct store *s, const struct store_job_row *row, struct err *e)
{
	struct slice type = slice_from(row->type);
	struct buf payload = BUF_INIT;
	struct store_value params[5];
	int rc;

	if (row->id.n == 0 || row->id.n > 36 || type.n == 0 || type.n > 31)
		return err_set(
		    e, ERR_INTERNAL, "A job's id or type has a bad length.");
	params[0] = store_text(row->id);
	params[1] = store_text(type);
	params[2] = store_json(&payload, row->payload, "{}");
	params[3] = store_text_or_null(row->session_id);
	params[4] = store_int(row->delay_ms);
	rc = store_write(s, STORE_JOB_ADD, params, 5, NULL, e);
	buf_fini(&payload);
	return rc;
}

int
store_job_add(struct store *s, struct slice id, const char *type,
    struct json_object *payload, int64_t delay_ms, struct err *e)
{
	struct store_job_row row = { id, type, payload, SLICE_EMPTY, delay_ms };

	return store_job_row_add(s, &row, e);
}

struct found {
	struct store_job *job;
	int64_t n;  /* 1 when there was one */
	bool final; /* of job_get only */
};

/* The columns of {job_row}, and perhaps whether it ended. */
static int
row_job(const struct store_row *row, void *cookie)
{
	struct found *found = cookie;
	struct store_job *job = found->job;
	const struct store_value *v = row->values;

	memset(job, 0, sizeof(*job));
	(void)snprintf(job->id, sizeof(job->id), "%.*s", SLICE_ARG(v[0].bytes));
	(void)snprintf(
	    job->type, sizeof(job->type), "%.*s", SLICE_ARG(v[1].bytes));
	job->token = v[2].number;
	job->tries = (int)v[3].number;
	job->deaths = (int)v[4].number;
	if (jval_parse(v[5].bytes, &job->payload) != JVAL_OK)
		job->payload = NULL;
	found->final = row->n > 6 && v[6].number != 0;
	return 1;
}

/* Run a statement that returns {job_row}. */
static int
run_job(struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct found *found, struct err *e)
{
	struct store_sink sink = { row_job, found, 0 };
	int rc = store_run(s, q, params, n_params, &sink, e);

	found->n = sink.count;
	/* Returned and then not committed. */
	if (rc == -1 && sink.count != 0)
		store_job_fini(found->job);
	return rc;
}

/* Nobody may start it now: why? */
static int
explain(struct store *s, struct slice id, struct found *found,
    enum store_job_start *what, struct err *e)
{
	struct store_value params[2] = { store_text(id),
		store_int(STORE_JOB_DEATHS) };

	if (run_job(s, STORE_JOB_BURY, params, 2, found, e) == -1)
		return -1;
	*what = STORE_JOB_DEAD;
	if (found->n != 0)
		return 0;
	if (run_job(s, STORE_JOB_GET, params, 1, found, e) == -1)
		return -1;
	*what = STORE_JOB_GONE;
	if (found->n == 0)
		return 0;
	*what = STORE_JOB_FINAL;
	if (found->final)
		return 0;
	*what = STORE_JOB_BUSY;
	store_job_fini(found->job);
	return 0;
}

int
store_job_start(struct store *s, struct slice id, int64_t lease_ms,
    struct store_job *job, enum store_job_start *what, struct err *e)
{
	struct store_value params[3] = { store_text(id), store_int(lease_ms),
		store_int(STORE_JOB_DEATHS) };
	struct found found = { NULL, 0, false };

	memset(job, 0, sizeof(*job));
	found.job = job;
	if (run_job(s, STORE_JOB_START, params, 3, &found, e) == -1)
		return -1;
	*what = STORE_JOB_STARTED;
	return found.n != 0 ? 0 : explain(s, id, &found, what, e);
}

int
store_job_type(
    struct store *s, struct slice id, char type[static 32], struct err *e)
{
	return store_word(s, STORE_JOB_TYPE, id, type, 32, e);
}

/* A change that only the holder of the newest token may make. */
static int
as_holder(struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct err *e)
{
	int64_t changed = 0;

	if (store_write(s, q, params, n_params, &changed, e) == -1)
		return -1;
	if (changed == 0)
		return err_set(
		    e, ERR_STALE, "The job was taken over, ended or deleted.");
	return 0;
}

int
store_job_renew(struct store *s, const struct store_job *job, int64_t lease_ms,
    struct err *e)
{
	struct store_value params[3] = { store_text(slice_from(job->id)),
		store_int(job->token), store_int(lease_ms) };

	return as_holder(s, STORE_JOB_RENEW, params, 3, e);
}

int
store_job_finish(struct store *s, const struct store_job *job,
    const char *state, const char *error, struct err *e)
{
	struct store_value params[4] = { store_text(slice_from(job->id)),
		store_int(job->token), store_text(slice_from(state)),
		store_text(slice_from(error)) };

	if (strcmp(state, "success") != 0 && strcmp(state, "error") != 0 &&
	    strcmp(state, "cancelled") != 0)
		return err_set(
		    e, ERR_INTERNAL, "A job cannot end as \"%s\".", state);
	return as_holder(s, STORE_JOB_FINISH, params, 4, e);
}

int
store_job_succeed(struct store *s, const struct store_job *job,
    struct json_object *result, struct err *e)
{
	struct buf json = BUF_INIT;
	struct store_value params[3] = { store_text(slice_from(job->id)),
		store_int(job->token), store_json(&json, result, NULL) };
	int rc = as_holder(s, STORE_JOB_SUCCEED, params, 3, e);

	buf_fini(&json);
	return rc;
}

int
store_job_outcome(
    struct store *s, struct slice id, struct json_object **row, struct err *e)
{
	struct store_value param = store_text(id);

	if (store_one(s, STORE_JOB_OUTCOME, &param, 1, row, e) != 0)
		return -1;
	if (*row == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no job with this id.");
	return 0;
}

int
store_job_retry(struct store *s, const struct store_job *job, int64_t delay_ms,
    const char *error, struct err *e)
{
	struct store_value params[4] = { store_text(slice_from(job->id)),
		store_int(job->token), store_int(delay_ms),
		store_text(slice_from(error)) };

	return as_holder(s, STORE_JOB_RETRY, params, 4, e);
}

int
store_job_release(struct store *s, const struct store_job *job,
    int64_t delay_ms, struct err *e)
{
	struct store_value params[3] = { store_text(slice_from(job->id)),
		store_int(job->token), store_int(delay_ms) };

	return as_holder(s, STORE_JOB_RELEASE, params, 3, e);
}

/* Tickets */

struct swept {
	char (*ids)[37];
	int n, limit;
};

static int
row_id(const struct store_row *row, void *cookie)
{
	struct swept *swept = cookie;

	if (swept->n == swept->limit)
		return 1;
	(void)snprintf(swept->ids[swept->n++], 37, "%.*s",
	    SLICE_ARG(row->values[0].bytes));
	return 0;
}

int
store_job_sweep(struct store *s, int64_t quiet_ms, int limit, char (*ids)[37],
    int *n, struct err *e)
{
	struct store_value params[2] = { store_int(quiet_ms),
		store_int(limit) };
	struct swept swept = { ids, 0, limit };
	struct store_sink any = { NULL, NULL, 0 };
	struct store_sink sink = { row_id, &swept, 0 };

	*n = 0;
	if (store_run(s, STORE_JOB_SWEEP_ANY, params, 1, &any, e) == -1)
		return -1;
	if (any.count == 0)
		return 0;
	if (store_run(s, STORE_JOB_SWEEP, params, 2, &sink, e) == -1)
		return -1;
	*n = swept.n;
	return 0;
}

int
store_job_ticketed(struct store *s, struct slice id, struct err *e)
{
	struct store_value param = store_text(id);

	return store_write(s, STORE_JOB_TICKETED, &param, 1, NULL, e);
}

static int
row_count(const struct store_row *row, void *cookie)
{
	char state[32];

	(void)snprintf(
	    state, sizeof(state), "%.*s", SLICE_ARG(row->values[0].bytes));
	jval_put_int(cookie, state, row->values[1].number);
	return 0;
}

int
store_job_counts(struct store *s, struct json_object **counts, struct err *e)
{
	static const char *const STATES[] = { "queued", "running", "success",
		"error", "cancelled" };
	struct store_sink sink = { row_count, NULL, 0 };

	*counts = json_object_new_object();
	sink.cookie = *counts;
	for (size_t i = 0; i < COUNT(STATES); i++)
		jval_put_int(*counts, STATES[i], 0);
	if (store_run(s, STORE_JOB_COUNTS, NULL, 0, &sink, e) == 0)
		return 0;
	(void)json_object_put(*counts);
	*counts = NULL;
	return -1;
}
