/* Jobs: leases, tokens, tickets, and many workers at once. */
#include "io/store_job.h"

#include <fcntl.h>
#include <pthread.h>

#include "test_store_fixture.h"

#define LEASE_MS 60000

static void
add(struct fixture *f, const char *id, int64_t delay_ms)
{
	struct json_object *payload = fixture_json("{\"video\":\"v\"}");

	CHECK(store_job_add(
		  f->s, slice_from(id), "chat", payload, delay_ms, &f->e) == 0);
	(void)json_object_put(payload);
}

static enum store_job_start
start(
    struct fixture *f, const char *id, int64_t lease_ms, struct store_job *job)
{
	enum store_job_start what = STORE_JOB_GONE;

	if (store_job_start(
		f->s, slice_from(id), lease_ms, job, &what, &f->e) == -1)
		CHECK(!"store_job_start failed");
	return what;
}

static int64_t
count(struct fixture *f, const char *state)
{
	struct json_object *counts = NULL;
	int64_t n;

	CHECK(store_job_counts(f->s, &counts, &f->e) == 0);
	CHECK(json_object_object_length(counts) == 5);
	n = fixture_int(counts, state);
	(void)json_object_put(counts);
	return n;
}

static bool
stale(struct fixture *f, int rc)
{
	return rc == -1 && f->e.code == ERR_STALE;
}

/* 1: still held, and is to be cancelled where `*cancel`; -1: it is not. */
static int
renew(struct fixture *f, const struct store_job *job, int64_t lease_ms,
    bool *cancel)
{
	struct store_job_lease lease = { job, false, false };

	if (store_job_renew(f->s, &lease, 1, lease_ms, &f->e) != 0)
		CHECK(!"store_job_renew failed");
	if (cancel != NULL)
		*cancel = lease.cancel;
	return lease.held ? 1 : -1;
}

static void
check_refused(struct fixture *f, const struct store_job *job)
{
	CHECK(renew(f, job, LEASE_MS, NULL) == -1);
	CHECK(stale(f, store_job_finish(f->s, job, "success", "", &f->e)));
	CHECK(stale(f, store_job_retry(f->s, job, 0, "", &f->e)));
	CHECK(stale(f, store_job_release(f->s, job, 0, &f->e)));
}

static void
test_start_and_finish(void)
{
	struct store_job job, again;
	struct fixture f;

	fixture_open(&f);
	add(&f, "j", 0);
	CHECK(count(&f, "queued") == 1);
	CHECK(start(&f, "j", LEASE_MS, &job) == STORE_JOB_STARTED);
	CHECK(strcmp(job.id, "j") == 0 && strcmp(job.type, "chat") == 0);
	CHECK(job.token == 1 && job.tries == 0 && job.deaths == 0);
	CHECK(slice_eqs(jval_str(job.payload, "video"), "v"));
	CHECK(count(&f, "running") == 1);
	CHECK(start(&f, "j", LEASE_MS, &again) == STORE_JOB_BUSY);
	CHECK(again.payload == NULL);
	CHECK(renew(&f, &job, LEASE_MS, NULL) == 1);
	CHECK(store_job_finish(f.s, &job, "success", "", &f.e) == 0);
	CHECK(count(&f, "success") == 1);
	check_refused(&f, &job);
	CHECK(start(&f, "j", LEASE_MS, &again) == STORE_JOB_FINAL);
	CHECK(strcmp(again.id, "j") == 0 && again.token == 1);
	CHECK(slice_eqs(jval_str(again.payload, "video"), "v"));
	store_job_fini(&again);
	CHECK(start(&f, "none", LEASE_MS, &again) == STORE_JOB_GONE);
	store_job_fini(&job);
	fixture_close(&f);
}

static void
test_result(void)
{
	struct json_object *result = fixture_json("{\"id\":\"m-1\"}");
	struct json_object *row = NULL;
	struct store_job job, second;
	struct fixture f;
	char type[32] = "?";

	fixture_open(&f);
	CHECK(store_job_type(f.s, SLICE("j"), type, &f.e) == 0 && !*type);
	CHECK(store_job_outcome(f.s, SLICE("j"), &row, &f.e) == -1);
	CHECK(f.e.code == ERR_NOT_FOUND);
	add(&f, "j", 0);
	CHECK(store_job_outcome(f.s, SLICE("j"), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "state"), "queued"));
	CHECK(store_job_type(f.s, SLICE("j"), type, &f.e) == 0);
	CHECK(strcmp(type, "chat") == 0);
	CHECK(json_object_object_get(row, "result") == NULL);
	(void)json_object_put(row);
	CHECK(start(&f, "j", 0, &job) == STORE_JOB_STARTED);
	CHECK(start(&f, "j", LEASE_MS, &second) == STORE_JOB_STARTED);
	CHECK(stale(&f, store_job_succeed(f.s, &job, result, &f.e)));
	CHECK(store_job_succeed(f.s, &second, result, &f.e) == 0);
	check_refused(&f, &second);
	CHECK(store_job_outcome(f.s, SLICE("j"), &row, &f.e) == 0);
	CHECK(slice_eqs(jval_str(row, "state"), "success"));
	CHECK(slice_eqs(jval_str(row, "error"), ""));
	CHECK(json_object_equal(json_object_object_get(row, "result"), result));
	(void)json_object_put(row);
	(void)json_object_put(result);
	store_job_fini(&job);
	store_job_fini(&second);
	fixture_close(&f);
}

