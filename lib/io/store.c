/*
 * What both drivers share: which one, transactions, rows as JSON, migrations.
 */
#include "io/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ck.h"
#include "io/clock.h"
#include "io/rnd.h"
#include "io/store_driver.h"
#include "io/store_pg.h"
#include "io/store_sqlite.h"
#include "proto/jval.h"

/* Transactions that are in each other's way do not come back at once; with the
 * time that it takes to notice (a second), some ten in all. */
#define AGAIN_MAX 6
#define AGAIN_MS  10

static const struct {
	const char *scheme;
	const struct store_driver *driver;
} DRIVERS[] = {
	{ "sqlite:", &store_sqlite_driver },
	{ "postgresql:", &store_pg_driver },
	{ "postgres:", &store_pg_driver },
};

static const struct store_driver *
driver_of(const char *url)
{
	for (size_t i = 0; i < COUNT(DRIVERS); i++)
		if (strncmp(
			url, DRIVERS[i].scheme, strlen(DRIVERS[i].scheme)) == 0)
			return DRIVERS[i].driver;
	return NULL;
}

int
store_url_check(const char *url, struct err *e)
{
	if (driver_of(url) != NULL)
		return 0;
	return err_field(e, ERR_BAD_REQUEST, "DATABASE_URL",
	    "DATABASE_URL must be sqlite:PATH, for example "
	    "sqlite:var/director.db, or postgresql://HOST/DATABASE.");
}

struct store *
store_open(const char *url, struct err *e)
{
	const struct store_driver *driver = driver_of(url);
	struct store_conn *conn;
	struct store *s;

	if (store_url_check(url, e) != 0)
		return NULL;
	conn = driver->open(url, e);
	if (conn == NULL)
		return NULL;
	s = ck_calloc(1, sizeof(*s));
	s->driver = driver;
	s->conn = conn;
	return s;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	store_rollback(s);
	s->driver->close(s->conn);
	store_list_ready_free(s->ready);
	free(s);
}

void
store_on_wait(struct store *s, void (*wait)(void *cookie), void *cookie)
{
	s->waiter = (struct store_waiter){ wait, cookie };
	s->driver->on_wait(s->conn, &s->waiter);
}

/* PostgreSQL cannot keep a NUL in text; so neither store does. */
static bool
has_nul(const struct store_value *params, int n_params)
{
	for (int i = 0; i < n_params; i++)
		if (params[i].type == STORE_TEXT &&
		    memchr(params[i].bytes.p, '\0', params[i].bytes.n) != NULL)
			return true;
	return false;
}

static int
check_run(const struct store *s, const struct store_value *params, int n_params,
    struct err *e)
{
	/* The driver gave the transaction up: go no further outside it. */
	if (s->inside && !s->driver->inside(s->conn))
		return err_set(e, ERR_UNAVAILABLE,
		    "The store gave up the running transaction. Try again.");
	if (has_nul(params, n_params))
		return err_set(
		    e, ERR_BAD_REQUEST, "Text cannot hold a NUL character.");
	return 0;
}

/* A statement that is a transaction by itself: of the last one no more is told. */
static void
runs(struct store *s, struct store_sink *sink)
{
	sink->count = 0;
	if (!s->inside)
		s->undone = false;
}

static int
ran(struct store *s, int rc)
{
	if (rc == -1 && s->driver->undone != NULL && s->driver->undone(s->conn))
		s->undone = true;
	return rc;
}

int
store_run(struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct store_sink *sink, struct err *e)
{
	struct store_sink none = { NULL, NULL, 0 };

	if (check_run(s, params, n_params, e) == -1)
		return -1;
	if (sink == NULL)
		sink = &none;
	runs(s, sink);
	return ran(s, s->driver->run(s->conn, q, params, n_params, sink, e));
}

int
store_run_made(struct store *s, const struct store_made *made,
    struct store_sink *sink, struct err *e)
{
	if (check_run(s, made->params, made->n_params, e) == -1)
		return -1;
	runs(s, sink);
	return ran(s, s->driver->run_made(s->conn, made, sink, e));
}

