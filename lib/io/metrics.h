/**
 * Counters for Prometheus. Each process counts in memory and adds what is new
 * to one Redis hash every second, so that /metrics tells of all processes
 * whichever answers it. What a process that is killed had not added is lost.
 *
 * Threads: any.
 * Layer:  io
 * Spec:   Prometheus text exposition format 0.0.4
 */
#ifndef IO_METRICS_H
#define IO_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "io/rds.h"

struct json_object;

enum metric {
	METRIC_REQUESTS_2XX,
	METRIC_REQUESTS_3XX,
	METRIC_REQUESTS_4XX,
	METRIC_REQUESTS_5XX,
	METRIC_POLLS,
	METRIC_SESSIONS_OPENED,
	METRIC_SESSIONS_CLOSED,
	METRIC_EVENTS_IN,
	METRIC_EVENTS_OUT,
	METRIC_JOBS_SUCCESS,
	METRIC_JOBS_ERROR,
	METRIC_JOBS_RETRIED,
	METRIC_ERROR_FIRST, /* + enum err_code */
	METRIC__MAX = METRIC_ERROR_FIRST + ERR__MAX
};

struct metrics {
	_Atomic int64_t counter[METRIC__MAX]; /* not yet in Redis */
	_Atomic int64_t parked;               /* held polls */
};

void metrics_add(struct metrics *m, enum metric which, int64_t n);
void metrics_status(struct metrics *m, int http_status);
void metrics_error(struct metrics *m, enum err_code code);
/** Add what is new; `process` is empty for a worker. */
int metrics_flush(struct metrics *m, struct rds *r, const char *prefix,
    const char *process, struct err *e) MUST_CHECK;
/** The exposition; `jobs`: counts by state, or NULL. */
int metrics_print(struct rds *r, const char *prefix, struct json_object *jobs,
    struct buf *out, struct err *e) MUST_CHECK;

#endif