static void
test_ends(void)
{
	static const char *const STATES[] = { "success", "error", "cancelled" };
	struct store_job job;
	struct fixture f;

	fixture_open(&f);
	for (size_t i = 0; i < COUNT(STATES); i++) {
		add(&f, STATES[i], 0);
		CHECK(
		    start(&f, STATES[i], LEASE_MS, &job) == STORE_JOB_STARTED);
		CHECK(store_job_finish(f.s, &job, "queued", "", &f.e) == -1);
		CHECK(f.e.code == ERR_INTERNAL);
		CHECK(store_job_finish(
			  f.s, &job, STATES[i], "A reason.", &f.e) == 0);
		CHECK(count(&f, STATES[i]) == 1);
		store_job_fini(&job);
	}
	fixture_close(&f);
}

static void
test_bad_rows(void)
{
	struct fixture f;

	fixture_open(&f);
	add(&f, "j", 0);
	CHECK(store_job_add(f.s, SLICE("j"), "t", NULL, 0, &f.e) == -1);
	CHECK(f.e.code == ERR_CONFLICT);
	CHECK(store_job_add(f.s, SLICE_EMPTY, "t", NULL, 0, &f.e) == -1);
	CHECK(f.e.code == ERR_INTERNAL);
	CHECK(store_job_add(f.s, SLICE("k"),
		  "a type that is much too long for it", NULL, 0, &f.e) == -1);
	CHECK(store_job_add(f.s, SLICE("0123456789012345678901234567890123456"),
		  "t", NULL, 0, &f.e) == -1);
	CHECK(count(&f, "queued") == 1);
	fixture_close(&f);
}

static void
test_not_due_yet(void)
{
	struct store_job job;
	struct fixture f;

	fixture_open(&f);
	add(&f, "j", 600);
	CHECK(start(&f, "j", LEASE_MS, &job) == STORE_JOB_BUSY);
	fixture_sleep(650);
	CHECK(start(&f, "j", LEASE_MS, &job) == STORE_JOB_STARTED);
	store_job_fini(&job);
	fixture_close(&f);
}

static void
test_retry(void)
{
	struct store_job job;
	struct fixture f;

	fixture_open(&f);
	add(&f, "j", 0);
	for (int i = 0; i < STORE_JOB_TRIES; i++) {
		CHECK(start(&f, "j", LEASE_MS, &job) == STORE_JOB_STARTED);
		CHECK(job.tries == i && job.token == i + 1);
		CHECK(job.deaths == 0);
		CHECK(store_job_retry(f.s, &job, 500, "No answer.", &f.e) == 0);
		check_refused(&f, &job);
		store_job_fini(&job);
		CHECK(start(&f, "j", LEASE_MS, &job) == STORE_JOB_BUSY);
		fixture_sleep(550);
	}
	fixture_close(&f);
}

static void
test_release(void)
{
	struct store_job job, next;
	struct fixture f;

	fixture_open(&f);
	add(&f, "j", 0);
	CHECK(start(&f, "j", LEASE_MS, &job) == STORE_JOB_STARTED);
	CHECK(store_job_release(f.s, &job, 500, &f.e) == 0);
	check_refused(&f, &job);
	CHECK(start(&f, "j", LEASE_MS, &next) == STORE_JOB_BUSY);
	fixture_sleep(550);
	CHECK(start(&f, "j", LEASE_MS, &next) == STORE_JOB_STARTED);
	CHECK(next.token == 2 && next.tries == 0 && next.deaths == 0);
	check_refused(&f, &job);
	CHECK(store_job_finish(f.s, &next, "success", "", &f.e) == 0);
	store_job_fini(&job);
	store_job_fini(&next);
	fixture_close(&f);
}

