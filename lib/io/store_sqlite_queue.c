#include "io/store_sqlite_queue.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

/* Where writers come in numbers, those of the last batch come again while one
 * pauses: a sync, of some 70 us at best, carries twice as many rows, and each of
 * them costs less. Who writes alone never pauses. */
#define GATHER_NS 50000

enum wait_state {
	WAITING, /* in the queue */
	TAKEN,   /* its job is in somebody's batch */
	TURN,    /* it has the turn */
	DONE,    /* its job is done */
};

/* A thread that waits. */
struct write_wait {
	struct write_job *job; /* NULL: it wants to enter */
	enum wait_state state;
	sem_t woken; /* once, with a state other than WAITING and TAKEN */
	struct write_wait *next;
};

/* Of the process: it has one embedded store, and SQLite one writer. */
static struct {
	pthread_mutex_t lock;
	struct write_wait *first, **last;
	bool taken;
	pthread_t owner; /* of the turn, while depth > 0 */
	int depth;       /* how often the owner entered; 0: on its way */
	bool crowded;    /* the last batch was more than one job */
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER, .last = &queue.first };

static void
wait_init(struct write_wait *w, struct write_job *job)
{
	w->job = job;
	w->state = WAITING;
	w->next = NULL;
	(void)sem_init(&w->woken, 0, 0);
}

static bool
is_mine(void)
{
	return queue.depth > 0 && pthread_equal(queue.owner, pthread_self());
}

static void
append(struct write_wait *w)
{
	*queue.last = w;
	queue.last = &w->next;
}

static struct write_wait *
take_first(void)
{
	struct write_wait *w = queue.first;

	queue.first = w->next;
	if (queue.first == NULL)
		queue.last = &queue.first;
	return w;
}

static void
withdraw(struct write_wait *w)
{
	struct write_wait **at = &queue.first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (*at == NULL)
		queue.last = at;
}

static void
wake(struct write_wait *w, enum wait_state state)
{
	w->state = state;
	(void)sem_post(&w->woken);
}

/* To who has waited longest, who owns it once awake. */
static void
give_turn(void)
{
	queue.taken = queue.first != NULL;
	queue.depth = 0;
	if (queue.taken)
		wake(take_first(), TURN);
}

static void
own_turn(void)
{
	queue.taken = true;
	queue.owner = pthread_self();
	queue.depth = 1;
}

/* Wait for the turn, or until the job is done: what became of it. */
static enum wait_state
wait_turn(struct write_wait *w, int64_t wait_ms)
{
	struct timespec until;
	int rc;

	if (!queue.taken)
		return TURN;
	append(w);
	(void)pthread_mutex_unlock(&queue.lock);
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += wait_ms / 1000;
	do
		rc = sem_timedwait(&w->woken, &until);
	while (rc == -1 && errno == EINTR);
	(void)pthread_mutex_lock(&queue.lock);
	if (w->state == WAITING)
		withdraw(w);
	/* What another has taken is done soon. */
	while (w->state == TAKEN) {
		(void)pthread_mutex_unlock(&queue.lock);
		(void)sem_wait(&w->woken);
		(void)pthread_mutex_lock(&queue.lock);
	}
	return w->state;
}

/* Let others come, with the turn in hand. */
static void
pause_for_others(void)
{
	const struct timespec t = { 0, GATHER_NS };

	if (!queue.crowded && queue.first == NULL)
		return;
	(void)pthread_mutex_unlock(&queue.lock);
	(void)nanosleep(&t, NULL);
	(void)pthread_mutex_lock(&queue.lock);
}

/* This job and those right behind it. */
static void
gather(struct write_job *job)
{
	queue.crowded = queue.first != NULL;
	for (int n = 1; n < WRITE_BATCH_MAX && queue.first != NULL &&
	     queue.first->job != NULL;
	     n++) {
		struct write_wait *w = take_first();

		w->state = TAKEN;
		w->job->wait = w;
		job->next = w->job;
		job = w->job;
	}
	job->next = NULL;
}

/* Who is done goes on, and its job is no more. */
static void
finish(struct write_job *jobs)
{
	for (struct write_job *next; jobs != NULL; jobs = next) {
		next = jobs->next;
		if (jobs->wait != NULL)
			wake(jobs->wait, DONE);
	}
}

bool
write_queue_run(struct write_job *job,
    void (*batch)(void *cookie, struct write_job *jobs), void *cookie,
    int64_t wait_ms)
{
	struct write_wait w;
	enum wait_state state;

	job->next = NULL;
	job->wait = NULL;
	(void)pthread_mutex_lock(&queue.lock);
	if (is_mine()) {
		(void)pthread_mutex_unlock(&queue.lock);
		batch(cookie, job);
		return true;
	}
	wait_init(&w, job);
	state = wait_turn(&w, wait_ms);
	if (state == TURN) {
		job->wait = NULL;
		own_turn();
		pause_for_others();
		gather(job);
		(void)pthread_mutex_unlock(&queue.lock);
		batch(cookie, job);
		(void)pthread_mutex_lock(&queue.lock);
		finish(job);
		give_turn();
	}
	(void)pthread_mutex_unlock(&queue.lock);
	(void)sem_destroy(&w.woken);
	return state != WAITING;
}

bool
write_queue_enter(int64_t wait_ms)
{
	enum wait_state state = TURN;
	struct write_wait w;

	(void)pthread_mutex_lock(&queue.lock);
	if (is_mine()) {
		queue.depth++;
	} else {
		wait_init(&w, NULL);
		state = wait_turn(&w, wait_ms);
		if (state == TURN)
			own_turn();
		(void)sem_destroy(&w.woken);
	}
	(void)pthread_mutex_unlock(&queue.lock);
	return state == TURN;
}

void
write_queue_leave(void)
{
	(void)pthread_mutex_lock(&queue.lock);
	if (--queue.depth == 0)
		give_turn();
	(void)pthread_mutex_unlock(&queue.lock);
}
