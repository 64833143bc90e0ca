/*
 * Every change of a job is one conditional UPDATE, so two processes that want
 * the same thing cannot both have it.
 */
#include "io/store_job.h"

#include <stdio.h>
#include <string.h>

#include "io/store_driver.h"
#include "proto/jval.h"

/* A job with the same key may end between two statements, a few times. */
#define UNIQUE_TURNS 3

void
store_job_fini(struct store_job *job)
{
	(void)json_object_put(job->payload);
	memset(job, 0, sizeof(*job));
}

/* ---- adding --------------------------------------------------------------- */

static int
check_new(const struct store_job_new *job, struct err *e)
{
	size_t type = strlen(job->type);

	if (job->id.n != 0 && job->id.n < STORE_JOB_ID && type != 0 &&
	    type < 32 && job->key.n <= STORE_JOB_KEY)
		return 0;
	return err_set(
	    e, ERR_INTERNAL, "A job's id, type or key has a bad length.");
}

static int
insert(struct store *s, const struct store_job_new *job, int64_t *added,
    struct err *e)
{
	struct buf payload = BUF_INIT;
	struct store_value params[6] = {
		store_text(job->id),
		store_text(slice_from(job->type)),
		store_json(&payload, job->payload, "{}"),
		store_text_or_null(job->session_id),
		store_int(job->delay_ms),
		store_text_or_null(job->key),
	};
	int rc = store_write(s, STORE_JOB_ADD, params, 6, added, e);

	buf_fini(&payload);
	return rc;
}

int
store_job_add_new(struct store *s, const struct store_job_new *job,
    char live[STORE_JOB_ID], struct err *e)
{
	int64_t added = 0;

	if (live != NULL)
		*live = '\0';
	if (check_new(job, e) != 0)
		return -1;
	for (int turn = 0; turn < UNIQUE_TURNS; turn++) {
		if (insert(s, job, &added, e) != 0)
			return -1;
		if (added != 0 || job->key.n == 0)
			return 0;
		if (live == NULL)
			return err_set(e, ERR_CONFLICT,
			    "A job with the same key is not ended yet.");
		if (store_word(s, STORE_JOB_LIVE, job->key, live, STORE_JOB_ID,
			e) != 0)
			return -1;
		if (*live != '\0')
			return 0;
		/* That one has ended meanwhile. */
	}
	return err_set(e, ERR_UNAVAILABLE, "Jobs with this key come and go.");
}

int
store_job_add(struct store *s, struct slice id, const char *type,
    struct json_object *payload, int64_t delay_ms, struct err *e)
{
	const struct store_job_new job = { id, type, payload, SLICE_EMPTY,
		SLICE_EMPTY, delay_ms };

	return store_job_add_new(s, &job, NULL, e);
}

static void
add_text(struct json_object *array, struct slice text)
{
	(void)json_object_array_add(array, jval_new_str(text));
}

static void
add_int(struct json_object *array, int64_t number)
{
	(void)json_object_array_add(array, json_object_new_int64(number));
}

/* Runs a statement whose first parameter is the array, which is dropped. */
static int
run_array(struct store *s, enum store_query q, struct json_object *array,
    int64_t number, struct store_sink *sink, struct err *e)
{
	static const int N[] = { [STORE_JOB_ADD_MANY] = 1,
		[STORE_JOB_SUCCEED_MANY] = 1,
		[STORE_JOB_RENEW] = 2,
		[STORE_JOB_START_MANY] = 2 };
	struct buf json = BUF_INIT;
	struct store_value params[3] = { store_json(&json, array, "[]"),
		store_int(number), store_int(STORE_JOB_DEATHS) };
	int rc = store_run(s, q, params, N[q], sink, e);

	buf_fini(&json);
	(void)json_object_put(array);
	return rc;
}

int
store_job_add_many(
    struct store *s, const struct store_job_new *jobs, size_t n, struct err *e)
{
	struct json_object *array = json_object_new_array(), *row;

