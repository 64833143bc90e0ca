/**
 * What a list is asked for, in the words of PostgREST: filters, columns, order,
 * page; a page may come in a Range header, too. From text to a value; what SQL
 * becomes of it is the store's (io/store_list.h).
 *
 *      ?collection_id=eq.c-main&metadata->>lang=in.(de,"pt,br")
 *       &not.… as in video_id=not.like.m-*
 *       &select=id,name:metadata->>name&order=created_at.desc,id&limit=50
 *       &cursor=…                     (from a Link header; opaque)
 *
 * Columns and operators come from tables: a name that is none of the resource's
 * columns, a value not of the column's type, a parameter given twice where one
 * counts, or one that nobody knows is ERR_BAD_REQUEST with the parameter as
 * the field. Two filters on one column must both hold.
 *
 *      rest_term.h     a column, or a path: metadata->a->0->>b
 *      rest_value.h    a value of a column's type
 *      rest_filter.h   operators, lists
 *      rest_cursor.h   where a page ended
 *
 * Ownership: slices point into the arena.
 * Units:   times are microseconds since 1970.
 * Layer:   proto (pure)
 * Spec:    PostgREST, "Tables and Views", "Pagination and Count"; RFC 9110, 14
 *          (Range: items=0-19 or, with Range-Unit: items, 0-19); RFC 8288
 */
#ifndef PROTO_REST_QUERY_H
#define PROTO_REST_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

enum rest_type {
	REST_TEXT,
	REST_UUID,
	REST_INT,
	REST_TIME, /* a timestamp of the store's precision */
	REST_MSEC, /* shown as a time, stored as milliseconds since 1970 */
	REST_JSON,
	REST_TYPE__MAX
};

/** Bits of rest_column.flags. */
enum {
	REST_FILTER = 1 << 0,
	REST_ORDER = 1 << 1,
	REST_NULLABLE = 1 << 2,
	REST_EXTRA = 1 << 3, /* shown only when select names it */
	REST_KEY = 1 << 4,   /* with the first column, the key */
	/* An index has the rows of one value, in the table's own order or few. */
	REST_INDEXED = 1 << 5,
};

struct rest_column {
	const char *name;
	enum rest_type type;
	unsigned flags;
};

/** A resource as clients see it; the first column is its key, or of its key. */
struct rest_table {
	const char *name;
	const struct rest_column *columns;
	unsigned n_columns;
	const char
	    *order; /* where none is asked for: "created_at.desc,id.desc" */
};

#define REST_FILTERS_MAX 30  /* a page's form has fewer; each is work */
#define REST_LIST_MAX    200 /* values of one in.(…) */
#define REST_ORDER_MAX   6
#define REST_KEY_MAX     2
#define REST_TERMS_MAX   (REST_ORDER_MAX + REST_KEY_MAX)
#define REST_SELECT_MAX  40
#define REST_PATH_MAX    8     /* steps of a JSON path */
#define REST_ALIAS_MAX   63    /* bytes, as a name has in PostgreSQL */
#define REST_QUERY_MAX   16384 /* bytes; servers in front take half of that */
#define REST_LIMIT_MAX   1000  /* rows of a page, also when none is named */
#define REST_CURSOR_MAX  2048 /* bytes of one in a Link; the rest is the query */

/** A time that is later, or negated earlier, than all others. */
#define REST_TIME_INFINITY (INT64_MAX / 1000000 * 1000000)

/** A column, or what a JSON path finds in it. */
struct rest_term {
	unsigned column;                  /* index in the table */
	unsigned n_path;                  /* 0: the column itself */
	struct slice path[REST_PATH_MAX]; /* keys, or indexes as digits */
	bool text; /* of a path: ended by ->>, so text instead of JSON */
};

enum rest_op {
	REST_EQ,
	REST_NEQ,
	REST_GT, /* this and the next three: of JSON, numbers only */
	REST_GTE,
	REST_LT,
	REST_LTE,
	REST_LIKE, /* '*' and '%' any text, '_' one character, '\' escapes */
	REST_ILIKE,
	REST_IN, /* of no values: true of no row, negated of all not NULL */
	REST_IS_NULL,
	REST_IS_TRUE, /* of JSON, with a path */
	REST_IS_FALSE,
	REST_OP__MAX
};

struct rest_value {
	bool null;         /* in a cursor only */
	struct slice text; /* as given; a uuid in small letters; LIKE's '*' is
	                      '%' by now */
	int64_t number;    /* REST_INT; REST_TIME and REST_MSEC: microseconds,
	                      REST_MSEC whole milliseconds */
};

struct rest_filter {
	struct rest_term term;
	enum rest_op op;
	bool negated;
	struct rest_value value;   /* of all but REST_IN and REST_IS_… */
	struct rest_value *values; /* of REST_IN */
	unsigned n_values;
};

/** NULL is greater than all values: last where it ascends. */
struct rest_order {
	struct rest_term term;
	bool descending;
};

struct rest_select {
	struct rest_term term;
	struct slice name; /* the member's: an alias, or the last step */
};

struct rest_query {
	const struct rest_table *table;
	struct rest_filter filters[REST_FILTERS_MAX];
	unsigned n_filters;
	/* Always ends with the key, so that no two rows are equal in it. */
	struct rest_order order[REST_TERMS_MAX];
	unsigned n_order;
	bool own_order; /* the table's, since none was asked for */
	struct rest_select select[REST_SELECT_MAX]; /* n_select 0: all */
	unsigned n_select;
	int64_t limit;  /* 0 (only a count) to REST_LIMIT_MAX */
	size_t bytes;   /* a page ends with the row that fills them; 0: as many
	                   as the store likes */
	int64_t offset; /* from where `after` says */
	bool ranged;    /* offset and limit came in a Range header */
	bool
	    resumes; /* `after` holds the order's values of the last row seen */
	struct rest_value after[REST_TERMS_MAX];
};

/** What a request says, raw; a header that is absent is empty. */
struct rest_asked {
	struct slice query;
	struct slice range;
	struct slice range_unit;
	const char *const *known; /* parameters the handler reads; or NULL */
};

/**
 * A limit over REST_LIMIT_MAX becomes that; units of a range other than items
 * are ignored.
 */
int rest_query_parse(const struct rest_table *table,
    const struct rest_asked *asked, struct arena *a, struct rest_query *out,
    struct err *e) MUST_CHECK NONNULL(1, 2, 3, 4, 5);
/** Where the next page begins. */
struct rest_next {
	/** Behind this row; empty: `offset` rows behind where the query began, its
	 *  own cursor or the first row. */
	struct slice cursor;
	int64_t offset;
	int64_t limit; /* of a range; 0: the query says it */
};

/**
 * The query of the next page: `query`, which was parsed, with this place instead
 * of its own; for the Link header, so encoded.
 */
void rest_query_next(struct buf *b, struct slice query,
    const struct rest_next *next, struct arena *a) NONNULL(1, 3, 4);

#endif
