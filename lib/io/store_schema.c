/*
 * Migrations and what the store says about itself. The version is that of the
 * last migration applied; each migration and its number are one transaction,
 * so a process that dies in between leaves the one before. What is run whenever
 * migrating (indexes, mostly) is a transaction a statement: it may take minutes
 * over a large table, and nothing else is lost when it fails.
 */
#include "io/store_driver.h"

#include <stdio.h>
#include <string.h>

#include "io/log.h"
#include "io/rnd.h"

struct meta {
	int64_t version; /* 0: nothing there yet */
	char uuid[37];
};

#define META_NONE ((struct meta){ 0, "" })

static int
row_number(const struct store_row *row, void *cookie)
{
	int64_t *out = cookie;

	*out = row->values[0].number;
	return 1;
}

static int
row_meta(const struct store_row *row, void *cookie)
{
	struct meta *meta = cookie;

	meta->version = row->values[0].number;
	(void)snprintf(meta->uuid, sizeof(meta->uuid), "%.*s",
	    SLICE_ARG(row->values[1].bytes));
	return 1;
}

static int
read_meta(struct store *s, struct meta *meta, struct err *e)
{
	int64_t present = 0;
	struct store_sink count = { row_number, &present, 0 };
	struct store_sink sink = { row_meta, meta, 0 };

	*meta = META_NONE;
	if (store_run(s, STORE_SCHEMA_PRESENT, NULL, 0, &count, e) == -1)
		return -1;
	if (present == 0)
		return 0;
	return store_run(s, STORE_SCHEMA_VERSION, NULL, 0, &sink, e);
}

static int64_t
newest(const struct store *s)
{
	int64_t number = 0;

	for (size_t i = 0; i < s->driver->n_migrations; i++)
		if (s->driver->migrations[i].number > number)
			number = s->driver->migrations[i].number;
	return number;
}

static int
refuse_newer(const struct store *s, const struct meta *meta, struct err *e)
{
	if (meta->version <= newest(s))
		return 0;
	return err_set(e, ERR_UNAVAILABLE,
	    "The store was made by a newer version of this program (schema %d, "
	    "this program knows %d). Install the newer version, or choose "
	    "another store in DATABASE_URL.",
	    (int)meta->version, (int)newest(s));
}

/* What fails must leave the transaction as it was. */
static int
run_optional(struct store *s, const char *statement, struct err *e)
{
	struct store_scope scope;
	struct err ignored = ERR_INIT;
	int rc;

	if (store_enter(s, &scope, e) == -1)
		return -1;
	rc = s->driver->script(s->conn, statement, &ignored);
	if (store_leave(s, &scope, rc, &ignored) == -1) {
		/* Was the transaction lost as well, the next one tells. */
	}
	return 0;
}

/* A transaction of migrating, in which one process is at a time. It may take
 * long, but does not wait long for tables that others use. */
static int
enter_alone(struct store *s, struct store_scope *scope, enum store_query q,
    struct err *e)
{
	const enum store_query steps[] = { STORE_SCHEMA_PATIENCE, q,
		STORE_SCHEMA_HASTE };

	if (store_enter(s, scope, e) == -1)
		return -1;
	for (size_t i = 0; i < COUNT(steps); i++)
		if (store_write(s, steps[i], NULL, 0, NULL, e) == -1)
			return store_leave(s, scope, -1, e);
	return 0;
}

/* All statements of a number. */
static int
run_migration(struct store *s, int64_t number, struct err *e)
{
	for (size_t i = 0; i < s->driver->n_migrations; i++) {
		const struct store_migration *m = &s->driver->migrations[i];

		if (m->number != number)
			continue;
		if ((m->optional ? run_optional(s, m->statement, e)
				 : s->driver->script(
				       s->conn, m->statement, e)) == -1)
			return -1;
	}
	return 0;
}

static int
apply(struct store *s, int64_t number, struct err *e)
{
	struct store_value params[2];
	char uuid[37];

	if (run_migration(s, number, e) == -1)
		return -1;
	rnd_uuid(uuid);
	params[0] = store_int(number);
	params[1] = store_text(slice_from(uuid));
	return store_write(s, STORE_SCHEMA_SET_VERSION, params, 2, NULL, e);
}

/* Under the writer's lock: look again, another process may have done it. */
static int
step(struct store *s, int64_t number, struct err *e)
{
	struct store_scope scope;
	struct meta meta = META_NONE;
	int rc;

	if (enter_alone(s, &scope, STORE_SCHEMA_LOCK, e) == -1)
		return -1;
	rc = read_meta(s, &meta, e);
	if (rc == 0)
		rc = refuse_newer(s, &meta, e);
	if (rc == 0 && meta.version < number)
		rc = apply(s, number, e);
	return store_leave(s, &scope, rc, e);
}

static int
upkeep_one(struct store *s, const struct store_migration *m, struct err *e)
{
	struct store_scope scope;

	if (enter_alone(s, &scope, STORE_UPKEEP_LOCK, e) == -1)
		return -1;
	return store_leave(
	    s, &scope, s->driver->script(s->conn, m->statement, e), e);
}

/* Only speed depends on what is optional: each reason is told once. */
static int
upkeep(struct store *s, struct err *e)
{
	struct err last = ERR_INIT, why = ERR_INIT;

	for (size_t i = 0; i < s->driver->n_migrations; i++) {
		const struct store_migration *m = &s->driver->migrations[i];

		if (m->number != 0)
			continue;
		if (!m->optional) {
			if (upkeep_one(s, m, e) == -1)
				return -1;
		} else if (upkeep_one(s, m, &why) == -1 &&
		    strcmp(why.msg, last.msg) != 0) {
			log_info("The store could not be looked after in full; "
				 "lists and search may be slow. %s",
			    why.msg);
			last = why;
		}
	}
	return 0;
}

int
store_migrate(struct store *s, struct err *e)
{
	struct meta meta = META_NONE;

	if (read_meta(s, &meta, e) == -1)
		return -1;
	if (refuse_newer(s, &meta, e) == -1)
		return -1;
	for (int64_t n = meta.version + 1; n <= newest(s); n++)
		if (step(s, n, e) == -1)
			return -1;
	return s->driver->upkeep ? upkeep(s, e) : 0;
}

int
store_ready(struct store *s, struct err *e)
{
	struct meta meta = META_NONE;

	if (read_meta(s, &meta, e) == -1)
		return -1;
	if (refuse_newer(s, &meta, e) == -1)
		return -1;
	if (meta.version < newest(s))
		return err_set(e, ERR_UNAVAILABLE,
		    "The store is not set up for this version of the program. "
		    "Run director.fcgi --migrate.");
	return 0;
}

int
store_uuid(struct store *s, char out[static 37], struct err *e)
{
	struct meta meta = META_NONE;

	if (read_meta(s, &meta, e) == -1)
		return -1;
	if (meta.version == 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "The store is empty. Run director.fcgi --migrate.");
	memcpy(out, meta.uuid, sizeof(meta.uuid));
	return 0;
}