	for (size_t i = 0; i < n; i++) {
		if (check_new(&jobs[i], e) != 0) {
			(void)json_object_put(array);
			return -1;
		}
		row = json_object_new_array();
		add_text(row, jobs[i].id);
		add_text(row, slice_from(jobs[i].type));
		(void)json_object_array_add(row,
		    jobs[i].payload != NULL ? json_object_get(jobs[i].payload)
					    : json_object_new_object());
		add_int(row, jobs[i].delay_ms);
		(void)json_object_array_add(array, row);
	}
	return run_array(s, STORE_JOB_ADD_MANY, array, 0, NULL, e);
}

/* ---- running -------------------------------------------------------------- */

struct found {
	struct store_job *job;
	int64_t n;  /* 1 when there was one */
	bool final; /* these of job_get only */
	bool waits, poison;
};

static void
read_row(const struct store_value *v, struct store_job *job)
{
	memset(job, 0, sizeof(*job));
	(void)snprintf(job->id, sizeof(job->id), "%.*s", SLICE_ARG(v[0].bytes));
	(void)snprintf(
	    job->type, sizeof(job->type), "%.*s", SLICE_ARG(v[1].bytes));
	job->token = v[2].number;
	job->tries = (int)v[3].number;
	job->deaths = (int)v[4].number;
	if (jval_parse(v[5].bytes, &job->payload) != JVAL_OK)
		job->payload = NULL;
	(void)snprintf(job->session_id, sizeof(job->session_id), "%.*s",
	    SLICE_ARG(v[6].bytes));
	job->cancel = v[7].number != 0;
	job->life = v[8].number;
	job->unknown_ms = v[9].number;
}

/* The columns of {job_row}, and perhaps those of job_get. */
static int
row_job(const struct store_row *row, void *cookie)
{
	struct found *found = cookie;

	read_row(row->values, found->job);
	found->final = row->n > 10 && row->values[10].number != 0;
	found->waits = row->n > 11 && row->values[11].number != 0;
	found->poison = row->n > 12 && row->values[12].number != 0;
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

	if (run_job(s, STORE_JOB_GET, params, 2, found, e) == -1)
		return -1;
	*what = STORE_JOB_GONE;
	if (found->n == 0)
		return 0;
	*what = STORE_JOB_FINAL;
	if (found->final)
		return 0;
	*what = found->waits ? STORE_JOB_WAITS : STORE_JOB_BUSY;
	store_job_fini(found->job);
	if (!found->poison)
		return 0;
	if (run_job(s, STORE_JOB_BURY, params, 2, found, e) == -1)
		return -1;
	/* Else somebody else was faster. */
	if (found->n != 0)
		*what = STORE_JOB_DEAD;
	return 0;
}

int
store_job_start(struct store *s, struct slice id, int64_t lease_ms,
    struct store_job *job, enum store_job_start *what, struct err *e)
{
	struct store_value params[3] = { store_text(id), store_int(lease_ms),
		store_int(STORE_JOB_DEATHS) };
	struct found found = { job, 0, false, false, false };

	memset(job, 0, sizeof(*job));
	if (run_job(s, STORE_JOB_START, params, 3, &found, e) == -1)
		return -1;
	*what = STORE_JOB_STARTED;
	return found.n != 0 ? 0 : explain(s, id, &found, what, e);
}

struct many {
	struct store_job_many *out;
	size_t max;
};

static int
row_many(const struct store_row *row, void *cookie)
{
	const struct many *many = cookie;

	if (many->out->n < many->max)
		read_row(row->values, &many->out->jobs[many->out->n++]);
	return 0;
}