bool
store_ask_made(struct store *s, const struct store_made *made)
{
	return s->driver->ask != NULL && !s->inside &&
	    !has_nul(made->params, made->n_params) &&
	    s->driver->ask(s->conn, made);
}

int
store_take_made(struct store *s, const struct store_made *made,
    struct store_sink *sink, struct err *e)
{
	runs(s, sink);
	return ran(s, s->driver->take(s->conn, made, sink, e));
}

int
store_prepare_all(struct store *s, struct err *e)
{
	for (int q = 0; q < STORE_QUERY__MAX; q++)
		if (s->driver->prepare(s->conn, (enum store_query)q, e) == -1)
			return -1;
	return 0;
}

/* Transactions */

static int
open_transaction(struct store *s, enum store_query q, struct err *e)
{
	if (s->inside)
		return err_set(
		    e, ERR_INTERNAL, "A transaction is open already.");
	s->undone = false;
	if (store_run(s, q, NULL, 0, NULL, e) == -1)
		return -1;
	s->inside = true;
	return 0;
}

int
store_begin(struct store *s, struct err *e)
{
	return open_transaction(s, STORE_BEGIN, e);
}

int
store_begin_read(struct store *s, struct err *e)
{
	return open_transaction(s, STORE_BEGIN_READ, e);
}

int
store_commit(struct store *s, struct err *e)
{
	if (!s->inside)
		return err_set(e, ERR_INTERNAL, "No transaction is open.");
	if (store_run(s, STORE_COMMIT, NULL, 0, NULL, e) == -1) {
		store_rollback(s);
		return -1;
	}
	s->inside = false;
	return 0;
}

void
store_rollback(struct store *s)
{
	struct err ignored = ERR_INIT;

	if (s->inside && s->driver->inside(s->conn) &&
	    store_run(s, STORE_ROLLBACK, NULL, 0, NULL, &ignored) == -1) {
		/* The driver rolled back by itself, or the connection is gone:
		 * nothing is left to undo. */
	}
	s->inside = false;
}

bool
store_again(const struct store *s, int try)
{
	uint8_t dice;

	if (s->inside || !s->undone || try > AGAIN_MAX)
		return false;
	if (s->waiter.wait != NULL)
		s->waiter.wait(s->waiter.cookie);
	rnd_bytes(&dice, 1);
	clock_sleep_ms(((int64_t)AGAIN_MS << try) * (128 + dice) / 256);
	return true;
}

int
store_enter(struct store *s, struct store_scope *scope, struct err *e)
{
	scope->nested = s->inside;
	if (scope->nested)
		return store_run(s, STORE_SAVEPOINT, NULL, 0, NULL, e);
	return store_begin(s, e);
}

int
store_leave(
    struct store *s, const struct store_scope *scope, int rc, struct err *e)
{
	struct err ignored = ERR_INIT;

	if (!scope->nested) {
		if (rc == 0)
			return store_commit(s, e);
		store_rollback(s);
		return -1;
	}
	if (rc == 0)
		return store_run(s, STORE_SAVEPOINT_RELEASE, NULL, 0, NULL, e);
	/* Both fail only when the whole transaction is gone already. */
	if (store_run(s, STORE_SAVEPOINT_ROLLBACK, NULL, 0, NULL, &ignored) ==
	    0)
		rc = store_run(
		    s, STORE_SAVEPOINT_RELEASE, NULL, 0, NULL, &ignored);
	(void)rc;
	return -1;
}

/* Values and rows */

struct store_value
store_int(int64_t number)
{
	return (struct store_value){ STORE_INT, { number }, SLICE_EMPTY };
}

struct store_value
store_text(struct slice text)
{
	return (struct store_value){ STORE_TEXT, { 0 },
		text.n ? text : SLICE_EMPTY };
}

struct store_value
store_text_or_null(struct slice text)
{
	return text.n ? store_text(text) : STORE_NULL_VALUE;
}

struct store_value
store_blob(const void *bytes, size_t n)
{
	return (struct store_value){ STORE_BLOB, { 0 }, { bytes, n } };
}

