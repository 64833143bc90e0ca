/*
 * The connection: made when first needed, and again after it broke. While the
 * server is not there each attempt fails quickly; callers get ERR_UNAVAILABLE
 * and theirs a Retry-After.
 */
#include "io/store_pg.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/ck.h"
#include "io/clock.h"
#include "io/rnd.h"
#include "io/store_dialect.h"
#include "io/store_pg_batch.h"
#include "io/store_pg_error.h"
#include "io/store_pg_value.h"
#include "io/store_pg_wait.h"

/* A request waits no longer for a statement; web servers wait 60 s. */
#define STATEMENT_MS 10000
/* Migrations take what they take; no clock comes near. */
#define PATIENT_MS (INT64_MAX / 4000)
/* Making a connection; on one machine it takes two or three. */
#define CONNECT_MS 3000
/* Tries of what may be tried again, and the first pause between them: with
 * doubling some 300 ms in all, a restart of an idle server. */
#define TRIES    5
#define PAUSE_MS 10

/* Rows left of a stream that is read to its end all the same. The one behind a
 * page tells that there is a next, and is the last. */
#define REST_ROWS 2

/* Statements made of parts that are kept prepared. Requests have few forms. */
#define MADE_MAX 32

struct made {
	char *sql;               /* NULL: a free place */
	char name[PG_NAME_SIZE]; /* here; empty: not prepared */
	int64_t used;            /* when, by `turn` */
};

struct store_conn {
	char *conninfo;
	bool prepare; /* keep statements on the connection */
	PGconn *pg;   /* NULL: none */
	bool undone;  /* the last statement, for others' sake */
	bool prepared[STORE_QUERY__MAX];
	struct made made[MADE_MAX];
	int64_t turn;
	struct store_waiter waiter;
	struct pg_batch batch;
	int64_t batch_until_ms; /* its end */
	struct pg_params params;
	struct buf scratch; /* of the row being delivered */
	bool enough;        /* the sink wants no more */
};

static const char *const SQL[STORE_QUERY__MAX] = {
#define X(id, name, reads, sql) [id] = (sql),
#include "store_queries_pg.inc"
#undef X
};

static const char *const NAMES[STORE_QUERY__MAX] = {
#define X(id, name, reads, sql) [id] = (name),
#include "store_queries_pg.inc"
#undef X
};

static const bool READS[STORE_QUERY__MAX] = {
#define X(id, name, reads, sql) [id] = (reads),
#include "store_queries_pg.inc"
#undef X
};

static const struct store_migration MIGRATIONS[] = {
#define X(number, name, optional, statement) \
	{ name, statement, number, optional },
#include "store_schema_pg.inc"
#undef X
};

/* Connecting */

static void
disconnect(struct store_conn *c)
{
	PQfinish(c->pg);
	c->pg = NULL;
	memset(c->prepared, 0, sizeof(c->prepared));
	for (size_t i = 0; i < MADE_MAX; i++)
		c->made[i].name[0] = '\0';
}

/* Notices ("relation exists already, skipping") are not for our log. */
static void
drop_notice(void *cookie, const PGresult *result)
{
	(void)cookie;
	(void)result;
}

static bool
wait_connected(const struct store_conn *c)
{
	PGconn *pg = c->pg;
	const struct pg_wait w = { .pg = pg,
		.waiter = &c->waiter,
		.deadline_ms = clock_mono_ms() + CONNECT_MS };
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status != PGRES_POLLING_OK) {
		if (status == PGRES_POLLING_FAILED || PQsocket(pg) < 0 ||
		    !pg_wait_socket(
			&w, status == PGRES_POLLING_READING ? POLLIN : POLLOUT))
			return false;
		status = PQconnectPoll(pg);
	}
	return true;
}

/* Why not? libpq's message may hold the address, but no password. */
static int
no_connection(struct store_conn *c, struct err *e)
{
	const char *why = c->pg ? PQerrorMessage(c->pg) : "";
	bool refused = strstr(why, "authentication") != NULL ||
	    strstr(why, "does not exist") != NULL ||
	    strstr(why, "no pg_hba.conf") != NULL;

	disconnect(c);
	if (refused)
		return err_set(e, ERR_UNAVAILABLE,
		    "The store refuses the user, the password or the database "
		    "in DATABASE_URL.");
	return err_set(e, ERR_UNAVAILABLE,
	    "The store cannot be reached: PostgreSQL does not answer at the "
	    "address in DATABASE_URL. Try again in a moment.");
}

