#include "io/store_pg_error.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/slice.h"

/* What an SQLSTATE (or its class, of two letters) means to us. */
static const struct {
	const char *state;
	enum pg_verdict verdict;
	enum err_code code;
	const char *says;
} TABLE[] = {
	{ "23505", PG_FAILED, ERR_CONFLICT,
	    "A row with this id is there already." },
	{ "23503", PG_FAILED, ERR_NOT_FOUND,
	    "What the row belongs to is not there." },
	/* Others are somebody else's, see is_ours(). */
	{ "23P01", PG_FAILED, ERR_CONFLICT,
	    "A row that excludes this one is there already (a constraint of "
	    "the database)." },
	{ "23", PG_FAILED, ERR_UNPROCESSABLE,
	    "A constraint of the database does not allow such a row." },
	{ "22", PG_FAILED, ERR_BAD_REQUEST,
	    "The store cannot take one of the values." },
	{ "40", PG_AGAIN, ERR_UNAVAILABLE,
	    "The store is busy with other changes of the same rows. Try "
	    "again." },
	{ "55P03", PG_AGAIN, ERR_UNAVAILABLE,
	    "The store is busy: others hold what is to be changed. Try "
	    "again." },
	/* A pooler gave another connection, or a table was changed. */
	{ "26", PG_STALE, ERR_UNAVAILABLE,
	    "The store's connection was exchanged. Behind a pooler add "
	    "?prepare=off to DATABASE_URL." },
	{ "0A000", PG_STALE, ERR_UNAVAILABLE,
	    "The store's tables were changed. Try again." },
	{ "08", PG_LOST, ERR_UNAVAILABLE,
	    "The connection to the store was lost. Try again." },
	{ "57P", PG_LOST, ERR_UNAVAILABLE,
	    "The store is stopping or starting. Try again in a moment." },
	{ "57014", PG_FAILED, ERR_UNAVAILABLE,
	    "The store took too long. Try again." },
	{ "53100", PG_FAILED, ERR_UNAVAILABLE,
	    "The disk that holds the store is full. Free some space." },
	{ "53", PG_FAILED, ERR_UNAVAILABLE,
	    "The store has no room for this now (connections or memory)." },
	{ "25006", PG_FAILED, ERR_UNAVAILABLE,
	    "The store is read-only. Point DATABASE_URL to the one that takes "
	    "writes." },
	{ "25P03", PG_LOST, ERR_UNAVAILABLE,
	    "The store ended an idle transaction. Try again." },
	{ "58", PG_FAILED, ERR_UNAVAILABLE,
	    "The store could not read or write its files." },
	{ "28", PG_FAILED, ERR_UNAVAILABLE,
	    "The store refuses the user or the password in DATABASE_URL." },
	{ "3D", PG_FAILED, ERR_UNAVAILABLE,
	    "There is no database of the name in DATABASE_URL." },
	{ "42P01", PG_FAILED, ERR_UNAVAILABLE,
	    "The store lacks a table. Run director.fcgi --migrate." },
};

/* The same state tells of a row that lacks another, and of one that another has
 * need of: that depends on what was asked for, by the statement's name. */
static bool
is_needed(const char *state, const char *name)
{
	struct slice n = slice_from(name);

	return strcmp(state, "23503") == 0 &&
	    (slice_ends(n, SLICE("_remove")) || slice_ends(n, SLICE("_drop")) ||
		slice_ends(n, SLICE("_delete")));
}

/* What our own constraints refuse was not checked before: a bug. */
static bool
is_ours(const PGresult *result, const char *state)
{
	const char *schema = PQresultErrorField(result, PG_DIAG_SCHEMA_NAME);

	return schema != NULL && strcmp(schema, "director") == 0 &&
	    strncmp(state, "23", 2) == 0 && strcmp(state, "23503") != 0 &&
	    strcmp(state, "23505") != 0;
}

/* PostgreSQL's words name a table, a schema, an extension: nothing of a row. */
static void
no_right(const char *primary, struct err *e)
{
	if (strstr(primary, "create extension") != NULL)
		(void)err_set(e, ERR_UNAVAILABLE,
		    "The role in DATABASE_URL may not create the extension "
		    "vector, which search by meaning needs. Let a superuser run "
		    "CREATE EXTENSION vector in its database, then run "
		    "director.fcgi --migrate.");
	else
		(void)err_set(e, ERR_UNAVAILABLE,
		    "The role in DATABASE_URL lacks rights (%.60s). To make "
		    "the tables, run director.fcgi --migrate once as the "
		    "database's owner; then grant the role the use of schema "
		    "director and its tables.",
		    primary);
}

/* Neither what it holds nor what it was given: class 22 and 23 quote values. */
enum pg_verdict
pg_error(const PGresult *result, const char *name, struct err *e)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *primary =
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	/* libpq's own: the connection broke. */
	if (state == NULL)
		state = "08006";
	if (strcmp(state, "42501") == 0) {
		no_right(primary != NULL ? primary : "42501", e);
		return PG_FAILED;
	}
	if (is_needed(state, name)) {
		(void)err_set(e, ERR_CONFLICT,
		    "Rows of another table of the database refer to it. Remove "
		    "those first.");
		return PG_FAILED;
	}
	for (size_t i = 0; i < COUNT(TABLE) && !is_ours(result, state); i++)
		if (strncmp(state, TABLE[i].state, strlen(TABLE[i].state)) ==
		    0) {
			(void)err_set(e, TABLE[i].code, "%s", TABLE[i].says);
			return TABLE[i].verdict;
		}
	(void)err_set(e, ERR_INTERNAL, "%s: %s %s", name, state,
	    strncmp(state, "23", 2) == 0 || primary == NULL ? "" : primary);
	return PG_FAILED;
}
