/**
 * Sessions on a private Redis for the tests: three processes (A and B hold
 * polls, W is a worker), commands run for any of them, and what was delivered
 * to their held polls written down.
 */
#ifndef TESTS_IO_EIO_FIXTURE_H
#define TESTS_IO_EIO_FIXTURE_H

#include "base/arena.h"
#include "harness/check.h"
#include "io/eio_store.h"
#include "io/sio_adapter.h"
#include "redis_fixture.h"

enum process {
	PROC_A,
	PROC_B,
	PROC_W,
	PROC__MAX
};

struct eio_fixture {
	struct redis redis;
	struct rds_breaker *breaker;
	struct rds *rds;
	struct wake wake[PROC__MAX];
	struct eio_store store[PROC__MAX];
	/* The last delivery to a held poll, and how many there were. */
	uint64_t token;
	struct buf payload;
	bool binary;
	int deliveries;
};

static inline void
eio_fixture_deliver(void *cookie, uint64_t token, struct wake_payload *payload)
{
	struct eio_fixture *f = cookie;

	f->token = token;
	f->binary = payload->binary;
	buf_clear(&f->payload);
	buf_add_slice(&f->payload, buf_slice(&payload->body));
	f->deliveries++;
}

static inline void
eio_fixture_init(struct eio_fixture *f)
{
	static const char *const NAMES[PROC__MAX] = { "procA", "procB", "" };

	memset(f, 0, sizeof(*f));
	redis_start(&f->redis);
	f->breaker = rds_breaker_new();
	f->rds = rds_new(f->redis.url, 5000, f->breaker);
	for (int i = 0; i < PROC__MAX; i++) {
		(void)snprintf(f->wake[i].process, sizeof(f->wake[i].process),
		    "%s", NAMES[i]);
		f->wake[i].cookie = f;
		f->wake[i].deliver = eio_fixture_deliver;
		f->store[i] = (struct eio_store){ "t", &f->wake[i], 25000,
			20000, 45000, 120000 };
	}
}

static inline void
eio_fixture_fini(struct eio_fixture *f)
{
	rds_free(f->rds);
	rds_breaker_free(f->breaker);
	buf_fini(&f->payload);
	redis_stop(&f->redis);
}

/* A plain command whose words are separated by spaces; the reply. */
static inline struct redisReply *
eio_fixture_redis(struct eio_fixture *f, const char *words)
{
	struct rds_command c = { .script = RDS_SCRIPT__MAX };
	struct slice rest = slice_from(words), word;
	struct err e = ERR_INIT;
	struct redisReply *reply;

	while (slice_cut(&rest, ' ', &word))
		rds_word(&c, word);
	reply = rds_call(f->rds, &c, &e);
	if (reply == NULL)
		(void)printf("# %s: %s\n", words, e.msg);
	return reply;
}

static inline int64_t
eio_fixture_int(struct eio_fixture *f, const char *words)
{
	struct redisReply *reply = eio_fixture_redis(f, words);
	int64_t n = rds_int(reply);

	rds_reply_free(reply);
	return n;
}

#endif
