/**
 * PostgreSQL 13 and newer, Supabase too. See store_driver.h.
 *
 * Statements are prepared on first use and kept by name; with "prepare=off" in
 * the URL (or "pgbouncer=true", as others say it) nothing is kept on the
 * connection, and a pooler may give each transaction another one.
 *
 * Rows come in the binary format: it depends on no setting of the session, and
 * is quicker to read than the text.
 *
 * Layer:  io (store)
 * Spec:   libpq; "Frontend/Backend Protocol"; appendix "Error Codes"
 */
#ifndef IO_STORE_PG_H
#define IO_STORE_PG_H

#include "io/store_driver.h"

extern const struct store_driver store_pg_driver;

#endif
