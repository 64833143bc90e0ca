/* The queue of writers: everything once, nothing at the same time. */
#include "io/store_sqlite_queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "../harness/check.h"

#define THREADS 8
#define JOBS    2000
#define WAIT_MS 20000

static _Atomic int inside, overlaps, done, largest;

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	(void)nanosleep(&t, NULL);
}

static void
batch(void *cookie, struct write_job *jobs)
{
	int n = 0;

	(void)cookie;
	if (atomic_fetch_add(&inside, 1) != 0)
		atomic_fetch_add(&overlaps, 1);
	for (struct write_job *job = jobs; job != NULL; job = job->next) {
		job->rc++;
		n++;
	}
	if (n > atomic_load(&largest))
		atomic_store(&largest, n);
	atomic_fetch_add(&done, n);
	atomic_fetch_sub(&inside, 1);
}

/* Every tenth time a transaction, within which it writes and enters again. */
static void *
write_all(void *cookie)
{
	int *bad = cookie;

	for (int i = 0; i < JOBS; i++) {
		struct write_job job = { .rc = 0 };
		bool entered = i % 10 == 0;

		if (entered && !write_queue_enter(WAIT_MS))
			(*bad)++;
		if (!write_queue_run(&job, batch, NULL, WAIT_MS) || job.rc != 1)
			(*bad)++;
		if (entered)
			write_queue_leave();
	}
	return NULL;
}

static void
test_all_of_all_threads(void)
{
	pthread_t threads[THREADS];
	int bad[THREADS] = { 0 };

	for (int i = 0; i < THREADS; i++)
		CHECK(
		    pthread_create(&threads[i], NULL, write_all, &bad[i]) == 0);
	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_join(threads[i], NULL) == 0);
		CHECK(bad[i] == 0);
	}
	CHECK(atomic_load(&done) == THREADS * JOBS);
	CHECK(atomic_load(&overlaps) == 0);
}

static void *
write_one(void *cookie)
{
	struct write_job job = { .rc = 0 };
	bool *in_time = cookie;

	*in_time = write_queue_run(&job, batch, NULL, WAIT_MS) && job.rc == 1;
	return NULL;
}

/* Those that come meanwhile are one batch. */
static void
test_one_commit_for_who_waits(void)
{
	pthread_t threads[THREADS];
	bool in_time[THREADS];

	atomic_store(&largest, 0);
	CHECK(write_queue_enter(WAIT_MS));
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(
			  &threads[i], NULL, write_one, &in_time[i]) == 0);
	pause_ms(200);
	CHECK(atomic_load(&largest) == 0);
	write_queue_leave();
	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_join(threads[i], NULL) == 0);
		CHECK(in_time[i]);
	}
	CHECK(atomic_load(&largest) > 1);
}

static void *
write_late(void *cookie)
{
	struct write_job job = { .rc = 0 };
	bool *good = cookie;

	*good = !write_queue_run(&job, batch, NULL, 0) && job.rc == 0 &&
	    !write_queue_enter(0);
	return NULL;
}

static void
test_too_late(void)
{
	bool good = false, in_time = false;
	pthread_t thread;

	CHECK(write_queue_enter(WAIT_MS));
	CHECK(pthread_create(&thread, NULL, write_late, &good) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(good);
	write_queue_leave();
	/* Nobody was left behind in the queue. */
	(void)write_one(&in_time);
	CHECK(in_time);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_all_of_all_threads),
	    CHECK_CASE(test_one_commit_for_who_waits),
	    CHECK_CASE(test_too_late),
	    { NULL, NULL },
	});
}
