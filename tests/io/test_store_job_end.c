/* Jobs that ended: how long they are kept, and what lives again; those whose type
 * nobody knows. */
#include "io/store_job.h"

#include "test_store_fixture.h"

#define LEASE_MS  60000
#define LONG_MS   INT64_C(3600000)
#define OFTEN_MS  0
#define SELDOM_MS 60000

/* Ended in this state: "dead" is an error. */
static void
add_ended(struct fixture *f, const char *id, const char *type,
    const char *state, struct json_object *result)
{
	enum store_job_start what = STORE_JOB_GONE;
	struct store_job job;
	int rc;

	CHECK(store_job_add(f->s, slice_from(id), type, NULL, 0, &f->e) == 0);
	CHECK(store_job_start(
		  f->s, slice_from(id), LEASE_MS, &job, &what, &f->e) == 0);
	CHECK(what == STORE_JOB_STARTED);
	rc = strcmp(state, "success") == 0
	    ? store_job_succeed(f->s, &job, result, &f->e)
	    : store_job_finish(f->s, &job, state, "", &f->e);
	CHECK(rc == 0);
	store_job_fini(&job);
}

static bool
is_there(struct fixture *f, const char *id)
{
	struct json_object *row = NULL;
	int rc = store_job_outcome(f->s, slice_from(id), &row, &f->e);

	(void)json_object_put(row);
	return rc == 0;
}

static bool
forget(struct fixture *f, const struct store_job_keep *keep, int64_t every_ms)
{
	bool more = false;

	CHECK(store_job_forget(f->s, keep, every_ms, &more, &f->e) == 0);
	return more;
}

static void
test_forget(void)
{
	const struct store_job_keep all = { 0, 0, 0 },
				    some = { LONG_MS, LONG_MS, LONG_MS },
				    letters = { 1, LONG_MS, 0 },
				    none = { LONG_MS, 1, 0 };
	struct store_job job;
	enum store_job_start what;
	struct fixture f;

	fixture_open(&f);
	add_ended(&f, "success", "t", "success", NULL);
	add_ended(&f, "error", "t", "error", NULL);
	add_ended(&f, "cancelled", "t", "cancelled", NULL);
	add_ended(&f, "dead", "t", "dead", NULL);
	add_ended(&f, "again", "t", "error", NULL);
	CHECK(store_job_revive(f.s, SLICE("again"), &job, &f.e) == 0);
	store_job_fini(&job);
	CHECK(store_job_add(f.s, SLICE("queued"), "t", NULL, 0, &f.e) == 0);
	CHECK(store_job_add(f.s, SLICE("running"), "t", NULL, 0, &f.e) == 0);
	CHECK(store_job_start(
		  f.s, SLICE("running"), LEASE_MS, &job, &what, &f.e) == 0);
	store_job_fini(&job);
	fixture_sleep(5);
	CHECK(!forget(&f, &all, OFTEN_MS) && !forget(&f, &some, OFTEN_MS));
	CHECK(is_there(&f, "success") && is_there(&f, "error") &&
	    is_there(&f, "cancelled") && is_there(&f, "dead"));
	fixture_sleep(5);
	CHECK(!forget(&f, &letters, OFTEN_MS));
	CHECK(!is_there(&f, "success") && !is_there(&f, "error") &&
	    !is_there(&f, "cancelled") && is_there(&f, "dead"));
	fixture_sleep(5);
	CHECK(!forget(&f, &none, OFTEN_MS) && !is_there(&f, "dead"));
	CHECK(is_there(&f, "again") && is_there(&f, "queued") &&
	    is_there(&f, "running"));
	fixture_close(&f);
}

/* By one of all who ask, and some at once. */
static void
test_forget_in_turns(void)
{
	const struct store_job_keep keep = { 1, 1, 1 };
	static char ids[STORE_JOB_FORGET_MAX + 1][8];
	static struct slice id[COUNT(ids)];
	static struct store_job_new jobs[COUNT(ids)];
	static struct store_job started[COUNT(ids)];
	static struct json_object *results[COUNT(ids)];
	struct store_job_many many = { started, 0 };
	struct json_object *counts = NULL;
	struct fixture f;
	size_t ended = 0;

	fixture_open(&f);
	for (size_t i = 0; i < COUNT(ids); i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "j%zu", i);
		id[i] = slice_from(ids[i]);
		jobs[i] = (struct store_job_new){ .id = id[i], .type = "t" };
	}
	CHECK(store_job_add_many(f.s, jobs, COUNT(ids), &f.e) == 0);
	CHECK(store_job_start_many(
		  f.s, id, COUNT(ids), LEASE_MS, &many, &f.e) == 0);
	CHECK(store_job_succeed_many(
		  f.s, started, results, many.n, &ended, &f.e) == 0);
	CHECK(ended == COUNT(ids));
	for (size_t i = 0; i < many.n; i++)
		store_job_fini(&started[i]);
	fixture_sleep(5);
	CHECK(forget(&f, &keep, SELDOM_MS));
	/* Somebody has done it a moment ago. */
	CHECK(!forget(&f, &keep, SELDOM_MS));
	CHECK(store_job_counts(f.s, &counts, &f.e) == 0);
	CHECK(fixture_int(counts, "success") == 1);
	(void)json_object_put(counts);
	fixture_sleep(5);
	CHECK(!forget(&f, &keep, OFTEN_MS));
	CHECK(store_job_counts(f.s, &counts, &f.e) == 0);
	CHECK(fixture_int(counts, "success") == 0);
	(void)json_object_put(counts);
	fixture_close(&f);
}