static void
test_lease_runs_out(void)
{
	struct store_job old, new;
	struct fixture f;

	fixture_open(&f);
	add(&f, "j", 0);
	CHECK(start(&f, "j", 600, &old) == STORE_JOB_STARTED);
	/* Renewed in time, and even late while nobody took it over. */
	CHECK(renew(&f, &old, 600, NULL) == 1);
	fixture_sleep(650);
	CHECK(renew(&f, &old, 600, NULL) == 1);
	CHECK(start(&f, "j", LEASE_MS, &new) == STORE_JOB_BUSY);
	fixture_sleep(650);
	CHECK(start(&f, "j", LEASE_MS, &new) == STORE_JOB_STARTED);
	CHECK(new.token == 2 && new.deaths == 1 && new.tries == 0);
	check_refused(&f, &old);
	CHECK(renew(&f, &new, LEASE_MS, NULL) == 1);
	CHECK(store_job_finish(f.s, &new, "success", "", &f.e) == 0);
	check_refused(&f, &old);
	store_job_fini(&old);
	store_job_fini(&new);
	fixture_close(&f);
}

static void
test_ten_deaths(void)
{
	struct store_job job = { .payload = NULL };
	struct fixture f;

	fixture_open(&f);
	add(&f, "j", 0);
	for (int i = 0; i < STORE_JOB_DEATHS; i++) {
		store_job_fini(&job);
		CHECK(start(&f, "j", 1, &job) == STORE_JOB_STARTED);
		CHECK(job.deaths == i);
		fixture_sleep(5);
	}
	{
		struct store_job dead;

		CHECK(start(&f, "j", 1, &dead) == STORE_JOB_DEAD);
		CHECK(dead.deaths == STORE_JOB_DEATHS);
		CHECK(slice_eqs(jval_str(dead.payload, "video"), "v"));
		check_refused(&f, &dead);
		store_job_fini(&dead);
		CHECK(start(&f, "j", 1, &dead) == STORE_JOB_FINAL);
		store_job_fini(&dead);
	}
	check_refused(&f, &job);
	store_job_fini(&job);
	CHECK(count(&f, "error") == 1 && count(&f, "running") == 0);
	fixture_close(&f);
}

static int
sweep(struct fixture *f, int64_t quiet_ms, int limit)
{
	struct store_job_swept jobs[8];
	int n = -1;

	CHECK(store_job_sweep(f->s, quiet_ms, limit, jobs, &n, &f->e) == 0);
	for (int i = 0; i < n; i++)
		CHECK(
		    jobs[i].id[0] == 'j' && strcmp(jobs[i].type, "chat") == 0);
	return n;
}

static void
test_sweep(void)
{
	struct store_job job;
	struct fixture f;

	fixture_open(&f);
	CHECK(sweep(&f, 0, 8) == 0);
	add(&f, "j1", 0);
	add(&f, "j2", 0);
	add(&f, "j3", 60000);
	/* Whoever adds a job writes its ticket: the sweep waits for that. */
	CHECK(sweep(&f, 5000, 8) == 0);
	fixture_sleep(600);
	CHECK(sweep(&f, 500, 1) == 1);
	CHECK(sweep(&f, 500, 8) == 1);
	CHECK(sweep(&f, 500, 8) == 0);
	fixture_sleep(600);
	CHECK(sweep(&f, 500, 8) == 2);
	/* A ticket written by somebody counts. */
	fixture_sleep(600);
	CHECK(store_job_ticketed(f.s, SLICE("j1"), &f.e) == 0);
	CHECK(store_job_ticketed(f.s, SLICE("none"), &f.e) == 0);
	CHECK(sweep(&f, 500, 8) == 1);
	/* One that runs needs none until its lease runs out. */
	CHECK(start(&f, "j1", 600, &job) == STORE_JOB_STARTED);
	CHECK(sweep(&f, 5000, 8) == 0);
	fixture_sleep(650);
	CHECK(sweep(&f, 5000, 8) == 1);
	CHECK(store_job_finish(f.s, &job, "success", "", &f.e) == 0);
	store_job_fini(&job);
	fixture_sleep(20);
	CHECK(sweep(&f, 0, 8) == 1);
	fixture_close(&f);
}

/* Nothing due, however long the queue: no writer's lock, no time. */
static void
test_sweep_is_cheap(void)
{
	enum {
		JOBS = 20000,
		SWEEPS = 200
	};
	/* Through a pooler each takes as long as ten. */
	int jobs = fixture_is_pooled() ? JOBS / 10 : JOBS;
	struct fixture f, other;
	int64_t before, took;
	struct store_job_swept jobs8[8];
	char id[16];
	int n;

	fixture_open(&f);
	CHECK(store_begin(f.s, &f.e) == 0);
	for (int i = 0; i < jobs; i++) {
		(void)snprintf(id, sizeof(id), "j%d", i);
		add(&f, id, 0);
		CHECK(store_job_ticketed(f.s, slice_from(id), &f.e) == 0);
	}
	CHECK(store_commit(f.s, &f.e) == 0);
	other = f;
	other.s = store_open(f.url, &f.e);
	CHECK(store_begin(f.s, &f.e) == 0);
	before = fixture_now_ms();
	for (int i = 0; i < SWEEPS; i++)
		CHECK(
		    store_job_sweep(other.s, 600000, 8, jobs8, &n, &f.e) == 0 &&
		    n == 0);
	took = fixture_now_ms() - before;
	(void)printf(
	    "# %d sweeps over %d jobs: %d ms\n", SWEEPS, jobs, (int)took);
	CHECK(took < 1000);
	store_rollback(f.s);
	store_close(other.s);
	fixture_close(&f);
}

