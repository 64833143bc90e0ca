/**
 * A Redis that answers anything: what of hiredis connects, sends and receives,
 * replaced at link time. Commands go nowhere; the replies are those that
 * hiredis' own reader makes of `answers`.
 *
 *      answers_begin(bytes);   from the first one, for each connection
 *      rds_call(…)             takes the next one; none left: connection lost
 */
#ifndef TESTS_HARNESS_ANSWERS_H
#define TESTS_HARNESS_ANSWERS_H

#include <stdbool.h>
#include <stdlib.h>

#include <hiredis/hiredis.h>

#include "base/slice.h"

/* hiredis makes room for as many elements as an array announces. */
#define ANSWERS_ELEMENTS_DIGITS 4

static struct slice answers;

/** False for arrays so large that only the memory they take would be tried. */
static inline bool
answers_begin(struct slice bytes)
{
	struct slice rest = bytes, before;

	answers = bytes;
	while (slice_cut(&rest, '*', &before)) {
		size_t digits = 0;

		while (digits < rest.n && rest.p[digits] != '\r')
			digits++;
		if (digits > ANSWERS_ELEMENTS_DIGITS && digits < rest.n)
			return false;
	}
	return true;
}

redisContext *
redisConnectUnixWithTimeout(const char *path, const struct timeval tv)
{
	redisContext *c = calloc(1, sizeof(*c));

	(void)path;
	(void)tv;
	if (c == NULL)
		abort();
	c->fd = -1;
	c->reader = redisReaderCreate();
	(void)redisReaderFeed(c->reader, answers.p, answers.n);
	return c;
}

void
redisFree(redisContext *c)
{
	redisReaderFree(c->reader);
	free(c);
}

int
redisSetTimeout(redisContext *c, const struct timeval tv)
{
	(void)c;
	(void)tv;
	return REDIS_OK;
}

int
redisAppendCommandArgv(
    redisContext *c, int argc, const char **argv, const size_t *argvlen)
{
	(void)c;
	(void)argc;
	(void)argv;
	(void)argvlen;
	return REDIS_OK;
}

int
redisGetReply(redisContext *c, void **reply)
{
	if (redisReaderGetReply(c->reader, reply) == REDIS_OK && *reply != NULL)
		return REDIS_OK;
	c->err = REDIS_ERR_EOF;
	return REDIS_ERR;
}

#endif
