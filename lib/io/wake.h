/**
 * How a push reaches a GET that this process holds: the parking lot's side of
 * the transport, filled in by main(). A process that holds no polls (the
 * worker) has an empty `process` and no functions are called.
 *
 * A wake-up or packets that arrive while the poll script is under way are left
 * on the entry, which then answers instead of parking.
 *
 * Threads: any.
 * Layer:  io (transport)
 */
#ifndef IO_WAKE_H
#define IO_WAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/** Length of a process's name in Redis, and of a token in decimal. */
#define WAKE_PROCESS_SIZE 16

/** The body of an answer. */
struct wake_payload {
	struct buf body;
	bool binary; /* octet-stream */
};

struct wake {
	char process[WAKE_PROCESS_SIZE];
	void *cookie;
	/** Packets taken for the GET of `token`; what is in the payload is
	 *  taken over. */
	void (*deliver)(
	    void *cookie, uint64_t token, struct wake_payload *payload);
};

#endif
