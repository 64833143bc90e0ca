/**
 * What PostgreSQL's errors mean to us: one table by SQLSTATE.
 *
 * Layer:  io (store)
 * Spec:   PostgreSQL, appendix "Error Codes"
 */
#ifndef IO_STORE_PG_ERROR_H
#define IO_STORE_PG_ERROR_H

#include <libpq-fe.h>

#include "base/err.h"

enum pg_verdict {
	PG_DONE,
	PG_FAILED, /* final */
	PG_AGAIN,  /* undone by others; may be tried again from the start */
	PG_STALE,  /* the prepared statement is no more; nothing was done */
	PG_LOST,   /* the connection is no more; done or not, who knows */
};

/** Of a failed result; fills `e`. `name`: of the statement, for the log. */
enum pg_verdict
pg_error(const PGresult *result, const char *name, struct err *e);

#endif