/* Defaults stand before the URL, which may say otherwise. */
static int
connect_pg(struct store_conn *c, struct err *e)
{
	static const char *const KEYS[] = { "application_name",
		"client_encoding", "keepalives_idle", "dbname", NULL };
	const char *values[] = { "director", "UTF8", "30", c->conninfo, NULL };

	c->pg = PQconnectStartParams(KEYS, values, 1);
	if (c->pg == NULL)
		abort();
	if (PQstatus(c->pg) == CONNECTION_BAD || !wait_connected(c) ||
	    PQsetnonblocking(c->pg, 1) != 0)
		return no_connection(c, e);
	(void)PQsetNoticeReceiver(c->pg, drop_notice, NULL);
	return 0;
}

/* A connection that the server closed while nothing was asked of it is found
 * here, before anything is sent that could not be sent again. Its last words
 * stand before the end of the stream: read on until there is no more. */
static bool
is_alive(struct store_conn *c)
{
	struct pollfd p = { PQsocket(c->pg), POLLIN, 0 };

	while (PQstatus(c->pg) == CONNECTION_OK && poll(&p, 1, 0) > 0)
		if (!PQconsumeInput(c->pg))
			return false;
	return PQstatus(c->pg) == CONNECTION_OK;
}

static bool
is_inside(const struct store_conn *c)
{
	return c->pg != NULL && PQstatus(c->pg) == CONNECTION_OK &&
	    PQtransactionStatus(c->pg) != PQTRANS_IDLE;
}

static int
connection_lost(struct err *e)
{
	return err_set(e, ERR_UNAVAILABLE,
	    "The connection to the store was lost. Try again.");
}

/* A transaction ends with its connection: on another one a write would stand
 * alone, and COMMIT succeed with nothing to commit. */
static int
ensure(struct store_conn *c, bool reads, struct err *e)
{
	bool inside = is_inside(c);

	/* What only reads is asked again anyway. */
	if (c->pg != NULL && (reads || is_alive(c)))
		return 0;
	disconnect(c);
	if (inside)
		return connection_lost(e);
	return connect_pg(c, e);
}

/* Asking */

static int
wrong_type(const char *name, struct err *e)
{
	return err_set(
	    e, ERR_INTERNAL, "%s returns a type that nobody reads.", name);
}

/* Hand the rows over until the sink has enough. */
static int
deliver(struct store_conn *c, const PGresult *result, struct store_sink *sink,
    const char *name, struct err *e)
{
	struct store_value values[PG_COLUMNS_MAX];
	struct pg_columns columns;

	if (sink->row == NULL) {
		sink->count += PQntuples(result);
		return 0;
	}
	if (!pg_columns_of(result, &columns))
		return wrong_type(name, e);
	for (int i = 0; i < PQntuples(result); i++) {
		sink->count++;
		if (!pg_row(result, i, &columns, &c->scratch, values))
			return wrong_type(name, e);
		if (sink->row(
			&(struct store_row){ columns.n, columns.name, values },
			sink->cookie) != 0) {
			c->enough = true;
			break;
		}
	}
	return 0;
}

static int
no_answer(struct err *e)
{
	return err_set(e, ERR_UNAVAILABLE,
	    "The store did not answer within %d seconds. Try again.",
	    STATEMENT_MS / 1000);
}

static enum pg_verdict
take_result(struct store_conn *c, const PGresult *result,
    struct store_sink *sink, const char *name, struct err *e)
{
	switch ((int)PQresultStatus(result)) {
	case PGRES_TUPLES_OK:
	case PGRES_SINGLE_TUPLE:
		return deliver(c, result, sink, name, e) == 0 ? PG_DONE
							      : PG_FAILED;
	case PGRES_COMMAND_OK:
		sink->count = strtoll(
		    PQcmdTuples((PGresult *)(uintptr_t)result), NULL, 10);
		return PG_DONE;
	default:
		return pg_error(result, name, e);
	}
}

/* What is asked: one of the named statements, or one made. */
struct question {
	const char *sql;
	const char *name; /* on the connection, and for the log */
	bool reads;
	int64_t limit_ms;
	bool *prepared;    /* NULL: see `made` */
	struct made *made; /* or NULL */
	bool stream;       /* see struct store_made */
};

