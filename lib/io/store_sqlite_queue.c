#include "io/store_sqlite_queue.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

/* Of the process: it has one embedded store, and SQLite one writer. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct write_job *first, **last;
	bool taken;
	pthread_t owner; /* of the turn, while taken */
	int depth;       /* how often the owner entered */
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
	.last = &queue.first };

static struct timespec
deadline_of(int64_t wait_ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += wait_ms / 1000;
	return t;
}

static bool
is_mine(void)
{
	return queue.taken && pthread_equal(queue.owner, pthread_self());
}

static void
take_turn(void)
{
	queue.taken = true;
	queue.owner = pthread_self();
	queue.depth = 1;
}

static void
give_turn(void)
{
	queue.taken = false;
	(void)pthread_cond_broadcast(&queue.changed);
}

static void
append(struct write_job *job)
{
	job->taken = job->done = false;
	job->next = NULL;
	*queue.last = job;
	queue.last = &job->next;
}

static void
withdraw(struct write_job *job)
{
	struct write_job **at = &queue.first;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	if (*at == NULL)
		queue.last = at;
}

/* At most a batch of those that wait. */
static struct write_job *
take_jobs(void)
{
	struct write_job *jobs = queue.first, *end = jobs;

	jobs->taken = true;
	for (int n = 1; n < WRITE_BATCH_MAX && end->next != NULL; n++) {
		end = end->next;
		end->taken = true;
	}
	queue.first = end->next;
	if (queue.first == NULL)
		queue.last = &queue.first;
	end->next = NULL;
	return jobs;
}

/* Who is done goes on, and may then reuse the job's memory. */
static void
mark_done(struct write_job *jobs)
{
	for (struct write_job *next; jobs != NULL; jobs = next) {
		next = jobs->next;
		jobs->done = true;
	}
}

static void
run_batch(void (*batch)(void *cookie, struct write_job *jobs), void *cookie)
{
	struct write_job *jobs = take_jobs();

	take_turn();
	(void)pthread_mutex_unlock(&queue.lock);
	batch(cookie, jobs);
	(void)pthread_mutex_lock(&queue.lock);
	mark_done(jobs);
	give_turn();
}

bool
write_queue_run(struct write_job *job,
    void (*batch)(void *cookie, struct write_job *jobs), void *cookie,
    int64_t wait_ms)
{
	struct timespec until = deadline_of(wait_ms);
	int late = 0;

	(void)pthread_mutex_lock(&queue.lock);
	if (is_mine()) {
		(void)pthread_mutex_unlock(&queue.lock);
		job->next = NULL;
		batch(cookie, job);
		return true;
	}
	append(job);
	/* What another has taken is done soon, late or not. */
	while (!job->done && (job->taken || late != ETIMEDOUT)) {
		if (!queue.taken)
			run_batch(batch, cookie);
		else if (job->taken)
			(void)pthread_cond_wait(&queue.changed, &queue.lock);
		else
			late = pthread_cond_timedwait(
			    &queue.changed, &queue.lock, &until);
	}
	if (!job->done)
		withdraw(job);
	(void)pthread_mutex_unlock(&queue.lock);
	return job->done;
}

bool
write_queue_enter(int64_t wait_ms)
{
	struct timespec until = deadline_of(wait_ms);
	int late = 0;
	bool mine;

	(void)pthread_mutex_lock(&queue.lock);
	while (queue.taken && !is_mine() && late != ETIMEDOUT)
		late =
		    pthread_cond_timedwait(&queue.changed, &queue.lock, &until);
	mine = is_mine();
	if (mine)
		queue.depth++;
	else if (!queue.taken)
		take_turn();
	mine = is_mine();
	(void)pthread_mutex_unlock(&queue.lock);
	return mine;
}

void
write_queue_leave(void)
{
	(void)pthread_mutex_lock(&queue.lock);
	if (--queue.depth == 0)
		give_turn();
	(void)pthread_mutex_unlock(&queue.lock);
}
