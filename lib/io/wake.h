/**
 * How a push reaches a GET that this process holds: the parking lot's side of
 * the transport, filled in by main(). A process that holds no polls (the
 * worker) has an empty `process` and no functions are called.
 *
 *      arm -> poll script -> park: the request thread hands its connection
 *          |                 over under the token
 *          +-> packets, gone, …: disarm
 *
 * A wake-up or packets that arrive between arm and the hand-over are left on
 * the entry, which then answers instead of parking.
 *
 * Threads: any.
 * Layer:  io (transport)
 */
#ifndef IO_WAKE_H
#define IO_WAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct eio_answer;

/** Length of a process's name in Redis, and of a token in decimal. */
#define WAKE_PROCESS_SIZE 16

struct wake {
	char process[WAKE_PROCESS_SIZE];
	void *cookie;
	/** A place for a GET of session `esid`; 0 when the lot is full. */
	uint64_t (*arm)(void *cookie, struct slice esid);
	void (*disarm)(void *cookie, uint64_t token);
	/** Packets taken for the GET of `token`: payload is copied. */
	void (*deliver)(void *cookie, uint64_t token, struct slice payload);
};

#endif
