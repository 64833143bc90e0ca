/* Jobs: unique ones, order within a session, cancelling, many at once, errors
 * and dead letters. */
#include "io/store_job.h"

#include "io/store_list.h"
#include "test_store_fixture.h"

#define LEASE_MS 60000

/* The id of the live job with that key; "" when this one was added. */
static const char *
add(struct fixture *f, const char *id, const char *session, const char *key)
{
	static char live[STORE_JOB_ID];
	const struct store_job_new job = { .id = slice_from(id),
		.type = "chat",
		.session_id = slice_from(session),
		.key = slice_from(key) };

	if (store_job_add_new(f->s, &job, live, &f->e) != 0)
		CHECK(!"store_job_add_new failed");
	return live;
}

static enum store_job_start
start(struct fixture *f, const char *id, struct store_job *job)
{
	enum store_job_start what = STORE_JOB_GONE;

	if (store_job_start(
		f->s, slice_from(id), LEASE_MS, job, &what, &f->e) != 0)
		CHECK(!"store_job_start failed");
	return what;
}

static void
finish(struct fixture *f, struct store_job *job, const char *state)
{
	CHECK(store_job_finish(f->s, job, state, "", &f->e) == 0);
	store_job_fini(job);
}

static enum store_job_cancel
cancel(struct fixture *f, const char *id, struct store_job *job)
{
	enum store_job_cancel what = STORE_JOB_TOO_LATE;

	CHECK(store_job_cancel(
		  f->s, slice_from(id), LEASE_MS, job, &what, &f->e) == 0);
	return what;
}

static const char *
next(struct fixture *f, const char *session)
{
	static char id[STORE_JOB_ID];

	CHECK(store_job_next(f->s, slice_from(session), id, &f->e) == 0);
	return id;
}

static bool
refused(struct fixture *f, int rc)
{
	return rc == -1 && f->e.code == ERR_CONFLICT;
}

static void
test_unique(void)
{
	struct store_job_new job = {
		.id = SLICE("d"), .type = "t", .key = SLICE("key")
	};
	struct store_job started;
	struct fixture f;

	fixture_open(&f);
	CHECK(strcmp(add(&f, "a", "", "key"), "") == 0);
	CHECK(strcmp(add(&f, "b", "", "key"), "a") == 0);
	CHECK(strcmp(add(&f, "c", "", "other"), "") == 0);
	CHECK(start(&f, "b", &started) == STORE_JOB_GONE);
	CHECK(refused(&f, store_job_add_new(f.s, &job, NULL, &f.e)));
	/* While it runs it is live too; once it ended another one may come. */
	CHECK(start(&f, "a", &started) == STORE_JOB_STARTED);
	CHECK(strcmp(add(&f, "b", "", "key"), "a") == 0);
	finish(&f, &started, "success");
	CHECK(strcmp(add(&f, "b", "", "key"), "") == 0);
	/* No key: any number. */
	CHECK(strcmp(add(&f, "e", "", ""), "") == 0);
	CHECK(strcmp(add(&f, "g", "", ""), "") == 0);
	CHECK(refused(&f, store_job_revive(f.s, SLICE("a"), &started, &f.e)));
	fixture_close(&f);
}

static void
test_order(void)
{
	struct store_job one, two, other;
	struct fixture f;

	fixture_open(&f);
	/* The ids' own order is another. */
	(void)add(&f, "z", "session", "");
	(void)add(&f, "y", "session", "");
	(void)add(&f, "x", "session", "");
	(void)add(&f, "w", "another", "");
	CHECK(start(&f, "y", &two) == STORE_JOB_WAITS);
	CHECK(start(&f, "x", &two) == STORE_JOB_WAITS);
	CHECK(strcmp(next(&f, "session"), "z") == 0);
	CHECK(strcmp(next(&f, "none"), "") == 0);
	CHECK(start(&f, "z", &one) == STORE_JOB_STARTED);
	CHECK(strcmp(one.session_id, "session") == 0);
	CHECK(start(&f, "y", &two) == STORE_JOB_WAITS);
	CHECK(strcmp(next(&f, "session"), "") == 0);
	CHECK(start(&f, "w", &other) == STORE_JOB_STARTED);
	finish(&f, &other, "success");
	/* A retry keeps its place. */
	CHECK(store_job_retry(f.s, &one, 0, "No answer.", &f.e) == 0);
	store_job_fini(&one);
	CHECK(start(&f, "y", &two) == STORE_JOB_WAITS);
	CHECK(strcmp(next(&f, "session"), "z") == 0);
	CHECK(start(&f, "z", &one) == STORE_JOB_STARTED);
	finish(&f, &one, "error");
	CHECK(strcmp(next(&f, "session"), "y") == 0);
	CHECK(start(&f, "x", &one) == STORE_JOB_WAITS);
	CHECK(start(&f, "y", &two) == STORE_JOB_STARTED);
	/* What lives again comes last. */
	CHECK(store_job_revive(f.s, SLICE("z"), &one, &f.e) == 0);
	store_job_fini(&one);
	finish(&f, &two, "success");
	CHECK(start(&f, "z", &one) == STORE_JOB_WAITS);
	CHECK(start(&f, "x", &one) == STORE_JOB_STARTED);
	finish(&f, &one, "success");
	CHECK(start(&f, "z", &one) == STORE_JOB_STARTED);
	finish(&f, &one, "success");
	fixture_close(&f);
}

