#include "io/store_dialect.h"

#include "proto/jval.h"

#define X(id, name, reads, sql) [id] = (sql),
static const char *const PARTS_SQLITE[STORE_PART__MAX] = {
#include "store_parts_sqlite.inc"
};
static const char *const PARTS_PG[STORE_PART__MAX] = {
#include "store_parts_pg.inc"
};
#undef X

#define C(name, type, flags, expression) { name, type, flags },
static const struct rest_column COLUMNS_SQLITE[] = {
#include "store_columns_sqlite.inc"
};
static const struct rest_column COLUMNS_PG[] = {
#include "store_columns_pg.inc"
};
#undef C

#define C(name, type, flags, expression) expression,
static const char *const EXPRESSIONS_SQLITE[] = {
#include "store_columns_sqlite.inc"
};
static const char *const EXPRESSIONS_PG[] = {
#include "store_columns_pg.inc"
};
#undef C

#define R(id, name, one, first, n, bound, order, ordered, from, uuid, key) \
	[id] = { one, first, n, bound, ordered, from, uuid, key },
static const struct store_list_source LISTS_SQLITE[STORE_LIST__MAX] = {
#include "store_lists_sqlite.inc"
};
static const struct store_list_source LISTS_PG[STORE_LIST__MAX] = {
#include "store_lists_pg.inc"
};
#undef R

/* Of two, the dialect in which more may be NULL, so that a cursor may, too. */
#define R(id, name, one, first, n, bound, order, ordered, from, uuid, key) \
	[id] = { name, &COLUMNS_PG[first], n, order },
static const struct rest_table TABLES[STORE_LIST__MAX] = {
#include "store_lists_sqlite.inc"
};
#undef R

const struct rest_table *
store_list_table(enum store_list_id id)
{
	return &TABLES[id];
}

/* '["a","b"]', for json_each() and json_path(). */
static void
json_array(struct buf *b, const struct slice *items, unsigned n)
{
	buf_addc(b, '[');
	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		jval_quote(b, items[i]);
	}
	buf_addc(b, ']');
}

/* '{"a","b"}', an array's text; in quotes only '"' and '\' are special. */
static void
array_literal(struct buf *b, const struct slice *items, unsigned n)
{
	buf_addc(b, '{');
	for (unsigned i = 0; i < n; i++) {
		buf_adds(b, i > 0 ? ",\"" : "\"");
		for (size_t at = 0; at < items[i].n; at++) {
			if (items[i].p[at] == '"' || items[i].p[at] == '\\')
				buf_addc(b, '\\');
			buf_addc(b, items[i].p[at]);
		}
		buf_addc(b, '"');
	}
	buf_addc(b, '}');
}

const struct store_dialect store_dialect_sqlite = {
	.mark = '?',
	.milliseconds = true,
	.scans = true,
	.json_is_text = true,
	.parts = PARTS_SQLITE,
	.columns = COLUMNS_SQLITE,
	.expressions = EXPRESSIONS_SQLITE,
	.lists = LISTS_SQLITE,
	.array = json_array,
};

const struct store_dialect store_dialect_pg = {
	.mark = '$',
	.parts = PARTS_PG,
	.columns = COLUMNS_PG,
	.expressions = EXPRESSIONS_PG,
	.lists = LISTS_PG,
	.array = array_literal,
};