static bool
has_result(struct fixture *f, const char *id)
{
	struct json_object *row = NULL;
	bool has;

	CHECK(store_job_outcome(f->s, slice_from(id), &row, &f->e) == 0);
	has = json_object_object_get(row, "result") != NULL;
	(void)json_object_put(row);
	return has;
}

/* The embedding of a search is of use for seconds. */
static void
test_forget_vectors(void)
{
	const struct store_job_keep later = { 0, 0, LONG_MS },
				    now = { 0, 0, 1 };
	struct json_object *result = fixture_json("{\"vector\":\"AAAA\"}");
	struct fixture f;

	fixture_open(&f);
	add_ended(&f, "embed", "embed", "success", result);
	add_ended(&f, "fetch", "fetch", "success", result);
	fixture_sleep(5);
	CHECK(!forget(&f, &later, OFTEN_MS) && has_result(&f, "embed"));
	fixture_sleep(5);
	CHECK(!forget(&f, &now, OFTEN_MS) && !has_result(&f, "embed"));
	CHECK(has_result(&f, "fetch"));
	(void)json_object_put(result);
	fixture_close(&f);
}

/* Started and given back; for how long nobody has known it. */
static int64_t
started(struct fixture *f, bool known)
{
	enum store_job_start what = STORE_JOB_GONE;
	struct store_job job;
	int64_t ms;

	CHECK(store_job_start(f->s, SLICE("j"), LEASE_MS, &job, &what, &f->e) ==
	    0);
	CHECK(what == STORE_JOB_STARTED && job.tries == 0);
	ms = job.unknown_ms;
	if (known)
		CHECK(store_job_release(f->s, &job, 0, &f->e) == 0);
	else
		CHECK(store_job_unknown(f->s, &job, 0, &f->e) == 0);
	CHECK(store_job_unknown(f->s, &job, 0, &f->e) == -1);
	CHECK(f->e.code == ERR_STALE);
	store_job_fini(&job);
	return ms;
}

/* Since when nobody has known its type, but those who did. */
static void
test_unknown(void)
{
	struct fixture f;

	fixture_open(&f);
	CHECK(store_job_add(f.s, SLICE("j"), "t", NULL, 0, &f.e) == 0);
	CHECK(started(&f, false) == 0);
	fixture_sleep(20);
	CHECK(started(&f, false) >= 20);
	fixture_sleep(20);
	CHECK(started(&f, true) >= 40);
	CHECK(started(&f, false) == 0);
	fixture_close(&f);
}

static void
test_life(void)
{
	struct store_job job;
	enum store_job_start what;
	struct fixture f;

	fixture_open(&f);
	add_ended(&f, "j", "t", "error", NULL);
	CHECK(store_job_revive(f.s, SLICE("j"), &job, &f.e) == 0);
	CHECK(job.life == 1);
	store_job_fini(&job);
	CHECK(
	    store_job_start(f.s, SLICE("j"), LEASE_MS, &job, &what, &f.e) == 0);
	CHECK(what == STORE_JOB_STARTED && job.life == 1 && job.token == 2);
	CHECK(store_job_retry(f.s, &job, 0, "No.", &f.e) == 0);
	store_job_fini(&job);
	CHECK(
	    store_job_start(f.s, SLICE("j"), LEASE_MS, &job, &what, &f.e) == 0);
	CHECK(job.life == 1);
	store_job_fini(&job);
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_forget),
	    CHECK_CASE(test_forget_in_turns),
	    CHECK_CASE(test_forget_vectors),
	    CHECK_CASE(test_unknown),
	    CHECK_CASE(test_life),
	    { NULL, NULL },
	});
}