int
store_job_start_many(struct store *s, const struct slice *ids, size_t n,
    int64_t lease_ms, struct store_job_many *out, struct err *e)
{
	struct json_object *array = json_object_new_array();
	struct many many = { out, n };
	struct store_sink sink = { row_many, &many, 0 };

	out->n = 0;
	for (size_t i = 0; i < n; i++)
		add_text(array, ids[i]);
	if (run_array(s, STORE_JOB_START_MANY, array, lease_ms, &sink, e) == 0)
		return 0;
	/* Returned and then not committed. */
	while (out->n > 0)
		store_job_fini(&out->jobs[--out->n]);
	return -1;
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

static void
add_holder(struct json_object *array, const struct store_job *job,
    struct json_object *result)
{
	struct json_object *row = json_object_new_array();

	add_text(row, slice_from(job->id));
	add_int(row, job->token);
	(void)json_object_array_add(row, json_object_get(result));
	(void)json_object_array_add(array, row);
}

struct leases {
	struct store_job_lease *lease;
	size_t n, next;
};

static int
row_lease(const struct store_row *row, void *cookie)
{
	struct leases *all = cookie;

	/* They mostly come in the same order. */
	for (size_t i = 0; i < all->n; i++) {
		size_t at = (all->next + i) % all->n;
		struct store_job_lease *lease = &all->lease[at];

		if (!slice_eqs(row->values[0].bytes, lease->job->id))
			continue;
		lease->held = true;
		lease->cancel = row->values[1].number != 0;
		all->next = at + 1;
		break;
	}
	return 0;
}

int
store_job_renew(struct store *s, struct store_job_lease *leases, size_t n,
    int64_t lease_ms, struct err *e)
{
	struct json_object *array = json_object_new_array();
	struct leases all = { leases, n, 0 };
	struct store_sink sink = { row_lease, &all, 0 };

	for (size_t i = 0; i < n; i++) {
		leases[i].held = leases[i].cancel = false;
		add_holder(array, leases[i].job, NULL);
	}
	return run_array(s, STORE_JOB_RENEW, array, lease_ms, &sink, e);
}

int
store_job_progress(struct store *s, const struct store_job *job,
    struct json_object *progress, struct err *e)
{
	struct buf json = BUF_INIT;
	struct store_value params[3] = { store_text(slice_from(job->id)),
		store_int(job->token), store_json(&json, progress, NULL) };
	int rc = as_holder(s, STORE_JOB_PROGRESS, params, 3, e);

	buf_fini(&json);
	return rc;
}

/* ---- ending --------------------------------------------------------------- */

int
store_job_finish(struct store *s, const struct store_job *job,
    const char *state, const char *error, struct err *e)
{
	struct store_value params[4] = { store_text(slice_from(job->id)),
		store_int(job->token), store_text(slice_from(state)),
		store_text(slice_from(error)) };

	if (strcmp(state, "success") != 0 && strcmp(state, "error") != 0 &&
	    strcmp(state, "cancelled") != 0 && strcmp(state, "dead") != 0)
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
store_job_succeed_many(struct store *s, const struct store_job *jobs,
    struct json_object *const *results, size_t n, size_t *ended, struct err *e)
{
	struct json_object *array = json_object_new_array();
	struct store_sink sink = { NULL, NULL, 0 };

	for (size_t i = 0; i < n; i++)
		add_holder(array, &jobs[i], results[i]);
	*ended = 0;
	if (run_array(s, STORE_JOB_SUCCEED_MANY, array, 0, &sink, e) != 0)
		return -1;
	*ended = (size_t)sink.count;
	return 0;
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

int
store_job_unknown(struct store *s, const struct store_job *job,
    int64_t delay_ms, struct err *e)
{
	struct store_value params[3] = { store_text(slice_from(job->id)),
		store_int(job->token), store_int(delay_ms) };

	return as_holder(s, STORE_JOB_UNKNOWN, params, 3, e);
}

/* ---- cancelling, living again --------------------------------------------- */

int
store_job_cancel(struct store *s, struct slice id, int64_t lease_ms,
    struct store_job *job, enum store_job_cancel *what, struct err *e)
{
	struct store_value params[2] = { store_text(id), store_int(lease_ms) };
	struct found found = { job, 0, false, false, false };
	int64_t told = 0;

	memset(job, 0, sizeof(*job));
	if (run_job(s, STORE_JOB_TAKE, params, 2, &found, e) == -1)
		return -1;
	*what = STORE_JOB_TAKEN;
	if (found.n != 0)
		return 0;
	if (store_write(s, STORE_JOB_CANCEL, params, 1, &told, e) == -1)
		return -1;
	*what = told != 0 ? STORE_JOB_TOLD : STORE_JOB_TOO_LATE;
	return 0;
}

int
store_job_revive(
    struct store *s, struct slice id, struct store_job *job, struct err *e)
{
	struct store_value param = store_text(id);
	struct found found = { job, 0, false, false, false };

	memset(job, 0, sizeof(*job));
	if (run_job(s, STORE_JOB_REVIVE, &param, 1, &found, e) == -1)
		return -1;
	if (found.n != 0)
		return 0;
	return err_set(e, ERR_CONFLICT,
	    "Only a job that ended as error or cancelled can be run again.");
}

int
store_job_drop(struct store *s, struct slice id, struct err *e)
{
	struct store_value param = store_text(id);
	int64_t gone = 0;

	if (store_write(s, STORE_JOB_DROP, &param, 1, &gone, e) == -1)
		return -1;
	if (gone != 0)
		return 0;
	return err_set(
	    e, ERR_CONFLICT, "This job has not ended: cancel it first.");
}

int
store_job_next(struct store *s, struct slice session_id,
    char id[static STORE_JOB_ID], struct err *e)
{
	return store_word(s, STORE_JOB_NEXT, session_id, id, STORE_JOB_ID, e);
}

/* ---- forgetting ----------------------------------------------------------- */

static int
forget(struct store *s, enum store_query q, const struct store_value *params,
    int n, bool *more, struct err *e)
{
	int64_t gone = 0;

	if (store_write(s, q, params, n, &gone, e) == -1)
		return -1;
	*more |= gone == STORE_JOB_FORGET_MAX;
	return 0;
}

static int
forget_all(struct store *s, const struct store_job_keep *keep, bool *more,
    struct err *e)
{
	const int64_t kept_ms[] = { keep->ended_ms, keep->dead_ms };
	struct store_value vectors[] = { store_int(keep->vectors_ms),
		store_int(STORE_JOB_FORGET_MAX) };

	for (int dead = 0; dead < 2; dead++) {
		struct store_value params[] = { store_int(dead),
			store_int(kept_ms[dead]),
			store_int(STORE_JOB_FORGET_MAX) };

		if (kept_ms[dead] != 0 &&
		    forget(s, STORE_JOB_FORGET, params, 3, more, e) != 0)
			return -1;
	}
	if (keep->vectors_ms == 0)
		return 0;
	return forget(s, STORE_JOB_FORGET_VECTORS, vectors, 2, more, e);
}

int
store_job_forget(struct store *s, const struct store_job_keep *keep,
    int64_t every_ms, bool *more, struct err *e)
{
	struct store_value param = store_int(every_ms);
	struct store_sink due = { NULL, NULL, 0 };
	struct store_scope scope;
	int64_t mine = 0;
	int rc;

	*more = false;
	/* Reading takes no writer's lock. */
	if (store_run(s, STORE_JOB_TIDY_DUE, &param, 1, &due, e) == -1)
		return -1;
	if (due.count == 0)
		return 0;
	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = store_write(s, STORE_JOB_TIDY, &param, 1, &mine, e);
	if (rc == 0 && mine != 0)
		rc = forget_all(s, keep, more, e);
	return store_leave(s, &scope, rc, e);
}

/* ---- tickets -------------------------------------------------------------- */

struct swept {
	struct store_job_swept *jobs;
	int n, limit;
};

static int
row_swept(const struct store_row *row, void *cookie)
{
	struct swept *swept = cookie;
	struct store_job_swept *job;

	if (swept->n == swept->limit)
		return 1;
	job = &swept->jobs[swept->n++];
	(void)snprintf(
	    job->id, sizeof(job->id), "%.*s", SLICE_ARG(row->values[0].bytes));
	(void)snprintf(job->type, sizeof(job->type), "%.*s",
	    SLICE_ARG(row->values[1].bytes));
	return 0;
}

int
store_job_sweep(struct store *s, int64_t quiet_ms, int limit,
    struct store_job_swept *jobs, int *n, struct err *e)
{
	struct store_value params[2] = { store_int(quiet_ms),
		store_int(limit) };
	struct swept swept = { jobs, 0, limit };
	struct store_sink any = { NULL, NULL, 0 };
	struct store_sink sink = { row_swept, &swept, 0 };

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

int
store_job_depths(struct store *s, struct json_object **rows, struct err *e)
{
	return store_all(s, STORE_JOB_DEPTHS, NULL, 0, rows, e);
}
