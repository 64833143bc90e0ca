/**
 * A resource for the tests of what lists are asked for: a column of each type,
 * with each flag.
 */
#ifndef TESTS_HARNESS_REST_H
#define TESTS_HARNESS_REST_H

#include "proto/rest_query.h"

static const struct rest_column REST_COLUMNS[] = {
	{ "id", REST_UUID, REST_FILTER | REST_ORDER },
	{ "name", REST_TEXT, REST_FILTER | REST_ORDER | REST_NULLABLE },
	{ "size", REST_INT, REST_FILTER | REST_ORDER | REST_NULLABLE },
	{ "metadata", REST_JSON, REST_FILTER | REST_ORDER | REST_NULLABLE },
	{ "created_at", REST_TIME, REST_FILTER | REST_ORDER },
	{ "updated_at", REST_MSEC, REST_FILTER | REST_ORDER },
	{ "content", REST_TEXT, 0 },
	{ "embedding", REST_TEXT, REST_EXTRA },
};

static const struct rest_table REST_TABLE = {
	"things",
	REST_COLUMNS,
	COUNT(REST_COLUMNS),
	"created_at.desc",
};

#endif