/* One that waits needs no ticket. */
static void
test_order_sweep(void)
{
	struct store_job_swept swept[8];
	struct store_job one;
	struct fixture f;
	int n = -1;

	fixture_open(&f);
	(void)add(&f, "b", "session", "");
	(void)add(&f, "a", "session", "");
	fixture_sleep(5);
	CHECK(store_job_sweep(f.s, 0, 8, swept, &n, &f.e) == 0);
	CHECK(n == 1 && strcmp(swept[0].id, "b") == 0);
	CHECK(start(&f, "b", &one) == STORE_JOB_STARTED);
	fixture_sleep(5);
	CHECK(store_job_sweep(f.s, 0, 8, swept, &n, &f.e) == 0 && n == 0);
	finish(&f, &one, "success");
	CHECK(store_job_sweep(f.s, 0, 8, swept, &n, &f.e) == 0);
	CHECK(n == 1 && strcmp(swept[0].id, "a") == 0);
	fixture_close(&f);
}

static void
test_cancel(void)
{
	struct store_job job, taken;
	struct store_job_lease lease = { &job, false, false };
	struct fixture f;

	fixture_open(&f);
	CHECK(cancel(&f, "none", &taken) == STORE_JOB_TOO_LATE);
	(void)add(&f, "first", "session", "");
	(void)add(&f, "second", "session", "");
	/* Queued: taken at once, whatever its turn. */
	CHECK(cancel(&f, "second", &taken) == STORE_JOB_TAKEN);
	CHECK(taken.cancel && taken.token == 1);
	finish(&f, &taken, "cancelled");
	CHECK(cancel(&f, "second", &taken) == STORE_JOB_TOO_LATE);
	/* Running: its worker sees it when it renews its lease. */
	CHECK(start(&f, "first", &job) == STORE_JOB_STARTED && !job.cancel);
	CHECK(store_job_renew(f.s, &lease, 1, LEASE_MS, &f.e) == 0);
	CHECK(lease.held && !lease.cancel);
	CHECK(cancel(&f, "first", &taken) == STORE_JOB_TOLD);
	CHECK(store_job_renew(f.s, &lease, 1, LEASE_MS, &f.e) == 0);
	CHECK(lease.held && lease.cancel);
	/* Given back or tried again it stays cancelled. */
	CHECK(store_job_release(f.s, &job, 0, &f.e) == 0);
	store_job_fini(&job);
	CHECK(start(&f, "first", &job) == STORE_JOB_STARTED && job.cancel);
	finish(&f, &job, "cancelled");
	CHECK(store_job_revive(f.s, SLICE("first"), &job, &f.e) == 0);
	CHECK(!job.cancel && job.tries == 0);
	store_job_fini(&job);
	CHECK(start(&f, "first", &job) == STORE_JOB_STARTED && job.token == 3);
	store_job_fini(&job);
	fixture_close(&f);
}

/* The columns that clients see. */
static struct json_object *
shown(struct fixture *f, const char *id)
{
	const struct store_view view = { &PRINCIPAL_ANONYMOUS, true };
	struct json_object *row;
	struct buf json = BUF_INIT;

	CHECK(store_list_get(f->s, &view, STORE_LIST_JOBS, slice_from(id),
		  &json, &f->e) == 0);
	CHECK(jval_parse(buf_slice(&json), &row) == JVAL_OK);
	buf_fini(&json);
	return row;
}

static bool
is_null(struct json_object *row, const char *key)
{
	struct json_object *value = row;

	return json_object_object_get_ex(row, key, &value) && value == NULL;
}

