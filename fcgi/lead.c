#include "fcgi/lead.h"

#include <unistd.h>

/* One that is stuck must not be all there is. */
#define LEADERS_MIN 2

void
lead_init(struct lead *l)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	(void)pthread_mutex_init(&l->lock, NULL);
	(void)pthread_cond_init(&l->place, NULL);
	l->leaders = 0;
	l->most = processors > LEADERS_MIN ? (int)processors : LEADERS_MIN;
	l->stopping = false;
}

void
lead_fini(struct lead *l)
{
	(void)pthread_mutex_destroy(&l->lock);
	(void)pthread_cond_destroy(&l->place);
}

bool
lead_enter(struct lead *l)
{
	bool stopping;

	(void)pthread_mutex_lock(&l->lock);
	while (l->leaders >= l->most && !l->stopping)
		(void)pthread_cond_wait(&l->place, &l->lock);
	l->leaders++;
	stopping = l->stopping;
	(void)pthread_mutex_unlock(&l->lock);
	return !stopping;
}

void
lead_leave(struct lead *l)
{
	(void)pthread_mutex_lock(&l->lock);
	l->leaders--;
	(void)pthread_cond_signal(&l->place);
	(void)pthread_mutex_unlock(&l->lock);
}

void
lead_stop(struct lead *l)
{
	(void)pthread_mutex_lock(&l->lock);
	l->stopping = true;
	(void)pthread_cond_broadcast(&l->place);
	(void)pthread_mutex_unlock(&l->lock);
}
