#include "io/store_pg_wait.h"

#include <errno.h>
#include <poll.h>

#include "io/clock.h"
#include "io/store_pg_cancel.h"

/* One that was taken back says so at once, where there is a server. */
#define CANCEL_MS 2000

/* Poll the socket until the time, in microseconds; false when it is up. */
static bool
poll_socket(PGconn *pg, short events, int64_t until_us)
{
	struct pollfd p = { PQsocket(pg), events, 0 };
	int n;

	do {
		int64_t left = until_us - clock_mono_us();
		struct timespec ts = { left / 1000000, left % 1000000 * 1000 };

		n = left <= 0 ? 0 : ppoll(&p, 1, &ts, NULL);
	} while (n == -1 && errno == EINTR);
	return n > 0;
}

bool
pg_wait_socket(const struct pg_wait *w, short events)
{
	if (w->waiter->wait != NULL) {
		if (poll_socket(
			w->pg, events, clock_mono_us() + STORE_PATIENCE_US))
			return true;
		w->waiter->wait(w->waiter->cookie);
	}
	return poll_socket(w->pg, events, w->deadline_ms * 1000);
}

static PGresult *
next_result(struct pg_wait *w)
{
	int unsent = 1;

	for (;;) {
		short events = POLLIN;

		if (unsent != 0)
			unsent = PQflush(w->pg);
		if (unsent == -1 || !PQisBusy(w->pg))
			return PQgetResult(w->pg);
		if (unsent == 1)
			events |= POLLOUT;
		if (!pg_wait_socket(w, events)) {
			w->late = true;
			return NULL;
		}
		if (!PQconsumeInput(w->pg))
			return PQgetResult(w->pg);
	}
}

PGresult *
pg_wait_result(struct pg_wait *w)
{
	PGresult *result;

	if (w->cancelled)
		w->deadline_ms = clock_mono_ms() + CANCEL_MS;
	result = next_result(w);
	if (!w->late || w->cancelled)
		return result;
	w->late = false;
	w->cancelled = true;
	pg_cancel(w->pg);
	w->deadline_ms = clock_mono_ms() + CANCEL_MS;
	return next_result(w);
}
