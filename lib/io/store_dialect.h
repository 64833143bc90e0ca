/**
 * What the two dialects of SQL say differently when a statement is put together
 * for a request; all text comes from sql/. Included by store*.c only.
 *
 * Layer:  io (store)
 */
#ifndef IO_STORE_DIALECT_H
#define IO_STORE_DIALECT_H

#include "base/buf.h"
#include "io/store_list.h"

/** sql/part/: @c, @p, @x and @v are replaced (store_sql.h). */
enum store_part {
#define X(id, name, reads, sql) id,
#include "store_parts_sqlite.inc"
#undef X
	STORE_PART__MAX
};

/** sql/list/: a list's rows and how one is addressed. */
struct store_list_source {
	const char *one; /* what a row is called */
	unsigned first_column, n_columns;
	int n_bound;  /* parameters that `from` takes */
	bool ordered; /* an index has its rows in its own order */
	const char *from;
	const char *uuid, *key; /* "": no row is addressed so */
};

struct store_dialect {
	char mark;         /* what a parameter's number follows */
	bool milliseconds; /* times are kept no finer */
	bool scans;        /* what is near is found by comparing all */
	bool json_is_text; /* a column of JSON may hold anything */
	const char *const *parts;
	const struct rest_column *columns; /* of all lists */
	const char *const *expressions;    /* of the columns */
	const struct store_list_source *lists;
	/** Append items as one parameter that stands for a list of text. */
	void (*array)(struct buf *b, const struct slice *items, unsigned n);
};

extern const struct store_dialect store_dialect_sqlite, store_dialect_pg;

#endif