/* What was read is read; a write has an error, if not one of the server's. */
static enum pg_verdict
lost(struct store_conn *c, const struct question *q, enum pg_verdict verdict,
    struct err *e)
{
	disconnect(c);
	if (verdict != PG_DONE)
		return PG_LOST;
	if (q->reads)
		return PG_DONE;
	(void)connection_lost(e);
	return PG_LOST;
}

/*
 * All results of what was sent; the worst verdict. Of a stream that nobody wants
 * more of a row or two are read; of longer rests the connection is given up, and
 * so it is after a cancel, which may come late and hit what is asked next.
 *
 * What is written stands once the server is ready for the next statement: rows that
 * were returned may have gone with an error of the commit behind them, or with
 * the connection.
 */
static enum pg_verdict
collect(struct store_conn *c, const struct question *q, struct store_sink *sink,
    struct err *e)
{
	struct pg_wait w = { .pg = c->pg,
		.waiter = &c->waiter,
		.deadline_ms = clock_mono_ms() + q->limit_ms };
	enum pg_verdict verdict = PG_DONE;
	int rest = REST_ROWS;
	PGresult *result;

	c->enough = false;
	while (rest > 0 && (result = pg_wait_result(&w)) != NULL) {
		if (verdict == PG_DONE && !(c->enough && q->reads))
			verdict = take_result(c, result, sink, q->name, e);
		rest -=
		    c->enough && PQresultStatus(result) == PGRES_SINGLE_TUPLE;
		PQclear(result);
	}
	if (rest == 0) {
		disconnect(c);
		return PG_DONE;
	}
	if (w.late) {
		/* The server finds out when it answers. */
		disconnect(c);
		(void)no_answer(e);
		return PG_FAILED;
	}
	if (PQstatus(c->pg) == CONNECTION_BAD)
		return lost(c, q, verdict, e);
	if (w.cancelled)
		disconnect(c);
	return verdict;
}

static enum pg_verdict
not_sent(struct store_conn *c, struct err *e)
{
	disconnect(c);
	(void)connection_lost(e);
	return PG_STALE;
}

static bool
is_prepared(const struct question *q)
{
	return q->made ? q->made->name[0] != '\0' : *q->prepared;
}

/* Names of the made ones are never used twice. */
static const char *
name_of(struct store_conn *c, const struct question *q)
{
	if (q->made == NULL)
		return q->name;
	if (q->made->name[0] == '\0')
		(void)snprintf(q->made->name, sizeof(q->made->name),
		    "list_%lld", (long long)++c->turn);
	return q->made->name;
}

static enum pg_verdict
prepare(struct store_conn *c, const struct question *q, struct err *e)
{
	struct store_sink none = { NULL, NULL, 0 };
	enum pg_verdict verdict;

	if (is_prepared(q))
		return PG_DONE;
	if (!PQsendPrepare(c->pg, name_of(c, q), q->sql, 0, NULL))
		return not_sent(c, e);
	verdict = collect(c, q, &none, e);
	if (q->prepared != NULL)
		*q->prepared = verdict == PG_DONE;
	else if (verdict != PG_DONE)
		q->made->name[0] = '\0';
	/* Nothing was asked for yet. */
	return verdict == PG_LOST ? PG_STALE : verdict;
}

static enum pg_verdict
ask(struct store_conn *c, const struct question *q, struct store_sink *sink,
    struct err *e)
{
	const struct pg_params *p = &c->params;
	enum pg_verdict verdict = PG_DONE;
	int sent;

	if (ensure(c, q->reads && !is_inside(c), e) == -1)
		return PG_STALE;
	if (c->prepare)
		verdict = prepare(c, q, e);
	if (verdict != PG_DONE)
		return verdict;
	if (c->prepare)
		sent = PQsendQueryPrepared(c->pg, name_of(c, q), p->n, p->value,
		    p->length, p->format, 1);
	else
		sent = PQsendQueryParams(c->pg, q->sql, p->n, NULL, p->value,
		    p->length, p->format, 1);
	if (sent && q->stream)
		(void)PQsetSingleRowMode(c->pg);
	return sent ? collect(c, q, sink, e) : not_sent(c, e);
}

/* May it be asked once more, after a pause? What only reads may always. */
static bool
again(struct store_conn *c, const struct question *q, enum pg_verdict verdict,
    int try)
{
	uint8_t dice;

	if (try >= TRIES || verdict == PG_DONE || verdict == PG_FAILED ||
	    (verdict == PG_LOST && !q->reads))
		return false;
	if (verdict == PG_STALE && c->pg != NULL)
		disconnect(c);
	if (c->waiter.wait != NULL)
		c->waiter.wait(c->waiter.cookie);
	rnd_bytes(&dice, 1);
	clock_sleep_ms(((int64_t)PAUSE_MS << try) * (192 + dice) / 256);
	return true;
}