/* Eight workers want the same jobs. */
enum {
	WORKERS = 8,
	JOBS = 200
};

struct worker {
	const char *url;
	int pipe;
	int seed;
};

static int
work(void *cookie)
{
	const struct worker *w = cookie;
	struct err e = ERR_INIT;
	struct store *s = store_open(w->url, &e);

	if (s == NULL)
		return 1;
	for (int i = 0; i < JOBS; i++) {
		unsigned char at = (unsigned char)((i + w->seed) % JOBS);
		enum store_job_start what;
		struct store_job job;
		char id[16];

		(void)snprintf(id, sizeof(id), "j%d", at);
		if (store_job_start(
			s, slice_from(id), LEASE_MS, &job, &what, &e) == -1) {
			(void)printf("# %s\n", e.msg);
			(void)fflush(stdout);
			return 2;
		}
		if (what == STORE_JOB_STARTED && write(w->pipe, &at, 1) != 1)
			return 3;
		if (what == STORE_JOB_GONE || what == STORE_JOB_DEAD)
			return 4;
		store_job_fini(&job);
	}
	store_close(s);
	return 0;
}

static void
check_each_once(struct fixture *f, int fd)
{
	unsigned char got[2 * JOBS];
	int times[JOBS] = { 0 };
	ssize_t n, all = 0;

	while ((n = read(fd, got, sizeof(got))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			times[got[i]]++;
		all += n;
	}
	CHECK(all == JOBS);
	for (int i = 0; i < JOBS; i++)
		CHECK(times[i] == 1);
	CHECK(count(f, "running") == JOBS);
}

static void
add_all(struct fixture *f)
{
	char id[16];

	CHECK(store_begin(f->s, &f->e) == 0);
	for (int i = 0; i < JOBS; i++) {
		(void)snprintf(id, sizeof(id), "j%d", i);
		add(f, id, 0);
	}
	CHECK(store_commit(f->s, &f->e) == 0);
}

static void
test_eight_processes_start_each_once(void)
{
	struct worker workers[WORKERS];
	pid_t pids[WORKERS];
	struct fixture f;
	int fds[2];

	fixture_open(&f);
	add_all(&f);
	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ f.url, fds[1], i / 2 };
		pids[i] = fixture_fork(work, &workers[i]);
	}
	for (int i = 0; i < WORKERS; i++)
		CHECK(fixture_wait(pids[i]) == 0);
	(void)close(fds[1]);
	check_each_once(&f, fds[0]);
	(void)close(fds[0]);
	fixture_close(&f);
}

static void *
work_thread(void *cookie)
{
	return work(cookie) == 0 ? NULL : cookie;
}

static void
test_eight_threads_start_each_once(void)
{
	struct worker workers[WORKERS];
	pthread_t threads[WORKERS];
	struct fixture f;
	int fds[2];

	fixture_open(&f);
	add_all(&f);
	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ f.url, fds[1], 3 * i };
		CHECK(pthread_create(
			  &threads[i], NULL, work_thread, &workers[i]) == 0);
	}
	for (int i = 0; i < WORKERS; i++) {
		void *failed = NULL;

		CHECK(pthread_join(threads[i], &failed) == 0);
		CHECK(failed == NULL);
	}
	(void)close(fds[1]);
	check_each_once(&f, fds[0]);
	(void)close(fds[0]);
	fixture_close(&f);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_start_and_finish),
	    CHECK_CASE(test_result),
	    CHECK_CASE(test_ends),
	    CHECK_CASE(test_bad_rows),
	    CHECK_CASE(test_not_due_yet),
	    CHECK_CASE(test_retry),
	    CHECK_CASE(test_release),
	    CHECK_CASE(test_lease_runs_out),
	    CHECK_CASE(test_ten_deaths),
	    CHECK_CASE(test_sweep),
	    CHECK_CASE(test_sweep_is_cheap),
	    CHECK_CASE(test_eight_processes_start_each_once),
	    CHECK_CASE(test_eight_threads_start_each_once),
	    { NULL, NULL },
	});
}
