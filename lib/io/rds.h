/**
 * Redis: one pipelined connection for one thread, commands with a deadline.
 *
 * The connection is made when first needed and again after it broke. While
 * Redis does not answer, a breaker shared by the threads of the process lets
 * one caller at a time try; the others fail at once with ERR_UNAVAILABLE, so
 * that a dead Redis never holds every request thread.
 *
 * Scripts (lib/io/lua/) are functions of one library, which is loaded when Redis
 * does not have it. Redis 7 is the oldest that has functions.
 *
 * Ownership: replies belong to the caller, rds_reply_free(). What comes from
 * Redis is checked by type before it is used: rds_text() of a reply that is
 * no string is empty, rds_int() of one that is no integer is 0.
 * Failure: -1 or NULL with ERR_UNAVAILABLE (no connection, deadline, an error
 * reply).
 * Layer:  io (Redis); the only files that see hiredis are rds*.c
 */
#ifndef IO_RDS_H
#define IO_RDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct rds;
struct rds_breaker;
struct redisReply;

enum rds_script {
#define X(id, name) id,
#include "rds_scripts.inc"
#undef X
	RDS_SCRIPT__MAX
};

/** A command: words borrowed until it was sent. */
#define RDS_WORDS_MAX 20
struct rds_command {
	int n;
	const char *word[RDS_WORDS_MAX];
	size_t size[RDS_WORDS_MAX];
	/* More words than RDS_WORDS_MAX (packets of a push): behind them. */
	const struct slice *more;
	int n_more;
	enum rds_script script; /* RDS_SCRIPT__MAX: a plain command */
};

struct rds_breaker *rds_breaker_new(void) MUST_CHECK;
void rds_breaker_free(struct rds_breaker *b);
/** False while Redis is thought to be down. */
bool rds_breaker_closed(struct rds_breaker *b);
/** Redis has answered somebody who asks past the breaker. */
void rds_breaker_close(struct rds_breaker *b);

/** `url`: redis://HOST:PORT or unix:PATH. Never fails; connects later. */
struct rds *rds_new(const char *url, int64_t timeout_ms,
    struct rds_breaker *breaker) MUST_CHECK;
void rds_free(struct rds *r);
/** Check a URL's form. */
int rds_url_check(const char *url, struct err *e) MUST_CHECK;

/** A plain command of the words given, NULL-terminated. */
struct rds_command rds_command(const char *first, ...);
void rds_word(struct rds_command *c, struct slice word);
void rds_word_int(struct rds_command *c, int64_t number, char room[static 24]);

/** Send one and wait for its answer. */
struct redisReply *
rds_call(struct rds *r, const struct rds_command *c, struct err *e) MUST_CHECK;
/**
 * Send `n` and wait for all the answers: one round trip. replies[i] may be an
 * error reply (rds_is_error). All or none: on -1 nothing is in `replies`.
 */
int rds_pipeline(struct rds *r, const struct rds_command *c, int n,
    struct redisReply **replies, struct err *e) MUST_CHECK;
/** The same with a longer deadline, for commands that block in Redis. */
struct redisReply *rds_call_blocking(struct rds *r, const struct rds_command *c,
    int64_t timeout_ms, struct err *e) MUST_CHECK;

/** Append a command as it goes over the wire, for rds_async_send(). */
void rds_format(const struct rds_command *c, struct buf *out);

/** Redis's clock, ms: the one that all processes share. */
int rds_now(struct rds *r, int64_t *now_ms, struct err *e) MUST_CHECK;
/** Log a warning when Redis may throw keys away: sessions would vanish. */
void rds_warn_policy(struct rds *r);

void rds_reply_free(struct redisReply *reply);
bool rds_is_error(const struct redisReply *reply);
bool rds_is_null(const struct redisReply *reply);
/** Elements of an array reply, 0 for anything else. */
size_t rds_count(const struct redisReply *reply);
/** NULL when there is none. */
const struct redisReply *rds_at(const struct redisReply *reply, size_t i);
struct slice rds_text(const struct redisReply *reply);
/** The integer of an integer reply or of decimal text, else 0. */
int64_t rds_int(const struct redisReply *reply);

#endif