static void
test_dead_letters(void)
{
	struct json_object *row, *errors, *one;
	struct store_job job, busy;
	struct fixture f;

	fixture_open(&f);
	(void)add(&f, "j", "", "");
	row = shown(&f, "j");
	CHECK(is_null(row, "started_at") && is_null(row, "finished_at"));
	CHECK(fixture_int(row, "attempts") == 0);
	(void)json_object_put(row);
	CHECK(refused(&f, store_job_drop(f.s, SLICE("j"), &f.e)));
	CHECK(start(&f, "j", &job) == STORE_JOB_STARTED);
	CHECK(refused(&f, store_job_revive(f.s, SLICE("j"), &busy, &f.e)));
	CHECK(start(&f, "j", &busy) == STORE_JOB_BUSY);
	CHECK(store_job_retry(f.s, &job, 0, "It's down: \"no\".", &f.e) == 0);
	store_job_fini(&job);
	CHECK(start(&f, "j", &job) == STORE_JOB_STARTED);
	CHECK(store_job_finish(f.s, &job, "dead", "Still down.", &f.e) == 0);
	store_job_fini(&job);
	row = shown(&f, "j");
	CHECK(slice_eqs(jval_str(row, "state"), "error"));
	CHECK(fixture_int(row, "dead") == 1 && fixture_int(row, "tries") == 2);
	CHECK(fixture_int(row, "attempts") == 2);
	CHECK(!is_null(row, "started_at") && !is_null(row, "finished_at"));
	errors = json_object_object_get(row, "errors");
	CHECK(json_object_array_length(errors) == 2);
	one = json_object_array_get_idx(errors, 0);
	CHECK(fixture_int(one, "attempt") == 1);
	CHECK(slice_eqs(jval_str(one, "error"), "It's down: \"no\"."));
	CHECK(jval_str(one, "at").n == strlen("2026-01-01T00:00:00.000Z"));
	(void)json_object_put(row);
	CHECK(store_job_revive(f.s, SLICE("j"), &job, &f.e) == 0);
	store_job_fini(&job);
	row = shown(&f, "j");
	CHECK(slice_eqs(jval_str(row, "state"), "queued"));
	CHECK(fixture_int(row, "dead") == 0 && fixture_int(row, "tries") == 0);
	CHECK(json_object_array_length(json_object_object_get(row, "errors")) ==
	    0);
	(void)json_object_put(row);
	CHECK(start(&f, "j", &job) == STORE_JOB_STARTED);
	finish(&f, &job, "dead");
	CHECK(store_job_drop(f.s, SLICE("j"), &f.e) == 0);
	CHECK(refused(&f, store_job_drop(f.s, SLICE("j"), &f.e)));
	CHECK(start(&f, "j", &job) == STORE_JOB_GONE);
	fixture_close(&f);
}

static void
test_progress(void)
{
	struct json_object *progress = fixture_json("{\"done\":3}"), *row;
	struct store_job job, stale;
	struct fixture f;

	fixture_open(&f);
	(void)add(&f, "j", "", "");
	CHECK(start(&f, "j", &job) == STORE_JOB_STARTED);
	CHECK(store_job_progress(f.s, &job, progress, &f.e) == 0);
	row = shown(&f, "j");
	CHECK(json_object_equal(
	    json_object_object_get(row, "progress"), progress));
	(void)json_object_put(row);
	stale = job;
	stale.token = 7;
	CHECK(store_job_progress(f.s, &stale, progress, &f.e) == -1);
	CHECK(f.e.code == ERR_STALE);
	(void)json_object_put(progress);
	store_job_fini(&job);
	fixture_close(&f);
}

enum {
	MANY = 50
};

static void
add_many(struct fixture *f, char (*ids)[8])
{
	struct store_job_new new[MANY];

	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(ids[i], 8, "j%zu", i);
		new[i] = (struct store_job_new){ .id = slice_from(ids[i]),
			.type = "t",
			.delay_ms = i == 7 ? 60000 : 0 };
	}
	CHECK(store_job_add_many(f->s, new, MANY, &f->e) == 0);
	CHECK(refused(f, store_job_add_many(f->s, new, 1, &f->e)));
	new[0].type = "";
	CHECK(store_job_add_many(f->s, new, 1, &f->e) == -1);
}