/* What was handed over is not taken back; the caller has to begin anew. */
static bool
has_rows(const struct store_sink *sink)
{
	return sink->row != NULL && sink->count > 0;
}

static int
run_question(struct store_conn *c, const struct question *q,
    const struct store_value *params, int n_params, struct store_sink *sink,
    struct err *e)
{
	bool inside = is_inside(c);
	enum pg_verdict verdict = PG_FAILED;
	int try = 0;

	if (pg_params_set(&c->params, params, n_params, e) == 0)
		do {
			sink->count = 0;
			verdict = ask(c, q, sink, e);
		} while (
		    !inside && !has_rows(sink) && again(c, q, verdict, try++));
	pg_params_fini(&c->params);
	c->undone = verdict == PG_AGAIN;
	return verdict == PG_DONE ? 0 : -1;
}

/* Who migrates waits for others who do. */
static bool
is_patient(enum store_query q)
{
	return q == STORE_SCHEMA_LOCK || q == STORE_UPKEEP_LOCK;
}

static struct question
named(struct store_conn *c, enum store_query q)
{
	return (struct question){ SQL[q], NAMES[q], READS[q],
		is_patient(q) ? PATIENT_MS : STATEMENT_MS, &c->prepared[q],
		NULL, false };
}

static int
pg_run(struct store_conn *c, enum store_query q,
    const struct store_value *params, int n_params, struct store_sink *sink,
    struct err *e)
{
	struct question question = named(c, q);

	/* COMMIT would roll back what has failed, and say that all is well. */
	if (q == STORE_COMMIT && c->pg != NULL &&
	    PQtransactionStatus(c->pg) == PQTRANS_INERROR)
		return err_set(e, ERR_UNAVAILABLE,
		    "Something failed in the running transaction of the store. "
		    "Try again.");
	return run_question(c, &question, params, n_params, sink, e);
}

/* Let the server forget a statement; should that fail, so does the next one. */
static void
forget(struct store_conn *c, struct made *made)
{
	const struct question question = { .name = "forget",
		.limit_ms = STATEMENT_MS };
	struct store_sink none = { NULL, NULL, 0 };
	struct err ignored = ERR_INIT;
	char sql[64];

	if (made->name[0] != '\0' && c->pg != NULL) {
		(void)snprintf(sql, sizeof(sql), "%s %s",
		    store_dialect_pg.parts[STORE_PART_FORGET], made->name);
		if (PQsendQuery(c->pg, sql))
			(void)collect(c, &question, &none, &ignored);
	}
	free(made->sql);
	*made = (struct made){ .sql = NULL };
}

/* The place of this text, or that of the one longest unused. */
static struct made *
find_made(struct store_conn *c, const char *sql)
{
	struct made *oldest = &c->made[0];

	for (size_t i = 0; i < MADE_MAX; i++) {
		struct made *made = &c->made[i];

		if (made->sql != NULL && strcmp(made->sql, sql) == 0)
			return made;
		if (made->used < oldest->used)
			oldest = made;
	}
	forget(c, oldest);
	oldest->sql = ck_strdup(sql);
	return oldest;
}

static int
pg_run_made(struct store_conn *c, const struct store_made *made,
    struct store_sink *sink, struct err *e)
{
	struct question question = { made->sql, "list", true, STATEMENT_MS,
		NULL, find_made(c, made->sql), made->stream };

	question.made->used = ++c->turn;
	return run_question(
	    c, &question, made->params, made->n_params, sink, e);
}

/* Its statement, where the server has it. */
static struct made *
prepared_made(struct store_conn *c, const char *sql)
{
	for (size_t i = 0; i < MADE_MAX; i++) {
		struct made *made = &c->made[i];

		if (made->name[0] != '\0' && strcmp(made->sql, sql) == 0)
			return made;
	}
	return NULL;
}

static bool
pg_ask(struct store_conn *c, const struct store_made *made)
{
	struct made *kept;

	if (c->pg == NULL || PQtransactionStatus(c->pg) != PQTRANS_IDLE ||
	    made->stream)
		return false;
	kept = prepared_made(c, made->sql);
	if (kept == NULL || !pg_batch_add(&c->batch, made, kept->name))
		return false;
	kept->used = ++c->turn;
	return true;
}

