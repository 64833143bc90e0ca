#include "io/store_pg_cancel.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

static void *
run(void *cookie)
{
	PGcancel *cancel = cookie;
	char why[256];

	(void)PQcancel(cancel, why, sizeof(why));
	PQfreeCancel(cancel);
	return NULL;
}

/* Without signals: they are for the program's own threads. */
static bool
start(PGcancel *cancel)
{
	pthread_t thread;
	sigset_t all, before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, NULL, run, cancel);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		(void)pthread_detach(thread);
	return rc == 0;
}

void
pg_cancel(PGconn *pg)
{
	PGcancel *cancel = PQgetCancel(pg);

	if (cancel != NULL && !start(cancel))
		PQfreeCancel(cancel);
}