struct store_value
store_floats(const float *numbers, size_t n)
{
	if (numbers == NULL)
		return STORE_NULL_VALUE;
	return (struct store_value){ STORE_FLOATS, { 0 },
		{ (const char *)numbers, n * sizeof(*numbers) } };
}

struct store_value
store_json(struct buf *b, struct json_object *value, const char *absent)
{
	if (value == NULL)
		return absent ? store_text(slice_from(absent))
			      : STORE_NULL_VALUE;
	buf_clear(b);
	jval_print(b, value);
	return store_text(buf_slice(b));
}

static struct json_object *
value_json(const struct store_value *value, bool decode)
{
	struct json_object *out = NULL;

	switch (value->type) {
	case STORE_INT:
		return json_object_new_int64(value->number);
	case STORE_REAL:
		return json_object_new_double(value->real);
	case STORE_TEXT:
		if (!decode)
			return jval_new_str(value->bytes);
		/* What somebody else stored and is no JSON becomes null. */
		if (jval_parse(value->bytes, &out) != JVAL_OK)
			out = NULL;
		return out;
	case STORE_NULL:
	case STORE_BLOB:
	case STORE_FLOATS:
		break;
	}
	return NULL;
}

/* A column "x:json" is the member x, decoded. */
static void
member_add(struct json_object *object, const char *column,
    const struct store_value *value)
{
	char name[64];
	struct slice key = slice_from(column);
	bool decode = slice_ends(key, SLICE(":json"));

	if (decode)
		key.n -= sizeof(":json") - 1;
	(void)snprintf(name, sizeof(name), "%.*s", SLICE_ARG(key));
	(void)json_object_object_add(object, name, value_json(value, decode));
}

struct json_object *
store_row_json(const struct store_row *row)
{
	struct json_object *object = json_object_new_object();

	if (object == NULL)
		abort();
	for (int i = 0; i < row->n; i++)
		member_add(object, row->names[i], &row->values[i]);
	return object;
}

int
store_row_append(const struct store_row *row, void *cookie)
{
	return json_object_array_add(cookie, store_row_json(row)) == 0 ? 0 : 1;
}

static int
row_first(const struct store_row *row, void *cookie)
{
	struct json_object **out = cookie;

	*out = store_row_json(row);
	return 1;
}

int
store_write(struct store *s, enum store_query q,
    const struct store_value *params, int n_params, int64_t *changed,
    struct err *e)
{
	struct store_sink sink = { NULL, NULL, 0 };

	if (store_run(s, q, params, n_params, &sink, e) == -1)
		return -1;
	if (changed != NULL)
		*changed = sink.count;
	return 0;
}

int
store_one(struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct json_object **row, struct err *e)
{
	struct store_sink sink = { row_first, row, 0 };

	*row = NULL;
	if (store_run(s, q, params, n_params, &sink, e) == 0)
		return 0;
	(void)json_object_put(*row);
	*row = NULL;
	return -1;
}

int
store_all(struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct json_object **rows, struct err *e)
{
	struct store_sink sink = { store_row_append, NULL, 0 };

	*rows = json_object_new_array();
	if (*rows == NULL)
		abort();
	sink.cookie = *rows;
	if (store_run(s, q, params, n_params, &sink, e) == 0)
		return 0;
	(void)json_object_put(*rows);
	*rows = NULL;
	return -1;
}

struct word {
	char *out;
	size_t size;
};

static int
row_word(const struct store_row *row, void *cookie)
{
	const struct word *word = cookie;

	if (row->values[0].type == STORE_TEXT)
		(void)snprintf(word->out, word->size, "%.*s",
		    SLICE_ARG(row->values[0].bytes));
	return 1;
}

int
store_word(struct store *s, enum store_query q, struct slice key, char *out,
    size_t size, struct err *e)
{
	struct word word = { out, size };
	struct store_sink sink = { row_word, &word, 0 };
	struct store_value param = store_text(key);

	out[0] = '\0';
	return store_run(s, q, &param, 1, &sink, e);
}
