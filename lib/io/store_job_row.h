/**
 * Inserting a job as part of another call's transaction.
 *
 * Failure: as store.h.
 * Layer:  io (store)
 */
#ifndef IO_STORE_JOB_ROW_H
#define IO_STORE_JOB_ROW_H

#include "io/store.h"

struct store_job_row {
	struct slice id;
	const char *type;
	struct json_object *payload; /* borrowed */
	struct slice session_id;     /* empty: of no session */
	int64_t delay_ms;
};

int store_job_row_add(
    struct store *s, const struct store_job_row *row, struct err *e) MUST_CHECK;

#endif
