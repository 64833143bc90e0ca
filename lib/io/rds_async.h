/**
 * Redis on the event loop: one connection for commands, one that listens on a
 * channel. Both come back by themselves; commands sent while there is no
 * connection, nor one being made, fail at once, through their callback.
 *
 * Threads: the loop's alone, but for rds_async_send_aside().
 * Layer:  io (Redis)
 */
#ifndef IO_RDS_ASYNC_H
#define IO_RDS_ASYNC_H

#include "io/rds.h"

struct ev_loop;
struct rds_async;

struct rds_async_events {
	void *cookie;
	/** A message on the channel. */
	void (*message)(void *cookie, struct slice text);
	/** Listening (again): whatever was said before may have been missed. */
	void (*listening)(void *cookie);
	/** Of the process's threads, or NULL: closed when Redis answers here, so
	 *  that they need not find out one after the other. */
	struct rds_breaker *breaker;
};

/** `channel` is copied. Connects when the loop runs. */
struct rds_async *rds_async_new(struct ev_loop *loop, const char *url,
    const char *channel, const struct rds_async_events *events) MUST_CHECK;
void rds_async_free(struct rds_async *ra);
/**
 * `done` gets the reply, borrowed; NULL when there is no connection or it
 * broke. It may be called before this returns.
 */
void rds_async_call(struct rds_async *ra, const struct rds_command *c,
    void (*done)(void *cookie, uint64_t token, struct redisReply *reply),
    void *cookie, uint64_t token);
/** The same with a command that rds_format() made. */
void rds_async_send(struct rds_async *ra, struct slice command,
    void (*done)(void *cookie, uint64_t token, struct redisReply *reply),
    void *cookie, uint64_t token);
/**
 * The same from another thread while the loop sleeps: the caller keeps it from
 * waking. What is not written at once is left to rds_async_flush(), on the
 * loop: then `*left` is true. False: it has to be sent on the loop.
 */
bool rds_async_send_aside(struct rds_async *ra, struct slice command,
    void (*done)(void *cookie, uint64_t token, struct redisReply *reply),
    void *cookie, uint64_t token, bool *left) MUST_CHECK;
void rds_async_flush(struct rds_async *ra);
bool rds_async_up(const struct rds_async *ra);

#endif
