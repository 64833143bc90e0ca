/*
 * ceiling.fcgi: what the web server and libfcgi can do at most. Every GET is
 * answered with the ack of an event, every POST with `ok`, each with the
 * headers of the real thing; nothing is read, decided or stored. As many
 * threads as director.fcgi has.
 *
 * Layer:  fcgi (tests)
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <fcgiapp.h>

#include "base/num.h"

#define THREADS_MAX       256
#define THREADS_OTHERWISE 8

#define ANSWER(type, length, body)                              \
	"Content-Type: " type "\r\nCache-Control: no-store\r\n" \
	"Content-Length: " length "\r\n\r\n" body
static const char POLLED[] = ANSWER("text/plain; charset=UTF-8", "6", "430[1]");
static const char POSTED[] = ANSWER("text/html", "2", "ok");

static void
answer(FCGX_Request *r)
{
	const char *method = FCGX_GetParam("REQUEST_METHOD", r->envp);
	char body[512];

	if (method != NULL && strcmp(method, "POST") == 0) {
		while (FCGX_GetStr(body, sizeof(body), r->in) > 0)
			;
		(void)FCGX_PutStr(POSTED, sizeof(POSTED) - 1, r->out);
	} else {
		(void)FCGX_PutStr(POLLED, sizeof(POLLED) - 1, r->out);
	}
}

static void *
serve(void *cookie)
{
	FCGX_Request r;

	(void)FCGX_InitRequest(&r, 0, 0);
	while (FCGX_Accept_r(&r) == 0) {
		answer(&r);
		FCGX_Finish_r(&r);
	}
	return cookie;
}

int
main(void)
{
	const char *said =
	    getenv("DIRECTOR_THREADS"); /* NOLINT: no thread yet */
	int64_t n = THREADS_OTHERWISE;
	pthread_t thread;

	if (FCGX_Init() != 0)
		return 1;
	if (said != NULL && !num_parse(slice_from(said), 1, THREADS_MAX, &n))
		return 1;
	while (--n > 0)
		if (pthread_create(&thread, NULL, serve, NULL) != 0)
			return 1;
	(void)serve(NULL);
	return 0;
}