static void
run_batch(struct store_conn *c)
{
	struct pg_wait w = { .pg = c->pg,
		.waiter = &c->waiter,
		.deadline_ms = clock_mono_ms() + STATEMENT_MS };

	c->batch_until_ms = w.deadline_ms;
	if (!pg_batch_run(&c->batch, &w, &c->params))
		disconnect(c);
}

/* What did not come is asked again, as long as all of it may take: else each would
 * wait for the time of those before it. */
static int
pg_take(struct store_conn *c, const struct store_made *made,
    struct store_sink *sink, struct err *e)
{
	PGresult *result;
	int rc;

	c->undone = false;
	if (!c->batch.sent)
		run_batch(c);
	result = pg_batch_take(&c->batch, made);
	if (result == NULL && clock_mono_ms() >= c->batch_until_ms)
		return no_answer(e);
	if (result == NULL)
		return pg_run_made(c, made, sink, e);
	rc = deliver(c, result, sink, "list", e);
	PQclear(result);
	return rc;
}

static bool
pg_undone(const struct store_conn *c)
{
	return c->undone;
}

static void
pg_on_wait(struct store_conn *c, const struct store_waiter *waiter)
{
	c->waiter = *waiter;
}

static int
pg_prepare(struct store_conn *c, enum store_query q, struct err *e)
{
	struct question question = named(c, q);

	if (ensure(c, false, e) == -1)
		return -1;
	return prepare(c, &question, e) == PG_DONE ? 0 : -1;
}

static int
pg_script(struct store_conn *c, const char *statement, struct err *e)
{
	const struct question question = { .name = "migration",
		.limit_ms = PATIENT_MS };
	struct store_sink none = { NULL, NULL, 0 };

	if (ensure(c, false, e) == -1)
		return -1;
	if (!PQsendQuery(c->pg, statement)) {
		(void)not_sent(c, e);
		return -1;
	}
	return collect(c, &question, &none, e) == PG_DONE ? 0 : -1;
}

/* Opening */

/* Take "name=value" out of the URL's parameters; was it there? */
static bool
take_parameter(char *url, const char *parameter)
{
	size_t n = strlen(parameter);
	char *at = strchr(url, '?');

	while (at != NULL &&
	    (strncmp(at + 1, parameter, n) != 0 ||
		(at[n + 1] != '\0' && at[n + 1] != '&')))
		at = strchr(at + 1, '&');
	if (at == NULL)
		return false;
	/* Keep the mark in front of the next one. */
	if (at[n + 1] == '&')
		memmove(at + 1, at + n + 2, strlen(at + n + 2) + 1);
	else
		*at = '\0';
	return true;
}

static void
pg_close(struct store_conn *c)
{
	disconnect(c);
	pg_batch_clear(&c->batch);
	for (size_t i = 0; i < MADE_MAX; i++)
		free(c->made[i].sql);
	buf_fini(&c->scratch);
	free(c->conninfo);
	free(c);
}

static struct store_conn *
pg_open(const char *url, struct err *e)
{
	struct store_conn *c = ck_calloc(1, sizeof(*c));
	PQconninfoOption *parsed;
	char *why = NULL;

	c->conninfo = ck_strdup(url);
	c->prepare = !take_parameter(c->conninfo, "prepare=off") &&
	    !take_parameter(c->conninfo, "pgbouncer=true");
	(void)take_parameter(c->conninfo, "prepare=on");
	parsed = PQconninfoParse(c->conninfo, &why);
	PQfreemem(why);
	PQconninfoFree(parsed);
	if (parsed != NULL)
		return c;
	(void)err_set(e, ERR_BAD_REQUEST,
	    "DATABASE_URL is no address of a PostgreSQL database, such as "
	    "postgresql://USER:PASSWORD@HOST:5432/DATABASE; what is not a "
	    "letter or digit in it must be written as %%XX.");
	pg_close(c);
	return NULL;
}

const struct store_driver store_pg_driver = {
	.dialect = &store_dialect_pg,
	.migrations = MIGRATIONS,
	.n_migrations = COUNT(MIGRATIONS),
	.upkeep = true,
	.open = pg_open,
	.close = pg_close,
	.prepare = pg_prepare,
	.run = pg_run,
	.run_made = pg_run_made,
	.ask = pg_ask,
	.take = pg_take,
	.on_wait = pg_on_wait,
	.script = pg_script,
	.inside = is_inside,
	.undone = pg_undone,
};
