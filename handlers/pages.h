/**
 * A list as one answer without pages, as the Director page asks for it: an array
 * of what is made of each row, read page by page and sent meanwhile. Neither the
 * rows nor the answer are ever whole in memory.
 *
 * Layer:  handlers
 */
#ifndef HANDLERS_PAGES_H
#define HANDLERS_PAGES_H

#include "handlers/handlers.h"
#include "io/store_list.h"

struct pages {
	enum store_list_id list;
	struct slice query; /* proto/rest_query.h: filters, columns, order */
	/** What is shown of a row; a new reference. */
	struct json_object *(*show)(struct ctx *c, struct json_object *row);
	int64_t max;               /* rows, what comes behind is left out */
	struct json_object *first; /* stands before them; or NULL */
};

/** Answer with all rows; takes `first`. */
int pages_answer(struct ctx *c, const struct pages *of, struct err *e);

#endif
