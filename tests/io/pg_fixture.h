/**
 * A private PostgreSQL for one test program (tests/harness/postgres), where the
 * role `director` is an ordinary one that owns its databases: with or without
 * pgvector, perhaps behind pgbouncer, restarted or killed at will. It
 * ends with the program, whatever happens.
 *
 * Ownership: pg_start() makes folder and server, pg_stop() ends both; or the
 * program's end does.
 * Failure: a PostgreSQL that does not come up ends the test program with a
 * failed case.
 */
#ifndef TESTS_IO_PG_FIXTURE_H
#define TESTS_IO_PG_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

/* Tests are run from the top of the tree. */
#define PG_SCRIPT "tests/harness/postgres"
/* A socket's path has 107 bytes, and stands in the URL, too. */
#define PG_DIR_MAX 90
#define PG_URL_MAX 192

struct pg {
	char dir[PG_DIR_MAX];
	int databases; /* made so far */
	pid_t owner;
};

static inline void
pg_give_up(const char *why)
{
	(void)printf("not ok postgres: %s\n", why);
	exit(1);
}

/** `postgres VERB DIR OPTIONS`; what it complains about is the test's output. */
static inline void
pg_do(const struct pg *p, const char *verb, const char *options)
{
	char command[512];

	(void)snprintf(command, sizeof(command), "%s %s '%s' %s >/dev/null",
	    PG_SCRIPT, verb, p->dir, options);
	(void)fflush(stdout);
	if (system(command) != 0)
		pg_give_up(command);
}

/** `options`: of tests/harness/postgres start, "" for none. */
static inline void
pg_start(struct pg *p, const char *options)
{
	const char *base = getenv("TEST_DIR");
	char all[256];

	if (base == NULL || strlen(base) > PG_DIR_MAX - 16)
		base = "/tmp";
	*p = (struct pg){ .owner = getpid() };
	(void)snprintf(p->dir, sizeof(p->dir), "%s/pg.XXXXXX", base);
	if (mkdtemp(p->dir) == NULL)
		pg_give_up("no folder");
	(void)snprintf(
	    all, sizeof(all), "--owner %d %s", (int)p->owner, options);
	pg_do(p, "start", all);
}

/** pgbouncer in front of it, which shares connections by transaction. */
static inline void
pg_bouncer(const struct pg *p)
{
	pg_do(p, "bouncer", "");
}

/** `how`: "fast", "immediate" or "kill9". */
static inline void
pg_restart(const struct pg *p, const char *how)
{
	pg_do(p, "restart", how);
}

static inline void
pg_kill(const struct pg *p)
{
	pg_do(p, "kill9", "");
}

/** The address of a database, of the server itself. */
static inline void
pg_url(const struct pg *p, const char *database, char out[static PG_URL_MAX])
{
	(void)snprintf(out, PG_URL_MAX,
	    "postgresql:///%s?host=%s&port=5432&user=director", database,
	    p->dir);
}

/** The same through pgbouncer. */
static inline void
pg_bouncer_url(
    const struct pg *p, const char *database, char out[static PG_URL_MAX])
{
	(void)snprintf(out, PG_URL_MAX,
	    "postgresql:///%s?host=%s&port=6432&user=director&pgbouncer=true",
	    database, p->dir);
}

/** A statement in a database as the superuser, past pgbouncer. */
static inline void
pg_sql_in(const struct pg *p, const char *database, const char *statement)
{
	char url[PG_URL_MAX];
	PGconn *connection;
	PGresult *result;

	(void)snprintf(url, sizeof(url),
	    "postgresql:///%s?host=%s&port=5432&user=postgres", database,
	    p->dir);
	connection = PQconnectdb(url);
	result = PQexec(connection, statement);
	if (PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK)
		pg_give_up(PQerrorMessage(connection));
	PQclear(result);
	PQfinish(connection);
}

static inline void
pg_sql(const struct pg *p, const char *statement)
{
	pg_sql_in(p, "director", statement);
}

/** A new database of the role's, a copy of `template`; `name` is what pg_drop() takes. */
static inline void
pg_database(struct pg *p, const char *template, char name[static 16])
{
	char statement[80];

	(void)snprintf(name, 16, "test%d", ++p->databases);
	(void)snprintf(statement, sizeof(statement),
	    "CREATE DATABASE %s TEMPLATE %s OWNER director", name, template);
	pg_sql(p, statement);
}

static inline void
pg_drop(const struct pg *p, const char *name)
{
	char statement[64];

	(void)snprintf(statement, sizeof(statement),
	    "DROP DATABASE %.16s WITH (FORCE)", name);
	pg_sql(p, statement);
}

/** Also for what never started. A child of the owner leaves it alone. */
static inline void
pg_stop(struct pg *p)
{
	char command[512];

	if (p->owner != getpid())
		return;
	p->owner = 0;
	pg_do(p, "stop", "immediate");
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", p->dir);
	if (system(command) != 0)
		pg_give_up(command);
}

#endif