static void
test_many(void)
{
	char ids[MANY][8];
	struct slice id[MANY];
	static struct store_job jobs[MANY];
	struct store_job one;
	struct store_job_many many = { jobs, 0 };
	struct json_object *result[MANY] = { NULL }, *row;
	struct store_job_lease lease[MANY];
	struct fixture f;
	size_t n = 0;

	fixture_open(&f);
	add_many(&f, ids);
	for (size_t i = 0; i < MANY; i++)
		id[i] = slice_from(ids[i]);
	CHECK(start(&f, "j3", &one) == STORE_JOB_STARTED);
	CHECK(store_job_start_many(f.s, id, MANY, LEASE_MS, &many, &f.e) == 0);
	n = many.n;
	CHECK(n == MANY - 2);
	for (size_t i = 0; i < n; i++) {
		CHECK(jobs[i].token == 1 && strcmp(jobs[i].type, "t") == 0);
		CHECK(strcmp(jobs[i].id, "j3") != 0);
		lease[i].job = &jobs[i];
	}
	CHECK(store_job_renew(f.s, lease, n, LEASE_MS, &f.e) == 0);
	for (size_t i = 0; i < n; i++)
		CHECK(lease[i].held);
	/* One of them was overtaken. */
	jobs[5].token = 9;
	result[1] = fixture_json("{\"a\":[1,null,\"\\u00e4\"]}");
	CHECK(store_job_succeed_many(f.s, jobs,
		  (struct json_object *const *)result, n, &n, &f.e) == 0);
	CHECK(n == MANY - 3);
	row = shown(&f, jobs[1].id);
	CHECK(json_object_equal(
	    json_object_object_get(row, "result"), result[1]));
	(void)json_object_put(row);
	row = shown(&f, jobs[2].id);
	CHECK(is_null(row, "result"));
	CHECK(slice_eqs(jval_str(row, "state"), "success"));
	(void)json_object_put(row);
	row = shown(&f, jobs[5].id);
	CHECK(slice_eqs(jval_str(row, "state"), "running"));
	(void)json_object_put(row);
	(void)json_object_put(result[1]);
	for (size_t i = 0; i < MANY - 2; i++)
		store_job_fini(&jobs[i]);
	store_job_fini(&one);
	fixture_close(&f);
}

/* On which a worker died is not started with others: it may kill them too. */
static void
test_many_without_the_dead(void)
{
	const struct slice ids[] = { SLICE("a"), SLICE("b") };
	enum store_job_start what;
	struct store_job jobs[2], one;
	struct store_job_many many = { jobs, 0 };
	struct fixture f;

	fixture_open(&f);
	(void)add(&f, "a", "", "");
	(void)add(&f, "b", "", "");
	CHECK(store_job_start(f.s, ids[0], 1, &one, &what, &f.e) == 0);
	CHECK(what == STORE_JOB_STARTED);
	store_job_fini(&one);
	fixture_sleep(10);
	CHECK(store_job_start_many(f.s, ids, 2, LEASE_MS, &many, &f.e) == 0);
	CHECK(many.n == 1 && strcmp(jobs[0].id, "b") == 0);
	store_job_fini(&jobs[0]);
	CHECK(start(&f, "a", &one) == STORE_JOB_STARTED && one.deaths == 1);
	CHECK(store_job_release(f.s, &one, 0, &f.e) == 0);
	store_job_fini(&one);
	CHECK(store_job_start_many(f.s, ids, 2, LEASE_MS, &many, &f.e) == 0);
	CHECK(many.n == 0);
	fixture_close(&f);
}

static void
test_depths(void)
{
	struct json_object *rows = NULL, *row;
	struct store_job job;
	struct fixture f;

	fixture_open(&f);
	(void)add(&f, "a", "", "");
	(void)add(&f, "b", "", "");
	(void)add(&f, "c", "", "");
	CHECK(start(&f, "a", &job) == STORE_JOB_STARTED);
	finish(&f, &job, "dead");
	CHECK(start(&f, "b", &job) == STORE_JOB_STARTED);
	store_job_fini(&job);
	fixture_sleep(20);
	CHECK(store_job_depths(f.s, &rows, &f.e) == 0);
	CHECK(json_object_array_length(rows) == 1);
	row = json_object_array_get_idx(rows, 0);
	CHECK(slice_eqs(jval_str(row, "type"), "chat"));
	CHECK(fixture_int(row, "queued") == 1);
	CHECK(fixture_int(row, "running") == 1);
	CHECK(fixture_int(row, "dead") == 1);
	CHECK(fixture_int(row, "oldest_ms") >= 20);
	(void)json_object_put(rows);
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_unique),
	    CHECK_CASE(test_order),
	    CHECK_CASE(test_order_sweep),
	    CHECK_CASE(test_cancel),
	    CHECK_CASE(test_dead_letters),
	    CHECK_CASE(test_progress),
	    CHECK_CASE(test_many),
	    CHECK_CASE(test_many_without_the_dead),
	    CHECK_CASE(test_depths),
	    { NULL, NULL },
	});
}
