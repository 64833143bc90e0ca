/**
 * The inside of the store: what a driver offers to store.c, and what store.c
 * offers to the typed calls. Included by store*.c and their tests only.
 *
 * A call that runs more than one statement is wrapped:
 *
 *      if (store_enter(s, &scope, e) == -1)
 *              return -1;
 *      rc = several store_run() calls;
 *      return store_leave(s, &scope, rc, e);
 *
 * Outside a transaction that is a transaction of its own, inside one a
 * savepoint: a call that fails has written nothing in either case.
 *
 * Failure: as store.h.
 * Layer:  io (store)
 */
#ifndef IO_STORE_DRIVER_H
#define IO_STORE_DRIVER_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/store.h"

/** One statement of a migration; rows of one number stand together. */
struct store_migration {
	const char *name;
	const char *statement;
	int number;    /* 0: run on every connection, or whenever migrating */
	bool optional; /* its failing is no error */
};

/** A statement made of parts (store_sql.h). */
struct store_made {
	const char *sql;
	const struct store_value *params;
	int n_params;
	/* There may be more rows than memory should hold: one after the other.
	 * What was handed over is not taken back when the rest fails. */
	bool stream;
};

struct store_dialect;

/** A driver's connection; each driver knows its own. */
struct store_conn;

/** See store_on_wait(). */
struct store_waiter {
	void (*wait)(void *cookie); /* or NULL */
	void *cookie;
};

/** What a driver does; all of it MUST_CHECK by convention. */
struct store_driver {
	const struct store_dialect *dialect;
	const struct store_migration *migrations;
	size_t n_migrations;
	/** Statements of number 0 are run by store_migrate(). */
	bool upkeep;
	/** May connect later. */
	struct store_conn *(*open)(const char *url, struct err *e);
	void (*close)(struct store_conn *c);
	/** Prepare without running. */
	int (*prepare)(struct store_conn *c, enum store_query q, struct err *e);
	int (*run)(struct store_conn *c, enum store_query q,
	    const struct store_value *params, int n_params,
	    struct store_sink *sink, struct err *e);
	/** Kept prepared by its text. */
	int (*run_made)(struct store_conn *c, const struct store_made *made,
	    struct store_sink *sink, struct err *e);
	/** Keep a question, to be run in one round trip with others once the
	 *  first of them is taken. It stays as it is until it is taken itself.
	 *  False: not now, run it. NULL: never. */
	bool (*ask)(struct store_conn *c, const struct store_made *made);
	/** What was asked, as run_made(). */
	int (*take)(struct store_conn *c, const struct store_made *made,
	    struct store_sink *sink, struct err *e);
	void (*on_wait)(
	    struct store_conn *c, const struct store_waiter *waiter);
	/** A statement of a migration. */
	int (*script)(
	    struct store_conn *c, const char *statement, struct err *e);
	/** Is a transaction open in truth? Failures may end it. */
	bool (*inside)(const struct store_conn *c);
	/** Was the last statement, and its transaction, undone for others'
	 *  sake? NULL: never. */
	bool (*undone)(const struct store_conn *c);
};

/** Statements that store_list.c has made for later; NULL: none. */
struct store_list_ready;

struct store {
	const struct store_driver *driver;
	struct store_conn *conn;
	bool inside; /* between store_begin() and its end */
	bool undone; /* the last transaction: see store_again() */
	struct store_waiter waiter;
	struct store_list_ready *ready;
};

void store_list_ready_free(struct store_list_ready *ready);

struct store_scope {
	bool nested;
};

int store_enter(
    struct store *s, struct store_scope *scope, struct err *e) MUST_CHECK;
/** `rc` and `e` of what was done inside; returns -1 if that or the end fails */
int store_leave(struct store *s, const struct store_scope *scope, int rc,
    struct err *e) MUST_CHECK;
/** One view for several reads; ends with store_rollback(). */
int store_begin_read(struct store *s, struct err *e) MUST_CHECK;

/** Prepare every named statement. */
int store_prepare_all(struct store *s, struct err *e) MUST_CHECK;

/** Run a statement made of parts; only reads are made. */
int store_run_made(struct store *s, const struct store_made *made,
    struct store_sink *sink, struct err *e) MUST_CHECK;

/** The same later, in one round trip with others that ask meanwhile; false: not
 *  now, run it. See struct store_driver. */
bool store_ask_made(struct store *s, const struct store_made *made) MUST_CHECK;
int store_take_made(struct store *s, const struct store_made *made,
    struct store_sink *sink, struct err *e) MUST_CHECK;

/** Run a write; `*changed` (may be NULL) gets the number of rows. */
int store_write(struct store *s, enum store_query q,
    const struct store_value *params, int n_params, int64_t *changed,
    struct err *e) MUST_CHECK;
/** The first row; `*row` is NULL when there is none. */
int
store_one(struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct json_object **row, struct err *e) MUST_CHECK;
/** All rows as an array. */
int
store_all(struct store *s, enum store_query q, const struct store_value *params,
    int n_params, struct json_object **rows, struct err *e) MUST_CHECK;
/** Copy the first column of the first row; "" when none or NULL. */
int store_word(struct store *s, enum store_query q, struct slice key, char *out,
    size_t size, struct err *e) MUST_CHECK;

/**
 * `value` as compact JSON, printed into `b` and borrowed from it; `absent`
 * when NULL, and the value NULL when that is NULL too.
 */
struct store_value
store_json(struct buf *b, struct json_object *value, const char *absent);

#endif
